/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A set of byte ranges: what of a message has arrived, or been acknowledged. */
#ifndef ADTLS_FLIGHT_RANGE_SET_H
#define ADTLS_FLIGHT_RANGE_SET_H

#include <adtls/types.h>

struct range {
	uint32_t start;
	uint32_t end;		/* one past the last */
};

/* Disjoint, not adjacent, ascending. */
struct range_set {
	struct range *ranges;
	size_t count;
	size_t capacity;
};

void range_set_clear(struct range_set *set);
/* Add [start, end). False: out of memory, the set unchanged. */
bool range_set_add(struct range_set *set, uint32_t start, uint32_t end);
bool range_set_contains(const struct range_set *set, uint32_t start,
			uint32_t end);
/* The first part of [start, end) that is not in the set; false if none. */
bool range_set_first_gap(const struct range_set *set, uint32_t start,
			 uint32_t end, struct range *out);

#endif
