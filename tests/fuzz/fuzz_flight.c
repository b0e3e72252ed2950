/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes flight, ACKs and reassembly as a stream of operations.
 *
 *   input: lengths of the messages, then what the network and the clock do:
 *   records are sent, delivered in any order, lost, acknowledged; a stranger
 *   throws in fragments and ACKs of his own
 *
 * The sender never sends again what was acknowledged. Without a stranger every
 * message arrives as it was, once the network lets it; with one memory stays
 * within the budget and the order of messages is kept. */
#include <string.h>

#include "flight/ack.h"
#include "flight/flight.h"
#include "flight/reassembly.h"
#include "tests/fuzz/fuzz.h"

#define EPOCH 2
#define MESSAGES 4
#define MESSAGE_MAX 4096
#define BUDGET 12000
#define RECORD_ROOM_MAX 700
#define TRANSIT_MAX 64
#define RECORDS_MAX 4096
#define STEPS_MAX 400
#define SETTLING_MAX 4000

struct transit {
	bool is_ack;
	uint64_t sequence;
	size_t len;
	uint8_t data[RECORD_ROOM_MAX];
};

/* Which fragment went out in which record. */
struct sent {
	uint64_t sequence;
	uint16_t message_seq;
	uint32_t start;
	uint32_t end;
};

struct world {
	uint64_t now_us;
	struct flight flight;
	uint64_t next_sequence;
	uint32_t lens[MESSAGES];
	bool acknowledged[MESSAGES][MESSAGE_MAX + 1];
	struct sent sent[RECORDS_MAX];
	size_t sent_count;
	struct transit transit[TRANSIT_MAX];
	size_t transit_count;
	struct reassembly reassembly;
	struct ack_list acks;
	uint32_t received;
	bool has_stranger;
};

static const struct timer_config timer = { .policy = TIMER_MEASURED,
					   .initial_us = 1000000,
					   .max_us = 60000000 };

static uint8_t pattern_at(size_t message, size_t at)
{
	return (uint8_t)(at * 7 + at / 251 + message * 31);
}

static size_t max_len(const void *context, uint8_t type)
{
	(void)context;
	return type == HANDSHAKE_FINISHED ? 0 : MESSAGE_MAX;
}

static void add_message(struct world *world, uint16_t seq, uint32_t len)
{
	struct buffer body = { 0 };

	FUZZ_REQUIRE(buffer_reserve(&body, len + 1));
	for (uint32_t i = 0; i < len; i++)
		body.data[i] = pattern_at(seq, i);
	body.len = len;
	world->lens[seq] = len;
	FUZZ_REQUIRE(flight_add(&world->flight, seq, HANDSHAKE_CERTIFICATE,
				EPOCH, &body));
}

static void put(struct world *world, bool is_ack, uint64_t sequence,
		adtls_bytes_t content)
{
	struct transit *transit = &world->transit[world->transit_count];

	if (world->transit_count == TRANSIT_MAX)
		return;
	world->transit_count++;
	transit->is_ack = is_ack;
	transit->sequence = sequence;
	transit->len = content.len;
	memcpy(transit->data, content.data, content.len);
}

/* Nothing that is known to have arrived goes out again. An empty body counts as
 * one byte. */
static void note_sent(struct world *world,
		      const struct handshake_fragment *fragment)
{
	uint32_t end = fragment->offset + (uint32_t)fragment->data.len;

	if (fragment->message_len == 0)
		end = 1;
	FUZZ_REQUIRE(fragment->message_len ==
		     world->lens[fragment->message_seq]);
	for (uint32_t at = fragment->offset; at < end; at++)
		FUZZ_REQUIRE(!world->acknowledged[fragment->message_seq][at]);
	if (world->sent_count == RECORDS_MAX)
		return;
	world->sent[world->sent_count++] =
		(struct sent){ world->next_sequence, fragment->message_seq,
			       fragment->offset, end };
}

/* False: nothing to send. */
static bool send_record(struct world *world, size_t room)
{
	uint8_t record[RECORD_ROOM_MAX];
	struct handshake_fragment fragment;
	struct record_number number = { EPOCH, world->next_sequence };
	struct wire_writer writer;
	uint64_t epoch;

	if (!flight_wants_to_send(&world->flight, &epoch))
		return false;
	wire_writer_init(&writer, record, room);
	while (flight_next(&world->flight, writer.capacity - writer.len,
			   &fragment)) {
		note_sent(world, &fragment);
		handshake_fragment_write(&writer, &fragment);
	}
	FUZZ_REQUIRE(!writer.failed && writer.len > 0);
	put(world, false, world->next_sequence++, wire_written(&writer));
	FUZZ_REQUIRE(flight_commit(&world->flight, number, world->now_us));
	FUZZ_REQUIRE(world->flight.in_flight <= FLIGHT_WINDOW_MAX);
	return true;
}

static void take_messages(struct world *world)
{
	struct buffer body;
	uint8_t type;

	while (reassembly_next(&world->reassembly, &type, &body)) {
		uint32_t seq = world->received++;

		FUZZ_REQUIRE(world->received == world->reassembly.next_seq);
		FUZZ_REQUIRE(body.len <= MESSAGE_MAX);
		FUZZ_REQUIRE(world->has_stranger ||
			     body.len == world->lens[seq]);
		for (size_t i = 0; !world->has_stranger && i < body.len; i++)
			FUZZ_REQUIRE(body.data[i] == pattern_at(seq, i));
		buffer_clear(&body);
	}
	FUZZ_REQUIRE(world->reassembly.held <= BUDGET);
}

static void receive_record(struct world *world, const struct transit *transit)
{
	struct record_number number = { EPOCH, transit->sequence };
	struct handshake_fragment fragment;
	struct wire_reader reader;
	bool all_kept = true;

	wire_reader_init(&reader, transit->data, transit->len);
	while (wire_reader_more(&reader)) {
		enum reassembly_result result;

		if (!handshake_fragment_read(&reader, &fragment))
			return;
		result = reassembly_add(&world->reassembly, &fragment);
		FUZZ_REQUIRE(world->has_stranger ||
			     result <= REASSEMBLY_DROPPED);
		if (result > REASSEMBLY_OLD)
			all_kept = false;
		take_messages(world);
	}
	if (all_kept && ack_list_add(&world->acks, number))
		ack_list_schedule(&world->acks, world->now_us);
}

static void acknowledge(void *context, struct record_number number)
{
	struct world *world = context;

	for (size_t i = 0; i < world->sent_count; i++) {
		const struct sent *sent = &world->sent[i];

		if (number.epoch == EPOCH && sent->sequence == number.sequence)
			memset(world->acknowledged[sent->message_seq] +
				       sent->start,
			       1, sent->end - sent->start);
	}
	flight_acknowledge(&world->flight, number, world->now_us);
}

static void receive_ack(struct world *world, adtls_bytes_t content)
{
	if (ack_read(content, acknowledge, world))
		flight_acknowledge_done(&world->flight, world->now_us);
}

static void remove_transit(struct world *world, size_t at)
{
	world->transit_count--;
	memmove(&world->transit[at], &world->transit[at + 1],
		(world->transit_count - at) * sizeof(world->transit[0]));
}

static void deliver(struct world *world, size_t at)
{
	struct transit transit = world->transit[at];

	if (transit.is_ack)
		receive_ack(world, bytes_of(transit.data, transit.len));
	else
		receive_record(world, &transit);
}

static bool send_ack(struct world *world, size_t room)
{
	uint8_t content[RECORD_ROOM_MAX];
	struct wire_writer writer;

	wire_writer_init(&writer, content, room);
	if (!ack_list_is_due(&world->acks, world->now_us) ||
	    !ack_list_write(&world->acks, &writer))
		return false;
	put(world, true, 0, wire_written(&writer));
	return true;
}

static void pass_time(struct world *world, uint64_t us)
{
	world->now_us += us;
	if (flight_deadline(&world->flight) <= world->now_us)
		FUZZ_REQUIRE(flight_tick(&world->flight, world->now_us));
}

static void forge_fragment(struct world *world, struct wire_reader *input)
{
	uint8_t record[HANDSHAKE_HEADER_LEN + UINT8_MAX];
	struct handshake_fragment fragment = { .type = wire_read_u8(input) };
	struct transit transit = { .sequence = UINT32_MAX };
	struct wire_writer writer;

	fragment.message_seq = wire_read_u16(input) % (2 * MESSAGES + 8);
	fragment.message_len = wire_read_u24(input) % (2 * MESSAGE_MAX);
	fragment.offset = wire_read_u24(input) % (2 * MESSAGE_MAX);
	fragment.data = fuzz_take(input, wire_read_u8(input));
	world->has_stranger = true;
	wire_writer_init(&writer, record, sizeof(record));
	handshake_fragment_write(&writer, &fragment);
	transit.len = writer.len;
	memcpy(transit.data, record, writer.len);
	receive_record(world, &transit);
}

static void run_step(struct world *world, struct wire_reader *input)
{
	uint8_t operation = wire_read_u8(input);
	uint8_t value = wire_read_u8(input);
	size_t at = world->transit_count > 0 ? value % world->transit_count : 0;

	switch (operation % 8) {
	case 0:
		send_record(world, 40 + 2 * (size_t)value);
		return;
	case 1:
		send_ack(world, 20 + 2 * (size_t)value);
		return;
	case 2:
		if (world->transit_count == 0)
			return;
		deliver(world, at);
		if (operation < 128)
			remove_transit(world, at);
		return;
	case 3:
		if (world->transit_count > 0)
			remove_transit(world, at);
		return;
	case 4:
		pass_time(world, (uint64_t)value * value * 1000);
		return;
	case 5:
		flight_retransmit(&world->flight, world->now_us);
		return;
	case 6:
		forge_fragment(world, input);
		return;
	default:
		/* A peer that acknowledges what it likes. */
		world->has_stranger = true;
		receive_ack(world, fuzz_take(input, value));
		return;
	}
}

/* The network does its best from here on: everything arrives. */
static void settle(struct world *world)
{
	for (unsigned i = 0; i < SETTLING_MAX; i++) {
		bool any = false;

		if (flight_is_empty(&world->flight))
			break;
		while (world->transit_count < TRANSIT_MAX - 1 &&
		       send_record(world, RECORD_ROOM_MAX))
			any = true;
		while (world->transit_count > 0) {
			deliver(world, 0);
			remove_transit(world, 0);
			any = true;
		}
		if (world->acks.unsent_count > 0)
			ack_list_schedule(&world->acks, world->now_us);
		any = send_ack(world, RECORD_ROOM_MAX) || any;
		if (any || flight_deadline(&world->flight) == ADTLS_NEVER)
			continue;
		pass_time(world, flight_deadline(&world->flight) > world->now_us
					 ? flight_deadline(&world->flight) -
						   world->now_us
					 : 0);
	}
	FUZZ_REQUIRE(flight_is_empty(&world->flight));
	FUZZ_REQUIRE(world->received == MESSAGES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world world;
	struct wire_reader input;

	world = (struct world){ .now_us = 1000000 };
	wire_reader_init(&input, data, size);
	flight_init(&world.flight, &timer);
	reassembly_init(&world.reassembly, BUDGET, max_len, NULL);
	ack_list_init(&world.acks);
	for (uint16_t seq = 0; seq < MESSAGES; seq++)
		add_message(&world, seq,
			    wire_read_u16(&input) % (MESSAGE_MAX / 2));
	for (unsigned i = 0; i < STEPS_MAX && wire_reader_more(&input); i++)
		run_step(&world, &input);
	if (!world.has_stranger)
		settle(&world);
	flight_clear(&world.flight);
	reassembly_clear(&world.reassembly);
	ack_list_clear(&world.acks);
	return 0;
}
