/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection IDs of one connection, both ways: those that the peer writes to
 * us, which we make, and those that we write to it (RFC 9147 §9). */
#ifndef ADTLS_HANDSHAKE_CONNECTION_IDS_H
#define ADTLS_HANDSHAKE_CONNECTION_IDS_H

#include "base/buffer.h"
#include "crypto/hash.h"
#include "record/record_cids.h"

/* The peer's CID in use, and spare ones; more are discarded (RFC 9147 §9). */
#define CONNECTION_IDS_PEERS_MAX 8
/* How many spare ones to ask for once the last is in use. */
#define CONNECTION_IDS_REFILL 2
/* Requests in a row that we can give nothing for, before it is too many. */
#define CONNECTION_IDS_FRUITLESS_MAX 16

/* Whoever finds connections by their CIDs, an endpoint: no two may have the
 * same. */
struct cid_registry {
	/* False: taken, or out of memory. */
	bool (*add)(void *context, adtls_bytes_t cid, uint64_t engine_id);
	void (*remove)(void *context, adtls_bytes_t cid);
	void *context;
};

struct connection_ids {
	struct record_cids own;		/* that we receive */
	struct buffer peers[CONNECTION_IDS_PEERS_MAX];	/* [0] is in use */
	size_t peer_count;
	const struct crypto_random *random;
	const struct cid_registry *registry;	/* NULL: nobody looks for us */
	uint64_t engine_id;
	unsigned fruitless_requests;
	bool is_negotiated;
	bool checks_paths;	/* rrc is negotiated */
	bool awaits_more;	/* our RequestConnectionId is unfulfilled */
	struct {
		size_t count;		/* of our oldest, to be forgotten */
		uint64_t at_us;		/* ADTLS_NEVER: none */
	} retirement;
};

/* @len is that of CIDs we want to receive, 0: none. NULL: out of memory. */
struct connection_ids *
connection_ids_new(size_t len, const struct crypto_random *random,
		   const struct cid_registry *registry, uint64_t engine_id);
/* NULL is fine. */
void connection_ids_free(struct connection_ids *ids);
/* The registry is going away, or we from it. */
void connection_ids_leave_registry(struct connection_ids *ids);

/* Make one more of our own, the newest. False: there are RECORD_CIDS_MAX, or no
 * value could be had that nobody else has. */
bool connection_ids_make(struct connection_ids *ids);
adtls_bytes_t connection_ids_newest(const struct connection_ids *ids);
/* Our older CIDs go once the peer has used a newer one and @retention_us have
 * passed. Returns when to call it again, or ADTLS_NEVER. */
uint64_t connection_ids_retire(struct connection_ids *ids, uint64_t now_us,
			       uint64_t retention_us);

/* Keep one more of the peer's, to be used in its turn. False: out of memory.
 * What is there already, or too many, is discarded. */
bool connection_ids_add_peers(struct connection_ids *ids, adtls_bytes_t cid);
/* Write the peer's next spare CID from now on. False: there is none. */
bool connection_ids_use_next(struct connection_ids *ids);
void connection_ids_forget_peers(struct connection_ids *ids);
/* What we write: an empty CID is none. */
adtls_bytes_t connection_ids_peers(const struct connection_ids *ids);

#endif
