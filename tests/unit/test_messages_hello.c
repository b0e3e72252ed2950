/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ClientHello, ServerHello and HelloRetryRequest against the Python peer's
 * bytes, and what of them is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "messages/hello.h"
#include "tests/support/test_vectors.h"

#define TLS_HEADER_LEN 4 /* type and length, as in the transcript */
#define HELLO_MAX      512

/* A ClientHello without extensions, field by field (RFC 8446 §4.1.2). */
static const char plain_client_hello[] =
	"fefd 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	"00 00 0004 1301 1302 01 00";
/* Where its fields are. */
#define SESSION_ID_AT  34
#define SUITES_AT      36
#define COMPRESSION_AT 42

/* The body of a message in a vector; empty where the vector has none. */
static struct test_bytes body_of(const json_t *vector, const char *field)
{
	struct test_bytes message = test_vector_bytes(vector, field);
	struct test_bytes body = { .len = 0 };

	if (message.len < TLS_HEADER_LEN)
		return body;
	body.len = message.len - TLS_HEADER_LEN;
	memcpy(body.data, message.data + TLS_HEADER_LEN, body.len);
	return body;
}

static void assert_written(const struct wire_writer *writer,
			   const struct test_bytes *expected)
{
	assert_false(writer->failed);
	assert_int_equal(wire_written(writer).len, expected->len);
	assert_memory_equal(wire_written(writer).data, expected->data,
			    expected->len);
}

static void check_client_hello(const struct test_bytes *body, uint16_t suite)
{
	uint8_t written[HELLO_MAX];
	struct client_hello hello;
	struct wire_writer writer;

	assert_true(client_hello_read(test_view(body), &hello));
	assert_ptr_equal(hello.random.data, body->data + 2);
	assert_int_equal(hello.random.len, HELLO_RANDOM_LEN);
	assert_int_equal(hello.session_id.len, 0);
	assert_int_equal(hello.legacy_cookie.len, 0);
	assert_true(hello_list_contains(hello.suites, suite));
	assert_int_equal(hello.suites.len, 2);
	assert_int_equal(hello.compression.len, 1);
	wire_writer_init(&writer, written, sizeof(written));
	client_hello_write_start(&writer, hello.random.data, &suite, 1);
	wire_write_vector(&writer, 2, hello.extensions.data,
			  hello.extensions.len);
	assert_written(&writer, body);
}

static void check_server_hello(const struct test_bytes *body, uint16_t suite,
			       bool is_retry)
{
	uint8_t written[HELLO_MAX];
	struct server_hello hello;
	struct wire_writer writer;

	assert_true(server_hello_read(test_view(body), &hello));
	assert_int_equal(hello.is_retry, is_retry);
	assert_int_equal(hello.legacy_version, HELLO_LEGACY_VERSION);
	assert_int_equal(hello.session_id.len, 0);
	assert_int_equal(hello.suite, suite);
	assert_int_equal(hello.compression, 0);
	wire_writer_init(&writer, written, sizeof(written));
	server_hello_write_start(&writer, is_retry ? NULL : hello.random.data,
				 hello.session_id, hello.suite);
	wire_write_vector(&writer, 2, hello.extensions.data,
			  hello.extensions.len);
	assert_written(&writer, body);
}

static uint16_t suite_of(const json_t *vector)
{
	return strstr(test_vector_text(vector, "name"), "SHA-384") != NULL
		       ? 0x1302
		       : 0x1301;
}

static void check_hellos(const json_t *vector)
{
	struct test_bytes first = body_of(vector, "client_hello1");
	struct test_bytes retry = body_of(vector, "hello_retry_request");
	struct test_bytes last = body_of(vector, "client_hello");
	struct test_bytes server = body_of(vector, "server_hello");
	uint16_t suite = suite_of(vector);

	if (first.len > 0) {
		check_client_hello(&first, suite);
		check_server_hello(&retry, suite, true);
	}
	check_client_hello(&last, suite);
	check_server_hello(&server, suite, false);
}

static void hellos_of_the_peer(void **state)
{
	(void)state;
	assert_true(test_vectors_each("key_schedule", check_hellos) >= 4);
}

/* A hello may end before its extensions, as in DTLS 1.2, but nowhere else. */
static void check_truncations(const json_t *vector)
{
	struct test_bytes client = body_of(vector, "client_hello");
	struct test_bytes server = body_of(vector, "server_hello");
	struct client_hello client_hello;
	struct server_hello server_hello;
	size_t client_end, server_end;

	assert_true(client_hello_read(test_view(&client), &client_hello));
	assert_true(server_hello_read(test_view(&server), &server_hello));
	client_end = client.len - client_hello.extensions.len - 2;
	server_end = server.len - server_hello.extensions.len - 2;
	for (size_t len = 0; len < client.len; len++)
		assert_int_equal(client_hello_read(bytes_of(client.data, len),
						   &client_hello),
				 len == client_end);
	for (size_t len = 0; len < server.len; len++)
		assert_int_equal(server_hello_read(bytes_of(server.data, len),
						   &server_hello),
				 len == server_end);
	assert_true(client_hello_read(bytes_of(client.data, client_end),
				      &client_hello));
	assert_int_equal(client_hello.extensions.len, 0);
	assert_true(server_hello_read(bytes_of(server.data, server_end),
				      &server_hello));
	assert_int_equal(server_hello.extensions.len, 0);
	/* One byte too many */
	assert_false(client_hello_read(bytes_of(client.data, client.len + 1),
				       &client_hello));
	assert_false(server_hello_read(bytes_of(server.data, server.len + 1),
				       &server_hello));
}

static void every_truncation_is_refused(void **state)
{
	(void)state;
	test_vectors_each("key_schedule", check_truncations);
}

static void legacy_fields_are_handed_out(void **state)
{
	struct test_bytes body =
		test_hex("0304 000102030405060708090a0b0c0d0e0f"
			 "101112131415161718191a1b1c1d1e1f"
			 "02 aabb 03 010203 0002 1303 02 0001 0000");
	struct client_hello hello;

	(void)state;
	assert_true(client_hello_read(test_view(&body), &hello));
	assert_int_equal(hello.session_id.len, 2);
	assert_int_equal(hello.session_id.data[0], 0xaa);
	assert_int_equal(hello.legacy_cookie.len, 3);
	assert_int_equal(hello.legacy_cookie.data[2], 3);
	assert_int_equal(hello.compression.len, 2);
	assert_int_equal(hello.extensions.len, 0);
}

static bool is_read(const struct test_bytes *body)
{
	struct client_hello hello;

	return client_hello_read(test_view(body), &hello);
}

static void lists_have_bounds(void **state)
{
	struct test_bytes body = test_hex(plain_client_hello);
	struct test_bytes changed;

	(void)state;
	assert_true(is_read(&body));
	changed = body;
	changed.data[SUITES_AT + 1] = 0; /* no suites */
	memmove(changed.data + SUITES_AT + 2, changed.data + COMPRESSION_AT, 2);
	changed.len -= 4;
	assert_false(is_read(&changed));
	changed = body;
	changed.data[SUITES_AT + 1] = 3; /* half a suite */
	memmove(changed.data + COMPRESSION_AT - 1,
		changed.data + COMPRESSION_AT, 2);
	changed.len -= 1;
	assert_false(is_read(&changed));
	changed = body;
	changed.data[COMPRESSION_AT] = 0; /* no compression method */
	changed.len -= 1;
	assert_false(is_read(&changed));
}

static void session_ids_have_32_bytes_at_most(void **state)
{
	struct test_bytes body = test_hex(plain_client_hello);

	(void)state;
	for (size_t len = 31; len <= 33; len++) {
		struct test_bytes longer = { .len = body.len + len };

		memcpy(longer.data, body.data, SESSION_ID_AT);
		longer.data[SESSION_ID_AT] = (uint8_t)len;
		memcpy(longer.data + SESSION_ID_AT + 1 + len,
		       body.data + SESSION_ID_AT + 1,
		       body.len - SESSION_ID_AT - 1);
		assert_int_equal(is_read(&longer), len <= 32);
	}
}

static void lists_of_numbers_are_searched_by_whole_numbers(void **state)
{
	static const uint8_t list[] = { 0x13, 0x01, 0x13, 0x03, 0x00, 0x1d };

	(void)state;
	assert_true(hello_list_contains(bytes_of(list, 6), 0x1301));
	assert_true(hello_list_contains(bytes_of(list, 6), 0x1303));
	assert_true(hello_list_contains(bytes_of(list, 6), 0x001d));
	/* Across two of them */
	assert_false(hello_list_contains(bytes_of(list, 6), 0x0113));
	assert_false(hello_list_contains(bytes_of(list, 6), 0x0300));
	/* Behind the end, and half a number */
	assert_false(hello_list_contains(bytes_of(list, 4), 0x001d));
	assert_false(hello_list_contains(bytes_of(list, 5), 0x0000));
	assert_false(hello_list_contains(bytes_of(list, 0), 0x0000));
}

static void writers_say_when_there_is_no_room(void **state)
{
	static const uint8_t random[HELLO_RANDOM_LEN];
	static const uint16_t suites[] = { 0x1301, 0x1303 };
	uint8_t room[HELLO_MAX];
	struct wire_writer writer;

	(void)state;
	wire_writer_init(&writer, room, 44);
	client_hello_write_start(&writer, random, suites, 2);
	assert_false(writer.failed);
	assert_int_equal(wire_written(&writer).len, 44);
	wire_writer_init(&writer, room, 43);
	client_hello_write_start(&writer, random, suites, 2);
	assert_true(writer.failed);
	wire_writer_init(&writer, room, 37);
	server_hello_write_start(&writer, random, bytes_of(NULL, 0), 0x1301);
	assert_true(writer.failed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(hellos_of_the_peer),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(legacy_fields_are_handed_out),
		cmocka_unit_test(lists_have_bounds),
		cmocka_unit_test(session_ids_have_32_bytes_at_most),
		cmocka_unit_test(
			lists_of_numbers_are_searched_by_whole_numbers),
		cmocka_unit_test(writers_say_when_there_is_no_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
