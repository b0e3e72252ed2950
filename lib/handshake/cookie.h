/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cookie of HelloRetryRequest: what a server would have to remember of a
 * first ClientHello, under a MAC over it and the client's address (RFC 9147
 * §5.1, RFC 8446 §4.2.2, protocol §7). */
#ifndef ADTLS_HANDSHAKE_COOKIE_H
#define ADTLS_HANDSHAKE_COOKIE_H

#include "crypto/group.h"
#include "crypto/hash.h"

#define COOKIE_MAX 160
#define COOKIE_KEY_LEN 32
/* A lossy client may need many attempts for its second ClientHello. */
#define COOKIE_LIFETIME_US (60 * 1000000ull)

/* The current key and the one before, so that rotation refuses nobody. */
struct cookie_keys {
	uint8_t current[COOKIE_KEY_LEN];
	uint8_t previous[COOKIE_KEY_LEN];
	uint64_t rotated_us;
};

struct cookie {
	uint64_t made_us;
	const struct crypto_suite *suite;
	const struct crypto_group *group;	/* NULL: none was asked for */
	uint8_t client_hello_hash[CRYPTO_HASH_MAX];	/* suite->hash */
	uint8_t hello_digest[32];	/* hello_offer_digest() */
};

bool cookie_keys_init(struct cookie_keys *keys,
		      const struct crypto_random *random, uint64_t now_us);
/* Make a new current key when the lifetime is over. */
bool cookie_keys_rotate(struct cookie_keys *keys,
			const struct crypto_random *random, uint64_t now_us);
void cookie_keys_clear(struct cookie_keys *keys);

/* Write @cookie; at most COOKIE_MAX bytes at @out. Returns the length; 0 on failure. */
size_t cookie_seal(const struct cookie_keys *keys, const struct cookie *cookie,
		   adtls_bytes_t address, uint8_t out[COOKIE_MAX]);
/* Check and read one. False: not ours, of another address, or expired. */
bool cookie_open(const struct cookie_keys *keys, adtls_bytes_t sealed,
		 adtls_bytes_t address, uint64_t now_us, struct cookie *out);

#endif
