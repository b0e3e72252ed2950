/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The checks of an authentic EAT against a policy. */
#ifndef ADTLS_VERIFIERS_EAT_APPRAISAL_H
#define ADTLS_VERIFIERS_EAT_APPRAISAL_H

#include "rats/eat.h"
#include "verifiers/policy.h"

#include <adtls/verdict.h>

/* The device of @ueid, as a verdict names it. */
void eat_describe_device(adtls_bytes_t ueid, char out[ADTLS_NAME_MAX]);

/* Check the claims of @eat, which @anchor has signed, one by one and all of
 * them; grant if none fails. @utc_s is now, or ADTLS_UTC_UNKNOWN. */
void eat_appraise(const struct eat *eat,
		  const struct policy_trust_anchor *anchor,
		  const adtls_policy_t *policy, int64_t utc_s,
		  adtls_verdict_t *verdict);

#endif
