/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The endpoint's own state, and what its two files share. */
#ifndef ADTLS_ENGINE_ENDPOINT_H
#define ADTLS_ENGINE_ENDPOINT_H

#include "engine/engine.h"
#include "engine/front_door.h"
#include "engine/peer_table.h"

struct adtls_endpoint {
	struct adtls_config *config;
	struct front_door door;
	struct peer_table peers;
	struct deadline_heap deadlines;
	struct endpoint_peer *ready;	/* those with datagrams or events */
	uint64_t accepted;
	/* The front door's one answer to the datagram just received. */
	adtls_address_t reply_to;
	uint8_t reply[FRONT_DOOR_REPLY_MAX];
	size_t reply_len;
};

/* Its datagrams, events and deadline are to be looked at. */
void endpoint_make_ready(struct adtls_endpoint *endpoint,
			 struct endpoint_peer *peer);
/* Closed, all told, and its last words kept long enough? */
bool endpoint_is_over(const adtls_engine_t *engine);

#endif
