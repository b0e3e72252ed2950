/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mask of ChaCha20-Poly1305 (RFC 9147 §4.2.3): a keystream whose block
 * counter is the first four bytes of the sample, little-endian as in RFC 8439
 * §2.3, and whose nonce is the other twelve. */
#include <nettle/chacha.h>

#include "base/buffer.h"
#include "crypto/mask_cipher.h"

static void set_key(void *key, const uint8_t *bytes)
{
	chacha_set_key(key, bytes);
}

static void compute(const void *key, const uint8_t *sample,
		    uint8_t out[CRYPTO_MASK_SAMPLE_LEN])
{
	static const uint8_t zero[CRYPTO_MASK_SAMPLE_LEN];
	struct chacha_ctx state = *(const struct chacha_ctx *)key;

	/* In this order: setting a nonce sets the counter to zero. */
	chacha_set_nonce96(&state, sample + CHACHA_COUNTER32_SIZE);
	chacha_set_counter32(&state, sample);
	chacha_crypt32(&state, sizeof(zero), out, zero);
	bytes_wipe(&state, sizeof(state));
}

const struct crypto_mask_cipher crypto_mask_chacha20 = {
	.key_size = sizeof(struct chacha_ctx),
	.set_key = set_key,
	.compute = compute,
};
