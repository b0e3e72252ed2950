/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Peers that change their address, and those who pretend that they did
 * (RFC 9147 §9, RFC 9146 §6, draft-ietf-tls-dtls-rrc). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <string.h>

#include "engine/peer_table.h"
#include "tests/scenario/steps.h"

#define SECOND 1000000ull
#define MINUTE (60 * SECOND)

/* What is configured, as configurations have no context. */
static adtls_migration_t server_migration, client_migration;

static void configure(adtls_config_t *client, adtls_config_t *server)
{
	assert_int_equal(adtls_config_set_connection_id(client, 0), ADTLS_OK);
	assert_int_equal(adtls_config_set_connection_id(server, 8), ADTLS_OK);
	assert_int_equal(adtls_config_set_migration(server, server_migration),
			 ADTLS_OK);
	assert_int_equal(adtls_config_set_migration(client, client_migration),
			 ADTLS_OK);
}

/* What the server has sent to addresses where the client is not. */
struct strays {
	unsigned count;
	size_t bytes;
	char last[32];
};

static void on_stray(struct simulation *world, const char *address,
		     const uint8_t *datagram, size_t len)
{
	struct strays *strays = world->options.filter_context;

	(void)datagram;
	strays->count++;
	strays->bytes += len;
	strncpy(strays->last, address, sizeof(strays->last) - 1);
}

static void start_with(struct simulation *world,
		       struct simulation_options options,
		       adtls_migration_t server, struct strays *strays)
{
	server_migration = server;
	options.configure = configure;
	options.client_certificate = true;
	options.stray = on_stray;
	options.filter_context = strays;
	simulation_init(world, &options);
	assert_true(simulation_connect(world, MINUTE));
	/* Finished is acknowledged. */
	simulation_run(world, world->now.monotonic_us + SECOND);
	strays->count = 0;
}

static void start(struct simulation *world, uint64_t seed,
		  adtls_migration_t server, struct strays *strays)
{
	client_migration = ADTLS_MIGRATION_ENHANCED;
	*strays = (struct strays){ 0 };
	start_with(world, (struct simulation_options){ .seed = seed }, server,
		   strays);
}

static void assert_address(const struct simulation *world, const char *expected)
{
	const adtls_address_t *address = adtls_endpoint_address(
		world->endpoint, world->server_engine);

	assert_int_equal(address->len, strlen(expected));
	assert_memory_equal(address->data, expected, address->len);
}

static adtls_statistics_t statistics_of(const struct simulation *world)
{
	adtls_statistics_t statistics;

	adtls_engine_statistics(world->server_engine, &statistics);
	return statistics;
}

static void ping(struct simulation *world)
{
	assert_int_equal(simulation_send(world, ADTLS_CLIENT, "ping", 4),
			 ADTLS_OK);
}

/* A NAT gives the client another address, in the middle of data. */
static void a_rebinding_is_followed(void **state)
{
	struct simulation world;
	struct strays strays;

	(void)state;
	start(&world, 1, ADTLS_MIGRATION_ENHANCED, &strays);
	world.client_address = "elsewhere";
	ping(&world);
	run_for(&world, SECOND / 2);
	/* Its data counts at once, its address does not: the old one is asked. */
	assert_int_equal(world.server.data_count, 1);
	assert_int_equal(world.server.moved, 0);
	assert_address(&world, "sensor");
	assert_true(strays.count > 0);
	assert_string_equal(strays.last, "sensor");
	run_for(&world, 5 * SECOND);
	assert_int_equal(world.server.moved, 1);
	assert_address(&world, "elsewhere");
	strays.count = 0;
	assert_echo(&world);
	assert_int_equal(strays.count, 0);
	assert_int_equal(statistics_of(&world).moves, 1);
	assert_int_equal(statistics_of(&world).path_checks, 1);
	/* And back again. */
	world.client_address = "sensor";
	ping(&world);
	run_for(&world, 10 * SECOND);
	assert_address(&world, "sensor");
	simulation_clear(&world);
}

/* Whoever moves holds its addresses too, as long as they are looked at. */
static void addresses_are_counted_as_memory(void **state)
{
	struct simulation world;
	struct strays strays;
	struct endpoint_paths *paths;
	size_t all;

	(void)state;
	start(&world, 13, ADTLS_MIGRATION_ENHANCED, &strays);
	world.client_address = "elsewhere";
	ping(&world);
	run_for(&world, SECOND / 2);
	paths = world.server_engine->peer->paths;
	assert_non_null(paths);
	all = engine_memory(world.server_engine);
	assert_int_equal(world.server_engine->accounted, all);
	world.server_engine->peer->paths = NULL;
	assert_true(engine_memory(world.server_engine) + sizeof(*paths) <= all);
	world.server_engine->peer->paths = paths;
	simulation_clear(&world);
}

static void the_basic_check_is_faster(void **state)
{
	struct simulation world;
	struct strays strays;

	(void)state;
	start(&world, 2, ADTLS_MIGRATION_BASIC, &strays);
	world.client_address = "elsewhere";
	ping(&world);
	run_for(&world, SECOND / 2);
	assert_int_equal(world.server.moved, 1);
	assert_address(&world, "elsewhere");
	/* Nothing was sent to the old address. */
	assert_int_equal(strays.count, 0);
	assert_echo(&world);
	simulation_clear(&world);
}

static void data_goes_to_the_old_address_until_then(void **state)
{
	struct simulation world;
	struct strays strays;

	(void)state;
	start(&world, 3, ADTLS_MIGRATION_ENHANCED, &strays);
	world.client_address = "elsewhere";
	ping(&world);
	run_for(&world, SECOND / 10);
	strays.count = 0;
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(simulation_send(&world, ADTLS_SERVER, "pong",
						 4),
				 ADTLS_OK);
	run_for(&world, SECOND / 10);
	assert_int_equal(world.client.data_count, 0);
	assert_true(strays.count > 0);
	assert_string_equal(strays.last, "sensor");
	simulation_clear(&world);
}

/* Where rrc was not negotiated the address stays, unless configured. */
static void without_a_check_nobody_moves(void **state)
{
	struct simulation world;
	struct strays strays = { 0 };

	(void)state;
	client_migration = ADTLS_MIGRATION_NEVER;
	start_with(&world, (struct simulation_options){ .seed = 4 },
		   ADTLS_MIGRATION_ENHANCED, &strays);
	world.client_address = "elsewhere";
	ping(&world);
	run_for(&world, 10 * SECOND);
	assert_int_equal(world.server.data_count, 1);
	assert_int_equal(world.server.moved, 0);
	assert_address(&world, "sensor");
	simulation_clear(&world);

	start_with(&world, (struct simulation_options){ .seed = 4 },
		   ADTLS_MIGRATION_UNCHECKED, &strays);
	world.client_address = "elsewhere";
	ping(&world);
	run_for(&world, SECOND);
	assert_int_equal(world.server.moved, 1);
	assert_address(&world, "elsewhere");
	assert_echo(&world);
	simulation_clear(&world);
}

static void never_means_never(void **state)
{
	struct simulation world;
	struct strays strays;

	(void)state;
	start(&world, 5, ADTLS_MIGRATION_NEVER, &strays);
	world.client_address = "elsewhere";
	ping(&world);
	run_for(&world, 10 * SECOND);
	assert_int_equal(world.server.data_count, 1);
	assert_address(&world, "sensor");
	assert_int_equal(statistics_of(&world).path_checks, 0);
	simulation_clear(&world);
}

/* In the middle of a KeyUpdate, and of the handshake's last flight. */

static void a_rebinding_during_a_key_update(void **state)
{
	struct simulation world;
	struct strays strays;

	(void)state;
	start(&world, 6, ADTLS_MIGRATION_ENHANCED, &strays);
	assert_int_equal(adtls_engine_update_keys(world.client_engine,
						  world.now, true),
			 ADTLS_OK);
	world.client_address = "elsewhere";
	run_for(&world, 20 * SECOND);
	assert_address(&world, "elsewhere");
	assert_int_equal(channel_newest_sealer(&world.client_engine->channel)
				 ->keys.epoch,
			 4);
	assert_int_equal(channel_newest_sealer(&world.server_engine->channel)
				 ->keys.epoch,
			 4);
	assert_echo(&world);
	simulation_clear(&world);
}

/* From the client's third datagram on: its last flight. */
static enum simulation_fate rebind(struct simulation *world,
				   enum simulation_direction direction,
				   unsigned index, uint8_t *datagram,
				   size_t *len)
{
	(void)len;
	(void)index;
	if (direction == TO_SERVER && (datagram[0] & 0xe0) == 0x20)
		world->client_address = "elsewhere";
	return DELIVER;
}

static void a_rebinding_during_the_last_flight(void **state)
{
	struct simulation world;
	struct strays strays = { 0 };

	(void)state;
	client_migration = ADTLS_MIGRATION_ENHANCED;
	start_with(&world,
		   (struct simulation_options){ .seed = 7, .filter = rebind },
		   ADTLS_MIGRATION_ENHANCED, &strays);
	run_for(&world, 20 * SECOND);
	assert_address(&world, "elsewhere");
	assert_echo(&world);
	assert_false(world.client.closed);
	simulation_clear(&world);
}

/* Attackers */

/* Keeps the client's last datagram, and may lose it. */
struct tap {
	struct strays strays;
	uint8_t datagram[1500];
	size_t len;
	bool races;
};

/* Off the path, but faster: the copy arrives first, from another address. */
static enum simulation_fate copy_datagram(struct simulation *world,
					  enum simulation_direction direction,
					  unsigned index, uint8_t *datagram,
					  size_t *len)
{
	struct tap *tap = world->options.filter_context;

	(void)index;
	if (direction != TO_SERVER || *len > sizeof(tap->datagram))
		return DELIVER;
	memcpy(tap->datagram, datagram, *len);
	tap->len = *len;
	if (!tap->races)
		return DELIVER;
	world->options.delay_us /= 2;
	simulation_inject_from(world, "attacker", datagram, *len);
	world->options.delay_us *= 2;
	return DELIVER;
}

static void start_tapped(struct simulation *world, uint64_t seed,
			 adtls_migration_t migration, struct tap *tap)
{
	*tap = (struct tap){ .len = 0 };
	client_migration = ADTLS_MIGRATION_ENHANCED;
	start_with(world,
		   (struct simulation_options){ .seed = seed,
						.filter = copy_datagram },
		   migration, &tap->strays);
}

static void replays_and_forgeries_move_nothing(void **state)
{
	struct simulation world;
	struct tap tap;

	(void)state;
	start_tapped(&world, 8, ADTLS_MIGRATION_BASIC, &tap);
	ping(&world);
	run_for(&world, SECOND);
	simulation_inject_from(&world, "attacker", tap.datagram, tap.len);
	for (size_t i = 0; i < tap.len; i++) {
		tap.datagram[i] ^= 1;
		simulation_inject_from(&world, "attacker", tap.datagram,
				       tap.len);
		tap.datagram[i] ^= 1;
	}
	run_for(&world, 10 * SECOND);
	assert_int_equal(world.server.data_count, 1);
	assert_int_equal(world.server.moved, 0);
	assert_int_equal(statistics_of(&world).path_checks, 0);
	assert_int_equal(tap.strays.count, 0);
	assert_address(&world, "sensor");
	assert_echo(&world);
	simulation_clear(&world);
}

/* Authentic, but late: it was overtaken, and says nothing of where the peer is
 * now. */
static void old_records_move_nothing(void **state)
{
	struct simulation world;
	struct tap tap;

	(void)state;
	start_tapped(&world, 9, ADTLS_MIGRATION_BASIC, &tap);
	ping(&world);
	run_for(&world, SECOND / 2);
	world.options.loss_percent = 100;
	ping(&world);
	run_for(&world, SECOND / 2);
	world.options.loss_percent = 0;
	world.options.filter = NULL;
	ping(&world);
	run_for(&world, SECOND / 2);
	assert_int_equal(world.server.data_count, 2);
	simulation_inject_from(&world, "attacker", tap.datagram, tap.len);
	run_for(&world, 10 * SECOND);
	/* It is data, though. */
	assert_int_equal(world.server.data_count, 3);
	assert_int_equal(statistics_of(&world).path_checks, 0);
	assert_int_equal(tap.strays.count, 0);
	simulation_clear(&world);
}

/* The draft's off-path attacker: every datagram of the client comes a little
 * earlier from the attacker's address. The old path still works, and says so. */
static void an_off_path_attacker_gains_nothing(void **state)
{
	struct simulation world;
	struct tap tap;

	(void)state;
	start_tapped(&world, 10, ADTLS_MIGRATION_ENHANCED, &tap);
	tap.races = true;
	for (unsigned i = 0; i < 20; i++) {
		ping(&world);
		run_for(&world, SECOND);
	}
	assert_int_equal(world.server.data_count, 20);
	assert_int_equal(world.server.moved, 0);
	assert_address(&world, "sensor");
	assert_true(statistics_of(&world).path_checks > 0);
	assert_int_equal(statistics_of(&world).path_checks_failed,
			 statistics_of(&world).path_checks);
	/* Nothing but what goes to the client. */
	assert_int_equal(tap.strays.count, 0);
	tap.races = false;
	assert_echo(&world);
	simulation_clear(&world);
}

/* A victim's address in a copied datagram: it gets less than three times the
 * bytes, however many challenges go unanswered. */
static void a_victim_gets_three_times_the_bytes_at_most(void **state)
{
	struct simulation world;
	struct tap tap;
	size_t paid = 0;

	(void)state;
	start_tapped(&world, 11, ADTLS_MIGRATION_BASIC, &tap);
	for (unsigned i = 0; i < 10; i++) {
		world.options.loss_percent = 100;
		ping(&world);
		run_for(&world, SECOND / 10);
		world.options.loss_percent = 0;
		simulation_inject_from(&world, "attacker", tap.datagram,
				       tap.len);
		paid += tap.len;
		run_for(&world, 10 * SECOND);
	}
	assert_int_equal(world.server.moved, 0);
	assert_string_equal(tap.strays.last, "attacker");
	assert_in_range(tap.strays.bytes, 1, 3 * paid);
	assert_address(&world, "sensor");
	assert_echo(&world);
	simulation_clear(&world);
}

/* Bad networks only delay it. */
static void run_seed(uint64_t seed)
{
	static const char *const addresses[] = { "first", "second", "third" };
	struct seeded_random choices = seeded_random_of(~seed);
	struct simulation world;
	struct strays strays;

	start(&world, seed, ADTLS_MIGRATION_ENHANCED, &strays);
	world.options.loss_percent = 20;
	world.options.jitter_us = 50000;
	for (unsigned i = 0; i < 6; i++) {
		if (seeded_random_below(&choices, 2) == 0)
			world.client_address =
				addresses[seeded_random_below(&choices, 3)];
		if (seeded_random_below(&choices, 3) == 0)
			adtls_engine_update_keys(world.client_engine, world.now,
						 true);
		adtls_engine_send(world.client_engine, world.now, "data", 4);
		adtls_engine_send(world.server_engine, world.now, "data", 4);
		adtls_endpoint_touch(world.endpoint, world.server_engine);
		run_for(&world, seeded_random_below(&choices, 4000000));
	}
	world.options.loss_percent = 0;
	for (unsigned i = 0; i < 4; i++) {
		adtls_engine_send(world.client_engine, world.now, "data", 4);
		run_for(&world, 20 * SECOND);
	}
	if (world.client.closed || world.server.closed)
		fail_msg("seed %" PRIu64 ": %s / %s", seed, world.client.detail,
			 world.server.detail);
	assert_address(&world, world.client_address);
	assert_echo(&world);
	simulation_clear(&world);
}

static void bad_networks_only_delay_it(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < 60; seed++)
		run_seed(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rebinding_is_followed),
		cmocka_unit_test(addresses_are_counted_as_memory),
		cmocka_unit_test(the_basic_check_is_faster),
		cmocka_unit_test(data_goes_to_the_old_address_until_then),
		cmocka_unit_test(without_a_check_nobody_moves),
		cmocka_unit_test(never_means_never),
		cmocka_unit_test(a_rebinding_during_a_key_update),
		cmocka_unit_test(a_rebinding_during_the_last_flight),
		cmocka_unit_test(replays_and_forgeries_move_nothing),
		cmocka_unit_test(old_records_move_nothing),
		cmocka_unit_test(an_off_path_attacker_gains_nothing),
		cmocka_unit_test(a_victim_gets_three_times_the_bytes_at_most),
		cmocka_unit_test(bad_networks_only_delay_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
