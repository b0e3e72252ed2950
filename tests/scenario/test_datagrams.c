/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How few datagrams and bytes a connection takes: on a narrow link both cost
 * energy. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/scenario/steps.h"

#define SECOND 1000000ull

/* What BoringSSL takes for the same handshake, without the certificate and the
 * signature of its server, in bytes of UDP payload. */
#define BORINGSSL_BYTES (978 - 413 - 71)
/* server_name with "gateway.test", which was not asked for there. */
#define SERVER_NAME_LEN (4 + 5 + 12)
/* A hello as long as those of clients that offer more: the server answers at
 * once with up to three times its bytes. */
#define BULK_LEN 250
/* An ECDSA signature with P-256 in DER, at least, as far as it matters. */
#define SIGNATURE_LEN 70

static void start(struct simulation *world, struct simulation_options options)
{
	simulation_init(world, &options);
	assert_true(simulation_connect(world, 10 * SECOND));
	run_for(world, SECOND);
}

static int write_bulk(void *context, adtls_engine_t *engine, uint8_t *out,
		      size_t out_len, size_t *out_written)
{
	(void)context;
	(void)engine;
	assert_true(out_len >= BULK_LEN);
	memset(out, 0, BULK_LEN);
	*out_written = BULK_LEN;
	return 1;
}

static void add_bulk(adtls_config_t *client, adtls_config_t *server)
{
	(void)server;
	assert_int_equal(adtls_ext_register(client, "bulk", 0xfabc,
					    ADTLS_EXT_CLIENT_HELLO, write_bulk,
					    NULL, NULL),
			 ADTLS_OK);
}

static void a_full_handshake_takes_four_datagrams(void **state)
{
	struct simulation world;
	size_t certificate_len;
	uint64_t bytes;

	(void)state;
	start(&world, (struct simulation_options){ .seed = 1,
						   .no_cookie = true,
						   .configure = add_bulk });
	assert_int_equal(world.client.datagrams, 2);
	assert_int_equal(world.server.datagrams, 2);
	assert_true(flight_is_empty(&world.client_engine->channel.outgoing));
	certificate_len =
		adtls_engine_peer_certificate(world.client_engine).len;
	assert_in_range(certificate_len, 200, 1000);
	bytes = world.client.bytes + world.server.bytes - certificate_len -
		SIGNATURE_LEN - SERVER_NAME_LEN - (4 + BULK_LEN);
	print_message("# %u bytes without certificate and signature\n",
		      (unsigned)bytes);
	assert_in_range(bytes, 100, BORINGSSL_BYTES);
	simulation_clear(&world);
}

/* The ACK of a KeyUpdate waits for data, and data takes it along. */
static void data_takes_an_ack_along(void **state)
{
	struct simulation world;
	unsigned sent;

	(void)state;
	start(&world, (struct simulation_options){
			      .seed = 2, .timer_initial_us = 4 * SECOND });
	sent = world.server.datagrams;
	assert_int_equal(update_keys(&world, ADTLS_CLIENT, false), ADTLS_OK);
	run_for(&world, SECOND / 10);
	assert_int_equal(world.server.datagrams, sent);
	assert_int_equal(simulation_send(&world, ADTLS_SERVER, "data", 4),
			 ADTLS_OK);
	run_for(&world, SECOND / 10);
	assert_int_equal(world.server.datagrams, sent + 1);
	assert_int_equal(world.client.data_count, 1);
	assert_int_equal(write_epoch(world.client_engine), 4);
	/* and nothing is left to be acknowledged */
	run_for(&world, 10 * SECOND);
	assert_int_equal(world.server.datagrams, sent + 1);
	simulation_clear(&world);
}

/* Who is asked for new keys answers with its own KeyUpdate and the ACK. */
static void a_key_update_takes_an_ack_along(void **state)
{
	struct simulation world;
	unsigned sent;

	(void)state;
	start(&world, (struct simulation_options){ .seed = 3 });
	sent = world.server.datagrams;
	assert_int_equal(update_keys(&world, ADTLS_CLIENT, true), ADTLS_OK);
	run_for(&world, SECOND);
	assert_int_equal(world.server.datagrams, sent + 1);
	assert_int_equal(write_epoch(world.client_engine), 4);
	assert_int_equal(write_epoch(world.server_engine), 4);
	simulation_clear(&world);
}

static void small_records_share_a_datagram(void **state)
{
	struct simulation world;
	unsigned sent;
	uint64_t bytes;

	(void)state;
	start(&world, (struct simulation_options){ .seed = 4 });
	sent = world.client.datagrams;
	bytes = world.client.bytes;
	for (int i = 0; i < 3; i++)
		assert_int_equal(
			simulation_send(&world, ADTLS_CLIENT, "data", 4),
			ADTLS_OK);
	run_for(&world, SECOND);
	assert_int_equal(world.client.datagrams, sent + 1);
	assert_int_equal(world.server.data_count, 3);
	/* header, content, type, tag; the last without a length */
	assert_int_equal(world.client.bytes - bytes,
			 3 * (2 + 4 + 1 + 16) + 2 * 2);
	simulation_clear(&world);
}

/* A flight waits for a signature, but no longer than an eighth of the time-out,
 * which for the client, who has measured the round trip, is less than that of
 * the server. */
static void a_flight_waits_for_its_signature(void **state)
{
	static const struct {
		uint64_t sign_us;
		unsigned client, server;
	} cases[] = { { 1000, 3, 3 }, { SECOND / 10, 4, 3 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct simulation world;

		start(&world, (struct simulation_options){
				      .seed = 6,
				      .client_certificate = true,
				      .sign_us = cases[i].sign_us });
		assert_int_equal(world.client.datagrams, cases[i].client);
		assert_int_equal(world.server.datagrams, cases[i].server);
		simulation_clear(&world);
	}
}

/* The largest piece of data does not fit beside an ACK: nothing is lost. */
static void large_data_leaves_the_ack_alone(void **state)
{
	static const uint8_t data[1400];
	struct simulation world;
	size_t most;

	(void)state;
	start(&world, (struct simulation_options){ .seed = 5 });
	most = adtls_engine_max_data(world.server_engine);
	assert_int_equal(update_keys(&world, ADTLS_CLIENT, false), ADTLS_OK);
	run_for(&world, SECOND / 50);
	assert_int_equal(simulation_send(&world, ADTLS_SERVER, data, most),
			 ADTLS_OK);
	run_for(&world, SECOND);
	assert_int_equal(world.client.data_count, 1);
	assert_int_equal(write_epoch(world.client_engine), 4);
	simulation_clear(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_full_handshake_takes_four_datagrams),
		cmocka_unit_test(data_takes_an_ack_along),
		cmocka_unit_test(a_key_update_takes_an_ack_along),
		cmocka_unit_test(small_records_share_a_datagram),
		cmocka_unit_test(a_flight_waits_for_its_signature),
		cmocka_unit_test(large_data_leaves_the_ack_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
