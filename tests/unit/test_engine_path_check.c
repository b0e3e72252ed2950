/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The return routability check as a state machine: what it asks where, what
 * decides, and what it ignores. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "engine/path_check.h"

#define SECOND 1000000ull
#define LEN    40	/* of a datagram with a message */

static int count_up(void *context, uint8_t *out, size_t len)
{
	uint8_t *next = context;

	for (size_t i = 0; i < len; i++)
		out[i] = *next;
	(*next)++;
	return 0;
}

static uint8_t counter;
static const struct crypto_random random_source = { count_up, &counter };

static struct path_check start(bool enhanced)
{
	struct path_check check;

	counter = 1;
	path_check_init(&check);
	assert_true(path_check_may_start(&check, SECOND));
	path_check_start(&check, SECOND, SECOND / 10, enhanced);
	check.received = 100;
	assert_false(path_check_may_start(&check, SECOND));
	return check;
}

static struct path_message expect_message(struct path_check *check,
					  uint64_t now_us, uint8_t type,
					  enum path path)
{
	struct path_message message;
	enum path where;

	assert_true(path_check_wants_to_send(check, now_us));
	assert_true(path_check_next(check, now_us, LEN, &random_source,
				    &message, &where));
	assert_int_equal(message.type, type);
	assert_int_equal(where, path);
	return message;
}

static void expect_nothing(struct path_check *check, uint64_t now_us)
{
	struct path_message message;
	enum path where;

	assert_false(path_check_next(check, now_us, LEN, &random_source,
				     &message, &where));
}

static enum path_verdict answer(struct path_check *check, uint64_t now_us,
				struct path_message message, uint8_t type,
				enum path path)
{
	message.type = type;
	return path_check_receive(check, now_us, &message, path);
}

static void a_response_from_the_new_address_moves(void **state)
{
	struct path_check check = start(false);
	struct path_message challenge;

	(void)state;
	challenge = expect_message(&check, SECOND, PATH_CHALLENGE, PATH_NEW);
	expect_nothing(&check, SECOND);
	assert_int_equal(answer(&check, SECOND, challenge, PATH_RESPONSE,
				PATH_NEW),
			 PATH_MOVED);
	/* Once. */
	assert_int_equal(answer(&check, SECOND, challenge, PATH_RESPONSE,
				PATH_NEW),
			 PATH_UNDECIDED);
	assert_true(path_check_is_idle(&check, SECOND));
}

static void wrong_answers_are_ignored(void **state)
{
	struct path_check check = start(false);
	struct path_message challenge, wrong;

	(void)state;
	challenge = expect_message(&check, SECOND, PATH_CHALLENGE, PATH_NEW);
	wrong = challenge;
	wrong.cookie[7] ^= 1;
	assert_int_equal(answer(&check, SECOND, wrong, PATH_RESPONSE, PATH_NEW),
			 PATH_UNDECIDED);
	/* From elsewhere it proves nothing. */
	assert_int_equal(answer(&check, SECOND, challenge, PATH_RESPONSE,
				PATH_BOUND),
			 PATH_UNDECIDED);
	assert_int_equal(answer(&check, SECOND, challenge, PATH_RESPONSE,
				PATH_OTHER),
			 PATH_UNDECIDED);
	assert_int_equal(answer(&check, SECOND, challenge, PATH_DROP, PATH_NEW),
			 PATH_UNDECIDED);
	assert_int_equal(answer(&check, SECOND, challenge, 3, PATH_NEW),
			 PATH_UNDECIDED);
	assert_int_equal(answer(&check, SECOND, challenge, PATH_RESPONSE,
				PATH_NEW),
			 PATH_MOVED);
}

static void each_challenge_has_a_cookie_of_its_own(void **state)
{
	struct path_check check = start(false);
	struct path_message first, second;

	(void)state;
	check.received = 1000;
	first = expect_message(&check, SECOND, PATH_CHALLENGE, PATH_NEW);
	expect_nothing(&check, SECOND + SECOND / 10 - 1);
	second = expect_message(&check, SECOND + SECOND / 10, PATH_CHALLENGE,
				PATH_NEW);
	assert_memory_not_equal(first.cookie, second.cookie, PATH_COOKIE_LEN);
	expect_message(&check, SECOND + 2 * SECOND / 10, PATH_CHALLENGE,
		       PATH_NEW);
	expect_nothing(&check, SECOND + SECOND / 2);
	/* Any of them counts. */
	assert_int_equal(answer(&check, SECOND + SECOND / 2, first,
				PATH_RESPONSE, PATH_NEW),
			 PATH_MOVED);
}

static void silence_ends_it_after_a_second_at_least(void **state)
{
	struct path_check check = start(false);

	(void)state;
	expect_message(&check, SECOND, PATH_CHALLENGE, PATH_NEW);
	assert_int_equal(path_check_tick(&check, 2 * SECOND - 1),
			 PATH_UNDECIDED);
	assert_int_equal(path_check_tick(&check, 2 * SECOND), PATH_STAYS);
	/* And the next waits as long. */
	assert_false(path_check_may_start(&check, 3 * SECOND - 1));
	assert_false(path_check_is_idle(&check, 3 * SECOND - 1));
	assert_int_equal(path_check_deadline(&check), 3 * SECOND);
	assert_true(path_check_may_start(&check, 3 * SECOND));
	assert_true(path_check_is_idle(&check, 3 * SECOND));
}

static void the_old_address_is_asked_first(void **state)
{
	struct path_check check = start(true);
	struct path_message challenge;

	(void)state;
	challenge = expect_message(&check, SECOND, PATH_CHALLENGE, PATH_BOUND);
	assert_int_equal(answer(&check, SECOND, challenge, PATH_RESPONSE,
				PATH_BOUND),
			 PATH_STAYS);
	assert_false(path_check_may_start(&check, SECOND));
}

/* The answer to what only the old address got, brought by who races. */
static void a_raced_answer_ends_it_too(void **state)
{
	struct path_check check = start(true);
	struct path_message challenge;

	(void)state;
	challenge = expect_message(&check, SECOND, PATH_CHALLENGE, PATH_BOUND);
	assert_int_equal(answer(&check, SECOND, challenge, PATH_RESPONSE,
				PATH_NEW),
			 PATH_STAYS);
}

static void a_drop_leads_to_the_new_address(void **state)
{
	struct path_check check = start(true);
	struct path_message old, new;

	(void)state;
	old = expect_message(&check, SECOND, PATH_CHALLENGE, PATH_BOUND);
	assert_int_equal(answer(&check, SECOND, old, PATH_DROP, PATH_BOUND),
			 PATH_UNDECIDED);
	new = expect_message(&check, SECOND, PATH_CHALLENGE, PATH_NEW);
	/* The old cookie is worth nothing any more. */
	assert_int_equal(answer(&check, SECOND, old, PATH_RESPONSE, PATH_NEW),
			 PATH_UNDECIDED);
	assert_int_equal(answer(&check, SECOND, new, PATH_RESPONSE, PATH_NEW),
			 PATH_MOVED);
}

static void silence_leads_to_the_new_address(void **state)
{
	struct path_check check = start(true);

	(void)state;
	expect_message(&check, SECOND, PATH_CHALLENGE, PATH_BOUND);
	assert_int_equal(path_check_tick(&check, 2 * SECOND), PATH_UNDECIDED);
	expect_message(&check, 2 * SECOND, PATH_CHALLENGE, PATH_NEW);
	assert_int_equal(path_check_tick(&check, 3 * SECOND), PATH_STAYS);
}

static void the_new_address_has_to_pay(void **state)
{
	struct path_check check = start(false);

	(void)state;
	check.received = LEN / 3;
	expect_nothing(&check, SECOND);
	check.received = LEN / 3 + 1;
	expect_nothing(&check, SECOND);
	expect_message(&check, SECOND + SECOND / 10, PATH_CHALLENGE, PATH_NEW);
	expect_nothing(&check, SECOND + 2 * SECOND / 10);
}

static void challenges_are_answered_where_they_came_from(void **state)
{
	struct path_message challenge = { .type = PATH_CHALLENGE,
					  .cookie = "abcdefg" };
	struct path_check check;
	struct path_message response;

	(void)state;
	path_check_init(&check);
	for (unsigned i = 0; i < PATH_REPLIES_MAX + 2; i++)
		assert_int_equal(path_check_receive(&check, SECOND, &challenge,
						    PATH_OTHER),
				 PATH_UNDECIDED);
	assert_false(path_check_is_idle(&check, SECOND));
	for (unsigned i = 0; i < PATH_REPLIES_MAX; i++) {
		response = expect_message(&check, SECOND, PATH_RESPONSE,
					  PATH_OTHER);
		assert_memory_equal(response.cookie, challenge.cookie,
				    PATH_COOKIE_LEN);
	}
	expect_nothing(&check, SECOND);
	assert_true(path_check_is_idle(&check, SECOND));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_response_from_the_new_address_moves),
		cmocka_unit_test(wrong_answers_are_ignored),
		cmocka_unit_test(each_challenge_has_a_cookie_of_its_own),
		cmocka_unit_test(silence_ends_it_after_a_second_at_least),
		cmocka_unit_test(the_old_address_is_asked_first),
		cmocka_unit_test(a_raced_answer_ends_it_too),
		cmocka_unit_test(a_drop_leads_to_the_new_address),
		cmocka_unit_test(silence_leads_to_the_new_address),
		cmocka_unit_test(the_new_address_has_to_pay),
		cmocka_unit_test(challenges_are_answered_where_they_came_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
