/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What credentials hold; for the files of crypto/ alone. */
#ifndef ADTLS_CRYPTO_CREDENTIALS_OBJECT_H
#define ADTLS_CRYPTO_CREDENTIALS_OBJECT_H

#include <stdatomic.h>

#include "crypto/credentials.h"

struct adtls_credentials {
	atomic_uint references;
	bool is_reproducible;

	struct buffer chain[CREDENTIALS_CHAIN_MAX]; /* DER, our own first */
	size_t chain_count;
	adtls_bytes_t spki; /* within chain[0] */
	struct crypto_private_key *key;

	gnutls_x509_trust_list_t trust;
	bool has_trust;
};

/* Replace key and chain, if they are fit for use together. Takes over the
 * reference to @key, also on error; NULL is one. */
int credentials_set(struct adtls_credentials *credentials,
		    const gnutls_datum_t *chain, size_t chain_count,
		    struct crypto_private_key *key);

#endif
