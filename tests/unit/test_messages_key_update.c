/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* KeyUpdate (RFC 8446 §4.6.3). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "messages/key_update.h"

static void one_byte_is_read(void **state)
{
	static const uint8_t bytes[] = { 1, 0 };
	uint8_t request;

	(void)state;
	assert_true(key_update_read(bytes_of(bytes, 1), &request));
	assert_int_equal(request, KEY_UPDATE_REQUESTED);
	assert_true(key_update_read(bytes_of(bytes + 1, 1), &request));
	assert_int_equal(request, KEY_UPDATE_NOT_REQUESTED);
	assert_false(key_update_read(bytes_of(bytes, 0), &request));
	assert_false(key_update_read(bytes_of(bytes, 2), &request));
}

/* What it means is the reader's caller's to judge. */
static void any_value_is_handed_out(void **state)
{
	(void)state;
	for (unsigned value = 0; value <= 255; value++) {
		const uint8_t byte = (uint8_t)value;
		uint8_t request;

		assert_true(key_update_read(bytes_of(&byte, 1), &request));
		assert_int_equal(request, value);
	}
}

static void one_byte_is_written(void **state)
{
	struct wire_writer writer;
	uint8_t written[2];

	(void)state;
	wire_writer_init(&writer, written, sizeof(written));
	key_update_write(&writer, KEY_UPDATE_REQUESTED);
	key_update_write(&writer, KEY_UPDATE_NOT_REQUESTED);
	assert_int_equal(wire_written(&writer).len, 2);
	assert_int_equal(written[0], 1);
	assert_int_equal(written[1], 0);
	key_update_write(&writer, KEY_UPDATE_REQUESTED);
	assert_true(writer.failed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_byte_is_read),
		cmocka_unit_test(any_value_is_handed_out),
		cmocka_unit_test(one_byte_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
