/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Policy files: what they say, and how each mistake is named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/support/test_vectors.h"
#include "tests/unit/policy_text.h"
#include "verifiers/policy.h"

static int load(const char *json, adtls_policy_t **out, char *message,
		size_t message_len)
{
	return adtls_policy_load_mem(bytes_of(json, strlen(json)), NULL, out,
				     message, message_len);
}

static adtls_policy_t *load_good(const char *json)
{
	adtls_policy_t *policy;
	char message[512];

	if (load(json, &policy, message, sizeof(message)) != ADTLS_OK)
		fail_msg("%s", message);
	assert_string_equal(message, "");
	assert_false(policy->is_refusing);
	return policy;
}

/* Fails, names @problem, and refuses everything from then on. */
static void assert_refused(const char *json, const char *problem)
{
	adtls_policy_t *policy;
	char message[512];

	assert_int_equal(load(json, &policy, message, sizeof(message)),
			 ADTLS_E_POLICY);
	if (strstr(message, problem) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", problem, message);
	assert_true(policy->is_refusing);
	assert_int_equal(policy->peer_attestation, POLICY_REQUIRE);
	assert_int_equal(policy->trust_anchor_count, 0);
	adtls_policy_unref(policy);
}

static void defaults_are_cautious(void **state)
{
	adtls_policy_t *policy = load_good(
		POLICY_TEXT(POLICY_USUAL_ANCHOR, POLICY_USUAL_REFERENCE, ""));

	(void)state;
	assert_int_equal(policy->peer_attestation, POLICY_REQUIRE);
	assert_true(
		policy->accepts_key_binding[ADTLS_KEY_BINDING_KEY_ATTESTED]);
	assert_true(policy->accepts_key_binding[ADTLS_KEY_BINDING_MONOLITHIC]);
	assert_false(policy->accepts_key_binding[ADTLS_KEY_BINDING_ECHO]);
	assert_false(policy->explains_to_peer);
	assert_false(policy->delivers_while_pending);
	assert_int_equal(policy->maximum_age_s, 0);
	assert_int_equal(policy->clock_skew_s, 300);
	assert_int_equal(policy->grant_s, 86400);
	assert_int_equal(policy->appraisal_deadline_us, 30000000);
	adtls_policy_unref(policy);
}

static void members_are_read(void **state)
{
	adtls_policy_t *policy = load_good(POLICY_TEXT(
		POLICY_ANCHOR("maker", POLICY_KEY,
			      ",\"ueid\":\"0101020304050607\"") "," //
		POLICY_ANCHOR("other", POLICY_OTHER_KEY, ""),
		POLICY_USUAL_REFERENCE,
		",\"peer-attestation\":\"allow\""
		",\"accept-key-binding\":[\"monolithic\",\"echo\"]"
		",\"explain-to-peer\":true,\"deliver-while-pending\":true"
		",\"maximum-evidence-age\":60,\"clock-skew\":0"
		",\"grant-lifetime\":3600,\"appraisal-deadline\":5"));
	const struct policy_trust_anchor *anchor = &policy->trust_anchors[0];
	struct test_bytes measurement = test_hex(POLICY_GENUINE);
	struct test_bytes key_id = test_hex("089b6aeed6169bbf");

	(void)state;
	assert_int_equal(policy->peer_attestation, POLICY_ALLOW);
	assert_false(
		policy->accepts_key_binding[ADTLS_KEY_BINDING_KEY_ATTESTED]);
	assert_true(policy->accepts_key_binding[ADTLS_KEY_BINDING_MONOLITHIC]);
	assert_true(policy->accepts_key_binding[ADTLS_KEY_BINDING_ECHO]);
	assert_true(policy->explains_to_peer);
	assert_true(policy->delivers_while_pending);
	assert_int_equal(policy->maximum_age_s, 60);
	assert_int_equal(policy->clock_skew_s, 0);
	assert_int_equal(policy->grant_s, 3600);
	assert_int_equal(policy->appraisal_deadline_us, 5000000);
	assert_int_equal(policy->trust_anchor_count, 2);
	assert_string_equal(anchor->name, "maker");
	assert_int_equal(anchor->key_binding, ADTLS_KEY_BINDING_ECHO);
	assert_int_equal(anchor->ueid.len, 8);
	assert_memory_equal(anchor->key_id, key_id.data, key_id.len);
	assert_int_equal(policy->trust_anchors[1].ueid.len, 0);
	assert_int_equal(policy->reference_value_count, 1);
	assert_string_equal(policy->reference_values[0].software_name,
			    "sensor-firmware");
	assert_memory_equal(policy->reference_values[0].measurement,
			    measurement.data, measurement.len);
	adtls_policy_unref(policy);
}

/* Collects lines, each with its end. */
static void collect_line(void *context, const char *line)
{
	char *text = context;
	size_t len = strlen(text);

	snprintf(text + len, 4096 - len, "%s\n", line);
}

static void it_is_described(void **state)
{
	adtls_policy_t *policy = load_good(POLICY_TEXT(
		POLICY_ANCHOR("maker", POLICY_KEY,
			      ",\"ueid\":\"0101020304050607\"") "," //
		POLICY_ANCHOR("Gr\\u00fc\\\"n", POLICY_OTHER_KEY, ""),
		POLICY_USUAL_REFERENCE,
		",\"peer-attestation\":\"allow\""
		",\"accept-key-binding\":[\"monolithic\",\"echo\"]"
		",\"explain-to-peer\":true"
		",\"maximum-evidence-age\":60,\"clock-skew\":0"
		",\"grant-lifetime\":3600,\"appraisal-deadline\":5"));
	char text[4096] = "";

	(void)state;
	adtls_policy_describe(policy, collect_line, text);
	assert_string_equal(
		text,
		"peer-attestation: allow\n"
		"accept-key-binding: monolithic echo\n"
		"explain-to-peer: true\n"
		"deliver-while-pending: false\n"
		"accept-device-keys: false\n"
		"maximum-evidence-age: 60 s\n"
		"clock-skew: 0 s\n"
		"grant-lifetime: 3600 s\n"
		"maximum-resumption-age: 3600 s\n"
		"appraisal-deadline: 5 s\n"
		"trust anchor \"maker\": echo; device 0101020304050607; "
		"key id 089b6aeed6169bbf\n"
		"trust anchor \"Gr\\xc3\\xbc\"n\": echo; any device; "
		"key id 04846eb1f8f5aedd\n"
		"reference value \"sensor-firmware\": sha-256:" POLICY_GENUINE
		"\n");
	adtls_policy_unref(policy);
}

static void what_can_grant_nothing_is_described(void **state)
{
	adtls_policy_t *policy = load_good(
		POLICY_TEXT(POLICY_USUAL_ANCHOR, POLICY_USUAL_REFERENCE, ""));
	char text[4096] = "";

	(void)state;
	adtls_policy_describe(policy, collect_line, text);
	assert_non_null(strstr(text, "maximum-evidence-age: not checked\n"));
	assert_non_null(strstr(text, "\"maker\": echo, which "
				     "accept-key-binding leaves out: it can "
				     "grant nothing; any device"));
	adtls_policy_unref(policy);

	text[0] = '\0';
	assert_int_equal(load("{}", &policy, NULL, 0), ADTLS_E_POLICY);
	adtls_policy_describe(policy, collect_line, text);
	assert_string_equal(text,
			    "refuses everything: it could not be loaded\n");
	adtls_policy_unref(policy);
}

static void forbidding_needs_no_anchors(void **state)
{
	adtls_policy_t *policy =
		load_good("{\"version\":1,\"peer-attestation\":\"forbid\"}");

	(void)state;
	assert_int_equal(policy->peer_attestation, POLICY_FORBID);
	adtls_policy_unref(policy);
}

static void every_mistake_is_named(void **state)
{
#define USUAL(more) \
	POLICY_TEXT(POLICY_USUAL_ANCHOR, POLICY_USUAL_REFERENCE, more)
#define WITH_ANCHOR(anchor) POLICY_TEXT(anchor, POLICY_USUAL_REFERENCE, "")
#define WITH_REFERENCE(reference) \
	POLICY_TEXT(POLICY_USUAL_ANCHOR, reference, "")
	static const struct {
		const char *json;
		const char *problem;
	} mistakes[] = {
		{ "", "line 1, column 0" },
		{ "{", "line 1, column 1" },
		{ "{\"version\":1,\n\"version\":1}", "line 2" },
		{ "{\"version\":1} x", "end of file expected" },
		{ "[]", "is not an object" },
		{ "{}", "version: is missing" },
		{ "{\"version\":2}", "version: is not a whole number from 1" },
		{ "{\"version\":\"1\"}", "version: is not a whole number" },
		{ "{\"version\":1}", "trust-anchors: there is none" },
		{ POLICY_TEXT("", POLICY_USUAL_REFERENCE, ""),
		  "trust-anchors: there is none" },
		{ POLICY_TEXT(POLICY_USUAL_ANCHOR, "", ""),
		  "reference-values: there is none" },
		{ POLICY_TEXT(POLICY_USUAL_ANCHOR, "",
			      ",\"peer-attestation\":\"allow\""),
		  "reference-values: there is none" },
		{ USUAL(",\"maximum-age\":1"),
		  "maximum-age: there is no such member" },
		{ USUAL(",\"x\\ny\":1"), "x\\x0ay: there is no such member" },
		{ USUAL(",\"peer-attestation\":\"demand\""),
		  "peer-attestation: is none of \"forbid\" \"allow\" "
		  "\"require\"" },
		{ USUAL(",\"peer-attestation\":null"),
		  "peer-attestation: is none of" },
		{ USUAL(",\"accept-key-binding\":[]"),
		  "accept-key-binding: is not an array with an item" },
		{ USUAL(",\"accept-key-binding\":\"echo\""),
		  "accept-key-binding: is not an array" },
		{ USUAL(",\"accept-key-binding\":[\"echo\",\"none\"]"),
		  "accept-key-binding[1]: is none of \"key-attested\"" },
		{ USUAL(",\"explain-to-peer\":1"),
		  "explain-to-peer: is neither true nor false" },
		{ USUAL(",\"deliver-while-pending\":\"no\""),
		  "deliver-while-pending: is neither true nor false" },
		{ USUAL(",\"accept-device-keys\":1"),
		  "accept-device-keys: is neither true nor false" },
		{ USUAL(",\"accept-device-keys\":true"),
		  "accept-device-keys: a trust anchor names no device" },
		{ USUAL(",\"accept-device-keys\":true"
			",\"deliver-while-pending\":true"),
		  "accept-device-keys: not together with" },
		{ USUAL(",\"maximum-evidence-age\":0"),
		  "maximum-evidence-age: is not a whole number from 1 to" },
		{ USUAL(",\"maximum-evidence-age\":31622401"),
		  "maximum-evidence-age: is not a whole number" },
		{ USUAL(",\"maximum-evidence-age\":1.5"),
		  "maximum-evidence-age: is not a whole number" },
		{ USUAL(",\"clock-skew\":-1"),
		  "clock-skew: is not a whole number from 0 to 86400" },
		{ USUAL(",\"grant-lifetime\":0"),
		  "grant-lifetime: is not a whole number" },
		{ USUAL(",\"appraisal-deadline\":601"),
		  "appraisal-deadline: is not a whole number from 1 to 600" },
		{ USUAL(",\"appraisal-deadline\":99999999999999999999"),
		  "line 1" },
		{ "{\"version\":1,\"trust-anchors\":{}}",
		  "trust-anchors: is not an array" },
		{ WITH_ANCHOR("1"), "trust-anchors[0]: is not an object" },
		{ WITH_ANCHOR("{}"), "trust-anchors[0].name: is missing" },
		{ WITH_ANCHOR("{\"name\":\"\"}"),
		  "trust-anchors[0].name: is empty or too long" },
		{ WITH_ANCHOR("{\"name\":\"a\\tb\"}"),
		  "trust-anchors[0].name: contains a control character" },
		{ WITH_ANCHOR("{\"name\":1}"),
		  "trust-anchors[0].name: is not a text" },
		{ WITH_ANCHOR("{\"name\":\"a\",\"public-key\":" POLICY_KEY "}"),
		  "trust-anchors[0].key-binding: is missing" },
		{ WITH_ANCHOR("{\"name\":\"a\",\"key-binding\":\"strong\"}"),
		  "trust-anchors[0].key-binding: is none of" },
		{ WITH_ANCHOR("{\"name\":\"a\",\"key-binding\":\"echo\"}"),
		  "trust-anchors[0]: has neither public-key nor" },
		{ WITH_ANCHOR(POLICY_ANCHOR("a", "7", "")),
		  "trust-anchors[0].public-key: is not a text" },
		{ WITH_ANCHOR(POLICY_ANCHOR("a", "\"key\"", "")),
		  "trust-anchors[0].public-key: holds no PEM" },
		{ WITH_ANCHOR(
			  POLICY_ANCHOR("a",
					"\"-----BEGIN PUBLIC KEY-----\\nAAAA\\n"
					"-----END PUBLIC KEY-----\\n\"",
					"")),
		  "trust-anchors[0].public-key: is not a key on P-256" },
		/* P-384 */
		{ WITH_ANCHOR(POLICY_ANCHOR(
			  "a",
			  "\"-----BEGIN PUBLIC KEY-----\\n"
			  "MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAEKDwdc2XOR4jyn46/"
			  "I07f/q1v6Zf76l/6\\n"
			  "LVjMnfp7HFCLBVJvVbnrsgQPBbSPttDhlHXJkGHkG4i6Uu/"
			  "bjBaQRxph2GfteZcp\\n"
			  "2cks0B29IlYw2E7eMqePnmRmTNrFEu+M\\n"
			  "-----END PUBLIC KEY-----\\n\"",
			  "")),
		  "trust-anchors[0].public-key: is not a key on P-256" },
		/* Ed25519 */
		{ WITH_ANCHOR(POLICY_ANCHOR(
			  "a",
			  "\"-----BEGIN PUBLIC KEY-----\\n"
			  "MCowBQYDK2VwAyEAO2onvM62pC1io6jQKm8Nc2UyFXcd4k"
			  "OmOsBIoYtZ2ik=\\n-----END PUBLIC KEY-----\\n\"",
			  "")),
		  "trust-anchors[0].public-key: is not a key on P-256" },
		{ WITH_ANCHOR(POLICY_ANCHOR(
			  "a", POLICY_KEY,
			  ",\"public-key-file\":\"/no/such/file\"")),
		  "trust-anchors[0].public-key-file: /no/such/file: " },
		{ WITH_ANCHOR(
			  POLICY_ANCHOR("a", POLICY_KEY, ",\"ueid\":\"0201\"")),
		  "trust-anchors[0].ueid: is not 7 to 33 bytes" },
		{ WITH_ANCHOR(POLICY_ANCHOR("a", POLICY_KEY,
					    ",\"ueid\":\"01020304050607ff0\"")),
		  "trust-anchors[0].ueid: is not 7 to 33 bytes" },
		{ WITH_ANCHOR(POLICY_ANCHOR("a", POLICY_KEY,
					    ",\"ueid\":\"0g020304050607\"")),
		  "trust-anchors[0].ueid: is not 7 to 33 bytes" },
		{ WITH_ANCHOR(POLICY_ANCHOR("a", POLICY_KEY,
					    ",\"ueid\":\"09020304050607\"")),
		  "trust-anchors[0].ueid: is not 7 to 33 bytes" },
		{ WITH_ANCHOR(POLICY_ANCHOR("a", POLICY_KEY, ",\"x\":1")),
		  "trust-anchors[0].x: there is no such member" },
		{ WITH_ANCHOR(POLICY_USUAL_ANCHOR "," POLICY_USUAL_ANCHOR),
		  "trust-anchors[1]: has the name of another one" },
		{ WITH_REFERENCE("[]"),
		  "reference-values[0]: is not an object" },
		{ WITH_REFERENCE("{\"software-name\":\"a\"}"),
		  "reference-values[0].measurement: is missing" },
		{ WITH_REFERENCE(POLICY_USUAL_REFERENCE ",{\"measurement\":"
							"\"sha-256:" //
				 POLICY_GENUINE "\"}"),
		  "reference-values[1].software-name: is missing" },
		{ WITH_REFERENCE("{\"software-name\":\"a\","
				 "\"measurement\":\"" POLICY_GENUINE "\"}"),
		  "reference-values[0].measurement: is not \"sha-256:\"" },
		{ WITH_REFERENCE(POLICY_REFERENCE("a", "00")),
		  "reference-values[0].measurement: is not \"sha-256:\"" },
		{ WITH_REFERENCE(POLICY_REFERENCE("a", POLICY_GENUINE "00")),
		  "reference-values[0].measurement: is not \"sha-256:\"" },
		{ WITH_REFERENCE(POLICY_REFERENCE("a", "")),
		  "reference-values[0].measurement: is not \"sha-256:\"" },
		{ "{\"version\":1,\"reference-values\":7}",
		  "reference-values: is not an array" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++)
		assert_refused(mistakes[i].json, mistakes[i].problem);
#undef USUAL
#undef WITH_ANCHOR
#undef WITH_REFERENCE
}

static void size_is_bounded(void **state)
{
	const char *text =
		POLICY_TEXT(POLICY_USUAL_ANCHOR, POLICY_USUAL_REFERENCE, "");
	size_t limit = 1024 * 1024;
	char *padded = malloc(limit + 2);
	adtls_policy_t *policy;

	(void)state;
	assert_non_null(padded);
	memset(padded, ' ', limit + 1);
	padded[limit] = '\0';
	memcpy(padded, text, strlen(text));
	adtls_policy_unref(load_good(padded));
	padded[limit] = ' ';
	padded[limit + 1] = '\0';
	assert_refused(padded, "is over 1 MiB");
	/* Neither message nor its space is needed. */
	assert_int_equal(load(padded, &policy, NULL, 100), ADTLS_E_POLICY);
	adtls_policy_unref(policy);
	free(padded);
}

struct folder {
	char path[64];
	char policy[128];
	char key[128];
};

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fputs(text, file) < 0, 0);
	assert_int_equal(fclose(file), 0);
}

static void folder_make(struct folder *folder)
{
	snprintf(folder->path, sizeof(folder->path), "/tmp/adtls-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	snprintf(folder->policy, sizeof(folder->policy), "%s/policy.json",
		 folder->path);
	snprintf(folder->key, sizeof(folder->key), "%s/key.pem", folder->path);
}

static void folder_remove(const struct folder *folder)
{
	unlink(folder->policy);
	unlink(folder->key);
	assert_int_equal(rmdir(folder->path), 0);
}

static void files_are_found_beside_the_policy(void **state)
{
	adtls_policy_t *policy;
	struct folder folder;
	char message[512];

	(void)state;
	folder_make(&folder);
	write_file(folder.policy, POLICY_TEXT("{\"name\":\"maker\","
					      "\"public-key-file\":\"key.pem\","
					      "\"key-binding\":\"echo\"}",
					      POLICY_USUAL_REFERENCE, ""));
	assert_int_equal(adtls_policy_load_file(folder.policy, &policy, message,
						sizeof(message)),
			 ADTLS_E_POLICY);
	assert_non_null(strstr(message, "public-key-file: "));
	assert_non_null(strstr(message, "key.pem: No such file"));
	assert_true(policy->is_refusing);
	adtls_policy_unref(policy);

	write_file(folder.key, "a comment\n"
			       "-----BEGIN PUBLIC KEY-----\n"
			       "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE2swlmGltj"
			       "+/xaToAOjMk25pgBdpq\n"
			       "k9m9e3gMoFg/TLs68keKcgp2Km/kfzJD7TpiHnlK7lUyO"
			       "qKnqWBIoGu9PA==\n"
			       "-----END PUBLIC KEY-----\n");
	assert_int_equal(adtls_policy_load_file(folder.policy, &policy, message,
						sizeof(message)),
			 ADTLS_OK);
	assert_string_equal(message, "");
	assert_int_equal(policy->trust_anchor_count, 1);
	adtls_policy_unref(policy);
	folder_remove(&folder);
}

static void unreadable_file_refuses(void **state)
{
	adtls_policy_t *policy;
	char message[512];

	(void)state;
	assert_int_equal(adtls_policy_load_file("/no/such\n/policy.json",
						&policy, message,
						sizeof(message)),
			 ADTLS_E_FILE);
	assert_string_equal(message, "/no/such\\x0a/policy.json: "
				     "No such file or directory");
	assert_true(policy->is_refusing);
	assert_int_equal(policy->peer_attestation, POLICY_REQUIRE);
	adtls_policy_unref(policy);
	/* A folder is no file. */
	assert_int_equal(adtls_policy_load_file("/", &policy, NULL, 0),
			 ADTLS_E_FILE);
	assert_true(policy->is_refusing);
	adtls_policy_unref(policy);
}

static void large_file_is_not_read(void **state)
{
	adtls_policy_t *policy;
	struct folder folder;
	char message[512];

	(void)state;
	folder_make(&folder);
	write_file(folder.policy, "{}");
	assert_int_equal(truncate(folder.policy, 1024 * 1024 + 1), 0);
	assert_int_equal(adtls_policy_load_file(folder.policy, &policy, message,
						sizeof(message)),
			 ADTLS_E_FILE);
	assert_non_null(strstr(message, "policy.json: File too large"));
	assert_true(policy->is_refusing);
	adtls_policy_unref(policy);
	folder_remove(&folder);
}

static void references_are_counted(void **state)
{
	adtls_policy_t *policy =
		load_good("{\"version\":1,\"peer-attestation\":\"forbid\"}");

	(void)state;
	assert_ptr_equal(adtls_policy_ref(policy), policy);
	adtls_policy_unref(policy);
	assert_int_equal(policy->peer_attestation, POLICY_FORBID);
	adtls_policy_unref(policy);
	assert_null(adtls_policy_ref(NULL));
	adtls_policy_unref(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_cautious),
		cmocka_unit_test(members_are_read),
		cmocka_unit_test(it_is_described),
		cmocka_unit_test(what_can_grant_nothing_is_described),
		cmocka_unit_test(forbidding_needs_no_anchors),
		cmocka_unit_test(every_mistake_is_named),
		cmocka_unit_test(size_is_bounded),
		cmocka_unit_test(files_are_found_beside_the_policy),
		cmocka_unit_test(unreadable_file_refuses),
		cmocka_unit_test(large_file_is_not_read),
		cmocka_unit_test(references_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
