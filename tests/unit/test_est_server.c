/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The EST server of the onboarding example: what it issues, what it refuses
 * and why.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "device_identity.h"
#include "est_fixture.h"

/* Asserts that /sen refuses the request for the reason; frees the request. */
static void assert_refused(const struct est_fixture *fixture,
			   gnutls_datum_t request, const char *reason)
{
	struct est_enrolment enrolment = est_new_enrolment(fixture, request);
	struct est_refusal refusal = { .reason = "none" };
	gnutls_datum_t answer;

	assert_false(est_server_enrol(fixture->server, &enrolment, &answer,
				      &refusal));
	assert_string_equal(refusal.reason, reason);
	assert_true(strlen(refusal.sentence) > 20);
	assert_null(answer.data);
	gnutls_free(request.data);
}

static void test_enrol_issues_client_certificate(void **state)
{
	const struct est_fixture *fixture = *state;
	gnutls_privkey_t key = est_new_p256_key();
	gnutls_x509_crt_t certificate =
		est_enrol(fixture, EST_FORMAT_CERTS_ONLY, key);
	char text[128];
	size_t text_len = sizeof(text);
	unsigned usage = 0;

	gnutls_x509_crt_get_dn_by_oid(certificate, "2.5.4.5", 0, 0, text,
				      &text_len);
	assert_string_equal(text, UEID);
	text_len = sizeof(text);
	assert_int_equal(gnutls_x509_crt_get_subject_alt_name(
				 certificate, 0, text, &text_len, NULL),
			 GNUTLS_SAN_URI);
	assert_string_equal(text, "urn:dev:ueid:AaGyw9Tl9gcYKTpLXG1-j5A");
	text_len = sizeof(text);
	gnutls_x509_crt_get_key_purpose_oid(certificate, 0, text, &text_len,
					    NULL);
	assert_string_equal(text, GNUTLS_KP_TLS_WWW_CLIENT);
	gnutls_x509_crt_get_key_usage(certificate, &usage, NULL);
	assert_int_equal(usage, GNUTLS_KEY_DIGITAL_SIGNATURE);
	assert_int_equal(gnutls_x509_crt_get_ca_status(certificate, NULL), 0);
	assert_int_equal(gnutls_x509_crt_get_expiration_time(certificate),
			 NOW + 30 * DAY);
	gnutls_x509_crt_deinit(certificate);
	gnutls_privkey_deinit(key);
}

static void test_enrol_in_pkix_cert_format(void **state)
{
	gnutls_privkey_t key = est_new_p256_key();

	gnutls_x509_crt_deinit(est_enrol(*state, EST_FORMAT_PKIX_CERT, key));
	gnutls_privkey_deinit(key);
}

static void test_validity_ends_with_the_authority(void **state)
{
	const struct est_fixture *fixture = *state;
	gnutls_privkey_t key = est_new_p256_key();
	gnutls_datum_t request = est_new_request(key, "");
	struct est_enrolment enrolment = est_new_enrolment(fixture, request);
	struct est_certificates issued;
	struct est_refusal refusal;
	gnutls_datum_t answer;

	enrolment.now = NOW + 80 * DAY;
	assert_true(est_server_enrol(fixture->server, &enrolment, &answer,
				     &refusal));
	assert_true(est_client_read(&answer, EST_FORMAT_CERTS_ONLY, &issued,
				    &refusal));
	assert_int_equal(gnutls_x509_crt_get_expiration_time(issued.list[0]),
			 NOW + 90 * DAY);
	est_certificates_clear(&issued);
	gnutls_free(answer.data);
	gnutls_free(request.data);
	gnutls_privkey_deinit(key);
}

static void test_subject_comes_from_manufacturer(void **state)
{
	const struct est_fixture *fixture = *state;
	gnutls_privkey_t key = est_new_p256_key();
	gnutls_datum_t request =
		est_new_request(key, "CN=gateway,O=somebody else");
	struct est_enrolment enrolment = est_new_enrolment(fixture, request);
	struct est_certificates issued;
	struct est_refusal refusal;
	gnutls_datum_t answer;
	gnutls_datum_t subject;

	assert_true(est_server_enrol(fixture->server, &enrolment, &answer,
				     &refusal));
	assert_true(est_client_read(&answer, EST_FORMAT_CERTS_ONLY, &issued,
				    &refusal));
	gnutls_x509_crt_get_dn3(issued.list[0], &subject, 0);
	assert_string_equal((char *)subject.data, SUBJECT);
	gnutls_free(subject.data);
	est_certificates_clear(&issued);
	gnutls_free(answer.data);
	gnutls_free(request.data);
	gnutls_privkey_deinit(key);
}

static void test_refuses_other_device(void **state)
{
	gnutls_privkey_t key = est_new_p256_key();

	assert_refused(
		*state,
		est_new_request(key, "CN=sensor,serialNumber=" OTHER_UEID),
		EST_REASON_IDENTITY);
	gnutls_privkey_deinit(key);
}

static void test_refuses_every_damaged_byte(void **state)
{
	const struct est_fixture *fixture = *state;
	gnutls_privkey_t key = est_new_p256_key();
	gnutls_datum_t request = est_new_request(key, SUBJECT);
	struct est_enrolment enrolment = est_new_enrolment(fixture, request);
	struct est_refusal refusal;
	gnutls_datum_t answer;

	for (unsigned i = 0; i < request.size; i++) {
		request.data[i] ^= 0x01;
		assert_false(est_server_enrol(fixture->server, &enrolment,
					      &answer, &refusal));
		request.data[i] ^= 0x01;
	}
	/* The signature's last byte: nothing but the signature is wrong. */
	request.data[request.size - 1] ^= 0x01;
	assert_refused(fixture, request, EST_REASON_SIGNATURE);
	gnutls_privkey_deinit(key);
}

static void test_refuses_every_truncation(void **state)
{
	const struct est_fixture *fixture = *state;
	gnutls_privkey_t key = est_new_p256_key();
	gnutls_datum_t request = est_new_request(key, SUBJECT);
	unsigned size = request.size;
	struct est_enrolment enrolment;
	struct est_refusal refusal;
	gnutls_datum_t answer;

	for (unsigned i = 1; i < size; i++) {
		request.size = i;
		enrolment = est_new_enrolment(fixture, request);
		assert_false(est_server_enrol(fixture->server, &enrolment,
					      &answer, &refusal));
		assert_ptr_equal(refusal.reason, EST_REASON_MALFORMED);
	}
	gnutls_free(request.data);
	gnutls_privkey_deinit(key);
}

static void test_refuses_trailing_bytes(void **state)
{
	gnutls_privkey_t key = est_new_p256_key();
	gnutls_datum_t request = est_new_request(key, SUBJECT);

	request.data = gnutls_realloc(request.data, request.size + 1);
	assert_non_null(request.data);
	request.data[request.size++] = 0;
	assert_refused(*state, request, EST_REASON_MALFORMED);
	gnutls_privkey_deinit(key);
}

static void test_refuses_by_size(void **state)
{
	gnutls_datum_t request = { gnutls_calloc(1, EST_REQUEST_MAX + 1),
				   EST_REQUEST_MAX + 1 };
	gnutls_datum_t empty = { NULL, 0 };

	assert_refused(*state, request, EST_REASON_TOO_LARGE);
	assert_refused(*state, empty, EST_REASON_TOO_LARGE);
}

static void test_refuses_other_key_types(void **state)
{
	static const struct {
		gnutls_pk_algorithm_t algorithm;
		unsigned bits;
	} kinds[] = {
		{ GNUTLS_PK_RSA, 2048 },
		{ GNUTLS_PK_ECDSA,
		  GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1) },
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		gnutls_privkey_t key =
			est_new_key(kinds[i].algorithm, kinds[i].bits);

		assert_refused(*state, est_new_request(key, ""),
			       EST_REASON_KEY_TYPE);
		gnutls_privkey_deinit(key);
	}
}

static void test_refuses_device_without_ueid(void **state)
{
	static const char *const subjects[] = {
		"CN=sensor",
		"CN=sensor,serialNumber=not hexadecimal",
		"CN=sensor,serialNumber=0102",
		"CN=sensor,serialNumber=" UEID ",serialNumber=" OTHER_UEID,
	};
	struct est_fixture *fixture = *state;
	gnutls_privkey_t key = est_new_p256_key();

	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		gnutls_free(fixture->device.data);
		fixture->device = est_new_device(subjects[i],
						 fixture->device_key,
						 &fixture->manufacturer);
		assert_refused(fixture, est_new_request(key, ""),
			       EST_REASON_IDENTITY);
	}
	gnutls_privkey_deinit(key);
}

static void test_refuses_unknown_formats(void **state)
{
	const struct est_fixture *fixture = *state;
	gnutls_privkey_t key = est_new_p256_key();
	gnutls_datum_t request = est_new_request(key, "");
	struct est_enrolment enrolment = est_new_enrolment(fixture, request);
	struct est_refusal refusal;
	gnutls_datum_t answer;

	enrolment.format = EST_FORMAT_PKCS10;
	assert_false(est_server_enrol(fixture->server, &enrolment, &answer,
				      &refusal));
	assert_ptr_equal(refusal.reason, EST_REASON_FORMAT);
	gnutls_free(request.data);
	gnutls_privkey_deinit(key);
}

/* Renews the certificate for a new key; the reason, or NULL if it worked. */
static const char *reenrol(const struct est_fixture *fixture,
			   gnutls_x509_crt_t shown, gnutls_x509_crt_t named)
{
	gnutls_privkey_t key = est_new_p256_key();
	struct est_enrolment enrolment =
		est_new_enrolment(fixture, (gnutls_datum_t){ NULL, 0 });
	struct est_refusal refusal = { .reason = NULL };
	gnutls_datum_t answer;

	gnutls_x509_crt_export2(shown, GNUTLS_X509_FMT_DER,
				&enrolment.certificate);
	assert_true(
		est_client_request(key, named, &enrolment.request, &refusal));
	if (est_server_reenrol(fixture->server, &enrolment, &answer, &refusal))
		gnutls_free(answer.data);
	gnutls_free(enrolment.request.data);
	gnutls_free(enrolment.certificate.data);
	gnutls_privkey_deinit(key);
	return refusal.reason;
}

static void test_reenrol_needs_the_same_names(void **state)
{
	const struct est_fixture *fixture = *state;
	gnutls_privkey_t key = est_new_p256_key();
	gnutls_x509_crt_t current =
		est_enrol(fixture, EST_FORMAT_CERTS_ONLY, key);
	gnutls_x509_crt_t without_urn = est_new_certificate(SUBJECT, key, NULL);
	gnutls_x509_crt_t other = est_new_certificate(
		"CN=sensor,serialNumber=" OTHER_UEID, key, NULL);

	assert_null(reenrol(fixture, current, current));
	assert_ptr_equal(reenrol(fixture, current, without_urn),
			 EST_REASON_IDENTITY);
	assert_ptr_equal(reenrol(fixture, current, other), EST_REASON_IDENTITY);
	assert_ptr_equal(reenrol(fixture, current, NULL), EST_REASON_IDENTITY);
	gnutls_x509_crt_deinit(other);
	gnutls_x509_crt_deinit(without_urn);
	gnutls_x509_crt_deinit(current);
	gnutls_privkey_deinit(key);
}

static void test_reenrol_needs_our_certificate(void **state)
{
	const struct est_fixture *fixture = *state;
	gnutls_x509_crt_t manufacturers;

	gnutls_x509_crt_init(&manufacturers);
	gnutls_x509_crt_import(manufacturers, &fixture->device,
			       GNUTLS_X509_FMT_DER);
	assert_ptr_equal(reenrol(fixture, manufacturers, manufacturers),
			 EST_REASON_NOT_ISSUED_HERE);
	gnutls_x509_crt_deinit(manufacturers);
}

static void test_server_needs_its_own_key(void **state)
{
	const struct est_fixture *fixture = *state;
	struct est_refusal refusal;
	est_server_t *server;

	assert_false(est_open_server(&fixture->operational,
				     &fixture->manufacturer, &server,
				     &refusal));
	assert_null(server);
	assert_ptr_equal(refusal.reason, EST_REASON_MALFORMED);
}

int main(void)
{
#define EST_TEST(function) \
	cmocka_unit_test_setup_teardown(function, est_setup, est_teardown)
	const struct CMUnitTest tests[] = {
		EST_TEST(test_enrol_issues_client_certificate),
		EST_TEST(test_enrol_in_pkix_cert_format),
		EST_TEST(test_validity_ends_with_the_authority),
		EST_TEST(test_subject_comes_from_manufacturer),
		EST_TEST(test_refuses_other_device),
		EST_TEST(test_refuses_every_damaged_byte),
		EST_TEST(test_refuses_every_truncation),
		EST_TEST(test_refuses_trailing_bytes),
		EST_TEST(test_refuses_by_size),
		EST_TEST(test_refuses_other_key_types),
		EST_TEST(test_refuses_device_without_ueid),
		EST_TEST(test_refuses_unknown_formats),
		EST_TEST(test_reenrol_needs_the_same_names),
		EST_TEST(test_reenrol_needs_our_certificate),
		EST_TEST(test_server_needs_its_own_key),
	};

	return cmocka_run_group_tests_name("est_server", tests, NULL, NULL);
}
