/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The keys that a server seals its tickets with. */
#include "handshake/ticket_keys.h"

#include "base/wire.h"
#include "crypto/aead.h"

#include <stdlib.h>
#include <string.h>

#define SEALING_SUITE 0x1302	/* TLS_AES_256_GCM_SHA384, for its AEAD */
#define NAME_LABEL "adtls ticket key name"
#define KEY_LABEL "adtls ticket key"
#define HEADER_LEN (TICKET_KEY_NAME_LEN + TICKET_SALT_LEN)
#define ADDITIONAL_LEN (HEADER_LEN + TICKET_BINDING_LEN)

struct ticket_keys *ticket_keys_new(void)
{
	struct ticket_keys *keys = calloc(1, sizeof(*keys));

	if (keys != NULL)
		atomic_flag_clear(&keys->lock);
	return keys;
}

void ticket_keys_free(struct ticket_keys *keys)
{
	if (keys == NULL)
		return;
	bytes_wipe(keys->keys, sizeof(keys->keys));
	free(keys);
}

static void lock(struct ticket_keys *keys)
{
	while (atomic_flag_test_and_set_explicit(&keys->lock,
						 memory_order_acquire))
		continue;
}

static void unlock(struct ticket_keys *keys)
{
	atomic_flag_clear_explicit(&keys->lock, memory_order_release);
}

static bool make_key(const uint8_t secret[TICKET_KEY_LEN],
		     struct ticket_key *out)
{
	memcpy(out->secret, secret, TICKET_KEY_LEN);
	return crypto_hkdf_expand(&crypto_sha256,
				  bytes_of(secret, TICKET_KEY_LEN),
				  bytes_of(NAME_LABEL, sizeof(NAME_LABEL) - 1),
				  out->name, sizeof(out->name));
}

/* The lock is held. */
static void push(struct ticket_keys *keys, const struct ticket_key *key)
{
	for (size_t i = TICKET_KEYS - 1; i > 0; i--)
		keys->keys[i] = keys->keys[i - 1];
	keys->keys[0] = *key;
	if (keys->count < TICKET_KEYS)
		keys->count++;
}

bool ticket_keys_give(struct ticket_keys *keys,
		      const uint8_t secret[TICKET_KEY_LEN])
{
	struct ticket_key key;
	bool ok = make_key(secret, &key);

	if (ok) {
		lock(keys);
		push(keys, &key);
		keys->are_given = true;
		unlock(keys);
	}
	bytes_wipe(&key, sizeof(key));
	return ok;
}

/* The lock is held. */
static bool is_due(const struct ticket_keys *keys, int64_t utc_s,
		   int64_t lifetime_s)
{
	return !keys->are_given &&
	       (keys->count == 0 || utc_s - keys->changed_s >= lifetime_s);
}

bool ticket_keys_rotate(struct ticket_keys *keys,
			const struct crypto_random *random, int64_t utc_s,
			int64_t lifetime_s)
{
	uint8_t secret[TICKET_KEY_LEN];
	struct ticket_key key;
	bool ok;

	lock(keys);
	ok = is_due(keys, utc_s, lifetime_s);
	unlock(keys);
	if (!ok)
		return true;
	ok = crypto_random_fill(random, secret, sizeof(secret)) &&
	     make_key(secret, &key);
	lock(keys);
	/* Another thread may have been faster. */
	if (ok && is_due(keys, utc_s, lifetime_s)) {
		push(keys, &key);
		keys->changed_s = utc_s;
	}
	unlock(keys);
	bytes_wipe(secret, sizeof(secret));
	bytes_wipe(&key, sizeof(key));
	return ok;
}

/* A copy of the key of @name, or of the newest if it is NULL. */
static bool find_key(struct ticket_keys *keys, const uint8_t *name,
		     struct ticket_key *out)
{
	bool found = false;

	lock(keys);
	for (size_t i = 0; i < keys->count && !found; i++) {
		found = name == NULL ||
			crypto_equal(keys->keys[i].name, name,
				     TICKET_KEY_NAME_LEN);
		if (found)
			*out = keys->keys[i];
	}
	unlock(keys);
	return found;
}

/* The AEAD of one ticket, and its nonce: both from key and salt. */
static struct crypto_aead *make_aead(const struct ticket_key *key,
				     const uint8_t salt[TICKET_SALT_LEN],
				     uint8_t nonce[CRYPTO_NONCE_LEN])
{
	const struct crypto_suite *suite = crypto_suite_find(SEALING_SUITE);
	uint8_t info[sizeof(KEY_LABEL) + TICKET_SALT_LEN];
	uint8_t made[CRYPTO_KEY_MAX + CRYPTO_NONCE_LEN] = { 0 };
	struct crypto_aead *aead = NULL;

	memcpy(info, KEY_LABEL, sizeof(KEY_LABEL));
	memcpy(info + sizeof(KEY_LABEL), salt, TICKET_SALT_LEN);
	if (suite != NULL &&
	    crypto_hkdf_expand(&crypto_sha256,
			       bytes_of(key->secret, TICKET_KEY_LEN),
			       bytes_of(info, sizeof(info)), made,
			       sizeof(made)))
		aead = crypto_aead_new(suite, made);
	memcpy(nonce, made + CRYPTO_KEY_MAX, CRYPTO_NONCE_LEN);
	bytes_wipe(made, sizeof(made));
	return aead;
}

/* What the tag covers beside the state: the ticket's header and its binding. */
static void write_additional(const uint8_t header[HEADER_LEN],
			     const uint8_t binding[TICKET_BINDING_LEN],
			     uint8_t out[ADDITIONAL_LEN])
{
	memcpy(out, header, HEADER_LEN);
	memcpy(out + HEADER_LEN, binding, TICKET_BINDING_LEN);
}

static bool seal_in_place(struct crypto_aead *aead, const uint8_t *nonce,
			  const uint8_t binding[TICKET_BINDING_LEN],
			  size_t state_len, struct buffer *out)
{
	uint8_t additional[ADDITIONAL_LEN];

	write_additional(out->data, binding, additional);
	if (!crypto_aead_seal(aead, nonce,
			      bytes_of(additional, sizeof(additional)),
			      out->data + HEADER_LEN, state_len))
		return false;
	out->len += CRYPTO_TAG_MAX;
	return true;
}

bool ticket_keys_seal(struct ticket_keys *keys,
		      const struct crypto_random *random,
		      const uint8_t binding[TICKET_BINDING_LEN],
		      adtls_bytes_t state, struct buffer *out)
{
	uint8_t salt[TICKET_SALT_LEN], nonce[CRYPTO_NONCE_LEN];
	struct crypto_aead *aead;
	struct ticket_key key;
	bool ok;

	if (!find_key(keys, NULL, &key))
		return false;
	if (!crypto_random_fill(random, salt, sizeof(salt))) {
		bytes_wipe(&key, sizeof(key));
		return false;
	}
	aead = make_aead(&key, salt, nonce);
	ok = aead != NULL &&
	     buffer_reserve(out, TICKET_OVERHEAD + state.len) &&
	     buffer_set(out, key.name, sizeof(key.name)) &&
	     buffer_append(out, salt, sizeof(salt)) &&
	     buffer_append(out, state.data, state.len) &&
	     seal_in_place(aead, nonce, binding, state.len, out);
	crypto_aead_free(aead);
	bytes_wipe(&key, sizeof(key));
	return ok;
}

bool ticket_keys_open(struct ticket_keys *keys,
		      const uint8_t binding[TICKET_BINDING_LEN],
		      adtls_bytes_t sealed, struct buffer *out_state)
{
	uint8_t name[TICKET_KEY_NAME_LEN], salt[TICKET_SALT_LEN];
	uint8_t nonce[CRYPTO_NONCE_LEN], additional[ADDITIONAL_LEN];
	adtls_bytes_t rest;
	struct crypto_aead *aead;
	struct wire_reader reader;
	struct ticket_key key;
	bool ok;

	wire_reader_init_bytes(&reader, sealed);
	wire_read_copy(&reader, name, sizeof(name));
	wire_read_copy(&reader, salt, sizeof(salt));
	rest = wire_read_rest(&reader);
	if (rest.len < CRYPTO_TAG_MAX || !find_key(keys, name, &key))
		return false;
	write_additional(sealed.data, binding, additional);
	aead = make_aead(&key, salt, nonce);
	ok = aead != NULL && buffer_set(out_state, rest.data, rest.len) &&
	     crypto_aead_open(aead, nonce,
			      bytes_of(additional, sizeof(additional)),
			      out_state->data, out_state->len);
	if (ok)
		out_state->len -= CRYPTO_TAG_MAX;
	else
		buffer_clear(out_state);
	crypto_aead_free(aead);
	bytes_wipe(&key, sizeof(key));
	return ok;
}
