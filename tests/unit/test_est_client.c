/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The EST client of the onboarding example, and that OpenSSL reads and writes
 * what both ends do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "device_identity.h"
#include "est_fixture.h"

static void test_client_refuses_wrong_answers(void **state)
{
	const struct est_fixture *fixture = *state;
	struct est_certificates authorities = est_read_cacerts(fixture);
	struct est_certificates strangers = {
		{ fixture->manufacturer.certificate }, 1
	};
	gnutls_privkey_t key = est_new_p256_key();
	gnutls_privkey_t other_key = est_new_p256_key();
	gnutls_x509_crt_t issued =
		est_enrol(fixture, EST_FORMAT_PKIX_CERT, key);
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
	const struct est_fixture *fixture = *state;
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
	const struct est_fixture *fixture = *state;
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
	enrolment = est_new_enrolment(fixture, request);
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
	cmocka_unit_test_setup_teardown(function, est_setup, est_teardown)
	const struct CMUnitTest tests[] = {
		EST_TEST(test_client_refuses_wrong_answers),
		EST_TEST(test_client_survives_truncated_answers),
		cmocka_unit_test(test_ueid_in_hexadecimal),
		EST_TEST(test_openssl_agrees),
	};

	return cmocka_run_group_tests_name("est_client", tests, NULL, NULL);
}
