/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connection IDs (RFC 9146 §3, RFC 9147 §9): negotiated in each combination, in
 * all records, renewed, and exchanged together with other messages under
 * loss. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <string.h>

#include "tests/scenario/steps.h"

#define SECOND 1000000ull
#define MINUTE (60 * SECOND)
#define OFF    SIZE_MAX

/* What is configured, as configurations have no context. */
static size_t client_len, server_len;

static void configure(adtls_config_t *client, adtls_config_t *server)
{
	if (client_len != OFF)
		assert_int_equal(adtls_config_set_connection_id(client,
								client_len),
				 ADTLS_OK);
	if (server_len != OFF)
		assert_int_equal(adtls_config_set_connection_id(server,
								server_len),
				 ADTLS_OK);
}

/* Looks at the first record of each datagram. */
struct watch {
	unsigned with_cid[2];
	unsigned without_cid[2];	/* encrypted ones */
};

static void observe(struct simulation *world,
		    enum simulation_direction direction,
		    const uint8_t *datagram, size_t len)
{
	struct watch *watch = world->options.filter_context;

	if (watch == NULL || len == 0 || (datagram[0] & 0xe0) != 0x20)
		return;
	if ((datagram[0] & 0x10) != 0)
		watch->with_cid[direction]++;
	else
		watch->without_cid[direction]++;
}

static void start(struct simulation *world, uint64_t seed, size_t client,
		  size_t server, struct watch *watch)
{
	client_len = client;
	server_len = server;
	simulation_init(world, &(struct simulation_options){
				       .seed = seed,
				       .configure = configure,
				       .client_certificate = true,
				       .observer = observe,
				       .filter_context = watch });
	assert_true(simulation_connect(world, MINUTE));
	/* Finished is acknowledged. */
	simulation_run(world, world->now.monotonic_us + SECOND);
}

static adtls_connection_ids_t ids_of(const adtls_engine_t *engine)
{
	adtls_connection_ids_t ids;

	adtls_engine_connection_ids(engine, &ids);
	return ids;
}

static void assert_same(adtls_bytes_t a, adtls_bytes_t b)
{
	assert_int_equal(a.len, b.len);
	if (a.len > 0)
		assert_memory_equal(a.data, b.data, a.len);
}

static void check_combination(size_t client, size_t server)
{
	bool is_negotiated = client != OFF && server != OFF;
	size_t to_client = is_negotiated ? client : 0;
	size_t to_server = is_negotiated ? server : 0;
	struct watch watch = { { 0 }, { 0 } };
	adtls_connection_ids_t ours, theirs;
	struct simulation world;

	start(&world, 1, client, server, &watch);
	assert_echo(&world);
	ours = ids_of(world.client_engine);
	theirs = ids_of(world.server_engine);
	assert_int_equal(ours.negotiated, is_negotiated);
	assert_int_equal(theirs.negotiated, is_negotiated);
	assert_int_equal(ours.return_routability, is_negotiated);
	assert_int_equal(theirs.return_routability, is_negotiated);
	assert_int_equal(ours.own.len, to_client);
	assert_int_equal(theirs.own.len, to_server);
	assert_same(ours.own, theirs.peers);
	assert_same(ours.peers, theirs.own);
	assert_int_equal(watch.with_cid[TO_SERVER] > 0, to_server > 0);
	assert_int_equal(watch.without_cid[TO_SERVER] > 0, to_server == 0);
	assert_int_equal(watch.with_cid[TO_CLIENT] > 0, to_client > 0);
	assert_int_equal(watch.without_cid[TO_CLIENT] > 0, to_client == 0);
	simulation_clear(&world);
}

static void each_side_says_what_it_wants(void **state)
{
	static const size_t lens[] = { OFF, 0, 1, 8, 20 };

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		for (size_t j = 0; j < 5; j++)
			check_combination(lens[i], lens[j]);
	}
}

static void lengths_are_bounded(void **state)
{
	adtls_config_t *config;

	(void)state;
	assert_int_equal(adtls_config_new(&config), ADTLS_OK);
	assert_int_equal(adtls_config_set_connection_id(config, 21),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_connection_id(config, 20), ADTLS_OK);
	adtls_config_unref(config);
}

/* A record without its CID, or with another one, is dropped in silence, and
 * what follows it in the datagram too. */

static enum simulation_fate change_cid(struct simulation *world,
				       enum simulation_direction direction,
				       unsigned index, uint8_t *datagram,
				       size_t *len)
{
	(void)world;
	(void)index;
	if (direction == TO_SERVER && *len > 3 && (datagram[0] & 0xf0) == 0x30)
		datagram[3] ^= 1;
	return DELIVER;
}

static enum simulation_fate remove_cid(struct simulation *world,
				       enum simulation_direction direction,
				       unsigned index, uint8_t *datagram,
				       size_t *len)
{
	(void)world;
	(void)index;
	if (direction != TO_SERVER || *len < 9 || (datagram[0] & 0xf0) != 0x30)
		return DELIVER;
	datagram[0] &= 0xef;
	memmove(datagram + 1, datagram + 9, *len - 9);
	*len -= 8;
	return DELIVER;
}

static void check_dropped(simulation_filter filter)
{
	adtls_statistics_t statistics;
	struct simulation world;

	start(&world, 3, 8, 8, NULL);
	world.options.filter = filter;
	assert_int_equal(simulation_send(&world, ADTLS_CLIENT, "ping", 4),
			 ADTLS_OK);
	simulation_run(&world, world.now.monotonic_us + SECOND);
	assert_int_equal(world.server.data_count, 0);
	assert_false(world.server.closed);
	adtls_engine_statistics(world.server_engine, &statistics);
	assert_int_equal(statistics.dropped_cid, 1);
	world.options.filter = NULL;
	assert_echo(&world);
	simulation_clear(&world);
}

static void records_of_others_are_dropped(void **state)
{
	(void)state;
	check_dropped(change_cid);
	check_dropped(remove_cid);
}

/* New ones */

static void spare_ones_are_asked_for_and_used(void **state)
{
	uint8_t first[8], second[8];
	struct simulation world;

	(void)state;
	start(&world, 4, 8, 8, NULL);
	assert_int_equal(adtls_engine_use_new_connection_id(
				 world.client_engine),
			 ADTLS_E_AGAIN);
	assert_int_equal(adtls_engine_request_connection_ids(
				 world.client_engine, world.now, 2),
			 ADTLS_OK);
	assert_int_equal(adtls_engine_request_connection_ids(
				 world.client_engine, world.now, 2),
			 ADTLS_E_AGAIN);
	simulation_run(&world, world.now.monotonic_us + SECOND);
	assert_int_equal(world.client.new_cids, 1);
	assert_int_equal(ids_of(world.client_engine).spare_count, 2);
	assert_int_equal(ids_of(world.server_engine).own_count, 3);
	memcpy(first, ids_of(world.client_engine).peers.data, 8);
	assert_int_equal(adtls_engine_use_new_connection_id(
				 world.client_engine),
			 ADTLS_OK);
	memcpy(second, ids_of(world.client_engine).peers.data, 8);
	assert_memory_not_equal(first, second, 8);
	assert_echo(&world);
	assert_int_equal(ids_of(world.server_engine).own_count, 3);
	/* The first is forgotten once it is surely not on its way any more. */
	simulation_run(&world, world.now.monotonic_us + 2 * MINUTE);
	assert_int_equal(ids_of(world.server_engine).own_count, 2);
	assert_echo(&world);
	simulation_clear(&world);
}

static void immediate_ones_take_over(void **state)
{
	struct simulation world;
	uint8_t old[8];

	(void)state;
	start(&world, 5, 8, 8, NULL);
	memcpy(old, ids_of(world.client_engine).peers.data, 8);
	assert_int_equal(adtls_engine_offer_connection_ids(
				 world.server_engine, world.now, 3, true),
			 ADTLS_OK);
	adtls_endpoint_touch(world.endpoint, world.server_engine);
	simulation_run(&world, world.now.monotonic_us + SECOND);
	assert_memory_not_equal(old, ids_of(world.client_engine).peers.data,
				8);
	assert_int_equal(ids_of(world.client_engine).spare_count, 2);
	assert_echo(&world);
	simulation_run(&world, world.now.monotonic_us + 2 * MINUTE);
	assert_int_equal(ids_of(world.server_engine).own_count, 3);
	simulation_clear(&world);
}

static void there_are_only_so_many(void **state)
{
	struct simulation world;

	(void)state;
	start(&world, 6, 8, 8, NULL);
	assert_int_equal(adtls_engine_request_connection_ids(
				 world.client_engine, world.now, 255),
			 ADTLS_OK);
	simulation_run(&world, world.now.monotonic_us + SECOND);
	assert_int_equal(ids_of(world.server_engine).own_count, 8);
	assert_int_equal(ids_of(world.client_engine).spare_count, 7);
	assert_int_equal(adtls_engine_offer_connection_ids(
				 world.server_engine, world.now, 1, false),
			 ADTLS_E_AGAIN);
	/* Answered, with none. */
	assert_int_equal(adtls_engine_request_connection_ids(
				 world.client_engine, world.now, 1),
			 ADTLS_OK);
	simulation_run(&world, world.now.monotonic_us + SECOND);
	assert_int_equal(world.client.new_cids, 2);
	assert_int_equal(ids_of(world.client_engine).spare_count, 7);
	assert_echo(&world);
	simulation_clear(&world);
}

static void whoever_asks_on_and_on_is_refused(void **state)
{
	struct simulation world;

	(void)state;
	start(&world, 7, 8, 8, NULL);
	for (unsigned i = 0; i < 30 && !world.client.closed; i++) {
		adtls_engine_request_connection_ids(world.client_engine,
						    world.now, 255);
		simulation_run(&world, world.now.monotonic_us + SECOND);
	}
	assert_true(world.server.closed);
	assert_int_equal(world.server.reason,
			 ADTLS_REASON_TOO_MANY_CIDS_REQUESTED);
	assert_int_equal(world.client.alert,
			 ADTLS_ALERT_TOO_MANY_CIDS_REQUESTED);
	simulation_clear(&world);
}

static void without_them_none_are_to_be_had(void **state)
{
	struct simulation world;

	(void)state;
	start(&world, 8, 0, 8, NULL);
	/* The server writes none to us, so that we can give it none. */
	assert_int_equal(adtls_engine_offer_connection_ids(
				 world.client_engine, world.now, 1, false),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_engine_request_connection_ids(
				 world.server_engine, world.now, 1),
			 ADTLS_E_INVALID);
	simulation_clear(&world);
	start(&world, 8, OFF, 8, NULL);
	assert_int_equal(adtls_engine_request_connection_ids(
				 world.client_engine, world.now, 1),
			 ADTLS_E_INVALID);
	simulation_clear(&world);
}

/* One byte gives 256 CIDs: they are told apart, and then there are none. */
static void short_ones_run_out(void **state)
{
	const struct cid_registry *registry;
	struct connection_ids *many[40];
	unsigned made = 0;
	struct simulation world;

	(void)state;
	start(&world, 9, 8, 1, NULL);
	registry = world.server_engine->channel.cids->registry;
	for (unsigned i = 0; i < 40; i++) {
		many[i] = connection_ids_new(1, &world.server_config->random,
					     registry, 1000 + i);
		assert_non_null(many[i]);
		for (unsigned j = 0; j < RECORD_CIDS_MAX; j++)
			made += connection_ids_make(many[i]) ? 1 : 0;
	}
	assert_in_range(made, 200, 255);
	for (unsigned i = 0; i < 40; i++)
		connection_ids_free(many[i]);
	assert_echo(&world);
	simulation_clear(&world);
}

/* Several exchanges at once: new CIDs, requests and keys, from both sides. */

static void begin_one(struct simulation *world, struct seeded_random *choices)
{
	adtls_role_t who = (adtls_role_t)seeded_random_below(choices, 2);
	adtls_engine_t *engine = who == ADTLS_CLIENT ? world->client_engine :
						       world->server_engine;

	switch (seeded_random_below(choices, 5)) {
	case 0:
		adtls_engine_update_keys(engine, world->now,
					 seeded_random_below(choices, 2) == 0);
		break;
	case 1:
		adtls_engine_offer_connection_ids(
			engine, world->now,
			1 + seeded_random_below(choices, 3),
			seeded_random_below(choices, 2) == 0);
		break;
	case 2:
		adtls_engine_request_connection_ids(
			engine, world->now,
			1 + seeded_random_below(choices, 3));
		break;
	case 3:
		adtls_engine_use_new_connection_id(engine);
		break;
	default:
		adtls_engine_send(engine, world->now, "data", 4);
		break;
	}
	adtls_endpoint_touch(world->endpoint, world->server_engine);
}

static void assert_all_done(const struct simulation *world,
			    const adtls_engine_t *engine, uint64_t seed)
{
	if (engine->exchanges.count > 0 ||
	    !flight_is_empty(&engine->channel.outgoing) ||
	    (engine->channel.cids->awaits_more))
		fail_msg("seed %" PRIu64 ": an exchange did not end: %s / %s",
			 seed, world->client.detail, world->server.detail);
}

static void run_seed(uint64_t seed)
{
	struct seeded_random choices = seeded_random_of(~seed);
	struct simulation world;

	start(&world, seed, 8, 8, NULL);
	world.options.loss_percent = 30;
	world.options.duplicate_percent = 10;
	world.options.jitter_us = 100000;
	for (unsigned i = 0; i < 20; i++) {
		begin_one(&world, &choices);
		simulation_run(&world, world.now.monotonic_us +
					       seeded_random_below(&choices,
								   500000));
	}
	world.options.loss_percent = 0;
	world.options.duplicate_percent = 0;
	simulation_run(&world, world.now.monotonic_us + 5 * MINUTE);
	if (world.client.closed || world.server.closed)
		fail_msg("seed %" PRIu64 ": %s / %s", seed, world.client.detail,
			 world.server.detail);
	assert_all_done(&world, world.client_engine, seed);
	assert_all_done(&world, world.server_engine, seed);
	assert_echo(&world);
	simulation_clear(&world);
}

static void many_exchanges_on_bad_networks(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 150; seed++)
		run_seed(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_side_says_what_it_wants),
		cmocka_unit_test(lengths_are_bounded),
		cmocka_unit_test(records_of_others_are_dropped),
		cmocka_unit_test(spare_ones_are_asked_for_and_used),
		cmocka_unit_test(immediate_ones_take_over),
		cmocka_unit_test(there_are_only_so_many),
		cmocka_unit_test(whoever_asks_on_and_on_is_refused),
		cmocka_unit_test(without_them_none_are_to_be_had),
		cmocka_unit_test(short_ones_run_out),
		cmocka_unit_test(many_exchanges_on_bad_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
