/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hashes, HMAC and HKDF against the values of their standards and of the
 * Python peer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "crypto/hash.h"
#include "tests/support/test_vectors.h"

static void assert_hex(const void *actual, size_t len, const char *digits)
{
	struct test_bytes expected = test_hex(digits);

	assert_int_equal(len, expected.len);
	assert_memory_equal(actual, expected.data, len);
}

/* FIPS 180-4, example "abc". */
static void sha256_of_abc(void **state)
{
	uint8_t out[32];

	(void)state;
	assert_true(
		crypto_hash_compute(&crypto_sha256, bytes_of("abc", 3), out));
	assert_hex(out, 32,
		   "ba7816bf8f01cfea414140de5dae2223"
		   "b00361a396177a9cb410ff61f20015ad");
}

static void sha256_of_nothing(void **state)
{
	uint8_t out[32];

	(void)state;
	assert_true(
		crypto_hash_compute(&crypto_sha256, bytes_of(NULL, 0), out));
	assert_hex(out, 32,
		   "e3b0c44298fc1c149afbf4c8996fb924"
		   "27ae41e4649b934ca495991b7852b855");
}

static void peek_leaves_the_hash_running(void **state)
{
	struct crypto_hash_state *hash = crypto_hash_new(&crypto_sha256);
	uint8_t peeked[32];
	uint8_t expected[32];

	(void)state;
	assert_non_null(hash);
	assert_true(crypto_hash_update(hash, "a", 1));
	assert_true(crypto_hash_peek(hash, peeked));
	assert_true(crypto_hash_compute(&crypto_sha256, bytes_of("a", 1),
					expected));
	assert_memory_equal(peeked, expected, 32);
	assert_true(crypto_hash_update(hash, NULL, 0));
	assert_true(crypto_hash_update(hash, "bc", 2));
	assert_true(crypto_hash_peek(hash, peeked));
	assert_true(crypto_hash_compute(&crypto_sha256, bytes_of("abc", 3),
					expected));
	assert_memory_equal(peeked, expected, 32);
	crypto_hash_free(hash);
	crypto_hash_free(NULL);
}

/* RFC 4231 §4.3. */
static void hmac_sha256(void **state)
{
	static const char data[] = "what do ya want for nothing?";
	uint8_t out[32];

	(void)state;
	assert_true(crypto_hmac(&crypto_sha256, bytes_of("Jefe", 4),
				bytes_of(data, sizeof(data) - 1), out));
	assert_hex(out, 32,
		   "5bdcc146bf60754e6a042426089575c7"
		   "5a003f089d2739839dec58b964ec3843");
}

/* RFC 5869 §A.1. */
static void hkdf_with_salt(void **state)
{
	struct test_bytes input =
		test_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
	struct test_bytes salt = test_hex("000102030405060708090a0b0c");
	struct test_bytes info = test_hex("f0f1f2f3f4f5f6f7f8f9");
	struct secret key;
	uint8_t out[42];

	(void)state;
	assert_true(crypto_hkdf_extract(&crypto_sha256, test_view(&salt),
					test_view(&input), &key));
	assert_hex(key.data, key.len,
		   "077709362c2e32df0ddc3f0dc47bba63"
		   "90b6c73bb50f9c3122ec844ad7c2b3e5");
	assert_true(crypto_hkdf_expand(&crypto_sha256,
				       bytes_of(key.data, key.len),
				       test_view(&info), out, sizeof(out)));
	assert_hex(
		out, sizeof(out),
		"3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4"
		"c5bf34007208d5b887185865");
}

/* RFC 5869 §A.3. */
static void hkdf_without_salt(void **state)
{
	struct test_bytes input =
		test_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
	struct secret key;

	(void)state;
	assert_true(crypto_hkdf_extract(&crypto_sha256, bytes_of(NULL, 0),
					test_view(&input), &key));
	assert_hex(key.data, key.len,
		   "19ef24a32c717b167f33a91d6f648bdf"
		   "96596776afdb6377ac434c1c293ccb04");
	secret_wipe(&key);
	assert_int_equal(key.len, 0);
	assert_int_equal(key.data[0], 0);
}

static void check_label(const json_t *vector)
{
	struct test_bytes secret = test_vector_bytes(vector, "secret");
	struct test_bytes context = test_vector_bytes(vector, "context");
	size_t len = test_vector_number(vector, "length");
	uint8_t out[256];

	assert_in_range(len, 1, sizeof(out));
	assert_true(crypto_hkdf_expand_label(
		&crypto_sha256, test_vector_text(vector, "prefix"),
		test_view(&secret), test_vector_text(vector, "label"),
		test_view(&context), out, len));
	test_assert_field(vector, "output", out, len);
}

static void labels_of_the_peer(void **state)
{
	(void)state;
	assert_true(test_vectors_each("hkdf_label", check_label) >= 18);
}

static bool expand_label(size_t label_len, size_t context_len, size_t out_len)
{
	static uint8_t out[70000];
	static const uint8_t zero[256];
	char label[300];

	memset(label, 'a', sizeof(label));
	label[label_len] = '\0';
	return crypto_hkdf_expand_label(
		&crypto_sha256, "dtls13", bytes_of(zero, 32), label,
		bytes_of(zero, context_len), out, out_len);
}

static void labels_have_limits(void **state)
{
	(void)state;
	assert_true(expand_label(249, 255, 32));
	assert_false(expand_label(250, 0, 32));
	assert_false(expand_label(3, 256, 32));
	assert_true(expand_label(3, 0, 255 * 32));
	assert_false(expand_label(3, 0, 255 * 32 + 1));
	assert_false(expand_label(3, 0, 65536 + 32));
}

static void comparison(void **state)
{
	(void)state;
	assert_true(crypto_equal("abc", "abc", 3));
	assert_false(crypto_equal("abc", "abd", 3));
	assert_false(crypto_equal("abc", "bbc", 3));
	assert_true(crypto_equal("abc", "abd", 2));
	assert_true(crypto_equal(NULL, NULL, 0));
}

static int failing_fill(void *context, uint8_t *out, size_t len)
{
	(void)context;
	(void)out;
	(void)len;
	return -1;
}

static void randomness(void **state)
{
	const struct crypto_random failing = { .fill = failing_fill };
	uint8_t a[32] = { 0 };
	uint8_t b[32] = { 0 };

	(void)state;
	assert_true(crypto_random_fill(&crypto_system_random, a, sizeof(a)));
	assert_true(crypto_random_fill(&crypto_system_random, b, sizeof(b)));
	assert_memory_not_equal(a, b, sizeof(a));
	assert_false(crypto_random_fill(&failing, a, sizeof(a)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(sha256_of_abc),
		cmocka_unit_test(sha256_of_nothing),
		cmocka_unit_test(peek_leaves_the_hash_running),
		cmocka_unit_test(hmac_sha256),
		cmocka_unit_test(hkdf_with_salt),
		cmocka_unit_test(hkdf_without_salt),
		cmocka_unit_test(labels_of_the_peer),
		cmocka_unit_test(labels_have_limits),
		cmocka_unit_test(comparison),
		cmocka_unit_test(randomness),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
