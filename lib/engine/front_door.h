/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The front door: what a server does with a ClientHello before it keeps
 * anything of its sender (RFC 9147 §5.1, protocol §7). */
#ifndef ADTLS_ENGINE_FRONT_DOOR_H
#define ADTLS_ENGINE_FRONT_DOOR_H

#include "engine/engine.h"
#include "engine/hello_table.h"
#include "handshake/cookie.h"
#include "handshake/handshake.h"

/* HelloRetryRequest or an alert, in one record. */
#define FRONT_DOOR_REPLY_MAX 400
/* Bytes answered per byte received without a valid cookie. */
#define FRONT_DOOR_AMPLIFICATION 2

struct front_door {
	const struct adtls_config *config;
	struct cookie_keys keys;
	struct hello_table hellos;
	struct {
		uint64_t cookies_sent;
		uint64_t cookies_refused;
		uint64_t hellos_refused;
		uint64_t no_hello;
		uint64_t malformed;
		uint64_t unanswered;
		uint64_t bad_fragments;
		uint64_t kept_fragments;
	} count;
};

enum front_door_result {
	FRONT_DOOR_NOTHING,	/* dropped, or more fragments are to come; counted */
	FRONT_DOOR_REPLY,	/* one datagram is to be sent back */
	FRONT_DOOR_ACCEPT,	/* make an engine of @out->start */
	FRONT_DOOR_REPEATED	/* the hello of the handshake under way */
};

/* Who knocks. */
struct front_door_visitor {
	const adtls_address_t *address;
	/* It has to prove by a cookie that it is at this address, whatever the
	 * configuration says: there is a connection already (RFC 9147 §5.11), or
	 * much else to do. */
	bool needs_cookie;
	/* ClientHello.random of that connection's handshake; NULL: it is over. */
	const uint8_t *random;
};

struct front_door_answer {
	uint8_t reply[FRONT_DOOR_REPLY_MAX];
	size_t reply_len;
	struct hs_start start;		/* views into @hello */
	struct buffer hello;		/* the ClientHello's body */
	size_t received;		/* bytes that it took */
};

bool front_door_init(struct front_door *door, const struct adtls_config *config,
		     uint64_t now_us);
void front_door_clear(struct front_door *door);
/* Bytes of a server's first flight to a client that calls @server_name; empty:
 * no name. */
size_t front_door_estimate(const struct adtls_config *config,
			   adtls_bytes_t server_name);
/* Always fills @out, to be cleared with front_door_answer_clear(). */
enum front_door_result
front_door_receive(struct front_door *door, adtls_time_t now,
		   const struct front_door_visitor *visitor, uint8_t *datagram,
		   size_t len, struct front_door_answer *out);
void front_door_answer_clear(struct front_door_answer *answer);
/* Datagrams that were dropped, of all kinds. */
uint64_t front_door_dropped(const struct front_door *door);

#endif
