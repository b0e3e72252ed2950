/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys that a server seals its tickets with (RFC 8446 §4.6.1, RFC 5077 §4).
 *
 *   sealed ticket = key name (8) || salt (16) || AEAD(state) || tag (16)
 *
 * Each ticket has a key of its own, derived from the salt, so that any number of
 * processes may share one key and no nonce is ever used twice. The keys belong
 * to a configuration that several threads may use, and change meanwhile. */
#ifndef ADTLS_HANDSHAKE_TICKET_KEYS_H
#define ADTLS_HANDSHAKE_TICKET_KEYS_H

#include "base/buffer.h"
#include "crypto/hash.h"

#include <stdatomic.h>

#define TICKET_KEY_LEN 32
#define TICKET_KEY_NAME_LEN 8
#define TICKET_SALT_LEN 16
#define TICKET_OVERHEAD (TICKET_KEY_NAME_LEN + TICKET_SALT_LEN + CRYPTO_TAG_MAX)
/* SHA-256 of what decided about the ticket's owner. */
#define TICKET_BINDING_LEN 32
/* The newest seals; with the two before it tickets are still opened, so that one
 * sealed right before a change lives as long as any. */
#define TICKET_KEYS 3

struct ticket_key {
	uint8_t name[TICKET_KEY_NAME_LEN];
	uint8_t secret[TICKET_KEY_LEN];
};

struct ticket_keys {
	atomic_flag lock;	/* held for no longer than a copy takes */
	struct ticket_key keys[TICKET_KEYS];	/* the newest first */
	size_t count;
	bool are_given;		/* by the application, which changes them */
	int64_t changed_s;	/* UTC */
};

/* NULL: out of memory. */
struct ticket_keys *ticket_keys_new(void);
void ticket_keys_free(struct ticket_keys *keys);
/* A new newest key. */
bool ticket_keys_give(struct ticket_keys *keys,
		      const uint8_t secret[TICKET_KEY_LEN]);
/* Make one where none is given and the newest is older than @lifetime_s. */
bool ticket_keys_rotate(struct ticket_keys *keys,
			const struct crypto_random *random, int64_t utc_s,
			int64_t lifetime_s);
/* Seal with the newest key, for those alone who open with the same @binding.
 * False: there is no key, or out of memory. */
bool ticket_keys_seal(struct ticket_keys *keys,
		      const struct crypto_random *random,
		      const uint8_t binding[TICKET_BINDING_LEN],
		      adtls_bytes_t state, struct buffer *out);
/* False: not sealed with one of our keys and for @binding, or changed since. */
bool ticket_keys_open(struct ticket_keys *keys,
		      const uint8_t binding[TICKET_BINDING_LEN],
		      adtls_bytes_t sealed, struct buffer *out_state);

#endif
