/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signatures: RFC 6979's values, the Python peer's, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gnutls/abstract.h>
#include <string.h>

#include "crypto/signature.h"
#include "tests/support/test_vectors.h"

/* RFC 6979 §A.2.5, as RFC 5915 ECPrivateKey. */
#define RFC6979_KEY                                                        \
	"30770201010420"                                                   \
	"c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721" \
	"a00a06082a8648ce3d030107a14403420004" RFC6979_X RFC6979_Y
#define RFC6979_X \
	"60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
#define RFC6979_Y \
	"7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
/* Of "sample" with SHA-256. */
#define RFC6979_R \
	"efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
#define RFC6979_S \
	"f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"

static const adtls_bytes_t sample = {
	.data = (const uint8_t *)"sample",
	.len = 6,
};

static const struct crypto_scheme *scheme(void)
{
	const struct crypto_scheme *found = crypto_scheme_find(0x0403);

	assert_non_null(found);
	return found;
}

static struct crypto_private_key *private_key(const char *digits)
{
	struct test_bytes der = test_hex(digits);

	return crypto_private_key_new(test_view(&der));
}

static struct crypto_public_key *rfc6979_public_key(void)
{
	struct test_bytes x = test_hex(RFC6979_X);
	struct test_bytes y = test_hex(RFC6979_Y);
	struct crypto_public_key *key =
		crypto_public_key_new_p256(x.data, y.data);

	assert_non_null(key);
	return key;
}

static void schemes_are_found(void **state)
{
	size_t count;
	const struct crypto_scheme *const *schemes = crypto_schemes(&count);

	(void)state;
	assert_int_equal(count, 9);
	for (size_t i = 0; i < count; i++)
		assert_ptr_equal(crypto_scheme_find(schemes[i]->id),
				 schemes[i]);
	assert_null(crypto_scheme_find(0x0203));
	assert_string_equal(scheme()->name, "ECDSA-SECP256R1-SHA256");
}

static void reproducible_signature_of_rfc6979(void **state)
{
	struct crypto_private_key *key = private_key(RFC6979_KEY);
	struct test_bytes der =
		test_hex("3046022100" RFC6979_R "022100" RFC6979_S);
	struct test_bytes raw = test_hex(RFC6979_R RFC6979_S);
	struct buffer signature = { 0 };
	uint8_t out[64];

	(void)state;
	assert_non_null(key);
	assert_true(crypto_sign(key, scheme(), true, sample, &signature));
	assert_int_equal(signature.len, der.len);
	assert_memory_equal(signature.data, der.data, der.len);
	assert_true(crypto_sign_es256(key, true, sample, out));
	assert_memory_equal(out, raw.data, sizeof(out));
	buffer_clear(&signature);
	crypto_private_key_unref(key);
}

static void signatures_verify_and_differ(void **state)
{
	struct crypto_private_key *key = private_key(RFC6979_KEY);
	struct crypto_public_key *public = rfc6979_public_key();
	struct buffer first = { 0 };
	struct buffer second = { 0 };

	(void)state;
	assert_true(crypto_sign(key, scheme(), false, sample, &first));
	assert_true(crypto_sign(key, scheme(), false, sample, &second));
	assert_false(bytes_equal(buffer_bytes(&first), buffer_bytes(&second)));
	assert_true(
		crypto_verify(public, scheme(), sample, buffer_bytes(&first)));
	assert_true(
		crypto_verify(public, scheme(), sample, buffer_bytes(&second)));
	assert_false(crypto_verify(public, scheme(), bytes_of("simple", 6),
				   buffer_bytes(&first)));
	first.data[first.len - 1] ^= 1;
	assert_false(
		crypto_verify(public, scheme(), sample, buffer_bytes(&first)));
	assert_false(crypto_verify(public, scheme(), sample,
				   bytes_of(second.data, second.len - 1)));
	assert_false(
		crypto_verify(public, scheme(), sample, bytes_of(NULL, 0)));
	buffer_clear(&first);
	buffer_clear(&second);
	crypto_public_key_free(public);
	crypto_private_key_unref(key);
}

/* r or s may be short: pad on the left, whatever DER leaves out. */
static void raw_signatures_verify(void **state)
{
	struct crypto_private_key *key = private_key(RFC6979_KEY);
	struct crypto_public_key *public = rfc6979_public_key();
	uint8_t data[2] = { 0 };
	uint8_t raw[64];
	bool had_short = false;

	(void)state;
	for (int i = 0; i < 600; i++) {
		data[0] = (uint8_t)(i >> 8);
		data[1] = (uint8_t)i;
		assert_true(
			crypto_sign_es256(key, true, bytes_of(data, 2), raw));
		assert_true(crypto_verify_es256(public, bytes_of(data, 2),
						bytes_of(raw, 64)));
		had_short |= raw[0] == 0 || raw[32] == 0;
	}
	assert_true(had_short);
	assert_false(crypto_verify_es256(public, bytes_of(data, 2),
					 bytes_of(raw, 63)));
	assert_false(crypto_verify_es256(public, bytes_of(data, 1),
					 bytes_of(raw, 64)));
	raw[40] ^= 1;
	assert_false(crypto_verify_es256(public, bytes_of(data, 2),
					 bytes_of(raw, 64)));
	memset(raw, 0, sizeof(raw));
	assert_false(crypto_verify_es256(public, bytes_of(data, 2),
					 bytes_of(raw, 64)));
	crypto_public_key_free(public);
	crypto_private_key_unref(key);
}

static void public_half_of_a_private_key(void **state)
{
	struct crypto_private_key *key = private_key(RFC6979_KEY);
	struct test_bytes expected =
		test_hex("3059301306072a8648ce3d020106082a8648ce3d030107034200"
			 "04" RFC6979_X RFC6979_Y);
	struct buffer spki = { 0 };
	struct crypto_public_key *public;
	uint8_t x[32];
	uint8_t y[32];

	(void)state;
	assert_true(crypto_private_key_fits(key, scheme()));
	assert_true(crypto_private_key_spki(key, &spki));
	assert_true(bytes_equal(buffer_bytes(&spki), test_view(&expected)));
	public = crypto_public_key_new_spki(buffer_bytes(&spki));
	assert_non_null(public);
	assert_true(crypto_public_key_fits(public, scheme()));
	assert_true(crypto_public_key_p256(public, x, y));
	assert_memory_equal(x, test_hex(RFC6979_X).data, 32);
	assert_memory_equal(y, test_hex(RFC6979_Y).data, 32);
	crypto_public_key_free(public);
	buffer_clear(&spki);
	crypto_private_key_unref(key);
}

static void references_are_counted(void **state)
{
	struct crypto_private_key *key = private_key(RFC6979_KEY);
	struct buffer signature = { 0 };

	(void)state;
	assert_ptr_equal(crypto_private_key_ref(key), key);
	crypto_private_key_unref(key);
	assert_true(crypto_sign(key, scheme(), true, sample, &signature));
	buffer_clear(&signature);
	crypto_private_key_unref(key);
	crypto_private_key_unref(NULL);
	crypto_public_key_free(NULL);
}

/* RFC 8032 §7.1, test 1, as PKCS#8 and as SubjectPublicKeyInfo. */
#define ED25519_KEY                        \
	"302e020100300506032b657004220420" \
	"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
#define ED25519_SPKI               \
	"302a300506032b6570032100" \
	"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"

/* What is for P-256 makes nothing and verifies nothing with a key of another
 * kind. */
static void other_kinds_do_not_fit(void **state)
{
	struct crypto_private_key *key = private_key(ED25519_KEY);
	struct test_bytes spki = test_hex(ED25519_SPKI);
	struct crypto_public_key *public =
		crypto_public_key_new_spki(test_view(&spki));
	struct buffer signature = { 0 };
	uint8_t raw[64] = { 1 };

	(void)state;
	assert_non_null(key);
	assert_non_null(public);
	assert_false(crypto_private_key_fits(key, scheme()));
	assert_false(crypto_sign(key, scheme(), false, sample, &signature));
	assert_false(crypto_sign_es256(key, false, sample, raw));
	assert_false(crypto_public_key_fits(public, scheme()));
	assert_false(crypto_public_key_p256(public, raw, raw + 32));
	assert_false(
		crypto_verify(public, scheme(), sample, bytes_of(raw, 64)));
	assert_false(crypto_verify_es256(public, sample, bytes_of(raw, 64)));
	crypto_public_key_free(public);
	crypto_private_key_unref(key);
}

static struct crypto_private_key *rsa_private_key(unsigned bits)
{
	struct crypto_private_key *made;
	gnutls_x509_privkey_t key;
	gnutls_datum_t der;

	assert_int_equal(gnutls_x509_privkey_init(&key), 0);
	assert_int_equal(
		gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, bits, 0), 0);
	assert_int_equal(
		gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_DER, &der), 0);
	made = crypto_private_key_new(bytes_of(der.data, der.size));
	gnutls_free(der.data);
	gnutls_x509_privkey_deinit(key);
	return made;
}

static const struct crypto_scheme *scheme_of(uint16_t id)
{
	const struct crypto_scheme *found = crypto_scheme_find(id);

	assert_non_null(found);
	return found;
}

/* Sign with @key and verify with its public half, or that of a vector. */
static void assert_signs(const char *key_digits, uint16_t scheme_id,
			 const char *message, const char *expected)
{
	struct crypto_private_key *key = private_key(key_digits);
	struct test_bytes data = test_hex(message);
	struct test_bytes wanted = test_hex(expected);
	const struct crypto_scheme *found = scheme_of(scheme_id);
	struct crypto_public_key *public;
	struct buffer signature = { 0 };
	struct buffer spki = { 0 };

	assert_non_null(key);
	assert_true(crypto_private_key_fits(key, found));
	assert_true(
		crypto_sign(key, found, true, test_view(&data), &signature));
	assert_int_equal(signature.len, wanted.len);
	assert_memory_equal(signature.data, wanted.data, wanted.len);
	assert_true(crypto_private_key_spki(key, &spki));
	public = crypto_public_key_new_spki(buffer_bytes(&spki));
	assert_non_null(public);
	assert_ptr_equal(crypto_public_key_scheme(public), found);
	assert_true(crypto_verify(public, found, test_view(&data),
				  buffer_bytes(&signature)));
	crypto_public_key_free(public);
	buffer_clear(&signature);
	buffer_clear(&spki);
	crypto_private_key_unref(key);
}

/* RFC 8032 §7.1, test 2. */
static void ed25519_of_rfc8032(void **state)
{
	(void)state;
	assert_signs("302e020100300506032b657004220420"
		     "4ccd089b28ff96da9db6c346ec114e0f"
		     "5b8a319f35aba624da8cf6ed4fb8a6fb",
		     0x0807, "72",
		     "92a009a9f0d4cab8720e820b5f642540"
		     "a2b27b5416503f8fb3762223ebdb69da"
		     "085ac1e43e15996e458f3613d0f11d8c"
		     "387b2eaeb4302aeeb00d291612bb0c00");
}

/* RFC 6979 §A.2.6, as RFC 5915 ECPrivateKey: "sample" with SHA-384. */
static void p384_of_rfc6979(void **state)
{
	(void)state;
	assert_signs("3081a40201010430"
		     "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba"
		     "9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5"
		     "a00706052b81040022a16403620004"
		     "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e"
		     "06aae5286b300c64def8f0ea9055866064a254515480bc13"
		     "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9"
		     "f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720",
		     0x0503, "73616d706c65",
		     "3066023100"
		     "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa7"
		     "3d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46"
		     "023100"
		     "99ef4aeb15f178cea1fe40db2603138f130e740a19624526"
		     "203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8");
}

static void check_signature(const json_t *vector)
{
	struct test_bytes spki = test_vector_bytes(vector, "spki");
	struct test_bytes content = test_vector_bytes(vector, "content");
	struct test_bytes signature = test_vector_bytes(vector, "signature");
	const struct crypto_scheme *found =
		scheme_of((uint16_t)test_vector_number(vector, "scheme"));
	struct crypto_public_key *key =
		crypto_public_key_new_spki(test_view(&spki));

	assert_non_null(key);
	assert_true(crypto_public_key_fits(key, found));
	assert_false(crypto_public_key_fits(key, scheme()));
	assert_int_equal(crypto_verify(key, found, test_view(&content),
				       test_view(&signature)),
			 test_vector_flag(vector, "is_valid"));
	content.data[content.len - 1] ^= 1;
	assert_false(crypto_verify(key, found, test_view(&content),
				   test_view(&signature)));
	crypto_public_key_free(key);
}

static void signatures_of_openssl(void **state)
{
	(void)state;
	assert_true(test_vectors_each("signature", check_signature) >= 20);
}

/* RFC 8446 §4.2.3: never in CertificateVerify. */
static void no_key_fits_what_is_for_certificates(void **state)
{
	static const uint16_t ids[] = { 0x0401, 0x0501, 0x0601 };
	struct crypto_private_key *key = rsa_private_key(2048);
	struct buffer signature = { 0 };

	(void)state;
	assert_true(crypto_private_key_fits(key, scheme_of(0x0804)));
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		assert_true(scheme_of(ids[i])->is_for_certificates);
		assert_false(crypto_private_key_fits(key, scheme_of(ids[i])));
		assert_false(crypto_sign(key, scheme_of(ids[i]), false, sample,
					 &signature));
	}
	crypto_private_key_unref(key);
}

/* Salted even if a reproducible signature is asked for, else no peer would
 * verify it (RFC 8446 §4.2.3). */
static void pss_is_salted(void **state)
{
	static const uint16_t ids[] = { 0x0804, 0x0805, 0x0806 };
	struct crypto_private_key *key = rsa_private_key(2048);
	struct buffer spki = { 0 };
	struct crypto_public_key *public;

	(void)state;
	assert_true(crypto_private_key_spki(key, &spki));
	public = crypto_public_key_new_spki(buffer_bytes(&spki));
	assert_non_null(public);
	for (size_t i = 0; i < 2 * sizeof(ids) / sizeof(ids[0]); i++) {
		const struct crypto_scheme *found = scheme_of(ids[i / 2]);
		struct buffer signature = { 0 };

		assert_true(crypto_sign(key, found, i % 2 == 1, sample,
					&signature));
		assert_int_equal(signature.len, 256);
		assert_true(crypto_verify(public, found, sample,
					  buffer_bytes(&signature)));
		assert_false(crypto_verify(
			public, found, sample,
			bytes_of(signature.data, signature.len - 1)));
		buffer_clear(&signature);
	}
	crypto_public_key_free(public);
	buffer_clear(&spki);
	crypto_private_key_unref(key);
}

/* SubjectPublicKeyInfo of RSA with a modulus of @bits, a multiple of 8, that
 * nobody knows the factors of. */
static struct test_bytes rsa_spki(size_t bits)
{
	uint8_t modulus[CRYPTO_RSA_MAX / 8 + 16];
	static const uint8_t exponent[] = { 1, 0, 1 };
	gnutls_datum_t n = { modulus, (unsigned)(bits / 8) };
	gnutls_datum_t e = { (unsigned char *)exponent, sizeof(exponent) };
	struct test_bytes spki;
	gnutls_pubkey_t key;

	assert_in_range(n.size, 1, sizeof(modulus));
	memset(modulus, 0xc5, sizeof(modulus));
	spki.len = sizeof(spki.data);
	assert_int_equal(gnutls_pubkey_init(&key), 0);
	assert_int_equal(gnutls_pubkey_import_rsa_raw(key, &n, &e), 0);
	assert_int_equal(gnutls_pubkey_export(key, GNUTLS_X509_FMT_DER,
					      spki.data, &spki.len),
			 0);
	gnutls_pubkey_deinit(key);
	return spki;
}

static void sizes_of_rsa_are_bounded(void **state)
{
	static const struct {
		size_t bits;
		bool is_accepted;
	} sizes[] = {
		{ 1024, false }, { 2040, false }, { 2048, true },
		{ 4096, true },	 { 8192, true },  { 8200, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct test_bytes spki = rsa_spki(sizes[i].bits);
		struct crypto_public_key *key =
			crypto_public_key_new_spki(test_view(&spki));

		assert_int_equal(key != NULL, sizes[i].is_accepted);
		crypto_public_key_free(key);
	}
	assert_null(rsa_private_key(1024));
}

static const char pem_key[] =
	"A comment, as tools leave it.\n"
	"-----BEGIN EC PRIVATE KEY-----\n"
	"MHcCAQEEIMmvqdhFunUWa1whV2ex1pNOUMPbNuibEnuKYisSD2choAoGCCqGSM49\n"
	"AwEHoUQDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7Yfps5mliLmDyn7Z5A/4QCLi8\n"
	"maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n"
	"-----END EC PRIVATE KEY-----\n";

static void private_keys_in_pem(void **state)
{
	struct crypto_private_key *key =
		crypto_private_key_new(bytes_of(pem_key, sizeof(pem_key) - 1));

	(void)state;
	assert_non_null(key);
	assert_true(crypto_private_key_fits(key, scheme()));
	crypto_private_key_unref(key);
}

static void unusable_keys_are_refused(void **state)
{
	struct test_bytes x = test_hex(RFC6979_X);
	struct test_bytes der = test_hex(RFC6979_KEY);

	(void)state;
	assert_null(crypto_private_key_new(bytes_of(NULL, 0)));
	assert_null(crypto_private_key_new(bytes_of("-----BEGIN", 10)));
	for (size_t len = 1; len < der.len; len++)
		assert_null(crypto_private_key_new(bytes_of(der.data, len)));
	assert_null(crypto_public_key_new_p256(x.data, x.data));
	assert_null(crypto_public_key_new_spki(bytes_of(NULL, 0)));
	for (size_t len = 1; len < der.len; len++)
		assert_null(
			crypto_public_key_new_spki(bytes_of(der.data, len)));
}

static void check_certificate_verify(const json_t *vector)
{
	struct test_bytes spki = test_vector_bytes(vector, "spki");
	struct test_bytes content = test_vector_bytes(vector, "content");
	struct test_bytes signature = test_vector_bytes(vector, "signature");
	struct crypto_public_key *key =
		crypto_public_key_new_spki(test_view(&spki));

	assert_non_null(key);
	assert_true(crypto_verify(key, scheme(), test_view(&content),
				  test_view(&signature)));
	content.data[content.len - 1] ^= 1;
	assert_false(crypto_verify(key, scheme(), test_view(&content),
				   test_view(&signature)));
	crypto_public_key_free(key);
}

static void check_evidence(const json_t *vector)
{
	struct test_bytes spki = test_vector_bytes(vector, "attestation_spki");
	struct test_bytes input = test_vector_bytes(vector, "signature_input");
	struct test_bytes signature = test_vector_bytes(vector, "signature");
	struct crypto_public_key *key =
		crypto_public_key_new_spki(test_view(&spki));

	assert_non_null(key);
	assert_true(crypto_verify_es256(key, test_view(&input),
					test_view(&signature)));
	input.data[0] ^= 1;
	assert_false(crypto_verify_es256(key, test_view(&input),
					 test_view(&signature)));
	crypto_public_key_free(key);
}

static void signatures_of_the_peer(void **state)
{
	(void)state;
	assert_true(test_vectors_each("certificate_verify",
				      check_certificate_verify) >= 2);
	assert_true(test_vectors_each("evidence", check_evidence) >= 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(schemes_are_found),
		cmocka_unit_test(reproducible_signature_of_rfc6979),
		cmocka_unit_test(signatures_verify_and_differ),
		cmocka_unit_test(raw_signatures_verify),
		cmocka_unit_test(public_half_of_a_private_key),
		cmocka_unit_test(references_are_counted),
		cmocka_unit_test(other_kinds_do_not_fit),
		cmocka_unit_test(ed25519_of_rfc8032),
		cmocka_unit_test(p384_of_rfc6979),
		cmocka_unit_test(signatures_of_openssl),
		cmocka_unit_test(no_key_fits_what_is_for_certificates),
		cmocka_unit_test(pss_is_salted),
		cmocka_unit_test(sizes_of_rsa_are_bounded),
		cmocka_unit_test(private_keys_in_pem),
		cmocka_unit_test(unusable_keys_are_refused),
		cmocka_unit_test(signatures_of_the_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
