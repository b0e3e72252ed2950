/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Suites, their AEAD and their record-number mask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "crypto/aead.h"
#include "tests/support/test_vectors.h"

static const struct crypto_suite *aes_128_gcm(void)
{
	const struct crypto_suite *suite = crypto_suite_find(0x1301);

	assert_non_null(suite);
	return suite;
}

static void suites_are_found(void **state)
{
	size_t count;
	const struct crypto_suite *const *suites = crypto_suites(&count);

	(void)state;
	assert_true(count >= 1);
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(crypto_suite_find(suites[i]->id), suites[i]);
		assert_in_range(suites[i]->key_len, 16, CRYPTO_KEY_MAX);
		assert_in_range(suites[i]->tag_len, 8, CRYPTO_TAG_MAX);
		assert_in_range(suites[i]->hash->len, 32, CRYPTO_HASH_MAX);
	}
	assert_null(crypto_suite_find(0));
	assert_null(crypto_suite_find(0xc02b));
	assert_string_equal(aes_128_gcm()->name, "TLS_AES_128_GCM_SHA256");
}

/* McGrew and Viega, "The Galois/Counter Mode of Operation", test case 4. */
struct gcm_case {
	struct test_bytes key;
	struct test_bytes nonce;
	struct test_bytes additional;
	struct test_bytes plaintext;
	struct test_bytes sealed;
};

static struct gcm_case gcm_case(void)
{
	return (struct gcm_case){
		.key = test_hex("feffe9928665731c6d6a8f9467308308"),
		.nonce = test_hex("cafebabefacedbaddecaf888"),
		.additional =
			test_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
		.plaintext = test_hex("d9313225f88406e5a55909c5aff5269a"
				      "86a7a9531534f7da2e4c303d8a318a72"
				      "1c3c0c95956809532fcf0e2449a6b525"
				      "b16aedf5aa0de657ba637b39"),
		.sealed = test_hex("42831ec2217774244b7221b784d0d49c"
				   "e3aa212f2c02a4e035c17e2329aca12e"
				   "21d514b25466931c7d8f6a5aac84aa05"
				   "1ba30b396a0aac973d58e091"
				   "5bc94fbc3221a5db94fae95ae7121a47"),
	};
}

static void seals_in_place(void **state)
{
	struct gcm_case given = gcm_case();
	struct crypto_aead *aead =
		crypto_aead_new(aes_128_gcm(), given.key.data);
	struct test_bytes data = given.plaintext;

	(void)state;
	assert_non_null(aead);
	assert_true(crypto_aead_seal(aead, given.nonce.data,
				     test_view(&given.additional), data.data,
				     data.len));
	assert_memory_equal(data.data, given.sealed.data, given.sealed.len);
	assert_true(crypto_aead_open(aead, given.nonce.data,
				     test_view(&given.additional), data.data,
				     given.sealed.len));
	assert_memory_equal(data.data, given.plaintext.data,
			    given.plaintext.len);
	crypto_aead_free(aead);
	crypto_aead_free(NULL);
}

/* Open the case's sealed bytes after a change by the caller. */
static bool opens(const struct gcm_case *given)
{
	struct crypto_aead *aead =
		crypto_aead_new(aes_128_gcm(), given->key.data);
	struct test_bytes data = given->sealed;
	bool ok;

	assert_non_null(aead);
	ok = crypto_aead_open(aead, given->nonce.data,
			      test_view(&given->additional), data.data,
			      data.len);
	crypto_aead_free(aead);
	return ok;
}

static void refuses_every_changed_bit(void **state)
{
	struct gcm_case given = gcm_case();

	(void)state;
	assert_true(opens(&given));
	for (size_t bit = 0; bit < 8 * given.sealed.len; bit++) {
		given.sealed.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_false(opens(&given));
		given.sealed.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	given.additional.data[3] ^= 1;
	assert_false(opens(&given));
	given = gcm_case();
	given.nonce.data[11] ^= 1;
	assert_false(opens(&given));
	given = gcm_case();
	given.key.data[0] ^= 1;
	assert_false(opens(&given));
}

static void refuses_what_is_shorter_than_a_tag(void **state)
{
	struct gcm_case given = gcm_case();

	(void)state;
	for (given.sealed.len = 0; given.sealed.len <= 16; given.sealed.len++)
		assert_false(opens(&given));
}

static void check_mask(const json_t *vector)
{
	struct test_bytes key = test_vector_bytes(vector, "key");
	struct test_bytes sample = test_vector_bytes(vector, "sample");
	struct test_bytes expected = test_vector_bytes(vector, "mask");
	struct crypto_mask *mask;
	uint8_t number[CRYPTO_MASK_SAMPLE_LEN] = { 0 };

	if (strcmp(test_vector_text(vector, "cipher"), "aes") != 0)
		return;
	assert_int_equal(sample.len, CRYPTO_MASK_SAMPLE_LEN);
	mask = crypto_mask_new(aes_128_gcm(), key.data);
	assert_non_null(mask);
	crypto_mask_apply(mask, sample.data, number, sizeof(number));
	assert_memory_equal(number, expected.data, sizeof(number));
	crypto_mask_apply(mask, sample.data, number, 2);
	assert_int_equal(number[0] | number[1], 0);
	assert_memory_equal(number + 2, expected.data + 2, sizeof(number) - 2);
	crypto_mask_free(mask);
}

/* RFC 9001 §A.2: QUIC makes its header mask in the same way. */
static void mask_of_rfc9001(void **state)
{
	(void)state;
	assert_true(test_vectors_each("record_number_mask", check_mask) >= 1);
	crypto_mask_free(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(suites_are_found),
		cmocka_unit_test(seals_in_place),
		cmocka_unit_test(refuses_every_changed_bit),
		cmocka_unit_test(refuses_what_is_shorter_than_a_tag),
		cmocka_unit_test(mask_of_rfc9001),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
