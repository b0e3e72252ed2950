/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ciphers that mask record numbers, on nettle (RFC 9147 §4.2.3). */
#ifndef ADTLS_CRYPTO_MASK_CIPHER_H
#define ADTLS_CRYPTO_MASK_CIPHER_H

#include "crypto/aead.h"

struct crypto_mask_cipher {
	/* Of an expanded key. */
	size_t key_size;
	/* Expand the "sn" key. */
	void (*set_key)(void *key, const uint8_t *bytes);
	/* The mask of CRYPTO_MASK_SAMPLE_LEN bytes of ciphertext. */
	void (*compute)(const void *key, const uint8_t *sample,
			uint8_t out[CRYPTO_MASK_SAMPLE_LEN]);
};

extern const struct crypto_mask_cipher crypto_mask_aes_128;
extern const struct crypto_mask_cipher crypto_mask_aes_256;
extern const struct crypto_mask_cipher crypto_mask_chacha20;

#endif
