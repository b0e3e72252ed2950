/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reassembly of handshake messages. The module is compiled into this program
 * so that memory can be counted, and refused.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "messages/handshake_header.h"
#include "flight/range_set.h"
#include "tests/support/seeded_random.h"

/* Allocations that still succeed; negative: all. */
static int allocations_left = -1;

static bool may_allocate(void)
{
	if (allocations_left < 0)
		return true;
	if (allocations_left == 0)
		return false;
	allocations_left--;
	return true;
}

static void *malloc_watched(size_t size)
{
	return may_allocate() ? malloc(size) : NULL;
}

static void *calloc_watched(size_t count, size_t size)
{
	return may_allocate() ? calloc(count, size) : NULL;
}

static void *realloc_watched(void *memory, size_t size)
{
	return may_allocate() ? realloc(memory, size) : NULL;
}

#define malloc	malloc_watched
#define calloc	calloc_watched
#define realloc realloc_watched
#include "flight/reassembly.c"
#undef malloc
#undef calloc
#undef realloc

#define BUDGET	 (96 * 1024)
#define MAX_LEN	 (64 * 1024)
#define TYPE	 HANDSHAKE_CERTIFICATE
#define BIG_LEN	 70000
#define NOT_NOW	 HANDSHAKE_ATTESTATION
#define MESSAGES 6

static uint8_t pattern[BIG_LEN];

static size_t max_len(const void *context, uint8_t type)
{
	assert_ptr_equal(context, pattern);
	return type == NOT_NOW ? 0 : MAX_LEN;
}

static struct reassembly start(size_t budget)
{
	struct reassembly reassembly;

	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = (uint8_t)(i * 7 + i / 251);
	reassembly_init(&reassembly, budget, max_len, pattern);
	return reassembly;
}

/* The bytes from @offset on of a message of @message_len bytes. */
static enum reassembly_result add(struct reassembly *reassembly, uint16_t seq,
				  uint32_t message_len, uint32_t offset,
				  size_t len)
{
	const struct handshake_fragment fragment = {
		.type = TYPE,
		.message_len = message_len,
		.message_seq = seq,
		.offset = offset,
		.data = bytes_of(pattern + offset, len),
	};

	return reassembly_add(reassembly, &fragment);
}

static bool is_pattern(const struct buffer *body)
{
	return bytes_equal(buffer_bytes(body), bytes_of(pattern, body->len));
}

static void assert_next(struct reassembly *reassembly, uint32_t len)
{
	struct buffer body;
	uint8_t type;

	assert_true(reassembly_is_ready(reassembly));
	assert_true(reassembly_next(reassembly, &type, &body));
	assert_int_equal(type, TYPE);
	assert_int_equal(body.len, len);
	assert_true(is_pattern(&body));
	buffer_clear(&body);
}

static void assert_not_ready(struct reassembly *reassembly)
{
	struct buffer body = { 0 };
	uint8_t type;

	assert_false(reassembly_is_ready(reassembly));
	assert_false(reassembly_next(reassembly, &type, &body));
	assert_null(body.data);
}

/* What is allocated in truth. */
static size_t allocated(const struct reassembly *reassembly)
{
	size_t sum = 0;

	for (size_t i = 0; reassembly->slots != NULL && i < SLOTS; i++) {
		const struct reassembly_message *message = reassembly->slots[i];

		if (message == NULL)
			continue;
		sum += sizeof(*message) + message->body.capacity;
		for (const struct chunk *chunk = message->ahead; chunk != NULL;
		     chunk = chunk->next)
			sum += sizeof(*chunk) + chunk->len;
	}
	return sum;
}

static void whole_message_is_handed_out(void **state)
{
	struct reassembly reassembly = start(BUDGET);

	(void)state;
	assert_not_ready(&reassembly);
	assert_false(reassembly_has_partial(&reassembly));
	assert_int_equal(add(&reassembly, 0, 100, 0, 100), REASSEMBLY_STORED);
	assert_true(reassembly_has_partial(&reassembly));
	assert_next(&reassembly, 100);
	assert_false(reassembly_has_partial(&reassembly));
	assert_int_equal(reassembly.held, 0);
	assert_int_equal(reassembly.next_seq, 1);
	reassembly_clear(&reassembly);
}

static void empty_message_is_a_message(void **state)
{
	struct reassembly reassembly = start(BUDGET);

	(void)state;
	assert_int_equal(add(&reassembly, 0, 0, 0, 0), REASSEMBLY_STORED);
	assert_int_equal(add(&reassembly, 0, 0, 0, 0), REASSEMBLY_STORED);
	assert_next(&reassembly, 0);
	assert_not_ready(&reassembly);
	reassembly_clear(&reassembly);
}

static void empty_fragment_brings_nothing(void **state)
{
	struct reassembly reassembly = start(BUDGET);

	(void)state;
	assert_int_equal(add(&reassembly, 0, 10, 5, 0), REASSEMBLY_STORED);
	assert_int_equal(add(&reassembly, 0, 10, 10, 0), REASSEMBLY_STORED);
	assert_not_ready(&reassembly);
	assert_int_equal(add(&reassembly, 0, 10, 0, 10), REASSEMBLY_STORED);
	assert_next(&reassembly, 10);
	reassembly_clear(&reassembly);
}

static void fragments_come_in_any_order(void **state)
{
	static const unsigned char orders[6][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		struct reassembly reassembly = start(BUDGET);

		for (size_t j = 0; j < 3; j++) {
			assert_not_ready(&reassembly);
			assert_int_equal(
				add(&reassembly, 0, 30, 10U * orders[i][j], 10),
				REASSEMBLY_STORED);
		}
		assert_next(&reassembly, 30);
		reassembly_clear(&reassembly);
	}
}

/* "Implementations MUST be able to handle overlapping fragment ranges." */
static void boundaries_may_change_on_retransmission(void **state)
{
	struct reassembly reassembly = start(BUDGET);

	(void)state;
	assert_int_equal(add(&reassembly, 0, 100, 20, 20), REASSEMBLY_STORED);
	assert_int_equal(add(&reassembly, 0, 100, 60, 20), REASSEMBLY_STORED);
	/* Over the edges of both, and what is between. */
	assert_int_equal(add(&reassembly, 0, 100, 30, 40), REASSEMBLY_STORED);
	/* Within what is known. */
	assert_int_equal(add(&reassembly, 0, 100, 25, 50), REASSEMBLY_STORED);
	/* Over all of it, the end apart. */
	assert_int_equal(add(&reassembly, 0, 100, 0, 90), REASSEMBLY_STORED);
	assert_not_ready(&reassembly);
	assert_int_equal(add(&reassembly, 0, 100, 50, 50), REASSEMBLY_STORED);
	assert_next(&reassembly, 100);
	reassembly_clear(&reassembly);
}

static void messages_are_handed_out_in_order(void **state)
{
	struct reassembly reassembly = start(BUDGET);

	(void)state;
	assert_int_equal(add(&reassembly, 2, 3, 0, 3), REASSEMBLY_STORED);
	assert_int_equal(add(&reassembly, 1, 2, 0, 2), REASSEMBLY_STORED);
	assert_not_ready(&reassembly);
	assert_int_equal(add(&reassembly, 0, 1, 0, 1), REASSEMBLY_STORED);
	assert_next(&reassembly, 1);
	assert_next(&reassembly, 2);
	assert_next(&reassembly, 3);
	assert_int_equal(add(&reassembly, 1, 2, 0, 2), REASSEMBLY_OLD);
	reassembly_clear(&reassembly);
}

static void eight_messages_ahead_and_no_more(void **state)
{
	struct reassembly reassembly = start(BUDGET);

	(void)state;
	assert_int_equal(add(&reassembly, REASSEMBLY_AHEAD_MAX + 1, 1, 0, 1),
			 REASSEMBLY_DROPPED);
	for (uint16_t seq = REASSEMBLY_AHEAD_MAX; seq > 0; seq--)
		assert_int_equal(add(&reassembly, seq, seq, 0, seq),
				 REASSEMBLY_STORED);
	assert_int_equal(add(&reassembly, UINT16_MAX, 1, 0, 1),
			 REASSEMBLY_DROPPED);
	assert_int_equal(add(&reassembly, 0, 0, 0, 0), REASSEMBLY_STORED);
	for (uint16_t seq = 0; seq <= REASSEMBLY_AHEAD_MAX; seq++)
		assert_next(&reassembly, seq);
	assert_int_equal(reassembly.held, 0);
	reassembly_clear(&reassembly);
}

/* "Implementations MUST NOT allow message_seq to wrap." */
static void message_seq_does_not_wrap(void **state)
{
	struct reassembly reassembly = start(BUDGET);

	(void)state;
	reassembly.next_seq = 65534;
	assert_int_equal(add(&reassembly, 0, 5, 0, 5), REASSEMBLY_OLD);
	assert_int_equal(add(&reassembly, 65533, 5, 0, 5), REASSEMBLY_OLD);
	assert_int_equal(add(&reassembly, 65535, 5, 0, 5), REASSEMBLY_STORED);
	assert_int_equal(add(&reassembly, 65534, 4, 0, 4), REASSEMBLY_STORED);
	assert_next(&reassembly, 4);
	assert_next(&reassembly, 5);
	for (uint32_t seq = 0; seq <= UINT16_MAX; seq++)
		assert_int_equal(add(&reassembly, (uint16_t)seq, 5, 0, 5),
				 REASSEMBLY_OLD);
	assert_not_ready(&reassembly);
	reassembly_clear(&reassembly);
}

/* GnuTLS: fragments of one message with different total lengths. */
static void other_total_length_is_inconsistent(void **state)
{
	struct reassembly reassembly = start(BUDGET);

	(void)state;
	assert_int_equal(add(&reassembly, 0, 100, 0, 50), REASSEMBLY_STORED);
	assert_int_equal(add(&reassembly, 0, 101, 50, 50),
			 REASSEMBLY_INCONSISTENT);
	assert_int_equal(add(&reassembly, 0, 99, 50, 49),
			 REASSEMBLY_INCONSISTENT);
	/* Also where it is over every limit, empty, or the same bytes. */
	assert_int_equal(add(&reassembly, 0, 0xffffff, 50, 50),
			 REASSEMBLY_INCONSISTENT);
	assert_int_equal(add(&reassembly, 0, 0, 0, 0), REASSEMBLY_INCONSISTENT);
	assert_int_equal(add(&reassembly, 0, 50, 0, 50),
			 REASSEMBLY_INCONSISTENT);
	assert_not_ready(&reassembly);
	reassembly_clear(&reassembly);
}

/* GnuTLS: the same sequence number with different message types. */
static void other_type_is_inconsistent(void **state)
{
	struct reassembly reassembly = start(BUDGET);
	struct handshake_fragment fragment = {
		.type = HANDSHAKE_FINISHED,
		.message_len = 100,
		.message_seq = 1,
		.offset = 50,
		.data = bytes_of(pattern + 50, 50),
	};

	(void)state;
	assert_int_equal(add(&reassembly, 1, 100, 0, 50), REASSEMBLY_STORED);
	assert_int_equal(reassembly_add(&reassembly, &fragment),
			 REASSEMBLY_INCONSISTENT);
	fragment.type = NOT_NOW;
	assert_int_equal(reassembly_add(&reassembly, &fragment),
			 REASSEMBLY_INCONSISTENT);
	reassembly_clear(&reassembly);
}

/* GnuTLS: an underflow on a crafted datagram. */
static void fragment_beyond_the_end_is_inconsistent(void **state)
{
	struct reassembly reassembly = start(BUDGET);

	(void)state;
	assert_int_equal(add(&reassembly, 0, 100, 51, 50),
			 REASSEMBLY_INCONSISTENT);
	assert_int_equal(add(&reassembly, 0, 100, 101, 0),
			 REASSEMBLY_INCONSISTENT);
	assert_int_equal(add(&reassembly, 0, 0, 1, 0), REASSEMBLY_INCONSISTENT);
	assert_int_equal(add(&reassembly, 0, 0, 0, 1), REASSEMBLY_INCONSISTENT);
	assert_int_equal(add(&reassembly, 0, 5, 65000, 5),
			 REASSEMBLY_INCONSISTENT);
	assert_int_equal(reassembly.held, 0);
	assert_false(reassembly_has_partial(&reassembly));
	reassembly_clear(&reassembly);
}

/* GnuTLS: a missing bound on the fragment array. */
static void fragments_are_bounded_by_the_budget(void **state)
{
	struct reassembly reassembly = start(BUDGET);
	uint32_t kept = 0;

	(void)state;
	for (uint32_t at = 1; at < MAX_LEN; at += 2) {
		if (add(&reassembly, 0, MAX_LEN, at, 1) != REASSEMBLY_STORED)
			break;
		kept++;
		assert_true(allocated(&reassembly) <= reassembly.held);
		assert_true(reassembly.held <= BUDGET);
	}
	assert_true(kept > 500);
	assert_true(kept < MAX_LEN / 2);
	reassembly_clear(&reassembly);
	assert_int_equal(reassembly.held, 0);
}

/* GnuTLS: an inconsistent ordering of duplicates. */
static void duplicates_in_any_order_give_the_same(void **state)
{
	static const struct range pieces[] = {
		{ 0, 10 },  { 0, 10 }, { 5, 15 },
		{ 10, 20 }, { 5, 15 }, { 0, 20 },
	};
	size_t count = sizeof(pieces) / sizeof(pieces[0]);

	(void)state;
	for (size_t first = 0; first < count; first++) {
		for (size_t step = 1; step <= 5; step += 4) {
			struct reassembly reassembly = start(BUDGET);

			for (size_t i = 0; i < count; i++) {
				struct range piece =
					pieces[(first + i * step) % count];

				assert_int_equal(add(&reassembly, 0, 20,
						     piece.start,
						     piece.end - piece.start),
						 REASSEMBLY_STORED);
			}
			assert_next(&reassembly, 20);
			reassembly_clear(&reassembly);
		}
	}
}

/* "SHOULD abort ... if the value of a byte changes." */
static void changed_bytes_are_inconsistent(void **state)
{
	struct reassembly reassembly = start(BUDGET);
	uint8_t changed[20];
	struct handshake_fragment fragment = {
		.type = TYPE,
		.message_len = 100,
		.data = bytes_of(changed, sizeof(changed)),
	};

	(void)state;
	assert_int_equal(add(&reassembly, 0, 100, 0, 20), REASSEMBLY_STORED);
	assert_int_equal(add(&reassembly, 0, 100, 50, 20), REASSEMBLY_STORED);
	for (uint32_t offset = 0; offset <= 50; offset += 50) {
		fragment.offset = offset;
		memcpy(changed, pattern + offset, sizeof(changed));
		assert_int_equal(reassembly_add(&reassembly, &fragment),
				 REASSEMBLY_STORED);
		changed[19] ^= 1;
		assert_int_equal(reassembly_add(&reassembly, &fragment),
				 REASSEMBLY_INCONSISTENT);
	}
	reassembly_clear(&reassembly);
}

static void size_limit_is_inclusive_and_comes_first(void **state)
{
	struct reassembly reassembly = start(BUDGET);

	(void)state;
	allocations_left = 0;
	assert_int_equal(add(&reassembly, 0, MAX_LEN + 1, 0, 1),
			 REASSEMBLY_TOO_LARGE);
	assert_int_equal(add(&reassembly, 3, 0xffffff, 0, 1),
			 REASSEMBLY_TOO_LARGE);
	allocations_left = -1;
	assert_int_equal(reassembly.held, 0);
	assert_int_equal(add(&reassembly, 0, MAX_LEN, 0, MAX_LEN),
			 REASSEMBLY_STORED);
	assert_next(&reassembly, MAX_LEN);
	reassembly_clear(&reassembly);
}

static void what_is_not_wanted_now_is_dropped(void **state)
{
	struct reassembly reassembly = start(BUDGET);
	const struct handshake_fragment fragment = {
		.type = NOT_NOW,
		.message_len = 10,
		.data = bytes_of(pattern, 10),
	};

	(void)state;
	assert_int_equal(reassembly_add(&reassembly, &fragment),
			 REASSEMBLY_DROPPED);
	assert_false(reassembly_has_partial(&reassembly));
	reassembly.max_len = NULL;
	assert_int_equal(add(&reassembly, 0, 10, 0, 10), REASSEMBLY_DROPPED);
	assert_false(reassembly_has_partial(&reassembly));
	reassembly_clear(&reassembly);
}

static void memory_grows_with_what_arrived(void **state)
{
	struct reassembly reassembly = start(BUDGET);
	size_t empty;

	(void)state;
	assert_int_equal(add(&reassembly, 0, MAX_LEN, 0, 0), REASSEMBLY_STORED);
	empty = allocated(&reassembly);
	assert_true(empty < 100);
	/* The last bytes first: their place costs nothing. */
	assert_int_equal(add(&reassembly, 0, MAX_LEN, MAX_LEN - 100, 100),
			 REASSEMBLY_STORED);
	assert_true(allocated(&reassembly) < empty + 150);
	for (uint32_t at = 0; at < MAX_LEN - 100; at += 100) {
		size_t rest = MAX_LEN - 100 - at;

		assert_int_equal(add(&reassembly, 0, MAX_LEN, at,
				     rest < 100 ? rest : 100),
				 REASSEMBLY_STORED);
		assert_true(allocated(&reassembly) <
			    empty + 150 + at + 100 + BODY_STEP);
	}
	assert_next(&reassembly, MAX_LEN);
	reassembly_clear(&reassembly);
}

static void budget_is_for_all_messages_together(void **state)
{
	struct reassembly reassembly = start(10000);

	(void)state;
	assert_int_equal(add(&reassembly, 1, 6000, 0, 10), REASSEMBLY_STORED);
	assert_int_equal(add(&reassembly, 2, 6000, 0, 10), REASSEMBLY_DROPPED);
	assert_int_equal(add(&reassembly, 0, 3000, 0, 3000), REASSEMBLY_STORED);
	assert_next(&reassembly, 3000);
	assert_int_equal(add(&reassembly, 1, 6000, 10, 5990),
			 REASSEMBLY_STORED);
	assert_next(&reassembly, 6000);
	assert_int_equal(add(&reassembly, 2, 6000, 0, 6000), REASSEMBLY_STORED);
	assert_next(&reassembly, 6000);
	reassembly_clear(&reassembly);
}

/* Nothing acknowledged is thrown away, so what was begun must have room. */
static void what_was_begun_can_be_completed(void **state)
{
	struct reassembly reassembly = start(10000);
	uint32_t at;

	(void)state;
	assert_int_equal(add(&reassembly, 0, 4000, 0, 0), REASSEMBLY_STORED);
	assert_int_equal(add(&reassembly, 1, 4000, 3999, 1), REASSEMBLY_STORED);
	for (at = 1; at < 4000; at += 2) {
		if (add(&reassembly, 1, 4000, at, 1) != REASSEMBLY_STORED)
			break;
	}
	assert_true(at < 3999);
	assert_int_equal(add(&reassembly, 0, 4000, 10, 1), REASSEMBLY_DROPPED);
	for (at = 0; at < 4000; at += 50)
		assert_int_equal(add(&reassembly, 0, 4000, at, 50),
				 REASSEMBLY_STORED);
	assert_next(&reassembly, 4000);
	for (at = 0; at < 4000; at += 50)
		assert_int_equal(add(&reassembly, 1, 4000, at, 50),
				 REASSEMBLY_STORED);
	assert_next(&reassembly, 4000);
	assert_int_equal(reassembly.held, 0);
	reassembly_clear(&reassembly);
}

static void out_of_memory_only_drops(void **state)
{
	(void)state;
	for (int allocations = 0; allocations < 8; allocations++) {
		struct reassembly reassembly = start(BUDGET);

		allocations_left = allocations;
		add(&reassembly, 0, 300, 100, 100);
		add(&reassembly, 0, 300, 200, 50);
		add(&reassembly, 0, 300, 0, 100);
		add(&reassembly, 0, 300, 250, 50);
		allocations_left = -1;
		assert_true(reassembly.held <= BUDGET);
		for (uint32_t at = 0; at < 300; at += 60)
			assert_int_equal(add(&reassembly, 0, 300, at, 60),
					 REASSEMBLY_STORED);
		assert_next(&reassembly, 300);
		assert_int_equal(reassembly.held, 0);
		reassembly_clear(&reassembly);
	}
}

static void add_at_random(struct reassembly *reassembly,
			  struct seeded_random *random, const uint32_t *lens)
{
	uint16_t seq = (uint16_t)seeded_random_below(random, MESSAGES);
	uint32_t offset = seeded_random_below(random, lens[seq] + 201);
	uint32_t len = seeded_random_below(random, 400);
	enum reassembly_result result;

	/* As likely the first byte as any other. */
	offset = offset > 200 ? offset - 200 : 0;
	if (len > lens[seq] - offset)
		len = lens[seq] - offset;
	result = add(reassembly, seq, lens[seq], offset, len);
	check_seeded(random, result == (seq < reassembly->next_seq
						? REASSEMBLY_OLD
						: REASSEMBLY_STORED));
}

static void take_out(struct reassembly *reassembly,
		     struct seeded_random *random, const uint32_t *lens)
{
	uint32_t seq = reassembly->next_seq;
	struct buffer body;
	uint8_t type;

	if (!reassembly_next(reassembly, &type, &body))
		return;
	check_seeded(random, seq < MESSAGES && body.len == lens[seq]);
	check_seeded(random, is_pattern(&body));
	check_seeded(random, reassembly->next_seq == seq + 1);
	buffer_clear(&body);
}

static void any_fragmentation_gives_the_messages(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 150; seed++) {
		struct seeded_random random = seeded_random_of(seed);
		struct reassembly reassembly = start(BUDGET);
		uint32_t lens[MESSAGES];
		unsigned steps = 0;

		for (unsigned i = 0; i < MESSAGES; i++)
			lens[i] = seeded_random_below(&random, 4) == 0
					  ? 0
					  : seeded_random_below(&random, 8000);
		while (reassembly.next_seq < MESSAGES) {
			check_seeded(&random, steps++ < 20000);
			add_at_random(&reassembly, &random, lens);
			check_seeded(&random,
				     allocated(&reassembly) <= reassembly.held);
			check_seeded(&random, reassembly.held <= BUDGET);
			if (seeded_random_below(&random, 3) == 0)
				take_out(&reassembly, &random, lens);
		}
		check_seeded(&random, reassembly.held == 0);
		reassembly_clear(&reassembly);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_message_is_handed_out),
		cmocka_unit_test(empty_message_is_a_message),
		cmocka_unit_test(empty_fragment_brings_nothing),
		cmocka_unit_test(fragments_come_in_any_order),
		cmocka_unit_test(boundaries_may_change_on_retransmission),
		cmocka_unit_test(messages_are_handed_out_in_order),
		cmocka_unit_test(eight_messages_ahead_and_no_more),
		cmocka_unit_test(message_seq_does_not_wrap),
		cmocka_unit_test(other_total_length_is_inconsistent),
		cmocka_unit_test(other_type_is_inconsistent),
		cmocka_unit_test(fragment_beyond_the_end_is_inconsistent),
		cmocka_unit_test(fragments_are_bounded_by_the_budget),
		cmocka_unit_test(duplicates_in_any_order_give_the_same),
		cmocka_unit_test(changed_bytes_are_inconsistent),
		cmocka_unit_test(size_limit_is_inclusive_and_comes_first),
		cmocka_unit_test(what_is_not_wanted_now_is_dropped),
		cmocka_unit_test(memory_grows_with_what_arrived),
		cmocka_unit_test(budget_is_for_all_messages_together),
		cmocka_unit_test(what_was_begun_can_be_completed),
		cmocka_unit_test(out_of_memory_only_drops),
		cmocka_unit_test(any_fragmentation_gives_the_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
