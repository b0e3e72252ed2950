/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attestation of the client: what policies make of it, what happens while it
 * is appraised, and how a refusal looks from both sides. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tests/scenario/steps.h"

#define SECOND 1000000ull
#define MINUTE (60 * SECOND)
#define GENUINE 0xaa
#define TAMPERED 0xbb

/* A world of one attesting client and one server with a policy. */
static void start(struct simulation *world, struct simulation_options options,
		  uint8_t measurement, const char *peer_attestation)
{
	if (measurement != 0)
		options.attester = simulation_attester(measurement);
	if (peer_attestation != NULL)
		options.policy = simulation_policy(peer_attestation);
	simulation_init(world, &options);
}

static void stop(struct simulation *world)
{
	simulation_clear(world);
	adtls_attester_unref(world->options.attester);
	adtls_policy_unref(world->options.policy);
}

static void genuine_is_granted(void **state)
{
	struct simulation_options options = { .seed = 1 };
	struct simulation world;
	adtls_verdict_t *verdict;

	(void)state;
	start(&world, options, GENUINE, "require");
	assert_true(simulation_connect(&world, MINUTE));
	verdict = adtls_engine_verdict(world.server_engine);
	assert_int_equal(adtls_verdict_authorization(verdict),
			 ADTLS_AUTHORIZATION_GRANTED);
	assert_string_equal(adtls_verdict_identity(verdict), "CN=sensor-1");
	assert_string_equal(adtls_verdict_device(verdict),
			    "ueid:010001020304050607");
	assert_string_equal(adtls_verdict_software(verdict),
			    "sensor-firmware");
	assert_string_equal(adtls_verdict_evidence_type(verdict), "263");
	assert_true(adtls_verdict_expires_at(verdict) > SIMULATION_UTC);
	/* The client is no relying party. */
	assert_null(adtls_engine_verdict(world.client_engine));
	assert_int_equal(adtls_engine_authorization(world.client_engine),
			 ADTLS_AUTHORIZATION_NONE);
	stop(&world);
}

static void tampered_is_refused_and_says_why(void **state)
{
	struct simulation_options options = { .seed = 2 };
	struct simulation world;
	adtls_verdict_t *verdict;
	adtls_check_t check;
	char line[512];
	bool found = false;

	(void)state;
	start(&world, options, TAMPERED, "require");
	assert_false(simulation_connect(&world, MINUTE));
	run_for(&world, SECOND);
	assert_true(world.server.refused);
	assert_false(world.server.authorized);
	assert_int_equal(world.server.reason,
			 ADTLS_REASON_MEASUREMENT_MISMATCH);
	assert_int_equal(world.client.alert, ADTLS_ALERT_ATTESTATION_FAILED);
	assert_true(world.client.alert_received);
	verdict = adtls_engine_verdict(world.server_engine);
	for (size_t i = 0; adtls_verdict_check(verdict, i, &check); i++) {
		if (check.reason == ADTLS_REASON_NONE)
			continue;
		found = true;
		assert_string_equal(check.claim, "measurement");
		assert_non_null(strstr(check.expected, "aaaa"));
		assert_non_null(strstr(check.got, "bbbb"));
	}
	assert_true(found);
	adtls_verdict_explain(verdict, line, sizeof(line));
	assert_non_null(strstr(line, "measurement-mismatch"));
	stop(&world);
}

/* Policies of both sides, protocol §3 */

static void required_but_not_offered(void **state)
{
	struct simulation_options options = { .seed = 3 };
	struct simulation world;

	(void)state;
	start(&world, options, 0, "require");
	assert_false(simulation_connect(&world, MINUTE));
	run_for(&world, SECOND);
	assert_int_equal(world.server.reason,
			 ADTLS_REASON_ATTESTATION_NOT_OFFERED);
	/* Under handshake keys, so that the client believes it. */
	assert_int_equal(world.client.alert, ADTLS_ALERT_ATTESTATION_REQUIRED);
	assert_true(world.client.alert_received);
	stop(&world);
}

static void allowed_but_not_offered(void **state)
{
	struct simulation_options options = { .seed = 4 };
	struct simulation world;

	(void)state;
	start(&world, options, 0, "allow");
	assert_true(simulation_connect(&world, MINUTE));
	assert_int_equal(adtls_engine_authorization(world.server_engine),
			 ADTLS_AUTHORIZATION_NONE);
	stop(&world);
}

static void forbidden_but_offered(void **state)
{
	struct simulation_options options = { .seed = 5 };
	adtls_parameters_t parameters;
	struct simulation world;

	(void)state;
	start(&world, options, GENUINE, "forbid");
	assert_true(simulation_connect(&world, MINUTE));
	adtls_engine_parameters(world.client_engine, &parameters);
	assert_false(parameters.sends_evidence);
	stop(&world);
}

/* A server that has never heard of attestation ignores the offer. */
static void offered_to_a_plain_server(void **state)
{
	struct simulation_options options = { .seed = 6 };
	struct simulation world;

	(void)state;
	start(&world, options, GENUINE, NULL);
	assert_true(simulation_connect(&world, MINUTE));
	stop(&world);
}

static void client_requires_and_server_declines(void **state)
{
	struct simulation_options options = {
		.seed = 7, .client_requires_attestation = true
	};
	struct simulation world;

	(void)state;
	start(&world, options, GENUINE, NULL);
	assert_false(simulation_connect(&world, MINUTE));
	run_for(&world, SECOND);
	assert_int_equal(world.client.reason,
			 ADTLS_REASON_ATTESTATION_NOT_NEGOTIATED);
	assert_int_equal(world.server.alert, ADTLS_ALERT_ATTESTATION_REQUIRED);
	stop(&world);
}

/* While appraisal is pending, protocol §4.3 */

static void slow_appraisal_disturbs_nothing(void **state)
{
	struct simulation_options options = {
		.seed = 8,
		.timer_initial_us = 100000,
		.appraisal_us = 20 * SECOND,
		.evidence_us = 8 * SECOND,
	};
	adtls_statistics_t client, server;
	struct simulation world;

	(void)state;
	start(&world, options, GENUINE, "require");
	assert_true(simulation_connect(&world, 2 * MINUTE));
	assert_true(world.server.connected_us < 10 * SECOND);
	adtls_engine_statistics(world.client_engine, &client);
	adtls_engine_statistics(world.server_engine, &server);
	/* Flights are acknowledged, not repeated, while somebody thinks. */
	assert_int_equal(client.retransmissions, 0);
	assert_int_equal(server.retransmissions, 0);
	stop(&world);
}

static void data_waits_for_the_verdict(void **state)
{
	struct simulation_options options = {
		.seed = 9, .appraisal_us = 10 * SECOND
	};
	uint8_t exported[16];
	struct simulation world;

	(void)state;
	start(&world, options, GENUINE, "require");
	run_for(&world, 2 * SECOND);
	assert_true(world.client.connected && world.server.connected);
	assert_int_equal(adtls_engine_authorization(world.server_engine),
			 ADTLS_AUTHORIZATION_PENDING);
	assert_int_equal(simulation_send(&world, ADTLS_CLIENT, "reading", 7),
			 ADTLS_OK);
	assert_int_equal(simulation_send(&world, ADTLS_SERVER, "command", 7),
			 ADTLS_OK);
	assert_int_equal(adtls_engine_export(world.server_engine, "label",
					     (adtls_bytes_t){ 0 }, exported,
					     sizeof(exported)),
			 ADTLS_E_PENDING);
	run_for(&world, 2 * SECOND);
	assert_int_equal(world.server.data_count, 0);
	assert_int_equal(world.client.data_count, 0);
	run_for(&world, 10 * SECOND);
	assert_true(world.server.authorized);
	assert_int_equal(world.server.data_count, 1);
	assert_memory_equal(world.server.data, "reading", 7);
	assert_int_equal(world.client.data_count, 1);
	assert_memory_equal(world.client.data, "command", 7);
	assert_int_equal(adtls_engine_export(world.server_engine, "label",
					     (adtls_bytes_t){ 0 }, exported,
					     sizeof(exported)),
			 ADTLS_OK);
	stop(&world);
}

static void held_data_is_bounded_and_counted(void **state)
{
	struct simulation_options options = {
		.seed = 10, .appraisal_us = 20 * SECOND
	};
	adtls_statistics_t statistics;
	struct simulation world;

	(void)state;
	start(&world, options, GENUINE, "require");
	run_for(&world, 2 * SECOND);
	for (unsigned i = 0; i < ENGINE_QUEUE_RECORDS + 10; i++) {
		assert_int_equal(simulation_send(&world, ADTLS_CLIENT, &i,
						 sizeof(i)),
				 ADTLS_OK);
		run_for(&world, SECOND / 20);
	}
	run_for(&world, 30 * SECOND);
	adtls_engine_statistics(world.server_engine, &statistics);
	assert_int_equal(world.server.data_count, ENGINE_QUEUE_RECORDS);
	assert_int_equal(statistics.data_held_dropped, 10);
	stop(&world);
}

static void data_of_a_refused_peer_is_never_delivered(void **state)
{
	struct simulation_options options = {
		.seed = 11, .appraisal_us = 5 * SECOND
	};
	struct simulation world;

	(void)state;
	start(&world, options, TAMPERED, "require");
	run_for(&world, 2 * SECOND);
	assert_int_equal(simulation_send(&world, ADTLS_CLIENT, "reading", 7),
			 ADTLS_OK);
	assert_int_equal(simulation_send(&world, ADTLS_SERVER, "command", 7),
			 ADTLS_OK);
	run_for(&world, 10 * SECOND);
	assert_true(world.server.refused);
	assert_int_equal(world.server.data_count, 0);
	assert_int_equal(world.client.data_count, 0);
	stop(&world);
}

static void a_verdict_that_never_comes_is_a_denial(void **state)
{
	struct simulation_options options = {
		.seed = 12, .loses_appraisals = true
	};
	struct simulation world;

	(void)state;
	start(&world, options, GENUINE, "require");
	run_for(&world, 5 * MINUTE);
	assert_true(world.server.refused);
	assert_int_equal(world.server.reason, ADTLS_REASON_APPRAISAL_TIMEOUT);
	assert_int_equal(world.client.alert, ADTLS_ALERT_ATTESTATION_FAILED);
	stop(&world);
}

static void a_grant_ends_when_it_says(void **state)
{
	struct simulation_options options = { .seed = 13 };
	struct simulation world;
	int64_t left;

	(void)state;
	start(&world, options, GENUINE, "require");
	assert_true(simulation_connect(&world, MINUTE));
	left = adtls_verdict_expires_at(
		       adtls_engine_verdict(world.server_engine)) -
	       world.now.utc_s;
	run_for(&world, (uint64_t)(left - 2) * SECOND);
	assert_false(world.server.closed);
	run_for(&world, 4 * SECOND);
	assert_true(world.server.closed);
	assert_int_equal(world.server.reason, ADTLS_REASON_GRANT_EXPIRED);
	assert_int_equal(world.client.alert, ADTLS_ALERT_ATTESTATION_REQUIRED);
	stop(&world);
}

/* The alert of a denial gets lost: the tombstone says it again when the client
 * goes on talking, but not to each word. */

static enum simulation_fate lose_to_client(struct simulation *world,
					   enum simulation_direction direction,
					   unsigned index, uint8_t *datagram,
					   size_t *len)
{
	const bool *loses = world->options.filter_context;

	(void)index;
	(void)datagram;
	(void)len;
	return direction == TO_CLIENT && *loses ? LOSE : DELIVER;
}

static void a_lost_denial_is_said_again(void **state)
{
	bool loses = false;
	struct simulation_options options = {
		.seed = 14, .appraisal_us = 3 * SECOND,
		.filter = lose_to_client, .filter_context = &loses
	};
	struct simulation world;
	unsigned before;

	(void)state;
	start(&world, options, TAMPERED, "require");
	run_for(&world, 2 * SECOND);
	loses = true;
	run_for(&world, 3 * SECOND);
	assert_true(world.server.refused);
	assert_false(world.client.closed);
	before = world.server.datagrams;
	for (unsigned i = 0; i < 20; i++) {
		simulation_send(&world, ADTLS_CLIENT, "reading", 7);
		run_for(&world, SECOND / 10);
	}
	assert_in_range(world.server.datagrams - before, 1, 3);
	loses = false;
	run_for(&world, SECOND);
	simulation_send(&world, ADTLS_CLIENT, "reading", 7);
	run_for(&world, SECOND);
	assert_true(world.client.closed);
	assert_int_equal(world.client.alert, ADTLS_ALERT_ATTESTATION_FAILED);
	stop(&world);
}

/* Size: protocol §4, "inclusive" */

static void run_size(size_t cmw_len, size_t limit, bool fits)
{
	struct simulation_options options = {
		.seed = cmw_len,
		.attester = simulation_bulk_attester(cmw_len),
		.policy = simulation_policy("require"),
		.attestation_limit = limit,
		.client_mtu = 256,
		.server_mtu = 256,
		.loss_percent = 20,
		.timer_initial_us = 200000,
	};
	struct simulation world;
	bool connected;

	simulation_init(&world, &options);
	connected = simulation_connect(&world, 10 * MINUTE);
	if (connected != fits)
		fail_msg("%zu of %zu: client \"%s\", server \"%s\"", cmw_len,
			 limit, world.client.detail, world.server.detail);
	if (!fits)
		assert_int_equal(world.server.reason,
				 ADTLS_REASON_ATTESTATION_TOO_LARGE);
	simulation_clear(&world);
	adtls_attester_unref(options.attester);
	adtls_policy_unref(options.policy);
}

static void evidence_of_the_bound_crosses_a_bad_link(void **state)
{
	(void)state;
	run_size(65536, 65536, true);
	run_size(4000, 4000, true);
}

static void one_byte_more_is_refused(void **state)
{
	(void)state;
	run_size(65537, 65536, false);
	run_size(4001, 4000, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(genuine_is_granted),
		cmocka_unit_test(tampered_is_refused_and_says_why),
		cmocka_unit_test(required_but_not_offered),
		cmocka_unit_test(allowed_but_not_offered),
		cmocka_unit_test(forbidden_but_offered),
		cmocka_unit_test(offered_to_a_plain_server),
		cmocka_unit_test(client_requires_and_server_declines),
		cmocka_unit_test(slow_appraisal_disturbs_nothing),
		cmocka_unit_test(data_waits_for_the_verdict),
		cmocka_unit_test(held_data_is_bounded_and_counted),
		cmocka_unit_test(data_of_a_refused_peer_is_never_delivered),
		cmocka_unit_test(a_verdict_that_never_comes_is_a_denial),
		cmocka_unit_test(a_grant_ends_when_it_says),
		cmocka_unit_test(a_lost_denial_is_said_again),
		cmocka_unit_test(evidence_of_the_bound_crosses_a_bad_link),
		cmocka_unit_test(one_byte_more_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
