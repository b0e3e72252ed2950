/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The peers of an endpoint. */
#include "engine/peer_table.h"

#include "base/buffer.h"

#include <stdlib.h>

#define BUCKETS_MIN 64

bool address_equal(const adtls_address_t *a, const adtls_address_t *b)
{
	return bytes_equal(bytes_of(a->data, a->len),
			   bytes_of(b->data, b->len));
}

/* Only addresses that passed the cookie get here, but of a network of IPv6 there
 * are more than enough to choose from. */
static size_t bucket_of_address(const struct peer_table *table,
				const adtls_address_t *address)
{
	uint64_t hash = siphash(&table->key,
				bytes_of(address->data, address->len));

	return (size_t)hash & (table->bucket_count - 1);
}

static size_t bucket_of_id(const struct peer_table *table, uint64_t id)
{
	return (size_t)id & (table->bucket_count - 1);
}

bool peer_table_init(struct peer_table *table, const struct siphash_key *key)
{
	*table = (struct peer_table){ .bucket_count = BUCKETS_MIN,
				      .key = *key };
	table->by_address = calloc(BUCKETS_MIN, sizeof(*table->by_address));
	table->by_id = calloc(BUCKETS_MIN, sizeof(*table->by_id));
	return table->by_address != NULL && table->by_id != NULL;
}

void peer_table_clear(struct peer_table *table)
{
	free(table->by_address);
	free(table->by_id);
	*table = (struct peer_table){ 0 };
}

static void link_peer(struct peer_table *table, struct endpoint_peer *peer)
{
	struct endpoint_peer **by_address =
		&table->by_address[bucket_of_address(table, &peer->address)];
	struct endpoint_peer **by_id =
		&table->by_id[bucket_of_id(table, peer->id)];

	peer->next_by_address = *by_address;
	*by_address = peer;
	peer->next_by_id = *by_id;
	*by_id = peer;
}

/* Oldest first, so that in every new chain the newest is found first again. */
static void relink(struct peer_table *table, struct endpoint_peer *chain)
{
	if (chain == NULL)
		return;
	relink(table, chain->next_by_address);
	link_peer(table, chain);
}

static bool grow(struct peer_table *table)
{
	struct peer_table larger = *table, smaller;

	larger.bucket_count = 2 * table->bucket_count;
	larger.by_address =
		calloc(larger.bucket_count, sizeof(*larger.by_address));
	larger.by_id = calloc(larger.bucket_count, sizeof(*larger.by_id));
	if (larger.by_address == NULL || larger.by_id == NULL) {
		free(larger.by_address);
		free(larger.by_id);
		return false;
	}
	for (size_t i = 0; i < table->bucket_count; i++)
		relink(&larger, table->by_address[i]);
	smaller = *table;
	*table = larger;
	free(smaller.by_address);
	free(smaller.by_id);
	return true;
}

bool peer_table_add(struct peer_table *table, struct endpoint_peer *peer)
{
	if (table->count >= table->bucket_count && !grow(table))
		return false;
	link_peer(table, peer);
	table->count++;
	return true;
}

void peer_table_remove(struct peer_table *table, struct endpoint_peer *peer)
{
	struct endpoint_peer **at =
		&table->by_address[bucket_of_address(table, &peer->address)];

	while (*at != peer)
		at = &(*at)->next_by_address;
	*at = peer->next_by_address;
	at = &table->by_id[bucket_of_id(table, peer->id)];
	while (*at != peer)
		at = &(*at)->next_by_id;
	*at = peer->next_by_id;
	table->count--;
}

void peer_table_move(struct peer_table *table, struct endpoint_peer *peer,
		     const adtls_address_t *address)
{
	peer_table_remove(table, peer);
	peer->address = *address;
	link_peer(table, peer);
	table->count++;
}

struct endpoint_peer *peer_table_find(const struct peer_table *table,
				      const adtls_address_t *address)
{
	struct endpoint_peer *peer =
		table->by_address[bucket_of_address(table, address)];

	while (peer != NULL && !address_equal(&peer->address, address))
		peer = peer->next_by_address;
	return peer;
}

struct endpoint_peer *peer_table_older(const struct endpoint_peer *peer)
{
	struct endpoint_peer *older = peer->next_by_address;

	while (older != NULL && !address_equal(&older->address, &peer->address))
		older = older->next_by_address;
	return older;
}

struct endpoint_peer *peer_table_find_id(const struct peer_table *table,
					 uint64_t id)
{
	struct endpoint_peer *peer = table->by_id[bucket_of_id(table, id)];

	while (peer != NULL && peer->id != id)
		peer = peer->next_by_id;
	return peer;
}

struct endpoint_peer *peer_table_any(const struct peer_table *table)
{
	for (size_t i = 0; i < table->bucket_count; i++) {
		if (table->by_id[i] != NULL)
			return table->by_id[i];
	}
	return NULL;
}
