/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one lost datagram costs in time, and links so slow that a timer fires
 * before any answer can come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/scenario/steps.h"

#define SECOND 1000000ull
#define MS 1000ull
#define RTO SECOND	/* the default's first time-out */

/* How long until both sides are connected, in microseconds, and whether the
 * network then falls silent for good. */
static uint64_t connect_us(struct loss *loss, size_t mtu)
{
	struct simulation_options options = {
		.seed = 5,
		.client_mtu = mtu,
		.server_mtu = mtu,
		.client_certificate = true,
		.filter = lose_one,
		.filter_context = loss,
	};
	struct simulation world;
	uint64_t start_us, connected_us;
	unsigned sent;

	simulation_init(&world, &options);
	start_us = world.now.monotonic_us;
	if (!simulation_connect(&world, 60 * SECOND))
		fail_msg("direction %d, datagram %u: %s / %s", loss->direction,
			 loss->index, world.client.detail, world.server.detail);
	connected_us = world.now.monotonic_us - start_us;
	simulation_run(&world, world.now.monotonic_us + 10 * SECOND);
	assert_true(flight_is_empty(&world.client_engine->channel.outgoing));
	assert_true(flight_is_empty(&world.server_engine->channel.outgoing));
	sent = world.client.datagrams + world.server.datagrams;
	simulation_run(&world, world.now.monotonic_us + 120 * SECOND);
	assert_int_equal(world.client.datagrams + world.server.datagrams, sent);
	simulation_clear(&world);
	return connected_us;
}

/* Costs more than a time-out of the first kind nowhere, and where others of the
 * flight arrive, a quarter of one at most: then the receiver says at once what
 * it has got (RFC 9147 §7.1). */
static void one_loss_costs_little(void **state)
{
	struct loss none = { TO_SERVER, 1000, false };
	uint64_t usual_us = connect_us(&none, 256);
	unsigned cheap = 0, dear = 0;

	(void)state;
	for (int direction = TO_SERVER; direction <= TO_CLIENT; direction++) {
		for (unsigned index = 0;; index++) {
			struct loss loss = {
				(enum simulation_direction)direction, index,
				false
			};
			uint64_t cost_us = connect_us(&loss, 256) - usual_us;

			if (!loss.happened)
				break;
			print_message("# %s %u: %u ms\n",
				      direction == TO_SERVER ? "to server" :
							       "to client",
				      index, (unsigned)(cost_us / MS));
			assert_true(cost_us <= RTO + 50 * MS);
			if (cost_us <= RTO / 4 + 100 * MS)
				cheap++;
			else
				dear++;
		}
	}
	/* A hello, HelloRetryRequest and the second hello are alone. */
	assert_true(dear <= 4);
	assert_true(cheap >= 8);
}

/* The round trip takes longer than the first time-out: what has been sent is
 * repeated a few times, and no more often once the round trip is known. */
static void a_slow_link_does_not_collapse(void **state)
{
	struct simulation_options options = {
		.seed = 6,
		.client_mtu = 512,
		.server_mtu = 512,
		.client_certificate = true,
		.delay_us = 4 * SECOND,
	};
	struct simulation world;
	unsigned sent;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, 60 * SECOND));
	/* Two round trips, and one way more. */
	assert_true(world.server.connected_us <= (1 + 5 * 4) * SECOND + SECOND);
	simulation_run(&world, world.now.monotonic_us + 60 * SECOND);
	print_message("# %u + %u datagrams\n", world.client.datagrams,
		      world.server.datagrams);
	assert_true(world.client.datagrams <= 16);
	assert_true(world.server.datagrams <= 20);
	/* What is known now keeps a KeyUpdate from being sent twice. */
	sent = world.client.datagrams;
	assert_int_equal(adtls_engine_update_keys(world.client_engine,
						  world.now, false),
			 ADTLS_OK);
	simulation_run(&world, world.now.monotonic_us + 30 * SECOND);
	assert_int_equal(world.client.datagrams, sent + 1);
	simulation_clear(&world);
}

/* Losses on top of it are made up for, as long as there is time. */
static void a_slow_link_with_losses(void **state)
{
	unsigned connected = 0;

	(void)state;
	for (uint64_t seed = 0; seed < 50; seed++) {
		struct simulation_options options = {
			.seed = seed,
			.client_certificate = true,
			.delay_us = 2 * SECOND,
			.jitter_us = SECOND,
			.loss_percent = 10,
		};
		struct simulation world;

		simulation_init(&world, &options);
		connected += simulation_connect(&world, 61 * SECOND) ? 1 : 0;
		if (world.client.datagrams + world.server.datagrams > 80)
			fail_msg("seed %u: %u + %u datagrams", (unsigned)seed,
				 world.client.datagrams,
				 world.server.datagrams);
		simulation_clear(&world);
	}
	print_message("# %u of 50 connected\n", connected);
	assert_true(connected >= 47);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_loss_costs_little),
		cmocka_unit_test(a_slow_link_does_not_collapse),
		cmocka_unit_test(a_slow_link_with_losses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
