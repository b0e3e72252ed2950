/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* HelloRetryRequest against the Python peer's bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "handshake/retry_request.h"
#include "messages/extension.h"
#include "messages/hello.h"
#include "messages/hello_extensions.h"
#include "tests/support/test_vectors.h"

#define TLS_HEADER_LEN 4

static unsigned compared;

/* The peer asks for a cookie alone. */
static void check_retry(const json_t *vector)
{
	struct test_bytes message =
		test_vector_bytes(vector, "hello_retry_request");
	adtls_bytes_t body;
	struct extension_list list;
	uint8_t written[RETRY_REQUEST_MAX];
	struct server_hello hello;
	struct wire_writer writer;
	adtls_bytes_t cookie;

	if (message.len == 0)
		return;
	body = bytes_of(message.data + TLS_HEADER_LEN,
			message.len - TLS_HEADER_LEN);
	assert_true(server_hello_read(body, &hello));
	assert_int_equal(extension_list_read(hello.extensions, &list),
			 EXTENSION_LIST_OK);
	assert_true(cookie_read(
		extension_list_find(&list, EXTENSION_COOKIE)->body, &cookie));
	wire_writer_init(&writer, written, sizeof(written));
	retry_request_write(&writer, crypto_suite_find(hello.suite), NULL,
			    cookie);
	assert_false(writer.failed);
	assert_true(bytes_equal(wire_written(&writer), body));
	compared++;
}

static void retry_requests_of_the_peer(void **state)
{
	(void)state;
	test_vectors_each("key_schedule", check_retry);
	assert_true(compared >= 2);
}

/* RFC 8446 §4.2.8: key_share is one NamedGroup. */
static void a_group_is_asked_for(void **state)
{
	struct test_bytes expected = test_hex(
		"002b 0002 fefc  0033 0002 0017  002c 0005 0003 636f6f");
	uint8_t written[RETRY_REQUEST_MAX];
	struct server_hello hello;
	struct wire_writer writer;

	(void)state;
	wire_writer_init(&writer, written, sizeof(written));
	retry_request_write(&writer, crypto_suite_find(0x1301),
			    crypto_group_find(0x0017), bytes_of("coo", 3));
	assert_true(server_hello_read(wire_written(&writer), &hello));
	assert_true(hello.is_retry);
	assert_int_equal(hello.session_id.len, 0);
	assert_true(bytes_equal(hello.extensions, test_view(&expected)));
}

static void no_room_is_noticed(void **state)
{
	uint8_t written[RETRY_REQUEST_MAX];
	struct wire_writer writer;
	size_t len;

	(void)state;
	wire_writer_init(&writer, written, sizeof(written));
	retry_request_write(&writer, crypto_suite_find(0x1301), NULL,
			    bytes_of("coo", 3));
	len = wire_written(&writer).len;
	wire_writer_init(&writer, written, len - 1);
	retry_request_write(&writer, crypto_suite_find(0x1301), NULL,
			    bytes_of("coo", 3));
	assert_true(writer.failed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(retry_requests_of_the_peer),
		cmocka_unit_test(a_group_is_asked_for),
		cmocka_unit_test(no_room_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
