/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conceptual Message Wrappers: records, tags, and when two types are one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rats/cmw.h"
#include "tests/support/test_vectors.h"

static enum cmw_result read_hex(const char *digits, struct cmw_record *out)
{
	/* Views into it outlive this call. */
	static struct test_bytes bytes;

	bytes = test_hex(digits);
	return cmw_read(test_view(&bytes), out);
}

static void record_is_read(void **state)
{
	struct cmw_record record;

	(void)state;
	/* [263, h'aabb', 4] */
	assert_int_equal(read_hex("8319010742aabb04", &record), CMW_OK);
	assert_int_equal(record.content_format, 263);
	assert_int_equal(record.media_type.len, 0);
	assert_int_equal(record.value.len, 2);
	assert_memory_equal(record.value.data, "\xaa\xbb", 2);
	assert_true(record.has_indicator);
	assert_int_equal(record.indicator, CMW_INDICATOR_EVIDENCE);
	/* [0, h''] */
	assert_int_equal(read_hex("820040", &record), CMW_OK);
	assert_int_equal(record.content_format, 0);
	assert_int_equal(record.value.len, 0);
	assert_false(record.has_indicator);
	/* ["a/b", h'00', 2^32-1] */
	assert_int_equal(read_hex("8363612f6241001affffffff", &record), CMW_OK);
	assert_int_equal(record.content_format, -1);
	assert_memory_equal(record.media_type.data, "a/b", 3);
	assert_int_equal(record.indicator, UINT32_MAX);
}

/* draft-ietf-rats-msg-wrap §3.2 names the tags of 273 to 276. */
static void tag_is_read(void **state)
{
	static const struct {
		const char *digits;
		int content_format;
	} tags[] = {
		{ "da6374010141aa", 0 },     { "da637401ff41aa", 254 },
		{ "da6374020141aa", 255 },   { "da6374020941aa", 263 },
		{ "da6374021341aa", 273 },   /* 1668547091 */
		{ "da6374021641aa", 276 },   /* 1668547094 */
		{ "da6374ffff41aa", 65024 }, /* 1668612095 */
	};
	struct cmw_record record;

	(void)state;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		assert_int_equal(read_hex(tags[i].digits, &record), CMW_OK);
		assert_int_equal(record.content_format, tags[i].content_format);
		assert_int_equal(record.value.len, 1);
		assert_false(record.has_indicator);
	}
}

static void malformed_is_refused(void **state)
{
	static const char *const malformed[] = {
		"",
		"00",
		"40",
		"80",
		"81190107",			/* no value */
		"84190107400400",		/* four members */
		"831901076004",			/* value is text */
		"83190107834004",		/* value is an array */
		"832040 04",			/* negative type */
		"831a00010000 4004",		/* type beyond 16 bits */
		"83404004",			/* type is bytes */
		"83604004",			/* empty media type */
		"831901074000",			/* indicator 0 */
		"831901074020",			/* indicator -1 */
		"83190107401b0000000100000000", /* indicator 2^32 */
		"83190107404104",		/* indicator is bytes */
		"831901074004ff",		/* trailing byte */
		"8319010758014004",		/* not shortest */
		"9f1901074004ff",		/* indefinite */
		"da6374010041aa", /* tags on either side of the range */
		"da6375000041aa",
		"da6374020041aa", /* a tag that is left out */
		"da6374ff0041aa",
		"d241aa",	    /* COSE_Sign1 */
		"da6374020961aa",   /* text in a tag */
		"da63740209820040", /* record in a tag */
	};
	struct cmw_record record;

	(void)state;
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		if (read_hex(malformed[i], &record) != CMW_MALFORMED)
			fail_msg("accepted: %s", malformed[i]);
		assert_int_equal(record.value.len, 0);
	}
}

static void other_forms_are_unsupported(void **state)
{
	static const char *const json = " [\"application/eat+cwt\",\"AA\"]";
	struct cmw_record record;

	(void)state;
	assert_int_equal(read_hex("a16161820040", &record), CMW_UNSUPPORTED);
	assert_int_equal(cmw_read(bytes_of(json, strlen(json)), &record),
			 CMW_UNSUPPORTED);
	assert_int_equal(cmw_read(bytes_of("{}", 2), &record), CMW_UNSUPPORTED);
	/* A collection has to be well-formed to be one. */
	assert_int_equal(read_hex("a26161820040", &record), CMW_MALFORMED);
}

static void check_vector(const json_t *vector)
{
	struct test_bytes cmw = test_vector_bytes(vector, "cmw");
	struct test_bytes evidence = test_vector_bytes(vector, "evidence");
	struct buffer written = { 0 };
	struct cmw_record record;

	assert_int_equal(cmw_read(test_view(&cmw), &record), CMW_OK);
	assert_int_equal(record.content_format, 263);
	assert_int_equal(record.indicator, CMW_INDICATOR_EVIDENCE);
	assert_int_equal(record.value.len, evidence.len);
	assert_memory_equal(record.value.data, evidence.data, evidence.len);
	assert_true(cmw_write_record(263, test_view(&evidence),
				     CMW_INDICATOR_EVIDENCE, &written));
	test_assert_field(vector, "cmw", written.data, written.len);
	buffer_clear(&written);
}

static void peer_agrees(void **state)
{
	(void)state;
	assert_true(test_vectors_each("evidence", check_vector) > 0);
}

static bool format_matches(int record_format, const char *record_type,
			   int format, const char *type)
{
	struct cmw_record record = { .content_format = record_format };
	adtls_evidence_type_t negotiated = { .content_format = format,
					     .media_type = type };

	if (record_type != NULL)
		record.media_type = bytes_of(record_type, strlen(record_type));
	return cmw_type_matches(&record, &negotiated);
}

static bool types_match(const char *a, const char *b)
{
	bool matches = format_matches(-1, a, -1, b);

	assert_int_equal(matches, format_matches(-1, b, -1, a));
	return matches;
}

static void numbers_are_media_types(void **state)
{
	static const struct {
		int number;
		const char *media_type;
	} registered[] = {
		{ 263, "application/eat+cwt" },
		{ 264, "application/eat+jwt" },
		{ 273, "application/cmw+cbor" },
		{ 274, "application/cmw+json" },
		{ 275, "application/cmw+cose" },
		{ 276, "application/cmw+jws" },
		{ 287, "application/pkix-cert" },
		{ 10003, "application/eat+cwt;"
			 "eat_profile=\"tag:psacertified.org,2023:psa#tfm\"" },
		{ 10004,
		  "application/eat+cwt;"
		  "eat_profile=\"tag:psacertified.org,2019:psa#legacy\"" },
	};
	size_t count = sizeof(registered) / sizeof(registered[0]);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		int number = registered[i].number;

		for (size_t k = 0; k < count; k++) {
			const char *other = registered[k].media_type;

			assert_int_equal(
				format_matches(number, NULL, -1, other),
				i == k);
			assert_int_equal(
				format_matches(-1, other, number, NULL),
				i == k);
			assert_int_equal(format_matches(number, NULL,
							registered[k].number,
							NULL),
					 i == k);
		}
	}
	/* A number that nobody registered is itself alone. */
	assert_true(format_matches(60000, NULL, 60000, NULL));
	assert_false(format_matches(60000, NULL, 60001, NULL));
	assert_false(format_matches(60000, NULL, -1, ""));
	assert_false(format_matches(60000, NULL, -1, NULL));
}

static void names_ignore_case_and_order(void **state)
{
	(void)state;
	assert_true(types_match("application/eat+cwt", "Application/EAT+CWT"));
	assert_true(types_match("a/b; x=1; y=2", "A/B;Y=2;X=1"));
	assert_true(types_match("a/b;x=1", "a/b  ;  x=\"1\""));
	assert_true(
		types_match("a/b;x=\"q\\\"\\\\\"", "a/b;x=\"\\q\\\"\\\\\""));
	assert_false(types_match("a/b;x=q", "a/b;x=Q"));
	assert_false(types_match("a/b;x=1", "a/b"));
	assert_false(types_match("a/b;x=1", "a/b;x=12"));
	assert_false(types_match("a/b;x=1", "a/b;y=1"));
	assert_false(types_match("a/b;x=1;y=2", "a/b;x=1;z=2"));
	assert_false(types_match("a/b", "a/bc"));
	assert_false(types_match("ab/c", "a/bc"));
}

static void broken_media_types_match_nothing(void **state)
{
	static const char *const broken[] = {
		"",
		"a",
		"a/",
		"/b",
		"a/b;",
		"a/b;x",
		"a/b;x=",
		"a/b;=1",
		"a/b;x=\"1",
		"a/b;x=\"1\"2",
		"a/b;x=1;x=2",
		"a/b;x=1;X=1",
		"a/b c",
		"a/b ",
		" a/b",
		"a/b;x=\"\x01\"",
		"a/b;x=\"\\\"",
		"a//b",
		"a/b;x=\"\\\x7f\"",
		"a/b;q=1;r=2;s=3;t=4;u=5",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		if (types_match(broken[i], broken[i]))
			fail_msg("matched: %s", broken[i]);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_is_read),
		cmocka_unit_test(tag_is_read),
		cmocka_unit_test(malformed_is_refused),
		cmocka_unit_test(other_forms_are_unsupported),
		cmocka_unit_test(peer_agrees),
		cmocka_unit_test(numbers_are_media_types),
		cmocka_unit_test(names_ignore_case_and_order),
		cmocka_unit_test(broken_media_types_match_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
