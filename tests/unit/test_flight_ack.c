/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The list of records to acknowledge, and the ACK message (RFC 9147 §7).
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/buffer.h"
#include "flight/ack.h"

#define CONTENT_MAX (2 + ACK_NUMBER_LEN * (ACK_READ_MAX + 1))

static struct record_number number(uint64_t epoch, uint64_t sequence)
{
	return (struct record_number){ .epoch = epoch, .sequence = sequence };
}

/* The numbers that an ACK named. */
struct named {
	struct record_number numbers[ACK_READ_MAX + 1];
	size_t count;
};

static void name(void *context, struct record_number each)
{
	struct named *named = context;

	assert_true(named->count < ACK_READ_MAX + 1);
	named->numbers[named->count++] = each;
}

/* Writes an ACK into @room bytes and reads it again. */
static size_t write_and_read(struct ack_list *list, size_t room,
			     struct named *named)
{
	static uint8_t content[CONTENT_MAX];
	struct wire_writer writer;

	named->count = 0;
	assert_true(room <= sizeof(content));
	wire_writer_init(&writer, content, room);
	if (!ack_list_write(list, &writer)) {
		assert_int_equal(writer.len, 0);
		return 0;
	}
	assert_true(ack_read(wire_written(&writer), name, named));
	for (size_t i = 1; i < named->count; i++)
		assert_true(record_number_compare(named->numbers[i - 1],
						  named->numbers[i]) < 0);
	return named->count;
}

static void numbers_are_on_the_wire_as_the_rfc_says(void **state)
{
	static const uint8_t expected[] = {
		0x00, 0x20, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0,
		1,    0,    0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 1, 0, 0x0a,
	};
	uint8_t content[64];
	struct ack_list list;
	struct wire_writer writer;

	(void)state;
	ack_list_init(&list);
	assert_true(ack_list_add(&list, number(3, 0x1000a)));
	assert_true(ack_list_add(&list, number(2, 1)));
	wire_writer_init(&writer, content, sizeof(content));
	assert_true(ack_list_write(&list, &writer));
	assert_int_equal(wire_written(&writer).len, sizeof(expected));
	assert_memory_equal(content, expected, sizeof(expected));
	ack_list_clear(&list);
}

static void empty_list_writes_nothing(void **state)
{
	struct named named;
	struct ack_list list;

	(void)state;
	ack_list_init(&list);
	assert_int_equal(write_and_read(&list, 100, &named), 0);
	assert_false(ack_list_is_due(&list, UINT64_MAX - 1));
	ack_list_clear(&list);
}

static void duplicates_are_listed_once(void **state)
{
	struct named named;
	struct ack_list list;

	(void)state;
	ack_list_init(&list);
	for (unsigned i = 0; i < 3 * ACK_EVERY; i++)
		assert_true(ack_list_add(&list, number(2, 7)));
	assert_int_equal(list.due_us, ADTLS_NEVER);
	assert_int_equal(write_and_read(&list, 100, &named), 1);
	ack_list_clear(&list);
}

static void earlier_schedule_wins(void **state)
{
	struct named named;
	struct ack_list list;

	(void)state;
	ack_list_init(&list);
	assert_true(ack_list_add(&list, number(2, 0)));
	assert_false(ack_list_is_due(&list, UINT64_MAX - 1));
	ack_list_schedule(&list, 500);
	ack_list_schedule(&list, 900);
	assert_false(ack_list_is_due(&list, 499));
	assert_true(ack_list_is_due(&list, 500));
	ack_list_schedule(&list, 300);
	assert_true(ack_list_is_due(&list, 300));
	assert_int_equal(write_and_read(&list, 100, &named), 1);
	assert_int_equal(list.due_us, ADTLS_NEVER);
	/* What was acknowledged is still listed when one is due again. */
	assert_true(ack_list_add(&list, number(2, 1)));
	assert_int_equal(write_and_read(&list, 100, &named), 2);
	ack_list_clear(&list);
}

static void records_owed_are_told_by_epoch(void **state)
{
	struct named named;
	struct ack_list list;

	(void)state;
	ack_list_init(&list);
	assert_false(ack_list_owes_before(&list, 3));
	assert_true(ack_list_add(&list, number(3, 0)));
	assert_false(ack_list_owes_before(&list, 3));
	assert_true(ack_list_owes_before(&list, 4));
	assert_true(ack_list_add(&list, number(2, 7)));
	assert_true(ack_list_owes_before(&list, 3));
	/* Listed still, but owed no more. */
	assert_int_equal(write_and_read(&list, 100, &named), 2);
	assert_false(ack_list_owes_before(&list, 4));
	ack_list_clear(&list);
}

static void tenth_record_is_acknowledged_at_once(void **state)
{
	struct named named;
	struct ack_list list;

	(void)state;
	ack_list_init(&list);
	for (uint64_t round = 0; round < 2; round++) {
		for (uint64_t i = 0; i < ACK_EVERY; i++) {
			assert_false(ack_list_is_due(&list, 0));
			assert_true(ack_list_add(
				&list, number(2, round * ACK_EVERY + i)));
		}
		assert_true(ack_list_is_due(&list, 0));
		assert_int_equal(write_and_read(&list, 1000, &named),
				 (round + 1) * ACK_EVERY);
	}
	ack_list_clear(&list);
}

/* "14 record numbers fit a 256-byte datagram", newest first. */
static void large_ack_is_split_newest_first(void **state)
{
	struct named named;
	struct ack_list list;

	(void)state;
	ack_list_init(&list);
	for (uint64_t i = 0; i < 32; i++)
		assert_true(ack_list_add(&list, number(2, i)));
	ack_list_schedule(&list, 0);
	assert_int_equal(write_and_read(&list, 2 + 14 * 16 + 15, &named), 14);
	assert_int_equal(named.numbers[0].sequence, 18);
	assert_int_equal(named.numbers[13].sequence, 31);
	assert_true(ack_list_is_due(&list, 0));
	assert_int_equal(write_and_read(&list, 2 + 14 * 16, &named), 14);
	assert_int_equal(named.numbers[0].sequence, 4);
	assert_true(ack_list_is_due(&list, 0));
	/* The four that are left, and the newest ten again. */
	assert_int_equal(write_and_read(&list, 2 + 14 * 16, &named), 14);
	assert_int_equal(named.numbers[0].sequence, 0);
	assert_int_equal(named.numbers[3].sequence, 3);
	assert_int_equal(named.numbers[4].sequence, 22);
	assert_false(ack_list_is_due(&list, UINT64_MAX - 1));
	ack_list_clear(&list);
}

static void what_was_never_sent_goes_first(void **state)
{
	struct named named;
	struct ack_list list;

	(void)state;
	ack_list_init(&list);
	for (uint64_t i = 0; i < 4; i++)
		assert_true(ack_list_add(&list, number(2, 2 * i)));
	ack_list_schedule(&list, 0);
	assert_int_equal(write_and_read(&list, 2 + 4 * 16, &named), 4);
	/* Older than what was sent, so newest first would pass it over. */
	assert_true(ack_list_add(&list, number(2, 1)));
	ack_list_schedule(&list, 0);
	assert_int_equal(write_and_read(&list, 2 + 2 * 16, &named), 2);
	assert_int_equal(named.numbers[0].sequence, 1);
	assert_int_equal(named.numbers[1].sequence, 6);
	assert_false(ack_list_is_due(&list, UINT64_MAX - 1));
	ack_list_clear(&list);
}

static void each_number_is_written_once_before_any_twice(void **state)
{
	struct named named;
	struct ack_list list;
	size_t writes = 0;

	(void)state;
	ack_list_init(&list);
	for (uint64_t i = 0; i < 330; i++) {
		assert_true(ack_list_add(&list, number(2, i)));
		while (ack_list_is_due(&list, 0)) {
			assert_true(write_and_read(&list, 2 + 14 * 16,
						   &named) > 0);
			writes++;
		}
	}
	/* One ACK for ten records, however long the flight. */
	assert_int_equal(writes, 33);
	ack_list_clear(&list);
}

static void without_room_it_stays_due(void **state)
{
	struct named named;
	struct ack_list list;
	uint8_t content[64];
	struct wire_writer writer;

	(void)state;
	ack_list_init(&list);
	assert_true(ack_list_add(&list, number(2, 0)));
	ack_list_schedule(&list, 0);
	assert_int_equal(write_and_read(&list, 0, &named), 0);
	assert_int_equal(write_and_read(&list, 17, &named), 0);
	wire_writer_init(&writer, content, sizeof(content));
	writer.failed = true;
	assert_false(ack_list_write(&list, &writer));
	assert_true(ack_list_is_due(&list, 0));
	assert_int_equal(write_and_read(&list, 18, &named), 1);
	ack_list_clear(&list);
}

static void oldest_numbers_are_dropped(void **state)
{
	static struct named named;
	struct ack_list list;

	(void)state;
	ack_list_init(&list);
	for (uint64_t i = 1; i <= ACK_NUMBERS_MAX + 5; i++)
		assert_true(ack_list_add(&list, number(2, 2 * i)));
	assert_int_equal(list.count, ACK_NUMBERS_MAX);
	assert_int_equal(list.capacity, ACK_NUMBERS_MAX);
	/* One in the middle takes the place of the oldest; one that is older
	 * than all has none. */
	assert_true(ack_list_add(&list, number(2, 101)));
	assert_true(ack_list_add(&list, number(2, 1)));
	assert_int_equal(write_and_read(&list, CONTENT_MAX, &named),
			 ACK_NUMBERS_MAX);
	assert_int_equal(named.numbers[0].sequence, 2 * 7);
	assert_int_equal(named.numbers[ACK_NUMBERS_MAX - 1].sequence,
			 2 * (ACK_NUMBERS_MAX + 5));
	ack_list_clear(&list);
}

static void reset_forgets_everything(void **state)
{
	struct named named;
	struct ack_list list;

	(void)state;
	ack_list_init(&list);
	for (uint64_t i = 0; i < ACK_EVERY; i++)
		assert_true(ack_list_add(&list, number(2, i)));
	ack_list_reset(&list);
	assert_false(ack_list_is_due(&list, UINT64_MAX - 1));
	assert_int_equal(write_and_read(&list, 100, &named), 0);
	assert_true(ack_list_add(&list, number(2, 99)));
	assert_int_equal(write_and_read(&list, 100, &named), 1);
	ack_list_clear(&list);
}

static void malformed_acks_name_nothing(void **state)
{
	static uint8_t content[CONTENT_MAX + 1];
	static struct named named;
	struct wire_writer writer;

	(void)state;
	memset(content, 0, sizeof(content));
	content[1] = 32;
	assert_true(ack_read(bytes_of(content, 34), name, &named));
	assert_int_equal(named.count, 2);
	named.count = 0;
	for (size_t len = 0; len <= 64; len++) {
		if (len != 34)
			assert_false(
				ack_read(bytes_of(content, len), name, &named));
	}
	content[1] = 31;
	assert_false(ack_read(bytes_of(content, 33), name, &named));
	wire_writer_init(&writer, content, sizeof(content));
	wire_write_u16(&writer, (ACK_READ_MAX + 1) * ACK_NUMBER_LEN);
	assert_false(ack_read(bytes_of(content, CONTENT_MAX), name, &named));
	assert_int_equal(named.count, 0);
}

/* "Such an ACK ... indicates that the sender is still live." */
static void empty_ack_is_well_formed(void **state)
{
	static struct named named;

	(void)state;
	assert_true(ack_read(bytes_of("\0", 2), name, &named));
	assert_int_equal(named.count, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_on_the_wire_as_the_rfc_says),
		cmocka_unit_test(empty_list_writes_nothing),
		cmocka_unit_test(duplicates_are_listed_once),
		cmocka_unit_test(earlier_schedule_wins),
		cmocka_unit_test(records_owed_are_told_by_epoch),
		cmocka_unit_test(tenth_record_is_acknowledged_at_once),
		cmocka_unit_test(large_ack_is_split_newest_first),
		cmocka_unit_test(what_was_never_sent_goes_first),
		cmocka_unit_test(each_number_is_written_once_before_any_twice),
		cmocka_unit_test(without_room_it_stays_due),
		cmocka_unit_test(oldest_numbers_are_dropped),
		cmocka_unit_test(reset_forgets_everything),
		cmocka_unit_test(malformed_acks_name_nothing),
		cmocka_unit_test(empty_ack_is_well_formed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
