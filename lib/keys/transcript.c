/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The transcript hash (RFC 8446 §4.4.1, RFC 9147 §5.2). */
#include "keys/transcript.h"

#include "base/wire.h"

#define CLIENT_HELLO	   1
#define MESSAGE_HASH	   254 /* RFC 8446 §4.4.1 */
#define MESSAGE_HEADER_LEN 4   /* type, 24-bit length */

void transcript_init(struct transcript *transcript)
{
	*transcript = (struct transcript){ 0 };
}

void transcript_clear(struct transcript *transcript)
{
	crypto_hash_free(transcript->state);
	buffer_clear(&transcript->pending);
	transcript_init(transcript);
}

/* Replace the running hash, if any, by a fresh one. */
static bool restart(struct transcript *transcript,
		    const struct crypto_hash *hash)
{
	crypto_hash_free(transcript->state);
	transcript->hash = hash;
	transcript->state = crypto_hash_new(hash);
	return transcript->state != NULL;
}

bool transcript_choose(struct transcript *transcript,
		       const struct crypto_hash *hash)
{
	if (transcript->hash != NULL)
		return transcript->hash == hash;
	if (!restart(transcript, hash) ||
	    !crypto_hash_update(transcript->state, transcript->pending.data,
				transcript->pending.len))
		return false;
	buffer_clear(&transcript->pending);
	return true;
}

static bool add_bytes(struct transcript *transcript, const void *data,
		      size_t len)
{
	if (transcript->hash == NULL)
		return buffer_append(&transcript->pending, data, len);
	return transcript->state != NULL &&
	       crypto_hash_update(transcript->state, data, len);
}

bool transcript_add(struct transcript *transcript, uint8_t type,
		    adtls_bytes_t body)
{
	uint8_t header[MESSAGE_HEADER_LEN];
	struct wire_writer writer;

	if (body.len >> 24 != 0)
		return false;
	wire_writer_init(&writer, header, sizeof(header));
	wire_write_u8(&writer, type);
	wire_write_u24(&writer, (uint32_t)body.len);
	return add_bytes(transcript, header, sizeof(header)) &&
	       add_bytes(transcript, body.data, body.len);
}

bool transcript_replace_with_hash(struct transcript *transcript)
{
	uint8_t digest[CRYPTO_HASH_MAX];

	return transcript_hash(transcript, digest) &&
	       transcript_start_from_hash(transcript, transcript->hash, digest);
}

bool transcript_start_from_hash(struct transcript *transcript,
				const struct crypto_hash *hash,
				const uint8_t *client_hello_hash)
{
	buffer_clear(&transcript->pending);
	return restart(transcript, hash) &&
	       transcript_add(transcript, MESSAGE_HASH,
			      bytes_of(client_hello_hash, hash->len));
}

bool transcript_hash(const struct transcript *transcript, uint8_t *out)
{
	return transcript->state != NULL &&
	       crypto_hash_peek(transcript->state, out);
}

/* A running hash of what the transcript holds so far, to go its own way. */
static struct crypto_hash_state *branch_off(const struct transcript *transcript,
					    const struct crypto_hash *hash)
{
	if (transcript->hash == NULL)
		return transcript->pending.len == 0 ? crypto_hash_new(hash) :
						      NULL;
	return transcript->hash == hash && transcript->state != NULL ?
		       crypto_hash_copy(transcript->state) :
		       NULL;
}

bool transcript_hash_partial(const struct transcript *transcript,
			     const struct crypto_hash *hash, size_t full_len,
			     adtls_bytes_t partial, uint8_t *out)
{
	struct crypto_hash_state *state = branch_off(transcript, hash);
	uint8_t header[MESSAGE_HEADER_LEN];
	struct wire_writer writer;
	bool ok;

	wire_writer_init(&writer, header, sizeof(header));
	wire_write_u8(&writer, CLIENT_HELLO);
	wire_write_u24(&writer, (uint32_t)full_len);
	ok = state != NULL &&
	     crypto_hash_update(state, header, sizeof(header)) &&
	     crypto_hash_update(state, partial.data, partial.len) &&
	     crypto_hash_peek(state, out);
	crypto_hash_free(state);
	return ok;
}
