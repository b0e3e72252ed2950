/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* NewSessionTicket (RFC 8446 §4.6.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "messages/new_session_ticket.h"
#include "tests/support/test_vectors.h"

static bool reads(const char *digits, struct new_session_ticket *out)
{
	static struct test_bytes body;

	body = test_hex(digits);
	return new_session_ticket_read(test_view(&body), out);
}

static void its_parts_are_read(void **state)
{
	struct new_session_ticket message;

	(void)state;
	assert_true(reads("0000001e fad6aac5 020001 0003aabbcc 0008 002a0004"
			  "00000400", &message));
	assert_int_equal(message.lifetime_s, 30);
	assert_int_equal(message.age_add, 0xfad6aac5);
	assert_int_equal(message.nonce.len, 2);
	assert_int_equal(message.ticket.len, 3);
	assert_int_equal(message.ticket.data[2], 0xcc);
	assert_true(reads("0000001e fad6aac5 00 0001aa 0000", &message));
	assert_int_equal(message.nonce.len, 0);
}

static void nonsense_is_refused(void **state)
{
	struct new_session_ticket message;

	(void)state;
	assert_false(reads("0000001e fad6aac5 00 0000 0000", &message));
	assert_false(reads("0000001e fad6aac5 00 0001aa", &message));
	assert_false(reads("0000001e fad6aac5 00 0001aa 0000 00", &message));
	assert_false(reads("0000001e fad6aac5 00 0001aa 0002 002a", &message));
	assert_false(reads("0000001e fad6aac5 01 ", &message));
}

static void what_is_written_is_read(void **state)
{
	struct new_session_ticket message = {
		.lifetime_s = 7,
		.age_add = 8,
		.nonce = bytes_of("n", 1),
		.ticket = bytes_of("ticket", 6),
	}, again;
	struct wire_writer writer;
	uint8_t written[64];

	(void)state;
	wire_writer_init(&writer, written, sizeof(written));
	new_session_ticket_write(&writer, &message);
	assert_int_equal(wire_written(&writer).len,
			 NEW_SESSION_TICKET_OVERHEAD + 1 + 6);
	assert_true(new_session_ticket_read(wire_written(&writer), &again));
	assert_int_equal(again.lifetime_s, 7);
	assert_int_equal(again.age_add, 8);
	assert_true(bytes_equal(again.nonce, message.nonce));
	assert_true(bytes_equal(again.ticket, message.ticket));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_parts_are_read),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(what_is_written_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
