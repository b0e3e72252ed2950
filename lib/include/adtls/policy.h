/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The attestation policy of a relying party: a JSON file (docs/policy.md). */
#ifndef ADTLS_POLICY_H
#define ADTLS_POLICY_H

#include <adtls/error.h>
#include <adtls/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Immutable and reference-counted. */
typedef struct adtls_policy adtls_policy_t;

/**
 * adtls_policy_load_file:
 * @file: JSON
 * @out: always receives a policy, unless memory ran out: on error one that
 *   requires attestation and refuses everything, with the reason policy-missing
 * @out_message: receives what is wrong and where, or ""; may be NULL
 * @message_len: its size in bytes with NUL
 *
 * Returns: ADTLS_OK, ADTLS_E_POLICY, ADTLS_E_FILE or ADTLS_E_MEMORY.
 */
int adtls_policy_load_file(const char *file, adtls_policy_t **out,
			   char *out_message, size_t message_len);

/** adtls_policy_load_mem: The same from memory; @base_dir is where relative file names in it start, or NULL. */
int adtls_policy_load_mem(adtls_bytes_t json, const char *base_dir,
			  adtls_policy_t **out, char *out_message,
			  size_t message_len);

/** adtls_policy_describe: What it demands, whom it believes and what it takes for good: @write gets one line of printable ASCII at a time, without line end, valid during the call. */
void adtls_policy_describe(const adtls_policy_t *policy,
			   void (*write)(void *context, const char *line),
			   void *context);

adtls_policy_t *adtls_policy_ref(adtls_policy_t *policy);
void adtls_policy_unref(adtls_policy_t *policy);

#ifdef __cplusplus
}
#endif

#endif
