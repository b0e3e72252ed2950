/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The front door: what strangers get, and that they leave nothing behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "engine/front_door.h"
#include "messages/hello_extensions.h"
#include "record/record.h"
#include "tests/support/client_hello.h"
#include "tests/support/seeded_random.h"
#include "tests/support/test_credentials.h"

#define X25519		  0x001d
#define GARBAGE_DATAGRAMS 20000

struct fixture {
	adtls_config_t *config;
	struct seeded_random random;
	struct front_door door;
	adtls_time_t now;
	adtls_address_t address;
	struct front_door_visitor visitor;
	struct test_client_hello hello;
	struct front_door_answer answer;
};

static int fill_random(void *context, uint8_t *out, size_t len)
{
	struct seeded_random *random = context;

	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)seeded_random_next(random);
	return 0;
}

static void open_door(struct fixture *fixture, bool uses_cookie)
{
	adtls_credentials_t *credentials = test_credentials(&test_server);

	assert_int_equal(adtls_config_new(&fixture->config), ADTLS_OK);
	adtls_config_set_credentials(fixture->config, credentials);
	adtls_credentials_unref(credentials);
	adtls_config_set_cookie(fixture->config, uses_cookie);
	adtls_config_set_random(fixture->config, fill_random, &fixture->random);
	adtls_config_set_priority(
		fixture->config,
		"NORMAL:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1");
	assert_true(front_door_init(&fixture->door, fixture->config,
				    fixture->now.monotonic_us));
}

static void close_door(struct fixture *fixture)
{
	front_door_answer_clear(&fixture->answer);
	front_door_clear(&fixture->door);
	adtls_config_unref(fixture->config);
}

static int setup(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){
		.random = seeded_random_of(1),
		.now = { 1000000, TEST_UTC },
		.address = { .data = "sensor", .len = 6 },
	};
	fixture.visitor.address = &fixture.address;
	test_client_hello_init(&fixture.hello);
	open_door(&fixture, true);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	close_door(*state);
	return 0;
}

static enum front_door_result knock_with(struct fixture *fixture,
					 struct test_bytes datagram)
{
	front_door_answer_clear(&fixture->answer);
	return front_door_receive(&fixture->door, fixture->now,
				  &fixture->visitor, datagram.data,
				  datagram.len, &fixture->answer);
}

static enum front_door_result knock(struct fixture *fixture,
				    uint16_t message_seq)
{
	return knock_with(
		fixture, test_client_hello_whole(&fixture->hello, message_seq));
}

/* The answer, taken out of its record. */

static struct record read_reply(struct fixture *fixture)
{
	struct front_door_answer *answer = &fixture->answer;
	struct record_opener opener = { 0 };
	struct record_openers openers = { .openers = { &opener }, .count = 1 };
	struct record record;
	size_t consumed;

	assert_in_range(answer->reply_len, 1,
			FRONT_DOOR_AMPLIFICATION * answer->received);
	assert_int_equal(record_open(&openers, answer->reply, answer->reply_len,
				     &consumed, &record),
			 RECORD_ACCEPT);
	assert_int_equal(consumed, answer->reply_len);
	assert_false(record.is_encrypted);
	return record;
}

static void assert_alert(struct fixture *fixture, adtls_alert_t alert)
{
	struct record record = read_reply(fixture);

	assert_int_equal(record.type, RECORD_ALERT);
	assert_int_equal(record.content.len, 2);
	assert_int_equal(record.content.data[0], 2);
	assert_int_equal(record.content.data[1], alert);
}

/* The extensions of HelloRetryRequest. */
static void read_retry(struct fixture *fixture, struct extension_list *out)
{
	struct record record = read_reply(fixture);
	struct handshake_fragment fragment;
	struct server_hello hello;
	struct wire_reader reader;

	assert_int_equal(record.type, RECORD_HANDSHAKE);
	wire_reader_init_bytes(&reader, record.content);
	assert_true(handshake_fragment_read(&reader, &fragment));
	assert_true(wire_reader_finished(&reader));
	assert_int_equal(fragment.type, HANDSHAKE_SERVER_HELLO);
	assert_int_equal(fragment.message_seq, 0);
	assert_int_equal(fragment.message_len, fragment.data.len);
	assert_true(server_hello_read(fragment.data, &hello));
	assert_true(hello.is_retry);
	assert_int_equal(hello.suite, 0x1301);
	assert_int_equal(extension_list_read(hello.extensions, out),
			 EXTENSION_LIST_OK);
}

/* Put the cookie of the answer into the hello. */
static void take_cookie(struct fixture *fixture)
{
	struct extension_list list;

	read_retry(fixture, &list);
	test_client_hello_set_bytes(
		&fixture->hello, EXTENSION_COOKIE,
		extension_list_find(&list, EXTENSION_COOKIE)->body);
}

/* The cookie's round */

static void a_hello_gets_a_cookie(void **state)
{
	struct fixture *fixture = *state;
	struct extension_list list;

	assert_int_equal(knock(fixture, 0), FRONT_DOOR_REPLY);
	read_retry(fixture, &list);
	assert_int_equal(list.count, 2);
	assert_non_null(extension_list_find(&list, EXTENSION_COOKIE));
	assert_non_null(
		extension_list_find(&list, EXTENSION_SUPPORTED_VERSIONS));
	assert_int_equal(fixture->door.count.cookies_sent, 1);
	assert_int_equal(front_door_dropped(&fixture->door), 0);
}

/* Hash(ClientHello1) in TLS form (RFC 8446 §4.4.1). */
static void hash_message(const struct test_bytes *body, uint8_t out[32])
{
	uint8_t message[TEST_BYTES_MAX + 4] = { HANDSHAKE_CLIENT_HELLO };

	message[2] = (uint8_t)(body->len >> 8);
	message[3] = (uint8_t)body->len;
	memcpy(message + 4, body->data, body->len);
	assert_true(crypto_hash_compute(&crypto_sha256,
					bytes_of(message, 4 + body->len), out));
}

static void the_cookie_opens_the_door(void **state)
{
	struct fixture *fixture = *state;
	const struct hs_start *start = &fixture->answer.start;
	struct test_bytes first = test_client_hello_body(&fixture->hello);
	struct test_bytes second;
	uint8_t hash[32];

	assert_int_equal(knock(fixture, 0), FRONT_DOOR_REPLY);
	take_cookie(fixture);
	second = test_client_hello_body(&fixture->hello);
	assert_int_equal(knock(fixture, 1), FRONT_DOOR_ACCEPT);
	assert_true(start->has_cookie);
	assert_int_equal(start->suite->id, 0x1301);
	assert_null(start->retry_group);
	assert_int_equal(start->message_seq, 1);
	assert_true(bytes_equal(start->client_hello, test_view(&second)));
	hash_message(&first, hash);
	assert_memory_equal(start->client_hello_hash, hash, sizeof(hash));
	assert_int_equal(fixture->door.count.cookies_refused, 0);
}

static void a_group_is_asked_for(void **state)
{
	struct fixture *fixture = *state;
	struct test_client_hello with_share = fixture->hello;
	struct extension_list list;
	uint16_t group;

	test_client_hello_set(&fixture->hello, EXTENSION_KEY_SHARE, "0000");
	assert_int_equal(knock(fixture, 0), FRONT_DOOR_REPLY);
	read_retry(fixture, &list);
	assert_true(number_read(
		extension_list_find(&list, EXTENSION_KEY_SHARE)->body, &group));
	assert_int_equal(group, X25519);
	test_client_hello_set_bytes(
		&with_share, EXTENSION_COOKIE,
		extension_list_find(&list, EXTENSION_COOKIE)->body);
	fixture->hello = with_share;
	assert_int_equal(knock(fixture, 1), FRONT_DOOR_ACCEPT);
	assert_int_equal(fixture->answer.start.retry_group->id, X25519);
}

static void assert_refused(struct fixture *fixture)
{
	uint64_t before = fixture->door.count.cookies_refused;

	assert_int_equal(knock(fixture, 1), FRONT_DOOR_REPLY);
	assert_alert(fixture, ADTLS_ALERT_ILLEGAL_PARAMETER);
	assert_int_equal(fixture->door.count.cookies_refused, before + 1);
}

static void bad_cookies_are_refused(void **state)
{
	struct fixture *fixture = *state;
	struct test_client_hello good;

	assert_int_equal(knock(fixture, 0), FRONT_DOOR_REPLY);
	take_cookie(fixture);
	good = fixture->hello;
	fixture->address.data[0] = 'S'; /* of another address */
	assert_refused(fixture);
	fixture->address.data[0] = 's';
	fixture->hello.random[0] ^= 1; /* of another hello */
	assert_refused(fixture);
	fixture->hello = good; /* one that attests */
	test_client_hello_set(&fixture->hello, EXTENSION_EVIDENCE_PROPOSAL,
			      "03 000107");
	assert_refused(fixture);
	fixture->hello = good; /* nobody's */
	test_client_hello_set(&fixture->hello, EXTENSION_COOKIE, "0001 aa");
	assert_refused(fixture);
	fixture->hello = good;
	assert_int_equal(knock(fixture, 1), FRONT_DOOR_ACCEPT);
	fixture->now.monotonic_us += COOKIE_LIFETIME_US + 1;
	assert_refused(fixture);
}

/* Keys rotate as time goes by, and what is fresh outlives the rotation. */
static void a_cookie_survives_the_rotation(void **state)
{
	struct fixture *fixture = *state;

	fixture->now.monotonic_us += COOKIE_LIFETIME_US - 1000000;
	assert_int_equal(knock(fixture, 0), FRONT_DOOR_REPLY);
	take_cookie(fixture);
	fixture->now.monotonic_us += 2000000;
	assert_int_equal(knock(fixture, 1), FRONT_DOOR_ACCEPT);
	assert_int_equal(fixture->door.keys.rotated_us,
			 fixture->now.monotonic_us);
	fixture->now.monotonic_us += COOKIE_LIFETIME_US - 2000000;
	assert_int_equal(knock(fixture, 1), FRONT_DOOR_ACCEPT);
}

/* Who has a connection already (RFC 9147 §5.11) */

static void a_repeated_hello_is_recognised(void **state)
{
	struct fixture *fixture = *state;
	uint8_t random[HELLO_RANDOM_LEN];

	memcpy(random, fixture->hello.random, sizeof(random));
	fixture->visitor.needs_cookie = true;
	fixture->visitor.random = random;
	assert_int_equal(knock(fixture, 0), FRONT_DOOR_REPEATED);
	assert_int_equal(knock(fixture, 1), FRONT_DOOR_REPEATED);
	assert_int_equal(fixture->answer.reply_len, 0);
	/* One that starts anew has another random. */
	fixture->hello.random[31] ^= 1;
	assert_int_equal(knock(fixture, 0), FRONT_DOOR_REPLY);
	take_cookie(fixture);
	assert_int_equal(knock(fixture, 1), FRONT_DOOR_ACCEPT);
}

/* Without cookies anybody could end a connection in its client's name. */
static void who_is_known_needs_a_cookie(void **state)
{
	static const uint8_t zeroes[TEST_HELLO_BODY_MAX];
	struct fixture *fixture = *state;

	close_door(fixture);
	open_door(fixture, false);
	test_client_hello_set_bytes(&fixture->hello, EXTENSION_PADDING,
				    bytes_of(zeroes, sizeof(zeroes)));
	assert_int_equal(knock(fixture, 0), FRONT_DOOR_ACCEPT);
	fixture->visitor.needs_cookie = true;
	assert_int_equal(knock(fixture, 0), FRONT_DOOR_REPLY);
	take_cookie(fixture);
	assert_int_equal(knock(fixture, 1), FRONT_DOOR_ACCEPT);
	assert_true(fixture->answer.start.has_cookie);
}

/* Who cannot be served is told so; garbage is not worth an answer */

static void refusals_are_alerts(void **state)
{
	struct fixture *fixture = *state;

	fixture->hello.suites[0] = 0xc0a8;
	assert_int_equal(knock(fixture, 0), FRONT_DOOR_REPLY);
	assert_alert(fixture, ADTLS_ALERT_HANDSHAKE_FAILURE);
	test_client_hello_init(&fixture->hello);
	test_client_hello_remove(&fixture->hello, EXTENSION_SUPPORTED_VERSIONS);
	assert_int_equal(knock(fixture, 0), FRONT_DOOR_REPLY);
	assert_alert(fixture, ADTLS_ALERT_PROTOCOL_VERSION);
	assert_int_equal(fixture->door.count.cookies_sent, 0);
}

static void assert_dropped(struct fixture *fixture, struct test_bytes datagram)
{
	uint64_t before = front_door_dropped(&fixture->door);

	assert_int_equal(knock_with(fixture, datagram), FRONT_DOOR_NOTHING);
	assert_int_equal(fixture->answer.reply_len, 0);
	assert_int_equal(front_door_dropped(&fixture->door), before + 1);
}

static void nonsense_is_dropped_and_counted(void **state)
{
	struct fixture *fixture = *state;
	struct test_bytes good = test_client_hello_whole(&fixture->hello, 0);
	struct test_bytes datagram = good;

	for (datagram.len = 0; datagram.len < good.len; datagram.len++)
		assert_dropped(fixture, datagram);
	datagram = good;
	datagram.data[0] = RECORD_ALERT;
	assert_dropped(fixture, datagram);
	datagram = good;
	datagram.data[4] = 1; /* epoch 1 */
	assert_dropped(fixture, datagram);
	datagram = good;
	datagram.data[13] = HANDSHAKE_FINISHED;
	assert_dropped(fixture, datagram);
	datagram = test_client_hello_whole(&fixture->hello, 2);
	assert_dropped(fixture, datagram);
	test_client_hello_set(&fixture->hello, EXTENSION_KEY_SHARE, "ff");
	datagram = test_client_hello_whole(&fixture->hello, 0);
	assert_dropped(fixture, datagram);
}

/* Random bytes, and hellos with random damage: at most one answer, at most twice
 * the bytes, never an engine, and each datagram is counted. */
static void garbage_is_survived(void **state)
{
	struct fixture *fixture = *state;
	struct test_bytes good = test_client_hello_whole(&fixture->hello, 0);
	struct seeded_random random = seeded_random_of(2);
	uint64_t replies = 0, sent;

	for (unsigned i = 0; i < GARBAGE_DATAGRAMS; i++) {
		struct test_bytes datagram = good;
		uint32_t damages = seeded_random_below(&random, 20);
		size_t len;

		if (damages == 0)
			fill_random(&random, datagram.data, datagram.len);
		while (damages-- > 0)
			datagram.data[seeded_random_below(&random, 170)] =
				(uint8_t)seeded_random_next(&random);
		len = datagram.len;
		switch (knock_with(fixture, datagram)) {
		case FRONT_DOOR_NOTHING:
			break;
		case FRONT_DOOR_REPLY:
			check_seeded(&random,
				     fixture->answer.reply_len <= 2 * len);
			replies++;
			break;
		case FRONT_DOOR_ACCEPT:
		case FRONT_DOOR_REPEATED:
			check_seeded(&random, false);
		}
	}
	sent = fixture->door.count.cookies_sent;
	assert_true(sent > 0 && sent < replies);
	assert_int_equal(front_door_dropped(&fixture->door) +
				 fixture->door.count.kept_fragments + replies,
			 GARBAGE_DATAGRAMS);
}

/* Nothing is kept of a hello that came in one piece: of all that the door has,
 * not one byte changes but the counters. */
static void nothing_is_kept_of_whole_hellos(void **state)
{
	static struct hello_entry before[HELLO_TABLE_ENTRIES];
	struct fixture *fixture = *state;
	struct front_door door = fixture->door;

	memcpy(before, door.hellos.entries, sizeof(before));
	for (uint8_t i = 0; i < 100; i++) {
		fixture->address.data[0] = i;
		assert_int_equal(knock(fixture, 0), FRONT_DOOR_REPLY);
	}
	assert_int_equal(fixture->door.count.cookies_sent, 100);
	door.count.cookies_sent = 100;
	assert_memory_equal(&fixture->door, &door, sizeof(door));
	assert_memory_equal(fixture->door.hellos.entries, before,
			    sizeof(before));
}

/* Fragments */

static struct test_bytes joined(const struct test_bytes *a,
				const struct test_bytes *b)
{
	struct test_bytes both = *a;

	memcpy(both.data + both.len, b->data, b->len);
	both.len += b->len;
	return both;
}

static void fragments_are_put_together(void **state)
{
	struct fixture *fixture = *state;
	struct test_bytes body, first, last;
	size_t whole = test_client_hello_whole(&fixture->hello, 0).len;

	body = test_client_hello_body(&fixture->hello);
	first = test_client_hello_datagram(&body, 0, 0, 60);
	last = test_client_hello_datagram(&body, 0, 60, body.len - 60);
	assert_int_equal(knock_with(fixture, last), FRONT_DOOR_NOTHING);
	assert_int_equal(knock_with(fixture, first), FRONT_DOOR_REPLY);
	assert_int_equal(fixture->answer.received, first.len + last.len);
	take_cookie(fixture);
	/* The second hello, both fragments in one datagram */
	body = test_client_hello_body(&fixture->hello);
	first = test_client_hello_datagram(&body, 1, 0, 60);
	last = test_client_hello_datagram(&body, 1, 60, body.len - 60);
	assert_int_equal(knock_with(fixture, joined(&first, &last)),
			 FRONT_DOOR_ACCEPT);
	assert_true(fixture->answer.received > whole);
}

/* Two fragments in one record: its bytes count once. */
static void fragments_may_share_a_record(void **state)
{
	struct fixture *fixture = *state;
	struct test_bytes body = test_client_hello_body(&fixture->hello);
	struct test_bytes first = test_client_hello_datagram(&body, 0, 0, 60);
	struct test_bytes last =
		test_client_hello_datagram(&body, 0, 60, body.len - 60);
	size_t content_len = first.len + last.len - 26;

	memcpy(first.data + first.len, last.data + 13, last.len - 13);
	first.len += last.len - 13;
	first.data[11] = (uint8_t)(content_len >> 8);
	first.data[12] = (uint8_t)content_len;
	assert_int_equal(knock_with(fixture, first), FRONT_DOOR_REPLY);
	assert_int_equal(fixture->answer.received, first.len);
}

/* The smallest of all hellos is not worth the largest of all cookies, as that
 * would be over twice its bytes. */
static void an_answer_is_not_over_twice_the_bytes(void **state)
{
	struct fixture *fixture = *state;

	fixture->hello.suites[0] = 0x1302;
	test_client_hello_set(&fixture->hello, EXTENSION_SUPPORTED_GROUPS,
			      "0002 001d");
	test_client_hello_set(&fixture->hello, EXTENSION_KEY_SHARE, "0000");
	assert_dropped(fixture, test_client_hello_whole(&fixture->hello, 0));
	assert_int_equal(fixture->door.count.cookies_sent, 0);
	test_client_hello_set(&fixture->hello, EXTENSION_PADDING,
			      "0000000000000000");
	assert_int_equal(knock(fixture, 0), FRONT_DOOR_REPLY);
	read_reply(fixture);
}

/* A record that says nothing does not hide the hello behind it. */
static void a_hello_is_found_behind_nonsense(void **state)
{
	struct fixture *fixture = *state;
	struct test_bytes hello = test_client_hello_whole(&fixture->hello, 0);
	struct test_bytes other = hello;

	other.data[13] = HANDSHAKE_FINISHED;
	assert_int_equal(knock_with(fixture, joined(&other, &hello)),
			 FRONT_DOOR_REPLY);
	/* Only the hello's own bytes earn an answer. */
	assert_int_equal(fixture->answer.received, hello.len);
}

static void evictions_are_counted(void **state)
{
	struct fixture *fixture = *state;
	struct test_bytes body = test_client_hello_body(&fixture->hello);
	struct test_bytes part = test_client_hello_datagram(&body, 0, 0, 60);

	for (uint8_t i = 0; i < HELLO_TABLE_ENTRIES + 3; i++) {
		fixture->address.data[0] = i;
		assert_int_equal(knock_with(fixture, part), FRONT_DOOR_NOTHING);
	}
	assert_int_equal(fixture->door.hellos.evicted, 3);
}

/* Without cookies: three bytes of flight for one of hello (protocol §7) */

static struct test_bytes padded(struct fixture *fixture, size_t len)
{
	static const uint8_t zeroes[TEST_HELLO_BODY_MAX];
	size_t has = test_client_hello_whole(&fixture->hello, 0).len + 4;

	assert_in_range(len, has, has + sizeof(zeroes));
	test_client_hello_set_bytes(&fixture->hello, EXTENSION_PADDING,
				    bytes_of(zeroes, len - has));
	return test_client_hello_whole(&fixture->hello, 0);
}

static size_t estimate(const struct fixture *fixture)
{
	const adtls_bytes_t no_name = { 0 };

	return front_door_estimate(fixture->door.config, no_name);
}

static void a_large_flight_needs_a_large_hello_or_a_cookie(void **state)
{
	struct fixture *fixture = *state;
	size_t enough;

	close_door(fixture);
	open_door(fixture, false);
	enough = (estimate(fixture) + 2) / 3;
	assert_int_equal(knock_with(fixture, padded(fixture, enough - 1)),
			 FRONT_DOOR_REPLY);
	assert_int_equal(fixture->door.count.cookies_sent, 1);
	test_client_hello_init(&fixture->hello);
	assert_int_equal(knock_with(fixture, padded(fixture, enough)),
			 FRONT_DOOR_ACCEPT);
	assert_false(fixture->answer.start.has_cookie);
	assert_int_equal(fixture->answer.received, enough);
	/* A group that must be asked for takes the same round. */
	test_client_hello_set(&fixture->hello, EXTENSION_KEY_SHARE, "0000");
	test_client_hello_remove(&fixture->hello, EXTENSION_PADDING);
	assert_int_equal(knock_with(fixture, padded(fixture, enough)),
			 FRONT_DOOR_REPLY);
}

static void the_estimate_covers_the_chain(void **state)
{
	struct fixture *fixture = *state;
	size_t chain = test_certificate_der(&test_server).len +
		       test_certificate_der(&test_intermediate).len;

	assert_in_range(estimate(fixture), chain + 400, chain + 700);
}

#define with_door(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_door(a_hello_gets_a_cookie),
		with_door(the_cookie_opens_the_door),
		with_door(a_group_is_asked_for),
		with_door(bad_cookies_are_refused),
		with_door(a_cookie_survives_the_rotation),
		with_door(a_repeated_hello_is_recognised),
		with_door(who_is_known_needs_a_cookie),
		with_door(refusals_are_alerts),
		with_door(nonsense_is_dropped_and_counted),
		with_door(garbage_is_survived),
		with_door(nothing_is_kept_of_whole_hellos),
		with_door(fragments_are_put_together),
		with_door(fragments_may_share_a_record),
		with_door(an_answer_is_not_over_twice_the_bytes),
		with_door(a_hello_is_found_behind_nonsense),
		with_door(evictions_are_counted),
		with_door(a_large_flight_needs_a_large_hello_or_a_cookie),
		with_door(the_estimate_covers_the_chain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
