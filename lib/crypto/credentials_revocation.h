/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Revocation lists, for the files of crypto/ alone. */
#ifndef ADTLS_CRYPTO_CREDENTIALS_REVOCATION_H
#define ADTLS_CRYPTO_CREDENTIALS_REVOCATION_H

#include "crypto/credentials_object.h"

void revocation_lists_clear(struct adtls_credentials *credentials);
/* The problems (adtls_problem_t) of a chain whose path is checked elsewhere. */
unsigned revocation_check(const struct adtls_credentials *credentials,
			  const gnutls_x509_crt_t *chain, size_t count,
			  int64_t utc_s);

#endif
