/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connection IDs and return routability checks on the wire: RFC 9146 §3,
 * RFC 9147 §9, draft-ietf-tls-dtls-rrc. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "messages/connection_id.h"
#include "messages/return_routability.h"
#include "tests/support/test_vectors.h"

static adtls_bytes_t bytes_hex(struct test_bytes *store, const char *digits)
{
	*store = test_hex(digits);
	return bytes_of(store->data, store->len);
}

static bool reads_extension(const char *digits, adtls_bytes_t *out)
{
	static struct test_bytes kept;

	return connection_id_read(bytes_hex(&kept, digits), out);
}

static void the_extension(void **state)
{
	uint8_t data[8];
	struct wire_writer writer;
	adtls_bytes_t cid;

	(void)state;
	assert_true(reads_extension("03 0a0b0c", &cid));
	assert_int_equal(cid.len, 3);
	assert_memory_equal(cid.data, "\x0a\x0b\x0c", 3);
	assert_true(reads_extension("00", &cid));
	assert_int_equal(cid.len, 0);
	assert_false(reads_extension("", &cid));
	assert_false(reads_extension("03 0a0b", &cid));
	assert_false(reads_extension("01 0a0b", &cid));
	wire_writer_init(&writer, data, sizeof(data));
	connection_id_write(&writer, bytes_of("\x0a\x0b", 2));
	assert_int_equal(writer.len, 3);
	assert_memory_equal(data, "\x02\x0a\x0b", 3);
}

static bool reads_new(const char *digits, struct new_connection_id *out)
{
	static struct test_bytes kept;

	return new_connection_id_read(bytes_hex(&kept, digits), out);
}

static void new_connection_id(void **state)
{
	struct new_connection_id message;
	struct wire_writer writer;
	adtls_bytes_t cid;
	uint8_t data[16];
	size_t mark;

	(void)state;
	assert_true(reads_new("0005 02 0102 01 03 01", &message));
	assert_int_equal(message.usage, CID_SPARE);
	assert_true(new_connection_id_next(&message, &cid));
	assert_int_equal(cid.len, 2);
	assert_memory_equal(cid.data, "\x01\x02", 2);
	assert_true(new_connection_id_next(&message, &cid));
	assert_int_equal(cid.len, 1);
	assert_false(new_connection_id_next(&message, &cid));
	/* None, and empty ones. */
	assert_true(reads_new("0000 00", &message));
	assert_false(new_connection_id_next(&message, &cid));
	assert_true(reads_new("0001 00 01", &message));
	assert_true(new_connection_id_next(&message, &cid));
	assert_int_equal(cid.len, 0);
	/* A usage is the caller's to judge, the form is not. */
	assert_true(reads_new("0002 01 03 07", &message));
	assert_int_equal(message.usage, 7);
	assert_false(reads_new("", &message));
	assert_false(reads_new("0002 01 03", &message));
	assert_false(reads_new("0002 02 03 01", &message));
	assert_false(reads_new("0003 01 03 01", &message));
	assert_false(reads_new("0002 01 03 01 00", &message));
	wire_writer_init(&writer, data, sizeof(data));
	mark = new_connection_id_begin(&writer);
	connection_id_write(&writer, bytes_of("\x09", 1));
	new_connection_id_end(&writer, mark, CID_IMMEDIATE);
	assert_int_equal(writer.len, 5);
	assert_memory_equal(data, "\x00\x02\x01\x09\x00", 5);
}

static void request_connection_id(void **state)
{
	struct wire_writer writer;
	uint8_t count, data[2];

	(void)state;
	assert_true(request_connection_id_read(bytes_of("\x05", 1), &count));
	assert_int_equal(count, 5);
	assert_false(request_connection_id_read(bytes_of("", 0), &count));
	assert_false(
		request_connection_id_read(bytes_of("\x05\x05", 2), &count));
	wire_writer_init(&writer, data, sizeof(data));
	request_connection_id_write(&writer, 7);
	assert_int_equal(writer.len, REQUEST_CONNECTION_ID_LEN);
	assert_int_equal(data[0], 7);
}

static bool reads_path(const char *digits, struct path_message *out)
{
	struct test_bytes store;

	return path_message_read(bytes_hex(&store, digits), out);
}

static void path_messages(void **state)
{
	struct path_message message;
	uint8_t data[PATH_MESSAGE_LEN];
	struct wire_writer writer;

	(void)state;
	assert_true(reads_path("00 0102030405060708", &message));
	assert_int_equal(message.type, PATH_CHALLENGE);
	assert_memory_equal(message.cookie, "\1\2\3\4\5\6\7\10", 8);
	assert_true(reads_path("02 0102030405060708", &message));
	assert_int_equal(message.type, PATH_DROP);
	assert_false(reads_path("", &message));
	assert_false(reads_path("01", &message));
	assert_false(reads_path("01 01020304050607", &message));
	assert_false(reads_path("01 010203040506070809", &message));
	/* Unknown types are no error, whatever follows. */
	assert_true(reads_path("03", &message));
	assert_true(reads_path("ff 0102", &message));
	message = (struct path_message){ .type = PATH_RESPONSE,
					 .cookie = "abcdefg" };
	wire_writer_init(&writer, data, sizeof(data));
	path_message_write(&writer, &message);
	assert_int_equal(writer.len, PATH_MESSAGE_LEN);
	assert_memory_equal(data, "\1abcdefg", PATH_MESSAGE_LEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_extension),
		cmocka_unit_test(new_connection_id),
		cmocka_unit_test(request_connection_id),
		cmocka_unit_test(path_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
