/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A certification authority in memory, for tests that run on the real clock:
 * what it issues is valid from an hour ago for two hours. */
#ifndef TESTS_SUPPORT_TEST_AUTHORITY_H
#define TESTS_SUPPORT_TEST_AUTHORITY_H

#include <adtls/credentials.h>

struct test_authority {
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t certificate;
};

/* All of these assert that they succeed. */

void test_authority_init(struct test_authority *authority);
void test_authority_clear(struct test_authority *authority);
/* A P-256 key and a certificate with @name as common name and DNS name. */
void test_authority_issue(const struct test_authority *authority,
			  const char *name, gnutls_x509_privkey_t *out_key,
			  gnutls_x509_crt_t *out_certificate);
/* Credentials that trust @authority; with a certificate unless @name is
 * NULL. */
adtls_credentials_t *
test_authority_credentials(const struct test_authority *authority,
			   const char *name);

#endif
