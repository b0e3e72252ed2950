/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* adtls in the bench: client engines and an endpoint, whose datagrams are
 * handed over as they are made. Jobs run where they arise. */
#include <adtls/endpoint.h>
#include <adtls/version.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench_adtls_config.h"
#include "bench_check.h"
#include "bench_library.h"

/* Of handshakes, so that a host stays within what an endpoint lets it start. */
#define START_INTERVAL_US 10000

struct connection {
	adtls_engine_t *client;
	adtls_engine_t *server;	/* the endpoint's */
};

struct world {
	adtls_config_t *client_config;
	adtls_config_t *server_config;
	adtls_endpoint_t *endpoint;
	adtls_time_t now;	/* still in a handshake: no timer expires */
	enum bench_handshake handshake;
	struct bench_traffic traffic;
	size_t received_len;	/* of the last record */
	size_t connection_count;
	struct connection connections[];
};

static bool can(enum bench_handshake handshake)
{
	(void)handshake;
	return true;
}

static void *world_new(const struct bench_world_options *options)
{
	struct world *world =
		calloc(1, sizeof(*world) + options->connections *
						   sizeof(struct connection));
	int error;

	bench_check(world != NULL, "out of memory");
	world->now = (adtls_time_t){ .monotonic_us = 1, .utc_s = time(NULL) };
	world->handshake = options->handshake;
	world->connection_count = options->connections;
	world->client_config = bench_adtls_client_config(options);
	world->server_config = bench_adtls_server_config(options);
	error = adtls_endpoint_new(world->server_config, world->now,
				   &world->endpoint);
	bench_check(error == ADTLS_OK, "adtls_endpoint_new: %s",
		    adtls_strerror(error));
	return world;
}

static void free_client(void *opaque, size_t index)
{
	struct world *world = opaque;

	adtls_engine_free(world->connections[index].client);
	world->connections[index].client = NULL;
}

static void free_server(void *opaque, size_t index)
{
	struct world *world = opaque;

	if (world->connections[index].server != NULL)
		adtls_endpoint_release(world->endpoint,
				       world->connections[index].server);
	world->connections[index].server = NULL;
}

static void world_free(void *opaque)
{
	struct world *world = opaque;

	for (size_t i = 0; i < world->connection_count; i++) {
		free_client(world, i);
		free_server(world, i);
	}
	adtls_endpoint_free(world->endpoint);
	adtls_config_unref(world->client_config);
	adtls_config_unref(world->server_config);
	free(world);
}

/* A client's address is its number. */
static adtls_address_t address_of(size_t index)
{
	adtls_address_t address = { .len = sizeof(index) };

	memcpy(address.data, &index, sizeof(index));
	return address;
}

static size_t index_of(const adtls_address_t *address)
{
	size_t index;

	memcpy(&index, address->data, sizeof(index));
	return index;
}

static void note(struct world *world, enum bench_direction direction,
		 size_t len)
{
	world->traffic.datagrams[direction]++;
	world->traffic.bytes[direction] += len;
}

static void check_open(const adtls_engine_t *engine,
		       const adtls_event_t *event)
{
	char detail[256] = "";

	if (event->type == ADTLS_EVENT_CLOSED)
		adtls_engine_reason(engine, detail, sizeof(detail));
	bench_check(event->type != ADTLS_EVENT_CLOSED,
		    "adtls closed a connection: %s", detail);
}

static void take_client_events(struct world *world, adtls_engine_t *client)
{
	adtls_event_t event;

	while (adtls_engine_next_event(client, &event)) {
		check_open(client, &event);
		if (event.type == ADTLS_EVENT_DATA)
			world->received_len = event.data.len;
		if (event.type != ADTLS_EVENT_JOB)
			continue;
		adtls_job_run(event.job);
		adtls_engine_finish_job(client, world->now, event.job);
	}
}

static void take_server_events(struct world *world)
{
	adtls_engine_t *server;
	adtls_event_t event;

	while (adtls_endpoint_next_event(world->endpoint, &server, &event)) {
		check_open(server, &event);
		if (event.type == ADTLS_EVENT_DATA)
			world->received_len = event.data.len;
		if (event.type != ADTLS_EVENT_JOB)
			continue;
		adtls_job_run(event.job);
		adtls_endpoint_finish_job(world->endpoint, world->now,
					  event.job);
	}
}

static bool pass_to_server(struct world *world, size_t index)
{
	struct connection *connection = &world->connections[index];
	const adtls_address_t from = address_of(index);
	uint8_t datagram[BENCH_DATAGRAM_MAX];
	adtls_engine_t *server;
	bool any = false;
	size_t len;

	while ((len = adtls_engine_next_datagram(connection->client,
						 world->now, datagram,
						 sizeof(datagram))) > 0) {
		note(world, BENCH_TO_SERVER, len);
		server = adtls_endpoint_receive(world->endpoint, world->now,
						&from, datagram, len, NULL);
		if (server != NULL)
			connection->server = server;
		take_server_events(world);
		any = true;
	}
	return any;
}

static bool pass_to_clients(struct world *world)
{
	uint8_t datagram[BENCH_DATAGRAM_MAX];
	adtls_address_t to;
	adtls_engine_t *client;
	bool any = false;
	size_t len;

	while ((len = adtls_endpoint_next_datagram(world->endpoint, world->now,
						   &to, datagram,
						   sizeof(datagram))) > 0) {
		note(world, BENCH_TO_CLIENT, len);
		client = world->connections[index_of(&to)].client;
		adtls_engine_receive(client, world->now, datagram, len);
		take_client_events(world, client);
		any = true;
	}
	return any;
}

/* Until neither side has anything to say. */
static void exchange(struct world *world, size_t index)
{
	bool any;

	do {
		any = pass_to_server(world, index);
		any = pass_to_clients(world) || any;
	} while (any);
}

static bool is_established(const struct world *world, size_t index)
{
	const struct connection *connection = &world->connections[index];
	adtls_authorization_t expected = world->handshake == BENCH_ATTESTED ?
						 ADTLS_AUTHORIZATION_GRANTED :
						 ADTLS_AUTHORIZATION_NONE;

	return connection->server != NULL &&
	       adtls_engine_is_connected(connection->client) &&
	       adtls_engine_is_connected(connection->server) &&
	       adtls_engine_authorization(connection->server) == expected;
}

static void connect_client(void *opaque, size_t index)
{
	struct world *world = opaque;
	struct connection *connection = &world->connections[index];
	int error;

	world->now.monotonic_us += START_INTERVAL_US;
	error = adtls_engine_new_client(world->client_config, BENCH_SERVER_NAME,
					world->now, &connection->client);
	bench_check(error == ADTLS_OK, "adtls_engine_new_client: %s",
		    adtls_strerror(error));
	take_client_events(world, connection->client);
	exchange(world, index);
	bench_check(is_established(world, index),
		    "an adtls handshake did not complete");
}

static void pass_record(void *opaque, size_t index,
			enum bench_direction direction, const uint8_t *data,
			size_t len)
{
	struct world *world = opaque;
	struct connection *connection = &world->connections[index];
	int error;

	world->received_len = 0;
	if (direction == BENCH_TO_SERVER) {
		error = adtls_engine_send(connection->client, world->now, data,
					  len);
		pass_to_server(world, index);
	} else {
		error = adtls_engine_send(connection->server, world->now, data,
					  len);
		adtls_endpoint_touch(world->endpoint, connection->server);
		pass_to_clients(world);
	}
	bench_check(error == ADTLS_OK && world->received_len == len,
		    "adtls lost a record: %s", adtls_strerror(error));
}

static void pass_time(void *opaque)
{
	struct world *world = opaque;

	world->now.monotonic_us += BENCH_PASSED_S * 1000000ull;
	world->now.utc_s += BENCH_PASSED_S;
	adtls_endpoint_tick(world->endpoint, world->now);
	for (size_t i = 0; i < world->connection_count; i++) {
		adtls_engine_tick(world->connections[i].client, world->now);
		take_client_events(world, world->connections[i].client);
		exchange(world, i);
	}
}

static const char *group(const void *opaque, size_t index)
{
	const struct world *world = opaque;
	adtls_parameters_t parameters;

	adtls_engine_parameters(world->connections[index].client, &parameters);
	return parameters.group;
}

static const struct bench_traffic *traffic(const void *opaque)
{
	const struct world *world = opaque;

	return &world->traffic;
}

static const char *version(void)
{
	return adtls_check_version(NULL);
}

const struct bench_library bench_adtls = {
	.name = "adtls",
	.version = version,
	.can = can,
	.world_new = world_new,
	.world_free = world_free,
	.connect = connect_client,
	.pass_record = pass_record,
	.pass_time = pass_time,
	.group = group,
	.free_client = free_client,
	.free_server = free_server,
	.traffic = traffic,
};
