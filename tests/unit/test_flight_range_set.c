/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Range sets, held against a map of single bytes.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>

#include "flight/range_set.h"
#include "tests/support/seeded_random.h"

#define SPAN 120

static void ranges_merge_when_they_touch(void **state)
{
	struct range_set set = { 0 };

	(void)state;
	assert_true(range_set_add(&set, 10, 20));
	assert_true(range_set_add(&set, 30, 40));
	assert_int_equal(set.count, 2);
	assert_true(range_set_add(&set, 20, 25));
	assert_int_equal(set.count, 2);
	assert_true(range_set_add(&set, 25, 30));
	assert_int_equal(set.count, 1);
	assert_int_equal(set.ranges[0].start, 10);
	assert_int_equal(set.ranges[0].end, 40);
	assert_true(range_set_add(&set, 0, 100));
	assert_int_equal(set.count, 1);
	assert_int_equal(set.ranges[0].end, 100);
	range_set_clear(&set);
}

static void empty_ranges_change_nothing(void **state)
{
	struct range_set set = { 0 };
	struct range gap;

	(void)state;
	assert_true(range_set_add(&set, 7, 7));
	assert_int_equal(set.count, 0);
	assert_true(range_set_contains(&set, 7, 7));
	assert_false(range_set_first_gap(&set, 7, 7, &gap));
	assert_true(range_set_first_gap(&set, 7, 8, &gap));
	range_set_clear(&set);
}

static void the_largest_offsets_work(void **state)
{
	struct range_set set = { 0 };
	struct range gap;

	(void)state;
	assert_true(range_set_add(&set, UINT32_MAX - 1, UINT32_MAX));
	assert_true(range_set_first_gap(&set, 0, UINT32_MAX, &gap));
	assert_int_equal(gap.start, 0);
	assert_true(gap.end == UINT32_MAX - 1);
	assert_true(range_set_add(&set, 0, UINT32_MAX - 1));
	assert_true(range_set_contains(&set, 0, UINT32_MAX));
	range_set_clear(&set);
}

static void check_invariants(struct seeded_random *random,
			     const struct range_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		check_seeded(random, set->ranges[i].start < set->ranges[i].end);
		if (i > 0)
			check_seeded(random, set->ranges[i - 1].end <
						     set->ranges[i].start);
	}
}

/* The first run of bytes outside @map, found byte by byte. */
static bool model_first_gap(const bool *map, uint32_t start, uint32_t end,
			    struct range *out)
{
	while (start < end && map[start])
		start++;
	out->start = start;
	for (out->end = start; out->end < end && !map[out->end];)
		out->end++;
	return start < end;
}

static void behaves_like_a_map_of_bytes(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 200; seed++) {
		struct seeded_random random = seeded_random_of(seed);
		struct range_set set = { 0 };
		bool map[SPAN] = { false };

		for (unsigned step = 0; step < 30; step++) {
			uint32_t start = seeded_random_below(&random, SPAN);
			uint32_t end = start + seeded_random_below(&random, 12);
			struct range expected;
			struct range gap;
			bool has_gap;

			end = end < SPAN ? end : SPAN;
			assert_true(range_set_add(&set, start, end));
			for (uint32_t i = start; i < end; i++)
				map[i] = true;
			check_invariants(&random, &set);
			start = seeded_random_below(&random, SPAN);
			end = start +
			      seeded_random_below(&random, SPAN - start + 1);
			has_gap = model_first_gap(map, start, end, &expected);
			check_seeded(&random,
				     range_set_first_gap(&set, start, end,
							 &gap) == has_gap);
			check_seeded(&random,
				     range_set_contains(&set, start, end) !=
					     has_gap);
			if (has_gap)
				check_seeded(&random,
					     gap.start == expected.start &&
						     gap.end == expected.end);
		}
		range_set_clear(&set);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges_merge_when_they_touch),
		cmocka_unit_test(empty_ranges_change_nothing),
		cmocka_unit_test(the_largest_offsets_work),
		cmocka_unit_test(behaves_like_a_map_of_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
