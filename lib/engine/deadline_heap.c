/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A binary heap of deadlines. */
#include "engine/deadline_heap.h"

#include <stdlib.h>

void deadline_heap_clear(struct deadline_heap *heap)
{
	free(heap->items);
	*heap = (struct deadline_heap){ 0 };
}

static void put(struct deadline_heap *heap, size_t index,
		struct deadline *deadline)
{
	heap->items[index] = deadline;
	deadline->index = index;
}

static void sift_up(struct deadline_heap *heap, size_t index)
{
	struct deadline *moving = heap->items[index];

	while (index > 0) {
		size_t parent = (index - 1) / 2;

		if (heap->items[parent]->at_us <= moving->at_us)
			break;
		put(heap, index, heap->items[parent]);
		index = parent;
	}
	put(heap, index, moving);
}

static void sift_down(struct deadline_heap *heap, size_t index)
{
	struct deadline *moving = heap->items[index];

	for (;;) {
		size_t child = 2 * index + 1;

		if (child >= heap->count)
			break;
		if (child + 1 < heap->count &&
		    heap->items[child + 1]->at_us < heap->items[child]->at_us)
			child++;
		if (moving->at_us <= heap->items[child]->at_us)
			break;
		put(heap, index, heap->items[child]);
		index = child;
	}
	put(heap, index, moving);
}

bool deadline_heap_add(struct deadline_heap *heap, struct deadline *deadline)
{
	if (heap->count == heap->capacity) {
		size_t capacity = heap->capacity > 0 ? 2 * heap->capacity : 16;
		struct deadline **grown =
			realloc(heap->items, capacity * sizeof(*grown));

		if (grown == NULL)
			return false;
		heap->items = grown;
		heap->capacity = capacity;
	}
	put(heap, heap->count++, deadline);
	sift_up(heap, deadline->index);
	return true;
}

void deadline_heap_remove(struct deadline_heap *heap,
			  struct deadline *deadline)
{
	size_t index = deadline->index;
	struct deadline *last = heap->items[--heap->count];

	if (last == deadline)
		return;
	put(heap, index, last);
	sift_up(heap, index);
	sift_down(heap, last->index);
}

void deadline_heap_move(struct deadline_heap *heap, struct deadline *deadline,
			uint64_t at_us)
{
	deadline->at_us = at_us;
	sift_up(heap, deadline->index);
	sift_down(heap, deadline->index);
}

struct deadline *deadline_heap_first(const struct deadline_heap *heap)
{
	return heap->count > 0 ? heap->items[0] : NULL;
}
