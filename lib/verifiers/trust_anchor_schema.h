/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One trust anchor in the policy file (docs/policy.md). */
#ifndef ADTLS_VERIFIERS_TRUST_ANCHOR_SCHEMA_H
#define ADTLS_VERIFIERS_TRUST_ANCHOR_SCHEMA_H

#include "verifiers/json_reader.h"
#include "verifiers/policy.h"

/* Read @value; a relative file name starts in @base_dir, which may be NULL.
 * What @out holds is freed with its policy, also on failure. */
bool trust_anchor_read(struct json_reader *reader, const json_t *value,
		       const char *base_dir, struct policy_trust_anchor *out);

#endif
