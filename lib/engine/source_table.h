/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where handshakes come from: of each address how many are under way and how
 * fast they start (protocol §4.3). Only who has shown that it is at its address
 * gets here, unless cookies are switched off.
 *
 * An address is known by a secret 64-bit hash of it alone. What is kept of
 * addresses without a handshake is bounded; the one that has been quiet longest
 * is forgotten first. */
#ifndef ADTLS_ENGINE_SOURCE_TABLE_H
#define ADTLS_ENGINE_SOURCE_TABLE_H

#include "base/siphash.h"

/* Addresses remembered for their rate alone: 64 KiB or so. */
#define SOURCES_QUIET_MAX 1024

struct source;

/* 0: no limit. */
struct source_limits {
	size_t under_way;	/* handshakes of one address */
	unsigned per_second;	/* of their starts */
	unsigned burst;		/* starts at once after a pause; at least 1 */
};

struct source_table {
	struct siphash_key key;
	struct source **buckets;
	size_t bucket_count;	/* a power of two; 0: nothing is allocated */
	size_t count;
	size_t under_way;	/* handshakes, of all addresses */
	struct source *oldest_quiet;
	struct source *newest_quiet;
	size_t quiet_count;
};

enum source_answer {
	SOURCE_WELCOME,
	SOURCE_HAS_ENOUGH,	/* under way */
	SOURCE_TOO_FAST,
	SOURCE_NO_MEMORY
};

void source_table_init(struct source_table *table,
		       const struct siphash_key *key);
void source_table_clear(struct source_table *table);
/* A handshake of @host wants to start. SOURCE_WELCOME: it has, and *@out is to
 * be given back by source_table_leave(). */
enum source_answer source_table_enter(struct source_table *table,
				      adtls_bytes_t host, uint64_t now_us,
				      const struct source_limits *limits,
				      struct source **out);
/* A handshake is over, well or not. */
void source_table_leave(struct source_table *table, struct source *source);

#endif
