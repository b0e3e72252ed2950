/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random choices that a seed repeats, and a check that names the seed when it
 * fails. For tests that try many orders and losses.
 */
#ifndef ADTLS_TESTS_SUPPORT_SEEDED_RANDOM_H
#define ADTLS_TESTS_SUPPORT_SEEDED_RANDOM_H

#include <inttypes.h>
#include <stdint.h>

struct seeded_random {
	uint64_t seed;
	uint64_t state;
};

static inline struct seeded_random seeded_random_of(uint64_t seed)
{
	return (struct seeded_random){ .seed = seed, .state = seed };
}

/* SplitMix64. */
static inline uint64_t seeded_random_next(struct seeded_random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* A number below @bound. */
static inline uint32_t seeded_random_below(struct seeded_random *random,
					   uint32_t bound)
{
	return (uint32_t)(seeded_random_next(random) % bound);
}

#define check_seeded(random, condition)                                  \
	do {                                                             \
		if (!(condition))                                        \
			fail_msg("seed %" PRIu64 ": %s", (random)->seed, \
				 #condition);                            \
	} while (0)

#endif
