/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Exchanges after the handshake (RFC 9147 §5.8.4, §8): which may be under way
 * together, which wait, and when each is delivered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "handshake/exchange.h"

#define TICKET HANDSHAKE_NEW_SESSION_TICKET
#define NEW_CID HANDSHAKE_NEW_CONNECTION_ID
#define UPDATE HANDSHAKE_KEY_UPDATE

static const struct timer_config timer = { .policy = TIMER_MEASURED,
					   .initial_us = 1000000,
					   .max_us = 60000000 };

struct fixture {
	struct channel channel;
	struct exchanges exchanges;
};

static void write_keys(struct fixture *fixture, uint64_t epoch)
{
	struct secret secret = { .len = 32 };

	memset(secret.data, (int)epoch, secret.len);
	assert_true(channel_write_keys(&fixture->channel, epoch,
				       crypto_suite_find(0x1301), &secret));
}

static int setup(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ 0 };
	channel_init(&fixture.channel, 4096, &timer);
	write_keys(&fixture, EPOCH_APPLICATION);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	exchanges_clear(&fixture->exchanges);
	assert_null(fixture->exchanges.items);
	channel_clear(&fixture->channel);
	return 0;
}

static void add(struct fixture *fixture, uint8_t type)
{
	struct exchange exchange = { .type = type,
				     .is_single = type != TICKET,
				     .ends_epoch = type == UPDATE };

	assert_true(buffer_append(&exchange.body, "body", 4));
	assert_true(exchanges_add(&fixture->exchanges, &exchange));
	assert_null(exchange.body.data);
}

static void send_all(struct fixture *fixture)
{
	assert_true(exchanges_send(&fixture->exchanges, &fixture->channel));
}

/* The messages in the flight, as a string of T, C and K. */
static const char *in_flight(const struct fixture *fixture)
{
	static char text[FLIGHT_MESSAGES_MAX + 1];
	const struct flight *flight = &fixture->channel.outgoing;

	for (size_t i = 0; i < flight->message_count; i++)
		text[i] = flight->messages[i].type == TICKET ? 'T' :
			  flight->messages[i].type == UPDATE ? 'K' :
							       'C';
	text[flight->message_count] = '\0';
	return text;
}

/* Each message goes out in a record of its own, whose sequence number is its
 * message_seq. */
static void transmit(struct fixture *fixture)
{
	struct flight *flight = &fixture->channel.outgoing;
	struct handshake_fragment fragment;

	while (flight_next(flight, 100, &fragment)) {
		struct record_number number = { 3, fragment.message_seq };

		assert_true(flight_commit(flight, number, 0));
	}
}

static void acknowledge(struct fixture *fixture, uint16_t message_seq)
{
	struct flight *flight = &fixture->channel.outgoing;
	struct record_number number = { 3, message_seq };

	flight_acknowledge(flight, number, 1000);
	flight_acknowledge_done(flight, 1000);
}

static void assert_delivered(struct fixture *fixture, uint8_t type)
{
	uint8_t delivered = 0;

	assert_true(exchanges_take_delivered(
		&fixture->exchanges, &fixture->channel, &delivered));
	assert_int_equal(delivered, type);
}

static void assert_none_delivered(struct fixture *fixture)
{
	uint8_t delivered;

	assert_false(exchanges_take_delivered(
		&fixture->exchanges, &fixture->channel, &delivered));
}

static void kinds_are_under_way_together(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, TICKET);
	add(fixture, NEW_CID);
	add(fixture, TICKET);
	send_all(fixture);
	assert_string_equal(in_flight(fixture), "TCT");
	transmit(fixture);
	assert_none_delivered(fixture);
	/* Each by itself, in whichever order. */
	acknowledge(fixture, 1);
	assert_delivered(fixture, NEW_CID);
	assert_none_delivered(fixture);
	acknowledge(fixture, 2);
	acknowledge(fixture, 0);
	assert_delivered(fixture, TICKET);
	assert_delivered(fixture, TICKET);
	assert_false(exchanges_has(&fixture->exchanges, TICKET));
}

static void a_single_one_waits_for_its_predecessor(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, NEW_CID);
	add(fixture, NEW_CID);
	add(fixture, TICKET);
	send_all(fixture);
	assert_string_equal(in_flight(fixture), "CT");
	assert_true(exchanges_has_waiting(&fixture->exchanges, NEW_CID));
	transmit(fixture);
	acknowledge(fixture, 0);
	assert_delivered(fixture, NEW_CID);
	send_all(fixture);
	assert_string_equal(in_flight(fixture), "TC");
	assert_false(exchanges_has_waiting(&fixture->exchanges, NEW_CID));
}

static void nothing_goes_behind_the_end_of_an_epoch(void **state)
{
	struct fixture *fixture = *state;

	add(fixture, TICKET);
	add(fixture, UPDATE);
	add(fixture, TICKET);
	send_all(fixture);
	assert_string_equal(in_flight(fixture), "TK");
	transmit(fixture);
	/* The peer has KeyUpdate, but not what precedes it. */
	acknowledge(fixture, 1);
	assert_none_delivered(fixture);
	acknowledge(fixture, 0);
	assert_delivered(fixture, TICKET);
	assert_delivered(fixture, UPDATE);
	write_keys(fixture, 4);
	send_all(fixture);
	assert_string_equal(in_flight(fixture), "T");
	assert_int_equal(fixture->channel.outgoing.messages[0].epoch, 4);
	assert_int_equal(fixture->channel.outgoing.messages[0].message_seq, 2);
}

static void a_full_flight_only_delays(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < FLIGHT_MESSAGES_MAX + 2; i++)
		add(fixture, TICKET);
	send_all(fixture);
	assert_int_equal(strlen(in_flight(fixture)), FLIGHT_MESSAGES_MAX);
	transmit(fixture);
	acknowledge(fixture, 4);
	assert_delivered(fixture, TICKET);
	send_all(fixture);
	assert_int_equal(strlen(in_flight(fixture)), FLIGHT_MESSAGES_MAX);
	assert_true(exchanges_has_waiting(&fixture->exchanges, TICKET));
}

static void there_is_a_bound(void **state)
{
	struct exchange exchange = { .type = TICKET };
	struct fixture *fixture = *state;

	for (size_t i = 0; i < EXCHANGES_MAX; i++)
		add(fixture, TICKET);
	assert_true(buffer_append(&exchange.body, "body", 4));
	assert_false(exchanges_add(&fixture->exchanges, &exchange));
	assert_non_null(exchange.body.data);
	buffer_clear(&exchange.body);
}

/* Whoever has not got our Finished cannot read the next epoch. */
static void the_handshake_comes_first(void **state)
{
	struct fixture *fixture = *state;
	struct buffer finished = { 0 };

	assert_true(buffer_append(&finished, "body", 4));
	assert_true(channel_send(&fixture->channel, EPOCH_HANDSHAKE,
				 HANDSHAKE_FINISHED, &finished));
	add(fixture, TICKET);
	send_all(fixture);
	assert_int_equal(fixture->channel.outgoing.message_count, 1);
	flight_acknowledge_all(&fixture->channel.outgoing, 0);
	send_all(fixture);
	assert_string_equal(in_flight(fixture), "T");
}

static void message_numbers_run_out(void **state)
{
	struct fixture *fixture = *state;

	fixture->channel.next_send_seq = UINT16_MAX;
	add(fixture, TICKET);
	send_all(fixture);
	add(fixture, TICKET);
	assert_false(exchanges_send(&fixture->exchanges, &fixture->channel));
	assert_string_equal(in_flight(fixture), "T");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(kinds_are_under_way_together,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_single_one_waits_for_its_predecessor, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			nothing_goes_behind_the_end_of_an_epoch, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_full_flight_only_delays,
						setup, teardown),
		cmocka_unit_test_setup_teardown(there_is_a_bound, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_handshake_comes_first,
						setup, teardown),
		cmocka_unit_test_setup_teardown(message_numbers_run_out, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
