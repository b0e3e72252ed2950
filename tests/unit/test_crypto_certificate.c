/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The walk to a certificate's SubjectPublicKeyInfo. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "crypto/certificate.h"
#include "tests/support/test_credentials.h"

/* GnuTLS encodes a key that is encoded as usual to the same bytes. */
static void check_spki(const struct test_certificate *made)
{
	struct test_bytes der = test_certificate_der(made);
	gnutls_datum_t encoded = { .data = der.data,
				   .size = (unsigned)der.len };
	gnutls_x509_crt_t certificate;
	gnutls_pubkey_t key;
	gnutls_datum_t expected;
	adtls_bytes_t spki;

	gnutls_x509_crt_init(&certificate);
	assert_int_equal(gnutls_x509_crt_import(certificate, &encoded,
						GNUTLS_X509_FMT_DER),
			 0);
	gnutls_pubkey_init(&key);
	assert_int_equal(gnutls_pubkey_import_x509(key, certificate, 0), 0);
	assert_int_equal(
		gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &expected), 0);
	assert_true(certificate_find_spki(test_view(&der), &spki));
	assert_true(spki.data > der.data &&
		    spki.data + spki.len < der.data + der.len);
	assert_int_equal(spki.len, expected.size);
	assert_memory_equal(spki.data, expected.data, spki.len);
	gnutls_free(expected.data);
	gnutls_pubkey_deinit(key);
	gnutls_x509_crt_deinit(certificate);
}

static void spki_of_each_kind_of_key(void **state)
{
	static const struct test_certificate rsa = { .name = "RSA" };
	static const struct test_certificate ed25519 = { .name = "Ed25519",
							 .issuer = "root" };

	(void)state;
	check_spki(&test_root);
	check_spki(&test_server);
	check_spki(&rsa);
	check_spki(&ed25519);
}

#define ZEROES_128                         \
	"00000000000000000000000000000000" \
	"00000000000000000000000000000000" \
	"00000000000000000000000000000000" \
	"00000000000000000000000000000000" \
	"00000000000000000000000000000000" \
	"00000000000000000000000000000000" \
	"00000000000000000000000000000000" \
	"00000000000000000000000000000000"

/* version, serial, signature, issuer, validity, subject, SPKI, each as short
 * as its tag allows, and a byte behind. */
#define REST "3000 3000 3000 3000"
#define SPKI "3003 020107"

static bool finds(const char *digits)
{
	struct test_bytes expected = test_hex(SPKI);
	struct test_bytes der = test_hex(digits);
	adtls_bytes_t spki;

	if (!certificate_find_spki(test_view(&der), &spki))
		return false;
	assert_int_equal(spki.len, expected.len);
	assert_memory_equal(spki.data, expected.data, spki.len);
	return true;
}

static void walks_by_tag_and_length(void **state)
{
	(void)state;
	/* with and without version */
	assert_true(finds("3017 3015 a003020102 020101" REST SPKI));
	assert_true(finds("3012 3010 020101" REST SPKI));
	/* what follows in either sequence is not ours to judge */
	assert_true(finds("3016 3012 020101" REST SPKI "0500"
			  "0500"));
	/* long lengths */
	assert_true(finds("308193 308190 028180" ZEROES_128 REST SPKI));
}

static void other_walks_fail(void **state)
{
	static const char *const wrong[] = {
		"",
		"30",
		"3000",
		"3002 3000",
		/* a byte behind the certificate, or too few */
		"3012 3010 020101" REST SPKI "00",
		"3013 3010 020101" REST SPKI,
		/* an element too few, or one of another tag */
		"300d 300b 020101" REST,
		"3010 300e 020101 300030003000" SPKI,
		"3112 3010 020101" REST SPKI,
		"3012 3110 020101" REST SPKI,
		"3012 3010 040101" REST SPKI,
		"3012 3010 020101 3000 3000 3100 3000" SPKI,
		"3012 3010 020101" REST "3103 020107",
		"3017 3015 a103020102 020101" REST SPKI,
		/* beyond the sequence that holds it */
		"3012 3010 020101" REST "3004 020107",
		/* lengths: indefinite, longer than needed, too long */
		"3080 3010 020101" REST SPKI "0000",
		"308112 3010 020101" REST SPKI,
		"30820012 3010 020101" REST SPKI,
		"3012 308110 0201" REST SPKI,
		"30840000000c 3010 020101" REST SPKI,
		"3088ffffffffffffffff 3010 020101" REST SPKI,
		"30ff 3010 020101" REST SPKI,
		"3012 3010 02847fffffff 01" REST SPKI,
		"30820094 308190 028180" ZEROES_128 REST SPKI,
		"308194 3082009002 8180" ZEROES_128 REST SPKI,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		print_message("# %s\n", wrong[i]);
		assert_false(finds(wrong[i]));
	}
}

static void truncated_certificates_fail(void **state)
{
	struct test_bytes der = test_certificate_der(&test_server);
	adtls_bytes_t spki;

	(void)state;
	assert_true(certificate_find_spki(test_view(&der), &spki));
	for (size_t len = 0; len < der.len; len++)
		assert_false(
			certificate_find_spki(bytes_of(der.data, len), &spki));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(spki_of_each_kind_of_key),
		cmocka_unit_test(walks_by_tag_and_length),
		cmocka_unit_test(other_walks_fail),
		cmocka_unit_test(truncated_certificates_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
