/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attacks on the endpoint: what connections leave behind, and who may start
 * anew at an address that has a connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/scenario/attacker.h"

static uint64_t engine_count(const struct simulation *world)
{
	adtls_endpoint_statistics_t statistics;

	adtls_endpoint_statistics(world->endpoint, &statistics);
	return statistics.engines;
}

/* What a connection leaves behind */

static void closed_connections_leave_the_endpoint(void **state)
{
	struct simulation_options options = { .seed = 2 };
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	assert_int_equal(engine_count(&world), 1);
	adtls_engine_close(world.client_engine, world.now);
	run_for(&world, SECOND);
	assert_true(world.server.closed);
	assert_int_equal(engine_count(&world), 0);
	simulation_clear(&world);
}

static void abandoned_handshakes_leave_the_endpoint(void **state)
{
	unsigned first_lost = 1;	/* the cookie arrives */
	struct simulation_options options = {
		.seed = 3,
		.filter = lose_to_client,
		.filter_context = &first_lost,
	};
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	run_for(&world, SECOND);
	assert_int_equal(engine_count(&world), 1);
	run_for(&world, 3 * MINUTE);
	assert_true(world.server.closed);
	assert_int_equal(world.server.reason, ADTLS_REASON_HANDSHAKE_TIMEOUT);
	assert_int_equal(engine_count(&world), 0);
	simulation_clear(&world);
}

static void failed_attempts_from_one_address_do_not_pile_up(void **state)
{
	struct simulation_options options = {
		.seed = 4,
		.policy = simulation_policy("require"),
	};
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	for (int i = 0; i < 20; i++) {
		run_for(&world, SECOND);
		assert_true(world.client.closed);
		assert_true(engine_count(&world) <= 2);
		reboot_client(&world);
	}
	simulation_clear(&world);
	adtls_policy_unref(options.policy);
}

/* A ClientHello so long that a server that asks for no cookie may answer it
 * with its whole flight. */

static int write_padding(void *context, adtls_engine_t *engine, uint8_t *out,
			 size_t out_len, size_t *out_written)
{
	(void)context;
	(void)engine;
	assert_true(out_len >= 800);
	memset(out, 0, 800);
	*out_written = 800;
	return 1;
}

static void pad_client_hello(adtls_config_t *client, adtls_config_t *server)
{
	(void)server;
	assert_int_equal(adtls_ext_register(client, "padding", 0xff99,
					    ADTLS_EXT_CLIENT_HELLO,
					    write_padding, NULL, NULL),
			 ADTLS_OK);
}

/* Successors: RFC 9147 §5.11 */

/* Connect, keep the client's engine aside, and let a successor knock at the
 * same address. */
static adtls_engine_t *connect_and_set_aside(struct simulation *world)
{
	adtls_engine_t *first;

	assert_true(simulation_connect(world, MINUTE));
	run_for(world, SECOND);
	first = world->client_engine;
	world->client_engine = NULL;
	reboot_client(world);
	return first;
}

static void send_ping(struct simulation *world, adtls_engine_t *from)
{
	uint8_t datagram[256];
	size_t len = forge_record(from, EPOCH_APPLICATION, RECORD_APPLICATION_DATA,
			   text("ping"), datagram, sizeof(datagram));

	simulation_inject(world, TO_SERVER, datagram, len);
}

/* The second attempt fails with an alert, the third stays half open: the first
 * connection, which nobody has ended, goes on. */
static void failed_successors_do_not_cut_off_a_connection(void **state)
{
	unsigned first_lost = UINT32_MAX;
	struct simulation_options options = {
		.seed = 5,
		.filter = lose_to_client,
		.filter_context = &first_lost,
	};
	struct simulation world;
	adtls_engine_t *first;
	uint8_t datagram[64];
	size_t len;

	(void)state;
	simulation_init(&world, &options);
	first = connect_and_set_aside(&world);
	first_lost = world.server.datagrams + 1;
	simulation_run(&world, world.now.monotonic_us + SECOND / 10);
	/* A fatal message in place of the client's Finished. */
	assert_non_null(world.server_engine);
	len = world.server_engine->channel.sealer_count;
	assert_int_equal(len, 3);
	channel_write_keys(&world.client_engine->channel, EPOCH_HANDSHAKE,
			   world.server_engine->facts.suite,
			   &world.server_engine->hs->client_secret);
	len = forge_record(world.client_engine, EPOCH_HANDSHAKE,
		    RECORD_APPLICATION_DATA, text("?"), datagram,
		    sizeof(datagram));
	simulation_inject(&world, TO_SERVER, datagram, len);
	run_for(&world, SECOND / 20);
	assert_true(world.server.closed);
	assert_int_equal(world.server.alert, ADTLS_ALERT_UNEXPECTED_MESSAGE);
	reboot_client(&world);
	first_lost = world.server.datagrams + 1;
	run_for(&world, SECOND / 10);
	assert_int_equal(world.server_engine->phase, ENGINE_HANDSHAKING);
	send_ping(&world, first);
	run_for(&world, SECOND / 10);
	assert_int_equal(world.server.data_count, 1);
	adtls_engine_free(first);
	simulation_clear(&world);
}

/* Not even one datagram is lost to a successor that gave up. */
static void an_abandoned_successor_costs_no_datagram(void **state)
{
	unsigned first_lost = UINT32_MAX;
	struct simulation_options options = {
		.seed = 6,
		.filter = lose_to_client,
		.filter_context = &first_lost,
	};
	struct simulation world;
	adtls_engine_t *first;

	(void)state;
	simulation_init(&world, &options);
	first = connect_and_set_aside(&world);
	first_lost = world.server.datagrams + 1;
	run_for(&world, 3 * MINUTE);
	assert_true(world.client.closed);
	send_ping(&world, first);
	run_for(&world, SECOND);
	assert_int_equal(world.server.data_count, 1);
	assert_int_equal(engine_count(&world), 1);
	adtls_engine_free(first);
	simulation_clear(&world);
}

static void connects_soon_after_a_reboot(bool no_cookie)
{
	unsigned first_lost = no_cookie ? 0 : 1;
	struct simulation_options options = {
		.seed = 7,
		.no_cookie = no_cookie,
		.configure = pad_client_hello,
		.filter = lose_to_client,
		.filter_context = &first_lost,
	};
	struct simulation world;

	simulation_init(&world, &options);
	run_for(&world, SECOND / 2);
	assert_int_equal(world.server_engine->phase, ENGINE_HANDSHAKING);
	first_lost = UINT32_MAX;
	reboot_client(&world);
	run_for(&world, SECOND);
	assert_true(world.client.connected);
	assert_true(world.server.connected);
	assert_int_equal(engine_count(&world), 1);
	simulation_clear(&world);
}

/* The server is in the middle of a handshake that nobody goes on with. */
static void a_client_that_reboots_in_its_handshake_connects(void **state)
{
	(void)state;
	connects_soon_after_a_reboot(false);
	connects_soon_after_a_reboot(true);
}

/* Without cookies, too, nobody makes a successor by a forged sender address. */
static void a_forged_hello_makes_no_successor(void **state)
{
	unsigned first_lost = UINT32_MAX;
	struct simulation_options options = {
		.seed = 8,
		.no_cookie = true,
		.configure = pad_client_hello,
		.filter = lose_to_client,
		.filter_context = &first_lost,
	};
	adtls_endpoint_statistics_t statistics;
	struct simulation world;
	adtls_engine_t *first;

	(void)state;
	simulation_init(&world, &options);
	first_lost = UINT32_MAX;
	first = connect_and_set_aside(&world);
	first_lost = 0;
	run_for(&world, 5 * SECOND);
	adtls_endpoint_statistics(world.endpoint, &statistics);
	assert_int_equal(statistics.accepted, 1);
	assert_true(statistics.cookies_sent > 0);
	send_ping(&world, first);
	run_for(&world, SECOND);
	assert_int_equal(world.server.data_count, 1);
	adtls_engine_free(first);
	simulation_clear(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(closed_connections_leave_the_endpoint),
		cmocka_unit_test(abandoned_handshakes_leave_the_endpoint),
		cmocka_unit_test(
			failed_attempts_from_one_address_do_not_pile_up),
		cmocka_unit_test(
			failed_successors_do_not_cut_off_a_connection),
		cmocka_unit_test(an_abandoned_successor_costs_no_datagram),
		cmocka_unit_test(
			a_client_that_reboots_in_its_handshake_connects),
		cmocka_unit_test(a_forged_hello_makes_no_successor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
