/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The transcript hash, against the Python peer's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "keys/transcript.h"
#include "tests/support/test_vectors.h"

/* Add a message of the vector, which holds it in TLS form. */
static void add_message(struct transcript *transcript, const json_t *vector,
			const char *field)
{
	struct test_bytes message = test_vector_bytes(vector, field);

	assert_true(message.len > 4);
	assert_true(
		transcript_add(transcript, message.data[0],
			       bytes_of(message.data + 4, message.len - 4)));
}

static bool has_retry(const json_t *vector)
{
	return test_vector_bytes(vector, "client_hello1").len > 0;
}

/* The hash of the vector's suite, told by its length. */
static const struct crypto_hash *hash_of(const json_t *vector)
{
	size_t len = test_vector_bytes(vector, "hello_transcript_hash").len;

	return len == crypto_sha384.len ? &crypto_sha384 : &crypto_sha256;
}

/* As a client does it: the hash is known when the server has answered. */
static void check_client(const json_t *vector)
{
	struct transcript transcript;
	uint8_t hash[CRYPTO_HASH_MAX];

	transcript_init(&transcript);
	assert_false(transcript_hash(&transcript, hash));
	if (has_retry(vector)) {
		add_message(&transcript, vector, "client_hello1");
		assert_false(transcript_replace_with_hash(&transcript));
		assert_true(transcript_choose(&transcript, hash_of(vector)));
		assert_true(transcript_replace_with_hash(&transcript));
		add_message(&transcript, vector, "hello_retry_request");
	}
	add_message(&transcript, vector, "client_hello");
	assert_true(transcript_choose(&transcript, hash_of(vector)));
	assert_int_equal(transcript.pending.len, 0);
	add_message(&transcript, vector, "server_hello");
	assert_true(transcript_choose(&transcript, hash_of(vector)));
	assert_true(transcript_hash(&transcript, hash));
	test_assert_field(vector, "hello_transcript_hash", hash,
			  hash_of(vector)->len);
	transcript_clear(&transcript);
}

/* As a stateless server does it, which kept only a hash in its cookie. */
static void check_stateless_server(const json_t *vector)
{
	struct test_bytes hello = test_vector_bytes(vector, "client_hello1");
	struct transcript transcript;
	uint8_t hash[CRYPTO_HASH_MAX];

	if (!has_retry(vector))
		return;
	assert_true(
		crypto_hash_compute(hash_of(vector), test_view(&hello), hash));
	transcript_init(&transcript);
	assert_true(
		transcript_start_from_hash(&transcript, hash_of(vector), hash));
	add_message(&transcript, vector, "hello_retry_request");
	add_message(&transcript, vector, "client_hello");
	add_message(&transcript, vector, "server_hello");
	assert_true(transcript_hash(&transcript, hash));
	test_assert_field(vector, "hello_transcript_hash", hash,
			  hash_of(vector)->len);
	transcript_clear(&transcript);
}

static void client_with_and_without_retry(void **state)
{
	(void)state;
	assert_true(test_vectors_each("key_schedule", check_client) >= 20);
}

static void stateless_server(void **state)
{
	(void)state;
	assert_true(test_vectors_each("key_schedule", check_stateless_server) >=
		    20);
}

static void another_hash_is_refused(void **state)
{
	struct transcript transcript;

	(void)state;
	transcript_init(&transcript);
	assert_true(transcript_choose(&transcript, &crypto_sha256));
	assert_false(transcript_choose(&transcript, &crypto_sha384));
	transcript_clear(&transcript);
}

static void a_message_has_at_most_24_bits_of_length(void **state)
{
	static const uint8_t byte;
	struct transcript transcript;

	(void)state;
	transcript_init(&transcript);
	assert_false(transcript_add(&transcript, 1, bytes_of(&byte, 1 << 24)));
	assert_int_equal(transcript.pending.len, 0);
	transcript_clear(&transcript);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(client_with_and_without_retry),
		cmocka_unit_test(stateless_server),
		cmocka_unit_test(another_hash_is_refused),
		cmocka_unit_test(a_message_has_at_most_24_bits_of_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
