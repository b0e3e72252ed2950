/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing records (RFC 9147 §4), in place in the datagram.
 *
 * Protected records have the shortest header that is safe: the last of a
 * datagram has no length, and the first of an epoch have 8 bits of sequence
 * number. */
#include <string.h>

#include "base/buffer.h"
#include "record/unified_header.h"

#define CID_OFFSET	 1
#define SEQUENCE_LEN_MAX 2
#define LENGTH_LEN	 2
#define CONTENT_TYPE_LEN 1

/* Records of an epoch that carry 8 bits of sequence number. The receiver takes
 * the number nearest to the one after the highest that it has seen (RFC 9147
 * §4.2.2). For a number below 128 that is always the right one, even if all
 * others were lost. For a later one it is wrong once 128 records in a row were
 * lost, and remains so: the peer would be deaf from then on. No ACK tells us
 * how many records of application data arrive, so that nothing but this bound
 * is safe; 16 bits bear the loss of 32768. */
#define SHORT_SEQUENCES 128

static bool is_protected(const struct record_sealer *sealer)
{
	return sealer->keys.suite != NULL;
}

static size_t sequence_len(uint64_t sequence)
{
	return sequence < SHORT_SEQUENCES ? 1 : SEQUENCE_LEN_MAX;
}

static size_t cid_len(const struct record_sealer *sealer)
{
	return sealer->cid != NULL ? sealer->cid->len : 0;
}

/* The sequence number stands behind the CID. */
static size_t sequence_offset(const struct record_sealer *sealer)
{
	return CID_OFFSET + cid_len(sealer);
}

/* Of a record without a length, if it can do without. */
static size_t header_len(const struct record_sealer *sealer, uint64_t sequence)
{
	return is_protected(sealer)
		       ? sequence_offset(sealer) + sequence_len(sequence)
		       : RECORD_PLAINTEXT_HEADER_LEN;
}

bool record_sealer_is_exhausted(const struct record_sealer *sealer)
{
	return sealer->next_sequence > RECORD_SEQUENCE_MAX ||
	       (is_protected(sealer) &&
		sealer->next_sequence >= sealer->keys.suite->seal_limit);
}

static size_t overhead(const struct record_sealer *sealer, uint64_t sequence)
{
	size_t len = header_len(sealer, sequence);

	if (is_protected(sealer))
		len += CONTENT_TYPE_LEN + sealer->keys.suite->tag_len;
	return len;
}

size_t record_overhead(const struct record_sealer *sealer)
{
	return overhead(sealer, SHORT_SEQUENCES);
}

/* The least bytes of a record: its ciphertext must cover the sample of the
 * record-number mask (RFC 9147 §4.2.3). */
static size_t least_len(const struct record_sealer *sealer, uint64_t sequence)
{
	size_t least = overhead(sealer, sequence);
	size_t sampled = header_len(sealer, sequence) + CRYPTO_MASK_SAMPLE_LEN;

	return is_protected(sealer) && least < sampled ? sampled : least;
}

/* What the peer takes (RFC 8449 §4): without protection as much as the
 * protocol allows. */
static size_t content_max(const struct record_sealer *sealer)
{
	return is_protected(sealer) && sealer->keys.inner_max != 0
		       ? sealer->keys.inner_max - CONTENT_TYPE_LEN
		       : RECORD_PLAINTEXT_MAX;
}

static size_t content_room(const struct record_sealer *sealer,
			   uint64_t sequence, size_t room)
{
	size_t most = content_max(sealer);
	size_t content;

	if (room < least_len(sealer, sequence))
		return 0;
	content = room - overhead(sealer, sequence);
	return content < most ? content : most;
}

size_t record_content_room(const struct record_sealer *sealer, size_t room)
{
	return content_room(sealer, SHORT_SEQUENCES, room);
}

void record_datagram_init(struct record_datagram *datagram, uint8_t *data,
			  size_t capacity)
{
	*datagram = (struct record_datagram){ .sealer = NULL };
	wire_writer_init(&datagram->bytes, data, capacity);
}

/* What the last record grows by if another follows. */
static size_t last_growth(const struct record_datagram *datagram)
{
	return datagram->last.sealer != NULL ? LENGTH_LEN : 0;
}

size_t record_room(const struct record_datagram *datagram,
		   const struct record_sealer *sealer)
{
	size_t left = datagram->bytes.capacity - datagram->bytes.len;
	size_t growth = last_growth(datagram);

	return left < growth ? 0 :
			       content_room(sealer, sealer->next_sequence,
					    left - growth);
}

struct wire_writer *record_begin(struct record_datagram *datagram,
				 struct record_sealer *sealer)
{
	datagram->sealer = sealer;
	datagram->start = datagram->bytes.len;
	wire_write_reserve(&datagram->bytes,
			   last_growth(datagram) +
				   header_len(sealer, sealer->next_sequence));
	return &datagram->bytes;
}

void record_cancel(struct record_datagram *datagram)
{
	datagram->bytes.len = datagram->start;
	datagram->bytes.failed = false;
}

static void write_unified_header(const struct record_sealer *sealer,
				 uint64_t sequence, bool with_length,
				 size_t ciphertext_len, uint8_t *record)
{
	uint8_t first = UNIFIED_HEADER_FIXED |
			(sealer->keys.epoch & UNIFIED_HEADER_EPOCH_MASK);
	struct wire_writer header;

	if (sequence_len(sequence) == SEQUENCE_LEN_MAX)
		first |= UNIFIED_HEADER_SEQUENCE_16;
	if (with_length)
		first |= UNIFIED_HEADER_LENGTH;
	wire_writer_init(&header, record,
			 sequence_offset(sealer) + SEQUENCE_LEN_MAX +
				 LENGTH_LEN);
	if (cid_len(sealer) > 0)
		first |= UNIFIED_HEADER_CID;
	wire_write_u8(&header, first);
	if (cid_len(sealer) > 0)
		wire_write_bytes(&header, sealer->cid->data, sealer->cid->len);
	if (sequence_len(sequence) == SEQUENCE_LEN_MAX)
		wire_write_u16(&header, (uint16_t)sequence);
	else
		wire_write_u8(&header, (uint8_t)sequence);
	if (with_length)
		wire_write_u16(&header, (uint16_t)ciphertext_len);
}

/* Give up the datagram: nothing of it may leave us unsealed. */
static bool give_up(struct record_datagram *datagram)
{
	bytes_wipe(datagram->bytes.data, datagram->bytes.len);
	record_datagram_init(datagram, datagram->bytes.data, 0);
	return false;
}

/* Seal the record that ended last. With a length, what is behind it has left
 * room for that. */
static bool seal_last(struct record_datagram *datagram, bool with_length)
{
	const struct record_sealer *sealer = datagram->last.sealer;
	uint64_t sequence = datagram->last.sequence;
	size_t inner_len = datagram->last.inner_len;
	size_t len = header_len(sealer, sequence);
	uint8_t *record = datagram->bytes.data + datagram->last.start;
	uint8_t nonce[CRYPTO_NONCE_LEN];

	if (with_length) {
		memmove(record + len + LENGTH_LEN, record + len, inner_len);
		len += LENGTH_LEN;
	}
	write_unified_header(sealer, sequence, with_length,
			     inner_len + sealer->keys.suite->tag_len, record);
	record_nonce(&sealer->keys, sequence, nonce);
	if (!crypto_aead_seal(sealer->keys.aead, nonce, bytes_of(record, len),
			      record + len, inner_len))
		return give_up(datagram);
	crypto_mask_apply(sealer->keys.mask, record + len,
			  record + sequence_offset(sealer),
			  sequence_len(sequence));
	datagram->last.sealer = NULL;
	return true;
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

/* The length of a DTLSInnerPlaintext of @len bytes with its padding: what the
 * mask's sample needs, and up to the next multiple of the block. What does not
 * fit, at most @room bytes and the peer's limit, is left out: the largest
 * records have one length then, whatever they carry. */
static size_t padded_len(const struct record_sealer *sealer, size_t block,
			 size_t len, size_t room)
{
	size_t least = CRYPTO_MASK_SAMPLE_LEN - sealer->keys.suite->tag_len;
	size_t most = content_max(sealer) + CONTENT_TYPE_LEN;
	size_t padded = len;

	if (block > 0)
		padded = (len + block - 1) / block * block;
	if (padded > most)
		padded = most;
	if (padded > room)
		padded = room;
	if (padded < len)
		padded = len;
	return padded < least ? least : padded;
}

/* Append content type, padding and room for the tag; returns the length of
 * the DTLSInnerPlaintext. */
static size_t write_inner_end(struct record_datagram *datagram,
			      enum record_type type, size_t content_len)
{
	const struct record_sealer *sealer = datagram->sealer;
	struct wire_writer *bytes = &datagram->bytes;
	size_t len = content_len + CONTENT_TYPE_LEN;
	size_t left = bytes->capacity - bytes->len + content_len;
	size_t tag_len = sealer->keys.suite->tag_len;
	size_t room = left > tag_len ? left - tag_len : 0;
	size_t padding = padded_len(sealer, datagram->padding_block, len, room) -
			 len;
	uint8_t *zeroes;

	wire_write_u8(bytes, (uint8_t)type);
	zeroes = wire_write_reserve(bytes, padding);
	if (zeroes != NULL)
		memset(zeroes, 0, padding);
	wire_write_reserve(bytes, tag_len);
	return len + padding;
}

/* Turn the content since the record's start into a record. */
static bool end(struct record_datagram *datagram, enum record_type type)
{
	struct record_sealer *sealer = datagram->sealer;
	uint64_t sequence = sealer->next_sequence;
	size_t start = datagram->start + last_growth(datagram);
	size_t content_len, inner_len = 0;

	if (datagram->bytes.failed || record_sealer_is_exhausted(sealer))
		return false;
	content_len = datagram->bytes.len - start - header_len(sealer, sequence);
	if (content_len > content_max(sealer))
		return false;
	if (is_protected(sealer) && !record_keys_wake(&sealer->keys))
		return false;
	if (is_protected(sealer))
		inner_len = write_inner_end(datagram, type, content_len);
	if (datagram->bytes.failed)
		return false;
	if (datagram->last.sealer != NULL && !seal_last(datagram, true))
		return false;
	if (!is_protected(sealer))
		return end_plaintext(sealer, datagram->bytes.data + start, type,
				     content_len);
	datagram->last.sealer = sealer;
	datagram->last.start = start;
	datagram->last.inner_len = inner_len;
	datagram->last.sequence = sequence;
	return true;
}

bool record_end(struct record_datagram *datagram, enum record_type type,
		struct record_number *out_number)
{
	struct record_sealer *sealer = datagram->sealer;

	if (!end(datagram, type)) {
		record_cancel(datagram);
		return false;
	}
	out_number->epoch = sealer->keys.epoch;
	out_number->sequence = sealer->next_sequence++;
	return true;
}

size_t record_datagram_finish(struct record_datagram *datagram)
{
	if (datagram->last.sealer != NULL && !seal_last(datagram, false))
		return 0;
	return datagram->bytes.len;
}

size_t record_seal(struct record_sealer *sealer, enum record_type type,
		   adtls_bytes_t content, uint8_t *out, size_t room,
		   struct record_number *out_number)
{
	struct record_datagram datagram;

	record_datagram_init(&datagram, out, room);
	wire_write_bytes(record_begin(&datagram, sealer), content.data,
			 content.len);
	if (!record_end(&datagram, type, out_number))
		return 0;
	return record_datagram_finish(&datagram);
}
