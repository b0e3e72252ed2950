/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An attester backend with its reference count. */
#ifndef ADTLS_ATTESTERS_ATTESTER_H
#define ADTLS_ATTESTERS_ATTESTER_H

#include "base/buffer.h"

#include <adtls/attester.h>

/* Largest CMW an attester may hand over: what an Attestation message holds. */
#define ATTESTER_CMW_MAX 0xffffff

struct adtls_evidence {
	struct buffer cmw;
};

const adtls_attester_ops_t *attester_ops(const adtls_attester_t *attester);
int attester_make_evidence(const adtls_attester_t *attester,
			   const adtls_evidence_request_t *request,
			   adtls_evidence_t *out);

#endif
