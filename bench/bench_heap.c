/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes many connections, then frees their clients, then their servers, and
 * asks malloc in between. Each step is a thread of its own: malloc counts what
 * waits in a thread's cache as used, and empties it when the thread ends. */
#include "bench_heap.h"

#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>

#include "bench_check.h"

#define CONNECTIONS 500

struct crowd {
	const struct bench_library *library;
	void *world;
	enum bench_state state;
};

static size_t used_bytes(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

bool bench_heap_is_visible(void)
{
	const size_t probe_len = 100000;
	size_t before = used_bytes();
	void *volatile probe = malloc(probe_len);
	bool is_visible = used_bytes() >= before + probe_len;

	free(probe);
	return is_visible;
}

static void run_thread(void *(*step)(void *), struct crowd *crowd)
{
	pthread_t thread;

	bench_check(pthread_create(&thread, NULL, step, crowd) == 0 &&
			    pthread_join(thread, NULL) == 0,
		    "cannot run a thread");
}

static void *warm_up(void *opaque)
{
	struct crowd *crowd = opaque;

	crowd->library->connect(crowd->world, 0);
	crowd->library->free_client(crowd->world, 0);
	crowd->library->free_server(crowd->world, 0);
	return NULL;
}

static void pass_records(const struct crowd *crowd)
{
	static const uint8_t data[64];

	for (size_t i = 0; i < CONNECTIONS; i++) {
		crowd->library->pass_record(crowd->world, i, BENCH_TO_SERVER,
					    data, sizeof(data));
		crowd->library->pass_record(crowd->world, i, BENCH_TO_CLIENT,
					    data, sizeof(data));
	}
}

static void *connect_all(void *opaque)
{
	struct crowd *crowd = opaque;

	for (size_t i = 0; i < CONNECTIONS; i++)
		crowd->library->connect(crowd->world, i);
	if (crowd->state == BENCH_CONNECTED)
		return NULL;
	/* GnuTLS looks at its timer only when a record comes. */
	crowd->library->pass_time(crowd->world);
	pass_records(crowd);
	if (crowd->state == BENCH_SETTLED)
		crowd->library->pass_time(crowd->world);
	return NULL;
}

static void *free_clients(void *opaque)
{
	struct crowd *crowd = opaque;

	for (size_t i = 0; i < CONNECTIONS; i++)
		crowd->library->free_client(crowd->world, i);
	return NULL;
}

struct bench_heap
bench_heap_measure(const struct bench_library *library,
		   const struct bench_world_options *options,
		   enum bench_state state)
{
	struct bench_world_options many = *options;
	struct crowd crowd = { .library = library, .state = state };
	size_t empty, full, half;

	many.connections = CONNECTIONS;
	crowd.world = library->world_new(&many);
	run_thread(warm_up, &crowd);
	empty = used_bytes();
	run_thread(connect_all, &crowd);
	full = used_bytes();
	run_thread(free_clients, &crowd);
	half = used_bytes();
	library->world_free(crowd.world);
	bench_check(full > half && half > empty,
		    "malloc's account does not add up");
	return (struct bench_heap){
		.client = (double)(full - half) / CONNECTIONS,
		.server = (double)(half - empty) / CONNECTIONS,
	};
}
