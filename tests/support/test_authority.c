/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A certification authority in memory. */
#include "tests/support/test_authority.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <adtls/error.h>
#include <string.h>
#include <time.h>

#define HOUR_S 3600

static gnutls_x509_privkey_t key_new(void)
{
	gnutls_x509_privkey_t key;

	assert_int_equal(gnutls_x509_privkey_init(&key), 0);
	assert_int_equal(
		gnutls_x509_privkey_generate(
			key, GNUTLS_PK_ECDSA,
			GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0),
		0);
	return key;
}

/* A certificate that only lacks its extensions and its signature. */
static gnutls_x509_crt_t certificate_new(const char *name,
					 gnutls_x509_privkey_t key)
{
	static uint8_t serial[2] = { 1, 0 };
	gnutls_x509_crt_t certificate;
	time_t now = time(NULL);

	serial[1]++;
	assert_int_equal(gnutls_x509_crt_init(&certificate), 0);
	gnutls_x509_crt_set_version(certificate, 3);
	gnutls_x509_crt_set_serial(certificate, serial, sizeof(serial));
	gnutls_x509_crt_set_activation_time(certificate, now - HOUR_S);
	gnutls_x509_crt_set_expiration_time(certificate, now + HOUR_S);
	gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME,
				      0, name, (unsigned)strlen(name));
	assert_int_equal(gnutls_x509_crt_set_key(certificate, key), 0);
	return certificate;
}

void test_authority_init(struct test_authority *authority)
{
	authority->key = key_new();
	authority->certificate =
		certificate_new("Test authority", authority->key);
	gnutls_x509_crt_set_basic_constraints(authority->certificate, 1, -1);
	gnutls_x509_crt_set_key_usage(authority->certificate,
				      GNUTLS_KEY_KEY_CERT_SIGN);
	assert_int_equal(gnutls_x509_crt_sign2(
				 authority->certificate, authority->certificate,
				 authority->key, GNUTLS_DIG_SHA256, 0),
			 0);
}

void test_authority_clear(struct test_authority *authority)
{
	gnutls_x509_crt_deinit(authority->certificate);
	gnutls_x509_privkey_deinit(authority->key);
}

void test_authority_issue(const struct test_authority *authority,
			  const char *name, gnutls_x509_privkey_t *out_key,
			  gnutls_x509_crt_t *out_certificate)
{
	gnutls_x509_privkey_t key = key_new();
	gnutls_x509_crt_t certificate = certificate_new(name, key);

	gnutls_x509_crt_set_basic_constraints(certificate, 0, -1);
	gnutls_x509_crt_set_key_usage(certificate,
				      GNUTLS_KEY_DIGITAL_SIGNATURE);
	assert_int_equal(gnutls_x509_crt_set_subject_alt_name(
				 certificate, GNUTLS_SAN_DNSNAME, name,
				 (unsigned)strlen(name), GNUTLS_FSAN_SET),
			 0);
	assert_int_equal(
		gnutls_x509_crt_sign2(certificate, authority->certificate,
				      authority->key, GNUTLS_DIG_SHA256, 0),
		0);
	*out_key = key;
	*out_certificate = certificate;
}

static void add_key(adtls_credentials_t *credentials,
		    const struct test_authority *authority, const char *name)
{
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t certificate;
	gnutls_datum_t key_der;
	gnutls_datum_t certificate_der;

	test_authority_issue(authority, name, &key, &certificate);
	assert_int_equal(
		gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_DER, &key_der),
		0);
	assert_int_equal(gnutls_x509_crt_export2(certificate,
						 GNUTLS_X509_FMT_DER,
						 &certificate_der),
			 0);
	assert_int_equal(adtls_credentials_set_key_mem(
				 credentials,
				 (adtls_bytes_t){ certificate_der.data,
						  certificate_der.size },
				 (adtls_bytes_t){ key_der.data, key_der.size }),
			 ADTLS_OK);
	gnutls_free(key_der.data);
	gnutls_free(certificate_der.data);
	gnutls_x509_crt_deinit(certificate);
	gnutls_x509_privkey_deinit(key);
}

adtls_credentials_t *
test_authority_credentials(const struct test_authority *authority,
			   const char *name)
{
	adtls_credentials_t *credentials;
	gnutls_datum_t der;

	assert_int_equal(adtls_credentials_new(0, &credentials), ADTLS_OK);
	assert_int_equal(gnutls_x509_crt_export2(authority->certificate,
						 GNUTLS_X509_FMT_DER, &der),
			 0);
	assert_int_equal(
		adtls_credentials_add_trust_mem(
			credentials, (adtls_bytes_t){ der.data, der.size }),
		ADTLS_OK);
	gnutls_free(der.data);
	if (name != NULL)
		add_key(credentials, authority, name);
	return credentials;
}
