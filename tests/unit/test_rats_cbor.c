/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CBOR: what strangers may send, how it is read, and what is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rats/cbor_check.h"
#include "rats/cbor_reader.h"
#include "rats/cbor_writer.h"
#include "tests/support/test_vectors.h"

struct sample {
	const char *digits;
	const char *what;
};

static bool checks(const char *digits)
{
	struct test_bytes bytes = test_hex(digits);

	return cbor_check(test_view(&bytes));
}

/* RFC 8949 Appendix A, where definite and of the shortest form. */
static const struct sample good[] = {
	{ "00", "0" },
	{ "17", "23" },
	{ "1818", "24" },
	{ "1903e8", "1000" },
	{ "1a000f4240", "1000000" },
	{ "1b000000e8d4a51000", "1000000000000" },
	{ "1bffffffffffffffff", "18446744073709551615" },
	{ "20", "-1" },
	{ "3863", "-100" },
	{ "3903e7", "-1000" },
	{ "3bffffffffffffffff", "-18446744073709551616" },
	{ "f90000", "0.0" },
	{ "fa47c35000", "100000.0" },
	{ "fb3ff199999999999a", "1.1" },
	{ "f97e00", "NaN" },
	{ "f4", "false" },
	{ "f5", "true" },
	{ "f6", "null" },
	{ "f7", "undefined" },
	{ "c11a514b67b0", "1(1363896240)" },
	{ "d74401020304", "23(h'01020304')" },
	{ "d818456449455446", "24(h'6449455446')" },
	{ "40", "h''" },
	{ "4401020304", "h'01020304'" },
	{ "60", "empty text" },
	{ "6449455446", "\"IETF\"" },
	{ "6c 24 7f c280 dfbf e0a080 ed9fbf", "UTF-8 of one to three bytes" },
	{ "68 f0908080 f48fbfbf", "UTF-8 of four bytes" },
	{ "80", "[]" },
	{ "83010203", "[1, 2, 3]" },
	{ "8301820203820405", "[1, [2, 3], [4, 5]]" },
	{ "98190102030405060708090a0b0c0d0e0f101112131415161718181819",
	  "25 items" },
	{ "a0", "{}" },
	{ "a201020304", "{1: 2, 3: 4}" },
	{ "a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}" },
	{ "826161a161626163", "[\"a\", {\"b\": \"c\"}]" },
	{ "a202a101020100", "keys not in order, the same in two maps" },
	{ "c601", "tag 6, which libcbor 0.8 does not know" },
	{ "d201", "tag 18" },
	{ "d401", "tag 20" },
	{ "d83d01", "tag 61" },
	{ "da6374020801", "a CMW's tag" },
};

static const struct sample bad[] = {
	{ "", "nothing" },
	{ "9a10000000", "an array that lies: libcbor's tree took 2 GiB" },
	{ "9bffffffffffffffff", "an array of 2^64-1" },
	{ "ba10000000", "a map that lies" },
	{ "bb8000000000000001", "a map of 2^63+1 pairs: doubled, it is 2" },
	{ "82", "an array cut off" },
	{ "8201", "an array cut off inside" },
	{ "a1", "a map cut off" },
	{ "a101", "a map cut off in a pair" },
	{ "d2", "a tag of nothing" },
	{ "18", "an integer cut off" },
	{ "1b00000000000000", "an integer cut off by a byte" },
	{ "42ff", "bytes cut off" },
	{ "5bffffffffffffffff00", "bytes of 2^64-1" },
	{ "7b7fffffffffffffff00", "text of 2^63-1" },
	{ "0000", "two items" },
	{ "8000", "a trailing byte" },
	{ "a000", "a trailing byte after a map" },
	{ "1800", "0 in two bytes" },
	{ "1817", "23 in two bytes" },
	{ "1900ff", "255 in three bytes" },
	{ "1a0000ffff", "65535 in five bytes" },
	{ "1b00000000ffffffff", "2^32-1 in nine bytes" },
	{ "3817", "-24 in two bytes" },
	{ "580101", "bytes with a long length" },
	{ "5900ff", "bytes with a longer length" },
	{ "780161", "text with a long length" },
	{ "980101", "an array with a long count" },
	{ "b8010101", "a map with a long count" },
	{ "d81201", "tag 18 in two bytes" },
	{ "d9003d01", "tag 61 in three bytes" },
	{ "5f42010243030405ff", "bytes in pieces" },
	{ "7f61616162ff", "text in pieces" },
	{ "9fff", "an array without a count" },
	{ "bfff", "a map without a count" },
	{ "6180", "text that begins with a continuation" },
	{ "61c3", "text cut off in a character" },
	{ "62c328", "text with a character cut short" },
	{ "62c080", "text with an overlong NUL" },
	{ "63e08080", "text with an overlong NUL in three bytes" },
	{ "64f0808080", "text with an overlong NUL in four bytes" },
	{ "63eda080", "text with a surrogate" },
	{ "64f4908080", "text beyond U+10FFFF" },
	{ "61ff", "text with a byte that no UTF-8 has" },
	{ "a161ff00", "a key that is no UTF-8" },
	{ "ff", "a break" },
	{ "81ff", "a break in an array" },
	{ "1c", "reserved" },
	{ "1f", "an integer of indefinite length" },
	{ "3c", "reserved, negative" },
	{ "5c", "reserved, bytes" },
	{ "9c", "reserved, array" },
	{ "bc", "reserved, map" },
	{ "dc", "reserved, tag" },
	{ "fc", "reserved, simple" },
	{ "f800", "a simple value of the wrong form" },
	{ "f814", "false in two bytes" },
	{ "a201020103", "a key twice" },
	{ "a2616101616102", "a text key twice" },
	{ "a301020302 0104", "a key twice, not side by side" },
	{ "a201a10101 0100", "a key twice, around a map" },
	{ "82a20102 0102 00", "a key twice in an inner map" },
	{ "a1f600", "null as a key" },
	{ "a18000", "an array as a key" },
	{ "a1c10000", "a tag as a key" },
	{ "a1f9000000", "a float as a key" },
};

static void well_formed_is_accepted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!checks(good[i].digits))
			fail_msg("refused: %s", good[i].what);
	}
}

static void all_else_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (checks(bad[i].digits))
			fail_msg("accepted: %s", bad[i].what);
	}
}

/* A reader of what the check refuses has failed before its first item. */
static void refused_is_not_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct test_bytes bytes = test_hex(bad[i].digits);
		struct cbor_reader reader;

		cbor_reader_init(&reader, test_view(&bytes));
		assert_true(cbor_reader_failed(&reader));
		cbor_skip(&reader);
		assert_int_equal(cbor_read_unsigned(&reader), 0);
		assert_int_equal(cbor_read_bytes(&reader).len, 0);
		assert_false(cbor_reader_finished(&reader));
	}
}

/* @len times @byte, then 0. */
static bool nested_checks(uint8_t byte, size_t len)
{
	uint8_t data[600];

	assert_true(len < sizeof(data));
	memset(data, byte, len);
	data[len] = 0;
	return cbor_check(bytes_of(data, len + 1));
}

static void depth_is_bounded(void **state)
{
	(void)state;
	assert_true(nested_checks(0x81, CBOR_CHECK_DEPTH_MAX));
	assert_false(nested_checks(0x81, CBOR_CHECK_DEPTH_MAX + 1));
	assert_false(nested_checks(0x81, 500));
	assert_true(nested_checks(0xd2, CBOR_CHECK_DEPTH_MAX));
	assert_false(nested_checks(0xd2, CBOR_CHECK_DEPTH_MAX + 1));
}

static void item_count_is_bounded(void **state)
{
	uint8_t data[3 + CBOR_CHECK_ITEM_MAX] = { 0x99 };

	(void)state;
	data[1] = (CBOR_CHECK_ITEM_MAX - 1) >> 8;
	data[2] = (CBOR_CHECK_ITEM_MAX - 1) & 0xff;
	assert_true(cbor_check(bytes_of(data, sizeof(data) - 1)));
	data[1] = CBOR_CHECK_ITEM_MAX >> 8;
	data[2] = CBOR_CHECK_ITEM_MAX & 0xff;
	assert_false(cbor_check(bytes_of(data, sizeof(data))));
}

/* A map of @count keys, all different. */
static bool keys_check(size_t count)
{
	struct buffer map = { 0 };
	struct cbor_writer writer;
	bool is_good;

	cbor_writer_init(&writer, &map);
	cbor_write_map(&writer, count);
	for (size_t i = 0; i < count; i++) {
		cbor_write_integer(&writer, (int64_t)i);
		cbor_write_integer(&writer, 0);
	}
	assert_false(writer.failed);
	is_good = cbor_check(buffer_bytes(&map));
	buffer_clear(&map);
	return is_good;
}

static void keys_are_bounded(void **state)
{
	uint8_t key[1 + 2 + CBOR_CHECK_KEY_LEN_MAX + 1] = { 0xa1, 0x58 };

	(void)state;
	assert_true(keys_check(CBOR_CHECK_KEY_MAX));
	assert_false(keys_check(CBOR_CHECK_KEY_MAX + 1));
	key[2] = CBOR_CHECK_KEY_LEN_MAX - 2;
	assert_true(cbor_check(bytes_of(key, sizeof(key) - 2)));
	key[2] = CBOR_CHECK_KEY_LEN_MAX - 1;
	assert_false(cbor_check(bytes_of(key, sizeof(key) - 1)));
}

static void size_is_bounded(void **state)
{
	struct buffer bytes = { 0 };
	static const uint8_t head[] = { 0x5a, 0x00, 0xff, 0xff, 0xfa };

	(void)state;
	assert_true(buffer_reserve(&bytes, CBOR_CHECK_LEN_MAX + 1));
	memset(bytes.data, 0, CBOR_CHECK_LEN_MAX + 1);
	memcpy(bytes.data, head, sizeof(head));
	assert_true(cbor_check(bytes_of(bytes.data, CBOR_CHECK_LEN_MAX)));
	bytes.data[4]++;
	assert_false(cbor_check(bytes_of(bytes.data, CBOR_CHECK_LEN_MAX + 1)));
	buffer_clear(&bytes);
}

static void items_are_read(void **state)
{
	/* [1, -2, h'0304', "ab", {5: true}, 18(6), [7, [8, 9]], 10] */
	struct test_bytes bytes =
		test_hex("8801214203046261 62a105f5d2068207820809 0a");
	struct cbor_reader reader;
	adtls_bytes_t string;

	(void)state;
	cbor_reader_init(&reader, test_view(&bytes));
	assert_int_equal(cbor_read_array(&reader), 8);
	assert_int_equal(cbor_read_unsigned(&reader), 1);
	assert_int_equal(cbor_read_integer(&reader), -2);
	string = cbor_read_bytes(&reader);
	assert_ptr_equal(string.data, bytes.data + 4);
	assert_int_equal(string.len, 2);
	assert_true(cbor_reader_at(&reader, CBOR_KIND_TEXT));
	string = cbor_read_text(&reader);
	assert_memory_equal(string.data, "ab", 2);
	assert_int_equal(cbor_read_map(&reader), 1);
	assert_int_equal(cbor_read_integer(&reader), 5);
	cbor_skip(&reader);
	assert_true(cbor_reader_at_tag(&reader, 18));
	assert_false(cbor_reader_at_tag(&reader, 19));
	assert_int_equal(cbor_read_tag(&reader), 18);
	cbor_skip(&reader);
	cbor_skip(&reader);
	assert_false(cbor_reader_finished(&reader));
	assert_int_equal(cbor_read_unsigned(&reader), 10);
	assert_true(cbor_reader_finished(&reader));
}

static void failure_latches(void **state)
{
	struct test_bytes bytes = test_hex("820102");
	struct cbor_reader reader;

	(void)state;
	cbor_reader_init(&reader, test_view(&bytes));
	cbor_read_array(&reader);
	assert_int_equal(cbor_read_bytes(&reader).len, 0);
	assert_true(cbor_reader_failed(&reader));
	assert_int_equal(cbor_read_unsigned(&reader), 0);
	assert_false(cbor_reader_at(&reader, CBOR_KIND_UNSIGNED));
	assert_false(cbor_reader_finished(&reader));
}

static int64_t read_integer(const char *digits, bool *out_failed)
{
	struct test_bytes bytes = test_hex(digits);
	struct cbor_reader reader;
	int64_t value;

	cbor_reader_init(&reader, test_view(&bytes));
	value = cbor_read_integer(&reader);
	*out_failed = cbor_reader_failed(&reader);
	return value;
}

static void integers_that_do_not_fit_fail(void **state)
{
	bool failed;

	(void)state;
	assert_true(read_integer("1b7fffffffffffffff", &failed) == INT64_MAX);
	assert_false(failed);
	assert_true(read_integer("3b7fffffffffffffff", &failed) == INT64_MIN);
	assert_false(failed);
	assert_int_equal(read_integer("1b8000000000000000", &failed), 0);
	assert_true(failed);
	assert_int_equal(read_integer("3b8000000000000000", &failed), 0);
	assert_true(failed);
}

static void heads_are_the_shortest(void **state)
{
	static const struct {
		int64_t value;
		const char *digits;
	} integers[] = {
		{ 0, "00" },
		{ 23, "17" },
		{ 24, "1818" },
		{ 255, "18ff" },
		{ 256, "190100" },
		{ 65535, "19ffff" },
		{ 65536, "1a00010000" },
		{ 4294967295, "1affffffff" },
		{ 4294967296, "1b0000000100000000" },
		{ INT64_MAX, "1b7fffffffffffffff" },
		{ -1, "20" },
		{ -24, "37" },
		{ -25, "3818" },
		{ -70001, "3a00011170" },
		{ INT64_MIN, "3b7fffffffffffffff" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(integers) / sizeof(integers[0]); i++) {
		struct test_bytes expected = test_hex(integers[i].digits);
		struct buffer out = { 0 };
		struct cbor_writer writer;

		cbor_writer_init(&writer, &out);
		cbor_write_integer(&writer, integers[i].value);
		assert_int_equal(out.len, expected.len);
		assert_memory_equal(out.data, expected.data, expected.len);
		buffer_clear(&out);
	}
}

static void items_are_written(void **state)
{
	struct test_bytes expected = test_hex("d284a10142ffee6261 62"
					      "d83d80da6374020840 60");
	static const uint8_t two[] = { 0xff, 0xee };
	struct buffer out = { 0 };
	struct cbor_writer writer;

	(void)state;
	cbor_writer_init(&writer, &out);
	cbor_write_tag(&writer, 18);
	cbor_write_array(&writer, 4);
	cbor_write_map(&writer, 1);
	cbor_write_integer(&writer, 1);
	cbor_write_bytes(&writer, bytes_of(two, sizeof(two)));
	cbor_write_text(&writer, bytes_of("ab", 2));
	cbor_write_tag(&writer, 61);
	cbor_write_array(&writer, 0);
	cbor_write_tag(&writer, 0x63740208);
	cbor_write_bytes(&writer, bytes_of(NULL, 0));
	cbor_write_text(&writer, bytes_of(NULL, 0));
	assert_false(writer.failed);
	assert_int_equal(out.len, expected.len);
	assert_memory_equal(out.data, expected.data, expected.len);
	buffer_clear(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(well_formed_is_accepted),
		cmocka_unit_test(all_else_is_refused),
		cmocka_unit_test(refused_is_not_read),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(item_count_is_bounded),
		cmocka_unit_test(keys_are_bounded),
		cmocka_unit_test(size_is_bounded),
		cmocka_unit_test(items_are_read),
		cmocka_unit_test(failure_latches),
		cmocka_unit_test(integers_that_do_not_fit_fail),
		cmocka_unit_test(heads_are_the_shortest),
		cmocka_unit_test(items_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
