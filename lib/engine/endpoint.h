/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The endpoint's own state, and what its files share.
 *
 *   in      endpoint_input.c    datagram -> front door, or a peer's engine
 *   out     endpoint.c          engines take turns: datagrams, events, timers
 *   limits  endpoint_limits.c   who may start a handshake; memory, tombstones
 */
#ifndef ADTLS_ENGINE_ENDPOINT_H
#define ADTLS_ENGINE_ENDPOINT_H

#include "engine/cid_table.h"
#include "engine/engine.h"
#include "engine/front_door.h"
#include "engine/peer_table.h"
#include "engine/source_table.h"

/* Closed connections whose last word is kept, so that it can be said again. */
#define ENDPOINT_TOMBSTONES_MAX 512

/* A ring of engines' numbers: the oldest gives way. */
struct tombstones {
	uint64_t ids[ENDPOINT_TOMBSTONES_MAX];
	size_t next;
};

struct adtls_endpoint {
	struct adtls_config *config;
	struct front_door door;
	struct peer_table peers;
	struct cid_table cids;
	struct cid_registry registry;	/* of the above, for engines */
	struct deadline_heap deadlines;
	/* Those with datagrams, and those with events, maybe. */
	struct peer_queue sending;
	struct peer_queue telling;
	adtls_endpoint_limits_t limits;
	bool is_busy;
	struct source_table sources;
	struct memory_account memory;
	struct tombstones tombstones;
	adtls_endpoint_statistics_t count;	/* those that the others do not keep */
	/* The front door's one answer to the datagram just received. */
	adtls_address_t reply_to;
	uint8_t reply[FRONT_DOOR_REPLY_MAX];
	size_t reply_len;
};

/* Its datagrams, events and deadline are to be looked at. */
void endpoint_make_ready(struct adtls_endpoint *endpoint,
			 struct endpoint_peer *peer);
/* May adtls_endpoint_next_event() have one? */
bool endpoint_has_events(const struct adtls_endpoint *endpoint);
/* Closed, all told, and its last words kept long enough? */
bool endpoint_is_over(const adtls_engine_t *engine);

/* endpoint_limits.c */

/* The limits by default; @key is random. */
void endpoint_limits_init(struct adtls_endpoint *endpoint,
			  const struct siphash_key *key);
/* May nobody start a handshake who has not shown a cookie? */
bool endpoint_needs_cookies(const struct adtls_endpoint *endpoint);
/* May a handshake from @from start, now that its cookie is good? @is_known:
 * there is a connection at its address. True: it has, and @out_source is to be
 * left in the end. False: counted. */
bool endpoint_admit(struct adtls_endpoint *endpoint, adtls_time_t now,
		    const adtls_address_t *from, bool is_known,
		    struct source **out_source);
/* After anything that may have ended a handshake, or moved memory. */
void endpoint_settle(struct adtls_endpoint *endpoint,
		     struct endpoint_peer *peer);
/* The peer is gone: give back what it was counted for. */
void endpoint_discount(struct adtls_endpoint *endpoint,
		       struct endpoint_peer *peer);

/* endpoint_paths.c */

/* False: out of memory. */
bool endpoint_init_cids(struct adtls_endpoint *endpoint,
			const struct siphash_key *key);
/* The peer whose CID the datagram carries, or NULL. */
struct endpoint_peer *endpoint_find_cid(struct adtls_endpoint *endpoint,
					const uint8_t *datagram, size_t len);
/* A datagram for @peer from an address that is not the peer's. NULL: dropped. */
struct endpoint_peer *
endpoint_receive_elsewhere(struct adtls_endpoint *endpoint,
			   struct endpoint_peer *peer, adtls_time_t now,
			   const adtls_address_t *from, uint8_t *datagram,
			   size_t len);
const adtls_address_t *endpoint_path_address(const struct endpoint_peer *peer,
					     enum path path);
void endpoint_forget_paths(struct endpoint_peer *peer);

#endif
