/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our reliable exchanges after the handshake: each is one message that waits
 * for its turn, is sent, and is delivered once the peer has acknowledged all of
 * it (RFC 9147 §5.8.4). Several are under way at once. */
#ifndef ADTLS_HANDSHAKE_EXCHANGE_H
#define ADTLS_HANDSHAKE_EXCHANGE_H

#include "handshake/channel.h"

/* Exchanges under way at once: more than a server's tickets, one KeyUpdate and
 * its successor, and one of each message about connection IDs. */
#define EXCHANGES_MAX 24

struct exchange {
	struct buffer body;	/* until it is sent */
	uint16_t message_seq;	/* once it is */
	uint8_t type;
	bool is_single;		/* one of its type is sent at a time */
	bool ends_epoch;	/* none may be sent behind it in its epoch */
	bool is_sent;
};

/* In the order in which they were begun; no memory while there are none. */
struct exchanges {
	struct exchange *items;
	size_t count;
};

void exchanges_clear(struct exchanges *exchanges);
/* Begin an exchange of the kind of @exchange; moves its body in. False: out of
 * memory or EXCHANGES_MAX reached, and the body is unchanged. */
bool exchanges_add(struct exchanges *exchanges, struct exchange *exchange);
/* Is one of @type under way, waiting or sent? */
bool exchanges_has(const struct exchanges *exchanges, uint8_t type);
/* Is one of @type still waiting for its turn? */
bool exchanges_has_waiting(const struct exchanges *exchanges, uint8_t type);
/* Give @channel what may be sent now. False: out of memory, or message numbers
 * are used up. */
bool exchanges_send(struct exchanges *exchanges, struct channel *channel);
/* Take out one that has been delivered. What ends an epoch counts as delivered
 * only together with everything before it (RFC 9147 §8). False: none. */
bool exchanges_take_delivered(struct exchanges *exchanges,
			      const struct channel *channel, uint8_t *out_type);

#endif
