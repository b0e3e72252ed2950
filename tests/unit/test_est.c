/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The EST server and client of the onboarding example: what they accept, what
 * they refuse and why, and that OpenSSL reads and writes the same formats.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device_identity.h"
#include "est_client.h"
#include "est_server.h"

#define UEID	   "01a1b2c3d4e5f60718293a4b5c6d7e8f90"
#define OTHER_UEID "01ffffffffffffffffffffffffffffffff"
#define SUBJECT	   "CN=sensor,serialNumber=" UEID

/* A day in 2026: nothing here reads the clock. */
#define NOW ((time_t)1780000000)
#define DAY ((time_t)86400)

struct authority {
	gnutls_privkey_t key;
	gnutls_x509_crt_t certificate;
};

struct fixture {
	struct authority operational;
	struct authority manufacturer;
	gnutls_privkey_t device_key;
	gnutls_datum_t device; /* manufacturer certificate, DER */
	est_server_t *server;
};

static gnutls_privkey_t new_key(gnutls_pk_algorithm_t algorithm, unsigned bits)
{
	gnutls_privkey_t key;

	assert_int_equal(gnutls_privkey_init(&key), 0);
	assert_int_equal(gnutls_privkey_generate(key, algorithm, bits, 0), 0);
	return key;
}

static gnutls_privkey_t new_p256_key(void)
{
	return new_key(GNUTLS_PK_ECDSA,
		       GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1));
}

/* Makes a certificate; self-signed if there is no issuer. */
static gnutls_x509_crt_t new_certificate(const char *subject,
					 gnutls_privkey_t key,
					 const struct authority *issuer)
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

static struct authority new_authority(const char *subject)
{
	struct authority authority = { .key = new_p256_key() };

	authority.certificate = new_certificate(subject, authority.key, NULL);
	return authority;
}

static void free_authority(struct authority *authority)
{
	gnutls_x509_crt_deinit(authority->certificate);
	gnutls_privkey_deinit(authority->key);
}

static gnutls_datum_t new_device_der(const char *subject, gnutls_privkey_t key,
				     const struct authority *issuer)
{
	gnutls_x509_crt_t certificate = new_certificate(subject, key, issuer);
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

static bool open_server(const struct authority *certified,
			const struct authority *keyed, est_server_t **out,
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

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct est_refusal refusal;

	assert_non_null(fixture);
	fixture->operational = new_authority("CN=operational CA");
	fixture->manufacturer = new_authority("CN=manufacturer CA");
	fixture->device_key = new_p256_key();
	fixture->device = new_device_der(SUBJECT, fixture->device_key,
					 &fixture->manufacturer);
	assert_true(open_server(&fixture->operational, &fixture->operational,
				&fixture->server, &refusal));
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	est_server_free(fixture->server);
	gnutls_free(fixture->device.data);
	gnutls_privkey_deinit(fixture->device_key);
	free_authority(&fixture->manufacturer);
	free_authority(&fixture->operational);
	free(fixture);
	return 0;
}

/* Makes a request for the key with a subject, or an empty one. */
static gnutls_datum_t new_request(gnutls_privkey_t key, const char *subject)
{
	struct est_refusal refusal;
	gnutls_x509_crt_t named = new_certificate(subject, key, NULL);
	gnutls_datum_t request;

	assert_true(est_client_request(key, *subject != '\0' ? named : NULL,
				       &request, &refusal));
	gnutls_x509_crt_deinit(named);
	return request;
}

static struct est_enrolment new_enrolment(const struct fixture *fixture,
					  gnutls_datum_t request)
{
	return (struct est_enrolment){ .request = request,
				       .certificate = fixture->device,
				       .format = EST_FORMAT_CERTS_ONLY,
				       .now = NOW };
}

static struct est_certificates read_cacerts(const struct fixture *fixture)
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

/* Enrols a new key and returns its certificate, checked by est_client. */
static gnutls_x509_crt_t enrol(const struct fixture *fixture, unsigned format,
			       gnutls_privkey_t key)
{
	struct est_certificates authorities = read_cacerts(fixture);
	gnutls_datum_t request = new_request(key, "");
	struct est_enrolment enrolment = new_enrolment(fixture, request);
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

/* Asserts that /sen refuses the request for the reason; frees the request. */
static void assert_refused(const struct fixture *fixture,
			   gnutls_datum_t request, const char *reason)
{
	struct est_enrolment enrolment = new_enrolment(fixture, request);
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
	const struct fixture *fixture = *state;
	gnutls_privkey_t key = new_p256_key();
	gnutls_x509_crt_t certificate =
		enrol(fixture, EST_FORMAT_CERTS_ONLY, key);
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
	gnutls_privkey_t key = new_p256_key();

	gnutls_x509_crt_deinit(enrol(*state, EST_FORMAT_PKIX_CERT, key));
	gnutls_privkey_deinit(key);
}

static void test_validity_ends_with_the_authority(void **state)
{
	const struct fixture *fixture = *state;
	gnutls_privkey_t key = new_p256_key();
	gnutls_datum_t request = new_request(key, "");
	struct est_enrolment enrolment = new_enrolment(fixture, request);
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
	const struct fixture *fixture = *state;
	gnutls_privkey_t key = new_p256_key();
	gnutls_datum_t request = new_request(key, "CN=gateway,O=somebody else");
	struct est_enrolment enrolment = new_enrolment(fixture, request);
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
	gnutls_privkey_t key = new_p256_key();

	assert_refused(*state,
		       new_request(key, "CN=sensor,serialNumber=" OTHER_UEID),
		       EST_REASON_IDENTITY);
	gnutls_privkey_deinit(key);
}

static void test_refuses_every_damaged_byte(void **state)
{
	const struct fixture *fixture = *state;
	gnutls_privkey_t key = new_p256_key();
	gnutls_datum_t request = new_request(key, SUBJECT);
	struct est_enrolment enrolment = new_enrolment(fixture, request);
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
	const struct fixture *fixture = *state;
	gnutls_privkey_t key = new_p256_key();
	gnutls_datum_t request = new_request(key, SUBJECT);
	unsigned size = request.size;
	struct est_enrolment enrolment;
	struct est_refusal refusal;
	gnutls_datum_t answer;

	for (unsigned i = 1; i < size; i++) {
		request.size = i;
		enrolment = new_enrolment(fixture, request);
		assert_false(est_server_enrol(fixture->server, &enrolment,
					      &answer, &refusal));
		assert_ptr_equal(refusal.reason, EST_REASON_MALFORMED);
	}
	gnutls_free(request.data);
	gnutls_privkey_deinit(key);
}

static void test_refuses_trailing_bytes(void **state)
{
	gnutls_privkey_t key = new_p256_key();
	gnutls_datum_t request = new_request(key, SUBJECT);

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
			new_key(kinds[i].algorithm, kinds[i].bits);

		assert_refused(*state, new_request(key, ""),
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
	struct fixture *fixture = *state;
	gnutls_privkey_t key = new_p256_key();

	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		gnutls_free(fixture->device.data);
		fixture->device = new_device_der(subjects[i],
						 fixture->device_key,
						 &fixture->manufacturer);
		assert_refused(fixture, new_request(key, ""),
			       EST_REASON_IDENTITY);
	}
	gnutls_privkey_deinit(key);
}

static void test_refuses_unknown_formats(void **state)
{
	const struct fixture *fixture = *state;
	gnutls_privkey_t key = new_p256_key();
	gnutls_datum_t request = new_request(key, "");
	struct est_enrolment enrolment = new_enrolment(fixture, request);
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
static const char *reenrol(const struct fixture *fixture,
			   gnutls_x509_crt_t shown, gnutls_x509_crt_t named)
{
	gnutls_privkey_t key = new_p256_key();
	struct est_enrolment enrolment =
		new_enrolment(fixture, (gnutls_datum_t){ NULL, 0 });
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
	const struct fixture *fixture = *state;
	gnutls_privkey_t key = new_p256_key();
	gnutls_x509_crt_t current = enrol(fixture, EST_FORMAT_CERTS_ONLY, key);
	gnutls_x509_crt_t without_urn = new_certificate(SUBJECT, key, NULL);
	gnutls_x509_crt_t other = new_certificate(
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
	const struct fixture *fixture = *state;
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
	const struct fixture *fixture = *state;
	struct est_refusal refusal;
	est_server_t *server;

	assert_false(open_server(&fixture->operational, &fixture->manufacturer,
				 &server, &refusal));
	assert_null(server);
	assert_ptr_equal(refusal.reason, EST_REASON_MALFORMED);
}

static void test_client_refuses_wrong_answers(void **state)
{
	const struct fixture *fixture = *state;
	struct est_certificates authorities = read_cacerts(fixture);
	struct est_certificates strangers = {
		{ fixture->manufacturer.certificate }, 1
	};
	gnutls_privkey_t key = new_p256_key();
	gnutls_privkey_t other_key = new_p256_key();
	gnutls_x509_crt_t issued = enrol(fixture, EST_FORMAT_PKIX_CERT, key);
	struct est_refusal refusal;
	gnutls_x509_crt_t certificate;
	gnutls_datum_t answer;

	gnutls_x509_crt_export2(issued, GNUTLS_X509_FMT_DER, &answer);
	assert_false(est_client_accept(&answer, EST_FORMAT_PKIX_CERT, other_key,
				       &authorities, NOW, &certificate,
				       &refusal));
	assert_ptr_equal(refusal.reason, EST_REASON_ANSWER_KEY);
	assert_false(est_client_accept(&answer, EST_FORMAT_PKIX_CERT, key,
				       &strangers, NOW, &certificate,
				       &refusal));
	assert_ptr_equal(refusal.reason, EST_REASON_ANSWER_ISSUER);
	assert_false(est_client_accept(&answer, EST_FORMAT_PKIX_CERT, key,
				       &authorities, NOW + 31 * DAY,
				       &certificate, &refusal));
	assert_ptr_equal(refusal.reason, EST_REASON_ANSWER_ISSUER);
	assert_false(est_client_accept(&answer, EST_FORMAT_CERTS_ONLY, key,
				       &authorities, NOW, &certificate,
				       &refusal));
	assert_ptr_equal(refusal.reason, EST_REASON_ANSWER_MALFORMED);
	gnutls_free(answer.data);
	gnutls_x509_crt_deinit(issued);
	gnutls_privkey_deinit(other_key);
	gnutls_privkey_deinit(key);
	est_certificates_clear(&authorities);
}

static void test_client_survives_truncated_answers(void **state)
{
	struct est_certificates read;
	struct est_refusal refusal;
	gnutls_datum_t answer;
	const struct fixture *fixture = *state;
	unsigned size;

	assert_true(est_server_cacerts(fixture->server, EST_FORMAT_CERTS_ONLY,
				       &answer, &refusal));
	size = answer.size;
	for (answer.size = 0; answer.size < size; answer.size++)
		assert_false(est_client_read(&answer, EST_FORMAT_CERTS_ONLY,
					     &read, &refusal));
	gnutls_free(answer.data);
}

static void test_ueid_in_hexadecimal(void **state)
{
	static const char *const bad[] = {
		"",
		"0102",
		"01020304050g07",
		"010203040506070",
		(UEID UEID "00"),
		(" " UEID),
	};
	struct device_identity identity;

	(void)state;
	assert_true(device_identity_from_hex("01A1B2C3D4E5F607", &identity));
	assert_int_equal(identity.ueid_len, 8);
	assert_string_equal(identity.hex, "01a1b2c3d4e5f607");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(device_identity_from_hex(bad[i], &identity));
}

/* Runs a shell command in the directory; its output, cut to size. */
static void run(const char *directory, const char *command, char *out,
		size_t out_size)
{
	char line[1024];
	size_t length;
	FILE *pipe;

	snprintf(line, sizeof(line), "cd '%s' && %s 2>&1", directory, command);
	pipe = popen(line, "r");
	assert_non_null(pipe);
	length = fread(out, 1, out_size - 1, pipe);
	out[length] = '\0';
	if (pclose(pipe) != 0)
		fail_msg("%s: %s", command, out);
}

static void write_bytes(const char *directory, const char *name,
			const gnutls_datum_t *bytes)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	file = fopen(path, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes->data, 1, bytes->size, file),
			 bytes->size);
	assert_int_equal(fclose(file), 0);
}

static gnutls_datum_t read_bytes(const char *directory, const char *name)
{
	char path[256];
	gnutls_datum_t bytes;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	assert_int_equal(gnutls_load_file(path, &bytes), 0);
	return bytes;
}

static void test_openssl_agrees(void **state)
{
	const struct fixture *fixture = *state;
	char directory[] = "/tmp/adtls-est-XXXXXX";
	struct est_enrolment enrolment;
	struct est_refusal refusal;
	gnutls_datum_t request;
	gnutls_datum_t answer;
	char text[4096];

	assert_non_null(mkdtemp(directory));
	run(directory,
	    "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 "
	    "-nodes -keyout key.pem -subj / -outform DER -out request.der",
	    text, sizeof(text));
	request = read_bytes(directory, "request.der");
	enrolment = new_enrolment(fixture, request);
	assert_true(est_server_enrol(fixture->server, &enrolment, &answer,
				     &refusal));
	write_bytes(directory, "issued.p7", &answer);
	gnutls_free(answer.data);
	assert_true(est_server_cacerts(fixture->server, EST_FORMAT_CERTS_ONLY,
				       &answer, &refusal));
	write_bytes(directory, "ca.p7", &answer);
	run(directory,
	    "openssl pkcs7 -inform DER -in ca.p7 -print_certs -out ca.pem && "
	    "openssl pkcs7 -inform DER -in issued.p7 -print_certs "
	    "-out issued.pem && openssl verify -attime 1780000000 "
	    "-purpose sslclient -CAfile ca.pem issued.pem",
	    text, sizeof(text));
	assert_string_equal(text, "issued.pem: OK\n");
	run(directory,
	    "openssl pkcs7 -inform DER -in issued.p7 -print_certs "
	    "-text -noout",
	    text, sizeof(text));
	assert_non_null(strstr(text, UEID));
	assert_non_null(strstr(text, "TLS Web Client Authentication"));
	assert_non_null(strstr(text, "URI:urn:dev:ueid:"));
	run(directory, "rm -r \"$PWD\"", text, sizeof(text));
	gnutls_free(answer.data);
	gnutls_free(request.data);
}

int main(void)
{
#define EST_TEST(function) \
	cmocka_unit_test_setup_teardown(function, setup, teardown)
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
		EST_TEST(test_client_refuses_wrong_answers),
		EST_TEST(test_client_survives_truncated_answers),
		cmocka_unit_test(test_ueid_in_hexadecimal),
		EST_TEST(test_openssl_agrees),
	};

	return cmocka_run_group_tests_name("est", tests, NULL, NULL);
}
