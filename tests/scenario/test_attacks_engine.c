/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attacks on the engine, by strangers and by peers who do not keep to the
 * protocol. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/scenario/attacker.h"

/* Loops without end */

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
	len = forge_message(HANDSHAKE_FINISHED,
		      (uint16_t)world.server_engine->channel.incoming.next_seq,
		      (adtls_bytes_t){ 0 }, content)
		      .len;
	/* Of which nothing is here. */
	content[3] = (uint8_t)world.server_engine->facts.suite->hash->len;
	len += forge_message(HANDSHAKE_CERTIFICATE, 0, text("old"), content + len)
		       .len;
	len += forge_message(HANDSHAKE_CERTIFICATE, 1000, text("far ahead"),
		       content + len)
		       .len;
	len = forge_record(world.client_engine, EPOCH_HANDSHAKE, RECORD_HANDSHAKE,
		    bytes_of(content, len), datagram, sizeof(datagram));
	simulation_inject(&world, TO_SERVER, datagram, len);
	run_for(&world, SECOND / 2);
	assert_false(world.server.closed);
	loses = false;
	assert_true(simulation_connect(&world, MINUTE));
	simulation_clear(&world);
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
	len = forge_message(HANDSHAKE_CLIENT_HELLO, 1,
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
	len = forge_record(world.server_engine, EPOCH_APPLICATION,
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
	struct rewriting rewriting;

	(void)index;
	if (direction != TO_SERVER || client->phase != ENGINE_CONNECTED)
		return DELIVER;
	rewrite_begin(&rewriting);
	rewrite_copy(&rewriting, client, datagram, *len);
	rewrite_add(&rewriting, client, EPOCH_APPLICATION,
		    RECORD_APPLICATION_DATA, text("ping"));
	rewrite_add(&rewriting, client, EPOCH_APPLICATION, RECORD_ALERT,
		    bytes_of(close_notify, sizeof(close_notify)));
	*len = rewrite_end(&rewriting, datagram);
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
	struct rewriting rewriting;
	uint8_t content[64];

	(void)index;
	if (direction != TO_SERVER || client->phase != ENGINE_CONNECTED)
		return DELIVER;
	rewrite_begin(&rewriting);
	rewrite_add(&rewriting, client, EPOCH_HANDSHAKE, RECORD_HANDSHAKE,
		    forge_message(HANDSHAKE_ATTESTATION,
				  (uint16_t)client->channel.next_send_seq,
				  bytes_of("\0\0\1\xf6", 4), content));
	rewrite_copy(&rewriting, client, datagram, *len);
	*len = rewrite_end(&rewriting, datagram);
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
	assert_int_equal(channel->openers.count, 1);
	assert_int_equal(channel->places, 1);
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
	size_t len = forge_record(world->client_engine, EPOCH_APPLICATION,
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
	first = forge_message(HANDSHAKE_KEY_UPDATE, message_seq, bytes_of("", 1),
			content)
			.len;
	second = forge_message(HANDSHAKE_KEY_UPDATE, message_seq + 1, bytes_of("", 1),
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

/* A peer's data beyond what an application takes: as events, then held, then
 * dropped, in order. */
static void events_that_wait_are_bounded(void **state)
{
	enum { SENT = ENGINE_EVENTS_MAX + ENGINE_QUEUE_RECORDS + 50 };
	static uint8_t datagrams[SENT][64];
	struct simulation_options options = { .seed = 32 };
	struct simulation world;
	struct adtls_engine *server;
	adtls_event_t event;
	unsigned taken = 0;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	simulation_run(&world, world.now.monotonic_us + SECOND);
	server = world.server_engine;
	for (uint16_t i = 0; i < SENT; i++) {
		size_t len;

		assert_int_equal(adtls_engine_send(world.client_engine,
						   world.now, &i, sizeof(i)),
				 ADTLS_OK);
		len = adtls_engine_next_datagram(world.client_engine, world.now,
						 datagrams[i],
						 sizeof(datagrams[i]));
		assert_true(len > 0);
		assert_int_equal(adtls_engine_receive(server, world.now,
						      datagrams[i], len),
				 ADTLS_OK);
		assert_true(server->event_count - server->event_head <=
			    ENGINE_EVENTS_MAX);
	}
	assert_true(server->event_capacity <= ENGINE_EVENTS_MAX);
	assert_int_equal(server->statistics.data_held_dropped, 50);
	while (adtls_engine_next_event(server, &event)) {
		uint16_t number;

		assert_int_equal(event.type, ADTLS_EVENT_DATA);
		assert_int_equal(event.data.len, sizeof(number));
		memcpy(&number, event.data.data, sizeof(number));
		assert_int_equal(number, taken);
		taken++;
	}
	assert_int_equal(taken, SENT - 50);
	simulation_clear(&world);
}

static bool is_awake(const struct channel *channel)
{
	return channel->opener_slots[channel->openers.count - 1].keys.aead !=
	       NULL;
}

/* Forgeries have an idle connection's keys made again, but seldom, and do not keep
 * them there. */
static void forgeries_keep_no_keys_awake(void **state)
{
	struct simulation_options options = { .seed = 31 };
	uint8_t forged[48] = { 0x2f, 0, 1, 0, 43 };
	const struct channel *channel;
	struct simulation world;
	unsigned made = 0;

	(void)state;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	simulation_run(&world, world.now.monotonic_us + 5 * MINUTE);
	channel = &world.server_engine->channel;
	assert_false(is_awake(channel));
	for (unsigned i = 0; i < 600; i++) {
		bool was_awake = is_awake(channel);

		simulation_inject(&world, TO_SERVER, forged, sizeof(forged));
		simulation_run(&world, world.now.monotonic_us + SECOND);
		made += !was_awake && is_awake(channel);
	}
	assert_int_equal(world.server_engine->statistics.dropped_forged, 600);
	assert_in_range(made, 9, 11);
	/* None of ours was needed to say so. */
	assert_null(channel_newest_sealer(&world.server_engine->channel)
			    ->keys.aead);
	simulation_run(&world, world.now.monotonic_us + 2 * MINUTE);
	assert_false(is_awake(channel));
	assert_int_equal(simulation_send(&world, ADTLS_CLIENT, "ping", 4),
			 ADTLS_OK);
	simulation_run(&world, world.now.monotonic_us + SECOND);
	assert_int_equal(world.server.data_count, 1);
	simulation_clear(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_record_kept_by_half_lets_the_server_sleep),
		cmocka_unit_test(
			a_client_that_nobody_answers_does_not_stay_connected),
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
		cmocka_unit_test(events_that_wait_are_bounded),
		cmocka_unit_test(forgeries_keep_no_keys_awake),
		cmocka_unit_test(retired_keys_leave_nothing),
		cmocka_unit_test(old_keys_stay_until_the_new_are_used),
		cmocka_unit_test(nothing_may_come_behind_a_key_update),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
