/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The retransmission timer, against the numbers of RFC 9147 §5.8.2 and RFC
 * 6298 §2.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "flight/retransmission_timer.h"

#define MS 1000ULL
#define S  1000000ULL

static const struct timer_config measured = { .policy = TIMER_MEASURED,
					      .initial_us = 1 * S,
					      .max_us = 60 * S };

static void does_not_run_unless_started(void **state)
{
	struct retransmission_timer timer;

	(void)state;
	retransmission_timer_init(&timer, &measured);
	assert_true(timer.deadline_us == ADTLS_NEVER);
	retransmission_timer_start(&timer, 5 * S);
	assert_true(timer.deadline_us == 6 * S);
	retransmission_timer_stop(&timer);
	assert_true(timer.deadline_us == ADTLS_NEVER);
}

/* "Use an initial timer value of 1000 ms and double the value at each
 * retransmission, up to no less than 60 seconds." */
static void backs_off_by_doubling_up_to_the_maximum(void **state)
{
	static const unsigned expected_s[] = { 2, 4, 8, 16, 32, 60, 60 };
	struct retransmission_timer timer;
	uint64_t now_us = 1 * S;

	(void)state;
	retransmission_timer_init(&timer, &measured);
	retransmission_timer_start(&timer, 0);
	for (size_t i = 0; i < 7; i++) {
		assert_true(timer.deadline_us == now_us);
		assert_true(retransmission_timer_expire(&timer, now_us));
		now_us += expected_s[i] * S;
	}
}

/* 400 ms doubling to 60 s, giving up on the 13th timeout. */
static void fixed_gives_up_after_its_attempts(void **state)
{
	const struct timer_config config = { .policy = TIMER_FIXED,
					     .initial_us = 400 * MS,
					     .max_us = 60 * S,
					     .attempts = 12 };
	struct retransmission_timer timer;
	uint64_t rto_us = 400 * MS;

	(void)state;
	retransmission_timer_init(&timer, &config);
	retransmission_timer_start(&timer, 0);
	for (unsigned timeout = 1; timeout <= 12; timeout++) {
		uint64_t now_us = timer.deadline_us;

		assert_true(retransmission_timer_may_retransmit(&timer));
		assert_true(retransmission_timer_expire(&timer, now_us));
		rto_us = rto_us * 2 < 60 * S ? rto_us * 2 : 60 * S;
		assert_true(timer.deadline_us == now_us + rto_us);
	}
	assert_false(retransmission_timer_may_retransmit(&timer));
	assert_false(retransmission_timer_expire(&timer, timer.deadline_us));
	assert_true(timer.deadline_us == ADTLS_NEVER);
}

static void fixed_ignores_round_trips(void **state)
{
	const struct timer_config config = { .policy = TIMER_FIXED,
					     .initial_us = 400 * MS,
					     .max_us = 60 * S };
	struct retransmission_timer timer;

	(void)state;
	retransmission_timer_init(&timer, &config);
	retransmission_timer_measure(&timer, 5 * S);
	assert_true(timer.rto_us == 400 * MS);
	retransmission_timer_start(&timer, 0);
	assert_true(retransmission_timer_expire(&timer, 400 * MS));
	assert_true(timer.rto_us == 800 * MS);
	retransmission_timer_progress(&timer);
	assert_true(timer.rto_us == 400 * MS);
}

/* RFC 6298 §2.2, §2.3, with a quarter of the initial RTO for the peer's ACK. */
static void rto_follows_the_round_trips(void **state)
{
	struct retransmission_timer timer;

	(void)state;
	retransmission_timer_init(&timer, &measured);
	retransmission_timer_measure(&timer, 800 * MS);
	assert_true(timer.srtt_us == 800 * MS);
	assert_true(timer.rttvar_us == 400 * MS);
	assert_true(timer.rto_us == (800 + 4 * 400 + 250) * MS);
	retransmission_timer_measure(&timer, 400 * MS);
	assert_true(timer.rttvar_us == (3 * 400 + 400) * MS / 4);
	assert_true(timer.srtt_us == (7 * 800 + 400) * MS / 8);
	assert_true(timer.rto_us == (750 + 4 * 400 + 250) * MS);
}

static void rto_stays_within_its_bounds(void **state)
{
	struct retransmission_timer timer;

	(void)state;
	retransmission_timer_init(&timer, &measured);
	retransmission_timer_measure(&timer, UINT64_MAX);
	assert_true(timer.rto_us == 60 * S);
	retransmission_timer_init(&timer, &measured);
	retransmission_timer_measure(&timer, 0);
	assert_true(timer.rto_us >= 250 * MS && timer.rto_us < 251 * MS);
	/* However often it is measured. */
	for (unsigned i = 0; i < 100; i++)
		retransmission_timer_measure(&timer, 0);
	assert_true(timer.rto_us >= 250 * MS);
}

/* "Retain the current timer value until a message is transmitted and
 * acknowledged without having to be retransmitted." */
static void back_off_lasts_until_something_is_measured(void **state)
{
	struct retransmission_timer timer;

	(void)state;
	retransmission_timer_init(&timer, &measured);
	retransmission_timer_start(&timer, 0);
	assert_true(retransmission_timer_expire(&timer, 1 * S));
	assert_true(retransmission_timer_expire(&timer, 3 * S));
	retransmission_timer_progress(&timer);
	assert_true(timer.rto_us == 4 * S);
	retransmission_timer_measure(&timer, 1 * S);
	assert_true(timer.rto_us == 3250 * MS);
	/* From then on progress is enough. */
	assert_true(retransmission_timer_expire(&timer, 10 * S));
	assert_true(timer.rto_us == 6500 * MS);
	retransmission_timer_progress(&timer);
	assert_true(timer.rto_us == 3250 * MS);
}

static void progress_gives_new_attempts(void **state)
{
	const struct timer_config config = { .policy = TIMER_MEASURED,
					     .initial_us = 1 * S,
					     .max_us = 60 * S,
					     .attempts = 2 };
	struct retransmission_timer timer;

	(void)state;
	retransmission_timer_init(&timer, &config);
	retransmission_timer_attempt(&timer, 100 * MS);
	assert_true(timer.deadline_us == 1100 * MS);
	assert_true(retransmission_timer_expire(&timer, 1100 * MS));
	assert_false(retransmission_timer_may_retransmit(&timer));
	retransmission_timer_progress(&timer);
	assert_true(retransmission_timer_may_retransmit(&timer));
	assert_true(retransmission_timer_expire(&timer, 5 * S));
	assert_true(retransmission_timer_expire(&timer, 10 * S));
	assert_false(retransmission_timer_expire(&timer, 20 * S));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(does_not_run_unless_started),
		cmocka_unit_test(backs_off_by_doubling_up_to_the_maximum),
		cmocka_unit_test(fixed_gives_up_after_its_attempts),
		cmocka_unit_test(fixed_ignores_round_trips),
		cmocka_unit_test(rto_follows_the_round_trips),
		cmocka_unit_test(rto_stays_within_its_bounds),
		cmocka_unit_test(back_off_lasts_until_something_is_measured),
		cmocka_unit_test(progress_gives_new_attempts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
