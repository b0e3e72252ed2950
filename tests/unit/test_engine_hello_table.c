/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of fragmented ClientHellos: what it puts together, and that it
 * holds no more than its bound, whoever sends what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "engine/hello_table.h"
#include "tests/support/seeded_random.h"

#define BODY_LEN 600
#define FLOOD	 20000

static uint8_t body[BODY_LEN];

static int setup(void **state)
{
	static struct hello_table table;

	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = (uint8_t)(i % 251);
	assert_true(hello_table_init(&table));
	*state = &table;
	return 0;
}

static int teardown(void **state)
{
	struct hello_table *table = *state;

	hello_table_clear(table);
	return 0;
}

static adtls_address_t address_of(uint32_t number)
{
	adtls_address_t address = { .len = sizeof(number) };

	memcpy(address.data, &number, sizeof(number));
	return address;
}

static struct handshake_fragment fragment_of(size_t offset, size_t len)
{
	return (struct handshake_fragment){
		.type = HANDSHAKE_CLIENT_HELLO,
		.message_len = BODY_LEN,
		.offset = (uint32_t)offset,
		.data = bytes_of(body + offset, len),
	};
}

/* True if it made a whole hello of @client's, which must be the body. */
static bool add(struct hello_table *table, uint32_t client,
		const struct handshake_fragment *fragment)
{
	adtls_address_t address = address_of(client);
	struct buffer whole = { 0 };
	size_t received = 0;
	bool is_whole = hello_table_add(table, &address, fragment,
					fragment->data.len + 25, &whole,
					&received);

	if (is_whole) {
		assert_int_equal(whole.len, BODY_LEN);
		assert_memory_equal(whole.data, body, BODY_LEN);
		assert_true(received >= BODY_LEN);
	}
	buffer_clear(&whole);
	return is_whole;
}

static bool add_part(struct hello_table *table, uint32_t client, size_t offset,
		     size_t len)
{
	struct handshake_fragment fragment = fragment_of(offset, len);

	return add(table, client, &fragment);
}

static size_t entries_in_use(const struct hello_table *table)
{
	size_t count = 0;

	for (size_t i = 0; i < HELLO_TABLE_ENTRIES; i++)
		count += table->entries[i].used != 0 ? 1 : 0;
	return count;
}

/* Putting together */

static void fragments_in_any_order(void **state)
{
	struct hello_table *table = *state;

	assert_false(add_part(table, 1, 400, 200));
	assert_false(add_part(table, 1, 0, 250));
	assert_false(add_part(table, 1, 400, 200)); /* again */
	assert_true(add_part(table, 1, 200, 200));  /* overlaps */
	assert_int_equal(entries_in_use(table), 0);
	assert_false(add_part(table, 1, 0, 599));
	assert_true(add_part(table, 1, 599, 1));
	assert_int_equal(table->evicted, 0);
}

static void bytes_of_datagrams_are_summed(void **state)
{
	struct handshake_fragment first = fragment_of(0, 300);
	struct handshake_fragment last = fragment_of(300, 300);
	adtls_address_t address = address_of(1);
	struct hello_table *table = *state;
	struct buffer whole = { 0 };
	size_t received = 0;

	assert_false(hello_table_add(table, &address, &first, 325, &whole,
				     &received));
	/* A repetition counts too: it was received. */
	assert_false(hello_table_add(table, &address, &first, 325, &whole,
				     &received));
	assert_true(hello_table_add(table, &address, &last, 340, &whole,
				    &received));
	assert_int_equal(received, 325 + 325 + 340);
	buffer_clear(&whole);
}

static void clients_are_told_apart(void **state)
{
	struct hello_table *table = *state;

	assert_false(add_part(table, 1, 0, 300));
	assert_false(add_part(table, 2, 300, 300));
	assert_int_equal(entries_in_use(table), 2);
	assert_true(add_part(table, 2, 0, 300));
	assert_true(add_part(table, 1, 300, 300));
}

/* ClientHello2 takes the place of ClientHello1. */
static void the_second_hello_starts_anew(void **state)
{
	struct handshake_fragment second = fragment_of(300, 300);
	struct hello_table *table = *state;

	second.message_seq = 1;
	assert_false(add_part(table, 1, 0, 300));
	assert_false(add(table, 1, &second));
	assert_int_equal(entries_in_use(table), 1);
	second = fragment_of(0, 300);
	second.message_seq = 1;
	assert_true(add(table, 1, &second));
}

/* Fragments that contradict one another end the attempt. */

static void assert_starts_anew(struct hello_table *table,
			       const struct handshake_fragment *contradiction)
{
	assert_false(add_part(table, 1, 0, 300));
	assert_false(add(table, 1, contradiction));
	assert_int_equal(entries_in_use(table), 0);
	assert_false(add_part(table, 1, 300, 300));
	assert_true(add_part(table, 1, 0, 300));
}

static void contradictions_are_thrown_away(void **state)
{
	struct handshake_fragment fragment = fragment_of(299, 100);
	struct hello_table *table = *state;
	uint8_t other[100] = { 0xff };

	fragment.data = bytes_of(other, sizeof(other));
	assert_starts_anew(table, &fragment);
	fragment = fragment_of(300, 100);
	fragment.message_len = BODY_LEN + 1;
	assert_starts_anew(table, &fragment);
}

/* The bound */

static void the_oldest_gives_way(void **state)
{
	struct hello_table *table = *state;

	for (uint32_t client = 0; client < HELLO_TABLE_ENTRIES; client++)
		assert_false(add_part(table, client, 0, 300));
	assert_int_equal(table->evicted, 0);
	/* The first is heard of again, so that the second is the oldest. */
	assert_false(add_part(table, 0, 0, 300));
	assert_false(add_part(table, 1000, 0, 300));
	assert_int_equal(table->evicted, 1);
	assert_int_equal(entries_in_use(table), HELLO_TABLE_ENTRIES);
	assert_true(add_part(table, 0, 300, 300));
	assert_true(add_part(table, 1000, 300, 300));
	assert_int_equal(entries_in_use(table), HELLO_TABLE_ENTRIES - 2);
	/* It has to begin again; there is room now. */
	assert_false(add_part(table, 1, 300, 300));
	assert_true(add_part(table, 1, 0, 300));
	assert_int_equal(table->evicted, 1);
}

/* With shares of X25519MLKEM768 (1216 bytes) and MLKEM1024 (1568), and all the
 * rest that a browser sends. */
static void hellos_with_two_large_shares_fit(void **state)
{
	struct handshake_fragment fragment = fragment_of(0, 300);
	static const uint8_t large[3371];
	adtls_address_t from = address_of(1);
	struct hello_table *table = *state;
	struct buffer whole = { 0 };
	size_t received = 0;

	fragment.message_len = sizeof(large);
	fragment.data = bytes_of(large, 1200);
	assert_false(hello_table_add(table, &from, &fragment, 1225, &whole,
				     &received));
	fragment.offset = 1200;
	fragment.data = bytes_of(large + 1200, sizeof(large) - 1200);
	assert_true(hello_table_add(table, &from, &fragment, 2196, &whole,
				    &received));
	assert_int_equal(whole.len, sizeof(large));
	buffer_clear(&whole);
}

static void hellos_over_the_bound_are_not_begun(void **state)
{
	struct handshake_fragment fragment = fragment_of(0, 300);
	struct hello_table *table = *state;

	fragment.message_len = HELLO_TABLE_BYTES + 1;
	assert_false(add(table, 1, &fragment));
	assert_int_equal(entries_in_use(table), 0);
	fragment.message_len = 0xffffff;
	assert_false(add(table, 1, &fragment));
	assert_int_equal(entries_in_use(table), 0);
}

static void other_messages_are_not_kept(void **state)
{
	struct handshake_fragment fragment = fragment_of(0, 300);
	struct hello_table *table = *state;
	struct handshake_fragment last = fragment_of(300, 300);

	fragment.type = last.type = HANDSHAKE_CERTIFICATE;
	assert_false(add(table, 1, &fragment));
	assert_false(add(table, 1, &last));
	for (size_t i = 0; i < HELLO_TABLE_ENTRIES; i++)
		assert_int_equal(table->entries[i].reassembly.held, 0);
}

/* Random fragments of random strangers: never more than 64 entries of 4 KiB. */
static void a_flood_does_not_grow_it(void **state)
{
	struct seeded_random random = seeded_random_of(1);
	struct hello_table *table = *state;

	for (unsigned i = 0; i < FLOOD; i++) {
		uint32_t client = seeded_random_below(&random, 200);
		uint32_t offset = seeded_random_below(&random, BODY_LEN);
		struct handshake_fragment fragment = fragment_of(
			offset,
			1 + seeded_random_below(&random, BODY_LEN - offset));

		fragment.message_seq =
			(uint16_t)seeded_random_below(&random, 2);
		add(table, client, &fragment);
		for (size_t j = 0; j < HELLO_TABLE_ENTRIES; j++)
			check_seeded(&random,
				     table->entries[j].reassembly.held <=
					     HELLO_TABLE_BYTES);
	}
	assert_true(table->evicted > 0);
	assert_int_equal(entries_in_use(table), HELLO_TABLE_ENTRIES);
}

/* One client that sends nothing but single bytes with gaps fills its own entry
 * and nobody else's. */
static void crumbs_fill_one_entry(void **state)
{
	struct hello_table *table = *state;

	for (size_t offset = 0; offset < BODY_LEN; offset += 2)
		assert_false(add_part(table, 1, offset, 1));
	assert_int_equal(entries_in_use(table), 1);
	assert_true(table->entries[0].reassembly.held <= HELLO_TABLE_BYTES);
	assert_false(add_part(table, 2, 0, 300));
	assert_true(add_part(table, 2, 300, 300));
}

#define with_table(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_table(fragments_in_any_order),
		with_table(bytes_of_datagrams_are_summed),
		with_table(clients_are_told_apart),
		with_table(the_second_hello_starts_anew),
		with_table(contradictions_are_thrown_away),
		with_table(the_oldest_gives_way),
		with_table(hellos_with_two_large_shares_fit),
		with_table(hellos_over_the_bound_are_not_begun),
		with_table(other_messages_are_not_kept),
		with_table(a_flood_does_not_grow_it),
		with_table(crumbs_fill_one_entry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
