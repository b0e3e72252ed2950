/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The appraisal of authentic claims: each thing that is refused, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/unit/local_appraisal.h"

static const char usual_policy[] = USUAL_POLICY;
static const char aged_policy[] = POLICY_TEXT(
	POLICY_USUAL_ANCHOR, POLICY_USUAL_REFERENCE,
	POLICY_ACCEPT_ECHO ",\"maximum-evidence-age\":60,\"clock-skew\":10");

static void assert_check(const adtls_verdict_t *verdict, size_t index,
			 const char *claim, const char *expected,
			 const char *got, adtls_reason_t reason)
{
	adtls_check_t check;

	assert_true(adtls_verdict_check(verdict, index, &check));
	assert_string_equal(check.claim, claim);
	assert_string_equal(check.expected, expected);
	assert_string_equal(check.got, got);
	assert_int_equal(check.reason, reason);
}

static void check_genuine(const json_t *vector)
{
	struct test_bytes evidence = test_vector_bytes(vector, "evidence");
	adtls_verdict_t *verdict =
		appraise(aged_policy, test_view(&evidence), NOW + 5);

	assert_true(is_granted(verdict));
	assert_int_equal(adtls_verdict_reason(verdict), ADTLS_REASON_NONE);
	assert_string_equal(adtls_verdict_device(verdict),
			    "ueid:0100000000000000000000000000000000");
	assert_string_equal(adtls_verdict_software(verdict),
			    "sensor-firmware 1.0.0");
	assert_string_equal(adtls_verdict_verifier(verdict), "local");
	assert_true(adtls_verdict_expires_at(verdict) == NOW + 5 + 86400);
	assert_int_equal(adtls_verdict_check_count(verdict), 6);
	assert_check(verdict, 0, "signature", "by a trust anchor's key",
		     "maker", ADTLS_REASON_NONE);
	assert_check(verdict, 1, "key-binding", "key-attested or echo", "echo",
		     ADTLS_REASON_NONE);
	assert_check(verdict, 2, "age", "issued by 2026-09-21T14:13:35Z",
		     "2026-09-21T14:13:20Z", ADTLS_REASON_NONE);
	assert_check(verdict, 3, "age", "issued since 2026-09-21T14:12:15Z",
		     "2026-09-21T14:13:20Z", ADTLS_REASON_NONE);
	assert_check(verdict, 4, "software-name",
		     "software with reference values", "sensor-firmware",
		     ADTLS_REASON_NONE);
	assert_check(verdict, 5, "measurement", "sha-256:" POLICY_GENUINE,
		     "sha-256:" POLICY_GENUINE, ADTLS_REASON_NONE);
	adtls_verdict_unref(verdict);
}

static void genuine_is_granted(void **state)
{
	(void)state;
	with_vector("genuine", check_genuine);
}

static void check_other_firmware(const json_t *vector)
{
	struct test_bytes evidence = test_vector_bytes(vector, "evidence");
	adtls_verdict_t *verdict =
		appraise(usual_policy, test_view(&evidence), NOW);
	char line[512];

	assert_int_equal(adtls_verdict_reason(verdict),
			 ADTLS_REASON_MEASUREMENT_MISMATCH);
	adtls_verdict_explain(verdict, line, sizeof(line));
	assert_string_equal(
		line, "device ueid:010102030405060708090a0b0c0d0e0f101112131415"
		      "161718191a1b1c1d1e1f20 (CN=sensor) refused: "
		      "measurement-mismatch: measurement: expected "
		      "sha-256:" POLICY_GENUINE ", got sha-256:" POLICY_OTHER);
	assert_true(adtls_verdict_expires_at(verdict) == ADTLS_UTC_UNKNOWN);
	adtls_verdict_unref(verdict);
}

static void other_firmware_is_refused(void **state)
{
	(void)state;
	with_vector("other firmware", check_other_firmware);
}

static void software_must_be_known(void **state)
{
	struct claims claims = usual_claims;

	(void)state;
	assert_granted(usual_policy, &claims, KEY_ID, NOW);
	claims.name = "sensor-firmware2";
	assert_refused(usual_policy, &claims, NOW,
		       ADTLS_REASON_SOFTWARE_UNKNOWN, "software-name",
		       "software with reference values", "sensor-firmware2");
	claims.name = NULL;
	assert_refused(usual_policy, &claims, NOW, ADTLS_REASON_CLAIM_MISSING,
		       "software-name", "software with reference values",
		       "none");
	claims = usual_claims;
	claims.measurement = NULL;
	assert_refused(usual_policy, &claims, NOW, ADTLS_REASON_CLAIM_MISSING,
		       "measurement", "sha-256:" POLICY_GENUINE, "none");
}

static void measurement_is_of_its_software(void **state)
{
	static const char policy[] = POLICY_TEXT(
		POLICY_USUAL_ANCHOR,
		POLICY_REFERENCE("a", POLICY_GENUINE) "," POLICY_REFERENCE(
			"b", POLICY_OTHER) "," POLICY_REFERENCE("b",
								POLICY_GENUINE),
		POLICY_ACCEPT_ECHO);
	struct claims claims = usual_claims;

	(void)state;
	claims.name = "b";
	assert_granted(policy, &claims, KEY_ID, NOW);
	claims.measurement = POLICY_OTHER;
	assert_granted(policy, &claims, KEY_ID, NOW);
	claims.name = "a";
	assert_refused(policy, &claims, NOW, ADTLS_REASON_MEASUREMENT_MISMATCH,
		       "measurement", "sha-256:" POLICY_GENUINE,
		       "sha-256:" POLICY_OTHER);
	claims.name = "b";
	claims.measurement = "00000000000000000000000000000000"
			     "00000000000000000000000000000000";
	assert_refused(policy, &claims, NOW, ADTLS_REASON_MEASUREMENT_MISMATCH,
		       "measurement",
		       "sha-256:" POLICY_OTHER " or sha-256:" POLICY_GENUINE,
		       "sha-256:00000000000000000000000000000000"
		       "00000000000000000000000000000000");
}

/* More reference values than a check's text can hold. */
static void many_reference_values_are_compared(void **state)
{
	static const char policy[] =
		POLICY_TEXT(POLICY_USUAL_ANCHOR,
			    POLICY_REFERENCE("a", DIGITS("01")) "," //
			    POLICY_REFERENCE("a", DIGITS("02")) "," //
			    POLICY_REFERENCE("a", DIGITS("03")) "," //
			    POLICY_REFERENCE("a", DIGITS("04")),
			    POLICY_ACCEPT_ECHO);
	struct claims claims = usual_claims;

	(void)state;
	claims.name = "a";
	claims.measurement = DIGITS("04");
	assert_granted(policy, &claims, KEY_ID, NOW);
	claims.measurement = DIGITS("05");
	assert_refused(policy, &claims, NOW, ADTLS_REASON_MEASUREMENT_MISMATCH,
		       "measurement",
		       "sha-256:" DIGITS("01") " or sha-256:" DIGITS(
			       "02") " or sha-256:" DIGITS("03") " or another",
		       "sha-256:" DIGITS("05"));
}

static void key_binding_must_be_accepted(void **state)
{
	static const char policy[] =
		POLICY_TEXT(POLICY_USUAL_ANCHOR, POLICY_USUAL_REFERENCE, "");

	(void)state;
	assert_refused(policy, &usual_claims, NOW,
		       ADTLS_REASON_KEY_BINDING_TOO_WEAK, "key-binding",
		       "key-attested or monolithic", "echo");
}

static void age_is_checked(void **state)
{
	struct claims claims = usual_claims;

	(void)state;
	assert_granted(aged_policy, &claims, KEY_ID, NOW + 70);
	assert_refused(aged_policy, &claims, NOW + 71,
		       ADTLS_REASON_EVIDENCE_STALE, "age",
		       "issued since 2026-09-21T14:13:21Z",
		       "2026-09-21T14:13:20Z");
	assert_granted(aged_policy, &claims, KEY_ID, NOW - 10);
	assert_refused(aged_policy, &claims, NOW - 11,
		       ADTLS_REASON_EVIDENCE_FROM_FUTURE, "age",
		       "issued by 2026-09-21T14:13:19Z",
		       "2026-09-21T14:13:20Z");
	assert_refused(aged_policy, &claims, ADTLS_UTC_UNKNOWN,
		       ADTLS_REASON_NO_UTC, "age", "the time of day",
		       "no UTC source");
	claims.issued_at = 0;
	assert_refused(aged_policy, &claims, NOW, ADTLS_REASON_CLAIM_MISSING,
		       "age", "a time of issue", "none");
	claims.issued_at = INT64_MAX;
	assert_refused(aged_policy, &claims, NOW,
		       ADTLS_REASON_EVIDENCE_FROM_FUTURE, "age",
		       "issued by 2026-09-21T14:13:30Z", "9223372036854775807");
}

/* A policy without a maximum age relies on the binder for freshness. */
static void age_may_be_left_open(void **state)
{
	struct claims claims = usual_claims;

	(void)state;
	assert_granted(usual_policy, &claims, KEY_ID, NOW + 1000000);
	assert_granted(usual_policy, &claims, KEY_ID, ADTLS_UTC_UNKNOWN);
	claims.issued_at = 0;
	assert_granted(usual_policy, &claims, KEY_ID, NOW);
	claims.issued_at = NOW + 301;
	assert_refused(usual_policy, &claims, NOW,
		       ADTLS_REASON_EVIDENCE_FROM_FUTURE, "age",
		       "issued by 2026-09-21T14:18:20Z",
		       "2026-09-21T14:18:21Z");
}

static void validity_is_checked(void **state)
{
	struct claims claims = usual_claims;

	(void)state;
	claims.expires_at = NOW + 100;
	assert_granted(aged_policy, &claims, KEY_ID, NOW);
	claims.expires_at = NOW - 9;
	assert_granted(aged_policy, &claims, KEY_ID, NOW);
	claims.expires_at = NOW - 10;
	assert_refused(aged_policy, &claims, NOW, ADTLS_REASON_EVIDENCE_STALE,
		       "expiry", "after 2026-09-21T14:13:10Z",
		       "2026-09-21T14:13:10Z");
	assert_refused(usual_policy, &claims, ADTLS_UTC_UNKNOWN,
		       ADTLS_REASON_NO_UTC, "age", "the time of day",
		       "no UTC source");
	claims = usual_claims;
	claims.not_before = NOW + 10;
	assert_granted(aged_policy, &claims, KEY_ID, NOW);
	claims.not_before = NOW + 11;
	assert_refused(aged_policy, &claims, NOW,
		       ADTLS_REASON_EVIDENCE_FROM_FUTURE, "not-before",
		       "by 2026-09-21T14:13:30Z", "2026-09-21T14:13:31Z");
	assert_refused(usual_policy, &claims, ADTLS_UTC_UNKNOWN,
		       ADTLS_REASON_NO_UTC, "age", "the time of day",
		       "no UTC source");
}

static void grant_without_clock_has_no_end(void **state)
{
	adtls_verdict_t *verdict = appraise_claims(usual_policy, &usual_claims,
						   KEY_ID, ADTLS_UTC_UNKNOWN);

	(void)state;
	assert_true(is_granted(verdict));
	assert_true(adtls_verdict_expires_at(verdict) == ADTLS_UTC_UNKNOWN);
	adtls_verdict_unref(verdict);
}

#define ANCHOR_OF(name, ueid) \
	POLICY_ANCHOR(name, POLICY_KEY, ",\"ueid\":\"" ueid "\"")

static void anchor_speaks_for_its_device(void **state)
{
	static const char policy[] =
		POLICY_TEXT(ANCHOR_OF("one", "01ffffffffffffff"),
			    POLICY_USUAL_REFERENCE, POLICY_ACCEPT_ECHO);
	static const char group[] =
		POLICY_TEXT(ANCHOR_OF("one", "01ffffffffffffff") "," //
			    ANCHOR_OF("two", USUAL_UEID),
			    POLICY_USUAL_REFERENCE, POLICY_ACCEPT_ECHO);
	struct claims claims = usual_claims;

	(void)state;
	assert_refused(policy, &claims, NOW, ADTLS_REASON_DEVICE_UNKNOWN,
		       "ueid", "01ffffffffffffff", USUAL_UEID);
	assert_granted(group, &claims, KEY_ID, NOW);
	claims.ueid = NULL;
	assert_refused(policy, &claims, NOW, ADTLS_REASON_CLAIM_MISSING, "ueid",
		       "01ffffffffffffff", "none");
	assert_granted(usual_policy, &claims, KEY_ID, NOW);
}

static void all_checks_are_made(void **state)
{
	static const char policy[] =
		POLICY_TEXT(ANCHOR_OF("one", "01ffffffffffffff"),
			    POLICY_USUAL_REFERENCE, "");
	struct claims claims = usual_claims;
	adtls_verdict_t *verdict;
	size_t failed = 0;
	adtls_check_t check;

	(void)state;
	claims.name = "x";
	verdict = appraise_claims(policy, &claims, KEY_ID, NOW);
	for (size_t i = 0; adtls_verdict_check(verdict, i, &check); i++)
		failed += check.reason != ADTLS_REASON_NONE;
	assert_int_equal(failed, 4);
	assert_int_equal(adtls_verdict_reason(verdict),
			 ADTLS_REASON_KEY_BINDING_TOO_WEAK);
	adtls_verdict_unref(verdict);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(genuine_is_granted),
		cmocka_unit_test(other_firmware_is_refused),
		cmocka_unit_test(software_must_be_known),
		cmocka_unit_test(measurement_is_of_its_software),
		cmocka_unit_test(many_reference_values_are_compared),
		cmocka_unit_test(key_binding_must_be_accepted),
		cmocka_unit_test(age_is_checked),
		cmocka_unit_test(age_may_be_left_open),
		cmocka_unit_test(validity_is_checked),
		cmocka_unit_test(grant_without_clock_has_no_end),
		cmocka_unit_test(anchor_speaks_for_its_device),
		cmocka_unit_test(all_checks_are_made),
	};

	return cmocka_run_group_tests(tests, signer_set_up, signer_tear_down);
}
