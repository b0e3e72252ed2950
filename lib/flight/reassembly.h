/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Incoming handshake messages, put together from fragments in any order
 * (RFC 9147 §5.5) and handed out in the order of message_seq.
 *
 * Memory grows with the bytes received, never with an announced length, and
 * stays within a budget (protocol §7). The budget is charged with the whole
 * announced length when a message's first fragment is taken: a message that
 * was begun can then always be completed, however much else arrives, and
 * nothing that was acknowledged has to be thrown away. */
#ifndef ADTLS_FLIGHT_REASSEMBLY_H
#define ADTLS_FLIGHT_REASSEMBLY_H

#include "base/buffer.h"
#include "messages/handshake_header.h"

#define REASSEMBLY_AHEAD_MAX 8	/* messages beyond the next, protocol §7 */

struct reassembly_message;	/* one message being put together */

struct reassembly {
	uint32_t next_seq;	/* the message handed out next; 65536: none */
	size_t budget;		/* bytes that may be held in all */
	size_t held;		/* charged: announced lengths, bookkeeping */
	/* The largest body allowed for a type; 0: do not buffer it now. NULL:
	 * buffer nothing now. */
	size_t (*max_len)(const void *context, uint8_t type);
	const void *max_len_context;
	struct reassembly_message **slots;	/* NULL while none is held */
};

enum reassembly_result {
	REASSEMBLY_STORED,	/* held now, or before already: acknowledge */
	REASSEMBLY_OLD,		/* of a message handed out: acknowledge */
	REASSEMBLY_DROPPED,	/* not kept (ahead, budget, not now): no ACK */
	REASSEMBLY_INCONSISTENT,/* type, length or bytes differ from before, or
				 * beyond the message's end: fatal */
	REASSEMBLY_TOO_LARGE	/* over max_len: fatal, nothing allocated */
};

void reassembly_init(struct reassembly *reassembly, size_t budget,
		     size_t (*max_len)(const void *context, uint8_t type),
		     const void *max_len_context);
void reassembly_clear(struct reassembly *reassembly);
/* Take one fragment; its bytes are copied. */
enum reassembly_result
reassembly_add(struct reassembly *reassembly,
	       const struct handshake_fragment *fragment);
/* Has every byte of the next message arrived? */
bool reassembly_is_ready(const struct reassembly *reassembly);
/* Hand out the next message when complete: its type, and its body moved into
 * @out_body, which is overwritten. Advances next_seq. False: not complete. */
bool reassembly_next(struct reassembly *reassembly, uint8_t *out_type,
		     struct buffer *out_body);
/* Has something arrived that is behind something missing? */
bool reassembly_has_gap(const struct reassembly *reassembly);
/* Is anything of a message not handed out yet held? */
bool reassembly_has_partial(const struct reassembly *reassembly);

#endif
