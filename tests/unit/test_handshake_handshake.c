/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What states and layers share of a handshake: the first failure counts, jobs
 * are taken once, fragments are judged by epoch, bodies have bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "messages/authentication.h"
#include "tests/support/simulation.h"
#include "tests/unit/lone_handshake.h"

static int setup(void **state)
{
	static struct lone_handshake lone;

	lone_handshake_init(&lone);
	lone_handshake_begin(&lone, ADTLS_CLIENT);
	*state = &lone;
	return 0;
}

static int teardown(void **state)
{
	lone_handshake_clear(*state);
	return 0;
}

static void the_first_failure_is_the_cause(void **state)
{
	struct lone_handshake *lone = *state;
	const struct hs_failure *failure = &lone->hs->failure;

	assert_int_equal(failure->reason, ADTLS_REASON_NONE);
	assert_int_equal(failure->alert, ADTLS_ALERT_NONE);
	assert_int_equal(hs_fail(lone->hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE, "%s %d",
				 "first", 1),
			 HS_FAILED);
	assert_int_equal(hs_fail_memory(lone->hs), HS_FAILED);
	assert_false(hs_refuse(lone->hs, ADTLS_ALERT_UNKNOWN_CA,
			       ADTLS_REASON_CERTIFICATE_UNTRUSTED, "second"));
	assert_int_equal(failure->alert, ADTLS_ALERT_DECODE_ERROR);
	assert_int_equal(failure->reason, ADTLS_REASON_MALFORMED_MESSAGE);
	assert_string_equal(failure->detail, "first 1");
}

static void details_are_cut_not_overrun(void **state)
{
	struct lone_handshake *lone = *state;

	hs_fail(lone->hs, ADTLS_ALERT_INTERNAL_ERROR, ADTLS_REASON_INTERNAL,
		"%0500d", 0);
	assert_int_equal(strlen(lone->hs->failure.detail),
			 sizeof(lone->hs->failure.detail) - 1);
}

/* Jobs */

static unsigned freed;

static void run_nothing(struct adtls_job *job)
{
	(void)job;
}

static void count_free(struct adtls_job *job)
{
	freed++;
	free(job);
}

static adtls_job_t *new_job(void)
{
	adtls_job_t *job = calloc(1, sizeof(*job));

	assert_non_null(job);
	job->run = run_nothing;
	job->free = count_free;
	return job;
}

static void a_job_comes_back_once(void **state)
{
	struct lone_handshake *lone = *state;
	struct handshake *hs = lone->hs;
	adtls_job_t *job = new_job(), *other = new_job();

	assert_int_equal(hs_start_job(hs, job), HS_STAY);
	assert_ptr_equal(hs->job.outgoing, job);
	assert_int_equal(job->owner, 77);
	assert_int_equal(job->serial, 1);
	assert_true(handshake_is_working(hs));
	assert_null(hs_take_job(hs));
	hs->job.outgoing = NULL; /* handed out */
	other->serial = 2;
	assert_false(handshake_finish_job(hs, other));
	other->serial = 0;
	assert_false(handshake_finish_job(hs, other));
	assert_true(handshake_finish_job(hs, job));
	assert_false(handshake_is_working(hs));
	other->serial = 1;
	assert_false(handshake_finish_job(hs, other)); /* twice */
	assert_ptr_equal(hs_take_job(hs), job);
	assert_null(hs_take_job(hs));
	assert_false(handshake_finish_job(hs, job));
	assert_false(handshake_is_working(hs));
	adtls_job_free(job);
	adtls_job_free(other);
}

static void jobs_go_with_the_handshake(void **state)
{
	struct lone_handshake *lone = *state;
	adtls_job_t *job = new_job();

	freed = 0;
	hs_start_job(lone->hs, job); /* not handed out */
	lone_handshake_end(lone);
	assert_int_equal(freed, 1);
	lone_handshake_begin(lone, ADTLS_CLIENT);
	job = new_job();
	hs_start_job(lone->hs, job);
	lone->hs->job.outgoing = NULL;
	assert_true(handshake_finish_job(lone->hs, job));
	lone_handshake_end(lone); /* back, not taken */
	assert_int_equal(freed, 2);
	lone_handshake_begin(lone, ADTLS_CLIENT);
	assert_int_equal(hs_start_job(lone->hs, NULL), HS_FAILED);
	assert_int_equal(lone->hs->failure.reason, ADTLS_REASON_INTERNAL);
}

static void run_once(struct adtls_job *job)
{
	job->serial++;
}

static void a_job_runs_once(void **state)
{
	adtls_job_t *job = new_job();

	(void)state;
	job->run = run_once;
	job->kind = ADTLS_JOB_APPRAISE;
	job->is_slow = true;
	adtls_job_run(job);
	adtls_job_run(job);
	assert_int_equal(job->serial, 1);
	assert_int_equal(adtls_job_kind(job), ADTLS_JOB_APPRAISE);
	assert_true(adtls_job_is_slow(job));
	adtls_job_free(job);
	adtls_job_free(NULL);
}

/* Fragments, by epoch (RFC 9147 §6.1) */

static enum hs_fragment_use use_of(struct lone_handshake *lone,
				   enum hs_state state, uint64_t epoch,
				   uint8_t type, uint16_t message_seq)
{
	const struct handshake_fragment fragment = {
		.type = type, .message_seq = message_seq
	};

	lone->hs->state = state;
	return handshake_fragment_use(lone->hs, epoch, &fragment);
}

/* In plaintext nothing but the ServerHello that is waited for: the rest may be
 * anybody's, and is no reason to fail. */
static void plaintext_is_trusted_little(void **state)
{
	struct lone_handshake *lone = *state;

	lone->channel.incoming.next_seq = 1;
	for (unsigned type = 0; type <= 255; type++) {
		for (uint16_t seq = 0; seq < 3; seq++) {
			bool is_taken = type == HANDSHAKE_SERVER_HELLO &&
					seq == 1;

			assert_int_equal(
				use_of(lone, CLIENT_RECEIVE_SERVER_HELLO,
				       EPOCH_PLAINTEXT, (uint8_t)type, seq),
				is_taken ? HS_FRAGMENT_TAKE : HS_FRAGMENT_DROP);
			assert_int_equal(
				use_of(lone,
				       CLIENT_RECEIVE_ENCRYPTED_EXTENSIONS,
				       EPOCH_PLAINTEXT, (uint8_t)type, seq),
				HS_FRAGMENT_DROP);
		}
	}
}

/* Under keys a mistake is the peer's own. */
static void hellos_are_never_encrypted(void **state)
{
	struct lone_handshake *lone = *state;
	enum hs_state at = CLIENT_RECEIVE_CERTIFICATE;

	assert_int_equal(
		use_of(lone, at, EPOCH_HANDSHAKE, HANDSHAKE_SERVER_HELLO, 1),
		HS_FRAGMENT_UNEXPECTED);
	assert_int_equal(
		use_of(lone, at, EPOCH_HANDSHAKE, HANDSHAKE_CLIENT_HELLO, 1),
		HS_FRAGMENT_UNEXPECTED);
	assert_int_equal(
		use_of(lone, at, EPOCH_HANDSHAKE, HANDSHAKE_CERTIFICATE, 1),
		HS_FRAGMENT_TAKE);
	assert_int_equal(
		use_of(lone, at, EPOCH_APPLICATION, HANDSHAKE_CERTIFICATE, 1),
		HS_FRAGMENT_UNEXPECTED);
	assert_int_equal(use_of(lone, at, 1, HANDSHAKE_CERTIFICATE, 1),
			 HS_FRAGMENT_UNEXPECTED);
}

static void attestations_must_be_agreed_on(void **state)
{
	struct lone_handshake *lone = *state;

	/* A client cannot know before it has read EncryptedExtensions. */
	assert_int_equal(use_of(lone, CLIENT_RECEIVE_ENCRYPTED_EXTENSIONS,
				EPOCH_HANDSHAKE, HANDSHAKE_ATTESTATION, 5),
			 HS_FRAGMENT_DROP);
	assert_int_equal(use_of(lone, CLIENT_RECEIVE_CERTIFICATE,
				EPOCH_HANDSHAKE, HANDSHAKE_ATTESTATION, 5),
			 HS_FRAGMENT_UNEXPECTED);
	lone_handshake_begin(lone, ADTLS_SERVER);
	assert_int_equal(use_of(lone, SERVER_RECEIVE_CERTIFICATE,
				EPOCH_HANDSHAKE, HANDSHAKE_ATTESTATION, 5),
			 HS_FRAGMENT_UNEXPECTED);
}

/* Bounds of bodies */

static void bodies_have_bounds(void **state)
{
	adtls_policy_t *policy = simulation_policy("require");
	struct lone_handshake *lone = *state;

	lone_handshake_end(lone);
	assert_int_equal(adtls_config_set_attestation_limit(lone->config, 1000),
			 ADTLS_OK);
	assert_int_equal(adtls_config_set_policy(lone->config, policy, NULL),
			 ADTLS_OK);
	adtls_policy_unref(policy);
	lone_handshake_begin(lone, ADTLS_SERVER);
	/* The limit is of the CMW, its length field comes on top. */
	assert_int_equal(handshake_message_max(lone->hs, HANDSHAKE_ATTESTATION),
			 1000 + ATTESTATION_PREFIX_LEN);
	for (unsigned type = 0; type <= 255; type++)
		assert_in_range(handshake_message_max(lone->hs, (uint8_t)type),
				1, 32768);
	assert_in_range(handshake_message_max(lone->hs, HANDSHAKE_CERTIFICATE),
			16384, 32768);
	/* They are the channel's while the handshake lives. */
	assert_non_null(lone->channel.incoming.max_len);
	lone_handshake_end(lone);
	assert_null(lone->channel.incoming.max_len);
}

#define with_handshake(test) \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_handshake(the_first_failure_is_the_cause),
		with_handshake(details_are_cut_not_overrun),
		with_handshake(a_job_comes_back_once),
		with_handshake(jobs_go_with_the_handshake),
		cmocka_unit_test(a_job_runs_once),
		with_handshake(plaintext_is_trusted_little),
		with_handshake(hellos_are_never_encrypted),
		with_handshake(attestations_must_be_agreed_on),
		with_handshake(bodies_have_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
