/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The peers of an endpoint, found by address and by their engine's id. */
#ifndef ADTLS_ENGINE_PEER_TABLE_H
#define ADTLS_ENGINE_PEER_TABLE_H

#include "base/siphash.h"
#include "engine/deadline_heap.h"
#include "engine/peer_queue.h"

#include <adtls/endpoint.h>

/* Addresses from which a peer's datagrams have come, beside its own. */
struct endpoint_paths {
	adtls_address_t candidate;	/* being checked; empty: none */
	adtls_address_t other;		/* any other, the last */
};

struct endpoint_peer {
	adtls_engine_t *engine;
	uint64_t id;			/* the engine's */
	adtls_address_t address;
	struct endpoint_paths *paths;	/* NULL: there are no others */
	struct endpoint_peer *next_by_address;
	struct endpoint_peer *next_by_id;
	struct deadline deadline;
	struct source *source;		/* of a handshake under way, or NULL */
	bool has_superseded;		/* what was at its address before */
	bool is_buried;			/* among the endpoint's tombstones */
	struct peer_place sending;	/* in the queues of those to be asked */
	struct peer_place telling;
};

struct peer_table {
	struct endpoint_peer **by_address;
	struct endpoint_peer **by_id;
	size_t bucket_count;		/* a power of two */
	size_t count;
	struct siphash_key key;
};

/* False: out of memory. */
bool peer_table_init(struct peer_table *table, const struct siphash_key *key);
void peer_table_clear(struct peer_table *table);
/* False: out of memory. Newer peers of one address are found first. */
bool peer_table_add(struct peer_table *table, struct endpoint_peer *peer);
void peer_table_remove(struct peer_table *table, struct endpoint_peer *peer);
/* The peer has another address; it is the newest there. */
void peer_table_move(struct peer_table *table, struct endpoint_peer *peer,
		     const adtls_address_t *address);
bool address_equal(const adtls_address_t *a, const adtls_address_t *b);
struct endpoint_peer *peer_table_find(const struct peer_table *table,
				      const adtls_address_t *address);
/* The next older peer of the same address, or NULL. */
struct endpoint_peer *peer_table_older(const struct endpoint_peer *peer);
struct endpoint_peer *peer_table_find_id(const struct peer_table *table,
					 uint64_t id);
/* Any peer, or NULL: for emptying the table. */
struct endpoint_peer *peer_table_any(const struct peer_table *table);

#endif
