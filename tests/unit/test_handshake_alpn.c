/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server may answer to a client that offers "coap" and "lwm2m". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/test_vectors.h"
#include "tests/unit/lone_handshake.h"

static const adtls_bytes_t names[] = {
	{ (const uint8_t *)"coap", 4 },
	{ (const uint8_t *)"lwm2m", 5 },
};

static int setup(void **state)
{
	static struct lone_handshake lone;

	lone_handshake_init(&lone);
	assert_int_equal(adtls_config_set_alpn(lone.config, names, 2, 0),
			 ADTLS_OK);
	*state = &lone;
	return 0;
}

static int teardown(void **state)
{
	lone_handshake_clear(*state);
	return 0;
}

/* EncryptedExtensions with these, after a ClientHello. */
static bool answer(struct lone_handshake *lone, const char *digits)
{
	struct test_bytes vector = test_hex(digits);
	uint8_t hello[1024];
	struct wire_writer writer;

	lone_handshake_begin(lone, ADTLS_CLIENT);
	wire_writer_init(&writer, hello, sizeof(hello));
	assert_true(hs_extensions_write(lone->hs, IN_CLIENT_HELLO, &writer));
	return hs_extensions_read(lone->hs, IN_ENCRYPTED_EXTENSIONS,
				  test_view(&vector));
}

static void assert_refused(struct lone_handshake *lone, const char *digits,
			   adtls_alert_t alert)
{
	assert_false(answer(lone, digits));
	assert_int_equal(lone->hs->failure.alert, alert);
	assert_int_equal(lone->facts.application_protocol.len, 0);
}

static void one_that_was_offered(void **state)
{
	struct lone_handshake *lone = *state;

	assert_true(answer(lone, "00100008 0006 05 6c776d326d"));
	assert_int_equal(lone->facts.application_protocol.len, 5);
	assert_memory_equal(lone->facts.application_protocol.data, "lwm2m", 5);
	assert_true(alpn_settle(lone->hs));
}

static void anything_else_is_refused(void **state)
{
	struct lone_handshake *lone = *state;

	/* "h2", "coa", "coapp" */
	assert_refused(lone, "00100005 0003 02 6832",
		       ADTLS_ALERT_ILLEGAL_PARAMETER);
	assert_refused(lone, "00100006 0004 03 636f61",
		       ADTLS_ALERT_ILLEGAL_PARAMETER);
	assert_refused(lone, "00100008 0006 05 636f617070",
		       ADTLS_ALERT_ILLEGAL_PARAMETER);
	/* Both, and one twice (RFC 7301 §3.1: exactly one) */
	assert_refused(lone, "0010000d 000b 04 636f6170 05 6c776d326d",
		       ADTLS_ALERT_DECODE_ERROR);
	assert_refused(lone, "0010000c 000a 04 636f6170 04 636f6170",
		       ADTLS_ALERT_DECODE_ERROR);
	/* None, an empty one, more than it says */
	assert_refused(lone, "00100000", ADTLS_ALERT_DECODE_ERROR);
	assert_refused(lone, "00100002 0000", ADTLS_ALERT_DECODE_ERROR);
	assert_refused(lone, "00100003 0001 00", ADTLS_ALERT_DECODE_ERROR);
	assert_refused(lone, "00100008 0005 04 636f6170 00",
		       ADTLS_ALERT_DECODE_ERROR);
}

static void nobody_asked(void **state)
{
	struct lone_handshake *lone = *state;

	assert_int_equal(adtls_config_set_alpn(lone->config, NULL, 0, 0),
			 ADTLS_OK);
	assert_refused(lone, "00100007 0005 04 636f6170",
		       ADTLS_ALERT_UNSUPPORTED_EXTENSION);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_that_was_offered, setup,
						teardown),
		cmocka_unit_test_setup_teardown(anything_else_is_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(nobody_asked, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
