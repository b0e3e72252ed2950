/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of one direction of one epoch. */
#include "base/buffer.h"
#include "record/record.h"

static bool expand(const struct crypto_suite *suite, const char *label_prefix,
		   const struct secret *secret, const char *label, uint8_t *out,
		   size_t len)
{
	return crypto_hkdf_expand_label(suite->hash, label_prefix,
					bytes_of(secret->data, secret->len),
					label, bytes_of(NULL, 0), out, len);
}

bool record_keys_init(struct record_keys *keys, uint64_t epoch,
		      const struct crypto_suite *suite,
		      const char *label_prefix, const struct secret *secret)
{
	uint8_t key[CRYPTO_KEY_MAX];
	bool ok;

	*keys = (struct record_keys){ .epoch = epoch, .suite = suite };
	ok = expand(suite, label_prefix, secret, "iv", keys->iv,
		    CRYPTO_NONCE_LEN);
	if (ok &&
	    expand(suite, label_prefix, secret, "key", key, suite->key_len))
		keys->aead = crypto_aead_new(suite, key);
	if (ok &&
	    expand(suite, label_prefix, secret, "sn", key, suite->key_len))
		keys->mask = crypto_mask_new(suite, key);
	bytes_wipe(key, sizeof(key));
	if (keys->aead == NULL || keys->mask == NULL) {
		record_keys_clear(keys);
		return false;
	}
	return true;
}

void record_keys_clear(struct record_keys *keys)
{
	crypto_aead_free(keys->aead);
	crypto_mask_free(keys->mask);
	bytes_wipe(keys, sizeof(*keys));
}
