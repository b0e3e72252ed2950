/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of sent fragments, in the order of sending. */
#include "flight/sent_records.h"

#include <stdlib.h>
#include <string.h>

void sent_records_clear(struct sent_records *records)
{
	free(records->fragments);
	records->fragments = NULL;
	records->count = 0;
	records->uncommitted = 0;
	records->capacity = 0;
}

/* Close the gap that entry @at leaves. */
static void remove_at(struct sent_records *records, size_t at)
{
	records->count--;
	memmove(&records->fragments[at], &records->fragments[at + 1],
		((size_t)records->count + records->uncommitted - at) *
			sizeof(*records->fragments));
}

static bool make_room(struct sent_records *records)
{
	size_t used = (size_t)records->count + records->uncommitted;
	uint16_t capacity = records->capacity > 0 ?
				    (uint16_t)(2 * records->capacity) :
				    16;
	struct sent_fragment *grown;

	if (used < records->capacity)
		return true;
	if (used == SENT_FRAGMENTS_MAX) {
		if (records->count == 0)
			return false;
		remove_at(records, 0);
		return true;
	}
	grown = reallocarray(records->fragments, capacity, sizeof(*grown));
	if (grown == NULL)
		return false;
	records->fragments = grown;
	records->capacity = capacity;
	return true;
}

bool sent_records_add(struct sent_records *records, uint16_t message_seq,
		      struct range range, bool first_time)
{
	if (!make_room(records))
		return false;
	records->fragments[records->count + records->uncommitted] =
		(struct sent_fragment){ .order = records->next_order,
					.range = range,
					.message_seq = message_seq,
					.first_time = first_time,
					.outstanding = true };
	records->uncommitted++;
	return true;
}

void sent_records_commit(struct sent_records *records,
			 struct record_number number, uint64_t now_us)
{
	for (; records->uncommitted > 0; records->uncommitted--) {
		struct sent_fragment *fragment =
			&records->fragments[records->count++];

		fragment->number = number;
		fragment->sent_us = now_us;
	}
	records->next_order++;
}

size_t sent_records_outstanding(const struct sent_records *records)
{
	uint64_t last = UINT64_MAX;
	size_t outstanding = 0;

	for (size_t i = 0; i < records->count; i++) {
		const struct sent_fragment *fragment = &records->fragments[i];

		if (!fragment->outstanding || fragment->order == last)
			continue;
		last = fragment->order;
		outstanding++;
	}
	return outstanding;
}

bool sent_records_take(struct sent_records *records,
		       struct record_number number, struct sent_fragment *out)
{
	for (size_t i = 0; i < records->count; i++) {
		if (record_number_compare(records->fragments[i].number,
					  number) != 0)
			continue;
		*out = records->fragments[i];
		remove_at(records, i);
		return true;
	}
	return false;
}

size_t sent_records_lose(struct sent_records *records, uint64_t order,
			 uint64_t age_us, uint64_t now_us)
{
	size_t lost = 0;

	for (size_t i = 0; i < records->count; i++) {
		struct sent_fragment *fragment = &records->fragments[i];

		if (!fragment->outstanding ||
		    (fragment->order >= order &&
		     now_us - fragment->sent_us < age_us))
			continue;
		fragment->outstanding = false;
		lost++;
	}
	return lost;
}

void sent_records_forget(
	struct sent_records *records,
	bool (*is_settled)(const void *context,
			   const struct sent_fragment *fragment),
	const void *context)
{
	uint16_t kept = 0;

	if (records->count == 0)
		return;
	for (size_t i = 0; i < records->count; i++) {
		if (!is_settled(context, &records->fragments[i]))
			records->fragments[kept++] = records->fragments[i];
	}
	memmove(&records->fragments[kept], &records->fragments[records->count],
		records->uncommitted * sizeof(*records->fragments));
	records->count = kept;
}
