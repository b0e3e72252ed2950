/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading test vectors, with jansson. */
#include "tests/support/test_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static json_t *load(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char path[1024];
	json_error_t error;
	json_t *file;

	snprintf(path, sizeof(path), "%s/tests/vectors/%s.json",
		 srcdir != NULL ? srcdir : ".", name);
	file = json_load_file(path, 0, &error);
	if (file == NULL)
		fail_msg("%s:%d: %s", path, error.line, error.text);
	return file;
}

size_t test_vectors_each(const char *name, void (*check)(const json_t *vector))
{
	json_t *file = load(name);
	size_t count = json_array_size(file);

	for (size_t i = 0; i < count; i++) {
		const json_t *vector = json_array_get(file, i);

		print_message("# %s: %s\n", name,
			      test_vector_text(vector, "name"));
		check(vector);
	}
	json_decref(file);
	return count;
}

static const json_t *field_of(const json_t *vector, const char *field)
{
	const json_t *value = json_object_get(vector, field);

	if (value == NULL)
		fail_msg("no field %s", field);
	return value;
}

const char *test_vector_text(const json_t *vector, const char *field)
{
	const char *text = json_string_value(field_of(vector, field));

	if (text == NULL)
		fail_msg("%s is not text", field);
	return text;
}

struct test_bytes test_vector_bytes(const json_t *vector, const char *field)
{
	return test_hex(test_vector_text(vector, field));
}

uint64_t test_vector_number(const json_t *vector, const char *field)
{
	const json_t *value = field_of(vector, field);

	if (!json_is_integer(value))
		fail_msg("%s is not a number", field);
	return (uint64_t)json_integer_value(value);
}

bool test_vector_flag(const json_t *vector, const char *field)
{
	const json_t *value = field_of(vector, field);

	if (!json_is_boolean(value))
		fail_msg("%s is not a flag", field);
	return json_is_true(value);
}

struct secret test_vector_secret(const json_t *vector, const char *field)
{
	struct test_bytes bytes = test_vector_bytes(vector, field);
	struct secret secret = { .len = bytes.len };

	assert_in_range(bytes.len, 1, sizeof(secret.data));
	memcpy(secret.data, bytes.data, bytes.len);
	return secret;
}

/* The value of a hexadecimal digit; fails for any other character. */
static uint8_t digit_value(char digit)
{
	static const char digits[] = "0123456789abcdef";
	const char *at = digit != '\0' ? strchr(digits, digit) : NULL;

	if (at == NULL)
		fail_msg("not a hexadecimal digit: '%c'", digit);
	return (uint8_t)(at - digits);
}

struct test_bytes test_hex(const char *digits)
{
	struct test_bytes bytes = { .len = 0 };

	for (const char *at = digits; *at != '\0'; at++) {
		if (*at == ' ')
			continue;
		assert_in_range(bytes.len, 0, TEST_BYTES_MAX - 1);
		bytes.data[bytes.len] =
			(uint8_t)(digit_value(at[0]) << 4 | digit_value(at[1]));
		bytes.len++;
		at++;
	}
	return bytes;
}

adtls_bytes_t test_view(const struct test_bytes *bytes)
{
	return (adtls_bytes_t){ .data = bytes->data, .len = bytes->len };
}

void test_assert_field(const json_t *vector, const char *field,
		       const void *actual, size_t len)
{
	struct test_bytes expected = test_vector_bytes(vector, field);

	if (expected.len != len)
		fail_msg("%s: %zu bytes, not %zu", field, len, expected.len);
	if (len > 0)
		assert_memory_equal(actual, expected.data, len);
}
