/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* KeyUpdate (RFC 9147 §8): epochs overlap, nothing is lost for it, and bad
 * networks only delay it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>

#include "tests/scenario/steps.h"

#define SECOND 1000000ull
#define MINUTE (60 * SECOND)

static void start(struct simulation *world, struct simulation_options options)
{
	simulation_init(world, &options);
	assert_true(simulation_connect(world, MINUTE));
	/* Finished is acknowledged. */
	simulation_run(world, world->now.monotonic_us + SECOND);
}

static uint64_t read_epoch(const adtls_engine_t *engine)
{
	return channel_newest_read_epoch(&engine->channel);
}

static void assert_epochs(struct simulation *world, uint64_t to_server,
			  uint64_t to_client)
{
	assert_int_equal(write_epoch(world->client_engine), to_server);
	assert_int_equal(read_epoch(world->server_engine), to_server);
	assert_int_equal(write_epoch(world->server_engine), to_client);
	assert_int_equal(read_epoch(world->client_engine), to_client);
}

static void one_side_updates(void **state)
{
	struct simulation world;

	(void)state;
	start(&world, (struct simulation_options){ .seed = 1 });
	assert_epochs(&world, 3, 3);
	assert_int_equal(update_keys(&world, ADTLS_CLIENT, false), ADTLS_OK);
	/* One at a time. */
	assert_int_equal(update_keys(&world, ADTLS_CLIENT, false),
			 ADTLS_E_AGAIN);
	simulation_run(&world, world.now.monotonic_us + SECOND);
	assert_epochs(&world, 4, 3);
	assert_int_equal(world.client.keys_updated, 1);
	assert_int_equal(world.server.keys_updated, 1);
	assert_echo(&world);
	simulation_clear(&world);
}

/* A KeyUpdate has no answer in a hurry: its ACK leaves room for data to take it
 * along, for a quarter of the RTO (RFC 9147 §7.1). */
static void the_ack_of_a_key_update_waits_for_data(void **state)
{
	struct simulation world;
	uint64_t quarter_us;
	unsigned sent;

	(void)state;
	start(&world, (struct simulation_options){
			      .seed = 9, .timer_initial_us = 4 * SECOND });
	sent = world.server.datagrams;
	quarter_us = world.server_engine->channel.outgoing.timer.rto_us / 4;
	assert_int_equal(update_keys(&world, ADTLS_CLIENT, false), ADTLS_OK);
	simulation_run(&world, world.now.monotonic_us + quarter_us);
	assert_int_equal(read_epoch(world.server_engine), 4);
	assert_int_equal(world.server.datagrams, sent);
	assert_int_equal(write_epoch(world.client_engine), 3);
	simulation_run(&world, world.now.monotonic_us + quarter_us);
	assert_int_equal(world.server.datagrams, sent + 1);
	assert_int_equal(write_epoch(world.client_engine), 4);
	simulation_clear(&world);
}

static void the_peer_is_asked_too(void **state)
{
	struct simulation world;

	(void)state;
	start(&world, (struct simulation_options){ .seed = 2 });
	assert_int_equal(update_keys(&world, ADTLS_SERVER, true), ADTLS_OK);
	simulation_run(&world, world.now.monotonic_us + SECOND);
	assert_epochs(&world, 4, 4);
	assert_echo(&world);
	simulation_clear(&world);
}

static void both_start_at_once(void **state)
{
	struct simulation world;

	(void)state;
	start(&world, (struct simulation_options){ .seed = 3 });
	assert_int_equal(update_keys(&world, ADTLS_CLIENT, true), ADTLS_OK);
	assert_int_equal(update_keys(&world, ADTLS_SERVER, true), ADTLS_OK);
	simulation_run(&world, world.now.monotonic_us + 2 * SECOND);
	/* Each asked, and each answers what was asked (RFC 8446 §4.6.3). */
	assert_epochs(&world, 5, 5);
	assert_echo(&world);
	simulation_clear(&world);
}

static void many_updates_in_a_row(void **state)
{
	struct simulation world;

	(void)state;
	start(&world, (struct simulation_options){ .seed = 4 });
	for (uint64_t i = 0; i < 20; i++) {
		assert_int_equal(
			update_keys(&world,
				    i % 2 == 0 ? ADTLS_CLIENT : ADTLS_SERVER,
				    true),
			ADTLS_OK);
		simulation_run(&world, world.now.monotonic_us + SECOND);
		assert_epochs(&world, 4 + i, 4 + i);
		assert_echo(&world);
	}
	simulation_clear(&world);
}

/* Data that was sent before the update arrives after it. */

static enum simulation_fate delay_first_data(struct simulation *world,
					     enum simulation_direction direction,
					     unsigned index, uint8_t *datagram,
					     size_t *len)
{
	bool *is_armed = world->options.filter_context;

	(void)index;
	if (direction != TO_SERVER || !*is_armed)
		return DELIVER;
	*is_armed = false;
	world->options.delay_us += 3 * SECOND;
	simulation_inject(world, TO_SERVER, datagram, *len);
	world->options.delay_us -= 3 * SECOND;
	return LOSE;
}

static void late_data_of_the_old_epoch_is_read(void **state)
{
	bool is_armed = false;
	struct simulation_options options = { .seed = 5,
					      .filter = delay_first_data,
					      .filter_context = &is_armed };
	struct simulation world;

	(void)state;
	start(&world, options);
	is_armed = true;
	assert_int_equal(simulation_send(&world, ADTLS_CLIENT, "late", 4),
			 ADTLS_OK);
	simulation_run(&world, world.now.monotonic_us + 1);
	assert_int_equal(update_keys(&world, ADTLS_CLIENT, false), ADTLS_OK);
	simulation_run(&world, world.now.monotonic_us + SECOND);
	assert_epochs(&world, 4, 3);
	assert_int_equal(world.server.data_count, 0);
	simulation_run(&world, world.now.monotonic_us + 5 * SECOND);
	assert_int_equal(world.server.data_count, 1);
	assert_memory_equal(world.server.data, "late", 4);
	simulation_clear(&world);
}

static void old_keys_are_forgotten_in_the_end(void **state)
{
	struct simulation world;

	(void)state;
	start(&world, (struct simulation_options){ .seed = 6 });
	assert_int_equal(update_keys(&world, ADTLS_CLIENT, true), ADTLS_OK);
	simulation_run(&world, world.now.monotonic_us + SECOND);
	/* Not before the new ones are used (RFC 9147 §8). */
	assert_echo(&world);
	simulation_run(&world, world.now.monotonic_us + 5 * MINUTE);
	assert_int_equal(world.client_engine->channel.sealer_count, 1);
	assert_int_equal(world.client_engine->channel.openers.count, 1);
	assert_int_equal(world.server_engine->channel.sealer_count, 1);
	assert_int_equal(world.server_engine->channel.openers.count, 1);
	assert_echo(&world);
	simulation_clear(&world);
}

static void a_key_half_used_up_is_replaced(void **state)
{
	struct record_sealer *sealer;
	struct simulation world;

	(void)state;
	start(&world, (struct simulation_options){ .seed = 7 });
	sealer = channel_newest_sealer(&world.client_engine->channel);
	sealer->next_sequence = sealer->keys.suite->seal_limit / 2;
	/* The peer follows records it has not seen the ones before of. */
	world.server_engine->channel.opener_slots[1].window.next =
		sealer->next_sequence;
	world.server_engine->channel.opener_slots[2].window.next =
		sealer->next_sequence;
	assert_int_equal(simulation_send(&world, ADTLS_CLIENT, "ping", 4),
			 ADTLS_OK);
	simulation_run(&world, world.now.monotonic_us + SECOND);
	assert_epochs(&world, 4, 3);
	assert_echo(&world);
	simulation_clear(&world);
}

/* Bad networks */

static void run_seed(uint64_t seed)
{
	struct seeded_random choices = seeded_random_of(~seed);
	struct simulation world;
	unsigned wanted[2] = { 0, 0 };

	start(&world, (struct simulation_options){ .seed = seed });
	world.options.loss_percent = 30;
	world.options.duplicate_percent = 10;
	world.options.jitter_us = 100000;
	for (unsigned i = 0; i < 6; i++) {
		adtls_role_t who = (adtls_role_t)seeded_random_below(&choices,
								     2);

		if (update_keys(&world, who,
				seeded_random_below(&choices, 2) == 0) ==
		    ADTLS_OK)
			wanted[who]++;
		simulation_send(&world, who, "data", 4);
		simulation_run(&world, world.now.monotonic_us +
					       seeded_random_below(&choices,
								   3000000));
	}
	world.options.loss_percent = 0;
	world.options.duplicate_percent = 0;
	simulation_run(&world, world.now.monotonic_us + 5 * MINUTE);
	if (world.client.closed || world.server.closed)
		fail_msg("seed %" PRIu64 ": %s / %s", seed, world.client.detail,
			 world.server.detail);
	if (write_epoch(world.client_engine) < 3 + wanted[ADTLS_CLIENT] ||
	    write_epoch(world.server_engine) < 3 + wanted[ADTLS_SERVER])
		fail_msg("seed %" PRIu64 ": an update did not complete", seed);
	assert_epochs(&world, write_epoch(world.client_engine),
		      write_epoch(world.server_engine));
	assert_echo(&world);
	simulation_clear(&world);
}

static void bad_networks_only_delay_it(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 200; seed++)
		run_seed(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_side_updates),
		cmocka_unit_test(the_ack_of_a_key_update_waits_for_data),
		cmocka_unit_test(the_peer_is_asked_too),
		cmocka_unit_test(both_start_at_once),
		cmocka_unit_test(many_updates_in_a_row),
		cmocka_unit_test(late_data_of_the_old_epoch_is_read),
		cmocka_unit_test(old_keys_are_forgotten_in_the_end),
		cmocka_unit_test(a_key_half_used_up_is_replaced),
		cmocka_unit_test(bad_networks_only_delay_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
