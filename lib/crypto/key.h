/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The GnuTLS side of keys, for the files of crypto/ alone. */
#ifndef ADTLS_CRYPTO_KEY_H
#define ADTLS_CRYPTO_KEY_H

#include <gnutls/abstract.h>

#include "crypto/signature.h"

#define P256_COORDINATE_LEN 32

/* What decides which signature schemes a key fits. */
struct crypto_key_kind {
	gnutls_pk_algorithm_t algorithm;
	gnutls_ecc_curve_t curve; /* invalid unless elliptic */
	unsigned bits;
};

bool crypto_key_kind_fits(const struct crypto_key_kind *kind,
			  const struct crypto_scheme *scheme);
struct crypto_key_kind crypto_key_kind_of(gnutls_pubkey_t key);
/* False: RSA outside CRYPTO_RSA_MIN to CRYPTO_RSA_MAX. */
bool crypto_key_kind_has_size(const struct crypto_key_kind *kind);

/* Owns @key from here on, also on failure. A key behind a token or a callback
 * may not give its public half, which is then the one in @certificate; NULL if
 * there is none. NULL: unusable. */
struct crypto_private_key *
crypto_private_key_adopt(gnutls_privkey_t key, gnutls_pubkey_t certificate);

/* A coordinate, or half an ECDSA signature, to @len bytes, whether or not
 * GnuTLS gives it leading zeroes. */
bool crypto_fixed_integer(const gnutls_datum_t *integer, uint8_t *out,
			  size_t len);

#endif
