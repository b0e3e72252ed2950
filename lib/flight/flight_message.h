/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One outgoing handshake message with what of it is acknowledged or on its
 * way. */
#ifndef ADTLS_FLIGHT_FLIGHT_MESSAGE_H
#define ADTLS_FLIGHT_FLIGHT_MESSAGE_H

#include "base/buffer.h"
#include "flight/range_set.h"
#include "messages/handshake_header.h"

/* The ranges of a message cover its body; an empty body counts as one byte, so
 * that it can be on its way and acknowledged like others. */
struct flight_message {
	struct buffer body;
	uint64_t epoch;
	struct range_set acknowledged; /* never handed out again */
	struct range_set outstanding;  /* in records that are outstanding */
	uint32_t sent_len;	       /* bytes sent at least once */
	uint16_t message_seq;
	uint8_t type;
};

void flight_message_clear(struct flight_message *message);
bool flight_message_is_acknowledged(const struct flight_message *message);
/* The first part from @start on that is neither acknowledged nor outstanding;
 * false if none. */
bool flight_message_first_gap(const struct flight_message *message,
			      uint32_t start, struct range *out);
/* Shorten @range so that its fragment takes at most @room bytes, header
 * included. False: there is not even room for one byte of it. */
bool flight_message_fit(const struct flight_message *message, size_t room,
			struct range *range);
/* The fragment that covers @range; its data is a view of the body. */
struct handshake_fragment
flight_message_fragment(const struct flight_message *message,
			struct range range);

#endif
