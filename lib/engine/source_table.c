/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where handshakes come from. */
#include "engine/source_table.h"

#include <stdlib.h>

#define BUCKETS_MIN 64
#define SECOND_US   1000000ull

struct source {
	struct source *next;	/* in its bucket */
	struct source *older;	/* among the quiet ones */
	struct source *newer;
	uint64_t hash;
	size_t under_way;
	/* When all that was started will have been paid for at the rate's pace:
	 * a token bucket that fills without being looked at. */
	uint64_t paid_us;
};

void source_table_init(struct source_table *table,
		       const struct siphash_key *key)
{
	*table = (struct source_table){ .key = *key };
}

void source_table_clear(struct source_table *table)
{
	for (size_t i = 0; i < table->bucket_count; i++) {
		struct source *source = table->buckets[i];

		while (source != NULL) {
			struct source *next = source->next;

			free(source);
			source = next;
		}
	}
	free(table->buckets);
	*table = (struct source_table){ 0 };
}

static struct source **bucket_of(const struct source_table *table,
				 uint64_t hash)
{
	/* The analyzer loses the table that grow() has put in place. */
	/* NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
	return &table->buckets[(size_t)hash & (table->bucket_count - 1)];
}

static struct source *find(const struct source_table *table, uint64_t hash)
{
	struct source *source;

	if (table->bucket_count == 0)
		return NULL;
	source = *bucket_of(table, hash);
	while (source != NULL && source->hash != hash)
		source = source->next;
	return source;
}

static void link_source(struct source_table *table, struct source *source)
{
	struct source **bucket = bucket_of(table, source->hash);

	source->next = *bucket;
	*bucket = source;
}

static bool grow(struct source_table *table)
{
	struct source_table larger = *table;

	larger.bucket_count = table->bucket_count > 0 ?
				      2 * table->bucket_count :
				      BUCKETS_MIN;
	larger.buckets = calloc(larger.bucket_count, sizeof(*larger.buckets));
	if (larger.buckets == NULL)
		return false;
	for (size_t i = 0; i < table->bucket_count; i++) {
		struct source *source = table->buckets[i];

		while (source != NULL) {
			struct source *next = source->next;

			link_source(&larger, source);
			source = next;
		}
	}
	free(table->buckets);
	*table = larger;
	return true;
}

static struct source *add(struct source_table *table, uint64_t hash)
{
	struct source *source;

	if (table->count >= table->bucket_count && !grow(table))
		return NULL;
	source = calloc(1, sizeof(*source));
	if (source == NULL)
		return NULL;
	source->hash = hash;
	link_source(table, source);
	table->count++;
	return source;
}

static void put_to_quiet(struct source_table *table, struct source *source)
{
	source->older = table->newest_quiet;
	source->newer = NULL;
	if (table->newest_quiet != NULL)
		table->newest_quiet->newer = source;
	else
		table->oldest_quiet = source;
	table->newest_quiet = source;
	table->quiet_count++;
}

static void take_from_quiet(struct source_table *table, struct source *source)
{
	if (source->older != NULL)
		source->older->newer = source->newer;
	else
		table->oldest_quiet = source->newer;
	if (source->newer != NULL)
		source->newer->older = source->older;
	else
		table->newest_quiet = source->older;
	table->quiet_count--;
}

static void forget_oldest_quiet(struct source_table *table)
{
	struct source *source = table->oldest_quiet;
	struct source **at = bucket_of(table, source->hash);

	take_from_quiet(table, source);
	while (*at != source)
		at = &(*at)->next;
	*at = source->next;
	table->count--;
	free(source);
}

/* Does a start at @now_us keep to the rate? If so it is charged. */
static bool charge(struct source *source, uint64_t now_us,
		   const struct source_limits *limits)
{
	uint64_t price_us, paid_us = source->paid_us;

	if (limits->per_second == 0)
		return true;
	price_us = SECOND_US / limits->per_second;
	if (paid_us < now_us)
		paid_us = now_us;
	if (paid_us - now_us > price_us * (limits->burst - 1ull))
		return false;
	source->paid_us = paid_us + price_us;
	return true;
}

enum source_answer source_table_enter(struct source_table *table,
				      adtls_bytes_t host, uint64_t now_us,
				      const struct source_limits *limits,
				      struct source **out)
{
	uint64_t hash = siphash(&table->key, host);
	struct source *source = find(table, hash);

	if (source == NULL) {
		source = add(table, hash);
		if (source == NULL)
			return SOURCE_NO_MEMORY;
		put_to_quiet(table, source);
	}
	if (limits->under_way != 0 && source->under_way >= limits->under_way)
		return SOURCE_HAS_ENOUGH;
	if (!charge(source, now_us, limits))
		return SOURCE_TOO_FAST;
	if (source->under_way++ == 0)
		take_from_quiet(table, source);
	table->under_way++;
	*out = source;
	return SOURCE_WELCOME;
}

void source_table_leave(struct source_table *table, struct source *source)
{
	table->under_way--;
	if (--source->under_way > 0)
		return;
	put_to_quiet(table, source);
	if (table->quiet_count > SOURCES_QUIET_MAX)
		forget_oldest_quiet(table);
}
