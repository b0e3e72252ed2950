/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Outgoing handshake messages: cut into fragments, sent through a window,
 * acknowledged record by record, retransmitted until all of it has arrived
 * (RFC 9147 §5.8, §7; protocol §7).
 *
 *   flight_add ... -> flight_next (a fragment) ... -> flight_commit (a record)
 *   ACK -> flight_acknowledge;  timer -> flight_tick
 *
 * It knows record numbers, never keys. Bytes whose record was acknowledged are
 * never handed out again. */
#ifndef ADTLS_FLIGHT_FLIGHT_H
#define ADTLS_FLIGHT_FLIGHT_H

#include "flight/flight_message.h"
#include "flight/retransmission_timer.h"
#include "flight/sent_records.h"

/* Records in flight unacknowledged at first, and the most in one transmission:
 * "SHOULD NOT send more than 10 records" (RFC 9147 §5.8.3). */
#define FLIGHT_WINDOW 10
/* The window opens by each acknowledged record up to this many: 76 KB at an
 * MTU of 1200, more than the largest Attestation. */
#define FLIGHT_WINDOW_MAX 64
/* Messages waiting to be sent or acknowledged at once. */
#define FLIGHT_MESSAGES_MAX 16

/* What is known of messages under way. */
struct flight_progress {
	struct sent_records sent;
	/* Where the next transmission begins to look for something to send. */
	struct {
		uint16_t message_seq;
		uint32_t offset;
	} resume;
	bool is_hastened;	/* its deadline was, once */
	uint64_t last_retransmit_us;	/* ADTLS_NEVER: none before a timeout */
	/* What the ACK that is being read has told so far. */
	struct {
		uint64_t order;		/* of the newest */
		uint64_t rtt_us;	/* of the newest */
		uint16_t records;
		bool first_time;	/* the newest retransmitted nothing */
	} ack;
};

struct flight {
	struct flight_message *messages;	/* ascending message_seq */
	uint16_t message_count;
	uint16_t window;	/* records that may be outstanding now */
	uint16_t in_flight;	/* records that are */
	uint16_t transmission;	/* records sent since the last event */
	struct flight_progress *progress;	/* NULL while there are no messages */
	struct retransmission_timer timer;
	struct {
		uint32_t fragments;	/* retransmissions included */
		uint32_t retransmissions;	/* with bytes sent before */
	} count;
};

void flight_init(struct flight *flight, const struct timer_config *config);
void flight_clear(struct flight *flight);

/* Append a message to be sent in @epoch; moves @body in. False: out of memory
 * or FLIGHT_MESSAGES_MAX reached, @body unchanged. */
bool flight_add(struct flight *flight, uint16_t message_seq, uint8_t type,
		uint64_t epoch, struct buffer *body);

/* Is something to be sent now, and in which epoch? False: no, or the window is
 * full. */
bool flight_wants_to_send(const struct flight *flight, uint64_t *out_epoch);
/* Bytes that are to be sent now or when the window opens, headers included. */
size_t flight_unsent_len(const struct flight *flight);
/* The next fragment, its header and data together at most @room bytes, of the
 * epoch that flight_wants_to_send() names. @out->data stays valid until the
 * flight changes. A record takes as many fragments of one epoch as fit; no
 * other call that changes the flight may come before its commit. False:
 * nothing, or no room (fewer than HANDSHAKE_HEADER_LEN plus one byte, except
 * for empty bodies), or out of memory. */
bool flight_next(struct flight *flight, size_t room,
		 struct handshake_fragment *out);
/* The fragments handed out since the last commit went out in @number. Starts
 * the timer if it is not running. False: there were none. */
bool flight_commit(struct flight *flight, struct record_number number,
		   uint64_t now_us);

/* One acknowledged record, of whichever transmission. Unknown numbers are
 * ignored. */
void flight_acknowledge(struct flight *flight, struct record_number number,
			uint64_t now_us);
/* The ACK's numbers have all been given: open the window, stop or restart the
 * timer, and mark the gaps for sending again (RFC 9147 §7.2), at most once per
 * RTO/4 and as an attempt (protocol §7). A gap is what was sent before the
 * newest record that this ACK names, or so long ago that an ACK sent a round
 * trip later than it should have named it. */
void flight_acknowledge_done(struct flight *flight, uint64_t now_us);
/* The peer's next flight acknowledges everything (RFC 9147 §7.1), and tells the
 * round trip if nothing was retransmitted since. */
void flight_acknowledge_all(struct flight *flight, uint64_t now_us);
/* The same for the messages of epochs before @epoch: what the peer writes in
 * that epoch shows that it has got them. */
void flight_acknowledge_before(struct flight *flight, uint64_t epoch,
			       uint64_t now_us);
/* Would flight_add() refuse one more message? */
bool flight_is_full(const struct flight *flight);
/* Has all of the message arrived? True for one that is not there (any more). */
bool flight_is_delivered(const struct flight *flight, uint16_t message_seq);
/* The same for the message and all before it. */
bool flight_is_delivered_up_to(const struct flight *flight,
			       uint16_t message_seq);
/* Is a message of an epoch before @epoch waiting to arrive? */
bool flight_has_before(const struct flight *flight, uint64_t epoch);
/* Everything that was added has been acknowledged. */
bool flight_is_empty(const struct flight *flight);

/* ADTLS_NEVER: none. */
uint64_t flight_deadline(const struct flight *flight);
/* To be called when @now_us reached the deadline; marks what was not
 * acknowledged for sending again and closes the window to FLIGHT_WINDOW. The
 * next transmission goes on where the last one stopped, so that a peer without
 * ACKs gets a large flight all the same. False: attempts exhausted. */
bool flight_tick(struct flight *flight, uint64_t now_us);
/* The peer retransmitted its previous flight: our flight, or its beginning, was
 * lost. Send again, at most once per RTO/4, as an attempt. */
void flight_retransmit(struct flight *flight, uint64_t now_us);

/* Everything that is on its way is lost, as the network says: send it again, as
 * an attempt. */
void flight_lost(struct flight *flight, uint64_t now_us);
/* The beginning of the peer's answer may be lost, as what follows it is here:
 * bring the deadline forward to RTO/4 from now, once per flight. */
void flight_hasten(struct flight *flight, uint64_t now_us);

#endif
