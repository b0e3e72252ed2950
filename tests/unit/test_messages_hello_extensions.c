/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bodies of the hello extensions: those of the Python peer's hellos, and what
 * is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "messages/extension.h"
#include "messages/hello.h"
#include "messages/hello_extensions.h"
#include "tests/support/test_vectors.h"

#define SECP256R1 0x0017
#define X25519	  0x001d

/* One reader of a body; true if it takes it. */
typedef bool (*reads_func)(adtls_bytes_t body);

static bool reads_versions(adtls_bytes_t body)
{
	adtls_bytes_t list;

	return number_list_read(body, 1, &list);
}

static bool reads_groups(adtls_bytes_t body)
{
	adtls_bytes_t list;

	return number_list_read(body, 2, &list);
}

static bool reads_number(adtls_bytes_t body)
{
	uint16_t number;

	return number_read(body, &number);
}

static bool reads_share_list(adtls_bytes_t body)
{
	struct key_share share;
	size_t count;

	return key_share_list_find(body, X25519, &share, &count) !=
	       KEY_SHARE_MALFORMED;
}

static bool reads_share(adtls_bytes_t body)
{
	struct key_share share;

	return key_share_read(body, &share);
}

static bool reads_cookie(adtls_bytes_t body)
{
	adtls_bytes_t cookie;

	return cookie_read(body, &cookie);
}

static bool reads_server_name(adtls_bytes_t body)
{
	adtls_bytes_t name;

	return server_name_read(body, &name);
}

/* The whole is taken, each beginning of it and one byte more are not. Copies
 * are made to size, so that reading beyond them is noticed. */
static void assert_only_whole(reads_func reads, const char *digits)
{
	struct test_bytes bytes = test_hex(digits);

	for (size_t len = 0; len <= bytes.len + 1; len++) {
		uint8_t *copy = calloc(1, len > 0 ? len : 1);

		assert_non_null(copy);
		memcpy(copy, bytes.data, len < bytes.len ? len : bytes.len);
		if (reads(bytes_of(copy, len)) != (len == bytes.len))
			fail_msg("%s: %zu of %zu bytes", digits, len,
				 bytes.len);
		free(copy);
	}
}

static void every_truncation_is_refused(void **state)
{
	(void)state;
	assert_only_whole(reads_versions, "04 fefc fefd");
	assert_only_whole(reads_groups, "0004 001d 0017");
	assert_only_whole(reads_number, "fefc");
	assert_only_whole(reads_share_list,
			  "000e 001d 0004 01020304 0017 0002 0506");
	assert_only_whole(reads_share, "001d 0004 01020304");
	assert_only_whole(reads_cookie, "0003 010203");
	assert_only_whole(reads_server_name, "0007 00 0004 686f7374");
}

/* The bodies in a ClientHello of the Python peer. */

static adtls_bytes_t body_in(const struct extension_list *list, uint16_t type)
{
	const struct extension *item = extension_list_find(list, type);

	assert_non_null(item);
	return item->body;
}

static void assert_rewritten(const struct wire_writer *writer,
			     adtls_bytes_t expected)
{
	assert_false(writer->failed);
	assert_true(bytes_equal(wire_written(writer), expected));
}

static void check_lists(const struct extension_list *list, uint16_t group)
{
	static const uint16_t version = HELLO_VERSION_DTLS13;
	adtls_bytes_t numbers;
	struct wire_writer writer;
	uint8_t written[64];

	assert_true(number_list_read(
		body_in(list, EXTENSION_SUPPORTED_VERSIONS), 1, &numbers));
	assert_int_equal(numbers.len, 2);
	assert_true(hello_list_contains(numbers, HELLO_VERSION_DTLS13));
	wire_writer_init(&writer, written, sizeof(written));
	number_list_write(&writer, 1, &version, 1);
	assert_rewritten(&writer, body_in(list, EXTENSION_SUPPORTED_VERSIONS));

	assert_true(number_list_read(body_in(list, EXTENSION_SUPPORTED_GROUPS),
				     2, &numbers));
	assert_true(hello_list_contains(numbers, group));
	wire_writer_init(&writer, written, sizeof(written));
	number_list_write(&writer, 2, &group, 1);
	assert_rewritten(&writer, body_in(list, EXTENSION_SUPPORTED_GROUPS));

	assert_true(number_list_read(
		body_in(list, EXTENSION_SIGNATURE_ALGORITHMS), 2, &numbers));
	assert_true(hello_list_contains(numbers, 0x0403));
}

/* RFC 8446 §4.2.7, §4.2.8. */
static const struct group {
	const char *name;
	uint16_t id;
	size_t share_len;
} peer_groups[] = {
	{ "secp256r1", SECP256R1, 65 },
	{ "secp384r1", 0x0018, 97 },
	{ "x25519", X25519, 32 },
	{ "x448", 0x001e, 56 },
};

static const struct group *group_of(const json_t *vector)
{
	const char *name = test_vector_text(vector, "name");

	for (size_t i = 0; i < sizeof(peer_groups) / sizeof(peer_groups[0]);
	     i++) {
		const char *group = peer_groups[i].name;

		if (strncmp(name, group, strlen(group)) == 0)
			return &peer_groups[i];
	}
	fail_msg("no group in \"%s\"", name);
	return NULL;
}

static void check_share(const struct extension_list *list,
			const struct group *group)
{
	adtls_bytes_t body = body_in(list, EXTENSION_KEY_SHARE);
	struct wire_writer writer;
	struct key_share share;
	uint8_t written[128];
	size_t count, mark;

	assert_int_equal(key_share_list_find(body, group->id, &share, &count),
			 KEY_SHARE_FOUND);
	assert_int_equal(share.group, group->id);
	assert_int_equal(share.exchange.len, group->share_len);
	assert_int_equal(count, 1);
	wire_writer_init(&writer, written, sizeof(written));
	mark = wire_write_begin(&writer, 2);
	key_share_write(&writer, group->id, share.exchange);
	wire_write_end(&writer, 2, mark);
	assert_rewritten(&writer, body);
}

static void check_cookie(const struct extension_list *list)
{
	const struct extension *item =
		extension_list_find(list, EXTENSION_COOKIE);
	struct wire_writer writer;
	adtls_bytes_t cookie;
	uint8_t written[64];

	if (item == NULL)
		return;
	assert_true(cookie_read(item->body, &cookie));
	assert_int_equal(cookie.len, 24);
	wire_writer_init(&writer, written, sizeof(written));
	cookie_write(&writer, cookie);
	assert_rewritten(&writer, item->body);
}

static void check_peer(const json_t *vector)
{
	struct test_bytes message = test_vector_bytes(vector, "client_hello");
	const struct group *group = group_of(vector);
	struct extension_list list;
	struct client_hello hello;

	assert_true(client_hello_read(
		bytes_of(message.data + 4, message.len - 4), &hello));
	assert_int_equal(extension_list_read(hello.extensions, &list),
			 EXTENSION_LIST_OK);
	check_lists(&list, group->id);
	check_share(&list, group);
	check_cookie(&list);
}

static void extensions_of_the_peer(void **state)
{
	(void)state;
	assert_true(test_vectors_each("key_schedule", check_peer) >= 4);
}

/* Bounds */

static bool takes(reads_func reads, const char *digits)
{
	struct test_bytes bytes = test_hex(digits);

	return reads(test_view(&bytes));
}

static void lists_are_of_whole_numbers_and_not_empty(void **state)
{
	(void)state;
	assert_false(takes(reads_versions, "00"));
	assert_false(takes(reads_versions, "01 fe"));
	assert_false(takes(reads_versions, "03 fefcfe"));
	assert_false(takes(reads_groups, "0000"));
	assert_false(takes(reads_groups, "0003 001d00"));
	assert_false(takes(reads_cookie, "0000"));
	assert_false(takes(reads_share, "001d 0000"));
	assert_false(takes(reads_share_list, "0004 001d 0000"));
	/* A client without shares asks for HelloRetryRequest. */
	assert_true(takes(reads_share_list, "0000"));
}

static enum key_share_result find(const char *digits, uint16_t group,
				  struct key_share *out, size_t *out_count)
{
	static struct test_bytes bytes; /* outlives the share */

	bytes = test_hex(digits);
	return key_share_list_find(test_view(&bytes), group, out, out_count);
}

static void a_share_is_found_among_others(void **state)
{
	static const char list[] = "0011 0018 0001 aa 001d 0001 bb"
				   "0017 0003 cccccc";
	struct key_share share;
	size_t count = 0;

	(void)state;
	assert_int_equal(find(list, X25519, &share, &count), KEY_SHARE_FOUND);
	assert_int_equal(count, 3);
	assert_int_equal(share.exchange.len, 1);
	assert_int_equal(share.exchange.data[0], 0xbb);
	assert_int_equal(find(list, SECP256R1, &share, &count),
			 KEY_SHARE_FOUND);
	assert_int_equal(share.exchange.len, 3);
	assert_int_equal(find(list, 0x001e, &share, &count), KEY_SHARE_ABSENT);
	assert_int_equal(count, 3);
}

/* Also where the share that is looked for stands before the offence. */
static void all_of_the_list_is_checked(void **state)
{
	struct key_share share;
	size_t count;

	(void)state;
	assert_int_equal(find("000f 001d0001aa 00170001bb 00170001cc", X25519,
			      &share, &count),
			 KEY_SHARE_DUPLICATE);
	assert_int_equal(
		find("000a 001d0001aa 001d0001aa", X25519, &share, &count),
		KEY_SHARE_DUPLICATE);
	assert_int_equal(
		find("0009 001d0001aa 00170001", X25519, &share, &count),
		KEY_SHARE_MALFORMED);
	assert_int_equal(find("0005 001d0001aa 00", X25519, &share, &count),
			 KEY_SHARE_MALFORMED);
}

static void shares_have_a_bound(void **state)
{
	uint8_t body[2 + 17 * 5];
	struct key_share share;
	struct wire_writer writer;
	size_t count;

	(void)state;
	for (size_t shares = 16; shares <= 17; shares++) {
		wire_writer_init(&writer, body, sizeof(body));
		wire_write_u16(&writer, (uint16_t)(5 * shares));
		for (uint16_t group = 0; group < shares; group++)
			key_share_write(&writer, group, bytes_of("x", 1));
		assert_false(writer.failed);
		assert_int_equal(key_share_list_find(wire_written(&writer),
						     X25519, &share, &count),
				 shares == 16 ? KEY_SHARE_ABSENT
					      : KEY_SHARE_MALFORMED);
	}
}

/* server_name: one host_name (RFC 6066 §3) */

static void server_names(void **state)
{
	struct test_bytes expected =
		test_hex("000f 00 000c 676174657761792e74657374");
	struct wire_writer writer;
	uint8_t written[64];
	adtls_bytes_t name;

	(void)state;
	wire_writer_init(&writer, written, sizeof(written));
	server_name_write(&writer, "gateway.test");
	assert_rewritten(&writer, test_view(&expected));
	assert_true(server_name_read(test_view(&expected), &name));
	assert_true(bytes_equal(name, bytes_of("gateway.test", 12)));
	/* Another name_type, two names, an empty name, no name */
	assert_false(takes(reads_server_name, "0004 01 0001 61"));
	assert_false(takes(reads_server_name, "0008 00 0001 61 00 0001 62"));
	assert_false(takes(reads_server_name, "0003 00 0000"));
	assert_false(takes(reads_server_name, "0000"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(extensions_of_the_peer),
		cmocka_unit_test(lists_are_of_whole_numbers_and_not_empty),
		cmocka_unit_test(a_share_is_found_among_others),
		cmocka_unit_test(all_of_the_list_is_checked),
		cmocka_unit_test(shares_have_a_bound),
		cmocka_unit_test(server_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
