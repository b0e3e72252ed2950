/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The ciphers that mask record numbers, on nettle (RFC 9147 §4.2.3). */
#ifndef ADTLS_CRYPTO_MASK_CIPHER_H
#define ADTLS_CRYPTO_MASK_CIPHER_H

#include <nettle/aes.h>

#include "crypto/aead.h"

/* An expanded key of any mask cipher. */
union crypto_mask_key {
	struct aes128_ctx aes_128;
};

struct crypto_mask_cipher {
	/* Expand the "sn" key. */
	void (*set_key)(union crypto_mask_key *key, const uint8_t *bytes);
	/* The mask of CRYPTO_MASK_SAMPLE_LEN bytes of ciphertext. */
	void (*compute)(const union crypto_mask_key *key, const uint8_t *sample,
			uint8_t out[CRYPTO_MASK_SAMPLE_LEN]);
};

extern const struct crypto_mask_cipher crypto_mask_aes_128;

#endif
