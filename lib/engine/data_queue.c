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

void data_queue_init(struct data_queue *queue, uint32_t count_max,
		     uint32_t bytes_max)
{
	*queue = (struct data_queue){ .count_max = count_max,
				      .bytes_max = bytes_max };
}

void data_queue_clear(struct data_queue *queue)
{
	while (queue->first != NULL)
		data_queue_drop(queue);
}

bool data_queue_push(struct data_queue *queue, adtls_bytes_t data)
{
	struct data_queue_item *item;

	if (queue->count >= queue->count_max ||
	    data.len > queue->bytes_max - queue->bytes)
		return false;
	item = malloc(sizeof(*item) + data.len);
	if (item == NULL)
		return false;
	item->next = NULL;
	item->len = data.len;
	if (data.len > 0)
		memcpy(item->data, data.data, data.len);
	if (queue->last != NULL)
		queue->last->next = item;
	else
		queue->first = item;
	queue->last = item;
	queue->count++;
	queue->bytes += (uint32_t)data.len;
	return true;
}

bool data_queue_peek(const struct data_queue *queue, adtls_bytes_t *out)
{
	if (queue->first == NULL)
		return false;
	*out = bytes_of(queue->first->data, queue->first->len);
	return true;
}

void data_queue_drop(struct data_queue *queue)
{
	struct data_queue_item *item = queue->first;

	queue->first = item->next;
	if (queue->first == NULL)
		queue->last = NULL;
	queue->count--;
	queue->bytes -= (uint32_t)item->len;
	bytes_wipe(item->data, item->len);
	free(item);
}
