/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The version at run time, and how versions compare.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <adtls/version.h>

#include "base/version.h"

static void package_and_header_agree(void **state)
{
	(void)state;
	assert_string_equal(ADTLS_VERSION, PACKAGE_VERSION);
	assert_string_equal(adtls_check_version(NULL), PACKAGE_VERSION);
}

static void lower_or_equal_will_do(void **state)
{
	(void)state;
	assert_non_null(adtls_check_version("0.0.0"));
	assert_non_null(adtls_check_version("0.0.65535"));
	assert_non_null(adtls_check_version(ADTLS_VERSION));
}

static void higher_will_not_do(void **state)
{
	(void)state;
	assert_null(adtls_check_version("65535.0.0"));
	assert_null(adtls_check_version("65535.65535.65535"));
}

static void parts_order_as_numbers(void **state)
{
	uint64_t nine;
	uint64_t ten;
	uint64_t next;

	(void)state;
	assert_true(version_parse("0.9.65535", &nine));
	assert_true(version_parse("0.10.0", &ten));
	assert_true(version_parse("1.0.0", &next));
	assert_true(nine < ten);
	assert_true(ten < next);
}

static void other_texts_are_refused(void **state)
{
	static const char *const texts[] = {
		"",     "1",    "1.2",      "1.2.",   "1.2.3.", "1.2.3.4",
		".1.2", "1..2", "1.2.3rc1", "1.2.-3", " 1.2.3", "1.2.65536",
	};
	uint64_t version;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_false(version_parse(texts[i], &version));
		assert_null(adtls_check_version(texts[i]));
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(package_and_header_agree),
		cmocka_unit_test(lower_or_equal_will_do),
		cmocka_unit_test(higher_will_not_do),
		cmocka_unit_test(parts_order_as_numbers),
		cmocka_unit_test(other_texts_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
