/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose tickets are refused: by key, by time, and when the table is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "attestation/ticket_denials.h"

#define UTC	 INT64_C(1790000000)
#define LIFETIME 3600

struct digest {
	uint8_t bytes[TIK_DIGEST_LEN];
};

static struct digest digest_of(unsigned number)
{
	return (struct digest){ { (uint8_t)number, (uint8_t)(number >> 8) } };
}

static void add(struct ticket_denials *denials, unsigned number, int64_t utc_s)
{
	struct digest digest = digest_of(number);

	ticket_denials_add(denials, digest.bytes, utc_s, LIFETIME);
}

static bool has(struct ticket_denials *denials, unsigned number,
		int64_t issued_s)
{
	struct digest digest = digest_of(number);

	return ticket_denials_has(denials, digest.bytes, issued_s);
}

static int setup(void **state)
{
	*state = ticket_denials_new();
	assert_non_null(*state);
	return 0;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

static void what_was_issued_until_then_is_refused(void **state)
{
	assert_false(has(*state, 1, UTC));
	add(*state, 1, UTC);
	assert_true(has(*state, 1, UTC - 1));
	assert_true(has(*state, 1, UTC));
	assert_false(has(*state, 1, UTC + 1));
	assert_false(has(*state, 2, UTC - 1));
	add(*state, 1, UTC + 10);
	assert_true(has(*state, 1, UTC + 10));
}

static void without_utc_nothing_of_it_is_taken_any_more(void **state)
{
	add(*state, 1, ADTLS_UTC_UNKNOWN);
	assert_true(has(*state, 1, UTC + 1000000));
	assert_false(has(*state, 2, UTC));
}

static void a_full_table_refuses_everybody(void **state)
{
	for (unsigned i = 0; i < TICKET_DENIALS_MAX; i++)
		add(*state, i, UTC);
	assert_false(has(*state, 1000, UTC - 5));
	add(*state, 1000, UTC + 5);
	assert_true(has(*state, 1000, UTC + 5));
	assert_true(has(*state, 1001, UTC + 5));
	assert_false(has(*state, 1001, UTC + 6));
}

static void room_is_made_by_time(void **state)
{
	for (unsigned i = 0; i < TICKET_DENIALS_MAX; i++)
		add(*state, i, UTC + i);
	add(*state, 1000, UTC + LIFETIME + 10);
	assert_true(has(*state, 1000, UTC + LIFETIME + 10));
	assert_false(has(*state, 1001, UTC));
	/* The first ten were of no use any more. */
	assert_false(has(*state, 9, UTC));
	assert_true(has(*state, 10, UTC));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			what_was_issued_until_then_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(
			without_utc_nothing_of_it_is_taken_any_more, setup,
			teardown),
		cmocka_unit_test_setup_teardown(a_full_table_refuses_everybody,
						setup, teardown),
		cmocka_unit_test_setup_teardown(room_is_made_by_time, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
