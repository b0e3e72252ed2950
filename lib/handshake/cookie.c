/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cookie of HelloRetryRequest. */
#include "handshake/cookie.h"

#include "base/buffer.h"
#include "base/wire.h"

#include <string.h>

/* HMAC-SHA-256, whole. */
#define COOKIE_MAC_LEN 32

bool cookie_keys_init(struct cookie_keys *keys,
		      const struct crypto_random *random, uint64_t now_us)
{
	keys->rotated_us = now_us;
	return crypto_random_fill(random, keys->current, COOKIE_KEY_LEN) &&
	       crypto_random_fill(random, keys->previous, COOKIE_KEY_LEN);
}

bool cookie_keys_rotate(struct cookie_keys *keys,
			const struct crypto_random *random, uint64_t now_us)
{
	if (now_us - keys->rotated_us < COOKIE_LIFETIME_US)
		return true;
	memcpy(keys->previous, keys->current, COOKIE_KEY_LEN);
	keys->rotated_us = now_us;
	return crypto_random_fill(random, keys->current, COOKIE_KEY_LEN);
}

void cookie_keys_clear(struct cookie_keys *keys)
{
	bytes_wipe(keys, sizeof(*keys));
}

/* HMAC(key, address length || address || content). */
static bool compute_mac(const uint8_t *key, adtls_bytes_t address,
			adtls_bytes_t content, uint8_t out[COOKIE_MAC_LEN])
{
	uint8_t input[2 + 256 + COOKIE_MAX];
	struct wire_writer writer;

	wire_writer_init(&writer, input, sizeof(input));
	wire_write_vector(&writer, 2, address.data, address.len);
	wire_write_bytes(&writer, content.data, content.len);
	return !writer.failed &&
	       crypto_hmac(&crypto_sha256, bytes_of(key, COOKIE_KEY_LEN),
			   wire_written(&writer), out);
}

size_t cookie_seal(const struct cookie_keys *keys, const struct cookie *cookie,
		   adtls_bytes_t address, uint8_t out[COOKIE_MAX])
{
	struct wire_writer writer;
	uint8_t mac[COOKIE_MAC_LEN];

	wire_writer_init(&writer, out, COOKIE_MAX);
	wire_write_u64(&writer, cookie->made_us);
	wire_write_u16(&writer, cookie->suite->id);
	wire_write_u16(&writer, cookie->group != NULL ? cookie->group->id : 0);
	wire_write_bytes(&writer, cookie->client_hello_hash,
			 cookie->suite->hash->len);
	wire_write_bytes(&writer, cookie->hello_digest,
			 sizeof(cookie->hello_digest));
	if (!compute_mac(keys->current, address, wire_written(&writer), mac))
		return 0;
	wire_write_bytes(&writer, mac, sizeof(mac));
	return wire_written(&writer).len;
}

static bool check_mac(const struct cookie_keys *keys, adtls_bytes_t address,
		      adtls_bytes_t content, const uint8_t *mac)
{
	uint8_t current[COOKIE_MAC_LEN], previous[COOKIE_MAC_LEN];
	bool is_current, is_previous;

	if (!compute_mac(keys->current, address, content, current) ||
	    !compute_mac(keys->previous, address, content, previous))
		return false;
	/* Always both: the time does not tell which key it was. */
	is_current = crypto_equal(mac, current, COOKIE_MAC_LEN);
	is_previous = crypto_equal(mac, previous, COOKIE_MAC_LEN);
	return is_current || is_previous;
}

bool cookie_open(const struct cookie_keys *keys, adtls_bytes_t sealed,
		 adtls_bytes_t address, uint64_t now_us, struct cookie *out)
{
	struct wire_reader reader;
	adtls_bytes_t content;
	uint16_t group;

	if (sealed.len <= COOKIE_MAC_LEN || sealed.len > COOKIE_MAX)
		return false;
	content = bytes_of(sealed.data, sealed.len - COOKIE_MAC_LEN);
	if (!check_mac(keys, address, content, sealed.data + content.len))
		return false;
	*out = (struct cookie){ 0 };
	wire_reader_init_bytes(&reader, content);
	out->made_us = wire_read_u64(&reader);
	out->suite = crypto_suite_find(wire_read_u16(&reader));
	group = wire_read_u16(&reader);
	out->group = crypto_group_find(group);
	if (out->suite == NULL || (group != 0 && out->group == NULL))
		return false;
	wire_read_copy(&reader, out->client_hello_hash, out->suite->hash->len);
	wire_read_copy(&reader, out->hello_digest,
		       sizeof(out->hello_digest));
	return wire_reader_finished(&reader) && out->made_us <= now_us &&
	       now_us - out->made_us <= COOKIE_LIFETIME_US;
}
