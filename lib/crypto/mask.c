/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Record-number masks (RFC 9147 §4.2.3). */
#include <stdalign.h>
#include <stddef.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "crypto/mask_cipher.h"

/* No larger than its own cipher needs: every epoch in use has two. */
struct crypto_mask {
	const struct crypto_mask_cipher *cipher;
	alignas(max_align_t) uint8_t key[];
};

static size_t size_of(const struct crypto_mask_cipher *cipher)
{
	return sizeof(struct crypto_mask) + cipher->key_size;
}

struct crypto_mask *crypto_mask_new(const struct crypto_suite *suite,
				    const uint8_t *key)
{
	struct crypto_mask *mask = calloc(1, size_of(suite->mask_cipher));

	if (mask == NULL)
		return NULL;
	mask->cipher = suite->mask_cipher;
	mask->cipher->set_key(mask->key, key);
	return mask;
}

void crypto_mask_free(struct crypto_mask *mask)
{
	if (mask == NULL)
		return;
	bytes_wipe(mask, size_of(mask->cipher));
	free(mask);
}

void crypto_mask_apply(const struct crypto_mask *mask, const uint8_t *sample,
		       uint8_t *number, size_t len)
{
	uint8_t block[CRYPTO_MASK_SAMPLE_LEN];

	mask->cipher->compute(mask->key, sample, block);
	for (size_t i = 0; i < len && i < sizeof(block); i++)
		number[i] ^= block[i];
}
