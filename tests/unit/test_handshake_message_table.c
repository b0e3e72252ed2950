/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which message may come in which state (RFC 8446 Appendix A, protocol §4), and
 * that nothing else may. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "handshake/message_table.h"

static const struct {
	enum hs_state state;
	uint8_t type;
} expected[] = {
	{ CLIENT_RECEIVE_SERVER_HELLO, 2 },
	{ CLIENT_RECEIVE_ENCRYPTED_EXTENSIONS, 8 },
	{ CLIENT_RECEIVE_CERTIFICATE_REQUEST, 13 },
	{ CLIENT_RECEIVE_CERTIFICATE_REQUEST, 11 },
	{ CLIENT_RECEIVE_CERTIFICATE, 11 },
	{ CLIENT_RECEIVE_CERTIFICATE_VERIFY, 15 },
	{ CLIENT_RECEIVE_FINISHED, 20 },
	{ SERVER_RECEIVE_CERTIFICATE, 11 },
	{ SERVER_RECEIVE_CERTIFICATE_VERIFY, 15 },
	{ SERVER_RECEIVE_ATTESTATION, 224 },
	{ SERVER_RECEIVE_FINISHED, 20 },
};

#define EXPECTED (sizeof(expected) / sizeof(expected[0]))

static bool is_expected(enum hs_state state, unsigned type)
{
	for (size_t i = 0; i < EXPECTED; i++) {
		if (expected[i].state == state && expected[i].type == type)
			return true;
	}
	return false;
}

static void each_state_takes_its_messages_only(void **state)
{
	(void)state;
	for (enum hs_state at = HS_FAILED; at <= HS_CONNECTED; at++) {
		for (unsigned type = 0; type <= 255; type++) {
			bool is_taken = hs_receiver(at, (uint8_t)type) != NULL;

			if (is_taken != is_expected(at, type))
				fail_msg("state %d, type %u", at, type);
		}
	}
}

/* A state sends or receives; the first hello comes from the front door. */
static void each_state_sends_or_receives(void **state)
{
	(void)state;
	for (enum hs_state at = CLIENT_SEND_HELLO; at < HS_CONNECTED; at++) {
		bool receives = at == SERVER_RECEIVE_CLIENT_HELLO;

		for (unsigned type = 0; type <= 255; type++)
			receives = receives || is_expected(at, type);
		if ((hs_sender(at) != NULL) == receives)
			fail_msg("state %d", at);
	}
	assert_null(hs_sender(HS_FAILED));
	assert_null(hs_sender(HS_STAY));
	assert_null(hs_sender(HS_CONNECTED));
}

/* The same message is another matter for client and server. */
static void roles_have_handlers_of_their_own(void **state)
{
	(void)state;
	assert_ptr_not_equal(hs_receiver(CLIENT_RECEIVE_CERTIFICATE, 11),
			     hs_receiver(SERVER_RECEIVE_CERTIFICATE, 11));
	assert_ptr_not_equal(hs_receiver(CLIENT_RECEIVE_FINISHED, 20),
			     hs_receiver(SERVER_RECEIVE_FINISHED, 20));
	assert_ptr_equal(hs_receiver(CLIENT_RECEIVE_CERTIFICATE_REQUEST, 11),
			 hs_receiver(CLIENT_RECEIVE_CERTIFICATE, 11));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_state_takes_its_messages_only),
		cmocka_unit_test(each_state_sends_or_receives),
		cmocka_unit_test(roles_have_handlers_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
