/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the attestation layer makes a verdict; reading one is public. */
#ifndef ADTLS_VERIFIERS_VERDICT_H
#define ADTLS_VERIFIERS_VERDICT_H

#include <adtls/attester.h>
#include <adtls/verdict.h>

/* A verdict that is denied until a Verifier grants it. @identity is the peer's
 * certificate subject. NULL: out of memory. */
adtls_verdict_t *verdict_new(const char *identity,
			     const adtls_evidence_type_t *type,
			     const char *verifier, int64_t appraised_at);
/* A verdict still pending: nothing appraised yet. */
adtls_verdict_t *verdict_new_pending(const char *identity,
				     const adtls_evidence_type_t *type);
/* Did any check fail so far? */
bool verdict_has_failed(const adtls_verdict_t *verdict);
/* A grant ends at the latest at @expires_at, unless that is unknown. */
void verdict_clamp_expiry(adtls_verdict_t *verdict, int64_t expires_at);

#endif
