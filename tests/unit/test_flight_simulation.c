/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A flight crosses a network that loses, delays, reorders and repeats, to a
 * receiver that reassembles and acknowledges. Time is virtual; a failure names
 * its seed.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "flight/ack.h"
#include "flight/flight.h"
#include "flight/reassembly.h"
#include "tests/support/seeded_random.h"

#define MS 1000ULL
#define S  1000000ULL

#define MESSAGES     5
#define MESSAGE_MAX  30000
#define DATAGRAM_MAX 1400
#define RECORDS_MAX  20000
#define TRANSIT_MAX  512

/* A datagram on its way: to the receiver, or an ACK back. */
struct datagram {
	uint64_t arrives_us;
	uint64_t sequence;
	bool is_ack;
	size_t len;
	uint8_t data[DATAGRAM_MAX];
};

struct simulation {
	struct seeded_random random;
	unsigned loss_percent;
	unsigned repeat_percent;
	uint64_t latency_us;
	uint64_t jitter_us;
	size_t room;
	bool with_acks;

	uint64_t now_us;
	struct datagram transit[TRANSIT_MAX];
	size_t transit_count;

	uint32_t lens[MESSAGES];
	struct flight flight;
	uint64_t next_sequence;
	unsigned sent_since_event;
	/* What the sender was told: fragments of each record, bytes of each
	 * message that were acknowledged. */
	struct handshake_fragment sent[RECORDS_MAX];
	size_t sent_count;
	uint64_t sent_in[RECORDS_MAX];
	uint8_t acknowledged[MESSAGES][MESSAGE_MAX + 1];

	struct reassembly reassembly;
	struct ack_list acks;
	uint32_t received;
};

static const struct timer_config config = { .policy = TIMER_MEASURED,
					    .initial_us = 1 * S,
					    .max_us = 60 * S };

static size_t max_len(const void *context, uint8_t type)
{
	(void)context;
	(void)type;
	return MESSAGE_MAX;
}

static uint8_t pattern_at(size_t message, size_t at)
{
	return (uint8_t)(at * 7 + at / 251 + message * 31);
}

static struct simulation *start(uint64_t seed)
{
	struct simulation *simulation = calloc(1, sizeof(*simulation));
	struct seeded_random *random;

	assert_non_null(simulation);
	simulation->random = seeded_random_of(seed);
	random = &simulation->random;
	simulation->with_acks = true;
	simulation->loss_percent = seeded_random_below(random, 40);
	simulation->repeat_percent = 5;
	simulation->latency_us = seeded_random_below(random, 900) * MS;
	simulation->jitter_us = seeded_random_below(random, 100) * MS;
	simulation->room = 200 + seeded_random_below(random, 1200);
	flight_init(&simulation->flight, &config);
	reassembly_init(&simulation->reassembly, 128 * 1024, max_len, NULL);
	ack_list_init(&simulation->acks);
	return simulation;
}

static void stop(struct simulation *simulation)
{
	flight_clear(&simulation->flight);
	reassembly_clear(&simulation->reassembly);
	ack_list_clear(&simulation->acks);
	free(simulation);
}

static void add_message(struct simulation *simulation, uint16_t seq,
			uint32_t len)
{
	struct buffer body = { 0 };

	simulation->lens[seq] = len;
	for (uint32_t i = 0; i < len; i++) {
		uint8_t byte = pattern_at(seq, i);

		assert_true(buffer_append(&body, &byte, 1));
	}
	assert_true(flight_add(&simulation->flight, seq, HANDSHAKE_CERTIFICATE,
			       2, &body));
}

static void post(struct simulation *simulation, uint64_t sequence, bool is_ack,
		 adtls_bytes_t content)
{
	struct seeded_random *random = &simulation->random;
	unsigned copies = 1;
	struct datagram *datagram;

	if (seeded_random_below(random, 100) < simulation->loss_percent)
		return;
	if (seeded_random_below(random, 100) < simulation->repeat_percent)
		copies = 2;
	for (; copies > 0; copies--) {
		if (simulation->transit_count == TRANSIT_MAX)
			return;
		datagram = &simulation->transit[simulation->transit_count++];
		datagram->arrives_us =
			simulation->now_us + simulation->latency_us;
		if (simulation->jitter_us > 0)
			datagram->arrives_us += seeded_random_next(random) %
						simulation->jitter_us;
		datagram->sequence = sequence;
		datagram->is_ack = is_ack;
		datagram->len = content.len;
		memcpy(datagram->data, content.data, content.len);
	}
}

/* No byte that the sender knows to have arrived may go out. */
static void check_fragment(struct simulation *simulation,
			   const struct handshake_fragment *fragment)
{
	const uint8_t *acknowledged =
		simulation->acknowledged[fragment->message_seq];
	uint32_t len = simulation->lens[fragment->message_seq];

	check_seeded(&simulation->random, fragment->message_len == len);
	check_seeded(&simulation->random,
		     fragment->data.len > 0 || (len == 0 && !acknowledged[0]));
	for (size_t i = 0; i < fragment->data.len; i++)
		check_seeded(&simulation->random,
			     !acknowledged[fragment->offset + i]);
	check_seeded(&simulation->random, simulation->sent_count < RECORDS_MAX);
	simulation->sent_in[simulation->sent_count] = simulation->next_sequence;
	simulation->sent[simulation->sent_count++] = *fragment;
}

/* Sends all that the flight wants to. */
static void transmit(struct simulation *simulation)
{
	struct flight *flight = &simulation->flight;
	struct handshake_fragment fragment;
	uint8_t record[DATAGRAM_MAX];
	struct wire_writer writer;
	uint64_t epoch;

	while (flight_wants_to_send(flight, &epoch)) {
		check_seeded(&simulation->random,
			     flight->in_flight < flight->window);
		wire_writer_init(&writer, record, simulation->room);
		while (flight_next(flight, writer.capacity - writer.len,
				   &fragment)) {
			check_fragment(simulation, &fragment);
			handshake_fragment_write(&writer, &fragment);
		}
		check_seeded(&simulation->random,
			     wire_written(&writer).len > 0);
		post(simulation, simulation->next_sequence, false,
		     wire_written(&writer));
		assert_true(flight_commit(
			flight,
			(struct record_number){
				.epoch = 2,
				.sequence = simulation->next_sequence++ },
			simulation->now_us));
		check_seeded(&simulation->random,
			     ++simulation->sent_since_event <= FLIGHT_WINDOW);
		check_seeded(&simulation->random,
			     flight->in_flight <= FLIGHT_WINDOW_MAX);
	}
}

static void take_messages(struct simulation *simulation)
{
	struct buffer body;
	uint8_t type;

	while (reassembly_next(&simulation->reassembly, &type, &body)) {
		uint32_t seq = simulation->received++;

		check_seeded(&simulation->random,
			     body.len == simulation->lens[seq]);
		for (size_t i = 0; i < body.len; i++)
			check_seeded(&simulation->random,
				     body.data[i] == pattern_at(seq, i));
		buffer_clear(&body);
	}
}

static void receive_record(struct simulation *simulation,
			   const struct datagram *datagram)
{
	struct record_number number = { .epoch = 2,
					.sequence = datagram->sequence };
	struct handshake_fragment fragment;
	struct wire_reader reader;

	wire_reader_init(&reader, datagram->data, datagram->len);
	while (wire_reader_more(&reader)) {
		check_seeded(&simulation->random,
			     handshake_fragment_read(&reader, &fragment));
		check_seeded(&simulation->random,
			     reassembly_add(&simulation->reassembly,
					    &fragment) <= REASSEMBLY_OLD);
	}
	take_messages(simulation);
	if (!simulation->with_acks)
		return;
	assert_true(ack_list_add(&simulation->acks, number));
	ack_list_schedule(&simulation->acks,
			  simulation->now_us + config.initial_us / 4);
}

static void acknowledge(void *context, struct record_number number)
{
	struct simulation *simulation = context;

	for (size_t i = 0; i < simulation->sent_count; i++) {
		const struct handshake_fragment *fragment =
			&simulation->sent[i];
		size_t len = fragment->data.len > 0 ? fragment->data.len : 1;

		if (simulation->sent_in[i] == number.sequence)
			memset(simulation->acknowledged[fragment->message_seq] +
				       fragment->offset,
			       1, len);
	}
	flight_acknowledge(&simulation->flight, number, simulation->now_us);
}

static void deliver(struct simulation *simulation, size_t at)
{
	struct datagram datagram = simulation->transit[at];

	simulation->transit_count--;
	memmove(&simulation->transit[at], &simulation->transit[at + 1],
		(simulation->transit_count - at) * sizeof(datagram));
	if (!datagram.is_ack) {
		receive_record(simulation, &datagram);
		return;
	}
	check_seeded(&simulation->random,
		     ack_read(bytes_of(datagram.data, datagram.len),
			      acknowledge, simulation));
	flight_acknowledge_done(&simulation->flight, simulation->now_us);
	simulation->sent_since_event = 0;
}

static void send_acks(struct simulation *simulation)
{
	uint8_t content[DATAGRAM_MAX];
	struct wire_writer writer;

	while (ack_list_is_due(&simulation->acks, simulation->now_us)) {
		wire_writer_init(&writer, content, simulation->room);
		check_seeded(&simulation->random,
			     ack_list_write(&simulation->acks, &writer));
		post(simulation, 0, true, wire_written(&writer));
	}
}

/* Moves time to what happens next, and lets it happen. */
static void step(struct simulation *simulation)
{
	uint64_t next_us = flight_deadline(&simulation->flight);
	size_t arrival = SIZE_MAX;

	if (simulation->acks.due_us < next_us)
		next_us = simulation->acks.due_us;
	for (size_t i = 0; i < simulation->transit_count; i++) {
		/* Of those that arrive together, the one sent first. */
		if (simulation->transit[i].arrives_us > next_us ||
		    (arrival != SIZE_MAX &&
		     simulation->transit[i].arrives_us == next_us))
			continue;
		next_us = simulation->transit[i].arrives_us;
		arrival = i;
	}
	/* Something is always under way, or it would hang. */
	check_seeded(&simulation->random, next_us != ADTLS_NEVER);
	if (next_us > simulation->now_us)
		simulation->now_us = next_us;
	if (arrival != SIZE_MAX) {
		deliver(simulation, arrival);
	} else if (flight_deadline(&simulation->flight) <= next_us) {
		check_seeded(
			&simulation->random,
			flight_tick(&simulation->flight, simulation->now_us));
		simulation->sent_since_event = 0;
	}
	send_acks(simulation);
}

static void random_messages_arrive(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 100; seed++) {
		struct simulation *simulation = start(seed);

		for (uint16_t seq = 0; seq < MESSAGES; seq++)
			add_message(
				simulation, seq,
				seeded_random_below(&simulation->random, 4) == 0
					? 0
					: seeded_random_below(
						  &simulation->random,
						  seq == 3 ? MESSAGE_MAX
							   : 2000));
		while (!flight_is_empty(&simulation->flight)) {
			transmit(simulation);
			step(simulation);
			check_seeded(&simulation->random,
				     simulation->now_us < 900 * S);
		}
		check_seeded(&simulation->random,
			     simulation->received == MESSAGES);
		check_seeded(&simulation->random,
			     flight_deadline(&simulation->flight) ==
				     ADTLS_NEVER);
		check_seeded(&simulation->random,
			     simulation->reassembly.held == 0);
		stop(simulation);
	}
}

/* The peer's next flight is all the acknowledgment there is. */
static void large_flight_arrives_without_acks(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct simulation *simulation = start(seed);

		simulation->with_acks = false;
		simulation->room = 200;
		simulation->loss_percent /= 2;
		for (uint16_t seq = 0; seq < MESSAGES; seq++)
			add_message(simulation, seq, 1000);
		while (simulation->received < MESSAGES) {
			transmit(simulation);
			step(simulation);
			check_seeded(&simulation->random,
				     simulation->now_us < 3600 * S);
		}
		flight_acknowledge_all(&simulation->flight, simulation->now_us);
		check_seeded(&simulation->random,
			     flight_is_empty(&simulation->flight));
		stop(simulation);
	}
}

/* On an orderly network no byte goes out twice, whatever the latency. */
static void nothing_is_sent_twice_without_need(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct simulation *simulation = start(seed);

		simulation->loss_percent = 0;
		simulation->repeat_percent = 0;
		simulation->jitter_us = 0;
		simulation->latency_us = seed * 20 * MS;
		for (uint16_t seq = 0; seq < MESSAGES; seq++)
			add_message(simulation, seq, 4000);
		while (!flight_is_empty(&simulation->flight)) {
			transmit(simulation);
			step(simulation);
		}
		check_seeded(&simulation->random,
			     simulation->flight.count.retransmissions == 0);
		stop(simulation);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_messages_arrive),
		cmocka_unit_test(large_flight_arrives_without_acks),
		cmocka_unit_test(nothing_is_sent_twice_without_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
