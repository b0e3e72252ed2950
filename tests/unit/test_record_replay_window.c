/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The anti-replay window at its edges, and record numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "record/record_number.h"
#include "record/replay_window.h"
#include "tests/support/test_vectors.h"

static void assert_seen(const struct replay_window *window, uint64_t sequence)
{
	assert_false(replay_window_is_new(window, sequence));
}

static void assert_new(const struct replay_window *window, uint64_t sequence)
{
	assert_true(replay_window_is_new(window, sequence));
}

static void everything_is_new_at_first(void **state)
{
	struct replay_window window = { 0 };

	(void)state;
	assert_new(&window, 0);
	assert_new(&window, 1);
	assert_new(&window, (UINT64_C(1) << 48) - 1);
}

static void checking_does_not_mark(void **state)
{
	struct replay_window window = { 0 };

	(void)state;
	assert_new(&window, 7);
	assert_new(&window, 7);
	assert_int_equal(window.next, 0);
}

static void a_number_counts_once(void **state)
{
	struct replay_window window = { 0 };

	(void)state;
	for (uint64_t sequence = 0; sequence < 200; sequence++) {
		assert_new(&window, sequence);
		replay_window_mark(&window, sequence);
		assert_seen(&window, sequence);
	}
	for (uint64_t sequence = 0; sequence < 200; sequence++)
		assert_seen(&window, sequence);
	assert_new(&window, 200);
}

static void the_left_edge(void **state)
{
	struct replay_window window = { 0 };

	(void)state;
	replay_window_mark(&window, 100);
	assert_new(&window, 100 - REPLAY_WINDOW_LEN + 1);
	assert_seen(&window, 100 - REPLAY_WINDOW_LEN);
	assert_seen(&window, 0);
	replay_window_mark(&window, 100 - REPLAY_WINDOW_LEN + 1);
	assert_seen(&window, 100 - REPLAY_WINDOW_LEN + 1);
	assert_new(&window, 100 - REPLAY_WINDOW_LEN + 2);
	/* One step right, and the oldest falls out. */
	replay_window_mark(&window, 101);
	assert_seen(&window, 100);
	assert_seen(&window, 100 - REPLAY_WINDOW_LEN + 1);
	assert_new(&window, 100 - REPLAY_WINDOW_LEN + 2);
}

static void reordered_numbers(void **state)
{
	static const uint64_t order[] = { 5, 3, 9, 4, 0, 8, 63, 1, 62, 2 };
	struct replay_window window = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		assert_new(&window, order[i]);
		replay_window_mark(&window, order[i]);
	}
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		assert_seen(&window, order[i]);
	assert_new(&window, 6);
	assert_new(&window, 61);
}

/* Jumps of one below, exactly, and one above the window's length. */
static void jumps(void **state)
{
	(void)state;
	for (uint64_t jump = REPLAY_WINDOW_LEN - 1;
	     jump <= REPLAY_WINDOW_LEN + 1; jump++) {
		struct replay_window window = { 0 };

		replay_window_mark(&window, 9);
		replay_window_mark(&window, 10);
		replay_window_mark(&window, 10 + jump);
		assert_seen(&window, 10);
		assert_seen(&window, 10 + jump);
		assert_new(&window, 10 + jump - 1);
		assert_new(&window, 10 + jump - (REPLAY_WINDOW_LEN - 1) +
					    (jump == REPLAY_WINDOW_LEN - 1));
		assert_new(&window, 10 + jump + 1);
	}
}

static void a_late_mark_left_of_the_window_changes_nothing(void **state)
{
	struct replay_window window = { 0 };
	struct replay_window before;

	(void)state;
	replay_window_mark(&window, 1000);
	before = window;
	replay_window_mark(&window, 1);
	assert_int_equal(window.next, before.next);
	assert_int_equal(window.seen, before.seen);
}

static void record_numbers_order(void **state)
{
	const struct record_number old = { .epoch = 2, .sequence = 9 };
	const struct record_number next = { .epoch = 2, .sequence = 10 };
	const struct record_number newer = { .epoch = 3, .sequence = 0 };

	(void)state;
	assert_true(record_number_compare(old, next) < 0);
	assert_true(record_number_compare(next, old) > 0);
	assert_true(record_number_compare(next, newer) < 0);
	assert_true(record_number_compare(newer, old) > 0);
	assert_int_equal(record_number_compare(old, old), 0);
}

static void check_sequence(const json_t *vector)
{
	assert_int_equal(record_sequence_reconstruct(
				 test_vector_number(vector, "low"),
				 (unsigned)test_vector_number(vector, "bits"),
				 test_vector_number(vector, "expected")),
			 test_vector_number(vector, "sequence"));
}

static void sequences_of_the_peer(void **state)
{
	(void)state;
	assert_true(test_vectors_each("sequence_number", check_sequence) >= 13);
}

/* By definition: no other number with these low bits is nearer. */
static void reconstruction_is_the_nearest(void **state)
{
	(void)state;
	for (uint64_t expected = 0; expected < 1000; expected++) {
		for (uint64_t low = 0; low < 256; low++) {
			uint64_t sequence =
				record_sequence_reconstruct(low, 8, expected);
			uint64_t distance = sequence > expected
						    ? sequence - expected
						    : expected - sequence;

			assert_int_equal(sequence & 0xff, low);
			assert_true(distance <= 128 ||
				    (sequence < 256 && sequence > expected));
		}
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_new_at_first),
		cmocka_unit_test(checking_does_not_mark),
		cmocka_unit_test(a_number_counts_once),
		cmocka_unit_test(the_left_edge),
		cmocka_unit_test(reordered_numbers),
		cmocka_unit_test(jumps),
		cmocka_unit_test(
			a_late_mark_left_of_the_window_changes_nothing),
		cmocka_unit_test(record_numbers_order),
		cmocka_unit_test(sequences_of_the_peer),
		cmocka_unit_test(reconstruction_is_the_nearest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
