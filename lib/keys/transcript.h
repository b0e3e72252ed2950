/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The transcript hash (RFC 8446 §4.4.1, RFC 9147 §5.2).
 *
 * Messages are added in TLS form: type, 24-bit length, body, without DTLS's
 * message_seq and fragment fields. Until the hash is known (the client's first
 * ClientHello) the bytes are kept. */
#ifndef ADTLS_KEYS_TRANSCRIPT_H
#define ADTLS_KEYS_TRANSCRIPT_H

#include "base/buffer.h"
#include "crypto/hash.h"

struct transcript {
	const struct crypto_hash *hash;	/* NULL until chosen */
	struct crypto_hash_state *state;
	struct buffer pending;		/* messages before the hash is chosen */
};

void transcript_init(struct transcript *transcript);
void transcript_clear(struct transcript *transcript);
/* Choose the hash; feeds what is pending. Choosing the same again is fine. */
bool transcript_choose(struct transcript *transcript,
		       const struct crypto_hash *hash);
/* Add one message: handshake type @type with @body. */
bool transcript_add(struct transcript *transcript, uint8_t type,
		    adtls_bytes_t body);
/* Replace all so far (ClientHello1) by message_hash(Hash) (RFC 8446 §4.4.1). */
bool transcript_replace_with_hash(struct transcript *transcript);
/* Start from a known Hash(ClientHello1), as a stateless server does. */
bool transcript_start_from_hash(struct transcript *transcript,
				const struct crypto_hash *hash,
				const uint8_t *client_hello_hash);
/* The transcript hash so far, hash->len bytes. */
bool transcript_hash(const struct transcript *transcript, uint8_t *out);
/* The hash as it would be with the first @partial.len bytes of a ClientHello's
 * body of @full_len: what a PSK's binder covers (RFC 8446 §4.2.11.2). Before the
 * hash is chosen nothing may have been added. */
bool transcript_hash_partial(const struct transcript *transcript,
			     const struct crypto_hash *hash, size_t full_len,
			     adtls_bytes_t partial, uint8_t *out);

#endif
