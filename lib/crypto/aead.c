/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Authenticated encryption in place, on GnuTLS. */
#include "crypto/aead.h"

#include <gnutls/crypto.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "crypto/datum.h"

struct crypto_aead {
	gnutls_aead_cipher_hd_t handle;
	size_t tag_len;
};

struct crypto_aead *crypto_aead_new(const struct crypto_suite *suite,
				    const uint8_t *key)
{
	gnutls_datum_t datum = datum_of(bytes_of(key, suite->key_len));
	struct crypto_aead *aead = calloc(1, sizeof(*aead));

	if (aead == NULL)
		return NULL;
	aead->tag_len = suite->tag_len;
	if (gnutls_aead_cipher_init(
		    &aead->handle,
		    (gnutls_cipher_algorithm_t)suite->gnutls_cipher,
		    &datum) < 0) {
		free(aead);
		return NULL;
	}
	return aead;
}

void crypto_aead_free(struct crypto_aead *aead)
{
	if (aead == NULL)
		return;
	gnutls_aead_cipher_deinit(aead->handle);
	free(aead);
}

bool crypto_aead_seal(struct crypto_aead *aead, const uint8_t *nonce,
		      adtls_bytes_t additional, uint8_t *data, size_t len)
{
	size_t sealed_len = len + aead->tag_len;

	return gnutls_aead_cipher_encrypt(aead->handle, nonce, CRYPTO_NONCE_LEN,
					  additional.data, additional.len,
					  aead->tag_len, data, len, data,
					  &sealed_len) == 0;
}

bool crypto_aead_open(struct crypto_aead *aead, const uint8_t *nonce,
		      adtls_bytes_t additional, uint8_t *data, size_t len)
{
	size_t opened_len = len;

	return len >= aead->tag_len &&
	       gnutls_aead_cipher_decrypt(aead->handle, nonce, CRYPTO_NONCE_LEN,
					  additional.data, additional.len,
					  aead->tag_len, data, len, data,
					  &opened_len) == 0;
}
