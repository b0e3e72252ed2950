/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mask of the AES suites: AES-ECB of the sample (RFC 9147 §4.2.3). */
#include <nettle/aes.h>

#include "crypto/mask_cipher.h"

static void set_key_128(void *key, const uint8_t *bytes)
{
	aes128_set_encrypt_key(key, bytes);
}

static void compute_128(const void *key, const uint8_t *sample,
			uint8_t out[CRYPTO_MASK_SAMPLE_LEN])
{
	aes128_encrypt(key, AES_BLOCK_SIZE, out, sample);
}

const struct crypto_mask_cipher crypto_mask_aes_128 = {
	.key_size = sizeof(struct aes128_ctx),
	.set_key = set_key_128,
	.compute = compute_128,
};

static void set_key_256(void *key, const uint8_t *bytes)
{
	aes256_set_encrypt_key(key, bytes);
}

static void compute_256(const void *key, const uint8_t *sample,
			uint8_t out[CRYPTO_MASK_SAMPLE_LEN])
{
	aes256_encrypt(key, AES_BLOCK_SIZE, out, sample);
}

const struct crypto_mask_cipher crypto_mask_aes_256 = {
	.key_size = sizeof(struct aes256_ctx),
	.set_key = set_key_256,
	.compute = compute_256,
};
