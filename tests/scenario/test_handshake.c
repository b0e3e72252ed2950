/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handshakes without faults: what both sides see, and how many datagrams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/simulation.h"

#define MINUTE 60000000ull

static void plain_handshake_and_echo(void **state)
{
	struct simulation_options options = { .seed = 1 };
	adtls_parameters_t parameters;
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	adtls_engine_parameters(world.client_engine, &parameters);
	assert_string_equal(parameters.suite, "TLS_AES_128_GCM_SHA256");
	assert_true(parameters.hello_retry_request);
	assert_string_equal(adtls_engine_peer_identity(world.client_engine),
			    "CN=gateway.test");
	assert_int_equal(simulation_send(&world, ADTLS_CLIENT, "ping", 4),
			 ADTLS_OK);
	simulation_run(&world, 2 * MINUTE);
	assert_int_equal(world.server.data_count, 1);
	assert_memory_equal(world.server.data, "ping", 4);
	assert_int_equal(simulation_send(&world, ADTLS_SERVER, "pong", 4),
			 ADTLS_OK);
	simulation_run(&world, 3 * MINUTE);
	assert_int_equal(world.client.data_count, 1);
	assert_memory_equal(world.client.data, "pong", 4);
	simulation_clear(&world);
}

static void attested_handshake(void **state)
{
	struct simulation_options options = {
		.seed = 2,
		.attester = simulation_attester(0xaa),
		.policy = simulation_policy("require"),
		.evidence_us = 200000,
		.appraisal_us = 3000000,
	};
	adtls_parameters_t parameters;
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	if (!simulation_connect(&world, MINUTE))
		fail_msg("client: %s; server: %s", world.client.detail,
			 world.server.detail);
	adtls_engine_parameters(world.server_engine, &parameters);
	assert_true(parameters.receives_evidence);
	assert_int_equal(adtls_engine_authorization(world.server_engine),
			 ADTLS_AUTHORIZATION_GRANTED);
	simulation_clear(&world);
	adtls_attester_unref(options.attester);
	adtls_policy_unref(options.policy);
}

/* The client's address changes between its hellos, as behind a NAT that forgot
 * it: the cookie is of another address, and the client starts once more. */

static enum simulation_fate change_address(struct simulation *world,
					   enum simulation_direction direction,
					   unsigned index, uint8_t *datagram,
					   size_t *len)
{
	(void)datagram;
	(void)len;
	if (direction == TO_SERVER && index == 1)
		world->client_address = "another";
	return DELIVER;
}

static void a_refused_cookie_costs_one_more_round(void **state)
{
	struct simulation_options options = { .seed = 3,
					      .filter = change_address };
	adtls_endpoint_statistics_t statistics;
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	adtls_endpoint_statistics(world.endpoint, &statistics);
	assert_int_equal(statistics.cookies_refused, 1);
	assert_int_equal(statistics.cookies_sent, 2);
	simulation_clear(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_handshake_and_echo),
		cmocka_unit_test(attested_handshake),
		cmocka_unit_test(a_refused_cookie_costs_one_more_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
