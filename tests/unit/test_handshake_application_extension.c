/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Registering an application's own extensions; what they do in a handshake is
 * in tests/scenario/test_extensions.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "handshake/config.h"
#include "messages/extension.h"
#include "tests/support/test_credentials.h"

#define BOTH (ADTLS_EXT_CLIENT_HELLO | ADTLS_EXT_ENCRYPTED_EXTENSIONS)

static int setup(void **state)
{
	adtls_config_t *config;

	assert_int_equal(adtls_config_new(&config), ADTLS_OK);
	*state = config;
	return 0;
}

static int teardown(void **state)
{
	adtls_config_unref(*state);
	return 0;
}

static int add(adtls_config_t *config, uint16_t id, unsigned messages)
{
	return adtls_ext_register(config, "ours", id, messages, NULL, NULL,
				  NULL);
}

static void free_numbers_are_taken(void **state)
{
	adtls_config_t *config = *state;

	assert_int_equal(add(config, 0xfafa, BOTH), ADTLS_OK);
	assert_int_equal(add(config, 0xfafb, ADTLS_EXT_CLIENT_HELLO), ADTLS_OK);
	assert_int_equal(config->extension_count, 2);
	assert_int_equal(config->extensions[0].row.type, 0xfafa);
	assert_int_equal(config->extensions[0].row.allowed,
			 IN_CLIENT_HELLO | IN_ENCRYPTED_EXTENSIONS);
	assert_int_equal(config->extensions[1].row.allowed, IN_CLIENT_HELLO);
	assert_string_equal(config->extensions[0].row.name, "ours");
}

static void numbers_in_use_are_refused(void **state)
{
	static const uint16_t used[] = {
		EXTENSION_SERVER_NAME,
		EXTENSION_SUPPORTED_GROUPS,
		EXTENSION_SIGNATURE_ALGORITHMS,
		EXTENSION_SIGNATURE_ALGORITHMS_CERT,
		EXTENSION_KEY_SHARE,
		EXTENSION_COOKIE,
		EXTENSION_SUPPORTED_VERSIONS,
		EXTENSION_EVIDENCE_REQUEST,
		EXTENSION_EVIDENCE_PROPOSAL,
		EXTENSION_RESULTS_REQUEST,
		EXTENSION_RESULTS_PROPOSAL,
	};
	adtls_config_t *config = *state;

	for (size_t i = 0; i < sizeof(used) / sizeof(used[0]); i++) {
		if (add(config, used[i], BOTH) != ADTLS_E_INVALID)
			fail_msg("extension %u", used[i]);
	}
	assert_int_equal(add(config, 0xfafa, BOTH), ADTLS_OK);
	assert_int_equal(add(config, 0xfafa, BOTH), ADTLS_E_INVALID);
	assert_int_equal(config->extension_count, 1);
}

/* Nothing is in EncryptedExtensions that ClientHello did not offer. */
static void messages_are_checked(void **state)
{
	adtls_config_t *config = *state;

	assert_int_equal(add(config, 0xfafa, 0), ADTLS_E_INVALID);
	assert_int_equal(add(config, 0xfafa, ADTLS_EXT_ENCRYPTED_EXTENSIONS),
			 ADTLS_E_INVALID);
	assert_int_equal(add(config, 0xfafa, BOTH | 4), ADTLS_E_INVALID);
}

static void eight_are_enough(void **state)
{
	adtls_config_t *config = *state;

	for (uint16_t id = 0; id < 8; id++)
		assert_int_equal(add(config, 0xfa00 + id, BOTH), ADTLS_OK);
	assert_int_equal(add(config, 0xfb00, BOTH), ADTLS_E_INVALID);
	assert_int_equal(config->extension_count, 8);
}

static void names_are_cut_not_overrun(void **state)
{
	adtls_config_t *config = *state;

	assert_int_equal(adtls_ext_register(config, NULL, 0xfafa, BOTH, NULL,
					    NULL, NULL),
			 ADTLS_E_INVALID);
	assert_int_equal(
		adtls_ext_register(config,
				   "a-name-that-goes-on-beyond-any-reason",
				   0xfafa, BOTH, NULL, NULL, NULL),
		ADTLS_OK);
	assert_string_equal(config->extensions[0].row.name,
			    "a-name-that-goes-on-beyond-any-");
}

static void a_sealed_one_takes_none(void **state)
{
	adtls_credentials_t *credentials = test_credentials(NULL);
	adtls_config_t *config = *state;

	adtls_config_set_credentials(config, credentials);
	adtls_credentials_unref(credentials);
	assert_int_equal(adtls_config_seal(config, NULL, 0), ADTLS_OK);
	assert_int_equal(add(config, 0xfafa, BOTH), ADTLS_E_INVALID);
}

#define with_config(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_config(free_numbers_are_taken),
		with_config(numbers_in_use_are_refused),
		with_config(messages_are_checked),
		with_config(eight_are_enough),
		with_config(names_are_cut_not_overrun),
		with_config(a_sealed_one_takes_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
