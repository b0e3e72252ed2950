/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An endpoint's connection IDs. */
#include "engine/cid_table.h"

#include "record/unified_header.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS_MIN 64

struct cid_entry {
	struct cid_entry *next;
	uint64_t engine_id;
	uint8_t cid[RECORD_CID_LEN_MAX];
};

bool cid_table_init(struct cid_table *table, size_t len,
		    const struct siphash_key *key)
{
	*table = (struct cid_table){ .len = len, .key = *key };
	if (len == 0)
		return true;
	table->bucket_count = BUCKETS_MIN;
	table->buckets = calloc(BUCKETS_MIN, sizeof(*table->buckets));
	return table->buckets != NULL;
}

void cid_table_clear(struct cid_table *table)
{
	for (size_t i = 0; i < table->bucket_count; i++) {
		while (table->buckets[i] != NULL) {
			struct cid_entry *entry = table->buckets[i];

			table->buckets[i] = entry->next;
			free(entry);
		}
	}
	free(table->buckets);
	*table = (struct cid_table){ 0 };
}

static struct cid_entry **bucket_of(const struct cid_table *table,
				    const uint8_t *cid)
{
	uint64_t hash = siphash(&table->key, bytes_of(cid, table->len));

	return &table->buckets[hash & (table->bucket_count - 1)];
}

static struct cid_entry **find_place(const struct cid_table *table,
				     const uint8_t *cid)
{
	struct cid_entry **at = bucket_of(table, cid);

	while (*at != NULL && !bytes_equal(bytes_of((*at)->cid, table->len),
					   bytes_of(cid, table->len)))
		at = &(*at)->next;
	return at;
}

/* Without memory for more buckets, chains grow. */
static void grow(struct cid_table *table)
{
	struct cid_table larger = *table;

	larger.bucket_count = 2 * table->bucket_count;
	larger.buckets = calloc(larger.bucket_count, sizeof(*larger.buckets));
	if (larger.buckets == NULL)
		return;
	for (size_t i = 0; i < table->bucket_count; i++) {
		while (table->buckets[i] != NULL) {
			struct cid_entry *entry = table->buckets[i];
			struct cid_entry **at = bucket_of(&larger, entry->cid);

			table->buckets[i] = entry->next;
			entry->next = *at;
			*at = entry;
		}
	}
	free(table->buckets);
	*table = larger;
}

bool cid_table_add(struct cid_table *table, adtls_bytes_t cid,
		   uint64_t engine_id)
{
	struct cid_entry *entry;
	struct cid_entry **at;

	if (cid.len != table->len || *find_place(table, cid.data) != NULL)
		return false;
	entry = calloc(1, sizeof(*entry));
	if (entry == NULL)
		return false;
	if (table->count >= table->bucket_count)
		grow(table);
	entry->engine_id = engine_id;
	memcpy(entry->cid, cid.data, cid.len);
	at = bucket_of(table, cid.data);
	entry->next = *at;
	*at = entry;
	table->count++;
	return true;
}

void cid_table_remove(struct cid_table *table, adtls_bytes_t cid)
{
	struct cid_entry **at = find_place(table, cid.data);
	struct cid_entry *entry = *at;

	if (entry == NULL)
		return;
	*at = entry->next;
	free(entry);
	table->count--;
}

bool cid_table_find(const struct cid_table *table, const uint8_t *datagram,
		    size_t len, uint64_t *out_engine_id)
{
	const struct cid_entry *entry;

	if (table->len == 0 || len < 1 + table->len ||
	    (datagram[0] & (UNIFIED_HEADER_FIXED_MASK | UNIFIED_HEADER_CID)) !=
		    (UNIFIED_HEADER_FIXED | UNIFIED_HEADER_CID))
		return false;
	entry = *find_place(table, datagram + 1);
	if (entry == NULL)
		return false;
	*out_engine_id = entry->engine_id;
	return true;
}
