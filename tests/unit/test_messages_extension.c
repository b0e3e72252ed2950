/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of extensions (RFC 8446 §4.2): order, bounds, duplicates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "messages/extension.h"
#include "tests/support/test_vectors.h"

/* supported_versions, an empty extension, evidence_proposal. */
static const char three[] = "002b 0003 02fefc  0016 0000  ff61 0004 03000107";

static enum extension_list_result read_hex(const char *digits,
					   struct extension_list *out)
{
	struct test_bytes bytes = test_hex(digits);

	return extension_list_read(test_view(&bytes), out);
}

static void extensions_are_where_the_rfc_puts_them(void **state)
{
	struct test_bytes bytes = test_hex(three);
	struct extension_list list;
	const struct extension *item;

	(void)state;
	assert_int_equal(extension_list_read(test_view(&bytes), &list),
			 EXTENSION_LIST_OK);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.items[0].type, EXTENSION_SUPPORTED_VERSIONS);
	assert_ptr_equal(list.items[0].body.data, bytes.data + 4);
	assert_int_equal(list.items[0].body.len, 3);
	assert_int_equal(list.items[1].type, 22);
	assert_int_equal(list.items[1].body.len, 0);
	item = extension_list_find(&list, EXTENSION_EVIDENCE_PROPOSAL);
	assert_ptr_equal(item, &list.items[2]);
	assert_int_equal(item->body.len, 4);
	assert_null(extension_list_find(&list, EXTENSION_EVIDENCE_REQUEST));
}

static void none_is_fine(void **state)
{
	struct extension_list list;

	(void)state;
	assert_int_equal(read_hex("", &list), EXTENSION_LIST_OK);
	assert_int_equal(list.count, 0);
	assert_null(extension_list_find(&list, 0));
}

/* Cut anywhere but between two extensions. */
static void every_truncation_is_refused(void **state)
{
	struct test_bytes bytes = test_hex(three);
	struct extension_list list;

	(void)state;
	for (size_t len = 0; len < bytes.len; len++) {
		bool is_whole = len == 0 || len == 7 || len == 11;

		assert_int_equal(
			extension_list_read(bytes_of(bytes.data, len), &list),
			is_whole ? EXTENSION_LIST_OK
				 : EXTENSION_LIST_MALFORMED);
	}
}

static void duplicates_are_told_from_nonsense(void **state)
{
	struct extension_list list;

	(void)state;
	assert_int_equal(read_hex("002b0000 000a0000 002b0000", &list),
			 EXTENSION_LIST_DUPLICATE);
	/* Also such as nobody knows, and with other bodies. */
	assert_int_equal(read_hex("fafa000101 fafa000102", &list),
			 EXTENSION_LIST_DUPLICATE);
	assert_int_equal(read_hex("fafa000101 fafb000101", &list),
			 EXTENSION_LIST_OK);
}

static void there_is_a_bound(void **state)
{
	uint8_t bytes[4 * (EXTENSIONS_MAX + 1)];
	struct extension_list list;
	struct wire_writer writer;

	(void)state;
	wire_writer_init(&writer, bytes, sizeof(bytes));
	for (uint16_t type = 0; type <= EXTENSIONS_MAX; type++) {
		wire_write_u16(&writer, type);
		wire_write_u16(&writer, 0);
	}
	assert_int_equal(
		extension_list_read(bytes_of(bytes, 4 * EXTENSIONS_MAX), &list),
		EXTENSION_LIST_OK);
	assert_int_equal(list.count, EXTENSIONS_MAX);
	assert_int_equal(extension_list_read(wire_written(&writer), &list),
			 EXTENSION_LIST_MALFORMED);
	assert_int_equal(list.count, EXTENSIONS_MAX);
}

static void writing_gives_the_same_bytes(void **state)
{
	struct test_bytes bytes = test_hex(three);
	uint8_t written[64];
	struct extension_list list;
	struct wire_writer writer;

	(void)state;
	assert_int_equal(extension_list_read(test_view(&bytes), &list),
			 EXTENSION_LIST_OK);
	wire_writer_init(&writer, written, sizeof(written));
	for (size_t i = 0; i < list.count; i++) {
		size_t mark = extension_begin(&writer, list.items[i].type);

		wire_write_bytes(&writer, list.items[i].body.data,
				 list.items[i].body.len);
		extension_end(&writer, mark);
	}
	assert_false(writer.failed);
	assert_int_equal(wire_written(&writer).len, bytes.len);
	assert_memory_equal(written, bytes.data, bytes.len);
	wire_writer_init(&writer, written, 3);
	extension_end(&writer, extension_begin(&writer, 1));
	assert_true(writer.failed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(extensions_are_where_the_rfc_puts_them),
		cmocka_unit_test(none_is_fine),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(duplicates_are_told_from_nonsense),
		cmocka_unit_test(there_is_a_bound),
		cmocka_unit_test(writing_gives_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
