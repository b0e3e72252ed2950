/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Steps that scenarios share, with a connection once it is there. */
#ifndef TESTS_SCENARIO_STEPS_H
#define TESTS_SCENARIO_STEPS_H

#include "engine/engine.h"
#include "tests/support/simulation.h"

void run_for(struct simulation *world, uint64_t duration_us);
/* Data passes both ways, within a second. */
void assert_echo(struct simulation *world);
/* As adtls_engine_update_keys(). */
int update_keys(struct simulation *world, adtls_role_t who, bool request_peer);
/* The newest epoch that it sends in. */
uint64_t write_epoch(adtls_engine_t *engine);

/* A filter with its options.filter_context: lose one datagram, the one of that
 * index in its direction. */
struct loss {
	enum simulation_direction direction;
	unsigned index;
	bool happened;
};
enum simulation_fate lose_one(struct simulation *world,
			      enum simulation_direction direction,
			      unsigned index, uint8_t *datagram, size_t *len);

#endif
