/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A set of byte ranges, as a sorted array without overlaps. */
#include "flight/range_set.h"

#include <stdlib.h>
#include <string.h>

void range_set_clear(struct range_set *set)
{
	free(set->ranges);
	*set = (struct range_set){ 0 };
}

static bool make_room(struct range_set *set)
{
	size_t capacity = set->capacity > 0 ? 2 * set->capacity : 4;
	struct range *grown;

	if (set->count < set->capacity)
		return true;
	grown = reallocarray(set->ranges, capacity, sizeof(*grown));
	if (grown == NULL)
		return false;
	set->ranges = grown;
	set->capacity = capacity;
	return true;
}

/* Replace the ranges from @first up to, not including, @last by @range. */
static bool replace(struct range_set *set, size_t first, size_t last,
		    struct range range)
{
	if (first == last && !make_room(set))
		return false;
	memmove(&set->ranges[first + 1], &set->ranges[last],
		(set->count - last) * sizeof(range));
	set->ranges[first] = range;
	set->count = set->count - (last - first) + 1;
	return true;
}

bool range_set_add(struct range_set *set, uint32_t start, uint32_t end)
{
	struct range merged = { .start = start, .end = end };
	size_t first = 0;
	size_t last;

	if (start >= end)
		return true;
	while (first < set->count && set->ranges[first].end < start)
		first++;
	for (last = first; last < set->count; last++) {
		if (set->ranges[last].start > end)
			break;
		if (set->ranges[last].start < merged.start)
			merged.start = set->ranges[last].start;
		if (set->ranges[last].end > merged.end)
			merged.end = set->ranges[last].end;
	}
	return replace(set, first, last, merged);
}

bool range_set_contains(const struct range_set *set, uint32_t start,
			uint32_t end)
{
	struct range gap;

	return !range_set_first_gap(set, start, end, &gap);
}

bool range_set_first_gap(const struct range_set *set, uint32_t start,
			 uint32_t end, struct range *out)
{
	for (size_t i = 0; i < set->count && start < end; i++) {
		if (set->ranges[i].end <= start)
			continue;
		if (set->ranges[i].start > start) {
			if (set->ranges[i].start < end)
				end = set->ranges[i].start;
			break;
		}
		start = set->ranges[i].end;
	}
	if (start >= end)
		return false;
	*out = (struct range){ .start = start, .end = end };
	return true;
}
