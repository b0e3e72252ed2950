/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hashes, HMAC, constant-time comparison and random bytes, on GnuTLS. */
#include "crypto/hash.h"

#include <gnutls/crypto.h>
#include <stdlib.h>

#include "base/buffer.h"

struct crypto_hash_state {
	gnutls_hash_hd_t handle;
};

void secret_wipe(struct secret *secret)
{
	bytes_wipe(secret, sizeof(*secret));
}

struct crypto_hash_state *crypto_hash_new(const struct crypto_hash *hash)
{
	struct crypto_hash_state *state = calloc(1, sizeof(*state));

	if (state == NULL)
		return NULL;
	if (gnutls_hash_init(&state->handle,
			     (gnutls_digest_algorithm_t)hash->gnutls_id) < 0) {
		free(state);
		return NULL;
	}
	return state;
}

void crypto_hash_free(struct crypto_hash_state *state)
{
	if (state == NULL)
		return;
	gnutls_hash_deinit(state->handle, NULL);
	free(state);
}

bool crypto_hash_update(struct crypto_hash_state *state, const void *data,
			size_t len)
{
	return len == 0 || gnutls_hash(state->handle, data, len) == 0;
}

bool crypto_hash_peek(const struct crypto_hash_state *state, uint8_t *out)
{
	gnutls_hash_hd_t copy = gnutls_hash_copy(state->handle);

	if (copy == NULL)
		return false;
	gnutls_hash_deinit(copy, out);
	return true;
}

struct crypto_hash_state *crypto_hash_copy(const struct crypto_hash_state *state)
{
	struct crypto_hash_state *copy = calloc(1, sizeof(*copy));

	if (copy == NULL)
		return NULL;
	copy->handle = gnutls_hash_copy(state->handle);
	if (copy->handle == NULL) {
		free(copy);
		return NULL;
	}
	return copy;
}

bool crypto_hash_compute(const struct crypto_hash *hash, adtls_bytes_t data,
			 uint8_t *out)
{
	return gnutls_hash_fast((gnutls_digest_algorithm_t)hash->gnutls_id,
				data.data, data.len, out) == 0;
}

bool crypto_hmac(const struct crypto_hash *hash, adtls_bytes_t key,
		 adtls_bytes_t data, uint8_t *out)
{
	return gnutls_hmac_fast((gnutls_mac_algorithm_t)hash->gnutls_id,
				key.data, key.len, data.data, data.len,
				out) == 0;
}

bool crypto_equal(const void *a, const void *b, size_t len)
{
	return len == 0 || gnutls_memcmp(a, b, len) == 0;
}

static int system_fill(void *context, uint8_t *out, size_t len)
{
	(void)context;
	return gnutls_rnd(GNUTLS_RND_RANDOM, out, len);
}

const struct crypto_random crypto_system_random = { .fill = system_fill };

bool crypto_random_fill(const struct crypto_random *random, uint8_t *out,
			size_t len)
{
	return len == 0 || random->fill(random->context, out, len) == 0;
}
