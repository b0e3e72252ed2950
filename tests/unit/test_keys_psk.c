/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Binders and the PSKs of tickets, against RFC 8448 §4, and what a binder
 * covers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "base/wire.h"
#include "keys/key_schedule.h"
#include "keys/transcript.h"
#include "tests/support/test_vectors.h"

#define PSK "4ecd0eb6ec3b4d87f5d6028f922ca4c5851a277fd41311c9e62d2c9492e1c4f3"

static void assert_hex(const void *data, size_t len, const char *digits)
{
	struct test_bytes expected = test_hex(digits);

	assert_int_equal(len, expected.len);
	assert_memory_equal(data, expected.data, len);
}

static void the_binder_of_rfc8448(void **state)
{
	struct test_bytes psk = test_hex(PSK);
	struct test_bytes hash = test_hex("63224b2e4573f2d3454ca84b9d009a04"
					  "f6be9e05711a8396473aefa01e924a14");
	uint8_t binder[CRYPTO_HASH_MAX];

	(void)state;
	assert_true(key_psk_binder(&crypto_sha256, "tls13 ", test_view(&psk),
				   false, hash.data, binder));
	assert_hex(binder, 32, "3add4fb2d8fdf822a0ca3cf7678ef5e8"
			       "8dae990141c5924d57bb6fa31b9e5f9d");
	/* DTLS has a prefix, an external PSK a label of its own. */
	assert_true(key_psk_binder(&crypto_sha256, KEY_LABEL_PREFIX_DTLS13,
				   test_view(&psk), false, hash.data, binder));
	assert_int_not_equal(binder[0], 0x3a);
	assert_true(key_psk_binder(&crypto_sha256, "tls13 ", test_view(&psk),
				   true, hash.data, binder));
	assert_int_not_equal(binder[0], 0x3a);
}

static void the_psk_of_rfc8448(void **state)
{
	struct test_bytes main = test_hex("7df235f2031d2a051287d02b0241b0bf"
					  "daf86cc856231f2d5aba46c434ec196c");
	struct test_bytes nonce = test_hex("0000");
	struct secret resumption_main = { .len = 32 }, psk;

	(void)state;
	memcpy(resumption_main.data, main.data, 32);
	assert_true(key_resumption_psk(&crypto_sha256, "tls13 ",
				       &resumption_main, test_view(&nonce),
				       &psk));
	assert_hex(psk.data, psk.len, PSK);
}

/* A hello up to its binders, with the length of the whole. */
static void a_binder_covers_what_stands_before_it(void **state)
{
	static const uint8_t message[] = { 1, 0, 0, 6, 'h', 'e', 'l', 'l' };
	uint8_t expected[CRYPTO_HASH_MAX], hash[CRYPTO_HASH_MAX];
	struct transcript transcript;
	uint8_t whole[CRYPTO_HASH_MAX];

	(void)state;
	transcript_init(&transcript);
	assert_true(crypto_hash_compute(&crypto_sha256,
					bytes_of(message, sizeof(message)),
					expected));
	assert_true(transcript_hash_partial(&transcript, &crypto_sha256, 6,
					    bytes_of("hell", 4), hash));
	assert_memory_equal(hash, expected, 32);
	/* With another hash chosen there is none to go on from. */
	assert_true(transcript_choose(&transcript, &crypto_sha256));
	assert_true(transcript_hash_partial(&transcript, &crypto_sha256, 6,
					    bytes_of("hell", 4), hash));
	assert_memory_equal(hash, expected, 32);
	assert_false(transcript_hash_partial(&transcript, &crypto_sha384, 6,
					     bytes_of("hell", 4), hash));
	/* The transcript itself has not moved. */
	assert_true(transcript_hash(&transcript, whole));
	assert_true(crypto_hash_compute(&crypto_sha256, bytes_of(NULL, 0),
					expected));
	assert_memory_equal(whole, expected, 32);
	transcript_clear(&transcript);
}

/* After HelloRetryRequest: message_hash(ClientHello1), HelloRetryRequest, and
 * the second hello (RFC 8446 §4.2.11.2). */
static void a_retry_comes_first(void **state)
{
	uint8_t hash[CRYPTO_HASH_MAX], expected[CRYPTO_HASH_MAX];
	uint8_t bytes[64];
	struct transcript transcript;
	struct wire_writer writer;

	(void)state;
	transcript_init(&transcript);
	assert_true(transcript_choose(&transcript, &crypto_sha256));
	assert_true(transcript_add(&transcript, 1, bytes_of("first", 5)));
	assert_true(transcript_replace_with_hash(&transcript));
	assert_true(transcript_add(&transcript, 2, bytes_of("retry", 5)));
	assert_true(transcript_hash_partial(&transcript, &crypto_sha256, 9,
					    bytes_of("second", 6), hash));
	wire_writer_init(&writer, bytes, sizeof(bytes));
	wire_write_bytes(&writer, "\376\0\0\40", 4);
	assert_true(crypto_hash_compute(&crypto_sha256,
					bytes_of("\1\0\0\5first", 9),
					wire_write_reserve(&writer, 32)));
	wire_write_bytes(&writer, "\2\0\0\5retry\1\0\0\11second", 19);
	assert_true(crypto_hash_compute(&crypto_sha256, wire_written(&writer),
					expected));
	assert_memory_equal(hash, expected, 32);
	transcript_clear(&transcript);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_binder_of_rfc8448),
		cmocka_unit_test(the_psk_of_rfc8448),
		cmocka_unit_test(a_binder_covers_what_stands_before_it),
		cmocka_unit_test(a_retry_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
