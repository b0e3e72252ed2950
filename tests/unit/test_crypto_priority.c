/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Priority strings: what is kept, in which order, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include <adtls/priority.h>

#include "crypto/priority.h"

#define X25519	  0x001d
#define SECP256R1 0x0017

static struct priority parsed(const char *string)
{
	struct priority priority;
	char message[256] = "";

	if (priority_parse(string, &priority, message, sizeof(message)) !=
	    ADTLS_OK)
		fail_msg("%s: %s", string, message);
	return priority;
}

static void assert_refused(const char *string, const char *expected)
{
	struct priority priority;
	char message[256] = "";
	char text[1024];

	assert_int_equal(
		priority_parse(string, &priority, message, sizeof(message)),
		ADTLS_E_PRIORITY);
	if (strstr(message, expected) == NULL)
		fail_msg("%s: \"%s\" lacks \"%s\"", string, message, expected);
	assert_int_equal(adtls_priority_describe(string, text, sizeof(text)),
			 ADTLS_E_PRIORITY);
	assert_string_equal(text, message);
	/* The message may be of no interest. */
	assert_int_equal(priority_parse(string, &priority, NULL, 0),
			 ADTLS_E_PRIORITY);
}

/* The names of what is kept, in order. */
static void assert_kept(const char *string, const char *suites,
			const char *groups, const char *schemes)
{
	struct priority priority = parsed(string);
	char names[512] = "";
	size_t len = 0;

	for (size_t i = 0; i < priority.suite_count; i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, " %s",
					priority.suites[i]->name);
	assert_string_equal(names, suites);
	len = 0;
	for (size_t i = 0; i < priority.group_count; i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, " %s",
					priority.groups[i]->name);
	assert_string_equal(names, groups);
	len = 0;
	for (size_t i = 0; i < priority.scheme_count; i++)
		len += (size_t)snprintf(names + len, sizeof(names) - len, " %s",
					priority.schemes[i]->name);
	assert_string_equal(names, schemes);
}

#define NORMAL_SUITES                                          \
	" TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256" \
	" TLS_AES_128_GCM_SHA256 TLS_AES_128_CCM_SHA256"
#define NORMAL_GROUPS " SECP256R1 SECP384R1 X25519 X448"
#define SCHEMES_384   " RSA-SHA384 RSA-PSS-RSAE-SHA384 ECDSA-SECP384R1-SHA384"
#define SCHEMES_512   " RSA-SHA512 RSA-PSS-RSAE-SHA512"
#define NORMAL_SCHEMES                                           \
	" RSA-SHA256 RSA-PSS-RSAE-SHA256 ECDSA-SECP256R1-SHA256" \
	" EdDSA-Ed25519" SCHEMES_384 SCHEMES_512

/* As gnutls-cli --list --priority shows them. */
static void the_order_is_gnutls_s(void **state)
{
	(void)state;
	assert_kept("NORMAL", NORMAL_SUITES, NORMAL_GROUPS, NORMAL_SCHEMES);
	assert_kept("SECURE256",
		    " TLS_AES_256_GCM_SHA384 TLS_CHACHA20_POLY1305_SHA256",
		    " SECP384R1", SCHEMES_384 SCHEMES_512);
	assert_kept("NORMAL:-CIPHER-ALL:+CHACHA20-POLY1305:+AES-128-GCM"
		    ":-GROUP-ALL:+GROUP-X448"
		    ":-SIGN-ALL:+SIGN-EDDSA-ED25519:+SIGN-RSA-PSS-RSAE-SHA512",
		    " TLS_CHACHA20_POLY1305_SHA256 TLS_AES_128_GCM_SHA256",
		    " X448", " EdDSA-Ed25519 RSA-PSS-RSAE-SHA512");
}

/* All of NORMAL, in another order. */
static void the_default_has_the_cheapest_first(void **state)
{
	struct priority normal = parsed("NORMAL");
	struct priority by_default = parsed(NULL);

	(void)state;
	assert_string_equal(by_default.suites[0]->name,
			    "TLS_AES_128_GCM_SHA256");
	assert_string_equal(by_default.groups[0]->name, "X25519");
	assert_int_equal(by_default.suite_count, normal.suite_count);
	assert_int_equal(by_default.group_count, normal.group_count);
	assert_int_equal(by_default.scheme_count, normal.scheme_count);
}

/* RFC 9147 §4.5.3: never by a keyword that means more than itself. */
static void ccm_8_must_be_named(void **state)
{
	static const char *const strings[] = {
		"NORMAL",
		"PERFORMANCE",
		"SECURE128",
		"PFS",
		"LEGACY",
		"NORMAL:+CIPHER-ALL",
		"NONE:+VERS-TLS1.3:+CIPHER-ALL:+AEAD:+GROUP-ALL:+SIGN-ALL",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		struct priority priority = parsed(strings[i]);

		for (size_t j = 0; j < priority.suite_count; j++)
			assert_false(priority.suites[j]->needs_forgery_limit);
	}
	assert_kept("NORMAL:+AES-128-CCM-8",
		    NORMAL_SUITES " TLS_AES_128_CCM_8_SHA256", NORMAL_GROUPS,
		    NORMAL_SCHEMES);
}

static void everything_fits_the_lists(void **state)
{
	size_t count;

	(void)state;
	crypto_suites(&count);
	assert_in_range(count, 1, PRIORITY_LIST_MAX);
	crypto_groups(&count);
	assert_in_range(count, 1, PRIORITY_LIST_MAX);
	crypto_schemes(&count);
	assert_in_range(count, 1, PRIORITY_LIST_MAX);
}

static void the_order_is_the_string_s(void **state)
{
	struct priority priority =
		parsed("NORMAL:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1");

	(void)state;
	assert_int_equal(priority.group_count, 2);
	assert_int_equal(priority.groups[0]->id, X25519);
	assert_int_equal(priority.groups[1]->id, SECP256R1);
	priority = parsed("NORMAL:-GROUP-ALL:+GROUP-SECP256R1:+GROUP-X25519");
	assert_int_equal(priority.groups[0]->id, SECP256R1);
	assert_int_equal(priority.groups[1]->id, X25519);
}

static void what_is_excluded_is_gone(void **state)
{
	(void)state;
	assert_kept("NORMAL:-GROUP-X25519:-AES-256-GCM:-SIGN-RSA-SHA256",
		    " TLS_CHACHA20_POLY1305_SHA256 TLS_AES_128_GCM_SHA256"
		    " TLS_AES_128_CCM_SHA256",
		    " SECP256R1 SECP384R1 X448",
		    " RSA-PSS-RSAE-SHA256 ECDSA-SECP256R1-SHA256 "
		    "EdDSA-Ed25519" SCHEMES_384 SCHEMES_512);
}

static void other_usual_strings(void **state)
{
	static const char *const strings[] = {
		"SECURE128",
		"PERFORMANCE",
		"NORMAL:-VERS-ALL:+VERS-TLS1.3",
		"NORMAL:+VERS-DTLS1.2:%SERVER_PRECEDENCE",
		"NONE:+VERS-TLS1.3:+AES-128-GCM:+AEAD:+GROUP-X25519:+SIGN-ALL",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		struct priority priority = parsed(strings[i]);

		assert_true(priority.suite_count >= 1);
		assert_true(priority.group_count >= 1);
		assert_true(priority.scheme_count >= 1);
	}
}

static void an_empty_category_is_named(void **state)
{
	(void)state;
	assert_refused("NORMAL:-GROUP-ALL", "groups");
	assert_refused("NORMAL:-GROUP-ALL:+GROUP-FFDHE2048", "groups");
	assert_refused("NORMAL:-SIGN-ALL", "signatures");
	assert_refused("NORMAL:-SIGN-ALL:+SIGN-RSA-SHA256", "signatures");
	assert_refused("NORMAL:-VERS-ALL", "versions");
	assert_refused("NORMAL:-VERS-ALL:+VERS-DTLS1.2", "versions");
	assert_refused("NORMAL:-VERS-TLS1.3", "versions");
	assert_refused("NORMAL:-CIPHER-ALL", "suites");
	assert_refused("NORMAL:-CIPHER-ALL:+AES-256-CBC", "suites");
	assert_refused("NORMAL:-AES-128-GCM:-AES-256-GCM:-CHACHA20-POLY1305:"
		       "-AES-128-CCM:-AES-256-CCM",
		       "suites");
	assert_refused("NORMAL:-MAC-ALL", "suites");
}

static void bad_syntax_is_shown(void **state)
{
	(void)state;
	assert_refused("NORMAL:+NO-SUCH-THING:+VERS-TLS1.3", "NO-SUCH-THING");
	assert_refused("NORMAL:AES-128-GCM", "AES-128-GCM");
	assert_refused("NONSENSE", "NONSENSE");
	assert_refused("", "\"\"");
}

static void description(void **state)
{
	char text[1024];

	(void)state;
	assert_int_equal(
		adtls_priority_describe("NORMAL:-GROUP-ALL:+GROUP-X25519:"
					"+GROUP-FFDHE2048",
					text, sizeof(text)),
		ADTLS_OK);
	assert_non_null(
		strstr(text, "groups: X25519; not in adtls: FFDHE2048\n"));
	assert_non_null(strstr(text, "signatures:" NORMAL_SCHEMES
				     "; not in adtls: RSA-PSS-SHA256"));
	assert_non_null(strstr(text, "versions: TLS1.3"));
	assert_non_null(strstr(text, "suites:" NORMAL_SUITES "\n"));
	assert_int_equal(adtls_priority_describe(NULL, text, sizeof(text)),
			 ADTLS_OK);
	assert_true(strlen(text) < sizeof(text) - 1);
}

static void descriptions_are_cut(void **state)
{
	char text[32];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(adtls_priority_describe(NULL, text, 16), ADTLS_OK);
	assert_int_equal(strlen(text), 15);
	assert_int_equal(text[16], 'x');
	assert_int_equal(adtls_priority_describe(NULL, text, 1), ADTLS_OK);
	assert_int_equal(strlen(text), 0);
	assert_int_equal(adtls_priority_describe(NULL, text, 0),
			 ADTLS_E_INVALID);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_is_gnutls_s),
		cmocka_unit_test(the_default_has_the_cheapest_first),
		cmocka_unit_test(ccm_8_must_be_named),
		cmocka_unit_test(everything_fits_the_lists),
		cmocka_unit_test(the_order_is_the_string_s),
		cmocka_unit_test(what_is_excluded_is_gone),
		cmocka_unit_test(other_usual_strings),
		cmocka_unit_test(an_empty_category_is_named),
		cmocka_unit_test(bad_syntax_is_shown),
		cmocka_unit_test(description),
		cmocka_unit_test(descriptions_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
