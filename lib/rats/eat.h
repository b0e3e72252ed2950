/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The claims of an Entity Attestation Token as adtls makes and appraises
 * them (RFC 9711, RFC 8392; docs/evidence.md). */
#ifndef ADTLS_RATS_EAT_H
#define ADTLS_RATS_EAT_H

#include "base/buffer.h"

#define EAT_NONCE_MIN	    8 /* RFC 9711 §4.1 */
#define EAT_NONCE_MAX	    64
#define EAT_UEID_MIN	    7 /* RFC 9711 §4.2.1 */
#define EAT_UEID_MAX	    33
#define EAT_COORDINATE_LEN  32 /* P-256 */
#define EAT_MEASUREMENT_LEN 32 /* SHA-256 */

/* Views into the claims, or into what the attester was given; empty where a
 * claim is missing, and ADTLS_UTC_UNKNOWN for a missing time. */
struct eat {
	adtls_bytes_t nonce; /* the first, if there are several */
	size_t nonce_count;
	adtls_bytes_t key_x; /* cnf's COSE_Key, P-256 */
	adtls_bytes_t key_y;
	adtls_bytes_t ueid;
	adtls_bytes_t software_name; /* UTF-8 without control characters */
	adtls_bytes_t software_version;
	adtls_bytes_t measurement; /* SHA-256 */
	int64_t issued_at;
	int64_t expires_at;
	int64_t not_before;
};

/* Read a claims set; claims not listed above are passed over. False: bad, and
 * *@out_problem says how. Nothing in it is true before its signature is. */
bool eat_read(adtls_bytes_t claims, struct eat *out, const char **out_problem);
/* Append the claims set of @eat, deterministically encoded; it has one nonce,
 * a key, a ueid, a name and a measurement. False: out of memory. */
bool eat_write(const struct eat *eat, struct buffer *out);

/* 7 to 33 bytes of a known type (RFC 9711 §4.2.1)? */
bool eat_ueid_is_valid(adtls_bytes_t ueid);
/* 1 to 255 bytes without control characters? */
bool eat_text_is_valid(adtls_bytes_t text);

#endif
