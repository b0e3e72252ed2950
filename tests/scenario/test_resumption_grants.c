/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of grants when attested connections resume (protocol §6). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "attestation/attestation.h"
#include "engine/engine.h"
#include "tests/scenario/resuming.h"

static void attested_options(struct simulation_options *out, uint64_t seed)
{
	*out = (struct simulation_options){
		.seed = seed,
		.attester = simulation_attester(0xaa),
		.policy = simulation_policy("require"),
		.appraisal_us = 3 * SECOND,
		.configure = configure_tickets,
	};
	give_as_usual();
}

static void release(struct simulation_options *options)
{
	adtls_attester_unref(options->attester);
	adtls_policy_unref(options->policy);
}

static void a_grant_is_resumed(void **state)
{
	struct simulation_options options;
	adtls_verdict_t *verdict;
	int64_t appraised_at, expires_at;
	uint8_t bytes[ADTLS_TICKET_EXPORT_MAX];
	struct simulation world;
	adtls_ticket_t *ticket;
	char device[256];
	size_t len;

	(void)state;
	attested_options(&options, 20);
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	verdict = adtls_engine_verdict(world.server_engine);
	expires_at = adtls_verdict_expires_at(verdict);
	appraised_at = world.now.utc_s;
	snprintf(device, sizeof(device), "%s", adtls_verdict_device(verdict));
	simulation_run(&world, world.now.monotonic_us + 30 * MINUTE);
	ticket = take_ticket(&world);
	assert_int_equal(adtls_ticket_export(ticket, bytes, sizeof(bytes),
					     &len),
			 ADTLS_E_UNSUPPORTED);
	for (unsigned i = 0; i < 2; i++) {
		simulation_reconnect(&world, ticket);
		connect_both(&world);
		assert_true(is_resumed(&world));
		assert_true(world.server.authorized);
		assert_int_equal(
			adtls_engine_authorization(world.server_engine),
			ADTLS_AUTHORIZATION_GRANTED);
		verdict = adtls_engine_verdict(world.server_engine);
		assert_int_equal(adtls_verdict_expires_at(verdict), expires_at);
		assert_int_equal(adtls_verdict_appraised_at(verdict),
				 appraised_at);
		assert_string_equal(adtls_verdict_device(verdict), device);
		assert_string_equal(adtls_verdict_identity(verdict),
				    "CN=sensor-1");
		echo(&world);
		ticket = take_ticket(&world);
	}
	/* An hour after the appraisal it is time for another. */
	simulation_run(&world, world.now.monotonic_us + 31 * MINUTE);
	simulation_reconnect(&world, ticket);
	connect_both(&world);
	assert_false(is_resumed(&world));
	assert_int_equal(adtls_engine_authorization(world.server_engine),
			 ADTLS_AUTHORIZATION_GRANTED);
	simulation_clear(&world);
	release(&options);
}

static void no_ticket_before_the_grant(void **state)
{
	struct simulation_options options;
	struct simulation world;

	(void)state;
	attested_options(&options, 21);
	options.appraisal_us = 20 * SECOND;
	simulation_init(&world, &options);
	simulation_run(&world, world.now.monotonic_us + 10 * SECOND);
	assert_true(world.client.connected);
	assert_int_equal(world.client.tickets, 0);
	simulation_run(&world, world.now.monotonic_us + 20 * SECOND);
	assert_true(world.server.authorized);
	assert_int_equal(world.client.tickets, 1);
	simulation_clear(&world);
	release(&options);
}

/* Whoever is refused later cannot come back with an older ticket. */
static void a_denial_takes_tickets_back(void **state)
{
	struct simulation_options options;
	struct simulation world;
	adtls_ticket_t *first, *second;

	(void)state;
	attested_options(&options, 22);
	given.count = 2;
	options.loses_appraisals = false;
	simulation_init(&world, &options);
	connect_both(&world);
	first = take_ticket(&world);
	second = take_ticket(&world);
	simulation_reconnect(&world, first);
	connect_both(&world);
	assert_true(is_resumed(&world));
	/* The next appraisal never comes to an end. */
	world.options.loses_appraisals = true;
	simulation_reconnect(&world, NULL);
	simulation_run(&world, world.now.monotonic_us + 40 * SECOND);
	assert_true(world.server.refused);
	world.options.loses_appraisals = false;
	simulation_reconnect(&world, second);
	connect_both(&world);
	assert_false(is_resumed(&world));
	assert_true(world.server.authorized);
	assert_true(resumes(&world));
	simulation_clear(&world);
	release(&options);
}

/* Hanging up before the verdict is no way to keep older tickets. */
static void hanging_up_takes_tickets_back(void **state)
{
	struct simulation_options options;
	struct simulation world;
	adtls_ticket_t *first, *second;

	(void)state;
	attested_options(&options, 27);
	given.count = 2;
	simulation_init(&world, &options);
	connect_both(&world);
	first = take_ticket(&world);
	second = take_ticket(&world);
	simulation_reconnect(&world, NULL);
	simulation_run(&world, world.now.monotonic_us + SECOND);
	assert_true(world.server.connected);
	assert_false(world.server.authorized);
	adtls_engine_close(world.client_engine, world.now);
	simulation_run(&world, world.now.monotonic_us + SECOND);
	assert_int_equal(world.server.reason, ADTLS_REASON_CLOSED_BY_PEER);
	simulation_reconnect(&world, first);
	connect_both(&world);
	assert_false(is_resumed(&world));
	assert_true(world.server.authorized);
	/* Nor is silence, when the server is done with the connection. */
	simulation_reconnect(&world, NULL);
	simulation_run(&world, world.now.monotonic_us + SECOND);
	assert_true(world.server.connected);
	simulation_reconnect(&world, second);
	connect_both(&world);
	assert_false(is_resumed(&world));
	assert_true(resumes(&world));
	simulation_clear(&world);
	release(&options);
}

/* A device is denied on one connection while it resumes on another. */
static void a_grant_may_be_withdrawn_meanwhile(void **state)
{
	struct simulation_options options;
	const struct attestation *attestation;
	struct simulation world;

	(void)state;
	attested_options(&options, 28);
	simulation_init(&world, &options);
	connect_both(&world);
	simulation_reconnect(&world, take_ticket(&world));
	/* The ticket is accepted, the client's Finished on its way. */
	while (world.server_engine == NULL)
		simulation_run(&world, world.now.monotonic_us + 1000);
	assert_int_equal(world.server_engine->hs->psk.selected.kind,
			 HS_PSK_TICKET);
	attestation = world.server_engine->layer;
	attestation_note_denial(attestation, world.now.utc_s);
	simulation_run(&world, world.now.monotonic_us + 5 * SECOND);
	assert_false(world.server.connected);
	assert_int_equal(world.server.reason, ADTLS_REASON_GRANT_WITHDRAWN);
	assert_int_equal(world.client.alert, ADTLS_ALERT_ATTESTATION_FAILED);
	assert_true(world.client.alert_received);
	simulation_clear(&world);
	release(&options);
}

/* A ticket without a grant is no way around the policy of another process. */
static void a_ticket_without_a_grant_is_none_where_one_is_required(void **state)
{
	struct simulation_options options = { .seed = 23,
					      .configure = configure_tickets };
	struct simulation here, there;
	adtls_ticket_t *ticket;

	(void)state;
	give_as_usual();
	given.key = ticket_keys[0];
	options.client_certificate = true;
	simulation_init(&here, &options);
	connect_both(&here);
	ticket = take_ticket(&here);
	attested_options(&options, 24);
	given.key = ticket_keys[0];
	simulation_init(&there, &options);
	connect_both(&there);
	simulation_reconnect(&there, copy_of(ticket));
	connect_both(&there);
	assert_false(is_resumed(&there));
	assert_true(there.server.authorized);
	adtls_ticket_free(ticket);
	simulation_clear(&here);
	simulation_clear(&there);
	release(&options);
}

/* Another policy makes another decision. */
static void a_grant_is_for_one_policy(void **state)
{
	struct simulation_options options;
	struct simulation here, there;
	adtls_ticket_t *ticket;
	bool resumed[2];

	(void)state;
	for (unsigned other = 0; other <= 1; other++) {
		attested_options(&options, 25);
		given.key = ticket_keys[0];
		simulation_init(&here, &options);
		connect_both(&here);
		ticket = take_ticket(&here);
		if (other) {
			adtls_policy_unref(options.policy);
			options.policy = simulation_policy("allow");
		}
		simulation_init(&there, &options);
		connect_both(&there);
		simulation_reconnect(&there, ticket);
		connect_both(&there);
		resumed[other] = is_resumed(&there);
		assert_true(there.server.authorized);
		simulation_clear(&here);
		simulation_clear(&there);
		release(&options);
	}
	assert_true(resumed[0]);
	assert_false(resumed[1]);
}

static void require_both(adtls_config_t *client, adtls_config_t *server)
{
	configure_tickets(client, server);
	assert_int_equal(adtls_config_set_require_attestation(client, true),
			 ADTLS_OK);
}

static void a_client_that_requires_attestation_resumes_it(void **state)
{
	struct simulation_options options;
	struct simulation world;

	(void)state;
	attested_options(&options, 26);
	options.configure = require_both;
	simulation_init(&world, &options);
	connect_both(&world);
	assert_true(resumes(&world));
	assert_true(resumes(&world));
	simulation_clear(&world);
	release(&options);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_grant_is_resumed),
		cmocka_unit_test(no_ticket_before_the_grant),
		cmocka_unit_test(a_denial_takes_tickets_back),
		cmocka_unit_test(hanging_up_takes_tickets_back),
		cmocka_unit_test(a_grant_may_be_withdrawn_meanwhile),
		cmocka_unit_test(
			a_ticket_without_a_grant_is_none_where_one_is_required),
		cmocka_unit_test(a_grant_is_for_one_policy),
		cmocka_unit_test(a_client_that_requires_attestation_resumes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
