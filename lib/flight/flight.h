/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Outgoing handshake messages: cut into fragments, sent through a window,
 * acknowledged record by record, retransmitted until all of it has arrived
 * (RFC 9147 §5.8, §7; protocol §7).
 *
 *   flight_add ... -> flight_next (a fragment) ... -> flight_commit (its record)
 *   ACK -> flight_acknowledge;  timer -> flight_tick
 *
 * It knows record numbers, never keys. Bytes whose record was acknowledged are
 * never handed out again. */
#ifndef ADTLS_FLIGHT_FLIGHT_H
#define ADTLS_FLIGHT_FLIGHT_H

#include "base/buffer.h"
#include "flight/range_set.h"
#include "flight/retransmission_timer.h"
#include "messages/handshake_header.h"
#include "record/record_number.h"

/* Records in flight unacknowledged at first (RFC 9147 §5.8.3), and the most in one
 * transmission. */
#define FLIGHT_WINDOW 10
/* Messages waiting to be sent or acknowledged at once. */
#define FLIGHT_MESSAGES_MAX 16

struct flight_message;	/* one message with what of it was acknowledged */
struct flight_record;	/* one fragment in one sent record */

struct flight {
	struct flight_message *messages;	/* FLIGHT_MESSAGES_MAX slots or fewer, grown */
	size_t message_count;
	struct flight_record *records;		/* sent, not known to be lost or acknowledged */
	size_t record_count;
	size_t record_capacity;
	size_t uncommitted;			/* fragments handed out since the last commit */
	size_t window;				/* records that may be unacknowledged now */
	size_t in_flight;			/* records sent in the current transmission, unacknowledged */
	uint64_t last_ack_retransmit_us;	/* at most one per RTO/4 */
	struct retransmission_timer timer;
	struct {
		uint64_t fragments;		/* fragments sent, retransmissions included */
		uint64_t retransmissions;	/* fragments sent again */
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
/* The next fragment, its header and data together at most @room bytes, of the
 * epoch that flight_wants_to_send() names. @out->data stays valid until the
 * flight changes. False: nothing, or no room (fewer than HANDSHAKE_HEADER_LEN
 * plus one byte, except for empty bodies). */
bool flight_next(struct flight *flight, size_t room,
		 struct handshake_fragment *out);
/* The fragments handed out since the last commit went out in @number. Starts
 * the timer if it is not running. False: out of memory (they count as lost). */
bool flight_commit(struct flight *flight, struct record_number number,
		   uint64_t now_us);

/* One acknowledged record. Unknown numbers are ignored. */
void flight_acknowledge(struct flight *flight, struct record_number number,
			uint64_t now_us);
/* The ACK's numbers have all been given: decide about retransmission of gaps
 * (RFC 9147 §7.2), open the window, stop or restart the timer. */
void flight_acknowledge_done(struct flight *flight, uint64_t now_us);
/* The peer's next flight acknowledges everything (RFC 9147 §7.1); measures RTT. */
void flight_acknowledge_all(struct flight *flight, uint64_t now_us);
/* Everything that was added has been acknowledged. */
bool flight_is_empty(const struct flight *flight);

/* ADTLS_NEVER: none. */
uint64_t flight_deadline(const struct flight *flight);
/* To be called when @now_us reached the deadline; marks what was not
 * acknowledged for sending again. False: attempts exhausted. */
bool flight_tick(struct flight *flight, uint64_t now_us);
/* The peer retransmitted its previous flight: our flight, or its beginning, was
 * lost. Send again, at most once per RTO/4. */
void flight_retransmit(struct flight *flight, uint64_t now_us);

#endif
