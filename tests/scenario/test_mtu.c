/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Paths that drop large datagrams in silence, and what the network says of its
 * MTU (RFC 9147 §4.4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/scenario/attacker.h"

/* Lose what is larger than options.filter_context, a size_t, says. */
static enum simulation_fate lose_large(struct simulation *world,
				       enum simulation_direction direction,
				       unsigned index, uint8_t *datagram,
				       size_t *len)
{
	const size_t *most = world->options.filter_context;

	(void)direction;
	(void)index;
	(void)datagram;
	return *len > *most ? LOSE : DELIVER;
}

static void connect(struct simulation *world, size_t *most)
{
	simulation_init(world, &(struct simulation_options){
				       .seed = 1,
				       .client_mtu = 1400,
				       .server_mtu = 1400,
				       .client_certificate = true,
				       .filter = lose_large,
				       .filter_context = most });
	assert_true(simulation_connect(world, MINUTE));
	run_for(world, 5 * SECOND);
}

/* As much as fits a datagram arrives. */
static void assert_carries(struct simulation *world, adtls_role_t from)
{
	static const uint8_t data[1400];
	adtls_engine_t *engine = from == ADTLS_CLIENT ? world->client_engine :
							world->server_engine;
	const struct simulation_side *to =
		from == ADTLS_CLIENT ? &world->server : &world->client;
	unsigned count = to->data_count;

	assert_int_equal(simulation_send(world, from, data,
					 adtls_engine_max_data(engine)),
			 ADTLS_OK);
	run_for(world, SECOND);
	assert_int_equal(to->data_count, count + 1);
}

/* Each side learns it by its own flight, and what it learns holds for data. */
static void a_narrow_path_is_found_out(void **state)
{
	static const struct {
		size_t path;
		size_t found;
	} cases[] = { { 1400, 1400 }, { 600, 548 }, { 256, 256 } };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		size_t most = cases[i].path;
		struct simulation world;

		connect(&world, &most);
		assert_int_equal(adtls_engine_mtu(world.server_engine),
				 cases[i].found);
		assert_carries(&world, ADTLS_SERVER);
		if (most != 600) {
			assert_int_equal(adtls_engine_mtu(world.client_engine),
					 cases[i].found);
			assert_carries(&world, ADTLS_CLIENT);
		}
		/* It does not rise again. */
		most = 1400;
		run_for(&world, 5 * MINUTE);
		assert_int_equal(adtls_engine_mtu(world.server_engine),
				 cases[i].found);
		simulation_clear(&world);
	}
}

/* Losses that have nothing to do with size make nothing smaller. */
static void small_flights_say_nothing_of_the_path(void **state)
{
	unsigned from = 0;
	struct simulation world;

	(void)state;
	/* The client's hello is small; its answer never comes. */
	simulation_init(&world, &(struct simulation_options){
					.seed = 2,
					.filter = lose_to_client,
					.filter_context = &from });
	assert_false(simulation_connect(&world, 40 * SECOND));
	assert_int_equal(adtls_engine_mtu(world.client_engine), 1200);
	assert_true(world.client.datagrams > 4);
	simulation_clear(&world);
}

static void one_loss_is_only_a_loss(void **state)
{
	struct loss loss = { .direction = TO_CLIENT, .index = 1 };
	struct simulation world;

	(void)state;
	simulation_init(&world, &(struct simulation_options){
					.seed = 3,
					.filter = lose_one,
					.filter_context = &loss });
	assert_true(simulation_connect(&world, MINUTE));
	assert_int_equal(adtls_engine_mtu(world.server_engine), 1200);
	simulation_clear(&world);
}

static void the_network_may_tell(void **state)
{
	static const uint8_t data[1400];
	adtls_statistics_t statistics;
	size_t most = 1400;
	struct simulation world;

	(void)state;
	connect(&world, &most);
	assert_int_equal(adtls_engine_set_mtu(world.client_engine, world.now,
					      255),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_engine_set_mtu(world.client_engine, world.now,
					      65508),
			 ADTLS_E_INVALID);
	/* What is queued already and too large is lost, not in the way. */
	assert_int_equal(simulation_send(&world, ADTLS_CLIENT, data, 1300),
			 ADTLS_OK);
	assert_int_equal(simulation_send(&world, ADTLS_CLIENT, "x", 1),
			 ADTLS_OK);
	assert_int_equal(adtls_engine_set_mtu(world.client_engine, world.now,
					      600),
			 ADTLS_OK);
	run_for(&world, SECOND);
	adtls_engine_statistics(world.client_engine, &statistics);
	assert_int_equal(statistics.data_too_large, 1);
	assert_int_equal(world.server.data_count, 1);
	assert_int_equal(adtls_engine_max_data(world.client_engine),
			 600 - 20);
	assert_int_equal(adtls_engine_set_mtu(world.client_engine, world.now,
					      0),
			 ADTLS_OK);
	assert_int_equal(adtls_engine_mtu(world.client_engine), 548);
	assert_int_equal(adtls_engine_set_mtu(world.client_engine, world.now,
					      0),
			 ADTLS_OK);
	assert_int_equal(adtls_engine_set_mtu(world.client_engine, world.now,
					      0),
			 ADTLS_E_TOO_LARGE);
	most = 256;
	assert_int_equal(adtls_engine_set_mtu(world.server_engine, world.now,
					      256),
			 ADTLS_OK);
	assert_carries(&world, ADTLS_CLIENT);
	assert_carries(&world, ADTLS_SERVER);
	simulation_clear(&world);
}

/* A flight that was too large goes out anew at once. */
static void a_flight_is_sent_again_in_smaller_datagrams(void **state)
{
	size_t most = 400;
	struct simulation world;
	uint64_t told_us;

	(void)state;
	simulation_init(&world, &(struct simulation_options){
					.seed = 4,
					.filter = lose_large,
					.filter_context = &most });
	run_for(&world, SECOND / 2);
	assert_false(world.client.connected);
	assert_non_null(world.server_engine);
	told_us = world.now.monotonic_us;
	assert_int_equal(adtls_engine_set_mtu(world.server_engine, world.now,
					      400),
			 ADTLS_OK);
	adtls_endpoint_touch(world.endpoint, world.server_engine);
	assert_true(simulation_connect(&world, MINUTE));
	assert_true(world.client.connected_us < told_us + SECOND / 10);
	simulation_clear(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_narrow_path_is_found_out),
		cmocka_unit_test(small_flights_say_nothing_of_the_path),
		cmocka_unit_test(one_loss_is_only_a_loss),
		cmocka_unit_test(the_network_may_tell),
		cmocka_unit_test(a_flight_is_sent_again_in_smaller_datagrams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
