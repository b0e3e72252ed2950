/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The channel: what carries handshake messages to and from the peer. It joins
 * reassembly, flight, ACKs and the record keys of every epoch.
 *
 * The handshake speaks in messages and epochs, the engine in datagrams. */
#ifndef ADTLS_HANDSHAKE_CHANNEL_H
#define ADTLS_HANDSHAKE_CHANNEL_H

#include "flight/ack.h"
#include "flight/flight.h"
#include "flight/reassembly.h"
#include "handshake/connection_ids.h"
#include "record/record.h"

#define EPOCH_PLAINTEXT 0
#define EPOCH_HANDSHAKE 2	/* RFC 9147 §6.1 */
#define EPOCH_APPLICATION 3

/* Epochs in use at once: plaintext, handshake, application, and the next one
 * while a key update is fresh. */
#define CHANNEL_EPOCHS 4

struct channel {
	struct reassembly incoming;
	struct flight outgoing;
	struct ack_list acks;
	/* Oldest first. */
	struct record_sealer *sealers;
	size_t sealer_count;
	struct record_opener *opener_slots;
	struct record_openers openers;
	struct connection_ids *cids;	/* NULL: neither side writes any */
	uint64_t forgery_limit;	/* of every key; 0: the suite's */
	uint32_t next_send_seq;	/* 65536: used up */
	uint8_t places;		/* CHANNEL_EPOCHS, or 1 if no more are needed */
	bool knows_gap;		/* of what is incoming, and has it acknowledged */
	bool has_new_keys;	/* for reading: early records may be opened now */
};

/* False: out of memory; clear it all the same. */
bool channel_init(struct channel *channel, size_t reassembly_budget,
		  const struct timer_config *timer);
void channel_clear(struct channel *channel);
/* Begin anew with message 0; the record numbers of epoch 0 go on, and our CIDs
 * stay. */
void channel_restart(struct channel *channel, size_t reassembly_budget,
		     const struct timer_config *timer);

/* The peer's protected records carry our CIDs from now on; or may do so, while
 * that is @optional. */
void channel_expect_cids(struct channel *channel, bool optional);
/* No records carry CIDs. */
void channel_drop_cids(struct channel *channel);

/* From now on, and with all keys to come, protected records are that large at
 * most; 0: no limit. */
void channel_limit_sending(struct channel *channel, uint16_t inner_max);
void channel_limit_receiving(struct channel *channel, uint16_t inner_max);

/* Queue one message for @epoch; moves @body in. False: out of memory, or of
 * message numbers (RFC 9147 §5.2). */
bool channel_send(struct channel *channel, uint64_t epoch, uint8_t type,
		  struct buffer *body);
/* Install keys for writing, or reading, @epoch; the oldest go if there are too
 * many. False: out of memory. */
bool channel_write_keys(struct channel *channel, uint64_t epoch,
			const struct crypto_suite *suite,
			const struct secret *secret);
bool channel_read_keys(struct channel *channel, uint64_t epoch,
		       const struct crypto_suite *suite,
		       const struct secret *secret);
/* Install the keys of the next generation (RFC 8446 §7.2). False: out of
 * memory. */
bool channel_update_write_keys(struct channel *channel);
bool channel_update_read_keys(struct channel *channel);
/* Forget the keys that only older records need: for reading, those before the
 * newest that the peer has used; for writing, those of which no message is
 * unacknowledged. False: more than the newest are left. */
bool channel_retire_old(struct channel *channel);
/* Give back what an idle connection can do without: the ciphers of its keys,
 * and the ACKs that could be sent again. */
void channel_park(struct channel *channel);
/* Has one of the newest keys, ours or the peer's, had half of what it may do (RFC
 * 9147 §4.5.3)? */
bool channel_needs_update(const struct channel *channel, bool *out_peers_too);
/* Has a key that the peer writes with, or will, borne all the forgeries that it
 * may? Older ones may be used up: nobody needs them (RFC 9147 §4.5.3). */
bool channel_is_deaf(const struct channel *channel);

/* The keys of @epoch, or NULL. */
struct record_sealer *channel_sealer(struct channel *channel, uint64_t epoch);
/* The newest epoch's. */
struct record_sealer *channel_newest_sealer(struct channel *channel);
uint64_t channel_newest_read_epoch(const struct channel *channel);

#endif
