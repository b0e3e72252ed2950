/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The wire reader and writer: network byte order, vectors, and failure that
 * stays.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/wire.h"

static void integers_are_in_network_byte_order(void **state)
{
	static const uint8_t bytes[] = {
		0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
		0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10,
		0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0xf8,
	};
	uint8_t written[sizeof(bytes)];
	struct wire_reader reader;
	struct wire_writer writer;

	(void)state;
	wire_reader_init(&reader, bytes, sizeof(bytes));
	assert_int_equal(wire_read_u8(&reader), 0x01);
	assert_int_equal(wire_read_u16(&reader), 0x0203);
	assert_int_equal(wire_read_u24(&reader), 0x040506);
	assert_int_equal(wire_read_u32(&reader), 0x0708090a);
	assert_true(wire_read_u48(&reader) == 0x0b0c0d0e0f10);
	assert_true(wire_read_u64(&reader) == 0x11121314151617f8);
	assert_true(wire_reader_finished(&reader));

	wire_writer_init(&writer, written, sizeof(written));
	wire_write_u8(&writer, 0x01);
	wire_write_u16(&writer, 0x0203);
	wire_write_u24(&writer, 0x040506);
	wire_write_u32(&writer, 0x0708090a);
	wire_write_u48(&writer, 0x0b0c0d0e0f10);
	wire_write_u64(&writer, 0x11121314151617f8);
	assert_int_equal(wire_written(&writer).len, sizeof(bytes));
	assert_memory_equal(written, bytes, sizeof(bytes));
}

static void reading_past_the_end_fails_for_good(void **state)
{
	static const uint8_t bytes[] = { 0xaa, 0xbb, 0xcc };
	uint8_t copy[2] = { 1, 1 };
	struct wire_reader reader;

	(void)state;
	wire_reader_init(&reader, bytes, sizeof(bytes));
	assert_int_equal(wire_read_u16(&reader), 0xaabb);
	assert_int_equal(wire_read_u16(&reader), 0);
	assert_true(reader.failed);
	/* The byte that is left is out of reach from here on. */
	assert_int_equal(wire_reader_left(&reader), 0);
	assert_false(wire_reader_more(&reader));
	assert_int_equal(wire_read_u8(&reader), 0);
	assert_int_equal(wire_read_bytes(&reader, 1).len, 0);
	assert_null(wire_read_bytes(&reader, 0).data);
	wire_read_copy(&reader, copy, sizeof(copy));
	assert_int_equal(copy[0] | copy[1], 0);
	assert_int_equal(wire_read_rest(&reader).len, 0);
	assert_false(wire_reader_finished(&reader));
}

static void what_is_left_is_not_finished(void **state)
{
	static const uint8_t bytes[] = { 1, 2 };
	struct wire_reader reader;

	(void)state;
	wire_reader_init(&reader, bytes, sizeof(bytes));
	wire_read_u8(&reader);
	assert_true(wire_reader_more(&reader));
	assert_false(wire_reader_finished(&reader));
	wire_read_u8(&reader);
	assert_true(wire_reader_finished(&reader));
	wire_reader_fail(&reader);
	assert_false(wire_reader_finished(&reader));
}

static void nothing_can_be_read_from_nothing(void **state)
{
	struct wire_reader reader;

	(void)state;
	wire_reader_init(&reader, NULL, 0);
	assert_true(wire_reader_finished(&reader));
	assert_int_equal(wire_read_rest(&reader).len, 0);
	assert_true(wire_reader_finished(&reader));
	assert_int_equal(wire_read_u8(&reader), 0);
	assert_true(reader.failed);
}

static void vectors_are_views(void **state)
{
	static const uint8_t bytes[] = { 2, 'a', 'b', 0,   1,  'c',
					 0, 0,	 2,   'd', 'e' };
	struct wire_reader reader;
	adtls_bytes_t vector;

	(void)state;
	wire_reader_init(&reader, bytes, sizeof(bytes));
	vector = wire_read_vector(&reader, 1);
	assert_ptr_equal(vector.data, bytes + 1);
	assert_int_equal(vector.len, 2);
	vector = wire_read_vector(&reader, 2);
	assert_ptr_equal(vector.data, bytes + 5);
	assert_int_equal(vector.len, 1);
	vector = wire_read_vector(&reader, 3);
	assert_ptr_equal(vector.data, bytes + 9);
	assert_int_equal(vector.len, 2);
	assert_true(wire_reader_finished(&reader));
}

static void vector_longer_than_the_input_fails(void **state)
{
	static const uint8_t bytes[] = { 0xff, 0xff, 0xff, 1, 2, 3 };
	struct wire_reader reader;

	(void)state;
	for (unsigned prefix_len = 1; prefix_len <= 3; prefix_len++) {
		wire_reader_init(&reader, bytes, sizeof(bytes));
		assert_int_equal(wire_read_vector(&reader, prefix_len).len, 0);
		assert_true(reader.failed);
	}
}

static void vector_bounds_are_inclusive(void **state)
{
	static const uint8_t bytes[] = { 3, 1, 2, 3 };
	struct wire_reader reader;

	(void)state;
	wire_reader_init(&reader, bytes, sizeof(bytes));
	assert_int_equal(wire_read_vector_bounded(&reader, 1, 3, 3).len, 3);
	assert_true(wire_reader_finished(&reader));
	wire_reader_init(&reader, bytes, sizeof(bytes));
	assert_int_equal(wire_read_vector_bounded(&reader, 1, 4, 9).len, 0);
	assert_true(reader.failed);
	wire_reader_init(&reader, bytes, sizeof(bytes));
	assert_int_equal(wire_read_vector_bounded(&reader, 1, 0, 2).len, 0);
	assert_true(reader.failed);
}

static void writing_past_the_end_fails_for_good(void **state)
{
	uint8_t bytes[4] = { 0, 0, 0, 0x55 };
	struct wire_writer writer;

	(void)state;
	wire_writer_init(&writer, bytes, 3);
	wire_write_u16(&writer, 0x0102);
	wire_write_u16(&writer, 0x0304);
	assert_true(writer.failed);
	wire_write_u8(&writer, 0x05);
	assert_null(wire_write_reserve(&writer, 0));
	assert_int_equal(wire_written(&writer).len, 0);
	assert_int_equal(bytes[2], 0);
	assert_int_equal(bytes[3], 0x55);
}

static void value_that_does_not_fit_fails(void **state)
{
	uint8_t bytes[16];
	struct wire_writer writer;

	(void)state;
	wire_writer_init(&writer, bytes, sizeof(bytes));
	wire_write_u24(&writer, 0xffffff);
	wire_write_u48(&writer, 0xffffffffffff);
	assert_false(writer.failed);
	wire_write_u24(&writer, 0x1000000);
	assert_true(writer.failed);
	wire_writer_init(&writer, bytes, sizeof(bytes));
	wire_write_u48(&writer, 0x1000000000000);
	assert_true(writer.failed);
}

static void nested_vectors_get_their_lengths(void **state)
{
	static const uint8_t expected[] = { 0, 0, 6, 0, 2, 7, 8, 1, 9 };
	uint8_t bytes[32];
	struct wire_writer writer;
	size_t outer;
	size_t inner;

	(void)state;
	wire_writer_init(&writer, bytes, sizeof(bytes));
	outer = wire_write_begin(&writer, 3);
	inner = wire_write_begin(&writer, 2);
	wire_write_u8(&writer, 7);
	wire_write_u8(&writer, 8);
	wire_write_end(&writer, 2, inner);
	wire_write_vector(&writer, 1, "\x09", 1);
	wire_write_end(&writer, 3, outer);
	assert_int_equal(wire_written(&writer).len, sizeof(expected));
	assert_memory_equal(bytes, expected, sizeof(expected));
}

static void vector_over_its_prefix_fails(void **state)
{
	uint8_t body[256] = { 0 };
	uint8_t bytes[300];
	struct wire_writer writer;
	size_t mark;

	(void)state;
	wire_writer_init(&writer, bytes, sizeof(bytes));
	wire_write_vector(&writer, 1, body, 255);
	assert_false(writer.failed);
	wire_writer_init(&writer, bytes, sizeof(bytes));
	wire_write_vector(&writer, 1, body, 256);
	assert_true(writer.failed);
	wire_writer_init(&writer, bytes, sizeof(bytes));
	mark = wire_write_begin(&writer, 1);
	wire_write_bytes(&writer, body, 256);
	wire_write_end(&writer, 1, mark);
	assert_true(writer.failed);
}

static void vector_without_room_for_its_prefix_fails(void **state)
{
	uint8_t bytes[2] = { 0x55, 0x55 };
	struct wire_writer writer;
	size_t mark;

	(void)state;
	wire_writer_init(&writer, bytes, 1);
	mark = wire_write_begin(&writer, 2);
	wire_write_end(&writer, 2, mark);
	assert_true(writer.failed);
	assert_int_equal(bytes[0], 0x55);
	assert_int_equal(bytes[1], 0x55);
}

static void reserved_bytes_are_filled_later(void **state)
{
	uint8_t bytes[4];
	struct wire_writer writer;
	uint8_t *reserved;

	(void)state;
	wire_writer_init(&writer, bytes, sizeof(bytes));
	reserved = wire_write_reserve(&writer, 3);
	wire_write_u8(&writer, 4);
	assert_ptr_equal(reserved, bytes);
	memcpy(reserved, "\x01\x02\x03", 3);
	assert_memory_equal(wire_written(&writer).data, "\x01\x02\x03\x04", 4);
	assert_null(wire_write_reserve(&writer, 1));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(integers_are_in_network_byte_order),
		cmocka_unit_test(reading_past_the_end_fails_for_good),
		cmocka_unit_test(what_is_left_is_not_finished),
		cmocka_unit_test(nothing_can_be_read_from_nothing),
		cmocka_unit_test(vectors_are_views),
		cmocka_unit_test(vector_longer_than_the_input_fails),
		cmocka_unit_test(vector_bounds_are_inclusive),
		cmocka_unit_test(writing_past_the_end_fails_for_good),
		cmocka_unit_test(value_that_does_not_fit_fails),
		cmocka_unit_test(nested_vectors_get_their_lengths),
		cmocka_unit_test(vector_over_its_prefix_fails),
		cmocka_unit_test(vector_without_room_for_its_prefix_fails),
		cmocka_unit_test(reserved_bytes_are_filled_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
