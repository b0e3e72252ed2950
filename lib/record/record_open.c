/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading records (RFC 9147 §4): what is not in order is dropped and changes
 * nothing. */
#include "base/buffer.h"
#include "record/unified_header.h"

/* The newest epoch with keys whose low bits are those of the first byte. */
static struct record_opener *
find_protected(const struct record_openers *openers, uint8_t first)
{
	for (size_t i = openers->count; i > 0; i--) {
		struct record_opener *opener = openers->openers[i - 1];

		if (opener->keys.suite != NULL &&
		    ((opener->keys.epoch ^ first) &
		     UNIFIED_HEADER_EPOCH_MASK) == 0)
			return opener;
	}
	return NULL;
}

static bool accepts_plaintext(const struct record_openers *openers)
{
	for (size_t i = 0; i < openers->count; i++) {
		if (openers->openers[i]->keys.suite == NULL)
			return true;
	}
	return false;
}

/* A content type of DTLS 1.3, or RECORD_INVALID. */
static enum record_type type_of(uint8_t value)
{
	switch (value) {
	case RECORD_ALERT:
	case RECORD_HANDSHAKE:
	case RECORD_APPLICATION_DATA:
	case RECORD_ACK:
	case RECORD_RETURN_ROUTABILITY_CHECK:
		return (enum record_type)value;
	default:
		return RECORD_INVALID;
	}
}

/* Unprotected records are kept out of the replay window: anyone could move it
 * past the genuine ones. An empty one says nothing (RFC 8446 §5.1). */
static enum record_verdict open_plaintext(const struct record_openers *openers,
					  struct wire_reader *reader,
					  struct record *out)
{
	uint16_t epoch;

	out->is_encrypted = false;
	out->type = type_of(wire_read_u8(reader));
	wire_read_u16(reader); /* legacy_record_version, ignored */
	epoch = wire_read_u16(reader);
	out->number.epoch = 0;
	out->number.sequence = wire_read_u48(reader);
	out->content = wire_read_vector(reader, 2);
	if (out->content.len == 0)
		return RECORD_DROP_MALFORMED;
	if (epoch != 0 || !accepts_plaintext(openers))
		return RECORD_DROP_UNKNOWN_EPOCH;
	if (out->content.len > RECORD_PLAINTEXT_MAX)
		return RECORD_DROP_TOO_LARGE;
	return RECORD_ACCEPT;
}

/* Where the parts of a protected record are. */
struct layout {
	uint8_t *header;
	size_t header_len;
	size_t cid_place;	/* among ours, if there is one */
	size_t sequence_offset;
	size_t sequence_len;
	uint8_t *ciphertext;
	size_t ciphertext_len;
};

/* A record with another connection's CID, or without the one that was
 * negotiated, is not for us; nor is what follows it (RFC 9147 §4, §9). */
static bool read_cid(struct wire_reader *reader, uint8_t first,
		     const struct record_cids *cids, size_t *out_place)
{
	*out_place = 0;
	if ((first & UNIFIED_HEADER_CID) == 0)
		return cids == NULL || cids->is_optional;
	return cids != NULL &&
	       record_cids_find(cids, wire_read_bytes(reader, cids->len),
				out_place);
}

static enum record_verdict
read_unified_header(struct wire_reader *reader, uint8_t *datagram,
		    const struct record_cids *cids, uint8_t *out_first,
		    struct layout *out)
{
	uint8_t first = wire_read_u8(reader);

	*out_first = first;
	if ((first & UNIFIED_HEADER_FIXED_MASK) != UNIFIED_HEADER_FIXED)
		return RECORD_DROP_MALFORMED;
	if (!read_cid(reader, first, cids, &out->cid_place))
		return RECORD_DROP_CID;
	out->sequence_offset = reader->pos;
	out->sequence_len = (first & UNIFIED_HEADER_SEQUENCE_16) != 0 ? 2 : 1;
	wire_read_bytes(reader, out->sequence_len);
	out->ciphertext_len = (first & UNIFIED_HEADER_LENGTH) != 0
				      ? wire_read_u16(reader)
				      : wire_reader_left(reader);
	out->header = datagram;
	out->header_len = reader->pos;
	out->ciphertext = datagram + reader->pos;
	wire_read_bytes(reader, out->ciphertext_len);
	return reader->failed ? RECORD_DROP_MALFORMED : RECORD_ACCEPT;
}

/* Unmask the number in place, where it becomes part of the additional data,
 * and make it whole. */
static uint64_t read_sequence(const struct record_opener *opener,
			      const struct layout *layout)
{
	uint64_t low;
	struct wire_reader reader;

	crypto_mask_apply(opener->keys.mask, layout->ciphertext,
			  layout->header + layout->sequence_offset,
			  layout->sequence_len);
	wire_reader_init(&reader, layout->header + layout->sequence_offset,
			 layout->sequence_len);
	low = layout->sequence_len == 2 ? wire_read_u16(&reader)
					: wire_read_u8(&reader);
	return record_sequence_reconstruct(
		low, 8 * (unsigned)layout->sequence_len, opener->window.next);
}

/* The content is what precedes the last byte that is not zero, and that byte
 * is its type (RFC 8446 §5.4). */
static void read_inner_plaintext(const uint8_t *inner, size_t len,
				 struct record *out)
{
	while (len > 0 && inner[len - 1] == 0)
		len--;
	out->type = len > 0 ? type_of(inner[len - 1]) : RECORD_INVALID;
	out->content = bytes_of(inner, len > 0 ? len - 1 : 0);
}

static enum record_verdict unprotect(struct record_opener *opener,
				     const struct layout *layout,
				     struct record *out)
{
	const struct record_keys *keys = &opener->keys;
	uint64_t sequence = read_sequence(opener, layout);
	uint8_t nonce[CRYPTO_NONCE_LEN];
	size_t inner_len;

	record_nonce(keys, sequence, nonce);
	/* No sender has a number beyond the last. */
	if (sequence > RECORD_SEQUENCE_MAX ||
	    !crypto_aead_open(keys->aead, nonce,
			      bytes_of(layout->header, layout->header_len),
			      layout->ciphertext, layout->ciphertext_len)) {
		opener->forgeries++;
		return RECORD_DROP_FORGED;
	}
	/* Not before, so that timing tells nothing of it (RFC 9147 §4.5.1). */
	if (!replay_window_is_new(&opener->window, sequence))
		return RECORD_DROP_REPLAY;
	replay_window_mark(&opener->window, sequence);
	out->is_encrypted = true;
	out->number.epoch = keys->epoch;
	out->number.sequence = sequence;
	inner_len = layout->ciphertext_len - keys->suite->tag_len;
	if (keys->inner_max != 0 && inner_len > keys->inner_max)
		return RECORD_OVERFLOW;
	read_inner_plaintext(layout->ciphertext, inner_len, out);
	return RECORD_ACCEPT;
}

uint64_t record_opener_forgery_limit(const struct record_opener *opener)
{
	uint64_t most = opener->keys.suite->forgery_limit;

	return opener->forgery_limit != 0 && opener->forgery_limit < most
		       ? opener->forgery_limit
		       : most;
}

static enum record_verdict open_protected(const struct record_openers *openers,
					  struct wire_reader *reader,
					  uint8_t *datagram, struct record *out)
{
	struct record_opener *opener;
	enum record_verdict verdict;
	struct layout layout;
	uint8_t first;

	verdict = read_unified_header(reader, datagram, openers->cids, &first,
				      &layout);
	if (verdict != RECORD_ACCEPT)
		return verdict;
	opener = find_protected(openers, first);
	if (opener == NULL)
		return RECORD_DROP_UNKNOWN_EPOCH;
	if (layout.ciphertext_len < CRYPTO_MASK_SAMPLE_LEN)
		return RECORD_DROP_FORGED;
	if (layout.ciphertext_len >
	    RECORD_INNER_MAX + opener->keys.suite->tag_len)
		return RECORD_DROP_TOO_LARGE;
	if (opener->forgeries >= record_opener_forgery_limit(opener))
		return RECORD_DROP_KEY_LIMIT;
	if (!record_keys_wake(&opener->keys))
		return RECORD_DROP_UNKNOWN_EPOCH;
	verdict = unprotect(opener, &layout, out);
	if (verdict == RECORD_ACCEPT && openers->cids != NULL &&
	    layout.cid_place > openers->cids->newest_used)
		openers->cids->newest_used = layout.cid_place;
	return verdict;
}

/* Only these types travel in DTLSPlaintext (RFC 9147 §4.1). */
static bool is_plaintext_type(uint8_t first)
{
	return first == RECORD_ALERT || first == RECORD_HANDSHAKE ||
	       first == RECORD_ACK;
}

enum record_verdict record_open(struct record_openers *openers,
				uint8_t *datagram, size_t len,
				size_t *out_consumed, struct record *out)
{
	enum record_verdict verdict = RECORD_DROP_MALFORMED;
	struct wire_reader reader;

	wire_reader_init(&reader, datagram, len);
	if (len > 0 && is_plaintext_type(datagram[0]))
		verdict = open_plaintext(openers, &reader, out);
	else if (len > 0)
		verdict = open_protected(openers, &reader, datagram, out);
	*out_consumed = verdict == RECORD_DROP_MALFORMED ||
					verdict == RECORD_DROP_CID ?
				len :
				reader.pos;
	return verdict;
}
