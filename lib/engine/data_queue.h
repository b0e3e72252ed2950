/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bounded queue of byte runs: application data that waits to be sent or to be
 * delivered, and records that came before their keys. */
#ifndef ADTLS_ENGINE_DATA_QUEUE_H
#define ADTLS_ENGINE_DATA_QUEUE_H

#include "base/buffer.h"

/* Heap that an item takes beside its bytes. */
#define DATA_QUEUE_ITEM_COST 32

struct data_queue_item;

struct data_queue_bounds {
	size_t count;
	size_t bytes;
};

/* An empty queue is all zeroes: a connection has several, most of them empty. */
struct data_queue {
	struct data_queue_item *last;	/* whose next is the first; NULL: empty */
	uint32_t count;
	uint32_t bytes;
};

void data_queue_clear(struct data_queue *queue);
/* Append a copy. False: over @bounds, or out of memory. */
bool data_queue_push(struct data_queue *queue,
		     const struct data_queue_bounds *bounds,
		     adtls_bytes_t data);
/* The oldest; false if there is none. Valid until it is dropped. */
bool data_queue_peek(const struct data_queue *queue, adtls_bytes_t *out);
/* Wipe and drop the oldest. */
void data_queue_drop(struct data_queue *queue);

#endif
