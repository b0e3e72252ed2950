/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bounded table of fragmented ClientHellos. */
#include "engine/hello_table.h"

#include <stdlib.h>

static size_t max_len(const void *context, uint8_t type)
{
	(void)context;
	return type == HANDSHAKE_CLIENT_HELLO ? HELLO_TABLE_BYTES : 0;
}

bool hello_table_init(struct hello_table *table)
{
	*table = (struct hello_table){ 0 };
	table->entries = calloc(HELLO_TABLE_ENTRIES, sizeof(*table->entries));
	return table->entries != NULL;
}

static void free_entry(struct hello_entry *entry)
{
	if (entry->used != 0)
		reassembly_clear(&entry->reassembly);
	*entry = (struct hello_entry){ 0 };
}

void hello_table_clear(struct hello_table *table)
{
	for (size_t i = 0; table->entries != NULL && i < HELLO_TABLE_ENTRIES;
	     i++)
		free_entry(&table->entries[i]);
	free(table->entries);
	table->entries = NULL;
}

static bool is_of(const struct hello_entry *entry, const adtls_address_t *from)
{
	return entry->used != 0 &&
	       bytes_equal(bytes_of(entry->address.data, entry->address.len),
			   bytes_of(from->data, from->len));
}

/* The entry of @from, or a free one, or the oldest, which gives way. */
static struct hello_entry *find_entry(struct hello_table *table,
				      const adtls_address_t *from)
{
	struct hello_entry *oldest = &table->entries[0];

	for (size_t i = 0; i < HELLO_TABLE_ENTRIES; i++) {
		struct hello_entry *entry = &table->entries[i];

		if (is_of(entry, from))
			return entry;
		if (entry->used < oldest->used)
			oldest = entry;
	}
	if (oldest->used != 0)
		table->evicted++;
	free_entry(oldest);
	return oldest;
}

static void start_entry(struct hello_entry *entry, const adtls_address_t *from,
			uint16_t message_seq)
{
	free_entry(entry);
	entry->address = *from;
	entry->message_seq = message_seq;
	reassembly_init(&entry->reassembly, HELLO_TABLE_BYTES, max_len, NULL);
	entry->reassembly.next_seq = message_seq;
}

bool hello_table_add(struct hello_table *table, const adtls_address_t *from,
		     const struct handshake_fragment *fragment, size_t received,
		     struct buffer *out_body, size_t *out_received)
{
	struct hello_entry *entry = find_entry(table, from);
	uint8_t type;

	if (entry->used == 0 || entry->message_seq != fragment->message_seq)
		start_entry(entry, from, fragment->message_seq);
	entry->used = ++table->step;
	entry->received += received;
	switch (reassembly_add(&entry->reassembly, fragment)) {
	case REASSEMBLY_STORED:
	case REASSEMBLY_OLD:
	case REASSEMBLY_DROPPED:
		table->kept++;
		break;
	case REASSEMBLY_INCONSISTENT:
	case REASSEMBLY_TOO_LARGE:
		table->refused++;
		free_entry(entry);
		return false;
	}
	*out_received = entry->received;
	if (!reassembly_next(&entry->reassembly, &type, out_body))
		return false;
	free_entry(entry);
	return true;
}
