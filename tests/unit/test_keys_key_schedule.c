/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The key schedule against RFC 8448 and the Python peer, the attestation
 * binder against the Python peer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "keys/key_schedule.h"
#include "tests/support/test_vectors.h"

static const char *prefix_of(const json_t *vector)
{
	return test_vector_text(vector, "prefix");
}

static void assert_secret(const json_t *vector, const char *field,
			  const struct secret *secret)
{
	test_assert_field(vector, field, secret->data, secret->len);
}

/* Derive with the transcript hash of one field and expect another. */
static void assert_derives(const struct key_schedule *schedule,
			   const json_t *vector, const char *label,
			   const char *hash_field, const char *expected_field)
{
	struct test_bytes hash = test_vector_bytes(vector, hash_field);
	struct secret derived;

	assert_int_equal(hash.len, schedule->hash->len);
	assert_true(key_schedule_derive(schedule, label, hash.data, &derived));
	assert_secret(vector, expected_field, &derived);
}

/* The hash of the vector's suite, told by how long its secrets are. */
static const struct crypto_hash *hash_of(const json_t *vector,
					 const char *secret_field)
{
	return test_vector_bytes(vector, secret_field).len == crypto_sha384.len
		       ? &crypto_sha384
		       : &crypto_sha256;
}

static void start(struct key_schedule *schedule, const json_t *vector,
		  const char *prefix)
{
	struct test_bytes shared = test_vector_bytes(vector, "shared_secret");

	assert_true(key_schedule_start(schedule,
				       hash_of(vector, "main_secret"), prefix,
				       bytes_of(NULL, 0)));
	if (json_object_get(vector, "early_secret") != NULL)
		assert_secret(vector, "early_secret", &schedule->secret);
	assert_true(key_schedule_to_handshake(schedule, test_view(&shared)));
}

static void check_schedule(const json_t *vector)
{
	struct key_schedule schedule;

	start(&schedule, vector, prefix_of(vector));
	assert_secret(vector, "handshake_secret", &schedule.secret);
	assert_derives(&schedule, vector, "c hs traffic",
		       "hello_transcript_hash",
		       "client_handshake_traffic_secret");
	assert_derives(&schedule, vector, "s hs traffic",
		       "hello_transcript_hash",
		       "server_handshake_traffic_secret");
	assert_true(key_schedule_to_main(&schedule));
	assert_secret(vector, "main_secret", &schedule.secret);
	assert_derives(&schedule, vector, "c ap traffic",
		       "server_finished_transcript_hash",
		       "client_application_traffic_secret");
	assert_derives(&schedule, vector, "s ap traffic",
		       "server_finished_transcript_hash",
		       "server_application_traffic_secret");
	assert_derives(&schedule, vector, "exp master",
		       "server_finished_transcript_hash", "exporter_secret");
	assert_derives(&schedule, vector, "res master",
		       "client_finished_transcript_hash", "resumption_secret");
	key_schedule_clear(&schedule);
	assert_int_equal(schedule.secret.len, 0);
}

static void schedule_of_rfc8448(void **state)
{
	(void)state;
	assert_true(test_vectors_each("rfc8448", check_schedule) >= 1);
}

static void schedule_of_the_peer(void **state)
{
	(void)state;
	assert_true(test_vectors_each("key_schedule", check_schedule) >= 20);
}

static void assert_expands(const json_t *vector, const char *secret_field,
			   const char *label, const char *expected_field)
{
	size_t len = test_vector_bytes(vector, expected_field).len;
	struct secret secret = test_vector_secret(vector, secret_field);
	uint8_t out[CRYPTO_HASH_MAX];

	assert_true(crypto_hkdf_expand_label(hash_of(vector, secret_field),
					     prefix_of(vector),
					     bytes_of(secret.data, secret.len),
					     label, bytes_of(NULL, 0), out,
					     len));
	test_assert_field(vector, expected_field, out, len);
}

static void check_traffic_keys(const json_t *vector)
{
	assert_expands(vector, "client_handshake_traffic_secret", "key",
		       "client_handshake_traffic_key");
	assert_expands(vector, "client_handshake_traffic_secret", "iv",
		       "client_handshake_traffic_iv");
	assert_expands(vector, "server_handshake_traffic_secret", "key",
		       "server_handshake_traffic_key");
	assert_expands(vector, "server_handshake_traffic_secret", "iv",
		       "server_handshake_traffic_iv");
}

static void traffic_keys(void **state)
{
	(void)state;
	assert_true(test_vectors_each("rfc8448", check_traffic_keys) >= 1);
	assert_true(test_vectors_each("key_schedule", check_traffic_keys) >= 20);
}

static void check_finished(const json_t *vector)
{
	struct secret base =
		test_vector_secret(vector, "server_handshake_traffic_secret");
	struct test_bytes hash =
		test_vector_bytes(vector, "server_finished_transcript_hash");
	uint8_t out[CRYPTO_HASH_MAX];

	assert_true(key_finished_mac(
		hash_of(vector, "server_handshake_traffic_secret"),
		prefix_of(vector), &base, hash.data, out));
	test_assert_field(vector, "server_finished_verify_data", out, base.len);
}

static void finished_mac(void **state)
{
	(void)state;
	assert_true(test_vectors_each("key_schedule", check_finished) >= 20);
}

static void check_exporter(const json_t *vector)
{
	struct secret exporter = test_vector_secret(vector, "exporter_secret");
	struct test_bytes context =
		test_vector_bytes(vector, "exporter_context");
	uint8_t out[48];

	assert_true(key_export(hash_of(vector, "exporter_secret"),
			       prefix_of(vector), &exporter,
			       test_vector_text(vector, "exporter_label"),
			       test_view(&context), out, sizeof(out)));
	test_assert_field(vector, "exporter_output", out, sizeof(out));
}

static void exporter(void **state)
{
	(void)state;
	assert_true(test_vectors_each("key_schedule", check_exporter) >= 20);
}

static void assert_binder(const json_t *vector, const char *main_field,
			  const char *spki_field, const char *binder_field)
{
	struct secret attestation_main = test_vector_secret(vector, main_field);
	struct test_bytes spki = test_vector_bytes(vector, spki_field);
	struct secret binder;

	assert_true(key_attestation_binder(
		hash_of(vector, main_field), KEY_LABEL_PREFIX_DTLS13,
		&attestation_main, test_view(&spki), &binder));
	assert_secret(vector, binder_field, &binder);
}

static void check_binder(const json_t *vector)
{
	struct key_schedule schedule;

	start(&schedule, vector, KEY_LABEL_PREFIX_DTLS13);
	assert_true(key_schedule_to_main(&schedule));
	assert_derives(&schedule, vector, "c attestation main",
		       "hello_transcript_hash",
		       "client_attestation_main_secret");
	assert_derives(&schedule, vector, "s attestation main",
		       "hello_transcript_hash",
		       "server_attestation_main_secret");
	assert_binder(vector, "client_attestation_main_secret", "client_spki",
		      "client_binder");
	assert_binder(vector, "server_attestation_main_secret", "server_spki",
		      "server_binder");
	key_schedule_clear(&schedule);
}

static void attestation_binder(void **state)
{
	(void)state;
	assert_true(test_vectors_each("binder", check_binder) >= 40);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(schedule_of_rfc8448),
		cmocka_unit_test(schedule_of_the_peer),
		cmocka_unit_test(traffic_keys),
		cmocka_unit_test(finished_mac),
		cmocka_unit_test(exporter),
		cmocka_unit_test(attestation_binder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
