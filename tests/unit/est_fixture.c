/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making what tests of EST need.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "est_fixture.h"

gnutls_privkey_t est_new_key(gnutls_pk_algorithm_t algorithm, unsigned bits)
{
	gnutls_privkey_t key;

	assert_int_equal(gnutls_privkey_init(&key), 0);
	assert_int_equal(gnutls_privkey_generate(key, algorithm, bits, 0), 0);
	return key;
}

gnutls_privkey_t est_new_p256_key(void)
{
	return est_new_key(GNUTLS_PK_ECDSA,
			   GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1));
}

gnutls_x509_crt_t est_new_certificate(const char *subject, gnutls_privkey_t key,
				      const struct est_authority *issuer)
{
	gnutls_x509_crt_t certificate;
	gnutls_pubkey_t public_key;

	assert_int_equal(gnutls_x509_crt_init(&certificate), 0);
	assert_int_equal(gnutls_pubkey_init(&public_key), 0);
	gnutls_pubkey_import_privkey(public_key, key, 0, 0);
	gnutls_x509_crt_set_version(certificate, 3);
	gnutls_x509_crt_set_pubkey(certificate, public_key);
	gnutls_x509_crt_set_serial(certificate, "\x01", 1);
	if (*subject != '\0')
		assert_int_equal(
			gnutls_x509_crt_set_dn(certificate, subject, NULL), 0);
	gnutls_x509_crt_set_activation_time(certificate, NOW - DAY);
	gnutls_x509_crt_set_expiration_time(certificate, NOW + 90 * DAY);
	gnutls_x509_crt_set_basic_constraints(certificate, issuer == NULL, -1);
	assert_int_equal(
		gnutls_x509_crt_privkey_sign(
			certificate,
			issuer != NULL ? issuer->certificate : certificate,
			issuer != NULL ? issuer->key : key, GNUTLS_DIG_SHA256,
			0),
		0);
	gnutls_pubkey_deinit(public_key);
	return certificate;
}

static struct est_authority new_authority(const char *subject)
{
	struct est_authority authority = { .key = est_new_p256_key() };

	authority.certificate =
		est_new_certificate(subject, authority.key, NULL);
	return authority;
}

static void free_authority(struct est_authority *authority)
{
	gnutls_x509_crt_deinit(authority->certificate);
	gnutls_privkey_deinit(authority->key);
}

gnutls_datum_t est_new_device(const char *subject, gnutls_privkey_t key,
			      const struct est_authority *issuer)
{
	gnutls_x509_crt_t certificate =
		est_new_certificate(subject, key, issuer);
	gnutls_datum_t der;

	assert_int_equal(
		gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_DER, &der),
		0);
	gnutls_x509_crt_deinit(certificate);
	return der;
}

static gnutls_datum_t key_to_pem(gnutls_privkey_t key)
{
	gnutls_x509_privkey_t exported;
	gnutls_datum_t pem;

	assert_int_equal(gnutls_privkey_export_x509(key, &exported), 0);
	assert_int_equal(gnutls_x509_privkey_export2(exported,
						     GNUTLS_X509_FMT_PEM, &pem),
			 0);
	gnutls_x509_privkey_deinit(exported);
	return pem;
}

bool est_open_server(const struct est_authority *certified,
		     const struct est_authority *keyed, est_server_t **out,
		     struct est_refusal *refusal)
{
	gnutls_datum_t key = key_to_pem(keyed->key);
	gnutls_datum_t chain;
	bool is_open;

	assert_int_equal(gnutls_x509_crt_export2(certified->certificate,
						 GNUTLS_X509_FMT_PEM, &chain),
			 0);
	is_open = est_server_new(&chain, &key, 30 * DAY, out, refusal);
	gnutls_free(chain.data);
	gnutls_free(key.data);
	return is_open;
}

int est_setup(void **state)
{
	struct est_fixture *fixture = calloc(1, sizeof(*fixture));
	struct est_refusal refusal;

	assert_non_null(fixture);
	fixture->operational = new_authority("CN=operational CA");
	fixture->manufacturer = new_authority("CN=manufacturer CA");
	fixture->device_key = est_new_p256_key();
	fixture->device = est_new_device(SUBJECT, fixture->device_key,
					 &fixture->manufacturer);
	assert_true(est_open_server(&fixture->operational,
				    &fixture->operational, &fixture->server,
				    &refusal));
	*state = fixture;
	return 0;
}

int est_teardown(void **state)
{
	struct est_fixture *fixture = *state;

	est_server_free(fixture->server);
	gnutls_free(fixture->device.data);
	gnutls_privkey_deinit(fixture->device_key);
	free_authority(&fixture->manufacturer);
	free_authority(&fixture->operational);
	free(fixture);
	return 0;
}

gnutls_datum_t est_new_request(gnutls_privkey_t key, const char *subject)
{
	struct est_refusal refusal;
	gnutls_x509_crt_t named = est_new_certificate(subject, key, NULL);
	gnutls_datum_t request;

	assert_true(est_client_request(key, *subject != '\0' ? named : NULL,
				       &request, &refusal));
	gnutls_x509_crt_deinit(named);
	return request;
}

struct est_enrolment est_new_enrolment(const struct est_fixture *fixture,
				       gnutls_datum_t request)
{
	return (struct est_enrolment){ .request = request,
				       .certificate = fixture->device,
				       .format = EST_FORMAT_CERTS_ONLY,
				       .now = NOW };
}

struct est_certificates est_read_cacerts(const struct est_fixture *fixture)
{
	struct est_certificates authorities;
	struct est_refusal refusal;
	gnutls_datum_t answer;

	assert_true(est_server_cacerts(fixture->server, EST_FORMAT_CERTS_ONLY,
				       &answer, &refusal));
	assert_true(est_client_read(&answer, EST_FORMAT_CERTS_ONLY,
				    &authorities, &refusal));
	gnutls_free(answer.data);
	return authorities;
}

gnutls_x509_crt_t est_enrol(const struct est_fixture *fixture, unsigned format,
			    gnutls_privkey_t key)
{
	struct est_certificates authorities = est_read_cacerts(fixture);
	gnutls_datum_t request = est_new_request(key, "");
	struct est_enrolment enrolment = est_new_enrolment(fixture, request);
	struct est_refusal refusal;
	gnutls_datum_t answer;
	gnutls_x509_crt_t certificate;

	enrolment.format = format;
	assert_true(est_server_enrol(fixture->server, &enrolment, &answer,
				     &refusal));
	assert_true(est_client_accept(&answer, format, key, &authorities, NOW,
				      &certificate, &refusal));
	gnutls_free(answer.data);
	gnutls_free(request.data);
	est_certificates_clear(&authorities);
	return certificate;
}
