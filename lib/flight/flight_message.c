/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One outgoing handshake message and its fragments. */
#include "flight/flight_message.h"

static uint32_t span(const struct flight_message *message)
{
	return message->body.len > 0 ? (uint32_t)message->body.len : 1;
}

void flight_message_clear(struct flight_message *message)
{
	buffer_clear(&message->body);
	range_set_clear(&message->acknowledged);
	range_set_clear(&message->outstanding);
}

bool flight_message_is_acknowledged(const struct flight_message *message)
{
	return range_set_contains(&message->acknowledged, 0, span(message));
}

bool flight_message_first_gap(const struct flight_message *message,
			      uint32_t start, struct range *out)
{
	struct range gap;

	while (range_set_first_gap(&message->acknowledged, start, span(message),
				   &gap)) {
		if (range_set_first_gap(&message->outstanding, gap.start,
					gap.end, out))
			return true;
		start = gap.end;
	}
	return false;
}

bool flight_message_fit(const struct flight_message *message, size_t room,
			struct range *range)
{
	if (room < HANDSHAKE_HEADER_LEN)
		return false;
	if (message->body.len == 0)
		return true;
	room -= HANDSHAKE_HEADER_LEN;
	if (range->end - range->start > room)
		range->end = range->start + (uint32_t)room;
	return range->end > range->start;
}

struct handshake_fragment
flight_message_fragment(const struct flight_message *message,
			struct range range)
{
	struct handshake_fragment fragment = {
		.type = message->type,
		.message_len = (uint32_t)message->body.len,
		.message_seq = message->message_seq,
	};

	if (message->body.len > 0) {
		fragment.offset = range.start;
		fragment.data = bytes_of(message->body.data + range.start,
					 range.end - range.start);
	}
	return fragment;
}
