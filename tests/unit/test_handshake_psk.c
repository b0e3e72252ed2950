/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a peer with a PSK is called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "handshake/psk.h"

static void assert_described(const char *identity, size_t len,
			     const char *expected)
{
	char description[ADTLS_NAME_MAX];

	assert_true(hs_psk_describe_peer(bytes_of(identity, len), description));
	assert_string_equal(description, expected);
}

static void identities_cannot_be_taken_for_certificates(void **state)
{
	(void)state;
	assert_described("CN=gateway.test", 15, "psk:CN=gateway.test");
	assert_described("sha256:00", 9, "psk:sha256:00");
	assert_described("a\0\n\\\x7f\xff", 6,
			 "psk:a\\x00\\x0a\\x5c\\x7f\\xff");
}

/* SHA-256 of 252 times "i" was computed by sha256sum. */
static void long_identities_stay_apart(void **state)
{
	char identity[252], fitting[ADTLS_NAME_MAX] = "psk:";

	(void)state;
	memset(identity, 'i', sizeof(identity));
	memset(fitting + 4, 'i', 251);
	assert_described(identity, 251, fitting);
	assert_described(identity, 252,
			 "psk-sha256:dfeb08aca663af61c44a5f1c8e63fdd6"
			 "69afea339d2ba7f3cb76e01217f6cc2f");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identities_cannot_be_taken_for_certificates),
		cmocka_unit_test(long_identities_stay_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
