/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bounded queue of byte runs. */
#include "engine/data_queue.h"

#include <stdlib.h>
#include <string.h>

struct data_queue_item {
	struct data_queue_item *next;
	size_t len;
	uint8_t data[];
};

_Static_assert(sizeof(struct data_queue_item) + 16 <= DATA_QUEUE_ITEM_COST,
	       "items cost what is said");

void data_queue_clear(struct data_queue *queue)
{
	while (queue->last != NULL)
		data_queue_drop(queue);
}

bool data_queue_push(struct data_queue *queue,
		     const struct data_queue_bounds *bounds, adtls_bytes_t data)
{
	struct data_queue_item *item;

	if (queue->count >= bounds->count ||
	    data.len > bounds->bytes - queue->bytes)
		return false;
	item = malloc(sizeof(*item) + data.len);
	if (item == NULL)
		return false;
	item->len = data.len;
	if (data.len > 0)
		memcpy(item->data, data.data, data.len);
	if (queue->last != NULL) {
		item->next = queue->last->next;
		queue->last->next = item;
	} else {
		item->next = item;
	}
	queue->last = item;
	queue->count++;
	queue->bytes += (uint32_t)data.len;
	return true;
}

bool data_queue_peek(const struct data_queue *queue, adtls_bytes_t *out)
{
	const struct data_queue_item *first;

	if (queue->last == NULL)
		return false;
	first = queue->last->next;
	*out = bytes_of(first->data, first->len);
	return true;
}

void data_queue_drop(struct data_queue *queue)
{
	struct data_queue_item *item = queue->last->next;

	if (item == queue->last)
		queue->last = NULL;
	else
		queue->last->next = item->next;
	queue->count--;
	queue->bytes -= (uint32_t)item->len;
	bytes_wipe(item->data, item->len);
	free(item);
}
