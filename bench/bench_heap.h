/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The heap that an idle connection costs, by malloc's own account. */
#ifndef ADTLS_BENCH_BENCH_HEAP_H
#define ADTLS_BENCH_BENCH_HEAP_H

#include "bench_library.h"

/* Bytes of one connection, its share of tables included. */
struct bench_heap {
	double client;
	double server;
};

/* Does mallinfo2() see what malloc() gives? Not under a sanitizer. */
bool bench_heap_is_visible(void);

/* What the connections have done before they are looked at. */
enum bench_state {
	BENCH_CONNECTED,	/* their handshake */
	BENCH_ACTIVE,		/* two minutes, then a record each way */
	BENCH_SETTLED		/* the same, and two more idle minutes */
};
#define BENCH_STATES 3

/* Of 500 connections as @options says. */
struct bench_heap
bench_heap_measure(const struct bench_library *library,
		   const struct bench_world_options *options,
		   enum bench_state state);

#endif
