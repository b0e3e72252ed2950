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

#define AES_128_GCM	  0x1301
#define AES_256_GCM	  0x1302
#define CHACHA20_POLY1305 0x1303
#define AES_128_CCM	  0x1304
#define AES_128_CCM_8	  0x1305

static void suites_are_found(void **state)
{
	size_t count;
	const struct crypto_suite *const *suites = crypto_suites(&count);

	(void)state;
	assert_int_equal(count, 5);
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(crypto_suite_find(suites[i]->id), suites[i]);
		assert_in_range(suites[i]->key_len, 16, CRYPTO_KEY_MAX);
		assert_in_range(suites[i]->tag_len, 8, CRYPTO_TAG_MAX);
		assert_in_range(suites[i]->hash->len, 32, CRYPTO_HASH_MAX);
	}
	assert_null(crypto_suite_find(0));
	assert_null(crypto_suite_find(0xc02b));
	assert_string_equal(crypto_suite_find(AES_256_GCM)->name,
			    "TLS_AES_256_GCM_SHA384");
	assert_ptr_equal(crypto_suite_find(AES_256_GCM)->hash, &crypto_sha384);
}

static void assert_limits(uint16_t id, double seal, double forgery,
			  bool needs_forgery_limit)
{
	const struct crypto_suite *suite = crypto_suite_find(id);

	assert_true((double)suite->seal_limit <= seal);
	assert_true((double)(suite->seal_limit + 1) > seal);
	assert_true((double)suite->forgery_limit <= forgery);
	assert_true((double)(suite->forgery_limit + 1) > forgery);
	assert_int_equal(suite->needs_forgery_limit, needs_forgery_limit);
}

/* RFC 8446 §5.5, RFC 9147 §4.5.3 and §B.3; 2^48 is that of all sequence
 * numbers. */
static void limits_of_rfc9147(void **state)
{
	const double forgery = 68719476736.0;	     /* 2^36 */
	const double gcm = 16777216.0 * 1.41421356;  /* 2^24.5 */
	const double ccm = 8388608.0;		     /* 2^23 */
	const double ccm_forgery = ccm * 1.41421356; /* 2^23.5 */

	(void)state;
	assert_limits(AES_128_GCM, gcm, forgery, false);
	assert_limits(AES_256_GCM, gcm, forgery, false);
	assert_limits(CHACHA20_POLY1305, 281474976710656.0, forgery, false);
	assert_limits(AES_128_CCM, ccm, ccm_forgery, false);
	assert_limits(AES_128_CCM_8, ccm, ccm_forgery, true);
}

struct aead_case {
	uint16_t suite;
	struct test_bytes key;
	struct test_bytes nonce;
	struct test_bytes additional;
	struct test_bytes plaintext;
	struct test_bytes sealed;
};

#define GCM_KEY "feffe9928665731c6d6a8f9467308308"
#define GCM_PLAINTEXT                      \
	"d9313225f88406e5a55909c5aff5269a" \
	"86a7a9531534f7da2e4c303d8a318a72" \
	"1c3c0c95956809532fcf0e2449a6b525" \
	"b16aedf5aa0de657ba637b39"

/* McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 4 and
 * 16. */
static struct aead_case gcm_case(uint16_t suite)
{
	bool is_256 = suite == AES_256_GCM;

	return (struct aead_case){
		.suite = suite,
		.key = test_hex(is_256 ? GCM_KEY GCM_KEY : GCM_KEY),
		.nonce = test_hex("cafebabefacedbaddecaf888"),
		.additional =
			test_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
		.plaintext = test_hex(GCM_PLAINTEXT),
		.sealed = test_hex(is_256 ? "522dc1f099567d07f47f37a32a84427d"
					    "643a8cdcbfe5c0c97598a2bd2555d1aa"
					    "8cb08e48590dbb3da7b08b1056828838"
					    "c5f61e6393ba7a0abcc9f662"
					    "76fc6ece0f4e1768cddf8853bb2d551b"
					  : "42831ec2217774244b7221b784d0d49c"
					    "e3aa212f2c02a4e035c17e2329aca12e"
					    "21d514b25466931c7d8f6a5aac84aa05"
					    "1ba30b396a0aac973d58e091"
					    "5bc94fbc3221a5db94fae95ae7121a47"),
	};
}

/* RFC 8439 §2.8.2. */
static struct aead_case chacha20_poly1305_case(void)
{
	static const char text[] =
		"Ladies and Gentlemen of the class of '99: If I could offer "
		"you only one tip for the future, sunscreen would be it.";
	struct aead_case made = {
		.suite = CHACHA20_POLY1305,
		.key = test_hex("808182838485868788898a8b8c8d8e8f"
				"909192939495969798999a9b9c9d9e9f"),
		.nonce = test_hex("070000004041424344454647"),
		.additional = test_hex("50515253c0c1c2c3c4c5c6c7"),
		.sealed = test_hex("d31a8d34648e60db7b86afbc53ef7ec2"
				   "a4aded51296e08fea9e2b5a736ee62d6"
				   "3dbea45e8ca9671282fafb69da92728b"
				   "1a71de0a9e060b2905d6a5b67ecd3b36"
				   "92ddbd7f2d778b8c9803aee328091b58"
				   "fab324e4fad675945585808b4831d7bc"
				   "3ff4def08e4b7a9de576d26586cec64b"
				   "6116"
				   "1ae10b594f09e26a7e902ecbd0600691"),
	};

	made.plaintext.len = sizeof(text) - 1;
	memcpy(made.plaintext.data, text, made.plaintext.len);
	return made;
}

/* NIST SP 800-38C, example 3, which has a tag of 64 bits; with one of 128 bits
 * as OpenSSL 3.0 computes it. */
static struct aead_case ccm_case(uint16_t suite)
{
	return (struct aead_case){
		.suite = suite,
		.key = test_hex("404142434445464748494a4b4c4d4e4f"),
		.nonce = test_hex("101112131415161718191a1b"),
		.additional =
			test_hex("000102030405060708090a0b0c0d0e0f10111213"),
		.plaintext = test_hex("202122232425262728292a2b2c2d2e2f"
				      "3031323334353637"),
		.sealed =
			test_hex(suite == AES_128_CCM_8
					 ? "e3b201a9f5b71a7a9b1ceaeccd97e70b"
					   "6176aad9a4428aa5"
					   "484392fbc1b09951"
					 : "e3b201a9f5b71a7a9b1ceaeccd97e70b"
					   "6176aad9a4428aa5"
					   "c87ae488918de93f17dd3e4934347f44"),
	};
}

/* One for each suite. */
static struct aead_case case_of(const struct crypto_suite *suite)
{
	switch (suite->id) {
	case CHACHA20_POLY1305:
		return chacha20_poly1305_case();
	case AES_128_CCM:
	case AES_128_CCM_8:
		return ccm_case(suite->id);
	default:
		return gcm_case(suite->id);
	}
}

static void for_each_suite(void (*check)(struct aead_case given))
{
	size_t count;
	const struct crypto_suite *const *suites = crypto_suites(&count);

	for (size_t i = 0; i < count; i++) {
		print_message("# %s\n", suites[i]->name);
		check(case_of(suites[i]));
	}
}

static struct crypto_aead *aead_of(const struct aead_case *given)
{
	struct crypto_aead *aead = crypto_aead_new(
		crypto_suite_find(given->suite), given->key.data);

	assert_non_null(aead);
	return aead;
}

static void check_seals_in_place(struct aead_case given)
{
	struct crypto_aead *aead = aead_of(&given);
	struct test_bytes data = given.plaintext;

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
}

static void seals_in_place(void **state)
{
	(void)state;
	for_each_suite(check_seals_in_place);
	crypto_aead_free(NULL);
}

/* Open the case's sealed bytes after a change by the caller. */
static bool opens(const struct aead_case *given)
{
	struct crypto_aead *aead = aead_of(given);
	struct test_bytes data = given->sealed;
	bool ok;

	ok = crypto_aead_open(aead, given->nonce.data,
			      test_view(&given->additional), data.data,
			      data.len);
	crypto_aead_free(aead);
	return ok;
}

static void check_refuses_every_changed_bit(struct aead_case given)
{
	assert_true(opens(&given));
	for (size_t bit = 0; bit < 8 * given.sealed.len; bit++) {
		given.sealed.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_false(opens(&given));
		given.sealed.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
	}
	given.additional.data[3] ^= 1;
	assert_false(opens(&given));
	given.additional.data[3] ^= 1;
	given.nonce.data[11] ^= 1;
	assert_false(opens(&given));
	given.nonce.data[11] ^= 1;
	given.key.data[given.key.len - 1] ^= 1;
	assert_false(opens(&given));
}

static void refuses_every_changed_bit(void **state)
{
	(void)state;
	for_each_suite(check_refuses_every_changed_bit);
}

static void check_refuses_what_is_shorter(struct aead_case given)
{
	size_t tag_len = crypto_suite_find(given.suite)->tag_len;

	for (given.sealed.len = 0; given.sealed.len <= tag_len;
	     given.sealed.len++)
		assert_false(opens(&given));
}

static void refuses_what_is_shorter_than_a_tag(void **state)
{
	(void)state;
	for_each_suite(check_refuses_what_is_shorter);
}

/* The suites that mask with the vector's cipher and length of key. */
static bool masks_with(const struct crypto_suite *suite, const char *cipher,
		       size_t key_len)
{
	bool is_chacha20 = suite->id == CHACHA20_POLY1305;

	return is_chacha20 == (strcmp(cipher, "chacha20") == 0) &&
	       suite->key_len == key_len;
}

static void check_mask_of(const struct crypto_suite *suite,
			  const struct test_bytes *key,
			  const struct test_bytes *sample,
			  const struct test_bytes *expected)
{
	struct crypto_mask *mask = crypto_mask_new(suite, key->data);
	uint8_t number[CRYPTO_MASK_SAMPLE_LEN] = { 0 };

	assert_non_null(mask);
	crypto_mask_apply(mask, sample->data, number, sizeof(number));
	assert_memory_equal(number, expected->data, sizeof(number));
	/* The same again: computing a mask leaves the key as it was. */
	crypto_mask_apply(mask, sample->data, number, 2);
	assert_int_equal(number[0] | number[1], 0);
	assert_memory_equal(number + 2, expected->data + 2, sizeof(number) - 2);
	crypto_mask_free(mask);
}

static void check_mask(const json_t *vector)
{
	struct test_bytes key = test_vector_bytes(vector, "key");
	struct test_bytes sample = test_vector_bytes(vector, "sample");
	struct test_bytes expected = test_vector_bytes(vector, "mask");
	const char *cipher = test_vector_text(vector, "cipher");
	size_t checked = 0;
	size_t count;
	const struct crypto_suite *const *suites = crypto_suites(&count);

	assert_int_equal(sample.len, CRYPTO_MASK_SAMPLE_LEN);
	for (size_t i = 0; i < count; i++) {
		if (!masks_with(suites[i], cipher, key.len))
			continue;
		check_mask_of(suites[i], &key, &sample, &expected);
		checked++;
	}
	assert_true(checked >= 1);
}

/* RFC 9001 §A.2 and §A.5: QUIC makes its header mask in the same way. FIPS 197
 * §C.3 and RFC 8439 §2.3.2 are of the ciphers themselves, the latter with a
 * counter and a nonce that tell how the sample is split. */
static void mask_of_rfc9001(void **state)
{
	(void)state;
	assert_true(test_vectors_each("record_number_mask", check_mask) >= 4);
	crypto_mask_free(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(suites_are_found),
		cmocka_unit_test(limits_of_rfc9147),
		cmocka_unit_test(seals_in_place),
		cmocka_unit_test(refuses_every_changed_bit),
		cmocka_unit_test(refuses_what_is_shorter_than_a_tag),
		cmocka_unit_test(mask_of_rfc9001),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
