/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Datagrams on their way between the two sides of one connection. */
#ifndef ADTLS_BENCH_BENCH_WIRE_H
#define ADTLS_BENCH_BENCH_WIRE_H

#include "bench_library.h"

/* Far more than a flight has. */
#define BENCH_WIRE_DATAGRAMS 16

struct bench_queue {
	size_t first;
	size_t count;
	size_t len[BENCH_WIRE_DATAGRAMS];
	uint8_t data[BENCH_WIRE_DATAGRAMS][BENCH_DATAGRAM_MAX];
};

struct bench_wire {
	struct bench_queue queues[BENCH_DIRECTIONS];
	struct bench_traffic traffic;
};

void bench_wire_push(struct bench_wire *wire, enum bench_direction direction,
		     const void *data, size_t len);
/* Is there a datagram on its way? */
bool bench_wire_has(const struct bench_wire *wire,
		    enum bench_direction direction);
/* Take one, cut to @out_len bytes; returns its length. */
size_t bench_wire_pull(struct bench_wire *wire, enum bench_direction direction,
		       void *out, size_t out_len);

#endif
