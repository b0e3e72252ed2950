/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policies: loading one, or one that refuses everything in its place. */
#include "verifiers/policy.h"

#include "base/text.h"
#include "verifiers/policy_schema.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static adtls_policy_t *policy_new(void)
{
	adtls_policy_t *policy = calloc(1, sizeof(*policy));

	if (policy == NULL)
		return NULL;
	atomic_init(&policy->references, 1);
	policy_set_defaults(policy);
	return policy;
}

/* What stands in for a policy that is missing or bad. */
static adtls_policy_t *policy_new_refusing(void)
{
	adtls_policy_t *policy = policy_new();

	if (policy != NULL)
		policy->is_refusing = true;
	return policy;
}

/**
 * adtls_policy_load_mem:
 * @json: the policy, at most 1 MiB
 * @base_dir: where relative file names in it start, or %NULL for the working
 *   directory
 * @out: always receives a policy, unless memory ran out: on error one that
 *   requires attestation and refuses everything, with the reason
 *   policy-missing; release with adtls_policy_unref()
 * @out_message: receives what is wrong and where, or ""; may be %NULL
 * @message_len: its size in bytes with NUL; 512 is plenty
 *
 * Loads a policy from memory (docs/policy.md).
 *
 * Returns: %ADTLS_OK, %ADTLS_E_POLICY or %ADTLS_E_MEMORY.
 **/
int adtls_policy_load_mem(adtls_bytes_t json, const char *base_dir,
			  adtls_policy_t **out, char *out_message,
			  size_t message_len)
{
	adtls_policy_t *policy = policy_new();

	*out = policy;
	if (policy == NULL)
		return ADTLS_E_MEMORY;
	if (policy_read_json(json, base_dir, policy, out_message,
			     out_message != NULL ? message_len : 0))
		return ADTLS_OK;
	adtls_policy_unref(policy);
	*out = policy_new_refusing();
	return *out != NULL ? ADTLS_E_POLICY : ADTLS_E_MEMORY;
}

/* The folder of @file, or NULL for the working directory. False: out of
 * memory. */
static bool folder_of(const char *file, char **out)
{
	const char *slash = strrchr(file, '/');

	*out = NULL;
	if (slash == NULL)
		return true;
	*out = strndup(file, (size_t)(slash - file) + 1);
	return *out != NULL;
}

static void say_unreadable(const char *file, char *out_message,
			   size_t message_len)
{
	struct text text;

	text_init(&text, out_message, message_len);
	text_append_escaped(&text, file);
	text_append(&text, ": ");
	text_append_escaped(&text, strerror(errno));
}

/**
 * adtls_policy_load_file:
 * @file: JSON, at most 1 MiB; relative file names in it start in its folder
 * @out: always receives a policy, unless memory ran out: on error one that
 *   requires attestation and refuses everything, with the reason
 *   policy-missing; release with adtls_policy_unref()
 * @out_message: receives what is wrong and where, or ""; may be %NULL
 * @message_len: its size in bytes with NUL; 512 is plenty
 *
 * Loads a policy from a file (docs/policy.md).
 *
 * Returns: %ADTLS_OK, %ADTLS_E_POLICY, %ADTLS_E_FILE if @file cannot be read,
 * or %ADTLS_E_MEMORY.
 **/
int adtls_policy_load_file(const char *file, adtls_policy_t **out,
			   char *out_message, size_t message_len)
{
	struct buffer json = { 0 };
	char *folder;
	int result;

	*out = NULL;
	if (out_message == NULL)
		message_len = 0;
	if (!policy_read_file(file, POLICY_FILE_MAX, &json)) {
		say_unreadable(file, out_message, message_len);
		*out = policy_new_refusing();
		return *out != NULL ? ADTLS_E_FILE : ADTLS_E_MEMORY;
	}
	result = ADTLS_E_MEMORY;
	if (folder_of(file, &folder))
		result = adtls_policy_load_mem(buffer_bytes(&json), folder, out,
					       out_message, message_len);
	free(folder);
	buffer_clear(&json);
	return result;
}

bool policy_reserve_trust_anchors(adtls_policy_t *policy, size_t count)
{
	policy->trust_anchors =
		calloc(count + 1, sizeof(*policy->trust_anchors));
	return policy->trust_anchors != NULL;
}

bool policy_reserve_reference_values(adtls_policy_t *policy, size_t count)
{
	policy->reference_values =
		calloc(count + 1, sizeof(*policy->reference_values));
	return policy->reference_values != NULL;
}

/**
 * adtls_policy_ref:
 * @policy: a policy, or %NULL
 *
 * Takes a reference; from any thread.
 *
 * Returns: @policy.
 **/
adtls_policy_t *adtls_policy_ref(adtls_policy_t *policy)
{
	if (policy != NULL)
		atomic_fetch_add(&policy->references, 1);
	return policy;
}

/**
 * adtls_policy_unref:
 * @policy: a policy, or %NULL
 *
 * Gives a reference back; the last one frees. From any thread.
 **/
void adtls_policy_unref(adtls_policy_t *policy)
{
	if (policy == NULL || atomic_fetch_sub(&policy->references, 1) != 1)
		return;
	for (size_t i = 0; i < policy->trust_anchor_count; i++) {
		free(policy->trust_anchors[i].name);
		crypto_public_key_free(policy->trust_anchors[i].key);
		buffer_clear(&policy->trust_anchors[i].ueid);
	}
	for (size_t i = 0; i < policy->reference_value_count; i++)
		free(policy->reference_values[i].software_name);
	free(policy->trust_anchors);
	free(policy->reference_values);
	free(policy);
}
