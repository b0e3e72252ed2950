/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Owned buffers. The module is compiled into this program so that its calls of
 * malloc() and free() can be watched: memory must be wiped before it is given
 * back, and may be refused.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static const uint8_t secret[] = "a secret of several bytes";
static unsigned freed_count;

/* Fails if the secret, or half of it, is in what is about to be freed. */
static void free_watched(void *memory)
{
	if (memory != NULL) {
		freed_count++;
		assert_null(memmem(memory, malloc_usable_size(memory), secret,
				   sizeof(secret) / 2));
	}
	free(memory);
}

static bool out_of_memory;

static void *malloc_watched(size_t size)
{
	return out_of_memory ? NULL : malloc(size);
}

#define malloc malloc_watched
#define free   free_watched
#include "base/buffer.c"
#undef malloc
#undef free

static void appended_bytes_are_kept_over_growth(void **state)
{
	struct buffer buffer = { 0 };

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		uint8_t byte = (uint8_t)i;

		assert_true(buffer_append(&buffer, &byte, 1));
	}
	assert_int_equal(buffer.len, 1000);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(buffer.data[i], (uint8_t)i);
	buffer_clear(&buffer);
}

static void memory_is_wiped_before_it_is_freed(void **state)
{
	struct buffer buffer = { 0 };

	(void)state;
	freed_count = 0;
	assert_true(buffer_set(&buffer, secret, sizeof(secret)));
	assert_true(buffer_reserve(&buffer, 10 * buffer.capacity));
	assert_int_equal(freed_count, 1);
	assert_memory_equal(buffer.data, secret, sizeof(secret));
	/* A shorter length must not spare the bytes beyond it. */
	buffer.len = 1;
	buffer_clear(&buffer);
	assert_int_equal(freed_count, 2);
	assert_null(buffer.data);
	assert_int_equal(buffer.len + buffer.capacity, 0);
}

static void reserving_keeps_length_and_contents(void **state)
{
	struct buffer buffer = { 0 };

	(void)state;
	assert_true(buffer_set(&buffer, "abc", 3));
	assert_true(buffer_reserve(&buffer, 5000));
	assert_true(buffer.capacity >= 5000);
	assert_int_equal(buffer.len, 3);
	assert_memory_equal(buffer.data, "abc", 3);
	buffer_clear(&buffer);
}

static void failure_to_grow_changes_nothing(void **state)
{
	struct buffer buffer = { 0 };
	size_t capacity;

	(void)state;
	assert_true(buffer_append(&buffer, "abc", 3));
	capacity = buffer.capacity;
	assert_false(buffer_append(&buffer, "x", SIZE_MAX));
	out_of_memory = true;
	assert_false(buffer_reserve(&buffer, capacity + 1));
	while (buffer.len < capacity)
		assert_true(buffer_append(&buffer, "d", 1));
	assert_false(buffer_append(&buffer, "e", 1));
	out_of_memory = false;
	assert_int_equal(buffer.capacity, capacity);
	assert_int_equal(buffer.len, capacity);
	assert_memory_equal(buffer.data, "abcd", 4);
	buffer_clear(&buffer);
}

static void nothing_can_be_appended_to_nothing(void **state)
{
	struct buffer buffer = { 0 };

	(void)state;
	assert_true(buffer_append(&buffer, NULL, 0));
	assert_true(buffer_set(&buffer, NULL, 0));
	assert_int_equal(buffer_bytes(&buffer).len, 0);
	buffer_clear(&buffer);
	buffer_clear(&buffer);
}

static void setting_replaces(void **state)
{
	struct buffer buffer = { 0 };

	(void)state;
	assert_true(buffer_set(&buffer, "long before", 11));
	assert_true(buffer_set(&buffer, "now", 3));
	assert_true(bytes_equal(buffer_bytes(&buffer), bytes_of("now", 3)));
	buffer_clear(&buffer);
}

static void views_compare_by_contents(void **state)
{
	(void)state;
	assert_true(bytes_equal(bytes_of("abc", 3), bytes_of("abcd", 3)));
	assert_false(bytes_equal(bytes_of("abc", 3), bytes_of("abd", 3)));
	assert_false(bytes_equal(bytes_of("abc", 3), bytes_of("abc", 2)));
	assert_true(bytes_equal(bytes_of(NULL, 0), bytes_of("x", 0)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(appended_bytes_are_kept_over_growth),
		cmocka_unit_test(memory_is_wiped_before_it_is_freed),
		cmocka_unit_test(reserving_keeps_length_and_contents),
		cmocka_unit_test(failure_to_grow_changes_nothing),
		cmocka_unit_test(nothing_can_be_appended_to_nothing),
		cmocka_unit_test(setting_replaces),
		cmocka_unit_test(views_compare_by_contents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
