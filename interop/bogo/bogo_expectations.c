/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Expected parameters against those that the engine reports. */
#include "interop/bogo/bogo_expectations.h"
#include "interop/bogo/bogo_names.h"

#include <gnutls/x509.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DTLS13 0xfefc

static bool is_number(const char *what, uint64_t expected, uint64_t actual)
{
	if (expected == 0 || expected == actual)
		return true;
	fprintf(stderr, "bogo_shim: %s is %" PRIu64 ", not %" PRIu64 "\n", what,
		actual, expected);
	return false;
}

static bool is_true(const char *what, bool holds)
{
	if (!holds)
		fprintf(stderr, "bogo_shim: not as expected: %s\n", what);
	return holds;
}

static adtls_bytes_t bytes_of_text(const char *text)
{
	return (adtls_bytes_t){ (const uint8_t *)text, strlen(text) };
}

static bool is_text(const char *what, const char *expected,
		    adtls_bytes_t actual)
{
	if (expected == NULL)
		return true;
	return is_true(what, strlen(expected) == actual.len &&
				     memcmp(expected, actual.data,
					    actual.len) == 0);
}

static bool is_first_in_file(adtls_bytes_t certificate, const char *file)
{
	gnutls_datum_t text = { NULL, 0 };
	gnutls_datum_t der = { NULL, 0 };
	bool same = false;

	if (gnutls_load_file(file, &text) == 0 &&
	    gnutls_pem_base64_decode2("CERTIFICATE", &text, &der) == 0)
		same = der.size == certificate.len &&
		       memcmp(der.data, certificate.data, der.size) == 0;
	gnutls_free(text.data);
	gnutls_free(der.data);
	return same;
}

static bool is_certificate(const struct bogo_options *options,
			   const adtls_engine_t *engine, bool resumed)
{
	adtls_bytes_t certificate = adtls_engine_peer_certificate(engine);
	bool is_due = !options->server || options->require_client_certificate;

	/* It was shown to the connection that the ticket is of. */
	if (resumed)
		return true;

	if (options->expect_no_peer_certificate)
		return is_true("no certificate", certificate.len == 0);
	if (options->expect_peer_certificate_file != NULL)
		return is_true("that certificate",
			       is_first_in_file(
				       certificate,
				       options->expect_peer_certificate_file));
	return is_true("a certificate", !is_due || certificate.len > 0);
}

bool bogo_expectations_hold(const struct bogo_options *options,
			    const adtls_engine_t *engine)
{
	adtls_parameters_t actual;

	adtls_engine_parameters(engine, &actual);
	return is_number("version", options->expect_version, DTLS13) &&
	       is_number("suite", options->expect_cipher,
			 bogo_suite_codepoint(actual.suite)) &&
	       is_number("group", options->expect_group,
			 bogo_group_codepoint(actual.group)) &&
	       is_number("signature", options->expect_peer_scheme,
			 bogo_scheme_codepoint(actual.signature)) &&
	       is_true("a HelloRetryRequest",
		       !options->expect_hrr || actual.hello_retry_request) &&
	       is_true("no HelloRetryRequest",
		       !options->expect_no_hrr ||
			       !actual.hello_retry_request) &&
	       is_true("resumption",
		       actual.resumed == (options->resuming &&
					  !options->expect_session_miss)) &&
	       is_text("that application protocol", options->expect_alpn,
		       actual.application_protocol) &&
	       is_text("that server name", options->expect_server_name,
		       bytes_of_text(actual.server_name)) &&
	       is_certificate(options, engine, actual.resumed);
}
