/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A binary heap of deadlines: the earliest of many connections, and any one's
 * moved, in logarithmic time. */
#ifndef ADTLS_ENGINE_DEADLINE_HEAP_H
#define ADTLS_ENGINE_DEADLINE_HEAP_H

#include <adtls/types.h>

/* Embedded in whatever has a deadline. */
struct deadline {
	uint64_t at_us;		/* ADTLS_NEVER is fine */
	size_t index;		/* place in the heap */
};

struct deadline_heap {
	struct deadline **items;
	size_t count;
	size_t capacity;
};

void deadline_heap_clear(struct deadline_heap *heap);
/* False: out of memory. */
bool deadline_heap_add(struct deadline_heap *heap, struct deadline *deadline);
void deadline_heap_remove(struct deadline_heap *heap,
			  struct deadline *deadline);
/* Change the time of one that is in the heap. */
void deadline_heap_move(struct deadline_heap *heap, struct deadline *deadline,
			uint64_t at_us);
/* The earliest, or NULL. */
struct deadline *deadline_heap_first(const struct deadline_heap *heap);

#endif
