/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose tickets are refused, as a later appraisal was denied: kept by the TLS
 * identity key's digest, for all connections of a configuration (protocol §6). */
#ifndef ADTLS_ATTESTATION_TICKET_DENIALS_H
#define ADTLS_ATTESTATION_TICKET_DENIALS_H

#include <adtls/types.h>

#define TICKET_DENIALS_MAX 64
#define TIK_DIGEST_LEN 32	/* SHA-256 of the SubjectPublicKeyInfo */

struct ticket_denials;

/* NULL: out of memory. Released with free(). */
struct ticket_denials *ticket_denials_new(void);
/* Refuse what goes back to an attestation of @tik_digest until @utc_s, for
 * @lifetime_s. When the table is full, to one of anybody until then. */
void ticket_denials_add(struct ticket_denials *denials,
			const uint8_t tik_digest[TIK_DIGEST_LEN], int64_t utc_s,
			int64_t lifetime_s);
bool ticket_denials_has(struct ticket_denials *denials,
			const uint8_t tik_digest[TIK_DIGEST_LEN],
			int64_t attested_s);

#endif
