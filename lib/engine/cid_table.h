/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The connection IDs that an endpoint has given out, all of one length, and
 * which engine each is of. */
#ifndef ADTLS_ENGINE_CID_TABLE_H
#define ADTLS_ENGINE_CID_TABLE_H

#include "base/siphash.h"
#include "handshake/connection_ids.h"

struct cid_entry;

struct cid_table {
	struct cid_entry **buckets;
	size_t bucket_count;	/* a power of two */
	size_t count;
	size_t len;		/* of every CID; 0: there are none */
	struct siphash_key key;
};

/* False: out of memory. */
bool cid_table_init(struct cid_table *table, size_t len,
		    const struct siphash_key *key);
void cid_table_clear(struct cid_table *table);
/* False: it is there already, or out of memory. */
bool cid_table_add(struct cid_table *table, adtls_bytes_t cid,
		   uint64_t engine_id);
void cid_table_remove(struct cid_table *table, adtls_bytes_t cid);
/* The engine of the CID that the first record of @datagram carries. False: it
 * carries none of ours. */
bool cid_table_find(const struct cid_table *table, const uint8_t *datagram,
		    size_t len, uint64_t *out_engine_id);

#endif
