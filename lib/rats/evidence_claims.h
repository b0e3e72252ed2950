/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a relying party reads out of Evidence whatever a Verifier says: the
 * binder and the TLS identity key (protocol §4.2). */
#ifndef ADTLS_RATS_EVIDENCE_CLAIMS_H
#define ADTLS_RATS_EVIDENCE_CLAIMS_H

#include "base/buffer.h"

#include <adtls/attester.h>
#include <adtls/error.h>

/* Views into the Evidence. Nothing here is trusted before the signature is. */
struct evidence_claims {
	adtls_bytes_t nonce; /* empty: none */
	size_t nonce_count;  /* exactly one is acceptable */
	bool has_tik;
	uint8_t tik_x[32]; /* cnf's COSE_Key, P-256 */
	uint8_t tik_y[32];
};

/* Can this build read binder and key from Evidence of @type? */
bool evidence_claims_can_read(const adtls_evidence_type_t *type);
/* Read them. False: malformed, or a type that cannot be read. */
bool evidence_claims_read(const adtls_evidence_type_t *type,
			  adtls_bytes_t evidence, struct evidence_claims *out);

#endif
