/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which secret is derived with which label, and which keys are for which
 * direction (RFC 8446 §7.1, RFC 9147 §6.1, protocol §4.1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "tests/support/test_vectors.h"
#include "tests/unit/lone_handshake.h"

#define DATAGRAM_MAX 128

static struct lone_handshake client;
static struct lone_handshake server;
static char labels[1024];

/* The labels of what is logged, in order. */
static void note_label(void *context, const char *line)
{
	size_t len = strlen(labels);

	(void)context;
	snprintf(labels + len, sizeof(labels) - len, "%.*s\n",
		 (int)strcspn(line, " "), line);
}

static int setup(void **state)
{
	(void)state;
	labels[0] = '\0';
	lone_handshake_init(&client);
	lone_handshake_init(&server);
	server.random = seeded_random_of(2);
	assert_int_equal(
		adtls_config_set_key_log(client.config, note_label, NULL),
		ADTLS_OK);
	lone_handshake_begin(&client, ADTLS_CLIENT);
	lone_handshake_begin(&server, ADTLS_SERVER);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	lone_handshake_clear(&client);
	lone_handshake_clear(&server);
	return 0;
}

/* Both have seen the same messages so far. */
static void exchange_hellos(struct lone_handshake *lone)
{
	lone->facts.suite = crypto_suite_find(0x1301);
	lone->facts.group = crypto_group_find(0x001d);
	assert_true(transcript_choose(&lone->hs->transcript, &crypto_sha256));
	assert_true(transcript_add(&lone->hs->transcript,
				   HANDSHAKE_CLIENT_HELLO,
				   bytes_of("hellos", 6)));
}

static void derive_handshake_keys(void)
{
	uint8_t clients[CRYPTO_SHARE_MAX], servers[CRYPTO_SHARE_MAX];

	exchange_hellos(&client);
	exchange_hellos(&server);
	memcpy(clients, crypto_key_exchange_share(client.hs->key_exchange).data,
	       32);
	memcpy(servers, crypto_key_exchange_share(server.hs->key_exchange).data,
	       32);
	assert_true(hs_derive_handshake_keys(client.hs, bytes_of(servers, 32)));
	assert_true(hs_derive_handshake_keys(server.hs, bytes_of(clients, 32)));
	/* Used once, and gone. */
	assert_null(client.hs->key_exchange);
}

static void assert_same(const struct secret *a, const struct secret *b)
{
	assert_int_equal(a->len, 32);
	assert_int_equal(b->len, 32);
	assert_memory_equal(a->data, b->data, 32);
}

/* A record of one opens at the other. */
static void assert_passes(struct lone_handshake *from,
			  struct lone_handshake *to, uint64_t epoch)
{
	struct record_sealer *sealer = channel_sealer(&from->channel, epoch);
	uint8_t datagram[DATAGRAM_MAX];
	struct record_number number;
	struct record record;
	size_t len, consumed;

	assert_non_null(sealer);
	len = record_seal(sealer, RECORD_HANDSHAKE, bytes_of("hello", 5),
			  datagram, sizeof(datagram), &number);
	assert_int_not_equal(len, 0);
	assert_int_equal(record_open(&to->channel.openers, datagram, len,
				     &consumed, &record),
			 RECORD_ACCEPT);
	assert_int_equal(record.number.epoch, epoch);
}

static void both_sides_have_the_same_handshake_keys(void **state)
{
	(void)state;
	derive_handshake_keys();
	assert_same(&client.hs->client_secret, &server.hs->client_secret);
	assert_same(&client.hs->server_secret, &server.hs->server_secret);
	assert_memory_not_equal(client.hs->client_secret.data,
				client.hs->server_secret.data, 32);
	assert_passes(&client, &server, EPOCH_HANDSHAKE);
	assert_passes(&server, &client, EPOCH_HANDSHAKE);
	assert_string_equal(labels, "CLIENT_HANDSHAKE_TRAFFIC_SECRET\n"
				    "SERVER_HANDSHAKE_TRAFFIC_SECRET\n");
}

static void both_sides_have_the_same_application_keys(void **state)
{
	(void)state;
	derive_handshake_keys();
	labels[0] = '\0';
	assert_true(hs_derive_application_keys(client.hs));
	assert_true(hs_derive_application_keys(server.hs));
	assert_string_equal(labels, "CLIENT_TRAFFIC_SECRET_0\n"
				    "SERVER_TRAFFIC_SECRET_0\n"
				    "EXPORTER_SECRET\n");
	assert_same(&client.facts.exporter_main, &server.facts.exporter_main);
	/* Reading and writing begin one by one. */
	assert_null(channel_sealer(&client.channel, EPOCH_APPLICATION));
	assert_true(hs_write_application(client.hs));
	assert_true(hs_read_application(server.hs));
	assert_passes(&client, &server, EPOCH_APPLICATION);
	assert_null(channel_sealer(&server.channel, EPOCH_APPLICATION));
	assert_true(hs_write_application(server.hs));
	assert_true(hs_read_application(client.hs));
	assert_passes(&server, &client, EPOCH_APPLICATION);
}

/* Derive-Secret(Main Secret, label, transcript), written out. */
static void assert_label(const struct secret *actual, const char *label)
{
	const struct secret *main_secret = &client.hs->schedule.secret;
	struct secret expected = { .len = 32 };
	uint8_t hash[CRYPTO_HASH_MAX];

	assert_true(transcript_hash(&client.hs->transcript, hash));
	assert_true(crypto_hkdf_expand_label(
		&crypto_sha256, "dtls13",
		bytes_of(main_secret->data, main_secret->len), label,
		bytes_of(hash, 32), expected.data, expected.len));
	assert_same(actual, &expected);
}

/* RFC 8446 §7.1 */
static void labels_are_the_rfcs(void **state)
{
	(void)state;
	derive_handshake_keys();
	assert_true(transcript_add(&client.hs->transcript, HANDSHAKE_FINISHED,
				   bytes_of("server's", 8)));
	assert_true(hs_derive_application_keys(client.hs));
	assert_label(&client.hs->client_traffic, "c ap traffic");
	assert_label(&client.hs->server_traffic, "s ap traffic");
	assert_label(&client.facts.exporter_main, "exp master");
}

/* RFC 7748 §6.1: an all-zero result, and what is no key at all */
static void bad_shares_are_refused(void **state)
{
	static const uint8_t zeroes[33];

	(void)state;
	for (size_t len = 31; len <= 33; len++) {
		lone_handshake_begin(&client, ADTLS_CLIENT);
		exchange_hellos(&client);
		assert_false(hs_derive_handshake_keys(client.hs,
						      bytes_of(zeroes, len)));
		assert_int_equal(client.hs->failure.alert,
				 ADTLS_ALERT_ILLEGAL_PARAMETER);
		assert_int_equal(client.hs->failure.reason,
				 ADTLS_REASON_BAD_KEY_SHARE);
		assert_null(channel_sealer(&client.channel, EPOCH_HANDSHAKE));
	}
	assert_string_equal(labels, "");
}

/* The Python peer's binders, for either attester. */

static void assert_binder(const json_t *vector, adtls_role_t attester,
			  const char *spki_field, const char *binder_field)
{
	struct test_bytes spki = test_vector_bytes(vector, spki_field);
	struct secret binder;

	assert_true(hs_attestation_binder(client.hs, attester, test_view(&spki),
					  &binder));
	test_assert_field(vector, binder_field, binder.data, binder.len);
}

static void check_binders(const json_t *vector)
{
	struct test_bytes hash =
		test_vector_bytes(vector, "hello_transcript_hash");

	client.facts.suite =
		crypto_suite_find(hash.len == 48 ? 0x1302 : 0x1301);
	client.hs->schedule = (struct key_schedule){
		.hash = client.facts.suite->hash,
		.label_prefix = KEY_LABEL_PREFIX_DTLS13,
		.secret = test_vector_secret(vector, "main_secret"),
	};
	memcpy(client.hs->hello_hash, hash.data, hash.len);
	labels[0] = '\0';
	assert_binder(vector, ADTLS_CLIENT, "client_spki", "client_binder");
	assert_binder(vector, ADTLS_SERVER, "server_spki", "server_binder");
	assert_string_equal(labels, "CLIENT_ATTESTATION_MAIN_SECRET\n"
				    "SERVER_ATTESTATION_MAIN_SECRET\n");
}

static void binders_of_the_peer(void **state)
{
	(void)state;
	assert_true(test_vectors_each("binder", check_binders) >= 8);
}

#define with_handshakes(test) \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_handshakes(both_sides_have_the_same_handshake_keys),
		with_handshakes(both_sides_have_the_same_application_keys),
		with_handshakes(labels_are_the_rfcs),
		with_handshakes(bad_shares_are_refused),
		with_handshakes(binders_of_the_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
