/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of RFC 9147 §5.8 and §7 where others have stumbled: lost, late and
 * repeated ACKs of every flight, data that overtakes Finished, fragments cut
 * anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/scenario/attacker.h"

/* Lose, hold back or repeat some datagrams of one direction. */
struct fault {
	enum simulation_direction direction;
	unsigned count;		/* from when their sender is connected; 0: none */
	uint64_t later_us;	/* they come that much later; 0: never */
	bool doubles;		/* both at once and later */
	unsigned hit;
};

static struct fault fault;

static enum simulation_fate cause_fault(struct simulation *world,
					enum simulation_direction direction,
					unsigned index, uint8_t *datagram,
					size_t *len)
{
	const adtls_engine_t *sender = direction == TO_SERVER ?
					       world->client_engine :
					       world->server_engine;

	(void)index;
	if (fault.hit == fault.count || direction != fault.direction ||
	    sender == NULL || !adtls_engine_is_connected(sender))
		return DELIVER;
	fault.hit++;
	if (fault.later_us > 0) {
		world->options.delay_us += fault.later_us;
		simulation_inject(world, direction, datagram, *len);
		world->options.delay_us -= fault.later_us;
	}
	return fault.doubles ? DELIVER : LOSE;
}

static struct simulation_options options_of(uint64_t seed)
{
	fault = (struct fault){ .count = 0 };
	return (struct simulation_options){ .seed = seed,
					    .filter = cause_fault,
					    .client_certificate = true };
}

static void start(struct simulation *world, struct simulation_options options)
{
	simulation_init(world, &options);
	assert_true(simulation_connect(world, MINUTE));
	run_for(world, SECOND);
	assert_true(flight_is_empty(&world->client_engine->channel.outgoing));
}

static void assert_silence(struct simulation *world)
{
	unsigned sent = world->client.datagrams + world->server.datagrams;

	run_for(world, 2 * MINUTE);
	assert_int_equal(world->client.datagrams + world->server.datagrams,
			 sent);
	assert_false(world->client.closed || world->server.closed);
}

/* ACKs of Finished */

/* However many are lost, the client asks again and is told again; data flows
 * meanwhile, both ways. */
static void a_lost_ack_of_finished(void **state)
{
	(void)state;
	for (unsigned lost = 1; lost <= 4; lost++) {
		struct simulation_options options = options_of(lost);
		struct simulation world;

		fault = (struct fault){ TO_CLIENT, .count = lost };
		simulation_init(&world, &options);
		assert_true(simulation_connect(&world, MINUTE));
		assert_int_equal(simulation_send(&world, ADTLS_CLIENT, "one",
						 3),
				 ADTLS_OK);
		run_for(&world, SECOND / 10);
		assert_int_equal(world.server.data_count, 1);
		run_for(&world, 20 * SECOND);
		assert_int_equal(fault.hit, lost);
		assert_true(flight_is_empty(
			&world.client_engine->channel.outgoing));
		assert_echo(&world);
		assert_silence(&world);
		simulation_clear(&world);
	}
}

/* A late ACK, of a record that has been sent again since, counts. */
static void a_late_ack_of_finished(void **state)
{
	struct simulation_options options = options_of(1);
	struct simulation world;

	(void)state;
	fault = (struct fault){ TO_CLIENT, .count = 3,
				.later_us = 4 * SECOND };
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	run_for(&world, 20 * SECOND);
	assert_true(flight_is_empty(&world.client_engine->channel.outgoing));
	assert_echo(&world);
	assert_silence(&world);
	simulation_clear(&world);
}

static void repeated_acks(void **state)
{
	struct simulation_options options = options_of(2);
	struct simulation world;

	(void)state;
	fault = (struct fault){ TO_CLIENT, .count = 100,
				.later_us = SECOND, .doubles = true };
	start(&world, options);
	assert_int_equal(update_keys(&world, ADTLS_CLIENT, true), ADTLS_OK);
	run_for(&world, 5 * SECOND);
	assert_int_equal(write_epoch(world.client_engine), 4);
	assert_int_equal(write_epoch(world.server_engine), 4);
	assert_echo(&world);
	assert_silence(&world);
	simulation_clear(&world);
}

/* ACKs of KeyUpdate */

/* The peer reads with both keys, and hears of the ACK when it asks again. */
static void a_lost_ack_of_a_key_update(void **state)
{
	struct simulation world;

	(void)state;
	for (unsigned lost = 1; lost <= 3; lost++) {
		start(&world, options_of(10 + lost));
		fault = (struct fault){ TO_CLIENT, .count = lost };
		assert_int_equal(update_keys(&world, ADTLS_CLIENT, false),
				 ADTLS_OK);
		run_for(&world, SECOND / 5);
		assert_int_equal(write_epoch(world.client_engine), 3);
		assert_int_equal(simulation_send(&world, ADTLS_CLIENT, "old",
						 3),
				 ADTLS_OK);
		run_for(&world, SECOND / 10);
		assert_int_equal(world.server.data_count, 1);
		run_for(&world, 20 * SECOND);
		assert_int_equal(fault.hit, lost);
		assert_int_equal(write_epoch(world.client_engine), 4);
		assert_echo(&world);
		assert_silence(&world);
		simulation_clear(&world);
	}
}

/* One side is epochs ahead of the other, whose ACKs come in its own, older
 * one and name records of newer ones. */
static void acks_come_in_any_epoch(void **state)
{
	struct simulation world;

	(void)state;
	start(&world, options_of(20));
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(update_keys(&world, ADTLS_SERVER, false),
				 ADTLS_OK);
		run_for(&world, SECOND);
		assert_int_equal(write_epoch(world.server_engine), 4 + i);
		assert_int_equal(write_epoch(world.client_engine), 3);
	}
	assert_echo(&world);
	simulation_clear(&world);
}

static void inject_ack(struct simulation *world, uint64_t epoch,
		       struct record_number number)
{
	uint8_t content[2 + ACK_NUMBER_LEN], datagram[128];
	struct wire_writer writer;

	wire_writer_init(&writer, content, sizeof(content));
	wire_write_u16(&writer, ACK_NUMBER_LEN);
	wire_write_u64(&writer, number.epoch);
	wire_write_u64(&writer, number.sequence);
	simulation_inject(world, TO_CLIENT, datagram,
			  forge_record(world->server_engine, epoch, RECORD_ACK,
				       wire_written(&writer), datagram,
				       sizeof(datagram)));
	run_for(world, SECOND / 10);
}

/* An ACK under application keys names the handshake's records; one for records
 * that nobody has sent, or that were acknowledged before, says nothing. */
static void acks_name_records_of_any_epoch(void **state)
{
	struct simulation_options options = options_of(21);
	struct simulation world;
	unsigned sent;

	(void)state;
	fault = (struct fault){ TO_CLIENT, .count = 1000 };
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	assert_false(flight_is_empty(&world.client_engine->channel.outgoing));
	inject_ack(&world, 3, (struct record_number){ 2, 200 });
	inject_ack(&world, 3, (struct record_number){ 0, 0 });
	inject_ack(&world, 3, (struct record_number){ 1, 0 });
	assert_false(flight_is_empty(&world.client_engine->channel.outgoing));
	/* Which of them carried the flight is the client's affair. */
	for (uint64_t sequence = 0; sequence < 4; sequence++)
		inject_ack(&world, 3, (struct record_number){ 2, sequence });
	assert_true(flight_is_empty(&world.client_engine->channel.outgoing));
	sent = world.client.datagrams;
	for (uint64_t sequence = 0; sequence < 4; sequence++)
		inject_ack(&world, 3, (struct record_number){ 2, sequence });
	run_for(&world, 5 * SECOND);
	assert_int_equal(world.client.datagrams, sent);
	assert_false(world.client.closed);
	simulation_clear(&world);
}

/* Data before Finished */

static void start_with_late_finished(struct simulation *world, uint64_t seed)
{
	struct simulation_options options = options_of(seed);

	fault = (struct fault){ TO_SERVER, .count = 1, .later_us = SECOND / 2 };
	simulation_init(world, &options);
	while (!world->client.connected)
		run_for(world, 1000);
}

/* The client's Finished is late, its data is not: it is kept, up to a bound,
 * and delivered in order when the handshake is complete. */
static void data_overtakes_finished(void **state)
{
	struct simulation world;

	(void)state;
	start_with_late_finished(&world, 30);
	for (int i = 0; i < 5; i++)
		assert_int_equal(simulation_send(&world, ADTLS_CLIENT,
						 &"abcde"[i], 1),
				 ADTLS_OK);
	run_for(&world, SECOND / 4);
	assert_false(world.server.connected);
	assert_int_equal(world.server.data_count, 0);
	run_for(&world, SECOND);
	assert_true(world.server.connected);
	assert_int_equal(world.server.data_count, 5);
	assert_int_equal(world.server.data[0], 'e');
	assert_echo(&world);
	simulation_clear(&world);
}

static void a_flood_before_finished_is_bounded(void **state)
{
	struct simulation world;

	(void)state;
	start_with_late_finished(&world, 31);
	for (int i = 0; i < 200; i++) {
		assert_int_equal(simulation_send(&world, ADTLS_CLIENT, "data",
						 4),
				 ADTLS_OK);
		run_for(&world, 100);
	}
	run_for(&world, SECOND / 4);
	assert_int_equal(world.server_engine->early.count,
			 ENGINE_EARLY_RECORDS);
	run_for(&world, SECOND);
	assert_true(world.server.connected);
	assert_int_equal(world.server.data_count, ENGINE_EARLY_RECORDS);
	assert_echo(&world);
	simulation_clear(&world);
}

/* Fragments */

/* A flight that is sent again with other boundaries: what of the first came
 * through overlaps with it. */
static void fragments_are_cut_anew(void **state)
{
	static const size_t mtus[] = { 256, 300, 350, 417, 599, 1200 };

	(void)state;
	for (size_t first = 0; first < 6; first++) {
		for (size_t next = 0; next < 6; next++) {
			struct simulation_options options = options_of(40);
			struct loss loss = { .direction = TO_CLIENT,
					     .index = 2 };
			struct simulation world;

			options.server_mtu = mtus[first];
			options.filter = lose_one;
			options.filter_context = &loss;
			simulation_init(&world, &options);
			/* HelloRetryRequest, and something of the flight. */
			while (world.server.datagrams < 2)
				run_for(&world, 1000);
			assert_int_equal(
				adtls_engine_set_mtu(world.server_engine,
						     world.now, mtus[next]),
				ADTLS_OK);
			assert_true(simulation_connect(&world, MINUTE));
			run_for(&world, 10 * SECOND);
			assert_echo(&world);
			assert_silence(&world);
			simulation_clear(&world);
		}
	}
}

/* Fragments of KeyUpdate that contradict each other, under genuine keys. */
static void inject_fragment(struct simulation *world,
			    struct handshake_fragment fragment)
{
	uint8_t content[64], datagram[128];
	struct wire_writer writer;

	wire_writer_init(&writer, content, sizeof(content));
	handshake_fragment_write(&writer, &fragment);
	simulation_inject(world, TO_SERVER, datagram,
			  forge_record(world->client_engine, EPOCH_APPLICATION,
				       RECORD_HANDSHAKE, wire_written(&writer),
				       datagram, sizeof(datagram)));
	run_for(world, SECOND);
}

static void empty_fragments_bring_nothing(void **state)
{
	struct handshake_fragment fragment = { .type = HANDSHAKE_KEY_UPDATE,
					       .message_len = 1 };
	struct simulation world;

	(void)state;
	start(&world, options_of(50));
	fragment.message_seq =
		(uint16_t)world.client_engine->channel.next_send_seq;
	inject_fragment(&world, fragment);
	inject_fragment(&world, fragment);
	fragment.offset = 1;
	inject_fragment(&world, fragment);
	assert_false(world.server.closed);
	fragment.offset = 0;
	fragment.data = bytes_of("\0", 1);
	inject_fragment(&world, fragment);
	assert_int_equal(channel_newest_read_epoch(
				 &world.server_engine->channel),
			 4);
	simulation_clear(&world);
}

static void contradicting_fragments_end_it(void **state)
{
	static const struct {
		struct handshake_fragment first, second;
		adtls_alert_t alert;
	} cases[] = {
		/* another length */
		{ { .type = HANDSHAKE_KEY_UPDATE, .message_len = 1 },
		  { .type = HANDSHAKE_KEY_UPDATE, .message_len = 0 },
		  ADTLS_ALERT_ILLEGAL_PARAMETER },
		/* beyond the end */
		{ { .type = HANDSHAKE_KEY_UPDATE, .message_len = 1 },
		  { .type = HANDSHAKE_KEY_UPDATE, .message_len = 1,
		    .offset = 2 },
		  ADTLS_ALERT_DECODE_ERROR },
		/* longer than that message is */
		{ { .type = HANDSHAKE_KEY_UPDATE, .message_len = 1 },
		  { .type = HANDSHAKE_KEY_UPDATE, .message_len = 0xffffff },
		  ADTLS_ALERT_ILLEGAL_PARAMETER },
		/* another type with the same message_seq */
		{ { .type = HANDSHAKE_KEY_UPDATE, .message_len = 1 },
		  { .type = HANDSHAKE_FINISHED, .message_len = 1 },
		  ADTLS_ALERT_UNEXPECTED_MESSAGE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct handshake_fragment first = cases[i].first;
		struct handshake_fragment second = cases[i].second;
		struct simulation world;

		start(&world, options_of(60 + i));
		first.message_seq = second.message_seq = (uint16_t)
			world.client_engine->channel.next_send_seq;
		inject_fragment(&world, first);
		assert_false(world.server.closed);
		inject_fragment(&world, second);
		assert_true(world.server.closed);
		assert_int_equal(world.server.alert, cases[i].alert);
		simulation_clear(&world);
	}
}

/* Limits */

/* The last message_seq is used, and no more: nothing wraps (RFC 9147 §5.2). */
static void message_seq_ends(void **state)
{
	struct simulation world;

	(void)state;
	start(&world, options_of(70));
	world.client_engine->channel.next_send_seq = UINT16_MAX;
	world.server_engine->channel.incoming.next_seq = UINT16_MAX;
	assert_int_equal(update_keys(&world, ADTLS_CLIENT, false), ADTLS_OK);
	run_for(&world, SECOND);
	assert_int_equal(write_epoch(world.client_engine), 4);
	assert_int_not_equal(update_keys(&world, ADTLS_CLIENT, false),
			     ADTLS_OK);
	/* Asked for more, it cannot, and goes on as it is (RFC 9147 §8). */
	assert_int_equal(update_keys(&world, ADTLS_SERVER, true), ADTLS_OK);
	run_for(&world, SECOND);
	assert_int_equal(write_epoch(world.server_engine), 4);
	assert_int_equal(write_epoch(world.client_engine), 4);
	assert_echo(&world);
	simulation_clear(&world);
}

/* Epochs end at 2^48 - 1 (RFC 9147 §8). */
static void epochs_end(void **state)
{
	const uint64_t last = (UINT64_C(1) << 48) - 1;
	struct simulation world;

	(void)state;
	start(&world, options_of(71));
	world.client_engine->channel.sealers[2].keys.epoch = last - 4;
	world.server_engine->channel.opener_slots[2].keys.epoch = last - 4;
	for (int i = 0; i < 4; i++) {
		assert_int_equal(update_keys(&world, ADTLS_CLIENT, false),
				 ADTLS_OK);
		run_for(&world, SECOND);
	}
	assert_int_equal(write_epoch(world.client_engine), last);
	assert_int_not_equal(update_keys(&world, ADTLS_CLIENT, false),
			     ADTLS_OK);
	assert_int_equal(update_keys(&world, ADTLS_SERVER, true), ADTLS_OK);
	run_for(&world, SECOND);
	assert_int_equal(write_epoch(world.server_engine), 4);
	assert_int_equal(write_epoch(world.client_engine), last);
	assert_echo(&world);
	simulation_clear(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lost_ack_of_finished),
		cmocka_unit_test(a_late_ack_of_finished),
		cmocka_unit_test(repeated_acks),
		cmocka_unit_test(a_lost_ack_of_a_key_update),
		cmocka_unit_test(acks_come_in_any_epoch),
		cmocka_unit_test(acks_name_records_of_any_epoch),
		cmocka_unit_test(data_overtakes_finished),
		cmocka_unit_test(a_flood_before_finished_is_bounded),
		cmocka_unit_test(fragments_are_cut_anew),
		cmocka_unit_test(empty_fragments_bring_nothing),
		cmocka_unit_test(contradicting_fragments_end_it),
		cmocka_unit_test(message_seq_ends),
		cmocka_unit_test(epochs_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
