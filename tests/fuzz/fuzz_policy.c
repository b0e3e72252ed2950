/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes the policy file: the input is the JSON.
 *
 * There always is a policy: a good one within its bounds, or one that refuses
 * everything, with a message that says why. */
#include <jansson.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"
#include "verifiers/policy.h"

/* Files are no part of an input. */
static bool names_a_file(const uint8_t *data, size_t size)
{
	json_t *root = json_loadb((const char *)data, size,
				  JSON_REJECT_DUPLICATES, NULL);
	json_t *anchor;
	size_t index;
	bool found = false;

	json_array_foreach(json_object_get(root, "trust-anchors"), index,
			   anchor)
		found = json_object_get(anchor, "public-key-file") != NULL ||
			found;
	json_decref(root);
	return found;
}

static void check_good(const adtls_policy_t *policy)
{
	FUZZ_REQUIRE(!policy->is_refusing);
	FUZZ_REQUIRE(policy->peer_attestation <= POLICY_REQUIRE);
	FUZZ_REQUIRE(policy->maximum_age_s >= 0);
	FUZZ_REQUIRE(policy->clock_skew_s >= 0);
	FUZZ_REQUIRE(policy->grant_s >= 0);
	for (size_t i = 0; i < policy->trust_anchor_count; i++) {
		FUZZ_REQUIRE(policy->trust_anchors[i].key != NULL);
		FUZZ_REQUIRE(policy->trust_anchors[i].name != NULL);
	}
	for (size_t i = 0; i < policy->reference_value_count; i++)
		FUZZ_REQUIRE(policy->reference_values[i].software_name != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	adtls_policy_t *policy;
	char message[512];
	int error;

	if (names_a_file(data, size))
		return 0;
	memset(message, 'x', sizeof(message));
	error = adtls_policy_load_mem(bytes_of(data, size), NULL, &policy,
				      message, sizeof(message));
	FUZZ_REQUIRE(policy != NULL);
	FUZZ_REQUIRE(memchr(message, '\0', sizeof(message)) != NULL);
	FUZZ_REQUIRE((error == ADTLS_OK) == (message[0] == '\0'));
	if (error == ADTLS_OK) {
		check_good(policy);
	} else {
		FUZZ_REQUIRE(policy->is_refusing);
		FUZZ_REQUIRE(policy->peer_attestation == POLICY_REQUIRE);
	}
	adtls_policy_unref(policy);
	return 0;
}
