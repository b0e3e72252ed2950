/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Every error, alert and reason in the public header has a name of its own and
 * a sentence. The header itself is read, so that none is forgotten.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <adtls/error.h>

#define CODES_MAX 200

struct code {
	char identifier[64];
	int value;
	const char *name;
	const char *sentence;
};

/* Reads the enumerators that begin with @prefix from the header. */
static size_t read_codes(const char *prefix, struct code *codes)
{
	const char *srcdir = getenv("srcdir");
	char path[1024];
	char line[256];
	size_t count = 0;
	FILE *header;

	snprintf(path, sizeof(path), "%s/lib/include/adtls/error.h",
		 srcdir != NULL ? srcdir : ".");
	header = fopen(path, "r");
	assert_non_null(header);
	while (fgets(line, sizeof(line), header) != NULL) {
		struct code *code = &codes[count];

		if (sscanf(line, " %63[A-Z0-9_] = %d", code->identifier,
			   &code->value) != 2 ||
		    strncmp(code->identifier, prefix, strlen(prefix)) != 0)
			continue;
		count++;
		assert_true(count < CODES_MAX);
	}
	fclose(header);
	return count;
}

static void check_sentence(const char *sentence)
{
	size_t len = strlen(sentence);

	assert_true(len > 5 && len < 200);
	assert_true(isupper((unsigned char)sentence[0]) ||
		    strncmp(sentence, "adtls", 5) == 0);
	assert_int_equal(sentence[len - 1], '.');
	/* A string broken over source lines without its space. */
	assert_null(strstr(sentence, "  "));
}

static void check_codes(const struct code *codes, size_t count,
			const char *unknown_sentence)
{
	for (size_t i = 0; i < count; i++) {
		assert_string_not_equal(codes[i].name, "unknown");
		assert_string_not_equal(codes[i].sentence, unknown_sentence);
		check_sentence(codes[i].sentence);
		for (size_t j = 0; j < i; j++) {
			assert_string_not_equal(codes[i].name, codes[j].name);
			assert_string_not_equal(codes[i].sentence,
						codes[j].sentence);
			assert_int_not_equal(codes[i].value, codes[j].value);
		}
	}
}

/* "ADTLS_REASON_NO_UTC" after @prefix as "no-utc", or with '_' for @dash. */
static void assert_named_after(const struct code *code, const char *prefix,
			       char dash)
{
	const char *from = code->identifier + strlen(prefix);
	char expected[64];
	size_t i;

	for (i = 0; from[i] != '\0'; i++)
		expected[i] = from[i] == '_'
				      ? dash
				      : (char)tolower((unsigned char)from[i]);
	expected[i] = '\0';
	assert_string_equal(code->name, expected);
}

static void every_error_has_a_name_and_a_sentence(void **state)
{
	static struct code codes[CODES_MAX];
	size_t count = read_codes("ADTLS_E_", codes);

	(void)state;
	assert_true(count >= 20);
	for (size_t i = 0; i < count; i++) {
		codes[i].name = adtls_strerror_name(codes[i].value);
		codes[i].sentence = adtls_strerror(codes[i].value);
		assert_string_equal(codes[i].name, codes[i].identifier);
	}
	check_codes(codes, count, adtls_strerror(-30000));
	assert_string_equal(adtls_strerror_name(ADTLS_OK), "ADTLS_OK");
	check_sentence(adtls_strerror(ADTLS_OK));
}

static void every_alert_has_a_name_and_a_sentence(void **state)
{
	static struct code codes[CODES_MAX];
	size_t count = read_codes("ADTLS_ALERT_", codes);

	(void)state;
	assert_true(count >= 30);
	for (size_t i = 0; i < count; i++) {
		unsigned alert = (unsigned)codes[i].value;

		codes[i].name = adtls_alert_name(alert);
		codes[i].sentence = adtls_alert_describe(alert);
		assert_named_after(&codes[i], "ADTLS_ALERT_", '_');
	}
	check_codes(codes, count, adtls_alert_describe(254));
}

static void every_reason_has_a_name_and_a_sentence(void **state)
{
	static struct code codes[CODES_MAX];
	size_t count = read_codes("ADTLS_REASON_", codes);

	(void)state;
	assert_true(count >= 60);
	for (size_t i = 0; i < count; i++) {
		adtls_reason_t reason = (adtls_reason_t)codes[i].value;

		codes[i].name = adtls_reason_name(reason);
		codes[i].sentence = adtls_reason_describe(reason);
		assert_named_after(&codes[i], "ADTLS_REASON_", '-');
	}
	check_codes(codes, count, adtls_reason_describe((adtls_reason_t)9999));
}

static void unknown_codes_are_called_unknown(void **state)
{
	(void)state;
	assert_string_equal(adtls_strerror_name(1), "unknown");
	assert_string_equal(adtls_alert_name(41), "unknown");
	assert_string_equal(adtls_alert_name(UINT32_MAX), "unknown");
	assert_string_equal(adtls_alert_name(256), "unknown");
	assert_string_equal(adtls_reason_name((adtls_reason_t)1), "unknown");
	check_sentence(adtls_strerror(1));
	check_sentence(adtls_alert_describe(41));
	check_sentence(adtls_reason_describe((adtls_reason_t)1));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_name_and_a_sentence),
		cmocka_unit_test(every_alert_has_a_name_and_a_sentence),
		cmocka_unit_test(every_reason_has_a_name_and_a_sentence),
		cmocka_unit_test(unknown_codes_are_called_unknown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
