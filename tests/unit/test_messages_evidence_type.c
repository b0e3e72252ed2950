/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Evidence types in hello extensions (protocol §3) against the Python peer's
 * bytes, and what is refused as what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "messages/evidence_type.h"
#include "messages/extension.h"
#include "tests/support/test_vectors.h"

static enum evidence_type_result read_list(adtls_bytes_t body, size_t *out)
{
	struct evidence_type types[EVIDENCE_TYPES_MAX];

	return evidence_type_list_read(body, types, out);
}

static enum evidence_type_result read_answer(adtls_bytes_t body)
{
	struct evidence_type type;

	return evidence_type_read(body, &type);
}

static enum evidence_type_result list_hex(const char *digits)
{
	struct test_bytes bytes = test_hex(digits);
	size_t count;

	return read_list(test_view(&bytes), &count);
}

static enum evidence_type_result answer_hex(const char *digits)
{
	struct test_bytes bytes = test_hex(digits);

	return read_answer(test_view(&bytes));
}

/* Vectors of the Python peer */

static void check_answer(const json_t *vector,
			 const struct evidence_type *offered)
{
	struct test_bytes answer = test_vector_bytes(vector, "answer");
	struct evidence_type selected;
	struct wire_writer writer;
	uint8_t written[256];

	assert_int_equal(evidence_type_read(test_view(&answer), &selected),
			 EVIDENCE_TYPE_OK);
	assert_true(evidence_type_equal(&selected, offered));
	wire_writer_init(&writer, written, sizeof(written));
	evidence_type_write(&writer, &selected);
	test_assert_field(vector, "answer", wire_written(&writer).data,
			  wire_written(&writer).len);
}

static void check_negotiation(const json_t *vector)
{
	uint64_t extension = test_vector_number(vector, "extension");
	struct test_bytes offer = test_vector_bytes(vector, "offer");
	struct evidence_type types[EVIDENCE_TYPES_MAX];
	struct wire_writer writer;
	uint8_t written[256];
	size_t count;

	if (extension != EXTENSION_EVIDENCE_PROPOSAL &&
	    extension != EXTENSION_EVIDENCE_REQUEST)
		return;
	assert_int_equal(
		evidence_type_list_read(test_view(&offer), types, &count),
		EVIDENCE_TYPE_OK);
	assert_int_equal(count, test_vector_number(vector, "count"));
	wire_writer_init(&writer, written, sizeof(written));
	evidence_type_list_write(&writer, types, count);
	test_assert_field(vector, "offer", wire_written(&writer).data,
			  wire_written(&writer).len);
	check_answer(vector, &types[0]);
}

static void offers_and_answers_of_the_peer(void **state)
{
	(void)state;
	assert_true(test_vectors_each("negotiation", check_negotiation) >= 2);
}

static void both_encodings_are_read(void **state)
{
	struct test_bytes offer = test_hex("08 00 0107 01 0002 612f");
	struct evidence_type types[EVIDENCE_TYPES_MAX];
	size_t count;

	(void)state;
	assert_int_equal(
		evidence_type_list_read(test_view(&offer), types, &count),
		EVIDENCE_TYPE_OK);
	assert_int_equal(count, 2);
	assert_false(types[0].is_media_type);
	assert_int_equal(types[0].content_format, 263);
	assert_true(types[1].is_media_type);
	assert_int_equal(types[1].media_type.len, 2);
	assert_memory_equal(types[1].media_type.data, "a/", 2);
}

/* Malformed, decode_error; illegal, illegal_parameter: protocol §3 */

static void every_truncation_is_malformed(void **state)
{
	struct test_bytes offer = test_hex("08 00 0107 01 0002 612f");
	struct test_bytes answer = test_hex("01 0002 612f");
	size_t count;

	(void)state;
	for (size_t len = 0; len < offer.len; len++) {
		uint8_t *copy = malloc(len > 0 ? len : 1);

		assert_non_null(copy);
		memcpy(copy, offer.data, len);
		assert_int_equal(read_list(bytes_of(copy, len), &count),
				 EVIDENCE_TYPE_MALFORMED);
		/* The same cut with a list length that hides it; nothing but
		 * the first type is a list again. */
		if (len > 1) {
			copy[0] = (uint8_t)(len - 1);
			assert_int_equal(read_list(bytes_of(copy, len), &count),
					 len == 4 ? EVIDENCE_TYPE_OK
						  : EVIDENCE_TYPE_MALFORMED);
		}
		free(copy);
	}
	for (size_t len = 0; len < answer.len; len++)
		assert_int_equal(read_answer(bytes_of(answer.data, len)),
				 EVIDENCE_TYPE_MALFORMED);
}

static void trailing_bytes_and_empty_lists_are_malformed(void **state)
{
	(void)state;
	assert_int_equal(list_hex("03 00 0107 00"), EVIDENCE_TYPE_MALFORMED);
	assert_int_equal(list_hex("00"), EVIDENCE_TYPE_MALFORMED);
	assert_int_equal(list_hex("04 00 0107 00"), EVIDENCE_TYPE_MALFORMED);
	assert_int_equal(answer_hex("00 0107 00"), EVIDENCE_TYPE_MALFORMED);
	assert_int_equal(answer_hex("01 0001 61 61"), EVIDENCE_TYPE_MALFORMED);
	/* An answer is no list. */
	assert_int_equal(answer_hex("03 00 0107"), EVIDENCE_TYPE_ILLEGAL);
}

static void unknown_encodings_and_empty_types_are_illegal(void **state)
{
	(void)state;
	assert_int_equal(list_hex("03 02 0107"), EVIDENCE_TYPE_ILLEGAL);
	assert_int_equal(list_hex("06 00 0107 ff 0107"), EVIDENCE_TYPE_ILLEGAL);
	assert_int_equal(list_hex("03 01 0000"), EVIDENCE_TYPE_ILLEGAL);
	assert_int_equal(answer_hex("02 0107"), EVIDENCE_TYPE_ILLEGAL);
	assert_int_equal(answer_hex("01 0000"), EVIDENCE_TYPE_ILLEGAL);
}

/* 255 bytes hold 85 of the smallest types, and not more. */
static void a_full_list_is_read(void **state)
{
	uint8_t body[256] = { 255 };
	size_t count;

	(void)state;
	for (size_t i = 0; i < EVIDENCE_TYPES_MAX; i++)
		body[1 + 3 * i + 2] = (uint8_t)i;
	assert_int_equal(read_list(bytes_of(body, sizeof(body)), &count),
			 EVIDENCE_TYPE_OK);
	assert_int_equal(count, EVIDENCE_TYPES_MAX);
}

static void duplicates_are_read(void **state)
{
	struct test_bytes offer = test_hex("09 00 0107 00 0107 00 0108");
	size_t count;

	(void)state;
	assert_int_equal(read_list(test_view(&offer), &count),
			 EVIDENCE_TYPE_OK);
	assert_int_equal(count, 3);
}

static void types_compare_byte_for_byte(void **state)
{
	const struct evidence_type number = { .content_format = 263 };
	const struct evidence_type other = { .content_format = 264 };
	const struct evidence_type media = {
		.is_media_type = true,
		.media_type = bytes_of("application/eat+cwt", 19)
	};
	const struct evidence_type capital = {
		.is_media_type = true,
		.media_type = bytes_of("Application/eat+cwt", 19)
	};
	const struct evidence_type longer = {
		.is_media_type = true,
		.media_type = bytes_of("application/eat+cwt;", 20)
	};

	(void)state;
	assert_true(evidence_type_equal(&number, &number));
	assert_true(evidence_type_equal(&media, &media));
	assert_false(evidence_type_equal(&number, &other));
	assert_false(evidence_type_equal(&number, &media));
	assert_false(evidence_type_equal(&media, &capital));
	assert_false(evidence_type_equal(&media, &longer));
}

static void a_list_that_is_too_long_is_not_written(void **state)
{
	struct evidence_type types[EVIDENCE_TYPES_MAX + 1] = { 0 };
	struct wire_writer writer;
	uint8_t written[512];

	(void)state;
	wire_writer_init(&writer, written, sizeof(written));
	evidence_type_list_write(&writer, types, EVIDENCE_TYPES_MAX);
	assert_false(writer.failed);
	assert_int_equal(wire_written(&writer).len, 256);
	wire_writer_init(&writer, written, sizeof(written));
	evidence_type_list_write(&writer, types, EVIDENCE_TYPES_MAX + 1);
	assert_true(writer.failed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(offers_and_answers_of_the_peer),
		cmocka_unit_test(both_encodings_are_read),
		cmocka_unit_test(every_truncation_is_malformed),
		cmocka_unit_test(trailing_bytes_and_empty_lists_are_malformed),
		cmocka_unit_test(unknown_encodings_and_empty_types_are_illegal),
		cmocka_unit_test(a_full_list_is_read),
		cmocka_unit_test(duplicates_are_read),
		cmocka_unit_test(types_compare_byte_for_byte),
		cmocka_unit_test(a_list_that_is_too_long_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
