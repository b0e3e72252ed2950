/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Peers found by their connection IDs, wherever their datagrams come from, and
 * the addresses that they may move to (RFC 9147 §9, RFC 9146 §6). */
#include "engine/endpoint.h"

#include <stdlib.h>

static bool add_cid(void *context, adtls_bytes_t cid, uint64_t engine_id)
{
	struct adtls_endpoint *endpoint = context;

	return cid_table_add(&endpoint->cids, cid, engine_id);
}

static void remove_cid(void *context, adtls_bytes_t cid)
{
	struct adtls_endpoint *endpoint = context;

	cid_table_remove(&endpoint->cids, cid);
}

bool endpoint_init_cids(struct adtls_endpoint *endpoint,
			const struct siphash_key *key)
{
	const struct adtls_config *config = endpoint->config;

	endpoint->registry = (struct cid_registry){ .add = add_cid,
						    .remove = remove_cid,
						    .context = endpoint };
	return cid_table_init(&endpoint->cids, config->connection_id.len, key);
}

struct endpoint_peer *endpoint_find_cid(struct adtls_endpoint *endpoint,
					const uint8_t *datagram, size_t len)
{
	struct endpoint_peer *peer;
	uint64_t id;

	if (!cid_table_find(&endpoint->cids, datagram, len, &id))
		return NULL;
	peer = peer_table_find_id(&endpoint->peers, id);
	return peer != NULL && !endpoint_is_over(peer->engine) ? peer : NULL;
}

/* The path on which a datagram from @from has come. */
static enum path path_of(struct endpoint_peer *peer,
			 const adtls_address_t *from)
{
	if (peer->paths == NULL &&
	    engine_may_hold(peer->engine, sizeof(*peer->paths)))
		peer->paths = calloc(1, sizeof(*peer->paths));
	if (peer->paths == NULL)
		return PATH_OTHER;
	if (address_equal(&peer->paths->candidate, from))
		return PATH_NEW;
	/* Answers to what comes from there are sent before the next comes. */
	peer->paths->other = *from;
	return PATH_OTHER;
}

static void move(struct adtls_endpoint *endpoint, struct endpoint_peer *peer,
		 const adtls_address_t *to)
{
	peer_table_move(&endpoint->peers, peer, to);
	endpoint_forget_paths(peer);
	endpoint->count.moves++;
}

struct endpoint_peer *
endpoint_receive_elsewhere(struct adtls_endpoint *endpoint,
			   struct endpoint_peer *peer, adtls_time_t now,
			   const adtls_address_t *from, uint8_t *datagram,
			   size_t len)
{
	enum path path;

	/* The last words of a connection go to where it was. */
	if (peer->engine->phase == ENGINE_CLOSED)
		return NULL;
	path = path_of(peer, from);
	if (peer->paths == NULL)
		return NULL;
	switch (engine_receive_elsewhere(peer->engine, now, path, datagram,
					 len)) {
	case PATH_ACTION_NONE:
		break;
	case PATH_ACTION_CHECK:
		peer->paths->candidate = *from;
		break;
	case PATH_ACTION_MOVE:
		move(endpoint, peer, from);
		break;
	}
	endpoint_make_ready(endpoint, peer);
	return peer;
}

const adtls_address_t *endpoint_path_address(const struct endpoint_peer *peer,
					     enum path path)
{
	if (path == PATH_BOUND || peer->paths == NULL)
		return &peer->address;
	return path == PATH_NEW ? &peer->paths->candidate :
				  &peer->paths->other;
}

void endpoint_forget_paths(struct endpoint_peer *peer)
{
	free(peer->paths);
	peer->paths = NULL;
}
