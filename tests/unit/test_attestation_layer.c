/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The attestation layer over the life of a connection (protocol §4.3): Evidence
 * as the attester, authorization as the relying party, and what the peer hears
 * of a denial. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "attestation/attestation.h"
#include "attesters/attester.h"
#include "tests/support/simulation.h"
#include "tests/support/test_credentials.h"
#include "tests/unit/lone_handshake.h"
#include "tests/unit/policy_text.h"
#include "verifiers/policy.h"

#define SECOND UINT64_C(1000000)

static const adtls_evidence_type_t eat = { 263, NULL };

static struct lone_handshake lone;

static const struct hs_layer *layer(void)
{
	return lone.config->layer;
}

/* Far enough for a binder to be derived. */
static void begin(adtls_role_t role)
{
	struct attestation *attestation;

	lone_handshake_begin(&lone, role);
	lone.facts.suite = crypto_suite_find(0x1301);
	assert_true(hs_facts_set_identity(&lone.facts, "CN=sensor"));
	lone.hs->schedule = (struct key_schedule){
		.hash = &crypto_sha256,
		.label_prefix = KEY_LABEL_PREFIX_DTLS13,
		.secret = { .data = { 1 }, .len = 32 },
	};
	attestation = lone.layer;
	attestation->type = &eat;
}

/* The attester: what its backend is asked, and what becomes of the answer */

struct backend {
	unsigned asked;
	uint8_t binder[32];
	uint8_t tik[512];
	size_t tik_len;
	int64_t utc_s;
	int answer;
};

static struct backend backend;

static int answer_hello(void *context, const adtls_evidence_request_t *request,
			adtls_evidence_t *out)
{
	struct backend *asked = context;

	asked->asked++;
	assert_int_equal(request->binder.len, sizeof(asked->binder));
	memcpy(asked->binder, request->binder.data, request->binder.len);
	assert_in_range(request->tik.len, 1, sizeof(asked->tik));
	memcpy(asked->tik, request->tik.data, request->tik.len);
	asked->tik_len = request->tik.len;
	asked->utc_s = request->utc_s;
	return asked->answer != ADTLS_OK ? asked->answer
					 : adtls_evidence_set(out, "hello", 5);
}

static const adtls_attester_ops_t backend_ops = {
	.name = "backend",
	.binder_max = 64,
	.types = &eat,
	.type_count = 1,
	.make_evidence = answer_hello,
};

static int setup_attester(void **state)
{
	adtls_attester_t *attester;

	(void)state;
	backend = (struct backend){ .answer = ADTLS_OK };
	lone_handshake_init(&lone);
	assert_int_equal(adtls_attester_new(&backend_ops, &backend, &attester),
			 ADTLS_OK);
	assert_int_equal(adtls_config_set_attester(lone.config, attester),
			 ADTLS_OK);
	adtls_attester_unref(attester);
	begin(ADTLS_CLIENT);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	lone_handshake_clear(&lone);
	return 0;
}

/* The environment gets the binder of our own key, and no secrets. */
static void evidence_is_asked_for_our_own_key(void **state)
{
	adtls_bytes_t own = credentials_spki(lone.config->credentials, ADTLS_CERTIFICATE_X509);
	struct buffer body = { 0 };
	struct secret binder;
	adtls_job_t *job;

	(void)state;
	assert_true(hs_attestation_binder(lone.hs, ADTLS_CLIENT, own, &binder));
	job = layer()->start_message(lone.layer, lone.hs);
	assert_non_null(job);
	assert_int_equal(adtls_job_kind(job), ADTLS_JOB_EVIDENCE);
	assert_true(adtls_job_is_slow(job));
	adtls_job_run(job);
	adtls_job_run(job);
	assert_int_equal(backend.asked, 1);
	assert_memory_equal(backend.binder, binder.data, binder.len);
	assert_true(bytes_equal(bytes_of(backend.tik, backend.tik_len), own));
	assert_int_equal(backend.utc_s, TEST_UTC);
	assert_true(layer()->finish_message(lone.layer, lone.hs, job, &body));
	assert_int_equal(body.len, 8);
	assert_memory_equal(body.data, "\0\0\5hello", 8);
	buffer_clear(&body);
	adtls_job_free(job);
}

/* Never an empty message (protocol §4). */
static void an_attester_that_fails_ends_the_handshake(void **state)
{
	struct buffer body = { 0 };
	adtls_job_t *job;

	(void)state;
	backend.answer = ADTLS_E_IO;
	job = layer()->start_message(lone.layer, lone.hs);
	adtls_job_run(job);
	assert_false(layer()->finish_message(lone.layer, lone.hs, job, &body));
	assert_int_equal(lone.hs->failure.alert, ADTLS_ALERT_INTERNAL_ERROR);
	assert_int_equal(lone.hs->failure.reason,
			 ADTLS_REASON_EVIDENCE_UNAVAILABLE);
	assert_non_null(strstr(lone.hs->failure.detail, "backend"));
	assert_int_equal(body.len, 0);
	adtls_job_free(job);
}

static void a_job_that_did_not_run_made_no_evidence(void **state)
{
	struct buffer body = { 0 };
	adtls_job_t *job;

	(void)state;
	job = layer()->start_message(lone.layer, lone.hs);
	assert_false(layer()->finish_message(lone.layer, lone.hs, job, &body));
	assert_int_equal(lone.hs->failure.reason,
			 ADTLS_REASON_EVIDENCE_UNAVAILABLE);
	assert_int_equal(backend.asked, 0);
	adtls_job_free(job);
}

/* No Evidence for whoever shows us our own key (protocol §3). */
static void a_reflection_gets_no_evidence(void **state)
{
	adtls_bytes_t own = credentials_spki(lone.config->credentials, ADTLS_CERTIFICATE_X509);

	(void)state;
	assert_true(buffer_set(&lone.hs->peer.spki, own.data, own.len));
	assert_null(layer()->start_message(lone.layer, lone.hs));
	assert_int_equal(lone.hs->failure.reason, ADTLS_REASON_REFLECTED_KEY);
}

/* The relying party */

/* A Verifier that finds what it is told to find. */
static adtls_reason_t finding;

static bool accepts_all(void *context, const adtls_evidence_type_t *type)
{
	(void)context;
	(void)type;
	return true;
}

static int find(void *context, const adtls_appraisal_t *appraisal,
		adtls_verdict_t *verdict)
{
	(void)context;
	(void)appraisal;
	adtls_verdict_add_check(verdict, "claim", "expected", "got", finding);
	adtls_verdict_grant(verdict, ADTLS_UTC_UNKNOWN);
	return ADTLS_OK;
}

static const adtls_verifier_ops_t finding_ops = {
	.name = "finding",
	.accepts = accepts_all,
	.appraise = find,
};

static void become_server(const char *policy_text)
{
	const adtls_bytes_t json = bytes_of(policy_text, strlen(policy_text));
	adtls_verifier_t *verifier;
	adtls_policy_t *policy;
	char message[256];

	lone_handshake_init(&lone);
	if (adtls_policy_load_mem(json, NULL, &policy, message,
				  sizeof(message)) != ADTLS_OK)
		fail_msg("policy: %s", message);
	assert_int_equal(adtls_verifier_new(&finding_ops, NULL, &verifier),
			 ADTLS_OK);
	assert_int_equal(adtls_config_set_policy(lone.config, policy, verifier),
			 ADTLS_OK);
	adtls_verifier_unref(verifier);
	adtls_policy_unref(policy);
}

#define POLICY(more)                                             \
	POLICY_TEXT(POLICY_USUAL_ANCHOR, POLICY_USUAL_REFERENCE, \
		    ",\"grant-lifetime\":3600,\"appraisal-deadline\":30" more)

static int setup_server(void **state)
{
	(void)state;
	finding = ADTLS_REASON_NONE;
	become_server(POLICY(""));
	return 0;
}

static int setup_explaining_server(void **state)
{
	(void)state;
	become_server(POLICY(",\"explain-to-peer\":true"));
	return 0;
}

/* Genuine Evidence arrives; its appraisal is handed out. */
static adtls_job_t *start_appraisal(void)
{
	adtls_bytes_t tik = credentials_spki(lone.config->credentials, ADTLS_CERTIFICATE_X509);
	adtls_attester_t *attester = simulation_attester(0xaa);
	adtls_evidence_request_t request = { .type = &eat,
					     .tik = tik,
					     .utc_s = TEST_UTC };
	adtls_evidence_t evidence = { 0 };
	struct attestation *attestation;
	struct secret binder;
	adtls_job_t *job;

	begin(ADTLS_SERVER);
	attestation = lone.layer;
	assert_true(layer()->negotiate(lone.layer, lone.hs));
	assert_true(buffer_set(&lone.hs->peer.spki, tik.data, tik.len));
	assert_true(hs_attestation_binder(lone.hs, ADTLS_CLIENT, tik, &binder));
	request.binder = bytes_of(binder.data, binder.len);
	assert_int_equal(attester_make_evidence(attester, &request, &evidence),
			 ADTLS_OK);
	attestation->message = evidence.cmw;
	adtls_attester_unref(attester);
	assert_null(layer()->next_job(lone.layer));
	assert_true(layer()->peer_is_finished(lone.layer, lone.hs));
	job = layer()->next_job(lone.layer);
	assert_non_null(job);
	assert_null(layer()->next_job(lone.layer));
	return job;
}

static adtls_time_t at(uint64_t seconds)
{
	return (adtls_time_t){ 1000000 + seconds * SECOND,
			       TEST_UTC + (int64_t)seconds };
}

static void assert_authorization(adtls_authorization_t authorization,
				 adtls_reason_t reason)
{
	assert_int_equal(layer()->authorization(lone.layer), authorization);
	assert_int_equal(adtls_verdict_reason(layer()->verdict(lone.layer)),
			 reason);
}

static void finish(adtls_job_t *job, adtls_time_t now)
{
	adtls_job_run(job);
	assert_true(layer()->finish_job(lone.layer, now, job));
	adtls_job_free(job);
}

static void a_good_finding_is_a_grant(void **state)
{
	adtls_job_t *job;

	(void)state;
	job = start_appraisal();
	assert_authorization(ADTLS_AUTHORIZATION_PENDING, ADTLS_REASON_NONE);
	assert_int_equal(layer()->deadline(lone.layer), at(30).monotonic_us);
	assert_false(layer()->delivers_while_pending(lone.layer));
	finish(job, at(5));
	assert_authorization(ADTLS_AUTHORIZATION_GRANTED, ADTLS_REASON_NONE);
	/* It ends as policy says, counted from when it was appraised. */
	assert_in_range(layer()->deadline(lone.layer), at(3600).monotonic_us,
			at(3605).monotonic_us);
}

static void a_bad_finding_is_a_denial(void **state)
{
	(void)state;
	finding = ADTLS_REASON_DEVICE_UNKNOWN;
	finish(start_appraisal(), at(5));
	assert_authorization(ADTLS_AUTHORIZATION_DENIED,
			     ADTLS_REASON_DEVICE_UNKNOWN);
	assert_int_equal(layer()->deadline(lone.layer), ADTLS_NEVER);
}

static void other_jobs_change_nothing(void **state)
{
	struct adtls_job other = { .serial = 99 };
	adtls_job_t *job;

	(void)state;
	job = start_appraisal();
	assert_false(layer()->finish_job(lone.layer, at(5), &other));
	other.serial = 0;
	assert_false(layer()->finish_job(lone.layer, at(5), &other));
	assert_authorization(ADTLS_AUTHORIZATION_PENDING, ADTLS_REASON_NONE);
	other.serial = job->serial;
	finish(job, at(5));
	/* The same again, and none */
	assert_false(layer()->finish_job(lone.layer, at(5), &other));
	other.serial = 0;
	assert_false(layer()->finish_job(lone.layer, at(5), &other));
	assert_authorization(ADTLS_AUTHORIZATION_GRANTED, ADTLS_REASON_NONE);
}

static void a_job_that_did_not_run_grants_nothing(void **state)
{
	adtls_job_t *job;

	(void)state;
	job = start_appraisal();
	assert_true(layer()->finish_job(lone.layer, at(5), job));
	assert_authorization(ADTLS_AUTHORIZATION_DENIED,
			     ADTLS_REASON_VERIFIER_UNAVAILABLE);
	adtls_job_free(job);
}

static void no_verdict_in_time_is_a_denial(void **state)
{
	adtls_job_t *job;

	(void)state;
	job = start_appraisal();
	layer()->tick(lone.layer, at(29));
	assert_authorization(ADTLS_AUTHORIZATION_PENDING, ADTLS_REASON_NONE);
	layer()->tick(lone.layer, at(30));
	assert_authorization(ADTLS_AUTHORIZATION_DENIED,
			     ADTLS_REASON_APPRAISAL_TIMEOUT);
	adtls_job_run(job);
	assert_false(layer()->finish_job(lone.layer, at(31), job));
	assert_authorization(ADTLS_AUTHORIZATION_DENIED,
			     ADTLS_REASON_APPRAISAL_TIMEOUT);
	adtls_job_free(job);
}

/* Also if nobody has looked at the clock in between. */
static void a_verdict_at_the_deadline_is_too_late(void **state)
{
	(void)state;
	finish(start_appraisal(), at(30));
	assert_authorization(ADTLS_AUTHORIZATION_DENIED,
			     ADTLS_REASON_APPRAISAL_TIMEOUT);
}

static void a_grant_expires(void **state)
{
	(void)state;
	finish(start_appraisal(), at(5));
	layer()->tick(lone.layer, at(3599));
	assert_authorization(ADTLS_AUTHORIZATION_GRANTED, ADTLS_REASON_NONE);
	layer()->tick(lone.layer, at(3605));
	assert_authorization(ADTLS_AUTHORIZATION_DENIED,
			     ADTLS_REASON_GRANT_EXPIRED);
	assert_int_equal(layer()->denial_alert(lone.layer),
			 ADTLS_ALERT_ATTESTATION_REQUIRED);
	/* The verdict still says of whom it is. */
	assert_string_equal(
		adtls_verdict_identity(layer()->verdict(lone.layer)),
		"CN=sensor");
}

/* Without a UTC the monotonic clock ends it. */
static void a_grant_expires_without_utc_too(void **state)
{
	adtls_time_t now = { at(5).monotonic_us, ADTLS_UTC_UNKNOWN };

	(void)state;
	finish(start_appraisal(), now);
	assert_authorization(ADTLS_AUTHORIZATION_GRANTED, ADTLS_REASON_NONE);
	assert_int_equal(layer()->deadline(lone.layer), at(3605).monotonic_us);
}

/* Nor is it longer for a clock that was put back. */
static void a_grant_is_not_longer_than_the_policy_says(void **state)
{
	adtls_time_t now = { at(5).monotonic_us, TEST_UTC - TEST_DAY_S };

	(void)state;
	finish(start_appraisal(), now);
	assert_authorization(ADTLS_AUTHORIZATION_GRANTED, ADTLS_REASON_NONE);
	assert_int_equal(layer()->deadline(lone.layer), at(3605).monotonic_us);
}

/* What the peer hears (protocol §2) */

static adtls_alert_t alert_for(adtls_reason_t reason)
{
	finding = reason;
	finish(start_appraisal(), at(5));
	assert_authorization(ADTLS_AUTHORIZATION_DENIED, reason);
	return layer()->denial_alert(lone.layer);
}

static void a_denial_keeps_its_reason_to_itself(void **state)
{
	static const adtls_reason_t reasons[] = {
		ADTLS_REASON_EVIDENCE_STALE,
		ADTLS_REASON_MEASUREMENT_MISMATCH,
		ADTLS_REASON_VERIFIER_UNAVAILABLE,
		ADTLS_REASON_DEVICE_UNKNOWN,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		assert_int_equal(alert_for(reasons[i]),
				 ADTLS_ALERT_ATTESTATION_FAILED);
}

static void a_policy_may_explain_to_the_peer(void **state)
{
	(void)state;
	assert_int_equal(alert_for(ADTLS_REASON_EVIDENCE_STALE),
			 ADTLS_ALERT_EVIDENCE_STALE);
	assert_int_equal(alert_for(ADTLS_REASON_MEASUREMENT_MISMATCH),
			 ADTLS_ALERT_MEASUREMENT_REJECTED);
	assert_int_equal(alert_for(ADTLS_REASON_SOFTWARE_UNKNOWN),
			 ADTLS_ALERT_MEASUREMENT_REJECTED);
	assert_int_equal(alert_for(ADTLS_REASON_VERIFIER_UNAVAILABLE),
			 ADTLS_ALERT_VERIFIER_UNAVAILABLE);
	/* Coarse all the same: not which device, not which key. */
	assert_int_equal(alert_for(ADTLS_REASON_DEVICE_UNKNOWN),
			 ADTLS_ALERT_ATTESTATION_FAILED);
	assert_int_equal(alert_for(ADTLS_REASON_EVIDENCE_SIGNATURE),
			 ADTLS_ALERT_ATTESTATION_FAILED);
}

#define as_attester(test) \
	cmocka_unit_test_setup_teardown(test, setup_attester, teardown)
#define as_server(test) \
	cmocka_unit_test_setup_teardown(test, setup_server, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		as_attester(evidence_is_asked_for_our_own_key),
		as_attester(an_attester_that_fails_ends_the_handshake),
		as_attester(a_job_that_did_not_run_made_no_evidence),
		as_attester(a_reflection_gets_no_evidence),
		as_server(a_good_finding_is_a_grant),
		as_server(a_bad_finding_is_a_denial),
		as_server(other_jobs_change_nothing),
		as_server(a_job_that_did_not_run_grants_nothing),
		as_server(no_verdict_in_time_is_a_denial),
		as_server(a_verdict_at_the_deadline_is_too_late),
		as_server(a_grant_expires),
		as_server(a_grant_expires_without_utc_too),
		as_server(a_grant_is_not_longer_than_the_policy_says),
		as_server(a_denial_keeps_its_reason_to_itself),
		cmocka_unit_test_setup_teardown(
			a_policy_may_explain_to_the_peer,
			setup_explaining_server, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
