/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handshakes that come to nothing: who gives up when, and what it knows of the
 * cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/support/simulation.h"
#define SECOND 1000000ull
#define START  1000000ull /* of the simulation's clock */

static enum simulation_fate
lose_all_to_client(struct simulation *world,
		   enum simulation_direction direction, unsigned index,
		   uint8_t *datagram, size_t *len)
{
	(void)world;
	(void)index;
	(void)datagram;
	(void)len;
	return direction == TO_CLIENT ? LOSE : DELIVER;
}

static enum simulation_fate lose_finished(struct simulation *world,
					  enum simulation_direction direction,
					  unsigned index, uint8_t *datagram,
					  size_t *len)
{
	(void)world;
	(void)datagram;
	(void)len;
	return direction == TO_SERVER && index >= 2 ? LOSE : DELIVER;
}

/* A plaintext alert, as anybody can write one: handshake_failure. */
static const uint8_t forged_alert[] = {
	21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 9, 0, 2, 2, 40,
};

static void run_into_the_deadline(struct simulation *world,
				  const struct simulation_options *options,
				  const struct simulation_side *side)
{
	simulation_init(world, options);
	simulation_run(world, START + SECOND);
	simulation_inject(world, TO_CLIENT, forged_alert, sizeof(forged_alert));
	simulation_run(world, START + 5 * SECOND - 1);
	assert_false(side->closed);
	simulation_run(world, START + 5 * SECOND);
}

static void a_client_waits_until_its_deadline(void **state)
{
	struct simulation_options options = {
		.seed = 10,
		.filter = lose_all_to_client,
		.handshake_deadline_us = 5 * SECOND,
	};
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	simulation_run(&world, START + 5 * SECOND);
	assert_int_equal(world.client.reason, ADTLS_REASON_HANDSHAKE_TIMEOUT);
	assert_int_equal(world.client.alert, ADTLS_ALERT_NONE);
	assert_null(strstr(world.client.detail, "sent"));
	simulation_clear(&world);
}

static void a_plaintext_alert_is_remembered(void **state)
{
	struct simulation_options options = {
		.seed = 11,
		.filter = lose_all_to_client,
		.handshake_deadline_us = 5 * SECOND,
	};
	struct simulation world;

	(void)state;
	run_into_the_deadline(&world, &options, &world.client);
	assert_int_equal(world.client.reason, ADTLS_REASON_HANDSHAKE_TIMEOUT);
	assert_non_null(strstr(world.client.detail, "handshake_failure"));
	assert_false(world.client.alert_received);
	simulation_clear(&world);
}

static void a_server_waits_until_its_deadline(void **state)
{
	struct simulation_options options = {
		.seed = 12,
		.filter = lose_finished,
		.handshake_deadline_us = 5 * SECOND,
	};
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	simulation_run(&world, START + 6 * SECOND);
	assert_true(world.client.connected);
	assert_true(world.server.closed);
	assert_int_equal(world.server.reason, ADTLS_REASON_HANDSHAKE_TIMEOUT);
	assert_int_equal(world.server.connected, 0);
	simulation_clear(&world);
}

static void try_three_times(adtls_config_t *client, adtls_config_t *server)
{
	(void)server;
	assert_int_equal(adtls_config_set_timer(client, ADTLS_TIMER_FIXED,
						SECOND / 10, 3),
			 ADTLS_OK);
}

/* 100, 200, 400 and 800 ms: four transmissions, and then no more. */
static void attempts_come_to_an_end(void **state)
{
	struct simulation_options options = {
		.seed = 13,
		.filter = lose_all_to_client,
		.configure = try_three_times,
	};
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	simulation_run(&world, START + 15 * SECOND / 10 - 1);
	assert_false(world.client.closed);
	assert_int_equal(world.client.datagrams, 4);
	simulation_run(&world, START + 15 * SECOND / 10);
	assert_true(world.client.closed);
	assert_int_equal(world.client.reason,
			 ADTLS_REASON_RETRANSMISSION_LIMIT);
	assert_int_equal(world.client.datagrams, 4);
	simulation_clear(&world);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_waits_until_its_deadline),
		cmocka_unit_test(a_plaintext_alert_is_remembered),
		cmocka_unit_test(a_server_waits_until_its_deadline),
		cmocka_unit_test(attempts_come_to_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
