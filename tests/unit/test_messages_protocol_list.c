/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The body of application_layer_protocol_negotiation (RFC 7301 §3.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "messages/protocol_list.h"
#include "tests/support/test_vectors.h"

static adtls_bytes_t name(const char *text)
{
	return bytes_of(text, strlen(text));
}

static bool reads(const char *digits, adtls_bytes_t *out)
{
	static struct test_bytes body;

	body = test_hex(digits);
	return protocol_list_read(test_view(&body), out);
}

/* "http/1.1" and "h2", as clients of the web send them. */
static void names_are_read_in_order(void **state)
{
	adtls_bytes_t names, one;

	(void)state;
	assert_true(reads("000c 08 687474702f312e31 02 6832", &names));
	assert_true(protocol_list_contains(names, name("h2")));
	assert_true(protocol_list_contains(names, name("http/1.1")));
	assert_false(protocol_list_contains(names, name("http/1.")));
	assert_false(protocol_list_contains(names, name("coap")));
	assert_true(protocol_list_next(&names, &one));
	assert_true(bytes_equal(one, name("http/1.1")));
	assert_true(protocol_list_next(&names, &one));
	assert_true(bytes_equal(one, name("h2")));
	assert_false(protocol_list_next(&names, &one));
}

static void what_is_no_list_is_refused(void **state)
{
	static const char *const bad[] = {
		"",		 /* nothing */
		"0000",		 /* no name */
		"0001 00",	 /* an empty name alone */
		"0004 02 6832 00", /* and behind another */
		"0003 03 6832",	 /* a name that is cut */
		"0004 02 6832",	 /* a list that is cut */
		"0003 02 6832 00", /* something behind it */
		"0003 02 6832 0003 02 6832",
	};
	adtls_bytes_t names;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (reads(bad[i], &names))
			fail_msg("%s", bad[i]);
	}
}

static void what_is_written_is_read(void **state)
{
	uint8_t list[16], body[16];
	struct wire_writer writer;
	adtls_bytes_t names;

	(void)state;
	wire_writer_init(&writer, list, sizeof(list));
	protocol_name_write(&writer, name("coap"));
	protocol_name_write(&writer, name("h2"));
	names = wire_written(&writer);
	wire_writer_init(&writer, body, sizeof(body));
	protocol_list_write(&writer, names);
	assert_int_equal(wire_written(&writer).len, 10);
	assert_true(protocol_list_read(wire_written(&writer), &names));
	assert_true(protocol_list_contains(names, name("coap")));
	assert_true(protocol_list_contains(names, name("h2")));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_read_in_order),
		cmocka_unit_test(what_is_no_list_is_refused),
		cmocka_unit_test(what_is_written_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
