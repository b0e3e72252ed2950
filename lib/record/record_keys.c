/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys of one direction of one epoch. */
#include "base/buffer.h"
#include "record/record.h"

static bool expand(const struct record_keys *keys, const char *label,
		   uint8_t *out, size_t len)
{
	return crypto_hkdf_expand_label(
		keys->suite->hash, keys->label_prefix,
		bytes_of(keys->secret.data, keys->secret.len), label,
		bytes_of(NULL, 0), out, len);
}

bool record_keys_init(struct record_keys *keys, uint64_t epoch,
		      const struct crypto_suite *suite,
		      const char *label_prefix, const struct secret *secret)
{
	*keys = (struct record_keys){ .epoch = epoch,
				      .suite = suite,
				      .label_prefix = label_prefix,
				      .secret = *secret };
	if (expand(keys, "iv", keys->iv, CRYPTO_NONCE_LEN) &&
	    record_keys_wake(keys))
		return true;
	record_keys_clear(keys);
	return false;
}

void record_keys_clear(struct record_keys *keys)
{
	record_keys_park(keys);
	bytes_wipe(keys, sizeof(*keys));
}

void record_keys_park(struct record_keys *keys)
{
	crypto_aead_free(keys->aead);
	crypto_mask_free(keys->mask);
	keys->aead = NULL;
	keys->mask = NULL;
}

bool record_keys_wake(struct record_keys *keys)
{
	const struct crypto_suite *suite = keys->suite;
	uint8_t key[CRYPTO_KEY_MAX];

	if (keys->aead != NULL)
		return true;
	if (expand(keys, "key", key, suite->key_len))
		keys->aead = crypto_aead_new(suite, key);
	if (expand(keys, "sn", key, suite->key_len))
		keys->mask = crypto_mask_new(suite, key);
	bytes_wipe(key, sizeof(key));
	if (keys->aead != NULL && keys->mask != NULL)
		return true;
	record_keys_park(keys);
	return false;
}
