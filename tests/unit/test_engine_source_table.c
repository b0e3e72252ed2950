/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where handshakes come from: how many at once, how fast, and what is
 * remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "engine/source_table.h"
#include "tests/support/seeded_random.h"

#define SECOND UINT64_C(1000000)
#define HOSTS  50
#define ROUNDS 20000

static struct source_table table;

static int setup(void **state)
{
	(void)state;
	source_table_init(&table, &(struct siphash_key){ { 1, 2 } });
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	source_table_clear(&table);
	return 0;
}

static enum source_answer enter(uint32_t host, uint64_t now_us,
				const struct source_limits *limits,
				struct source **out)
{
	return source_table_enter(&table, bytes_of(&host, sizeof(host)), now_us,
				  limits, out);
}

static void each_host_has_its_own_share(void **state)
{
	const struct source_limits limits = { .under_way = 2 };
	struct source *of_one[2], *of_two;

	(void)state;
	assert_int_equal(enter(1, 0, &limits, &of_one[0]), SOURCE_WELCOME);
	assert_int_equal(enter(1, 0, &limits, &of_one[1]), SOURCE_WELCOME);
	assert_int_equal(enter(1, 0, &limits, &of_two), SOURCE_HAS_ENOUGH);
	assert_int_equal(enter(2, 0, &limits, &of_two), SOURCE_WELCOME);
	assert_int_equal(table.under_way, 3);
	source_table_leave(&table, of_one[0]);
	assert_int_equal(enter(1, 0, &limits, &of_one[0]), SOURCE_WELCOME);
}

static unsigned count_starts(uint32_t host, uint64_t now_us,
			     const struct source_limits *limits)
{
	struct source *source;
	unsigned count = 0;

	while (enter(host, now_us, limits, &source) == SOURCE_WELCOME) {
		source_table_leave(&table, source);
		count++;
	}
	return count;
}

static void starts_keep_to_their_rate(void **state)
{
	const struct source_limits limits = { .per_second = 4, .burst = 10 };

	(void)state;
	assert_int_equal(count_starts(1, SECOND, &limits), 10);
	assert_int_equal(count_starts(2, SECOND, &limits), 10);
	assert_int_equal(count_starts(1, SECOND + SECOND / 4 - 1, &limits), 0);
	assert_int_equal(count_starts(1, SECOND + SECOND / 4, &limits), 1);
	assert_int_equal(count_starts(1, 2 * SECOND, &limits), 3);
	/* No pause makes more of it than the burst. */
	assert_int_equal(count_starts(1, 1000 * SECOND, &limits), 10);
}

static void without_limits_all_are_welcome(void **state)
{
	const struct source_limits limits = { 0 };
	struct source *sources[500];

	(void)state;
	for (size_t i = 0; i < 500; i++)
		assert_int_equal(enter(1, 0, &limits, &sources[i]),
				 SOURCE_WELCOME);
	for (size_t i = 0; i < 500; i++)
		source_table_leave(&table, sources[i]);
	assert_int_equal(table.under_way, 0);
}

/* However many addresses somebody has. */
static void few_are_remembered_for_their_rate_alone(void **state)
{
	const struct source_limits limits = { .per_second = 1, .burst = 1 };
	struct source *kept, *source;

	(void)state;
	assert_int_equal(enter(0, 0, &limits, &kept), SOURCE_WELCOME);
	for (uint32_t host = 1; host <= 3 * SOURCES_QUIET_MAX; host++)
		assert_int_equal(count_starts(host, 0, &limits), 1);
	assert_int_equal(table.quiet_count, SOURCES_QUIET_MAX);
	assert_int_equal(table.count, SOURCES_QUIET_MAX + 1);
	/* The newest and whoever is at work are known still. */
	assert_int_equal(enter(3 * SOURCES_QUIET_MAX, 0, &limits, &source),
			 SOURCE_TOO_FAST);
	assert_int_equal(enter(2 * SOURCES_QUIET_MAX + 1, 0, &limits, &source),
			 SOURCE_TOO_FAST);
	assert_int_equal(enter(0, 0, &limits, &source), SOURCE_TOO_FAST);
	assert_int_equal(enter(1, 0, &limits, &source), SOURCE_WELCOME);
}

/* Against counters. */
static void it_counts_as_a_naive_model_does(void **state)
{
	const struct source_limits limits = { .under_way = 5 };
	struct seeded_random random = seeded_random_of(3);
	struct source *sources[HOSTS][5];
	size_t counts[HOSTS] = { 0 }, total = 0;

	(void)state;
	for (unsigned round = 0; round < ROUNDS; round++) {
		uint32_t host = seeded_random_below(&random, HOSTS);
		size_t *count = &counts[host];
		struct source *source;
		enum source_answer answer;

		if (seeded_random_below(&random, 2) == 0 && *count > 0) {
			source_table_leave(&table, sources[host][--*count]);
			total--;
		} else {
			answer = enter(host, round, &limits, &source);
			check_seeded(&random,
				     answer == (*count < 5 ?
							SOURCE_WELCOME :
							SOURCE_HAS_ENOUGH));
			if (answer == SOURCE_WELCOME) {
				sources[host][(*count)++] = source;
				total++;
			}
		}
		check_seeded(&random, table.under_way == total);
	}
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(each_host_has_its_own_share),
		CASE(starts_keep_to_their_rate),
		CASE(without_limits_all_are_welcome),
		CASE(few_are_remembered_for_their_rate_alone),
		CASE(it_counts_as_a_naive_model_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
