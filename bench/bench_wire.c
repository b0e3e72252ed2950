/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A queue of datagrams for each direction. */
#include "bench_wire.h"

#include <string.h>

#include "bench_check.h"

void bench_wire_push(struct bench_wire *wire, enum bench_direction direction,
		     const void *data, size_t len)
{
	struct bench_queue *queue = &wire->queues[direction];
	size_t at = (queue->first + queue->count) % BENCH_WIRE_DATAGRAMS;

	bench_check(len <= BENCH_DATAGRAM_MAX &&
			    queue->count < BENCH_WIRE_DATAGRAMS,
		    "a library sends more than there is room for");
	memcpy(queue->data[at], data, len);
	queue->len[at] = len;
	queue->count++;
	wire->traffic.datagrams[direction]++;
	wire->traffic.bytes[direction] += len;
}

bool bench_wire_has(const struct bench_wire *wire,
		    enum bench_direction direction)
{
	return wire->queues[direction].count > 0;
}

size_t bench_wire_pull(struct bench_wire *wire, enum bench_direction direction,
		       void *out, size_t out_len)
{
	struct bench_queue *queue = &wire->queues[direction];
	size_t len = queue->len[queue->first];

	if (len > out_len)
		len = out_len;
	memcpy(out, queue->data[queue->first], len);
	queue->first = (queue->first + 1) % BENCH_WIRE_DATAGRAMS;
	queue->count--;
	return len;
}
