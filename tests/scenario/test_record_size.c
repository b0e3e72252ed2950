/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How large records are: record_size_limit (RFC 8449) and padding (RFC 8446
 * §5.4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/scenario/attacker.h"

static size_t client_limit, server_limit, padding_block;

static void configure(adtls_config_t *client, adtls_config_t *server)
{
	assert_int_equal(adtls_config_set_record_size_limit(client,
							    client_limit),
			 ADTLS_OK);
	assert_int_equal(adtls_config_set_record_size_limit(server,
							    server_limit),
			 ADTLS_OK);
	assert_int_equal(adtls_config_set_record_padding(client, padding_block),
			 ADTLS_OK);
}

/* The largest DTLSInnerPlaintext that travelled each way. */
static size_t largest[2];

static void measure(struct simulation *world,
		    enum simulation_direction direction,
		    const uint8_t *datagram, size_t len)
{
	(void)world;
	while (len > 0) {
		struct wire_reader reader;
		size_t inner;

		wire_reader_init(&reader, datagram, len);
		if (datagram[0] < 32) {
			wire_read_bytes(&reader, 11);
			wire_read_vector(&reader, 2);
		} else {
			uint8_t first = wire_read_u8(&reader);

			wire_read_bytes(&reader, (first & 8) != 0 ? 2 : 1);
			inner = (first & 4) != 0 ? wire_read_u16(&reader) :
						   wire_reader_left(&reader);
			wire_read_bytes(&reader, inner);
			inner -= 16;
			if (inner > largest[direction])
				largest[direction] = inner;
		}
		assert_false(reader.failed);
		datagram += reader.pos;
		len -= reader.pos;
	}
}

static void start(struct simulation *world, size_t of_client, size_t of_server,
		  size_t padding)
{
	client_limit = of_client;
	server_limit = of_server;
	padding_block = padding;
	largest[TO_SERVER] = largest[TO_CLIENT] = 0;
	simulation_init(world, &(struct simulation_options){
				       .seed = 1,
				       .client_certificate = true,
				       .configure = configure,
				       .observer = measure });
	assert_true(simulation_connect(world, MINUTE));
	run_for(world, SECOND);
}

static void send_most(struct simulation *world, adtls_role_t from,
		      size_t expected)
{
	static const uint8_t data[1400];
	adtls_engine_t *engine = from == ADTLS_CLIENT ? world->client_engine :
							world->server_engine;

	assert_int_equal(adtls_engine_max_data(engine), expected);
	assert_int_equal(simulation_send(world, from, data, expected + 1),
			 ADTLS_E_TOO_LARGE);
	assert_int_equal(simulation_send(world, from, data, expected),
			 ADTLS_OK);
	run_for(world, SECOND);
}

static void the_limit_of_each_is_kept_by_the_other(void **state)
{
	struct simulation world;

	(void)state;
	start(&world, 100, 200, 0);
	send_most(&world, ADTLS_CLIENT, 199);
	send_most(&world, ADTLS_SERVER, 99);
	assert_int_equal(world.server.data_count, 1);
	assert_int_equal(world.client.data_count, 1);
	assert_int_equal(largest[TO_CLIENT], 100);
	assert_int_equal(largest[TO_SERVER], 200);
	/* and in the next epoch too */
	assert_int_equal(adtls_engine_update_keys(world.client_engine,
						  world.now, true),
			 ADTLS_OK);
	run_for(&world, SECOND);
	send_most(&world, ADTLS_CLIENT, 199);
	send_most(&world, ADTLS_SERVER, 99);
	assert_int_equal(world.server.data_count, 2);
	simulation_clear(&world);
}

static void the_least_limit_carries_a_handshake(void **state)
{
	struct simulation world;

	(void)state;
	start(&world, 64, 64, 0);
	assert_int_equal(largest[TO_CLIENT], 64);
	assert_int_equal(largest[TO_SERVER], 64);
	simulation_clear(&world);
}

/* A server answers with the protocol's limit, and says nothing unasked. */
static void a_side_without_limit_honours_the_others(void **state)
{
	struct simulation world;

	(void)state;
	start(&world, 100, 0, 0);
	send_most(&world, ADTLS_SERVER, 99);
	assert_int_equal(largest[TO_CLIENT], 100);
	assert_true(largest[TO_SERVER] > 100);
	assert_int_equal(world.client_engine->channel.sealers[0].keys.inner_max,
			 RECORD_INNER_MAX);
	simulation_clear(&world);
	start(&world, 0, 100, 0);
	assert_true(largest[TO_SERVER] > 100);
	assert_int_equal(world.client_engine->channel.sealers[0].keys.inner_max, 0);
	simulation_clear(&world);
}

static void inject_data(struct simulation *world, size_t len)
{
	struct record_sealer *sealer =
		channel_newest_sealer(&world->server_engine->channel);
	static const uint8_t data[300];
	uint8_t datagram[400];

	sealer->keys.inner_max = 0;
	simulation_inject(world, TO_CLIENT, datagram,
			  forge_record(world->server_engine, EPOCH_APPLICATION,
				       RECORD_APPLICATION_DATA,
				       bytes_of(data, len), datagram,
				       sizeof(datagram)));
	run_for(world, SECOND);
}

static void a_record_over_the_limit_ends_the_connection(void **state)
{
	struct simulation world;

	(void)state;
	start(&world, 100, 0, 0);
	inject_data(&world, 99);
	assert_int_equal(world.client.data_count, 1);
	assert_false(world.client.closed);
	inject_data(&world, 100);
	assert_int_equal(world.client.data_count, 1);
	assert_true(world.client.closed);
	assert_int_equal(world.client.reason, ADTLS_REASON_RECORD_TOO_LARGE);
	assert_int_equal(world.client.alert, ADTLS_ALERT_RECORD_OVERFLOW);
	assert_int_equal(world.server.alert, ADTLS_ALERT_RECORD_OVERFLOW);
	assert_true(world.server.alert_received);
	simulation_clear(&world);
}

/* Nobody but the peer can cause that. */
static void a_forged_large_record_is_dropped(void **state)
{
	uint8_t datagram[300] = { 0x2f };
	struct simulation world;

	(void)state;
	start(&world, 100, 0, 0);
	datagram[3] = 1; /* 256 bytes */
	simulation_inject(&world, TO_CLIENT, datagram, 5 + 256);
	run_for(&world, SECOND);
	assert_false(world.client.closed);
	simulation_clear(&world);
}

static uint64_t bytes_of_one(struct simulation *world, size_t len)
{
	static const uint8_t data[1400];
	uint64_t before = world->client.bytes;
	unsigned count = world->server.data_count;

	assert_int_equal(simulation_send(world, ADTLS_CLIENT, data, len),
			 ADTLS_OK);
	run_for(world, SECOND);
	assert_int_equal(world->server.data_count, count + 1);
	return world->client.bytes - before;
}

static void padding_hides_lengths(void **state)
{
	struct simulation world;
	size_t most;

	(void)state;
	start(&world, 0, 0, 128);
	assert_int_equal(bytes_of_one(&world, 0), 2 + 128 + 16);
	assert_int_equal(bytes_of_one(&world, 127), 2 + 128 + 16);
	assert_int_equal(bytes_of_one(&world, 128), 2 + 256 + 16);
	/* The last block of a datagram is what is left of it. */
	most = adtls_engine_max_data(world.client_engine);
	assert_int_equal(bytes_of_one(&world, most), 1200);
	assert_int_equal(bytes_of_one(&world, most - 10), 1200);
	simulation_clear(&world);
}

static void padding_keeps_to_the_limit(void **state)
{
	struct simulation world;

	(void)state;
	start(&world, 0, 0, 0);
	simulation_clear(&world);
	start(&world, 512, 100, 64);
	assert_int_equal(bytes_of_one(&world, 1), 2 + 64 + 16);
	assert_int_equal(bytes_of_one(&world, 70), 2 + 100 + 16);
	assert_int_equal(largest[TO_SERVER], 100);
	simulation_clear(&world);
}

static void settings_out_of_range_are_refused(void **state)
{
	static const size_t wrong[] = { 1, 63, RECORD_INNER_MAX + 1, 65536 + 64 };
	adtls_config_t *config;

	(void)state;
	assert_int_equal(adtls_config_new(&config), ADTLS_OK);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
			adtls_config_set_record_size_limit(config, wrong[i]),
			ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_record_padding(
				 config, RECORD_PLAINTEXT_MAX + 1),
			 ADTLS_E_INVALID);
	adtls_config_unref(config);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_limit_of_each_is_kept_by_the_other),
		cmocka_unit_test(the_least_limit_carries_a_handshake),
		cmocka_unit_test(a_side_without_limit_honours_the_others),
		cmocka_unit_test(a_record_over_the_limit_ends_the_connection),
		cmocka_unit_test(a_forged_large_record_is_dropped),
		cmocka_unit_test(padding_hides_lengths),
		cmocka_unit_test(padding_keeps_to_the_limit),
		cmocka_unit_test(settings_out_of_range_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
