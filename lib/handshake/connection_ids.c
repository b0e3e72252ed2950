/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection IDs of one connection. */
#include "handshake/connection_ids.h"

#include <stdlib.h>
#include <string.h>

/* Random values tried before we give up: only the shortest CIDs collide. */
#define ATTEMPTS_MAX 32

struct connection_ids *
connection_ids_new(size_t len, const struct crypto_random *random,
		   const struct cid_registry *registry, uint64_t engine_id)
{
	struct connection_ids *ids = calloc(1, sizeof(*ids));

	if (ids == NULL)
		return NULL;
	ids->own.len = len;
	ids->random = random;
	ids->registry = registry;
	ids->engine_id = engine_id;
	ids->retirement.at_us = ADTLS_NEVER;
	return ids;
}

static adtls_bytes_t own_at(const struct connection_ids *ids, size_t place)
{
	return bytes_of(ids->own.values[place], ids->own.len);
}

static void forget_own(struct connection_ids *ids, size_t count)
{
	for (size_t i = 0; i < count && ids->registry != NULL; i++)
		ids->registry->remove(ids->registry->context, own_at(ids, i));
	record_cids_forget(&ids->own, count);
}

void connection_ids_leave_registry(struct connection_ids *ids)
{
	for (size_t i = 0; i < ids->own.count && ids->registry != NULL; i++)
		ids->registry->remove(ids->registry->context, own_at(ids, i));
	ids->registry = NULL;
}

void connection_ids_free(struct connection_ids *ids)
{
	if (ids == NULL)
		return;
	connection_ids_leave_registry(ids);
	connection_ids_forget_peers(ids);
	free(ids);
}

static bool is_free(const struct connection_ids *ids, adtls_bytes_t cid)
{
	size_t place;

	if (record_cids_find(&ids->own, cid, &place))
		return false;
	return ids->registry == NULL ||
	       ids->registry->add(ids->registry->context, cid, ids->engine_id);
}

bool connection_ids_make(struct connection_ids *ids)
{
	uint8_t *value;

	if (ids->own.len == 0 || ids->own.count == RECORD_CIDS_MAX)
		return false;
	value = ids->own.values[ids->own.count];
	for (unsigned i = 0; i < ATTEMPTS_MAX; i++) {
		if (!crypto_random_fill(ids->random, value, ids->own.len))
			return false;
		if (!is_free(ids, bytes_of(value, ids->own.len)))
			continue;
		ids->own.count++;
		return true;
	}
	return false;
}

adtls_bytes_t connection_ids_newest(const struct connection_ids *ids)
{
	return ids->own.count > 0 ? own_at(ids, ids->own.count - 1) :
				    bytes_of(NULL, 0);
}

uint64_t connection_ids_retire(struct connection_ids *ids, uint64_t now_us,
			       uint64_t retention_us)
{
	if (ids->retirement.at_us <= now_us) {
		forget_own(ids, ids->retirement.count);
		ids->retirement.at_us = ADTLS_NEVER;
	}
	if (ids->retirement.at_us == ADTLS_NEVER && ids->own.newest_used > 0) {
		ids->retirement.count = ids->own.newest_used;
		ids->retirement.at_us = now_us + retention_us;
	}
	return ids->retirement.at_us;
}

bool connection_ids_add_peers(struct connection_ids *ids, adtls_bytes_t cid)
{
	if (ids->peer_count == CONNECTION_IDS_PEERS_MAX)
		return true;
	for (size_t i = 0; i < ids->peer_count; i++) {
		if (bytes_equal(buffer_bytes(&ids->peers[i]), cid))
			return true;
	}
	if (!buffer_set(&ids->peers[ids->peer_count], cid.data, cid.len))
		return false;
	ids->peer_count++;
	return true;
}

bool connection_ids_use_next(struct connection_ids *ids)
{
	if (ids->peer_count < 2)
		return false;
	buffer_clear(&ids->peers[0]);
	ids->peer_count--;
	memmove(&ids->peers[0], &ids->peers[1],
		ids->peer_count * sizeof(ids->peers[0]));
	ids->peers[ids->peer_count] = (struct buffer){ 0 };
	return true;
}

void connection_ids_forget_peers(struct connection_ids *ids)
{
	while (ids->peer_count > 0)
		buffer_clear(&ids->peers[--ids->peer_count]);
}

adtls_bytes_t connection_ids_peers(const struct connection_ids *ids)
{
	return buffer_bytes(&ids->peers[0]);
}
