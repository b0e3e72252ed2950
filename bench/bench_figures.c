/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Each figure: the world it is measured in, and what is done there. */
#include "bench_figures.h"

#include <string.h>

#include "bench_bound.h"
#include "bench_check.h"
#include "bench_heap.h"
#include "bench_libraries.h"
#include "bench_rate.h"

/* A record of 1200 bytes does not fit the default MTU of either library. */
#define RECORD_MTU 1400

static const char *const handshake_names[BENCH_HANDSHAKES] = {
	[BENCH_SERVER_CERTIFICATE] = "server_certificate",
	[BENCH_MUTUAL] = "mutual",
	[BENCH_ATTESTED] = "attested",
};

static const char *const direction_names[BENCH_DIRECTIONS] = {
	[BENCH_TO_SERVER] = "to_server",
	[BENCH_TO_CLIENT] = "to_client",
};

/* What a task works on. */
struct subject {
	const struct bench_library *library;
	void *world;
	size_t record_len;
};

static void run_handshake(void *context)
{
	struct subject *subject = context;

	subject->library->connect(subject->world, 0);
	subject->library->free_client(subject->world, 0);
	subject->library->free_server(subject->world, 0);
}

static void run_record(void *context)
{
	static const uint8_t data[BENCH_DATAGRAM_MAX];
	struct subject *subject = context;

	subject->library->pass_record(subject->world, 0, BENCH_TO_SERVER, data,
				      subject->record_len);
}

static void run_bound_handshake(void *context)
{
	bench_bound_handshake(context);
}

struct bound_record {
	struct bench_bound *bound;
	size_t len;
};

static void run_bound_record(void *context)
{
	const struct bound_record *record = context;

	bench_bound_record(record->bound, record->len);
}

/* Is the library there, and can it? */
static bool has(size_t library, enum bench_handshake handshake)
{
	return bench_libraries[library] != NULL &&
	       bench_libraries[library]->can(handshake);
}

static void measure_handshakes(struct bench_report *report,
			       struct bench_world_options options,
			       enum bench_handshake handshake,
			       struct bench_bound *bound)
{
	struct bench_task tasks[BENCH_COLUMNS] = { 0 };
	struct subject subjects[BENCH_LIBRARIES];

	options.handshake = handshake;
	for (size_t i = 0; i < BENCH_LIBRARIES; i++) {
		if (!has(i, handshake))
			continue;
		subjects[i].library = bench_libraries[i];
		subjects[i].world = bench_libraries[i]->world_new(&options);
		tasks[i] = (struct bench_task){ run_handshake, &subjects[i] };
	}
	/* The primitives are counted for this handshake, and this group. */
	if (handshake == BENCH_SERVER_CERTIFICATE &&
	    strcmp(options.group, "X25519") == 0)
		tasks[BENCH_BOUND] =
			(struct bench_task){ run_bound_handshake, bound };
	bench_rate_compare(tasks, report->seconds,
			   bench_report_add(report, "1/s", true,
					    "handshakes_%s",
					    handshake_names[handshake]));
	for (size_t i = 0; i < BENCH_LIBRARIES; i++) {
		if (tasks[i].run != NULL)
			bench_libraries[i]->world_free(subjects[i].world);
	}
}

static void measure_records(struct bench_report *report,
			    struct bench_world_options options, size_t len,
			    struct bench_bound *bound)
{
	struct bound_record record = { bound, len };
	struct bench_task tasks[BENCH_COLUMNS] = { 0 };
	struct subject subjects[BENCH_LIBRARIES];

	options.mtu = RECORD_MTU;
	for (size_t i = 0; i < BENCH_LIBRARIES; i++) {
		if (!has(i, options.handshake))
			continue;
		subjects[i].library = bench_libraries[i];
		subjects[i].world = bench_libraries[i]->world_new(&options);
		subjects[i].record_len = len;
		bench_libraries[i]->connect(subjects[i].world, 0);
		tasks[i] = (struct bench_task){ run_record, &subjects[i] };
	}
	tasks[BENCH_BOUND] = (struct bench_task){ run_bound_record, &record };
	bench_rate_compare(tasks, report->seconds,
			   bench_report_add(report, "1/s", true,
					    "records_%zu_bytes", len));
	for (size_t i = 0; i < BENCH_LIBRARIES; i++) {
		if (tasks[i].run != NULL)
			bench_libraries[i]->world_free(subjects[i].world);
	}
}

static struct bench_traffic
traffic_of(const struct bench_library *library,
	   const struct bench_world_options *options)
{
	void *world = library->world_new(options);
	struct bench_traffic traffic;

	library->connect(world, 0);
	traffic = *library->traffic(world);
	library->world_free(world);
	return traffic;
}

static void measure_traffic(struct bench_report *report,
			    struct bench_world_options options,
			    enum bench_handshake handshake,
			    enum bench_direction direction)
{
	struct bench_figure *datagrams = bench_report_add(
		report, "datagrams", false, "datagrams_%s_%s",
		handshake_names[handshake], direction_names[direction]);
	struct bench_figure *bytes = bench_report_add(
		report, "bytes", false, "bytes_%s_%s",
		handshake_names[handshake], direction_names[direction]);

	options.handshake = handshake;
	for (size_t i = 0; i < BENCH_LIBRARIES; i++) {
		struct bench_traffic traffic;

		if (!has(i, handshake))
			continue;
		traffic = traffic_of(bench_libraries[i], &options);
		datagrams->values[i] =
			bench_value_exact(traffic.datagrams[direction]);
		bytes->values[i] =
			bench_value_exact((double)traffic.bytes[direction]);
	}
}

static void measure_heap(struct bench_report *report,
			 const struct bench_world_options *options,
			 enum bench_state state)
{
	static const char *const names[BENCH_STATES] = {
		[BENCH_CONNECTED] = "connected",
		[BENCH_ACTIVE] = "active",
		[BENCH_SETTLED] = "settled",
	};
	struct bench_figure *client = bench_report_add(
		report, "bytes", false, "heap_client_%s", names[state]);
	struct bench_figure *server = bench_report_add(
		report, "bytes", false, "heap_server_%s", names[state]);

	if (!bench_heap_is_visible())
		return;
	for (size_t i = 0; i < BENCH_LIBRARIES; i++) {
		struct bench_heap heap;

		if (!has(i, options->handshake))
			continue;
		heap = bench_heap_measure(bench_libraries[i], options, state);
		client->values[i] = bench_value_exact(heap.client);
		server->values[i] = bench_value_exact(heap.server);
	}
}

static const char *group_of(const struct bench_library *library,
			    const struct bench_world_options *options)
{
	void *world = library->world_new(options);
	const char *group;

	library->connect(world, 0);
	group = library->group(world, 0);
	library->world_free(world);
	return group;
}

/* Key exchange is a good part of a handshake, so that all must do the same:
 * adtls chooses, the others follow. */
static const char *agree_on_group(struct bench_world_options options)
{
	options.group = group_of(&bench_adtls, &options);
	for (size_t i = BENCH_ADTLS + 1; i < BENCH_LIBRARIES; i++)
		bench_check(!has(i, options.handshake) ||
				    strcmp(group_of(bench_libraries[i],
						    &options),
					   options.group) == 0,
			    "%s does not exchange keys by %s",
			    bench_libraries[i]->name, options.group);
	return options.group;
}

void bench_figures_measure(struct bench_report *report)
{
	struct bench_credentials credentials;
	struct bench_world_options options = {
		.credentials = &credentials,
		.handshake = BENCH_SERVER_CERTIFICATE,
		.connections = 1,
	};

	struct bench_bound *bound;

	bench_credentials_init(&credentials);
	bound = bench_bound_new(&credentials);
	options.group = report->group = agree_on_group(options);
	for (int i = 0; i < BENCH_HANDSHAKES; i++)
		measure_handshakes(report, options, (enum bench_handshake)i,
				   bound);
	measure_records(report, options, 64, bound);
	measure_records(report, options, 1200, bound);
	for (int i = 0; i < BENCH_HANDSHAKES; i++) {
		for (int j = 0; j < BENCH_DIRECTIONS; j++)
			measure_traffic(report, options,
					(enum bench_handshake)i,
					(enum bench_direction)j);
	}
	for (int i = 0; i < BENCH_STATES; i++)
		measure_heap(report, &options, (enum bench_state)i);
	bench_bound_free(bound);
	bench_credentials_clear(&credentials);
}
