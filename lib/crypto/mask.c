/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Record-number masks (RFC 9147 §4.2.3). */
#include <stdlib.h>

#include "base/buffer.h"
#include "crypto/mask_cipher.h"

struct crypto_mask {
	const struct crypto_mask_cipher *cipher;
	union crypto_mask_key key;
};

static void aes_128_set_key(union crypto_mask_key *key, const uint8_t *bytes)
{
	aes128_set_encrypt_key(&key->aes_128, bytes);
}

static void aes_128_compute(const union crypto_mask_key *key,
			    const uint8_t *sample,
			    uint8_t out[CRYPTO_MASK_SAMPLE_LEN])
{
	aes128_encrypt(&key->aes_128, AES_BLOCK_SIZE, out, sample);
}

const struct crypto_mask_cipher crypto_mask_aes_128 = {
	.set_key = aes_128_set_key,
	.compute = aes_128_compute,
};

struct crypto_mask *crypto_mask_new(const struct crypto_suite *suite,
				    const uint8_t *key)
{
	struct crypto_mask *mask = calloc(1, sizeof(*mask));

	if (mask == NULL)
		return NULL;
	mask->cipher = suite->mask_cipher;
	mask->cipher->set_key(&mask->key, key);
	return mask;
}

void crypto_mask_free(struct crypto_mask *mask)
{
	if (mask == NULL)
		return;
	bytes_wipe(mask, sizeof(*mask));
	free(mask);
}

void crypto_mask_apply(const struct crypto_mask *mask, const uint8_t *sample,
		       uint8_t *number, size_t len)
{
	uint8_t block[CRYPTO_MASK_SAMPLE_LEN];

	mask->cipher->compute(&mask->key, sample, block);
	for (size_t i = 0; i < len && i < sizeof(block); i++)
		number[i] ^= block[i];
}
