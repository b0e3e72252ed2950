/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The gateway's decisions in the onboarding example: who may do what, how
 * blocks become a body, and which readings are kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access.h"
#include "body.h"
#include "number.h"
#include "readings.h"

#define UEID	   "01a1b2c3d4e5f60718293a4b5c6d7e8f90"
#define OTHER_UEID "01ffffffffffffffffffffffffffffffff"

#define NOW ((time_t)1780000000)

/* A device that may do everything its certificate allows. */
static struct access_peer good_peer(enum access_certificate certificate)
{
	struct access_peer peer = {
		.certificate = certificate,
		.attested_device = "ueid:" UEID,
		.authorization = ADTLS_AUTHORIZATION_GRANTED,
	};

	peer.has_identity = device_identity_from_hex(UEID, &peer.identity);
	assert_true(peer.has_identity);
	return peer;
}

static void assert_decision(const struct access_peer *peer,
			    enum access_need need,
			    enum access_decision decision, const char *reason)
{
	struct est_refusal refusal = { .reason = "" };

	assert_int_equal(access_decide(peer, need, &refusal), decision);
	assert_string_equal(refusal.reason, reason);
}

static void test_each_certificate_has_its_rights(void **state)
{
	struct access_peer manufacturers =
		good_peer(ACCESS_CERTIFICATE_MANUFACTURER);
	struct access_peer operational =
		good_peer(ACCESS_CERTIFICATE_OPERATIONAL);

	(void)state;
	assert_decision(&manufacturers, ACCESS_NEED_ANY_DEVICE, ACCESS_GRANTED,
			"");
	assert_decision(&manufacturers, ACCESS_NEED_MANUFACTURER,
			ACCESS_GRANTED, "");
	assert_decision(&manufacturers, ACCESS_NEED_OPERATIONAL,
			ACCESS_FORBIDDEN, "operational-certificate-needed");
	assert_decision(&operational, ACCESS_NEED_ANY_DEVICE, ACCESS_GRANTED,
			"");
	assert_decision(&operational, ACCESS_NEED_OPERATIONAL, ACCESS_GRANTED,
			"");
	assert_decision(&operational, ACCESS_NEED_MANUFACTURER,
			ACCESS_FORBIDDEN, "manufacturer-certificate-needed");
}

/* Asserts that no resource at all is open to a device. */
static void assert_locked_out(const struct access_peer *peer,
			      enum access_decision decision, const char *reason)
{
	assert_decision(peer, ACCESS_NEED_ANY_DEVICE, decision, reason);
	assert_decision(peer, ACCESS_NEED_MANUFACTURER, decision, reason);
	assert_decision(peer, ACCESS_NEED_OPERATIONAL, decision, reason);
}

static void test_a_certificate_is_needed(void **state)
{
	struct access_peer peer = good_peer(ACCESS_CERTIFICATE_NONE);

	(void)state;
	assert_locked_out(&peer, ACCESS_UNAUTHORIZED, "certificate-missing");
	peer.certificate = ACCESS_CERTIFICATE_UNKNOWN;
	assert_locked_out(&peer, ACCESS_UNAUTHORIZED, "certificate-unknown");
	peer.certificate = ACCESS_CERTIFICATE_OPERATIONAL;
	peer.has_identity = false;
	assert_locked_out(&peer, ACCESS_UNAUTHORIZED, "device-unnamed");
}

static void test_granted_attestation_is_needed(void **state)
{
	struct access_peer peer = good_peer(ACCESS_CERTIFICATE_MANUFACTURER);

	(void)state;
	peer.authorization = ADTLS_AUTHORIZATION_NONE;
	assert_locked_out(&peer, ACCESS_UNAUTHORIZED, "attestation-required");
	peer.authorization = ADTLS_AUTHORIZATION_PENDING;
	assert_locked_out(&peer, ACCESS_LATER, "attestation-pending");
	peer.authorization = ADTLS_AUTHORIZATION_DENIED;
	assert_locked_out(&peer, ACCESS_FORBIDDEN, "attestation-denied");
}

static void test_evidence_and_certificate_name_one_device(void **state)
{
	static const char *const others[] = { "ueid:" OTHER_UEID, UEID,
					      "ueid:" UEID "00", "" };
	struct access_peer peer = good_peer(ACCESS_CERTIFICATE_MANUFACTURER);

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		peer.attested_device = others[i];
		assert_locked_out(&peer, ACCESS_FORBIDDEN, "identity-mismatch");
	}
}

static void test_body_from_blocks(void **state)
{
	struct body body;

	(void)state;
	body_init(&body, 8);
	assert_int_equal(body_add(&body, 0, (const uint8_t *)"abc", 3, false),
			 BODY_MORE);
	assert_int_equal(body_add(&body, 0, (const uint8_t *)"abc", 3, false),
			 BODY_MORE);
	assert_int_equal(body_add(&body, 3, (const uint8_t *)"de", 2, true),
			 BODY_COMPLETE);
	assert_int_equal(body.len, 5);
	assert_memory_equal(body.data, "abcde", 5);
	assert_int_equal(body_add(&body, 0, (const uint8_t *)"x", 1, true),
			 BODY_COMPLETE);
	assert_int_equal(body.len, 1);
	body_clear(&body);
}

static void test_body_is_bounded(void **state)
{
	uint8_t block[9] = { 0 };
	struct body body;

	(void)state;
	body_init(&body, 8);
	assert_int_equal(body_add(&body, 0, block, 9, true), BODY_TOO_LARGE);
	assert_int_equal(body_add(&body, 0, block, 8, false), BODY_MORE);
	assert_int_equal(body_add(&body, 8, block, 1, true), BODY_TOO_LARGE);
	assert_int_equal(body_add(&body, SIZE_MAX, block, 1, true),
			 BODY_TOO_LARGE);
	assert_int_equal(body_add(&body, 8, block, 0, true), BODY_COMPLETE);
	body_clear(&body);
}

static void test_body_has_no_gaps(void **state)
{
	uint8_t block[4] = { 0 };
	struct body body;

	(void)state;
	body_init(&body, 100);
	assert_int_equal(body_add(&body, 4, block, 4, true), BODY_GAP);
	assert_int_equal(body_add(&body, 0, block, 4, false), BODY_MORE);
	assert_int_equal(body_add(&body, 5, block, 4, true), BODY_GAP);
	assert_int_equal(body_add(&body, 2, block, 4, true), BODY_GAP);
	assert_int_equal(body.len, 4);
	body_clear(&body);
}

/* A directory of readings and the device that reports. */
struct store {
	char directory[32];
	struct device_identity device;
};

static int setup_store(void **state)
{
	struct store *store = calloc(1, sizeof(*store));

	assert_non_null(store);
	snprintf(store->directory, sizeof(store->directory),
		 "/tmp/adtls-readings-XXXXXX");
	assert_non_null(mkdtemp(store->directory));
	assert_true(device_identity_from_hex(UEID, &store->device));
	*state = store;
	return 0;
}

static void store_path(const struct store *store, char *out, size_t out_size)
{
	snprintf(out, out_size, "%s/" UEID ".jsonl", store->directory);
}

static int teardown_store(void **state)
{
	struct store *store = *state;
	char path[128];

	store_path(store, path, sizeof(path));
	unlink(path);
	assert_int_equal(rmdir(store->directory), 0);
	free(store);
	return 0;
}

/* Reports; the number of records stored, or -1 with the reason asserted. */
static int report(const struct store *store, bool is_senml, const char *body)
{
	struct readings_report report = {
		.device = &store->device,
		.is_senml = is_senml,
		.body = body,
		.body_len = strlen(body),
		.now = NOW,
	};
	struct est_refusal refusal;
	size_t count;

	if (readings_store(store->directory, &report, &count, &refusal))
		return (int)count;
	assert_ptr_equal(refusal.reason, READINGS_REASON_MALFORMED);
	return -1;
}

static void assert_stored(const struct store *store, const char *expected)
{
	char path[128];
	char text[1024];
	size_t length;
	FILE *file;

	store_path(store, path, sizeof(path));
	file = fopen(path, "r");
	assert_non_null(file);
	length = fread(text, 1, sizeof(text) - 1, file);
	text[length] = '\0';
	fclose(file);
	assert_string_equal(text, expected);
}

static void test_senml_is_resolved(void **state)
{
	assert_int_equal(
		report(*state, true,
		       "[{\"bn\":\"urn:dev:ow:1:\",\"bu\":\"Cel\","
		       "\"bt\":1700000000,\"n\":\"t\",\"v\":21.5},"
		       "{\"n\":\"p\",\"u\":\"hPa\",\"t\":-5,\"v\":1000}]"),
		2);
	assert_stored(*state,
		      "{\"n\":\"urn:dev:ow:1:t\",\"u\":\"Cel\",\"v\":21.5,"
		      "\"t\":1700000000.0,\"received\":1780000000}\n"
		      "{\"n\":\"urn:dev:ow:1:p\",\"u\":\"hPa\",\"v\":1000.0,"
		      "\"t\":1699999995.0,\"received\":1780000000}\n");
}

static void test_time_is_relative_to_now(void **state)
{
	assert_int_equal(
		report(*state, true, "[{\"n\":\"t\",\"t\":-60,\"v\":1}]"), 1);
	assert_stored(*state, "{\"n\":\"t\",\"u\":\"\",\"v\":1.0,"
			      "\"t\":1779999940.0,\"received\":1780000000}\n");
}

static void test_plain_numbers_are_kept(void **state)
{
	assert_int_equal(report(*state, false, "-21.5e1"), 1);
	assert_stored(*state, "{\"n\":\"reading\",\"u\":\"\",\"v\":-215.0,"
			      "\"t\":1780000000.0,\"received\":1780000000}\n");
}

static void test_bad_reports_are_refused(void **state)
{
	static const char *const senml[] = {
		"",
		"[]",
		"{}",
		"[{}]",
		"[1]",
		"[{\"n\":\"t\"}]",
		"[{\"v\":1}]",
		"[{\"n\":\"t\",\"v\":\"1\"}]",
		"[{\"n\":\"\\u0000t\",\"v\":1}]",
		"[{\"n\":\"two words\",\"v\":1}]",
		"[{\"n\":\"../t\\n\",\"v\":1}]",
		"[{\"n\":1,\"v\":1}]",
		"[{\"n\":\"t\",\"v\":1,\"bt\":\"now\"}]",
		"[{\"n\":\"t\",\"v\":1e999}]",
		"[{\"n\":\"t\",\"v\":1},{\"n\":\"t\"}]",
		"[{\"n\":\"t\",\"n\":\"u\",\"v\":1}]",
		"[{\"n\":\"t\",\"v\":1}] ]",
	};
	static const char *const numbers[] = { "",    " 1",   "1 ",  "nan",
					       "inf", "0x10", "1,5", "1e999" };

	for (size_t i = 0; i < sizeof(senml) / sizeof(senml[0]); i++)
		assert_int_equal(report(*state, true, senml[i]), -1);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		assert_int_equal(report(*state, false, numbers[i]), -1);
}

static void test_too_many_records_are_refused(void **state)
{
	char body[READINGS_BODY_MAX] = "[{\"n\":\"t\",\"v\":1}";
	static const char more[] = ",{\"n\":\"t\",\"v\":1}";

	for (int i = 1; i < READINGS_RECORDS_MAX; i++)
		strncat(body, more, sizeof(body) - strlen(body) - 1);
	strncat(body, "]", sizeof(body) - strlen(body) - 1);
	assert_int_equal(report(*state, true, body), READINGS_RECORDS_MAX);
	body[strlen(body) - 1] = '\0';
	strncat(body, more, sizeof(body) - strlen(body) - 1);
	strncat(body, "]", sizeof(body) - strlen(body) - 1);
	assert_int_equal(report(*state, true, body), -1);
}

static void test_numbers_on_the_command_line(void **state)
{
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 ", "0x1", "9", "99999999999999999999"
	};
	unsigned value = 0;

	(void)state;
	assert_true(number_parse("8", 0, 8, &value));
	assert_int_equal(value, 8);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(number_parse(bad[i], 0, 8, &value));
}

int main(void)
{
#define STORE_TEST(function) \
	cmocka_unit_test_setup_teardown(function, setup_store, teardown_store)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_certificate_has_its_rights),
		cmocka_unit_test(test_a_certificate_is_needed),
		cmocka_unit_test(test_granted_attestation_is_needed),
		cmocka_unit_test(test_evidence_and_certificate_name_one_device),
		cmocka_unit_test(test_body_from_blocks),
		cmocka_unit_test(test_body_is_bounded),
		cmocka_unit_test(test_body_has_no_gaps),
		STORE_TEST(test_senml_is_resolved),
		STORE_TEST(test_time_is_relative_to_now),
		STORE_TEST(test_plain_numbers_are_kept),
		STORE_TEST(test_bad_reports_are_refused),
		STORE_TEST(test_too_many_records_are_refused),
		cmocka_unit_test(test_numbers_on_the_command_line),
	};

	return cmocka_run_group_tests_name("onboarding", tests, NULL, NULL);
}
