/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Key log lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "keys/key_log.h"

struct seen {
	char line[512];
	int count;
};

static void see(void *context, const char *line)
{
	struct seen *seen = context;

	assert_in_range(strlen(line), 1, sizeof(seen->line) - 1);
	memcpy(seen->line, line, strlen(line) + 1);
	seen->count++;
}

static void a_line_has_three_words(void **state)
{
	struct seen seen = { .count = 0 };
	const struct key_log log = { .write = see, .context = &seen };
	struct secret secret = { .len = 32 };
	uint8_t client_random[32];

	(void)state;
	memset(client_random, 0x0a, sizeof(client_random));
	memset(secret.data, 0xf9, secret.len);
	key_log_secret(&log, KEY_LOG_CLIENT_HANDSHAKE, client_random, &secret);
	assert_int_equal(seen.count, 1);
	assert_string_equal(seen.line, "CLIENT_HANDSHAKE_TRAFFIC_SECRET "
				       "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0"
				       "a0a0a0a0a0a0a0a0a0a0a0a0a "
				       "f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f9f"
				       "9f9f9f9f9f9f9f9f9f9f9f9f9");
}

static void the_longest_secret_fits(void **state)
{
	struct seen seen = { .count = 0 };
	const struct key_log log = { .write = see, .context = &seen };
	struct secret secret = { .len = CRYPTO_HASH_MAX };
	const uint8_t client_random[32] = { 0 };

	(void)state;
	key_log_secret(&log, KEY_LOG_CLIENT_ATTESTATION, client_random,
		       &secret);
	assert_int_equal(seen.count, 1);
	assert_int_equal(strlen(seen.line), strlen(KEY_LOG_CLIENT_ATTESTATION) +
						    1 + 64 + 1 +
						    2 * CRYPTO_HASH_MAX);
}

static void without_a_function_nothing_happens(void **state)
{
	const struct key_log log = { 0 };
	const struct secret secret = { .len = 32 };
	const uint8_t client_random[32] = { 0 };

	(void)state;
	key_log_secret(&log, KEY_LOG_EXPORTER, client_random, &secret);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_three_words),
		cmocka_unit_test(the_longest_secret_fits),
		cmocka_unit_test(without_a_function_nothing_happens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
