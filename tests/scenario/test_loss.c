/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The attested handshake on bad networks: every one completes or fails cleanly
 * at its deadline, none hangs. A failure names the seed or the datagram that
 * replays it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/simulation.h"

#define SECOND 1000000ull
#define SEEDS_DEFAULT 2000

/* What both kinds of world have in common. */
static struct simulation_options attested_options(uint64_t seed)
{
	return (struct simulation_options){
		.seed = seed,
		.attester = simulation_attester(0xaa),
		.policy = simulation_policy("require"),
		.evidence_us = 150000,
		.appraisal_us = 400000,
	};
}

static void release(struct simulation_options *options)
{
	adtls_attester_unref(options->attester);
	adtls_policy_unref(options->policy);
}

/* Data crosses both ways. Data is not retransmitted, so that the network is
 * made whole first. */
static bool echo(struct simulation *world)
{
	world->options.loss_percent = 0;
	world->options.filter = NULL;
	simulation_run(world, world->now.monotonic_us + 1);
	if (simulation_send(world, ADTLS_CLIENT, "ping", 4) != ADTLS_OK ||
	    simulation_send(world, ADTLS_SERVER, "pong", 4) != ADTLS_OK)
		return false;
	simulation_run(world, world->now.monotonic_us + 5 * SECOND);
	return world->server.data_count >= 1 && world->client.data_count >= 1;
}

/* One fault at one datagram */

struct fault {
	enum simulation_direction direction;
	unsigned index;
	enum { FAULT_LOSE, FAULT_DUPLICATE, FAULT_DAMAGE } kind;
	unsigned offset;	/* of the damaged byte */
	bool happened;
};

static enum simulation_fate cause_fault(struct simulation *world,
					enum simulation_direction direction,
					unsigned index, uint8_t *datagram,
					size_t *len)
{
	struct fault *fault = world->options.filter_context;

	if (direction != fault->direction || index != fault->index)
		return DELIVER;
	fault->happened = true;
	switch (fault->kind) {
	case FAULT_LOSE:
		return LOSE;
	case FAULT_DUPLICATE:
		return DUPLICATE;
	case FAULT_DAMAGE:
		datagram[fault->offset % *len] ^= 0x40;
		return DELIVER;
	}
	return DELIVER;
}

/* True while there was such a datagram. */
static bool survives(struct fault *fault, size_t mtu)
{
	struct simulation_options options = attested_options(7);
	struct simulation world;
	bool connected;

	options.client_mtu = options.server_mtu = mtu;
	options.filter = cause_fault;
	options.filter_context = fault;
	simulation_init(&world, &options);
	connected = simulation_connect(&world, 55 * SECOND);
	/* A damaged hello may end the attempt, with a clear reason; it is not
	 * authenticated, so nothing better can be had (RFC 9147 §4.5.2). */
	if (!connected &&
	    !(fault->kind == FAULT_DAMAGE &&
	      (world.client.closed || world.server.closed)))
		fail_msg("mtu %zu, direction %d, datagram %u, kind %d, "
			 "offset %u: client \"%s\", server \"%s\"",
			 mtu, fault->direction, fault->index, fault->kind,
			 fault->offset, world.client.detail,
			 world.server.detail);
	if (connected && !echo(&world))
		fail_msg("no echo: direction %d, datagram %u, kind %d",
			 fault->direction, fault->index, fault->kind);
	simulation_clear(&world);
	release(&options);
	return fault->happened;
}

static void each_datagram_faulty(unsigned kind, size_t mtu)
{
	for (int direction = TO_SERVER; direction <= TO_CLIENT; direction++) {
		for (unsigned index = 0;; index++) {
			struct fault fault = {
				.direction = (enum simulation_direction)
					direction,
				.index = index,
				.kind = kind,
				.offset = 17 * index + 3,
			};

			if (!survives(&fault, mtu))
				break;
		}
	}
}

static void each_datagram_lost(void **state)
{
	(void)state;
	each_datagram_faulty(FAULT_LOSE, 1200);
	each_datagram_faulty(FAULT_LOSE, 256);
}

static void each_datagram_duplicated(void **state)
{
	(void)state;
	each_datagram_faulty(FAULT_DUPLICATE, 1200);
	each_datagram_faulty(FAULT_DUPLICATE, 256);
}

static void each_datagram_damaged(void **state)
{
	(void)state;
	each_datagram_faulty(FAULT_DAMAGE, 1200);
	each_datagram_faulty(FAULT_DAMAGE, 256);
}

/* A server's refusal to open a damaged encrypted record costs no connection. */
static void a_damaged_encrypted_byte_costs_nothing(void **state)
{
	(void)state;
	/* Every tenth byte of the client's second datagram onwards. */
	for (unsigned index = 2; index < 4; index++) {
		for (unsigned offset = 0; offset < 200; offset += 10) {
			struct fault fault = { TO_SERVER, index, FAULT_DAMAGE,
					       offset, false };
			struct simulation_options options =
				attested_options(9);
			struct simulation world;

			options.client_mtu = options.server_mtu = 256;
			options.filter = cause_fault;
			options.filter_context = &fault;
			simulation_init(&world, &options);
			if (!simulation_connect(&world, 55 * SECOND))
				fail_msg("datagram %u offset %u: %s / %s",
					 index, offset, world.client.detail,
					 world.server.detail);
			simulation_clear(&world);
			release(&options);
		}
	}
}

/* Many seeds */

static unsigned seed_count(void)
{
	const char *count = getenv("ADTLS_TEST_SEEDS");

	return count != NULL ? (unsigned)strtoul(count, NULL, 10) :
			       SEEDS_DEFAULT;
}

static void check_end(const struct simulation *world, uint64_t seed)
{
	const struct simulation_side *sides[] = { &world->client,
						  &world->server };

	for (size_t i = 0; i < 2; i++) {
		if (sides[i]->closed &&
		    sides[i]->reason != ADTLS_REASON_HANDSHAKE_TIMEOUT)
			fail_msg("seed %" PRIu64 ": %s closed: %s", seed,
				 i == 0 ? "client" : "server",
				 sides[i]->detail);
	}
}

/* Run one world of @seed: true if it connected. */
static bool run_seed(uint64_t seed)
{
	struct simulation_options options = attested_options(seed);
	struct seeded_random choices = seeded_random_of(~seed);
	struct simulation world;
	bool connected;

	options.loss_percent = 30;
	options.duplicate_percent = 5;
	options.delay_us = 5000;
	options.jitter_us = 100000;
	options.client_mtu = 256 + seeded_random_below(&choices, 1145);
	options.server_mtu = 256 + seeded_random_below(&choices, 1145);
	options.client_certificate = seed % 2 == 0;
	simulation_init(&world, &options);
	connected = simulation_connect(&world, 200 * SECOND);
	check_end(&world, seed);
	if (!connected && !world.client.closed && !world.server.closed)
		fail_msg("seed %" PRIu64 ": hangs", seed);
	if (connected && !echo(&world))
		fail_msg("seed %" PRIu64 ": connected, but no echo", seed);
	simulation_clear(&world);
	release(&options);
	return connected;
}

static void thousands_of_seeds(void **state)
{
	unsigned count = seed_count(), connected = 0;

	(void)state;
	for (unsigned seed = 0; seed < count; seed++)
		connected += run_seed(seed) ? 1 : 0;
	print_message("# %u of %u connected within 60 s\n", connected, count);
	/* At 30 % each way a minute is plenty for nearly all. */
	assert_true(connected * 100 >= count * 96);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_datagram_lost),
		cmocka_unit_test(each_datagram_duplicated),
		cmocka_unit_test(each_datagram_damaged),
		cmocka_unit_test(a_damaged_encrypted_byte_costs_nothing),
		cmocka_unit_test(thousands_of_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
