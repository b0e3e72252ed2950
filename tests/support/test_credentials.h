/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates and credentials for tests, the same in every run: keys are
 * fixed, signatures reproducible, and all is valid around TEST_UTC.
 *
 *     root <- intermediate <- server.example, client.example
 *
 * What cannot be made fails the test that runs. */
#ifndef TESTS_SUPPORT_TEST_CREDENTIALS_H
#define TESTS_SUPPORT_TEST_CREDENTIALS_H

#include <adtls/credentials.h>

#include "tests/support/test_vectors.h"

#define TEST_UTC   INT64_C(1790000000) /* 2026-09-21 13:33:20 */
#define TEST_DAY_S INT64_C(86400)

#define TEST_SERVER_NAME "server.example"
#define TEST_CLIENT_NAME "client.example"

/* A certificate to be made; what is zero is left out or as said. */
struct test_certificate {
	const char *name;   /* common name */
	const char *key;    /* its key's name; NULL: as its common name */
	const char *issuer; /* and name of its key; NULL: self-signed */
	bool is_authority;
	const char *dns_name;
	const char *ip_address;		  /* IPv4, as text */
	const char *purpose;		  /* OID of an extended key usage */
	unsigned usage;			  /* GNUTLS_KEY_... */
	int64_t from_s;			  /* 0: a year before TEST_UTC */
	int64_t until_s;		  /* 0: a year after TEST_UTC */
	gnutls_digest_algorithm_t digest; /* 0: SHA-256 */
	const char *critical_oid;	  /* an extension nobody knows */
};

extern const struct test_certificate test_root;
extern const struct test_certificate test_intermediate;
extern const struct test_certificate test_server;
extern const struct test_certificate test_client;

/* A fixed key: of P-256, derived from its name, or for names that begin with
 * "RSA", "Ed25519" or "Ed448" of that kind. The caller's to release. */
gnutls_privkey_t test_key(const char *name);
/* The same in PEM. */
struct test_bytes test_key_pem(const char *name);

struct test_bytes test_certificate_der(const struct test_certificate *made);
struct test_bytes test_certificate_pem(const struct test_certificate *made);

/* A revocation list; all certificates here have the same serial number. */
struct test_crl {
	const struct test_certificate *issuer;
	const char *key;	/* that signs it; NULL: the issuer's */
	bool revokes;		/* what the issuer has issued */
	int64_t until_s;	/* 0: a year after TEST_UTC */
};

struct test_bytes test_crl_der(const struct test_crl *made);

/* Credentials of @leaf, which the intermediate issued, that trust the root;
 * only the trust if @leaf is NULL. */
adtls_credentials_t *test_credentials(const struct test_certificate *leaf);

#endif
