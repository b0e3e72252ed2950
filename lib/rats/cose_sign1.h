/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* COSE_Sign1 with ES256 (RFC 9052 §4.2, RFC 9053 §2.1). */
#ifndef ADTLS_RATS_COSE_SIGN1_H
#define ADTLS_RATS_COSE_SIGN1_H

#include "base/buffer.h"
#include "crypto/signature.h"

#define COSE_ALGORITHM_ES256 (-7)
#define COSE_SIGNATURE_LEN   64

/* A key's name: the first bytes of SHA-256 of its SubjectPublicKeyInfo. */
#define COSE_KEY_ID_LEN 8

/* Views into the message. */
struct cose_sign1 {
	adtls_bytes_t protected_header; /* encoded, as signed */
	int64_t algorithm;
	adtls_bytes_t key_id; /* empty: none */
	adtls_bytes_t payload;
	adtls_bytes_t signature;
};

/* Read a tagged COSE_Sign1, which may stand in a CWT tag (RFC 8392 §6).
 * False: bad, and *@out_problem says how. */
bool cose_sign1_read(adtls_bytes_t message, struct cose_sign1 *out,
		     const char **out_problem);
/* Did @key make its signature, with ES256? */
bool cose_sign1_verify(const struct cose_sign1 *message,
		       const struct crypto_public_key *key);
/* Append a COSE_Sign1 over @payload, tagged. False: out of memory, or @key
 * cannot sign with ES256. */
bool cose_sign1_write(const struct crypto_private_key *key, bool reproducible,
		      adtls_bytes_t key_id, adtls_bytes_t payload,
		      struct buffer *out);

/* The name of the key with this SubjectPublicKeyInfo. */
bool cose_key_id(adtls_bytes_t spki, uint8_t out[COSE_KEY_ID_LEN]);

#endif
