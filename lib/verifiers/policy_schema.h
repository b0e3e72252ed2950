/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The policy file's schema (docs/policy.md). */
#ifndef ADTLS_VERIFIERS_POLICY_SCHEMA_H
#define ADTLS_VERIFIERS_POLICY_SCHEMA_H

#include "base/buffer.h"
#include "verifiers/policy.h"

/* A policy with tens of thousands of devices fits; a wrong file does not. */
#define POLICY_FILE_MAX 0x100000

/* Set the defaults of a policy that says nothing. */
void policy_set_defaults(adtls_policy_t *policy);
/* Make room for @count of them, once; the counts stay 0. False: out of
 * memory. */
bool policy_reserve_trust_anchors(adtls_policy_t *policy, size_t count);
bool policy_reserve_reference_values(adtls_policy_t *policy, size_t count);
/* Read @json into @policy, whose defaults are set; relative file names start
 * in @base_dir, which may be NULL. False: it is bad, as @out_message says, and
 * @policy may be half read. */
bool policy_read_json(adtls_bytes_t json, const char *base_dir,
		      adtls_policy_t *policy, char *out_message,
		      size_t message_len);
/* Read a file into @out, which is empty. False: it cannot be read or has over
 * @max bytes, as errno says; @out is empty. */
bool policy_read_file(const char *file, size_t max, struct buffer *out);

/* The names of enum policy_demand's values, and of adtls_key_binding_t's. */
extern const char *const policy_demand_names[POLICY_DEMAND_COUNT];
extern const char *const policy_key_binding_names[POLICY_KEY_BINDING_COUNT];

#endif
