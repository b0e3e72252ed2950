/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Authorities, a device and an EST server, made anew for each test of EST.
 */
#ifndef ADTLS_TESTS_EST_FIXTURE_H
#define ADTLS_TESTS_EST_FIXTURE_H

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdbool.h>

#include "est_client.h"
#include "est_server.h"

#define UEID	   "01a1b2c3d4e5f60718293a4b5c6d7e8f90"
#define OTHER_UEID "01ffffffffffffffffffffffffffffffff"
#define SUBJECT	   "CN=sensor,serialNumber=" UEID

/* A day in 2026: nothing here reads the clock. */
#define NOW ((time_t)1780000000)
#define DAY ((time_t)86400)

struct est_authority {
	gnutls_privkey_t key;
	gnutls_x509_crt_t certificate;
};

struct est_fixture {
	struct est_authority operational;
	struct est_authority manufacturer;
	gnutls_privkey_t device_key;
	gnutls_datum_t device; /* manufacturer certificate, DER */
	est_server_t *server;
};

/* A new key; the test fails if there is none. */
gnutls_privkey_t est_new_key(gnutls_pk_algorithm_t algorithm, unsigned bits);
/* The kind of key that is enrolled. */
gnutls_privkey_t est_new_p256_key(void);
/* A certificate, valid from a day before NOW for 91 days; self-signed if
 * there is no issuer. */
gnutls_x509_crt_t est_new_certificate(const char *subject, gnutls_privkey_t key,
				      const struct est_authority *issuer);
/* A device's certificate in DER; free with gnutls_free(). */
gnutls_datum_t est_new_device(const char *subject, gnutls_privkey_t key,
			      const struct est_authority *issuer);
/* Opens a server with one authority's certificate and another's key. */
bool est_open_server(const struct est_authority *certified,
		     const struct est_authority *keyed, est_server_t **out,
		     struct est_refusal *refusal);
/* cmocka: *state is a struct est_fixture. */
int est_setup(void **state);
int est_teardown(void **state);
/* A request for the key with a subject, or an empty one. */
gnutls_datum_t est_new_request(gnutls_privkey_t key, const char *subject);
/* The request, by the fixture's device, now. */
struct est_enrolment est_new_enrolment(const struct est_fixture *fixture,
				       gnutls_datum_t request);
/* What /crts says. */
struct est_certificates est_read_cacerts(const struct est_fixture *fixture);
/* Enrols a new key; its certificate, as est_client accepted it. */
gnutls_x509_crt_t est_enrol(const struct est_fixture *fixture, unsigned format,
			    gnutls_privkey_t key);

#endif
