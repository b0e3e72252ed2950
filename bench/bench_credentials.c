/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A certification authority that lives as long as the bench. */
#include "bench_credentials.h"

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "bench_check.h"

#define DAY_S 86400

static void check_gnutls(int result)
{
	bench_check(result >= 0, "making credentials: %s",
		    gnutls_strerror(result));
}

static gnutls_x509_privkey_t make_key(void)
{
	gnutls_x509_privkey_t key;

	check_gnutls(gnutls_x509_privkey_init(&key));
	check_gnutls(gnutls_x509_privkey_generate(
		key, GNUTLS_PK_ECDSA,
		GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
	return key;
}

static gnutls_datum_t key_pem(gnutls_x509_privkey_t key)
{
	gnutls_datum_t pem;

	check_gnutls(gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM,
						 &pem));
	return pem;
}

static gnutls_datum_t public_key_pem(gnutls_x509_privkey_t key)
{
	gnutls_privkey_t private_key;
	gnutls_pubkey_t public_key;
	gnutls_datum_t pem;

	check_gnutls(gnutls_privkey_init(&private_key));
	check_gnutls(gnutls_pubkey_init(&public_key));
	check_gnutls(gnutls_privkey_import_x509(private_key, key, 0));
	check_gnutls(gnutls_pubkey_import_privkey(
		public_key, private_key, GNUTLS_KEY_DIGITAL_SIGNATURE, 0));
	check_gnutls(gnutls_pubkey_export2(public_key, GNUTLS_X509_FMT_PEM,
					   &pem));
	gnutls_pubkey_deinit(public_key);
	gnutls_privkey_deinit(private_key);
	return pem;
}

static gnutls_datum_t certificate_pem(gnutls_x509_crt_t certificate)
{
	gnutls_datum_t pem;

	check_gnutls(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM,
					     &pem));
	return pem;
}

/* A certificate that only lacks its extensions and its signature. */
static gnutls_x509_crt_t make_certificate(const char *name, uint8_t serial,
					  gnutls_x509_privkey_t key)
{
	gnutls_x509_crt_t certificate;
	time_t now = time(NULL);

	check_gnutls(gnutls_x509_crt_init(&certificate));
	check_gnutls(gnutls_x509_crt_set_version(certificate, 3));
	check_gnutls(gnutls_x509_crt_set_serial(certificate, &serial, 1));
	check_gnutls(
		gnutls_x509_crt_set_activation_time(certificate, now - DAY_S));
	check_gnutls(
		gnutls_x509_crt_set_expiration_time(certificate, now + DAY_S));
	check_gnutls(gnutls_x509_crt_set_dn_by_oid(
		certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name,
		(unsigned)strlen(name)));
	check_gnutls(gnutls_x509_crt_set_key(certificate, key));
	return certificate;
}

static gnutls_x509_crt_t make_root(gnutls_x509_privkey_t key)
{
	gnutls_x509_crt_t root = make_certificate("adtls bench root", 1, key);

	check_gnutls(gnutls_x509_crt_set_basic_constraints(root, 1, -1));
	check_gnutls(
		gnutls_x509_crt_set_key_usage(root, GNUTLS_KEY_KEY_CERT_SIGN));
	check_gnutls(gnutls_x509_crt_sign2(root, root, key, GNUTLS_DIG_SHA256,
					   0));
	return root;
}

static struct bench_identity issue(gnutls_x509_crt_t root,
				   gnutls_x509_privkey_t root_key,
				   const char *name, const char *purpose,
				   uint8_t serial)
{
	gnutls_x509_privkey_t key = make_key();
	gnutls_x509_crt_t certificate = make_certificate(name, serial, key);
	struct bench_identity identity;

	check_gnutls(gnutls_x509_crt_set_basic_constraints(certificate, 0, -1));
	check_gnutls(gnutls_x509_crt_set_key_usage(
		certificate, GNUTLS_KEY_DIGITAL_SIGNATURE));
	check_gnutls(gnutls_x509_crt_set_key_purpose_oid(certificate, purpose,
							 0));
	check_gnutls(gnutls_x509_crt_set_subject_alt_name(
		certificate, GNUTLS_SAN_DNSNAME, name, (unsigned)strlen(name),
		GNUTLS_FSAN_SET));
	check_gnutls(gnutls_x509_crt_sign2(certificate, root, root_key,
					   GNUTLS_DIG_SHA256, 0));
	identity.certificate = certificate_pem(certificate);
	identity.key = key_pem(key);
	gnutls_x509_crt_deinit(certificate);
	gnutls_x509_privkey_deinit(key);
	return identity;
}

void bench_credentials_init(struct bench_credentials *credentials)
{
	gnutls_x509_privkey_t root_key = make_key();
	gnutls_x509_privkey_t attestation_key = make_key();
	gnutls_x509_crt_t root = make_root(root_key);

	credentials->root = certificate_pem(root);
	credentials->server = issue(root, root_key, BENCH_SERVER_NAME,
				    GNUTLS_KP_TLS_WWW_SERVER, 2);
	credentials->client = issue(root, root_key, BENCH_CLIENT_NAME,
				    GNUTLS_KP_TLS_WWW_CLIENT, 3);
	credentials->attestation_key = key_pem(attestation_key);
	credentials->attestation_public_key = public_key_pem(attestation_key);
	gnutls_x509_crt_deinit(root);
	gnutls_x509_privkey_deinit(attestation_key);
	gnutls_x509_privkey_deinit(root_key);
}

static void clear_identity(struct bench_identity *identity)
{
	gnutls_free(identity->certificate.data);
	gnutls_free(identity->key.data);
}

void bench_credentials_clear(struct bench_credentials *credentials)
{
	gnutls_free(credentials->root.data);
	clear_identity(&credentials->server);
	clear_identity(&credentials->client);
	gnutls_free(credentials->attestation_key.data);
	gnutls_free(credentials->attestation_public_key.data);
}
