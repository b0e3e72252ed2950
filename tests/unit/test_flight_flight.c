/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Outgoing flights, case by case. test_flight_simulation tries them all at
 * once.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "flight/flight.h"

#define MS 1000ULL
#define S  1000000ULL

/* A fragment of 100 bytes, so that messages of n * 100 take n records. */
#define ROOM (HANDSHAKE_HEADER_LEN + 100)

static const struct timer_config config = { .policy = TIMER_MEASURED,
					    .initial_us = 1 * S,
					    .max_us = 60 * S,
					    .attempts = 10 };

static uint8_t pattern[8000];

static struct flight start(void)
{
	struct flight flight;

	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(i * 7 + i / 251);
	flight_init(&flight, &config);
	return flight;
}

static void add(struct flight *flight, uint16_t message_seq, uint64_t epoch,
		size_t len)
{
	struct buffer body = { 0 };

	assert_true(buffer_append(&body, pattern, len));
	assert_true(flight_add(flight, message_seq, HANDSHAKE_CERTIFICATE,
			       epoch, &body));
	assert_null(body.data);
}

static struct record_number number(uint64_t sequence)
{
	return (struct record_number){ .epoch = 2, .sequence = sequence };
}

/* Sends one fragment as record @sequence; asserts where it is from. */
static void assert_sends(struct flight *flight, uint64_t sequence,
			 uint64_t now_us, uint16_t message_seq, uint32_t offset)
{
	struct handshake_fragment fragment;
	uint64_t epoch;

	assert_true(flight_wants_to_send(flight, &epoch));
	assert_true(flight_next(flight, ROOM, &fragment));
	assert_int_equal(fragment.message_seq, message_seq);
	assert_int_equal(fragment.offset, offset);
	assert_true(bytes_equal(fragment.data,
				bytes_of(pattern + offset, fragment.data.len)));
	assert_true(flight_commit(flight, number(sequence), now_us));
}

static void assert_sends_nothing(struct flight *flight)
{
	struct handshake_fragment fragment;
	uint64_t epoch;

	assert_false(flight_wants_to_send(flight, &epoch));
	assert_false(flight_next(flight, ROOM, &fragment));
}

/* Sends @count records from @sequence on; returns how many it wanted to. */
static unsigned send_up_to(struct flight *flight, unsigned count,
			   uint64_t sequence, uint64_t now_us)
{
	struct handshake_fragment fragment;
	unsigned sent = 0;

	while (sent < count && flight_next(flight, ROOM, &fragment))
		flight_commit(flight, number(sequence + sent++), now_us);
	return sent;
}

static void acknowledge(struct flight *flight, uint64_t first, uint64_t last,
			uint64_t now_us)
{
	for (uint64_t sequence = first; sequence <= last; sequence++)
		flight_acknowledge(flight, number(sequence), now_us);
	flight_acknowledge_done(flight, now_us);
}

static void message_is_sent_once_and_acknowledged(void **state)
{
	struct flight flight = start();
	struct handshake_fragment fragment;
	uint64_t epoch = 0;

	(void)state;
	assert_true(flight_is_empty(&flight));
	assert_sends_nothing(&flight);
	add(&flight, 7, 2, 50);
	assert_true(flight_wants_to_send(&flight, &epoch));
	assert_int_equal(epoch, 2);
	assert_true(flight_next(&flight, ROOM, &fragment));
	assert_int_equal(fragment.type, HANDSHAKE_CERTIFICATE);
	assert_int_equal(fragment.message_len, 50);
	assert_int_equal(fragment.message_seq, 7);
	assert_int_equal(fragment.data.len, 50);
	assert_true(flight_deadline(&flight) == ADTLS_NEVER);
	assert_true(flight_commit(&flight, number(3), 5 * S));
	assert_false(flight_commit(&flight, number(4), 5 * S));
	assert_true(flight_deadline(&flight) == 6 * S);
	assert_sends_nothing(&flight);
	assert_false(flight_is_empty(&flight));
	acknowledge(&flight, 3, 3, 5 * S + 100 * MS);
	assert_true(flight_is_empty(&flight));
	assert_true(flight_deadline(&flight) == ADTLS_NEVER);
	flight_clear(&flight);
}

static void fragments_fill_the_room(void **state)
{
	struct flight flight = start();
	struct handshake_fragment fragment;

	(void)state;
	add(&flight, 0, 2, 250);
	for (size_t room = 0; room <= HANDSHAKE_HEADER_LEN; room++)
		assert_false(flight_next(&flight, room, &fragment));
	assert_true(flight_next(&flight, HANDSHAKE_HEADER_LEN + 1, &fragment));
	assert_int_equal(fragment.data.len, 1);
	assert_true(flight_commit(&flight, number(0), 0));
	assert_sends(&flight, 1, 0, 0, 1);
	assert_sends(&flight, 2, 0, 0, 101);
	assert_sends(&flight, 3, 0, 0, 201);
	assert_sends_nothing(&flight);
	acknowledge(&flight, 0, 3, 1 * MS);
	assert_true(flight_is_empty(&flight));
	flight_clear(&flight);
}

static void empty_message_is_sent_and_retransmitted(void **state)
{
	struct flight flight = start();
	struct handshake_fragment fragment;

	(void)state;
	add(&flight, 0, 2, 0);
	assert_false(flight_next(&flight, HANDSHAKE_HEADER_LEN - 1, &fragment));
	for (uint64_t sequence = 0; sequence < 2; sequence++) {
		assert_true(
			flight_next(&flight, HANDSHAKE_HEADER_LEN, &fragment));
		assert_int_equal(fragment.message_len, 0);
		assert_int_equal(fragment.offset, 0);
		assert_int_equal(fragment.data.len, 0);
		assert_true(flight_commit(&flight, number(sequence), 0));
		assert_sends_nothing(&flight);
		assert_true(flight_tick(&flight, flight_deadline(&flight)));
	}
	acknowledge(&flight, 0, 0, 5 * S);
	assert_true(flight_is_empty(&flight));
	flight_clear(&flight);
}

static void a_record_carries_several_messages(void **state)
{
	struct flight flight = start();
	struct handshake_fragment fragment;

	(void)state;
	add(&flight, 0, 2, 10);
	add(&flight, 1, 2, 0);
	add(&flight, 2, 2, 150);
	assert_true(flight_next(&flight, 100, &fragment));
	assert_true(flight_next(&flight, 78, &fragment));
	assert_true(flight_next(&flight, 66, &fragment));
	assert_int_equal(fragment.message_seq, 2);
	assert_int_equal(fragment.data.len, 54);
	assert_false(flight_next(&flight, 0, &fragment));
	assert_true(flight_commit(&flight, number(0), 0));
	assert_int_equal(flight.in_flight, 1);
	assert_sends(&flight, 1, 0, 2, 54);
	acknowledge(&flight, 0, 0, 10 * MS);
	assert_int_equal(flight.in_flight, 1);
	assert_sends_nothing(&flight);
	acknowledge(&flight, 1, 1, 10 * MS);
	assert_true(flight_is_empty(&flight));
	flight_clear(&flight);
}

static void each_message_has_its_epoch(void **state)
{
	struct flight flight = start();
	uint64_t epoch;

	(void)state;
	add(&flight, 0, 0, 100);
	add(&flight, 1, 2, 100);
	for (unsigned transmission = 0; transmission < 2; transmission++) {
		assert_true(flight_wants_to_send(&flight, &epoch));
		assert_int_equal(epoch, 0);
		assert_int_equal(send_up_to(&flight, 1, 2 * transmission, 0),
				 1);
		assert_true(flight_wants_to_send(&flight, &epoch));
		assert_int_equal(epoch, 2);
		assert_int_equal(
			send_up_to(&flight, 1, 2 * transmission + 1, 0), 1);
		assert_sends_nothing(&flight);
		assert_true(flight_tick(&flight, flight_deadline(&flight)));
	}
	flight_clear(&flight);
}

static void sixteen_messages_and_no_more(void **state)
{
	struct flight flight = start();
	struct buffer body = { 0 };

	(void)state;
	for (uint16_t seq = 0; seq < FLIGHT_MESSAGES_MAX; seq++)
		add(&flight, seq, 2, 10);
	assert_true(buffer_append(&body, "body", 4));
	assert_false(flight_add(&flight, 99, 1, 2, &body));
	assert_int_equal(body.len, 4);
	assert_int_equal(send_up_to(&flight, 1, 0, 0), 1);
	acknowledge(&flight, 0, 0, 1 * MS);
	assert_true(flight_add(&flight, 99, 1, 2, &body));
	flight_clear(&flight);
}

/* "SHOULD NOT send more than 10 records in a single transmission." */
static void ten_records_go_out_and_more_on_ack(void **state)
{
	struct flight flight = start();

	(void)state;
	add(&flight, 0, 2, 8000);
	assert_int_equal(send_up_to(&flight, 99, 0, 0), FLIGHT_WINDOW);
	assert_sends_nothing(&flight);
	/* Five arrived: five places, and five more by the open window. */
	acknowledge(&flight, 0, 4, 50 * MS);
	assert_int_equal(flight.window, FLIGHT_WINDOW + 5);
	assert_sends(&flight, 10, 50 * MS, 0, 1000);
	assert_int_equal(send_up_to(&flight, 99, 11, 50 * MS), 9);
	assert_int_equal(flight.in_flight, 15);
	/* The window may be wider than that, a transmission not. */
	acknowledge(&flight, 5, 19, 100 * MS);
	assert_int_equal(flight.window, FLIGHT_WINDOW + 20);
	assert_int_equal(send_up_to(&flight, 99, 20, 100 * MS), FLIGHT_WINDOW);
	assert_int_equal(flight.count.retransmissions, 0);
	flight_clear(&flight);
}

static void window_opens_up_to_its_maximum(void **state)
{
	struct flight flight = start();
	uint64_t sequence = 0;

	(void)state;
	add(&flight, 0, 2, 8000);
	for (unsigned i = 0; i < 7; i++) {
		assert_int_equal(send_up_to(&flight, 99, sequence, i * MS),
				 FLIGHT_WINDOW);
		acknowledge(&flight, sequence, sequence + 9, i * MS);
		sequence += 10;
	}
	assert_int_equal(flight.window, FLIGHT_WINDOW_MAX);
	assert_int_equal(send_up_to(&flight, 1, sequence, 10 * MS), 1);
	assert_true(flight_tick(&flight, flight_deadline(&flight)));
	assert_int_equal(flight.window, FLIGHT_WINDOW);
	flight_clear(&flight);
}

static void partial_ack_fills_the_gaps_at_once(void **state)
{
	struct flight flight = start();

	(void)state;
	add(&flight, 0, 2, 500);
	assert_int_equal(send_up_to(&flight, 99, 0, 0), 5);
	flight_acknowledge(&flight, number(0), 50 * MS);
	flight_acknowledge(&flight, number(2), 50 * MS);
	flight_acknowledge(&flight, number(3), 50 * MS);
	flight_acknowledge_done(&flight, 50 * MS);
	/* Record 1 was overtaken; 4 may be right behind. */
	assert_int_equal(flight.timer.attempts, 1);
	assert_sends(&flight, 5, 50 * MS, 0, 100);
	assert_sends_nothing(&flight);
	assert_int_equal(flight.count.retransmissions, 1);
	assert_true(flight_deadline(&flight) == 50 * MS + flight.timer.rto_us);
	acknowledge(&flight, 4, 5, 90 * MS);
	assert_true(flight_is_empty(&flight));
	flight_clear(&flight);
}

static void last_record_of_a_flight_is_a_gap_in_time(void **state)
{
	struct flight flight = start();

	(void)state;
	/* The first ACK came by the peer's timer, so the last is missing. */
	add(&flight, 0, 2, 300);
	assert_int_equal(send_up_to(&flight, 99, 0, 0), 3);
	acknowledge(&flight, 0, 1, 270 * MS);
	assert_sends(&flight, 3, 270 * MS, 0, 200);
	acknowledge(&flight, 3, 3, 290 * MS);
	assert_true(flight_is_empty(&flight));

	/* Now the round trip is known to be shorter. */
	assert_true(flight.timer.min_rtt_us == 270 * MS);
	add(&flight, 1, 2, 200);
	assert_int_equal(send_up_to(&flight, 99, 4, 1 * S), 2);
	flight_acknowledge_all(&flight, 1020 * MS);
	assert_true(flight.timer.min_rtt_us == 20 * MS);
	add(&flight, 2, 2, 300);
	assert_int_equal(send_up_to(&flight, 99, 6, 2 * S), 3);
	acknowledge(&flight, 6, 6, 2020 * MS);
	assert_sends_nothing(&flight);
	acknowledge(&flight, 7, 7, 2270 * MS);
	assert_sends(&flight, 9, 2270 * MS, 2, 200);
	flight_clear(&flight);
}

static void acks_retransmit_once_per_quarter_rto(void **state)
{
	struct flight flight = start();
	uint64_t now_us = 50 * MS;

	(void)state;
	add(&flight, 0, 2, 1000);
	assert_int_equal(send_up_to(&flight, 99, 0, 0), 10);
	acknowledge(&flight, 1, 1, now_us);
	assert_sends(&flight, 10, now_us, 0, 0);
	assert_sends_nothing(&flight);
	/* 2 is a gap, but it is too early. */
	acknowledge(&flight, 3, 3, 60 * MS);
	assert_sends_nothing(&flight);
	now_us += flight.timer.rto_us / 4;
	flight_acknowledge_done(&flight, now_us - 1);
	assert_sends_nothing(&flight);
	flight_acknowledge_done(&flight, now_us);
	assert_sends(&flight, 11, now_us, 0, 200);
	assert_sends(&flight, 12, now_us, 0, 400);
	assert_sends(&flight, 13, now_us, 0, 500);
	flight_clear(&flight);
}

/* "Can trigger faster retransmission": an ACK that names nothing. */
static void empty_ack_retransmits_what_is_old(void **state)
{
	struct flight flight = start();
	uint64_t deadline_us;

	(void)state;
	add(&flight, 0, 2, 200);
	assert_int_equal(send_up_to(&flight, 99, 0, 0), 2);
	deadline_us = flight_deadline(&flight);
	flight_acknowledge_done(&flight, 100 * MS);
	assert_sends_nothing(&flight);
	assert_true(flight_deadline(&flight) == deadline_us);
	flight_acknowledge_done(&flight, 200 * MS);
	assert_int_equal(flight.timer.attempts, 1);
	assert_sends(&flight, 2, 200 * MS, 0, 0);
	assert_sends(&flight, 3, 200 * MS, 0, 100);
	flight_clear(&flight);
}

static void acks_cannot_exceed_the_attempts(void **state)
{
	struct flight flight = start();
	uint64_t now_us = 0;
	uint64_t sequence = 0;

	(void)state;
	add(&flight, 0, 2, 100);
	for (unsigned i = 0; i < 50; i++) {
		sequence += send_up_to(&flight, 99, sequence, now_us);
		now_us += 500 * MS;
		flight_acknowledge_done(&flight, now_us);
	}
	assert_int_equal(sequence, 1 + config.attempts);
	assert_false(flight_tick(&flight, flight_deadline(&flight)));
	assert_true(flight_deadline(&flight) == ADTLS_NEVER);
	flight_clear(&flight);
}

static void timeout_retransmits_only_the_gaps(void **state)
{
	struct flight flight = start();

	(void)state;
	add(&flight, 0, 2, 400);
	assert_int_equal(send_up_to(&flight, 99, 0, 0), 4);
	assert_true(flight_tick(&flight, 999 * MS));
	assert_sends_nothing(&flight);
	acknowledge(&flight, 1, 1, 100 * MS);
	assert_sends(&flight, 4, 100 * MS, 0, 0);
	assert_true(flight_tick(&flight, flight_deadline(&flight)));
	assert_sends(&flight, 5, 2 * S, 0, 200);
	assert_sends(&flight, 6, 2 * S, 0, 300);
	assert_sends(&flight, 7, 2 * S, 0, 0);
	assert_sends_nothing(&flight);
	flight_clear(&flight);
}

/* "Implementations MUST treat a record as having been acknowledged if it
 * appears in any ACK." */
static void ack_of_an_earlier_transmission_counts(void **state)
{
	struct flight flight = start();

	(void)state;
	add(&flight, 0, 2, 300);
	assert_int_equal(send_up_to(&flight, 99, 0, 0), 3);
	assert_true(flight_tick(&flight, 1 * S));
	assert_sends(&flight, 3, 1 * S, 0, 0);
	/* Its second transmission is under way, the third never happens. */
	acknowledge(&flight, 0, 1, 1100 * MS);
	assert_int_equal(flight.in_flight, 0);
	assert_sends(&flight, 4, 1100 * MS, 0, 200);
	assert_sends_nothing(&flight);
	acknowledge(&flight, 2, 2, 1200 * MS);
	assert_true(flight_is_empty(&flight));
	/* Neither had been retransmitted. */
	assert_true(flight.timer.min_rtt_us == 1100 * MS);
	flight_clear(&flight);
}

static void gaps_may_be_cut_anew(void **state)
{
	struct flight flight = start();
	struct handshake_fragment fragment;

	(void)state;
	add(&flight, 0, 2, 300);
	assert_int_equal(send_up_to(&flight, 99, 0, 0), 3);
	assert_true(flight_tick(&flight, 1 * S));
	assert_true(
		flight_next(&flight, HANDSHAKE_HEADER_LEN + 150, &fragment));
	assert_true(flight_commit(&flight, number(3), 1 * S));
	assert_true(flight_tick(&flight, 3 * S));
	/* Bytes 0 to 150 by record 3, 100 to 200 by record 1. */
	acknowledge(&flight, 3, 3, 4 * S);
	acknowledge(&flight, 1, 1, 4 * S);
	assert_sends(&flight, 4, 4 * S, 0, 200);
	assert_sends_nothing(&flight);
	flight_clear(&flight);
}

static void attempts_are_exhausted(void **state)
{
	struct flight flight = start();
	uint64_t sequence = 0;

	(void)state;
	add(&flight, 0, 2, 100);
	for (unsigned i = 0; i < config.attempts; i++) {
		sequence += send_up_to(&flight, 99, sequence, 0);
		assert_true(flight_tick(&flight, flight_deadline(&flight)));
	}
	sequence += send_up_to(&flight, 99, sequence, 0);
	assert_int_equal(sequence, 1 + config.attempts);
	assert_false(flight_tick(&flight, flight_deadline(&flight)));
	assert_true(flight_deadline(&flight) == ADTLS_NEVER);
	flight_clear(&flight);
}

/* A peer without ACKs gets a flight larger than the window by timeouts. */
static void timeout_goes_on_with_what_was_never_sent(void **state)
{
	struct flight flight = start();
	uint64_t now_us = 0;

	(void)state;
	add(&flight, 0, 2, 1500);
	add(&flight, 1, 2, 1000);
	assert_int_equal(send_up_to(&flight, 99, 0, now_us), 10);
	now_us = flight_deadline(&flight);
	assert_true(flight_tick(&flight, now_us));
	assert_sends(&flight, 10, now_us, 0, 1000);
	assert_int_equal(send_up_to(&flight, 99, 11, now_us), 9);
	now_us = flight_deadline(&flight);
	assert_true(flight_tick(&flight, now_us));
	assert_sends(&flight, 20, now_us, 1, 500);
	assert_int_equal(send_up_to(&flight, 4, 21, now_us), 4);
	assert_int_equal(flight.count.retransmissions, 0);
	/* Then from the beginning. */
	assert_sends(&flight, 25, now_us, 0, 0);
	flight_clear(&flight);
}

static void ack_goes_back_to_the_first_gap(void **state)
{
	struct flight flight = start();

	(void)state;
	add(&flight, 0, 2, 2000);
	assert_int_equal(send_up_to(&flight, 99, 0, 0), 10);
	assert_true(flight_tick(&flight, 1 * S));
	assert_sends(&flight, 10, 1 * S, 0, 1000);
	acknowledge(&flight, 10, 10, 1 * S + 50 * MS);
	assert_sends(&flight, 11, 1 * S + 50 * MS, 0, 0);
	flight_clear(&flight);
}

static void peers_retransmission_repeats_the_flight(void **state)
{
	struct flight flight = start();

	(void)state;
	add(&flight, 0, 2, 200);
	assert_int_equal(send_up_to(&flight, 99, 0, 0), 2);
	/* Just sent: the peer's retransmission crossed it. */
	flight_retransmit(&flight, 50 * MS);
	assert_sends_nothing(&flight);
	flight_retransmit(&flight, 700 * MS);
	assert_sends(&flight, 2, 700 * MS, 0, 0);
	assert_sends(&flight, 3, 700 * MS, 0, 100);
	assert_int_equal(flight.timer.attempts, 1);
	assert_true(flight_deadline(&flight) == 1700 * MS);
	flight_retransmit(&flight, 900 * MS);
	assert_sends_nothing(&flight);
	flight_retransmit(&flight, 950 * MS);
	assert_sends(&flight, 4, 950 * MS, 0, 0);
	flight_clear(&flight);
	flight_retransmit(&flight, 5 * S);
	assert_sends_nothing(&flight);
}

static void next_flight_acknowledges_everything(void **state)
{
	struct flight flight = start();

	(void)state;
	add(&flight, 0, 2, 2000);
	add(&flight, 1, 2, 100);
	assert_int_equal(send_up_to(&flight, 99, 0, 0), 10);
	flight_acknowledge_all(&flight, 80 * MS);
	assert_true(flight_is_empty(&flight));
	assert_true(flight_deadline(&flight) == ADTLS_NEVER);
	assert_true(flight.timer.srtt_us == 80 * MS);
	assert_null(flight.progress);
	/* Late and repeated ACKs change nothing. */
	acknowledge(&flight, 0, 9, 90 * MS);
	flight_acknowledge_all(&flight, 5 * S);
	assert_true(flight.timer.srtt_us == 80 * MS);
	assert_true(flight_deadline(&flight) == ADTLS_NEVER);
	/* The next flight has the whole window. */
	add(&flight, 2, 2, 2000);
	assert_int_equal(send_up_to(&flight, 99, 10, 100 * MS), 10);
	flight_clear(&flight);
}

/* Karn's rule. */
static void retransmitted_bytes_measure_nothing(void **state)
{
	struct flight flight = start();

	(void)state;
	add(&flight, 0, 2, 100);
	assert_int_equal(send_up_to(&flight, 99, 0, 0), 1);
	assert_true(flight_tick(&flight, 1 * S));
	assert_int_equal(send_up_to(&flight, 99, 1, 1 * S), 1);
	flight_acknowledge_all(&flight, 1010 * MS);
	assert_int_equal(flight.timer.srtt_us, 0);
	assert_true(flight.timer.rto_us == 2 * S);

	add(&flight, 1, 2, 100);
	assert_int_equal(send_up_to(&flight, 99, 2, 2 * S), 1);
	assert_true(flight_tick(&flight, 4 * S));
	assert_int_equal(send_up_to(&flight, 99, 3, 4 * S), 1);
	acknowledge(&flight, 3, 3, 4010 * MS);
	assert_true(flight_is_empty(&flight));
	assert_int_equal(flight.timer.srtt_us, 0);
	flight_clear(&flight);
}

static void only_the_newest_record_is_measured(void **state)
{
	struct flight flight = start();

	(void)state;
	add(&flight, 0, 2, 300);
	assert_int_equal(send_up_to(&flight, 2, 0, 0), 2);
	assert_int_equal(send_up_to(&flight, 1, 2, 500 * MS), 1);
	/* Whichever way they are listed. */
	flight_acknowledge(&flight, number(2), 600 * MS);
	flight_acknowledge(&flight, number(0), 600 * MS);
	flight_acknowledge_done(&flight, 600 * MS);
	assert_true(flight.timer.srtt_us == 100 * MS);
	flight_clear(&flight);
}

static void a_number_listed_twice_counts_once(void **state)
{
	struct flight flight = start();

	(void)state;
	add(&flight, 0, 2, 2000);
	assert_int_equal(send_up_to(&flight, 99, 0, 0), 10);
	for (unsigned i = 0; i < 30; i++)
		flight_acknowledge(&flight, number(0), 10 * MS);
	flight_acknowledge(&flight, number(77), 10 * MS);
	flight_acknowledge(&flight,
			   (struct record_number){ .epoch = 3, .sequence = 1 },
			   10 * MS);
	flight_acknowledge_done(&flight, 10 * MS);
	assert_int_equal(flight.window, FLIGHT_WINDOW + 1);
	assert_int_equal(flight.in_flight, 9);
	flight_clear(&flight);
}

static void memory_of_transmissions_is_bounded(void **state)
{
	static const struct timer_config patient = { .policy = TIMER_FIXED,
						     .initial_us = 1 * S,
						     .max_us = 60 * S };
	struct flight flight = start();
	uint64_t sequence = 0;

	(void)state;
	flight_init(&flight, &patient);
	add(&flight, 0, 2, 1000);
	while (sequence < 2 * SENT_FRAGMENTS_MAX) {
		sequence += send_up_to(&flight, 99, sequence, sequence);
		assert_true(flight_tick(&flight, flight_deadline(&flight)));
	}
	assert_int_equal(flight.progress->sent.count, SENT_FRAGMENTS_MAX);
	assert_int_equal(flight.progress->sent.capacity, SENT_FRAGMENTS_MAX);
	/* The newest are known, the oldest not. */
	acknowledge(&flight, 0, 9, sequence);
	assert_false(flight_is_empty(&flight));
	acknowledge(&flight, sequence - SENT_FRAGMENTS_MAX, sequence - 1,
		    sequence);
	assert_true(flight_is_empty(&flight));
	flight_clear(&flight);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_is_sent_once_and_acknowledged),
		cmocka_unit_test(fragments_fill_the_room),
		cmocka_unit_test(empty_message_is_sent_and_retransmitted),
		cmocka_unit_test(a_record_carries_several_messages),
		cmocka_unit_test(each_message_has_its_epoch),
		cmocka_unit_test(sixteen_messages_and_no_more),
		cmocka_unit_test(ten_records_go_out_and_more_on_ack),
		cmocka_unit_test(window_opens_up_to_its_maximum),
		cmocka_unit_test(partial_ack_fills_the_gaps_at_once),
		cmocka_unit_test(last_record_of_a_flight_is_a_gap_in_time),
		cmocka_unit_test(acks_retransmit_once_per_quarter_rto),
		cmocka_unit_test(empty_ack_retransmits_what_is_old),
		cmocka_unit_test(acks_cannot_exceed_the_attempts),
		cmocka_unit_test(timeout_retransmits_only_the_gaps),
		cmocka_unit_test(ack_of_an_earlier_transmission_counts),
		cmocka_unit_test(gaps_may_be_cut_anew),
		cmocka_unit_test(attempts_are_exhausted),
		cmocka_unit_test(timeout_goes_on_with_what_was_never_sent),
		cmocka_unit_test(ack_goes_back_to_the_first_gap),
		cmocka_unit_test(peers_retransmission_repeats_the_flight),
		cmocka_unit_test(next_flight_acknowledges_everything),
		cmocka_unit_test(retransmitted_bytes_measure_nothing),
		cmocka_unit_test(only_the_newest_record_is_measured),
		cmocka_unit_test(a_number_listed_twice_counts_once),
		cmocka_unit_test(memory_of_transmissions_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
