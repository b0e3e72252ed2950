/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PSKs of credentials: what may be set, and what callbacks may answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/credentials_psk.h"

static adtls_bytes_t text(const char *string)
{
	return bytes_of(string, strlen(string));
}

static int setup(void **state)
{
	adtls_credentials_t *credentials;

	assert_int_equal(adtls_credentials_new(0, &credentials), ADTLS_OK);
	*state = credentials;
	return 0;
}

static int teardown(void **state)
{
	adtls_credentials_unref(*state);
	return 0;
}

static int set(adtls_credentials_t *credentials, size_t identity_len,
	       size_t key_len, int hash)
{
	static const uint8_t bytes[512] = { 1 };

	return adtls_credentials_set_psk(credentials,
					 bytes_of(bytes, identity_len),
					 bytes_of(bytes, key_len),
					 (adtls_psk_hash_t)hash);
}

static void lengths_are_bounded(void **state)
{
	assert_int_equal(set(*state, 0, 16, 0), ADTLS_E_INVALID);
	assert_int_equal(set(*state, 257, 16, 0), ADTLS_E_INVALID);
	assert_int_equal(set(*state, 1, 0, 0), ADTLS_E_INVALID);
	assert_int_equal(set(*state, 1, 65, 0), ADTLS_E_INVALID);
	assert_int_equal(set(*state, 1, 16, 2), ADTLS_E_INVALID);
	assert_false(credentials_has_client_psk(*state));
	assert_false(credentials_can_serve(*state));
	assert_int_equal(set(*state, 1, 1, 0), ADTLS_OK);
	assert_int_equal(set(*state, 256, 64, 1), ADTLS_OK);
	assert_true(credentials_has_client_psk(*state));
	assert_true(credentials_can_serve(*state));
}

static void one_psk_is_for_both_roles(void **state)
{
	adtls_psk_t psk;

	assert_int_equal(adtls_credentials_set_psk(*state, text("me"),
						   text("key"),
						   ADTLS_PSK_SHA384),
			 ADTLS_OK);
	assert_int_equal(credentials_client_psk(*state, "any", &psk),
			 CREDENTIALS_PSK_FOUND);
	assert_memory_equal(psk.identity, "me", 2);
	assert_ptr_equal(credentials_psk_hash(&psk), &crypto_sha384);
	assert_int_equal(credentials_server_psk(*state, NULL, text("me"), &psk),
			 CREDENTIALS_PSK_FOUND);
	assert_memory_equal(psk.key, "key", 3);
	assert_int_equal(credentials_server_psk(*state, NULL, text("you"),
						&psk),
			 CREDENTIALS_PSK_NONE);
	assert_int_equal(psk.key_len, 0);
}

/* The callback's answers, one after the other. */
struct answer {
	int result;
	size_t identity_len;
	size_t key_len;
	int hash;
};

static int answer_as_client(void *context, const char *server_name,
			    adtls_psk_t *out)
{
	const struct answer *answer = context;

	(void)server_name;
	out->identity_len = answer->identity_len;
	out->key_len = answer->key_len;
	out->hash = (adtls_psk_hash_t)answer->hash;
	return answer->result;
}

static int answer_as_server(void *context, const char *server_name,
			    adtls_bytes_t identity, adtls_psk_t *out)
{
	(void)identity;
	return answer_as_client(context, server_name, out);
}

static void nonsense_of_callbacks_is_a_failure(void **state)
{
	static const struct {
		struct answer answer;
		enum credentials_psk_result client;
		enum credentials_psk_result server;
	} cases[] = {
		{ { 1, 1, 16, 0 }, CREDENTIALS_PSK_FOUND,
		  CREDENTIALS_PSK_FOUND },
		{ { 1, 0, 16, 0 }, CREDENTIALS_PSK_FAILED,
		  CREDENTIALS_PSK_FOUND },
		{ { 1, 257, 16, 0 }, CREDENTIALS_PSK_FAILED,
		  CREDENTIALS_PSK_FAILED },
		{ { 1, 1, 0, 0 }, CREDENTIALS_PSK_FAILED,
		  CREDENTIALS_PSK_FAILED },
		{ { 1, 1, 65, 0 }, CREDENTIALS_PSK_FAILED,
		  CREDENTIALS_PSK_FAILED },
		{ { 1, 1, 16, 7 }, CREDENTIALS_PSK_FAILED,
		  CREDENTIALS_PSK_FAILED },
		{ { 2, 1, 16, 0 }, CREDENTIALS_PSK_FAILED,
		  CREDENTIALS_PSK_FAILED },
		{ { 0, 1, 16, 0 }, CREDENTIALS_PSK_NONE, CREDENTIALS_PSK_NONE },
		{ { -1, 1, 16, 0 }, CREDENTIALS_PSK_FAILED,
		  CREDENTIALS_PSK_FAILED },
	};
	struct answer answer;
	adtls_psk_t psk;

	adtls_credentials_set_psk_client(*state, answer_as_client, &answer);
	adtls_credentials_set_psk_server(*state, answer_as_server, &answer);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		answer = cases[i].answer;
		assert_int_equal(credentials_client_psk(*state, NULL, &psk),
				 cases[i].client);
		assert_int_equal(credentials_server_psk(*state, NULL,
							text("x"), &psk),
				 cases[i].server);
	}
}

static void write_file(char name[], const char *content)
{
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	close(fd);
}

static void keys_come_from_files(void **state)
{
	static const struct {
		const char *content;
		int error;
	} cases[] = {
		{ "00ff10\n", ADTLS_OK },  { "  00FF10  \r\n", ADTLS_OK },
		{ "00ff1", ADTLS_E_DECODE }, { "key", ADTLS_E_DECODE },
		{ "", ADTLS_E_DECODE },
	};
	adtls_psk_t psk;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char name[] = "test_psk_XXXXXX";
		int error;

		write_file(name, cases[i].content);
		error = adtls_credentials_set_psk_file(*state, text("me"), name,
						       ADTLS_PSK_SHA256);
		unlink(name);
		if (cases[i].content[0] == '\0')
			assert_int_not_equal(error, ADTLS_OK);
		else
			assert_int_equal(error, cases[i].error);
	}
	assert_int_equal(credentials_client_psk(*state, NULL, &psk),
			 CREDENTIALS_PSK_FOUND);
	assert_int_equal(psk.key_len, 3);
	assert_memory_equal(psk.key, "\0\377\20", 3);
	assert_int_equal(adtls_credentials_set_psk_file(
				 *state, text("me"), "/nonexistent", 0),
			 ADTLS_E_FILE);
}

#define with_credentials(test) 	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_credentials(lengths_are_bounded),
		with_credentials(one_psk_is_for_both_roles),
		with_credentials(nonsense_of_callbacks_is_a_failure),
		with_credentials(keys_come_from_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
