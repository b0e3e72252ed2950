/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hash, HMAC, HKDF, constant-time comparison and random bytes. */
#ifndef ADTLS_CRYPTO_HASH_H
#define ADTLS_CRYPTO_HASH_H

#include "crypto/suite.h"

/* A secret of the key schedule: wiped by secret_wipe(), never logged. */
struct secret {
	uint8_t data[CRYPTO_HASH_MAX];
	uint8_t len;
};

void secret_wipe(struct secret *secret);

/* A running hash that can be read without being ended. */
struct crypto_hash_state;

/* NULL: out of memory. */
struct crypto_hash_state *crypto_hash_new(const struct crypto_hash *hash);
void crypto_hash_free(struct crypto_hash_state *state);
bool crypto_hash_update(struct crypto_hash_state *state, const void *data,
			size_t len);
/* The digest of all input so far, hash->len bytes; the state goes on. */
bool crypto_hash_peek(const struct crypto_hash_state *state, uint8_t *out);

/* A second state that goes on from here by itself; NULL: out of memory. */
struct crypto_hash_state *
crypto_hash_copy(const struct crypto_hash_state *state);

/* One-shot digest, hash->len bytes at @out. */
bool crypto_hash_compute(const struct crypto_hash *hash, adtls_bytes_t data,
			 uint8_t *out);
/* One-shot HMAC, hash->len bytes at @out. */
bool crypto_hmac(const struct crypto_hash *hash, adtls_bytes_t key,
		 adtls_bytes_t data, uint8_t *out);

/* RFC 5869. An empty salt is hash->len zero bytes. */
bool crypto_hkdf_extract(const struct crypto_hash *hash, adtls_bytes_t salt,
			 adtls_bytes_t input, struct secret *out);
bool crypto_hkdf_expand(const struct crypto_hash *hash, adtls_bytes_t secret,
			adtls_bytes_t info, uint8_t *out, size_t out_len);
/* HKDF-Expand-Label (RFC 8446 §7.1). @label_prefix is "dtls13" (RFC 9147
 * §5.9); prefix and label together, and @context, are at most 255 bytes. */
bool crypto_hkdf_expand_label(const struct crypto_hash *hash,
			      const char *label_prefix, adtls_bytes_t secret,
			      const char *label, adtls_bytes_t context,
			      uint8_t *out, size_t out_len);

/* Constant-time comparison of @len bytes. */
bool crypto_equal(const void *a, const void *b, size_t len);

/* Where randomness comes from: injected, so that simulations replay. */
struct crypto_random {
	/* Fill @out with @len random bytes; 0 on success. */
	int (*fill)(void *context, uint8_t *out, size_t len);
	void *context;
};

/* The system's random source (gnutls_rnd). */
extern const struct crypto_random crypto_system_random;

bool crypto_random_fill(const struct crypto_random *random, uint8_t *out,
			size_t len);

#endif
