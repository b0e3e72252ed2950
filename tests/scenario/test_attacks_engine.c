/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attacks on the engine and the endpoint, by strangers and by peers who do not
 * keep to the protocol: what they send is sealed here under the keys that the
 * peer has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "engine/engine.h"
#include "tests/support/simulation.h"

#define SECOND 1000000ull
#define MINUTE (60 * SECOND)

/* One record that @peer could send, under its keys of @epoch. */
static size_t forge(adtls_engine_t *peer, uint64_t epoch, enum record_type type,
		    adtls_bytes_t content, uint8_t *out, size_t room)
{
	struct record_sealer *sealer = channel_sealer(&peer->channel, epoch);
	struct wire_writer writer;
	struct record_number number;
	size_t mark;

	assert_non_null(sealer);
	wire_writer_init(&writer, out, room);
	mark = record_begin(sealer, &writer);
	wire_write_bytes(&writer, content.data, content.len);
	assert_true(record_end(sealer, &writer, mark, type, &number));
	return wire_written(&writer).len;
}

static adtls_bytes_t text(const char *string)
{
	return bytes_of(string, strlen(string));
}

/* A whole handshake message of @type, as content of a record. */
static adtls_bytes_t message(uint8_t type, uint16_t message_seq,
			     adtls_bytes_t body, uint8_t out[64])
{
	struct handshake_fragment fragment = {
		.type = type,
		.message_len = (uint32_t)body.len,
		.message_seq = message_seq,
		.data = body,
	};
	struct wire_writer writer;

	wire_writer_init(&writer, out, 64);
	handshake_fragment_write(&writer, &fragment);
	return wire_written(&writer);
}

/* The device starts anew and forgets its connection. */
static void reboot_client(struct simulation *world)
{
	adtls_engine_free(world->client_engine);
	world->client = (struct simulation_side){ 0 };
	world->server.connected = false;
	world->server.closed = false;
	assert_int_equal(adtls_engine_new_client(world->client_config,
						 "gateway.test", world->now,
						 &world->client_engine),
			 ADTLS_OK);
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

static uint64_t engine_count(const struct simulation *world)
{
	adtls_endpoint_statistics_t statistics;

	adtls_endpoint_statistics(world->endpoint, &statistics);
	return statistics.engines;
}

static void run_for(struct simulation *world, uint64_t duration_us)
{
	simulation_run(world, world->now.monotonic_us + duration_us);
}

/* Loops without end */

static enum simulation_fate lose_to_server(struct simulation *world,
					   enum simulation_direction direction,
					   unsigned index, uint8_t *datagram,
					   size_t *len)
{
	const bool *loses = world->options.filter_context;

	(void)datagram;
	(void)len;
	return *loses && direction == TO_SERVER && index >= 2 ? LOSE : DELIVER;
}

/* A record of which one fragment is new, one old and one too far ahead to be
 * kept is not acknowledged; that must not leave an empty ACK that is due for
 * ever. */
static void a_record_kept_by_half_lets_the_server_sleep(void **state)
{
	bool loses = true;	/* all but the hellos: the server has nothing */
	struct simulation_options options = {
		.seed = 1,
		.filter = lose_to_server,
		.filter_context = &loses,
	};
	struct simulation world;
	uint8_t content[192], datagram[256];
	size_t len;

	(void)state;
	simulation_init(&world, &options);
	run_for(&world, SECOND / 2);
	len = message(HANDSHAKE_FINISHED,
		      (uint16_t)world.server_engine->channel.incoming.next_seq,
		      (adtls_bytes_t){ 0 }, content)
		      .len;
	/* Of which nothing is here. */
	content[3] = (uint8_t)world.server_engine->facts.suite->hash->len;
	len += message(HANDSHAKE_CERTIFICATE, 0, text("old"), content + len)
		       .len;
	len += message(HANDSHAKE_CERTIFICATE, 1000, text("far ahead"),
		       content + len)
		       .len;
	len = forge(world.client_engine, EPOCH_HANDSHAKE, RECORD_HANDSHAKE,
		    bytes_of(content, len), datagram, sizeof(datagram));
	simulation_inject(&world, TO_SERVER, datagram, len);
	run_for(&world, SECOND / 2);
	assert_false(world.server.closed);
	loses = false;
	assert_true(simulation_connect(&world, MINUTE));
	simulation_clear(&world);
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

static enum simulation_fate lose_to_client(struct simulation *world,
					   enum simulation_direction direction,
					   unsigned index, uint8_t *datagram,
					   size_t *len)
{
	const unsigned *first_lost = world->options.filter_context;

	(void)datagram;
	(void)len;
	return direction == TO_CLIENT && index >= *first_lost ? LOSE : DELIVER;
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

/* Nor does a client take for a connection what the server never completed. */
static void a_client_that_nobody_answers_does_not_stay_connected(void **state)
{
	bool loses = true;
	struct simulation_options options = {
		.seed = 21,
		.filter = lose_to_server,
		.filter_context = &loses,
	};
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	run_for(&world, 3 * MINUTE);
	assert_true(world.client.connected);
	assert_false(world.server.connected);
	assert_true(world.client.closed);
	assert_int_equal(world.client.reason, ADTLS_REASON_HANDSHAKE_TIMEOUT);
	simulation_clear(&world);
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
	size_t len = forge(from, EPOCH_APPLICATION, RECORD_APPLICATION_DATA,
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
	len = forge(world.client_engine, EPOCH_HANDSHAKE,
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

/* An alert in the server's name makes the client start again; the server, in
 * the middle of its handshake, goes along. */

static enum simulation_fate alert_after_cookie(struct simulation *world,
					       enum simulation_direction direction,
					       unsigned index,
					       uint8_t *datagram, size_t *len)
{
	static const uint8_t alert[] = { 21, 0xfe, 0xfd, 0, 0, 0, 0, 0,
					 0,  0,	   9,	 0, 2, 2, 47 };

	(void)datagram;
	(void)len;
	if (direction == TO_SERVER && index == 1)
		simulation_inject(world, TO_CLIENT, alert, sizeof(alert));
	return DELIVER;
}

static void a_forged_alert_does_not_end_a_handshake(void **state)
{
	struct simulation_options options = { .seed = 9,
					      .filter = alert_after_cookie };
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	run_for(&world, 2 * SECOND);
	assert_true(world.client_engine->has_restarted);
	assert_true(world.client.connected);
	assert_true(world.server.connected);
	simulation_clear(&world);
}

/* Plaintext of somebody else does not use up the attempts of a server whose
 * client is far away. */

static void count_attempts(adtls_config_t *client, adtls_config_t *server)
{
	(void)client;
	assert_int_equal(adtls_config_set_timer(server, ADTLS_TIMER_FIXED,
						SECOND, 3),
			 ADTLS_OK);
}

static void a_forged_hello_uses_up_no_attempts(void **state)
{
	static const uint8_t random[34] = { 0xfe, 0xfd };
	struct simulation_options options = {
		.seed = 19,
		.delay_us = 3 * SECOND / 2,
		.configure = count_attempts,
	};
	struct simulation world;
	uint8_t datagram[RECORD_PLAINTEXT_HEADER_LEN + 64] = {
		RECORD_HANDSHAKE, 0xfe, 0xfd
	};
	size_t len;

	(void)state;
	simulation_init(&world, &options);
	len = message(HANDSHAKE_CLIENT_HELLO, 1,
		      bytes_of(random, sizeof(random)),
		      datagram + RECORD_PLAINTEXT_HEADER_LEN)
		      .len;
	datagram[RECORD_PLAINTEXT_HEADER_LEN - 1] = (uint8_t)len;
	/* A fragment: the front door cannot tell yet. */
	datagram[RECORD_PLAINTEXT_HEADER_LEN + 2] = 1;
	for (int i = 0; i < 20; i++) {
		simulation_inject(&world, TO_SERVER, datagram,
				  RECORD_PLAINTEXT_HEADER_LEN + len);
		run_for(&world, SECOND * 2 / 5);
	}
	run_for(&world, 20 * SECOND);
	assert_true(world.client.connected);
	assert_true(world.server.connected);
	simulation_clear(&world);
}

static void a_client_that_gives_up_lets_the_server_go(void **state)
{
	struct simulation_options options = {
		.seed = 20,
		.client_certificate = true,
		.sign_us = 5 * SECOND,
	};
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	run_for(&world, 8 * SECOND);
	assert_false(world.client.connected);
	adtls_engine_close(world.client_engine, world.now);
	run_for(&world, SECOND);
	assert_true(world.server.closed);
	assert_int_equal(world.server.reason, ADTLS_REASON_CLOSED_BY_PEER);
	simulation_clear(&world);
}

/* Order */

static void data_of_a_handshake_that_fails_is_not_delivered(void **state)
{
	struct simulation_options options = {
		.seed = 10,
		.client_certificate = true,
		.sign_us = 5 * SECOND,
	};
	struct simulation world;
	uint8_t datagram[64];
	size_t len;

	(void)state;
	simulation_init(&world, &options);
	simulation_run(&world, 8 * SECOND);
	len = forge(world.server_engine, EPOCH_APPLICATION,
		    RECORD_APPLICATION_DATA, text("early"), datagram,
		    sizeof(datagram));
	simulation_inject(&world, TO_CLIENT, datagram, len);
	run_for(&world, SECOND / 2);
	assert_int_equal(world.client_engine->held.count, 1);
	adtls_engine_close(world.client_engine, world.now);
	run_for(&world, SECOND);
	assert_true(world.client.closed);
	assert_false(world.client.connected);
	assert_int_equal(world.client.data_count, 0);
	simulation_clear(&world);
}

/* Data and close_notify right behind Finished, all in one datagram. */
static enum simulation_fate say_all_at_once(struct simulation *world,
					    enum simulation_direction direction,
					    unsigned index, uint8_t *datagram,
					    size_t *len)
{
	static const uint8_t close_notify[] = { 1, 0 };
	adtls_engine_t *client = world->client_engine;

	(void)index;
	if (direction != TO_SERVER || client->phase != ENGINE_CONNECTED)
		return DELIVER;
	*len += forge(client, EPOCH_APPLICATION, RECORD_APPLICATION_DATA,
		      text("ping"), datagram + *len, 64);
	*len += forge(client, EPOCH_APPLICATION, RECORD_ALERT,
		      bytes_of(close_notify, sizeof(close_notify)),
		      datagram + *len, 64);
	return DELIVER;
}

static void a_connection_of_one_datagram_is_one(void **state)
{
	struct simulation_options options = { .seed = 11,
					      .filter = say_all_at_once };
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	run_for(&world, SECOND);
	assert_true(world.server.connected);
	assert_int_equal(world.server.data_count, 1);
	assert_true(world.server.closed);
	assert_int_equal(world.server.reason, ADTLS_REASON_CLOSED_BY_PEER);
	simulation_clear(&world);
}

/* A second Attestation, numbered behind Finished, that arrives with it: in
 * front of it in the datagram, so that it is there when Finished is read. */
static enum simulation_fate
attest_behind_finished(struct simulation *world,
		       enum simulation_direction direction, unsigned index,
		       uint8_t *datagram, size_t *len)
{
	adtls_engine_t *client = world->client_engine;
	uint8_t content[64], record[128];
	size_t record_len;

	(void)index;
	if (direction != TO_SERVER || client->phase != ENGINE_CONNECTED)
		return DELIVER;
	record_len = forge(client, EPOCH_HANDSHAKE, RECORD_HANDSHAKE,
			   message(HANDSHAKE_ATTESTATION,
				   client->channel.next_send_seq,
				   bytes_of("\0\0\1\xf6", 4), content),
			   record, sizeof(record));
	memmove(datagram + record_len, datagram, *len);
	memcpy(datagram, record, record_len);
	*len += record_len;
	return DELIVER;
}

static void nothing_may_come_behind_finished(void **state)
{
	struct simulation_options options = {
		.seed = 12,
		.filter = attest_behind_finished,
		.attester = simulation_attester(0xaa),
		.policy = simulation_policy("require"),
	};
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	run_for(&world, 5 * SECOND);
	assert_true(world.server.closed);
	assert_int_equal(world.server.reason, ADTLS_REASON_UNEXPECTED_MESSAGE);
	assert_int_equal(world.server.alert, ADTLS_ALERT_UNEXPECTED_MESSAGE);
	assert_false(world.server.connected);
	assert_false(world.server.authorized);
	simulation_clear(&world);
	adtls_attester_unref(options.attester);
	adtls_policy_unref(options.policy);
}

/* A verdict that comes at the deadline is too late, whether or not somebody
 * has looked at the clock before it. */
static void a_verdict_at_its_deadline_is_too_late(void **state)
{
	struct simulation_options options = {
		.seed = 13,
		.attester = simulation_attester(0xaa),
		.policy = simulation_policy("require"),
		.appraisal_us = 30 * SECOND,	/* the policy's default */
	};
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	run_for(&world, MINUTE);
	assert_false(world.server.authorized);
	assert_true(world.server.refused);
	assert_int_equal(world.server.reason, ADTLS_REASON_APPRAISAL_TIMEOUT);
	simulation_clear(&world);
	adtls_attester_unref(options.attester);
	adtls_policy_unref(options.policy);
}

/* Keys */

static void a_key_that_is_used_up_ends_the_connection(void **state)
{
	struct simulation_options options = { .seed = 14 };
	struct record_sealer *sealer;
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	run_for(&world, SECOND);
	sealer = channel_newest_sealer(&world.client_engine->channel);
	sealer->next_sequence = sealer->keys.suite->seal_limit;
	simulation_send(&world, ADTLS_CLIENT, "ping", 4);
	run_for(&world, SECOND);
	assert_true(world.client.closed);
	assert_int_equal(world.client.reason, ADTLS_REASON_KEY_LIMIT);
	simulation_clear(&world);
}

static void require_few_forgeries(adtls_config_t *client,
				  adtls_config_t *server)
{
	(void)client;
	assert_int_equal(adtls_config_set_forgery_limit(server, 20), ADTLS_OK);
}

static void send_garbage(struct simulation *world, unsigned count)
{
	/* A header of epoch 3, or 7, and 32 bytes that nobody sealed. */
	uint8_t datagram[5 + 32] = { 0x2f, 0, 0, 0, 32 };

	while (count-- > 0) {
		datagram[5] = (uint8_t)count;
		simulation_inject(world, TO_SERVER, datagram,
				  sizeof(datagram));
	}
	run_for(world, SECOND);
}

/* Forgeries make keys change before the limit; those that go on against the old
 * key are of no account any more. */
static void forgeries_do_not_end_a_connection(void **state)
{
	struct simulation_options options = {
		.seed = 18,
		.configure = require_few_forgeries,
	};
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	run_for(&world, SECOND);
	send_garbage(&world, 15);
	assert_true(world.server.keys_updated > 0);
	simulation_send(&world, ADTLS_CLIENT, "ping", 4);
	run_for(&world, SECOND);
	assert_int_equal(world.server.data_count, 1);
	send_garbage(&world, 100);
	assert_false(world.server.closed);
	simulation_send(&world, ADTLS_CLIENT, "ping", 4);
	run_for(&world, SECOND);
	assert_int_equal(world.server.data_count, 2);
	simulation_clear(&world);
}

static void assert_zero(const void *data, size_t len)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < len; i++)
		assert_int_equal(bytes[i], 0);
}

static void retired_keys_leave_nothing(void **state)
{
	struct simulation_options options = { .seed = 15 };
	struct channel *channel;
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	run_for(&world, 2 * MINUTE);
	channel = &world.client_engine->channel;
	assert_int_equal(channel->sealer_count, 1);
	assert_zero(channel->sealers + 1,
		    (CHANNEL_EPOCHS - 1) * sizeof(*channel->sealers));
	assert_int_equal(channel->openers.count, 1);
	assert_zero(channel->opener_slots + 1,
		    (CHANNEL_EPOCHS - 1) * sizeof(*channel->opener_slots));
	simulation_clear(&world);
}

/* KeyUpdate: RFC 9147 §8 */

/* Every ACK of the client's KeyUpdate is lost for longer than old keys are kept
 * otherwise: the client writes in the old epoch all the while. */
static void old_keys_stay_until_the_new_are_used(void **state)
{
	unsigned first_lost = UINT32_MAX;
	struct simulation_options options = {
		.seed = 16,
		.filter = lose_to_client,
		.filter_context = &first_lost,
	};
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	run_for(&world, SECOND);
	first_lost = 0;
	assert_int_equal(adtls_engine_update_keys(world.client_engine,
						  world.now, false),
			 ADTLS_OK);
	run_for(&world, 3 * MINUTE);
	assert_int_equal(world.server.keys_updated, 1);
	assert_int_equal(simulation_send(&world, ADTLS_CLIENT, "ping", 4),
			 ADTLS_OK);
	run_for(&world, SECOND);
	assert_int_equal(world.server.data_count, 1);
	first_lost = UINT32_MAX;
	run_for(&world, 3 * MINUTE);
	assert_int_equal(world.client.keys_updated, 1);
	simulation_send(&world, ADTLS_CLIENT, "ping", 4);
	run_for(&world, 2 * MINUTE);
	assert_int_equal(world.server.data_count, 2);
	assert_int_equal(world.server_engine->channel.openers.count, 1);
	simulation_clear(&world);
}

/* Two KeyUpdates of one epoch, in one record or one after the other. */

static void send_to_server(struct simulation *world, adtls_bytes_t content)
{
	uint8_t datagram[256];
	size_t len = forge(world->client_engine, EPOCH_APPLICATION,
			   RECORD_HANDSHAKE, content, datagram,
			   sizeof(datagram));

	simulation_inject(world, TO_SERVER, datagram, len);
	run_for(world, SECOND);
}

static void update_twice(bool at_once)
{
	struct simulation_options options = { .seed = 17 };
	struct simulation world;
	uint8_t content[128];
	uint16_t message_seq;
	size_t first, second;

	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	run_for(&world, SECOND);
	message_seq = (uint16_t)world.server_engine->channel.incoming.next_seq;
	first = message(HANDSHAKE_KEY_UPDATE, message_seq, bytes_of("", 1),
			content)
			.len;
	second = message(HANDSHAKE_KEY_UPDATE, message_seq + 1, bytes_of("", 1),
			 content + first)
			 .len;
	if (at_once) {
		send_to_server(&world, bytes_of(content, first + second));
	} else {
		send_to_server(&world, bytes_of(content, first));
		assert_int_equal(world.server.keys_updated, 1);
		assert_false(world.server.closed);
		send_to_server(&world, bytes_of(content + first, second));
	}
	assert_true(world.server.closed);
	assert_int_equal(world.server.alert, ADTLS_ALERT_UNEXPECTED_MESSAGE);
	simulation_clear(&world);
}

static void nothing_may_come_behind_a_key_update(void **state)
{
	(void)state;
	update_twice(true);
	update_twice(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_kept_by_half_lets_the_server_sleep),
		cmocka_unit_test(closed_connections_leave_the_endpoint),
		cmocka_unit_test(abandoned_handshakes_leave_the_endpoint),
		cmocka_unit_test(
			failed_attempts_from_one_address_do_not_pile_up),
		cmocka_unit_test(
			a_client_that_nobody_answers_does_not_stay_connected),
		cmocka_unit_test(failed_successors_do_not_cut_off_a_connection),
		cmocka_unit_test(an_abandoned_successor_costs_no_datagram),
		cmocka_unit_test(
			a_client_that_reboots_in_its_handshake_connects),
		cmocka_unit_test(a_forged_hello_makes_no_successor),
		cmocka_unit_test(a_forged_alert_does_not_end_a_handshake),
		cmocka_unit_test(
			data_of_a_handshake_that_fails_is_not_delivered),
		cmocka_unit_test(a_connection_of_one_datagram_is_one),
		cmocka_unit_test(nothing_may_come_behind_finished),
		cmocka_unit_test(a_verdict_at_its_deadline_is_too_late),
		cmocka_unit_test(a_key_that_is_used_up_ends_the_connection),
		cmocka_unit_test(a_forged_hello_uses_up_no_attempts),
		cmocka_unit_test(a_client_that_gives_up_lets_the_server_go),
		cmocka_unit_test(forgeries_do_not_end_a_connection),
		cmocka_unit_test(retired_keys_leave_nothing),
		cmocka_unit_test(old_keys_stay_until_the_new_are_used),
		cmocka_unit_test(nothing_may_come_behind_a_key_update),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
