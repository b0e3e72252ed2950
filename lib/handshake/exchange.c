/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reliable exchanges after the handshake. */
#include "handshake/exchange.h"

#include <stdlib.h>
#include <string.h>

static void remove_at(struct exchanges *exchanges, size_t index)
{
	buffer_clear(&exchanges->items[index].body);
	exchanges->count--;
	memmove(&exchanges->items[index], &exchanges->items[index + 1],
		(exchanges->count - index) * sizeof(*exchanges->items));
	if (exchanges->count > 0)
		return;
	free(exchanges->items);
	exchanges->items = NULL;
}

void exchanges_clear(struct exchanges *exchanges)
{
	while (exchanges->count > 0)
		remove_at(exchanges, exchanges->count - 1);
}

bool exchanges_add(struct exchanges *exchanges, struct exchange *exchange)
{
	struct exchange *grown;

	if (exchanges->count == EXCHANGES_MAX)
		return false;
	grown = reallocarray(exchanges->items, exchanges->count + 1,
			     sizeof(*grown));
	if (grown == NULL)
		return false;
	exchanges->items = grown;
	grown[exchanges->count++] = *exchange;
	exchange->body = (struct buffer){ 0 };
	return true;
}

bool exchanges_has(const struct exchanges *exchanges, uint8_t type)
{
	for (size_t i = 0; i < exchanges->count; i++) {
		if (exchanges->items[i].type == type)
			return true;
	}
	return false;
}

bool exchanges_has_waiting(const struct exchanges *exchanges, uint8_t type)
{
	for (size_t i = 0; i < exchanges->count; i++) {
		if (exchanges->items[i].type == type &&
		    !exchanges->items[i].is_sent)
			return true;
	}
	return false;
}

/* What ends an epoch has been sent: the next epoch is not there yet. */
static bool epoch_has_ended(const struct exchanges *exchanges)
{
	for (size_t i = 0; i < exchanges->count; i++) {
		if (exchanges->items[i].is_sent &&
		    exchanges->items[i].ends_epoch)
			return true;
	}
	return false;
}

static bool is_sent(const struct exchanges *exchanges, uint8_t type)
{
	for (size_t i = 0; i < exchanges->count; i++) {
		if (exchanges->items[i].type == type &&
		    exchanges->items[i].is_sent)
			return true;
	}
	return false;
}

bool exchanges_send(struct exchanges *exchanges, struct channel *channel)
{
	uint64_t epoch = channel_newest_sealer(channel)->keys.epoch;

	/* The peer may not be able to read this epoch before our last message
	 * of the handshake. */
	if (flight_has_before(&channel->outgoing, EPOCH_APPLICATION))
		return true;
	for (size_t i = 0; i < exchanges->count; i++) {
		struct exchange *exchange = &exchanges->items[i];
		uint32_t message_seq = channel->next_send_seq;

		if (exchange->is_sent ||
		    (exchange->is_single && is_sent(exchanges, exchange->type)))
			continue;
		if (epoch_has_ended(exchanges) ||
		    flight_is_full(&channel->outgoing))
			break;
		if (!channel_send(channel, epoch, exchange->type,
				  &exchange->body))
			return false;
		exchange->message_seq = (uint16_t)message_seq;
		exchange->is_sent = true;
	}
	return true;
}

static bool is_delivered(const struct exchange *exchange,
			 const struct channel *channel)
{
	const struct flight *flight = &channel->outgoing;

	return exchange->is_sent &&
	       (exchange->ends_epoch ?
			flight_is_delivered_up_to(flight,
						  exchange->message_seq) :
			flight_is_delivered(flight, exchange->message_seq));
}

bool exchanges_take_delivered(struct exchanges *exchanges,
			      const struct channel *channel, uint8_t *out_type)
{
	for (size_t i = 0; i < exchanges->count; i++) {
		if (!is_delivered(&exchanges->items[i], channel))
			continue;
		*out_type = exchanges->items[i].type;
		remove_at(exchanges, i);
		return true;
	}
	return false;
}
