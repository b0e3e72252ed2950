/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A Verifier backend with its reference count. */
#ifndef ADTLS_VERIFIERS_VERIFIER_H
#define ADTLS_VERIFIERS_VERIFIER_H

#include <adtls/verifier.h>

const char *verifier_name(const adtls_verifier_t *verifier);
bool verifier_accepts(const adtls_verifier_t *verifier,
		      const adtls_evidence_type_t *type);
int verifier_appraise(const adtls_verifier_t *verifier,
		      const adtls_appraisal_t *appraisal,
		      adtls_verdict_t *verdict);

#endif
