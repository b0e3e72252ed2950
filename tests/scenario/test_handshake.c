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

#define SECOND 1000000ull
#define MINUTE (60 * SECOND)
#define START  1000000ull /* of the simulation's clock */

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

/* How many datagrams a handshake takes, and which messages it is made of */

static void a_handshake_takes_six_datagrams(void **state)
{
	struct simulation_options options = { .seed = 4 };
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	simulation_run(&world, 2 * MINUTE);
	/* Two ClientHellos and Finished; HelloRetryRequest, a flight with its
	 * signature, ACK. */
	assert_int_equal(world.client.datagrams, 3);
	assert_int_equal(world.server.datagrams, 3);
	simulation_clear(&world);
}

struct script {
	char text[1024];
};

static struct script client_script, server_script;

static void note_line(void *context, const char *line)
{
	struct script *script = context;
	size_t len = strlen(script->text);

	snprintf(script->text + len, sizeof(script->text) - len, "%s\n", line);
}

static void trace_both(adtls_config_t *client, adtls_config_t *server)
{
	client_script.text[0] = server_script.text[0] = '\0';
	adtls_config_set_trace(client, note_line, &client_script);
	adtls_config_set_trace(server, note_line, &server_script);
}

static void messages_come_in_the_order_of_the_protocol(void **state)
{
	struct simulation_options options = {
		.seed = 5,
		.attester = simulation_attester(0xaa),
		.policy = simulation_policy("require"),
		.configure = trace_both,
	};
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	assert_string_equal(client_script.text,
			    "send ClientHello\n"
			    "receive ServerHello\n" /* HelloRetryRequest */
			    "send ClientHello\n"
			    "receive ServerHello\n"
			    "receive EncryptedExtensions\n"
			    "receive CertificateRequest\n"
			    "receive Certificate\n"
			    "receive CertificateVerify\n"
			    "receive Finished\n"
			    "send Certificate\n"
			    "send CertificateVerify\n"
			    "send Attestation\n"
			    "send Finished\n"
			    "connected\n");
	assert_string_equal(server_script.text, "send ServerHello\n"
						"send EncryptedExtensions\n"
						"send CertificateRequest\n"
						"send Certificate\n"
						"send CertificateVerify\n"
						"send Finished\n"
						"receive Certificate\n"
						"receive CertificateVerify\n"
						"receive Attestation\n"
						"receive Finished\n"
						"connected\n");
	simulation_clear(&world);
	adtls_attester_unref(options.attester);
	adtls_policy_unref(options.policy);
}

static enum simulation_fate hold_the_mtu(struct simulation *world,
					 enum simulation_direction direction,
					 unsigned index, uint8_t *datagram,
					 size_t *len)
{
	size_t mtu = direction == TO_SERVER ? world->options.client_mtu
					    : world->options.server_mtu;

	(void)index;
	(void)datagram;
	assert_true(*len <= mtu);
	return DELIVER;
}

static void datagrams_keep_to_the_mtu(void **state)
{
	(void)state;
	for (size_t mtu = 256; mtu <= 1200; mtu += 59) {
		struct simulation_options options = {
			.seed = mtu,
			.client_mtu = mtu,
			.server_mtu = 1456 - mtu,
			.client_certificate = true,
			.filter = hold_the_mtu,
		};
		struct simulation world;

		simulation_init(&world, &options);
		assert_true(simulation_connect(&world, MINUTE));
		simulation_clear(&world);
	}
}

static void statistics_are_what_was_sent(void **state)
{
	struct simulation_options options = { .seed = 6 };
	adtls_statistics_t client, server;
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	simulation_run(&world, MINUTE);
	adtls_engine_statistics(world.client_engine, &client);
	adtls_engine_statistics(world.server_engine, &server);
	assert_int_equal(client.datagrams_sent, world.client.datagrams);
	assert_int_equal(client.bytes_sent, world.client.bytes);
	assert_int_equal(client.datagrams_received, world.server.datagrams);
	assert_int_equal(client.bytes_received, world.server.bytes);
	assert_int_equal(client.handshake_us,
			 world.client.connected_us - START);
	assert_int_equal(client.records_dropped, 0);
	assert_int_equal(client.retransmissions, 0);
	/* The cookie's round is nobody's: no engine was there yet. */
	assert_int_equal(server.datagrams_sent, world.server.datagrams - 1);
	assert_int_equal(server.datagrams_received, world.client.datagrams - 1);
	simulation_clear(&world);
}

/* Groups, and HelloRetryRequest for one */

static void prefer_different_groups(adtls_config_t *client,
				    adtls_config_t *server)
{
	adtls_config_set_priority(
		client, "NORMAL:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1");
	adtls_config_set_priority(server, "NORMAL:-GROUP-ALL:+GROUP-SECP256R1");
}

static void connect_with_another_group(bool no_cookie)
{
	struct simulation_options options = { .seed = 7,
					      .no_cookie = no_cookie,
					      .configure =
						      prefer_different_groups };
	adtls_parameters_t client, server;
	struct simulation world;

	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	adtls_engine_parameters(world.client_engine, &client);
	adtls_engine_parameters(world.server_engine, &server);
	assert_string_equal(client.group, "SECP256R1");
	assert_string_equal(server.group, "SECP256R1");
	assert_true(client.hello_retry_request);
	assert_true(server.hello_retry_request);
	simulation_run(&world, 2 * MINUTE);
	/* Group and cookie are asked for at once. */
	assert_int_equal(world.client.datagrams, 3);
	simulation_clear(&world);
}

static void a_group_is_asked_for_with_the_cookie(void **state)
{
	(void)state;
	connect_with_another_group(false);
	connect_with_another_group(true);
}

static int pad(void *context, adtls_engine_t *engine, uint8_t *out,
	       size_t out_len, size_t *out_written)
{
	(void)context;
	(void)engine;
	memset(out, 0, out_len);
	*out_written = 400;
	return 1;
}

static void pad_the_hello(adtls_config_t *client, adtls_config_t *server)
{
	(void)server;
	assert_int_equal(adtls_ext_register(client, "padding", 0xfafa,
					    ADTLS_EXT_CLIENT_HELLO, pad, NULL,
					    NULL),
			 ADTLS_OK);
}

/* A hello that is large enough for the answer needs no cookie, if the server
 * asks for none. */
static void a_large_hello_saves_a_round(void **state)
{
	struct simulation_options options = { .seed = 8,
					      .no_cookie = true,
					      .configure = pad_the_hello };
	adtls_parameters_t parameters;
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	adtls_engine_parameters(world.client_engine, &parameters);
	assert_false(parameters.hello_retry_request);
	simulation_run(&world, 2 * MINUTE);
	assert_int_equal(world.client.datagrams, 2);
	assert_int_equal(world.server.datagrams, 2);
	simulation_clear(&world);
}

static void share_nothing(adtls_config_t *client, adtls_config_t *server)
{
	adtls_config_set_priority(client, "NORMAL:-GROUP-ALL:+GROUP-X25519");
	adtls_config_set_priority(server, "NORMAL:-GROUP-ALL:+GROUP-SECP256R1");
}

/* The alert is in plaintext, so that it is believed only at the deadline. */
static void no_group_in_common(void **state)
{
	struct simulation_options options = { .seed = 9,
					      .configure = share_nothing };
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	assert_false(simulation_connect(&world, 3 * MINUTE));
	assert_int_equal(world.client.reason, ADTLS_REASON_HANDSHAKE_TIMEOUT);
	assert_non_null(strstr(world.client.detail, "handshake_failure"));
	assert_null(world.server_engine);
	simulation_clear(&world);
}

/* The same seed gives the same run; another does not. */

static uint64_t bytes_seen;

static enum simulation_fate add_up(struct simulation *world,
				   enum simulation_direction direction,
				   unsigned index, uint8_t *datagram,
				   size_t *len)
{
	(void)world;
	(void)direction;
	(void)index;
	for (size_t i = 0; i < *len; i++)
		bytes_seen = bytes_seen * 31 + datagram[i];
	return DELIVER;
}

static uint64_t run_once(uint64_t seed)
{
	struct simulation_options options = { .seed = seed,
					      .client_certificate = true,
					      .filter = add_up };
	struct simulation world;

	bytes_seen = 0;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	simulation_clear(&world);
	return bytes_seen;
}

static void runs_are_repeatable(void **state)
{
	(void)state;
	assert_true(run_once(17) == run_once(17));
	assert_true(run_once(17) != run_once(18));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_handshake_and_echo),
		cmocka_unit_test(attested_handshake),
		cmocka_unit_test(a_refused_cookie_costs_one_more_round),
		cmocka_unit_test(a_handshake_takes_six_datagrams),
		cmocka_unit_test(messages_come_in_the_order_of_the_protocol),
		cmocka_unit_test(datagrams_keep_to_the_mtu),
		cmocka_unit_test(statistics_are_what_was_sent),
		cmocka_unit_test(a_group_is_asked_for_with_the_cookie),
		cmocka_unit_test(a_large_hello_saves_a_round),
		cmocka_unit_test(no_group_in_common),
		cmocka_unit_test(runs_are_repeatable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
