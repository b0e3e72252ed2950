/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the relying party checks itself before it asks a Verifier: the CMW, the
 * binder, the TLS identity key (protocol §4, §4.2). The binders are the Python
 * peer's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "attestation/attestation.h"
#include "attesters/attester.h"
#include "messages/authentication.h"
#include "tests/support/simulation.h"
#include "tests/support/test_credentials.h"
#include "tests/support/test_vectors.h"
#include "tests/unit/lone_handshake.h"
#include "verifiers/policy.h"

static const adtls_evidence_type_t eat_number = { 263, NULL };
static const adtls_evidence_type_t eat_media = { -1, "application/eat+cwt" };

/* A Verifier that grants everything, and keeps what it was asked. */
struct verifier_double {
	unsigned asked;
	int answer;
	bool stays_silent;
	uint8_t binder[CRYPTO_HASH_MAX];
	size_t binder_len;
	char identity[ADTLS_NAME_MAX];
};

static struct verifier_double verifier_double;

static bool accepts_all(void *context, const adtls_evidence_type_t *type)
{
	(void)context;
	(void)type;
	return true;
}

static int grant_all(void *context, const adtls_appraisal_t *appraisal,
		     adtls_verdict_t *verdict)
{
	struct verifier_double *asked = context;

	asked->asked++;
	memcpy(asked->binder, appraisal->binder.data, appraisal->binder.len);
	asked->binder_len = appraisal->binder.len;
	strcpy(asked->identity, appraisal->identity);
	if (!asked->stays_silent)
		adtls_verdict_grant(verdict, ADTLS_UTC_UNKNOWN);
	return asked->answer;
}

static const adtls_verifier_ops_t granting = {
	.name = "granting",
	.accepts = accepts_all,
	.appraise = grant_all,
};

static struct lone_handshake lone;

static int setup(void **state)
{
	adtls_policy_t *policy = simulation_policy("require");
	adtls_verifier_t *verifier;

	(void)state;
	verifier_double = (struct verifier_double){ 0 };
	lone_handshake_init(&lone);
	assert_int_equal(
		adtls_verifier_new(&granting, &verifier_double, &verifier),
		ADTLS_OK);
	assert_int_equal(adtls_config_set_policy(lone.config, policy, verifier),
			 ADTLS_OK);
	adtls_verifier_unref(verifier);
	adtls_policy_unref(policy);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	lone_handshake_clear(&lone);
	return 0;
}

/* A server's handshake with the Main Secret and the transcript of a vector,
 * whose peer has the vector's key. */
static void begin(const json_t *vector)
{
	struct test_bytes hash =
		test_vector_bytes(vector, "hello_transcript_hash");
	struct test_bytes spki = test_vector_bytes(vector, "client_spki");

	lone_handshake_begin(&lone, ADTLS_SERVER);
	lone.facts.suite = crypto_suite_find(hash.len == 48 ? 0x1302 : 0x1301);
	assert_non_null(lone.facts.suite);
	assert_true(hs_facts_set_identity(&lone.facts, "CN=sensor"));
	lone.hs->schedule = (struct key_schedule){
		.hash = lone.facts.suite->hash,
		.label_prefix = KEY_LABEL_PREFIX_DTLS13,
		.secret = test_vector_secret(vector, "main_secret"),
	};
	memcpy(lone.hs->hello_hash, hash.data, hash.len);
	assert_true(buffer_set(&lone.hs->peer.spki, spki.data, spki.len));
}

/* Appraise @cmw; the verdict is the caller's. */
static adtls_verdict_t *appraise(adtls_bytes_t cmw,
				 const adtls_evidence_type_t *type)
{
	struct attestation *attestation = lone.layer;
	adtls_verdict_t *verdict;
	adtls_job_t *job;

	attestation->type = type;
	assert_true(buffer_set(&attestation->message, cmw.data, cmw.len));
	job = attestation_new_appraisal(attestation, lone.hs);
	assert_non_null(job);
	assert_int_equal(adtls_job_kind(job), ADTLS_JOB_APPRAISE);
	assert_true(adtls_job_is_slow(job));
	assert_null(attestation_appraisal_verdict(job));
	/* The job carries all it needs. */
	lone_handshake_end(&lone);
	adtls_job_run(job);
	verdict = attestation_appraisal_verdict(job);
	adtls_job_free(job);
	assert_non_null(verdict);
	return verdict;
}

/* Genuine Evidence, with any binder for any key. */
static void make_evidence(adtls_bytes_t binder, adtls_bytes_t tik,
			  adtls_evidence_t *out)
{
	const adtls_evidence_request_t request = {
		.type = &eat_number,
		.binder = binder,
		.tik = tik,
		.utc_s = TEST_UTC,
	};
	adtls_attester_t *attester = simulation_attester(0xaa);

	assert_int_equal(attester_make_evidence(attester, &request, out),
			 ADTLS_OK);
	adtls_attester_unref(attester);
}

static adtls_reason_t reason_of(adtls_bytes_t cmw,
				const adtls_evidence_type_t *type)
{
	adtls_verdict_t *verdict = appraise(cmw, type);
	adtls_reason_t reason = adtls_verdict_reason(verdict);

	assert_int_equal(adtls_verdict_authorization(verdict),
			 reason == ADTLS_REASON_NONE
				 ? ADTLS_AUTHORIZATION_GRANTED
				 : ADTLS_AUTHORIZATION_DENIED);
	adtls_verdict_unref(verdict);
	return reason;
}

/* The genuine Evidence of a vector, or one that is changed in one respect. */
struct made {
	const char *binder_field;
	const char *spki_field;
	size_t binder_len; /* 0: all of it */
};

static adtls_reason_t judge(const json_t *vector, struct made made)
{
	struct test_bytes binder = test_vector_bytes(vector, made.binder_field);
	struct test_bytes spki = test_vector_bytes(vector, made.spki_field);
	adtls_evidence_t evidence = { 0 };
	adtls_reason_t reason;

	begin(vector);
	if (made.binder_len != 0)
		binder.len = made.binder_len;
	make_evidence(test_view(&binder), test_view(&spki), &evidence);
	reason = reason_of(buffer_bytes(&evidence.cmw), &eat_number);
	buffer_clear(&evidence.cmw);
	return reason;
}

static bool has_p256_key(const json_t *vector)
{
	return strstr(test_vector_text(vector, "name"), ", P-256 keys") != NULL;
}

static void check_genuine(const json_t *vector)
{
	verifier_double = (struct verifier_double){ 0 };
	if (!has_p256_key(vector))
		return;
	assert_int_equal(judge(vector, (struct made){ "client_binder",
						      "client_spki", 0 }),
			 ADTLS_REASON_NONE);
	assert_int_equal(verifier_double.asked, 1);
	test_assert_field(vector, "client_binder", verifier_double.binder,
			  verifier_double.binder_len);
	assert_string_equal(verifier_double.identity, "CN=sensor");
}

static void evidence_for_the_peers_binder_is_appraised(void **state)
{
	(void)state;
	assert_true(test_vectors_each("binder", check_genuine) >= 4);
}

/* Whatever the Verifier would say, it is not even asked. */
static void check_relayed(const json_t *vector)
{
	if (!has_p256_key(vector))
		return;
	assert_int_equal(judge(vector, (struct made){ "server_binder",
						      "client_spki", 0 }),
			 ADTLS_REASON_BINDER_MISMATCH);
	assert_int_equal(judge(vector, (struct made){ "client_binder",
						      "server_spki", 0 }),
			 ADTLS_REASON_TIK_MISMATCH);
	assert_int_equal(
		judge(vector, (struct made){ "client_attestation_main_secret",
					     "client_spki", 0 }),
		ADTLS_REASON_BINDER_MISMATCH);
	assert_int_equal(verifier_double.asked, 0);
}

static void evidence_for_others_is_denied(void **state)
{
	(void)state;
	test_vectors_each("binder", check_relayed);
}

/* Evidence names a P-256 key, and the peer's is of another kind. */
static void check_other_keys(const json_t *vector)
{
	struct test_bytes binder = test_vector_bytes(vector, "client_binder");
	adtls_bytes_t key = credentials_spki(lone.config->credentials, ADTLS_CERTIFICATE_X509);
	adtls_evidence_t evidence = { 0 };

	if (has_p256_key(vector))
		return;
	begin(vector);
	make_evidence(test_view(&binder), key, &evidence);
	assert_int_equal(reason_of(buffer_bytes(&evidence.cmw), &eat_number),
			 ADTLS_REASON_TIK_MISMATCH);
	buffer_clear(&evidence.cmw);
	assert_int_equal(verifier_double.asked, 0);
}

static void keys_of_another_kind_are_not_named(void **state)
{
	(void)state;
	test_vectors_each("binder", check_other_keys);
}

/* One vector is enough for the rest. */

static json_t *first_vector;

static void keep_first(const json_t *vector)
{
	if (first_vector == NULL && has_p256_key(vector))
		first_vector = json_deep_copy(vector);
}

static int setup_first(void **state)
{
	first_vector = NULL;
	setup(state);
	test_vectors_each("binder", keep_first);
	assert_non_null(first_vector);
	return 0;
}

static int teardown_first(void **state)
{
	json_decref(first_vector);
	return teardown(state);
}

static void genuine_cmw(adtls_evidence_t *out)
{
	struct test_bytes binder =
		test_vector_bytes(first_vector, "client_binder");
	struct test_bytes spki = test_vector_bytes(first_vector, "client_spki");

	make_evidence(test_view(&binder), test_view(&spki), out);
}

/* The nonce is compared as a whole: neither a beginning of the binder passes,
 * nor the binder with something behind it. */
static void each_bit_of_the_binder_counts(void **state)
{
	struct test_bytes spki = test_vector_bytes(first_vector, "client_spki");
	struct test_bytes binder =
		test_vector_bytes(first_vector, "client_binder");

	(void)state;
	for (size_t bit = 0; bit < 8 * binder.len; bit += 7) {
		adtls_evidence_t evidence = { 0 };

		binder.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		begin(first_vector);
		make_evidence(test_view(&binder), test_view(&spki), &evidence);
		assert_int_equal(
			reason_of(buffer_bytes(&evidence.cmw), &eat_number),
			ADTLS_REASON_BINDER_MISMATCH);
		buffer_clear(&evidence.cmw);
		binder.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(
		judge(first_vector,
		      (struct made){ "client_binder", "client_spki", 31 }),
		ADTLS_REASON_BINDER_MISMATCH);
	assert_int_equal(
		judge(first_vector,
		      (struct made){ "client_binder", "client_spki", 33 }),
		ADTLS_REASON_BINDER_MISMATCH);
	assert_int_equal(verifier_double.asked, 0);
}

static uint8_t *find_bytes(const adtls_evidence_t *evidence,
			   const uint8_t *bytes, size_t len)
{
	uint8_t *cmw = evidence->cmw.data;

	for (size_t i = 0; i + len <= evidence->cmw.len; i++) {
		if (bytes_equal(bytes_of(cmw + i, len), bytes_of(bytes, len)))
			return cmw + i;
	}
	fail_msg("not in the Evidence");
	return NULL;
}

/* A key is another one if either coordinate is. */
static void each_coordinate_counts(void **state)
{
	struct test_bytes spki = test_vector_bytes(first_vector, "client_spki");

	(void)state;
	/* x and y are the last 64 bytes of the SubjectPublicKeyInfo. */
	for (size_t from_end = 64; from_end > 0; from_end -= 32) {
		adtls_evidence_t evidence = { 0 };

		genuine_cmw(&evidence);
		find_bytes(&evidence, spki.data + spki.len - from_end, 32)[7] ^=
			1;
		begin(first_vector);
		assert_int_equal(
			reason_of(buffer_bytes(&evidence.cmw), &eat_number),
			ADTLS_REASON_TIK_MISMATCH);
		buffer_clear(&evidence.cmw);
	}
	assert_int_equal(verifier_double.asked, 0);
}

/* 263 and application/eat+cwt are one type (protocol §4). */
static void types_are_canonical(void **state)
{
	static const adtls_evidence_type_t another = { 264, NULL };
	adtls_evidence_t evidence = { 0 };

	(void)state;
	genuine_cmw(&evidence);
	begin(first_vector);
	assert_int_equal(reason_of(buffer_bytes(&evidence.cmw), &eat_media),
			 ADTLS_REASON_NONE);
	begin(first_vector);
	assert_int_equal(reason_of(buffer_bytes(&evidence.cmw), &another),
			 ADTLS_REASON_CMW_TYPE);
	assert_int_equal(verifier_double.asked, 1);
	buffer_clear(&evidence.cmw);
}

static adtls_reason_t reason_of_hex(const char *digits)
{
	struct test_bytes cmw = test_hex(digits);

	begin(first_vector);
	return reason_of(test_view(&cmw), &eat_number);
}

static void what_is_no_evidence_is_denied(void **state)
{
	(void)state;
	assert_int_equal(reason_of_hex("ff"), ADTLS_REASON_CMW_MALFORMED);
	assert_int_equal(reason_of_hex("7b7d"), ADTLS_REASON_CMW_MALFORMED);
	/* [263, h'a0'] says nothing, [263, h'a0', 8] says "results". */
	assert_int_equal(reason_of_hex("82 190107 41a0"),
			 ADTLS_REASON_EVIDENCE_MALFORMED);
	assert_int_equal(reason_of_hex("83 190107 41a0 08"),
			 ADTLS_REASON_CMW_INDICATOR);
	assert_int_equal(reason_of_hex("82 190108 41a0"),
			 ADTLS_REASON_CMW_TYPE);
	assert_int_equal(verifier_double.asked, 0);
}

static void every_truncation_is_denied(void **state)
{
	adtls_evidence_t evidence = { 0 };

	(void)state;
	genuine_cmw(&evidence);
	for (size_t len = 1; len < evidence.cmw.len; len++) {
		begin(first_vector);
		assert_int_not_equal(reason_of(bytes_of(evidence.cmw.data, len),
					       &eat_number),
				     ADTLS_REASON_NONE);
	}
	assert_int_equal(verifier_double.asked, 0);
	buffer_clear(&evidence.cmw);
}

/* A Verifier that fails, or says nothing, has not granted. */
static void no_answer_is_no_grant(void **state)
{
	adtls_evidence_t evidence = { 0 };

	(void)state;
	genuine_cmw(&evidence);
	verifier_double.answer = ADTLS_E_IO;
	begin(first_vector);
	assert_int_equal(reason_of(buffer_bytes(&evidence.cmw), &eat_number),
			 ADTLS_REASON_VERIFIER_UNAVAILABLE);
	verifier_double.answer = ADTLS_OK;
	verifier_double.stays_silent = true;
	begin(first_vector);
	assert_int_equal(reason_of(buffer_bytes(&evidence.cmw), &eat_number),
			 ADTLS_REASON_VERIFIER_UNAVAILABLE);
	buffer_clear(&evidence.cmw);
}

/* A grant ends when policy says, though the Verifier named no end. */
static void grants_end_by_policy(void **state)
{
	adtls_evidence_t evidence = { 0 };
	adtls_verdict_t *verdict;

	(void)state;
	genuine_cmw(&evidence);
	begin(first_vector);
	verdict = appraise(buffer_bytes(&evidence.cmw), &eat_number);
	assert_int_equal(adtls_verdict_appraised_at(verdict), TEST_UTC);
	assert_int_equal(adtls_verdict_expires_at(verdict),
			 TEST_UTC + lone.config->attestation.policy->grant_s);
	assert_string_equal(adtls_verdict_verifier(verdict), "granting");
	adtls_verdict_unref(verdict);
	buffer_clear(&evidence.cmw);
}

/* What a client shows that holds our own key (protocol §3). */
static void our_own_key_is_a_reflection(void **state)
{
	adtls_bytes_t own = credentials_spki(lone.config->credentials, ADTLS_CERTIFICATE_X509);
	struct attestation *attestation;
	uint8_t body[] = { 0, 0, 1, 0xf6 };

	(void)state;
	begin(first_vector);
	attestation = lone.layer;
	attestation->type = &eat_number;
	assert_true(lone.config->layer->receive_message(
		lone.layer, lone.hs, bytes_of(body, sizeof(body))));
	assert_int_equal(attestation->message.len, 1);
	assert_true(buffer_set(&lone.hs->peer.spki, own.data, own.len));
	assert_false(lone.config->layer->receive_message(
		lone.layer, lone.hs, bytes_of(body, sizeof(body))));
	assert_int_equal(lone.hs->failure.alert, ADTLS_ALERT_ILLEGAL_PARAMETER);
	assert_int_equal(lone.hs->failure.reason, ADTLS_REASON_REFLECTED_KEY);
}

static void messages_must_be_whole(void **state)
{
	uint8_t body[] = { 0, 0, 1, 0xf6, 0 };

	(void)state;
	for (size_t len = 0; len <= sizeof(body); len++) {
		begin(first_vector);
		assert_int_equal(
			lone.config->layer->receive_message(
				lone.layer, lone.hs, bytes_of(body, len)),
			len == 4);
		if (len != 4)
			assert_int_equal(lone.hs->failure.alert,
					 ADTLS_ALERT_DECODE_ERROR);
	}
}

#define with_vectors(test) \
	cmocka_unit_test_setup_teardown(test, setup, teardown)
#define with_vector(test) \
	cmocka_unit_test_setup_teardown(test, setup_first, teardown_first)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_vectors(evidence_for_the_peers_binder_is_appraised),
		with_vectors(evidence_for_others_is_denied),
		with_vectors(keys_of_another_kind_are_not_named),
		with_vector(each_bit_of_the_binder_counts),
		with_vector(each_coordinate_counts),
		with_vector(types_are_canonical),
		with_vector(what_is_no_evidence_is_denied),
		with_vector(every_truncation_is_denied),
		with_vector(no_answer_is_no_grant),
		with_vector(grants_end_by_policy),
		with_vector(our_own_key_is_a_reflection),
		with_vector(messages_must_be_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
