/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Acknowledged records are never retransmitted: a wiretap with the keys watches
 * attested handshakes on bad networks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "tests/support/wiretap.h"

#define SECOND 1000000ull
#define SEEDS 100

static struct wiretap tap;

static void log_keys(adtls_config_t *client, adtls_config_t *server)
{
	(void)client;
	assert_int_equal(adtls_config_set_key_log(server, wiretap_key_log,
						  &tap),
			 ADTLS_OK);
}

static enum simulation_fate watch_sent(struct simulation *world,
				       enum simulation_direction direction,
				       unsigned index, uint8_t *datagram,
				       size_t *len)
{
	(void)world;
	(void)index;
	wiretap_sent(&tap, direction, datagram, *len);
	return DELIVER;
}

static void watch_arrived(struct simulation *world,
			  enum simulation_direction direction,
			  const uint8_t *datagram, size_t len)
{
	(void)world;
	wiretap_arrived(&tap, direction, datagram, len);
}

/* Returns how many record numbers the ACKs named. */
static unsigned run(uint64_t seed, size_t cmw_len, unsigned loss_percent)
{
	struct simulation_options options = {
		.seed = seed,
		.attester = simulation_bulk_attester(cmw_len),
		.policy = simulation_policy("require"),
		.client_mtu = 256 + 97 * (seed % 10),
		.server_mtu = 256,
		.loss_percent = loss_percent,
		.jitter_us = 30000,
		.evidence_us = 300000,
		.appraisal_us = 2 * SECOND,
		.filter = watch_sent,
		.observer = watch_arrived,
		.configure = log_keys,
	};
	struct simulation world;
	unsigned acknowledgments;

	wiretap_init(&tap);
	simulation_init(&world, &options);
	simulation_connect(&world, 200 * SECOND);
	simulation_run(&world, world.now.monotonic_us + 70 * SECOND);
	if (tap.violations > 0)
		fail_msg("seed %u, %zu bytes: %s", (unsigned)seed, cmw_len,
			 tap.violation);
	acknowledgments = tap.acknowledgments;
	simulation_clear(&world);
	wiretap_clear(&tap);
	adtls_attester_unref(options.attester);
	adtls_policy_unref(options.policy);
	return acknowledgments;
}

static void small_evidence_on_bad_links(void **state)
{
	unsigned acknowledgments = 0;

	(void)state;
	for (uint64_t seed = 0; seed < SEEDS; seed++)
		acknowledgments += run(seed, 1400, 30);
	assert_true(acknowledgments > SEEDS);
}

static void large_evidence_on_bad_links(void **state)
{
	(void)state;
	for (uint64_t seed = 0; seed < SEEDS / 10; seed++)
		assert_true(run(seed, 20000, 20) > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(small_evidence_on_bad_links),
		cmocka_unit_test(large_evidence_on_bad_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
