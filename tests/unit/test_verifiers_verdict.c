/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verdicts: what grants, what denies, and the line that says why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "verifiers/verdict.h"

#define NOW 1790000000

static const adtls_evidence_type_t eat_cwt = { .content_format = 263 };

static adtls_verdict_t *verdict_of(const char *identity)
{
	adtls_verdict_t *verdict =
		verdict_new(identity, &eat_cwt, "local", NOW);

	assert_non_null(verdict);
	return verdict;
}

static void assert_explained(const adtls_verdict_t *verdict,
			     const char *expected)
{
	char line[2048];
	size_t len = adtls_verdict_explain(verdict, line, sizeof(line));

	assert_string_equal(line, expected);
	assert_int_equal(len, strlen(line));
}

static void is_denied_until_granted(void **state)
{
	adtls_verdict_t *verdict = verdict_of("CN=sensor-1");

	(void)state;
	assert_int_equal(adtls_verdict_authorization(verdict),
			 ADTLS_AUTHORIZATION_DENIED);
	assert_int_equal(adtls_verdict_reason(verdict),
			 ADTLS_REASON_VERIFIER_UNAVAILABLE);
	assert_explained(verdict, "device unknown (CN=sensor-1) refused: "
				  "verifier-unavailable");
	adtls_verdict_grant(verdict, NOW + 60);
	assert_int_equal(adtls_verdict_authorization(verdict),
			 ADTLS_AUTHORIZATION_GRANTED);
	assert_int_equal(adtls_verdict_reason(verdict), ADTLS_REASON_NONE);
	assert_true(adtls_verdict_expires_at(verdict) == NOW + 60);
	assert_string_equal(adtls_verdict_identity(verdict), "CN=sensor-1");
	assert_string_equal(adtls_verdict_verifier(verdict), "local");
	assert_string_equal(adtls_verdict_evidence_type(verdict), "263");
	assert_true(adtls_verdict_appraised_at(verdict) == NOW);
	adtls_verdict_unref(verdict);
}

static void failed_check_denies(void **state)
{
	adtls_verdict_t *verdict = verdict_of("CN=sensor-2");

	(void)state;
	adtls_verdict_add_check(verdict, "signature", "a", "a",
				ADTLS_REASON_NONE);
	assert_false(verdict_has_failed(verdict));
	adtls_verdict_add_check(verdict, "measurement", "sha-256:aa",
				"sha-256:bb",
				ADTLS_REASON_MEASUREMENT_MISMATCH);
	assert_true(verdict_has_failed(verdict));
	adtls_verdict_add_check(verdict, "age", "b", "c",
				ADTLS_REASON_EVIDENCE_STALE);
	adtls_verdict_grant(verdict, ADTLS_UTC_UNKNOWN);
	adtls_verdict_set_device(verdict, "ueid:0102");
	assert_int_equal(adtls_verdict_authorization(verdict),
			 ADTLS_AUTHORIZATION_DENIED);
	assert_int_equal(adtls_verdict_reason(verdict),
			 ADTLS_REASON_MEASUREMENT_MISMATCH);
	assert_explained(verdict, "device ueid:0102 (CN=sensor-2) refused: "
				  "measurement-mismatch: measurement: "
				  "expected sha-256:aa, got sha-256:bb");
	adtls_verdict_unref(verdict);
}

static void failure_after_a_grant_denies(void **state)
{
	adtls_verdict_t *verdict = verdict_of("CN=sensor-3");

	(void)state;
	adtls_verdict_grant(verdict, ADTLS_UTC_UNKNOWN);
	adtls_verdict_add_check(verdict, "tik", "a", "b",
				ADTLS_REASON_TIK_MISMATCH);
	assert_int_equal(adtls_verdict_authorization(verdict),
			 ADTLS_AUTHORIZATION_DENIED);
	adtls_verdict_unref(verdict);
}

static void grant_ends_at_the_soonest(void **state)
{
	adtls_verdict_t *verdict = verdict_of("CN=sensor-4");

	(void)state;
	adtls_verdict_grant(verdict, ADTLS_UTC_UNKNOWN);
	assert_true(adtls_verdict_expires_at(verdict) == ADTLS_UTC_UNKNOWN);
	verdict_clamp_expiry(verdict, NOW + 100);
	assert_true(adtls_verdict_expires_at(verdict) == NOW + 100);
	verdict_clamp_expiry(verdict, ADTLS_UTC_UNKNOWN);
	assert_true(adtls_verdict_expires_at(verdict) == NOW + 100);
	verdict_clamp_expiry(verdict, NOW + 200);
	assert_true(adtls_verdict_expires_at(verdict) == NOW + 100);
	adtls_verdict_grant(verdict, NOW + 50);
	assert_true(adtls_verdict_expires_at(verdict) == NOW + 50);
	adtls_verdict_set_device(verdict, "ueid:03");
	adtls_verdict_set_software(verdict, "firmware 1.0");
	assert_explained(verdict, "device ueid:03 (CN=sensor-4) granted until "
				  "2026-09-21T14:14:10Z: firmware 1.0");
	adtls_verdict_unref(verdict);
}

static void pending_is_neither(void **state)
{
	adtls_verdict_t *verdict = verdict_new_pending("CN=sensor-5", &eat_cwt);

	(void)state;
	assert_non_null(verdict);
	assert_int_equal(adtls_verdict_authorization(verdict),
			 ADTLS_AUTHORIZATION_PENDING);
	assert_int_equal(adtls_verdict_reason(verdict), ADTLS_REASON_NONE);
	assert_true(adtls_verdict_appraised_at(verdict) == ADTLS_UTC_UNKNOWN);
	assert_explained(verdict, "device unknown (CN=sensor-5) waits for its "
				  "appraisal");
	adtls_verdict_unref(verdict);
}

static void no_verdict_is_none(void **state)
{
	adtls_check_t check;

	(void)state;
	assert_int_equal(adtls_verdict_authorization(NULL),
			 ADTLS_AUTHORIZATION_NONE);
	assert_int_equal(adtls_verdict_reason(NULL), ADTLS_REASON_NONE);
	assert_string_equal(adtls_verdict_identity(NULL), "");
	assert_string_equal(adtls_verdict_device(NULL), "");
	assert_string_equal(adtls_verdict_software(NULL), "");
	assert_string_equal(adtls_verdict_evidence_type(NULL), "");
	assert_string_equal(adtls_verdict_verifier(NULL), "");
	assert_true(adtls_verdict_appraised_at(NULL) == ADTLS_UTC_UNKNOWN);
	assert_true(adtls_verdict_expires_at(NULL) == ADTLS_UTC_UNKNOWN);
	assert_int_equal(adtls_verdict_check_count(NULL), 0);
	assert_false(adtls_verdict_check(NULL, 0, &check));
	assert_explained(NULL, "device unknown (no identity) not asked for "
			       "Evidence");
	assert_null(adtls_verdict_ref(NULL));
	adtls_verdict_unref(NULL);
}

static void texts_are_made_printable(void **state)
{
	static const adtls_evidence_type_t type = { .content_format = -1,
						    .media_type = "a/b\r\n" };
	adtls_verdict_t *verdict =
		verdict_new("CN=\x1b[31mz\xc3\xbc\\", &type, NULL, NOW);
	adtls_check_t check;

	(void)state;
	assert_non_null(verdict);
	assert_string_equal(adtls_verdict_identity(verdict),
			    "CN=\\x1b[31mz\\xc3\\xbc\\x5c");
	assert_string_equal(adtls_verdict_evidence_type(verdict),
			    "a/b\\x0d\\x0a");
	assert_string_equal(adtls_verdict_verifier(verdict), "");
	adtls_verdict_set_device(verdict, "a\nb");
	assert_string_equal(adtls_verdict_device(verdict), "a\\x0ab");
	adtls_verdict_set_software(verdict, "a\x7f");
	assert_string_equal(adtls_verdict_software(verdict), "a\\x7f");
	adtls_verdict_add_check(verdict, "c\n", NULL, "d\t",
				ADTLS_REASON_CLAIM_MISSING);
	assert_true(adtls_verdict_check(verdict, 0, &check));
	assert_string_equal(check.claim, "c\\x0a");
	assert_string_equal(check.expected, "");
	assert_string_equal(check.got, "d\\x09");
	adtls_verdict_unref(verdict);
}

static void texts_are_bounded(void **state)
{
	char text[2 * ADTLS_NAME_MAX];
	adtls_verdict_t *verdict;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	verdict = verdict_of(text);
	assert_int_equal(strlen(adtls_verdict_identity(verdict)),
			 ADTLS_NAME_MAX - 1);
	/* An escape is not cut in two. */
	text[ADTLS_NAME_MAX - 3] = '\n';
	adtls_verdict_set_device(verdict, text);
	assert_int_equal(strlen(adtls_verdict_device(verdict)),
			 ADTLS_NAME_MAX - 3);
	adtls_verdict_unref(verdict);
}

static void checks_are_bounded(void **state)
{
	adtls_verdict_t *verdict = verdict_of("CN=sensor-6");
	adtls_check_t check;

	(void)state;
	for (size_t i = 0; i < 40; i++)
		adtls_verdict_add_check(verdict, "a", "b", "b",
					ADTLS_REASON_NONE);
	adtls_verdict_grant(verdict, ADTLS_UTC_UNKNOWN);
	assert_int_equal(adtls_verdict_check_count(verdict), 32);
	assert_true(adtls_verdict_check(verdict, 31, &check));
	assert_false(adtls_verdict_check(verdict, 32, &check));
	assert_int_equal(adtls_verdict_authorization(verdict),
			 ADTLS_AUTHORIZATION_GRANTED);
	/* One that finds no room still denies. */
	adtls_verdict_add_check(verdict, "c", "d", "e",
				ADTLS_REASON_BINDER_MISMATCH);
	assert_int_equal(adtls_verdict_reason(verdict),
			 ADTLS_REASON_BINDER_MISMATCH);
	assert_explained(verdict, "device unknown (CN=sensor-6) refused: "
				  "binder-mismatch");
	adtls_verdict_unref(verdict);
}

static void line_fits_its_space(void **state)
{
	adtls_verdict_t *verdict = verdict_of("CN=sensor-7");
	char line[12];

	(void)state;
	memset(line, '#', sizeof(line));
	assert_int_equal(adtls_verdict_explain(verdict, line, 11), 10);
	assert_string_equal(line, "device unk");
	assert_int_equal(line[11], '#');
	assert_int_equal(adtls_verdict_explain(verdict, line, 1), 0);
	assert_string_equal(line, "");
	assert_int_equal(adtls_verdict_explain(verdict, NULL, 0), 0);
	adtls_verdict_unref(verdict);
}

static void references_are_counted(void **state)
{
	adtls_verdict_t *verdict = verdict_of("CN=sensor-8");

	(void)state;
	assert_ptr_equal(adtls_verdict_ref(verdict), verdict);
	adtls_verdict_unref(verdict);
	assert_string_equal(adtls_verdict_identity(verdict), "CN=sensor-8");
	adtls_verdict_unref(verdict);
}

static void *take_and_give_back(void *argument)
{
	adtls_verdict_t *verdict = argument;

	for (unsigned i = 0; i < 20000; i++)
		adtls_verdict_unref(adtls_verdict_ref(verdict));
	adtls_verdict_unref(verdict);
	return NULL;
}

/* A lost count would free the verdict early, or leak it. */
static void references_cross_threads(void **state)
{
	adtls_verdict_t *verdict = verdict_of("CN=sensor-9");
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
						take_and_give_back,
						adtls_verdict_ref(verdict)),
				 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_string_equal(adtls_verdict_identity(verdict), "CN=sensor-9");
	adtls_verdict_unref(verdict);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_denied_until_granted),
		cmocka_unit_test(failed_check_denies),
		cmocka_unit_test(failure_after_a_grant_denies),
		cmocka_unit_test(grant_ends_at_the_soonest),
		cmocka_unit_test(pending_is_neither),
		cmocka_unit_test(no_verdict_is_none),
		cmocka_unit_test(texts_are_made_printable),
		cmocka_unit_test(texts_are_bounded),
		cmocka_unit_test(checks_are_bounded),
		cmocka_unit_test(line_fits_its_space),
		cmocka_unit_test(references_are_counted),
		cmocka_unit_test(references_cross_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
