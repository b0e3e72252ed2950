/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing records (RFC 9147 §4), in place in the datagram.
 *
 * Protected records carry 16 bits of sequence number and a length, so that
 * any other record may follow. */
#include <string.h>

#include "base/buffer.h"
#include "record/unified_header.h"

#define SEQUENCE_LIMIT	   (UINT64_C(1) << 48) /* RFC 9147 §4 */
#define SEQUENCE_OFFSET	   1
#define SEQUENCE_LEN	   2
#define UNIFIED_HEADER_LEN (1 + SEQUENCE_LEN + 2)
#define CONTENT_TYPE_LEN   1

static bool is_protected(const struct record_sealer *sealer)
{
	return sealer->keys.suite != NULL;
}

static size_t header_len(const struct record_sealer *sealer)
{
	return is_protected(sealer) ? UNIFIED_HEADER_LEN
				    : RECORD_PLAINTEXT_HEADER_LEN;
}

bool record_sealer_is_exhausted(const struct record_sealer *sealer)
{
	return sealer->next_sequence >= SEQUENCE_LIMIT ||
	       (is_protected(sealer) &&
		sealer->next_sequence >= sealer->keys.suite->seal_limit);
}

size_t record_overhead(const struct record_sealer *sealer)
{
	if (!is_protected(sealer))
		return RECORD_PLAINTEXT_HEADER_LEN;
	return UNIFIED_HEADER_LEN + CONTENT_TYPE_LEN +
	       sealer->keys.suite->tag_len;
}

/* The least bytes of a record: its ciphertext must cover the sample of the
 * record-number mask (RFC 9147 §4.2.3). */
static size_t least_len(const struct record_sealer *sealer)
{
	size_t least = record_overhead(sealer);

	if (is_protected(sealer) &&
	    least < UNIFIED_HEADER_LEN + CRYPTO_MASK_SAMPLE_LEN)
		least = UNIFIED_HEADER_LEN + CRYPTO_MASK_SAMPLE_LEN;
	return least;
}

size_t record_content_room(const struct record_sealer *sealer, size_t room)
{
	size_t content;

	if (room < least_len(sealer))
		return 0;
	content = room - record_overhead(sealer);
	return content < RECORD_PLAINTEXT_MAX ? content : RECORD_PLAINTEXT_MAX;
}

size_t record_begin(const struct record_sealer *sealer,
		    struct wire_writer *datagram)
{
	size_t mark = datagram->len;

	wire_write_reserve(datagram, header_len(sealer));
	return mark;
}

static bool end_plaintext(const struct record_sealer *sealer, uint8_t *record,
			  enum record_type type, size_t content_len)
{
	struct wire_writer header;

	wire_writer_init(&header, record, RECORD_PLAINTEXT_HEADER_LEN);
	wire_write_u8(&header, (uint8_t)type);
	wire_write_u16(&header, LEGACY_RECORD_VERSION);
	wire_write_u16(&header, 0);
	wire_write_u48(&header, sealer->next_sequence);
	wire_write_u16(&header, (uint16_t)content_len);
	return !header.failed;
}

static void write_unified_header(const struct record_sealer *sealer,
				 uint8_t *record, size_t ciphertext_len)
{
	struct wire_writer header;

	wire_writer_init(&header, record, UNIFIED_HEADER_LEN);
	wire_write_u8(
		&header,
		(uint8_t)(UNIFIED_HEADER_FIXED | UNIFIED_HEADER_SEQUENCE_16 |
			  UNIFIED_HEADER_LENGTH |
			  (sealer->keys.epoch & UNIFIED_HEADER_EPOCH_MASK)));
	wire_write_u16(&header, (uint16_t)sealer->next_sequence);
	wire_write_u16(&header, (uint16_t)ciphertext_len);
}

/* Append content type, padding and room for the tag; returns the length of
 * the DTLSInnerPlaintext. */
static size_t write_inner_end(const struct record_sealer *sealer,
			      struct wire_writer *datagram,
			      enum record_type type, size_t content_len)
{
	size_t len = content_len + CONTENT_TYPE_LEN;
	size_t least = CRYPTO_MASK_SAMPLE_LEN - sealer->keys.suite->tag_len;
	size_t padding = len < least ? least - len : 0;
	uint8_t *zeroes;

	wire_write_u8(datagram, (uint8_t)type);
	zeroes = wire_write_reserve(datagram, padding);
	if (zeroes != NULL)
		memset(zeroes, 0, padding);
	wire_write_reserve(datagram, sealer->keys.suite->tag_len);
	return len + padding;
}

static bool end_protected(const struct record_sealer *sealer,
			  struct wire_writer *datagram, size_t mark,
			  enum record_type type, size_t content_len)
{
	const struct record_keys *keys = &sealer->keys;
	uint8_t *record = datagram->data + mark;
	uint8_t *ciphertext = record + UNIFIED_HEADER_LEN;
	uint8_t nonce[CRYPTO_NONCE_LEN];
	size_t inner_len;

	inner_len = write_inner_end(sealer, datagram, type, content_len);
	if (datagram->failed)
		return false;
	write_unified_header(sealer, record, inner_len + keys->suite->tag_len);
	record_nonce(keys, sealer->next_sequence, nonce);
	if (!crypto_aead_seal(keys->aead, nonce,
			      bytes_of(record, UNIFIED_HEADER_LEN), ciphertext,
			      inner_len))
		return false;
	crypto_mask_apply(keys->mask, ciphertext, record + SEQUENCE_OFFSET,
			  SEQUENCE_LEN);
	return true;
}

/* Turn the content since @mark into a record. */
static bool end(const struct record_sealer *sealer,
		struct wire_writer *datagram, size_t mark,
		enum record_type type)
{
	size_t content_len;

	if (datagram->failed || record_sealer_is_exhausted(sealer))
		return false;
	content_len = datagram->len - mark - header_len(sealer);
	if (content_len > RECORD_PLAINTEXT_MAX)
		return false;
	if (is_protected(sealer))
		return end_protected(sealer, datagram, mark, type, content_len);
	return end_plaintext(sealer, datagram->data + mark, type, content_len);
}

bool record_end(struct record_sealer *sealer, struct wire_writer *datagram,
		size_t mark, enum record_type type,
		struct record_number *out_number)
{
	if (!end(sealer, datagram, mark, type)) {
		datagram->len = mark;
		datagram->failed = false;
		return false;
	}
	out_number->epoch = sealer->keys.epoch;
	out_number->sequence = sealer->next_sequence++;
	return true;
}
