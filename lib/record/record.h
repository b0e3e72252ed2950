/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Records: DTLSPlaintext and DTLSCiphertext (RFC 9147 §4), sealed and opened
 * in place.
 *
 *   datagram -> record_open -> { content type, number, content } | drop
 *   { record_begin -> content written by the caller -> record_end } ...
 *                                             -> record_datagram_finish
 */
#ifndef ADTLS_RECORD_RECORD_H
#define ADTLS_RECORD_RECORD_H

#include "base/buffer.h"
#include "base/wire.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "record/record_cids.h"
#include "record/record_number.h"
#include "record/replay_window.h"

#define RECORD_PLAINTEXT_MAX 16384	/* 2^14, RFC 8446 §5.1 */
/* DTLSInnerPlaintext: content, its type, padding (RFC 8446 §5.4). */
#define RECORD_INNER_MAX (RECORD_PLAINTEXT_MAX + 1)
#define RECORD_PLAINTEXT_HEADER_LEN 13

enum record_type {
	RECORD_INVALID = 0,
	RECORD_ALERT = 21,
	RECORD_HANDSHAKE = 22,
	RECORD_APPLICATION_DATA = 23,
	RECORD_ACK = 26,
	RECORD_RETURN_ROUTABILITY_CHECK = 27	/* draft-ietf-tls-dtls-rrc */
};

/* One direction of one epoch. Epoch 0 has no keys and writes DTLSPlaintext.
 *
 * The ciphers' expanded keys are the bulk of an idle connection. Parked, they
 * are gone, and made again of the traffic secret by the next record. */
struct record_keys {
	uint64_t epoch;
	const struct crypto_suite *suite;	/* NULL in epoch 0 */
	const char *label_prefix;
	struct crypto_aead *aead;	/* NULL while parked */
	struct crypto_mask *mask;
	struct secret secret;		/* the epoch's traffic secret */
	uint8_t iv[CRYPTO_NONCE_LEN];
	uint16_t inner_max;		/* record_size_limit (RFC 8449); 0: none */
};

struct record_sealer {
	struct record_keys keys;
	uint64_t next_sequence;
	const struct buffer *cid;	/* that protected records carry; NULL,
					 * or empty: none */
};

struct record_opener {
	struct record_keys keys;
	struct replay_window window;
	uint64_t forgeries;	/* records that did not authenticate */
	/* How many of them are borne; 0: as many as the suite bears, which is
	 * the most in any case (RFC 9147 §4.5.3). */
	uint64_t forgery_limit;
};

/* Keys "key", "iv" and "sn" from a traffic secret (RFC 9147 §4.2.3, RFC 8446
 * §7.3). @label_prefix is "dtls13", and stays. False: out of memory. */
bool record_keys_init(struct record_keys *keys, uint64_t epoch,
		      const struct crypto_suite *suite,
		      const char *label_prefix, const struct secret *secret);
void record_keys_clear(struct record_keys *keys);
/* Free the ciphers until the next record of this epoch, which is sealed or
 * opened as if nothing had happened. */
void record_keys_park(struct record_keys *keys);
/* Make the ciphers, unless they are there. False: out of memory. */
bool record_keys_wake(struct record_keys *keys);

/* How many records that do not authenticate are borne under the key. */
uint64_t record_opener_forgery_limit(const struct record_opener *opener);
/* Are the sequence numbers, or what the AEAD may seal under one key (RFC 9147
 * §4.5.3), used up? */
bool record_sealer_is_exhausted(const struct record_sealer *sealer);
/* Bytes that a record alone in its datagram adds to its content, at most:
 * header, content type, tag. */
size_t record_overhead(const struct record_sealer *sealer);
/* Bytes of content that fit into a datagram of @room bytes, whatever the
 * record's number is; 0 if none. */
size_t record_content_room(const struct record_sealer *sealer, size_t room);

/* A datagram being written, record by record. The record that ended last is
 * sealed when another ends, or when the datagram is finished: only then is it
 * known whether it goes without a length (RFC 9147 §4). Its sealer must stay
 * where it is until then. */
struct record_datagram {
	struct wire_writer bytes;
	struct record_sealer *sealer;	/* of the record being written */
	size_t start;			/* and where it begins */
	/* Protected records are padded to a multiple of so many bytes (RFC 8446
	 * §5.4), as far as there is room; 0: not padded. */
	size_t padding_block;
	struct {
		const struct record_sealer *sealer;	/* NULL: none */
		size_t start;
		size_t inner_len;	/* of its DTLSInnerPlaintext */
		uint64_t sequence;
	} last;				/* ended, to be sealed */
};

void record_datagram_init(struct record_datagram *datagram, uint8_t *data,
			  size_t capacity);
/* Bytes of content that the next record, of @sealer, can have; 0 if none. */
size_t record_room(const struct record_datagram *datagram,
		   const struct record_sealer *sealer);
/* Begin a record: the caller writes its content to what this returns, then
 * calls record_end() or record_cancel(). */
struct wire_writer *record_begin(struct record_datagram *datagram,
				 struct record_sealer *sealer);
/* End the record. False, and @datagram is as it was before record_begin(): no
 * room, larger than records may be, exhausted, or no memory for parked keys. */
bool record_end(struct record_datagram *datagram, enum record_type type,
		struct record_number *out_number);
/* Take back record_begin(). */
void record_cancel(struct record_datagram *datagram);
/* Seal the last record. Returns the datagram's length; 0 if it is empty or
 * could not be sealed. */
size_t record_datagram_finish(struct record_datagram *datagram);

/* A datagram of one record. Returns its length; 0 where record_end() says
 * false. */
size_t record_seal(struct record_sealer *sealer, enum record_type type,
		   adtls_bytes_t content, uint8_t *out, size_t room,
		   struct record_number *out_number);

/* The keys for opening, newest epoch last. */
#define RECORD_OPENERS_MAX 4

struct record_openers {
	struct record_opener *openers[RECORD_OPENERS_MAX];
	size_t count;
	/* That protected records must carry one of; NULL: they carry none. */
	struct record_cids *cids;
};

struct record {
	struct record_number number;
	enum record_type type;
	bool is_encrypted;
	adtls_bytes_t content;	/* within the datagram */
};

/* Accept: @out is valid. Drop: go on behind it, if anything is left. */
enum record_verdict {
	RECORD_ACCEPT,
	RECORD_DROP_MALFORMED,		/* and with it the rest of the datagram */
	RECORD_DROP_CID,		/* the same: of another connection */
	RECORD_DROP_UNKNOWN_EPOCH,	/* or no memory for its parked keys */
	RECORD_DROP_REPLAY,
	RECORD_DROP_FORGED,		/* not authentic, or too short to be */
	RECORD_OVERFLOW,		/* authentic, and over our limit: fatal */
	RECORD_DROP_TOO_LARGE,
	RECORD_DROP_KEY_LIMIT		/* the key has seen too many forgeries */
};

/* Open the first record of @datagram (@len bytes, decrypted in place). Sets
 * *@out_consumed to how many bytes it took: some, unless @len is 0.
 * Marks the replay window only for an authentic record. An accepted record of
 * type RECORD_INVALID is authentic, but has a content type that no DTLS 1.3
 * record has, or none: the peer's error. */
enum record_verdict record_open(struct record_openers *openers,
				uint8_t *datagram, size_t len,
				size_t *out_consumed, struct record *out);

#endif
