/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What scenarios do with a connection once it is there. */
#include "tests/scenario/steps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SECOND 1000000ull

void run_for(struct simulation *world, uint64_t duration_us)
{
	simulation_run(world, world->now.monotonic_us + duration_us);
}

void assert_echo(struct simulation *world)
{
	unsigned server = world->server.data_count;
	unsigned client = world->client.data_count;

	assert_int_equal(simulation_send(world, ADTLS_CLIENT, "ping", 4),
			 ADTLS_OK);
	assert_int_equal(simulation_send(world, ADTLS_SERVER, "pong", 4),
			 ADTLS_OK);
	run_for(world, SECOND);
	assert_int_equal(world->server.data_count, server + 1);
	assert_int_equal(world->client.data_count, client + 1);
}

int update_keys(struct simulation *world, adtls_role_t who, bool request_peer)
{
	adtls_engine_t *engine = who == ADTLS_CLIENT ? world->client_engine
						     : world->server_engine;
	int error = adtls_engine_update_keys(engine, world->now, request_peer);

	adtls_endpoint_touch(world->endpoint, world->server_engine);
	return error;
}

uint64_t write_epoch(adtls_engine_t *engine)
{
	return channel_newest_sealer(&engine->channel)->keys.epoch;
}

enum simulation_fate lose_one(struct simulation *world,
			      enum simulation_direction direction,
			      unsigned index, uint8_t *datagram, size_t *len)
{
	struct loss *loss = world->options.filter_context;

	(void)datagram;
	(void)len;
	if (direction != loss->direction || index != loss->index)
		return DELIVER;
	loss->happened = true;
	return LOSE;
}
