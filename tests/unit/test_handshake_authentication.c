/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificate, CertificateVerify and Finished of a peer: what is taken, and
 * each refusal with its alert (RFC 8446 §4.4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "messages/authentication.h"
#include "tests/support/test_credentials.h"
#include "tests/unit/lone_handshake.h"

#define BODY_MAX 4096

/* Each is the other's peer. */
static struct lone_handshake client;
static struct lone_handshake server;

static void see(struct lone_handshake *lone, const char *messages)
{
	assert_true(transcript_add(&lone->hs->transcript,
				   HANDSHAKE_CLIENT_HELLO,
				   bytes_of(messages, strlen(messages))));
}

static void begin(struct lone_handshake *lone, adtls_role_t role)
{
	lone_handshake_begin(lone, role);
	lone->facts.suite = crypto_suite_find(0x1301);
	assert_true(transcript_choose(&lone->hs->transcript, &crypto_sha256));
	see(lone, "hellos");
	lone->hs->client_secret = (struct secret){ { 0xc }, 32 };
	lone->hs->server_secret = (struct secret){ { 0x5 }, 32 };
}

static void begin_both(void)
{
	begin(&client, ADTLS_CLIENT);
	begin(&server, ADTLS_SERVER);
	client.hs->server_name = TEST_SERVER_NAME;
}

static int setup(void **state)
{
	adtls_credentials_t *credentials = test_credentials(&test_server);

	(void)state;
	lone_handshake_init(&client);
	lone_handshake_init(&server);
	assert_int_equal(
		adtls_config_set_credentials(server.config, credentials),
		ADTLS_OK);
	adtls_credentials_unref(credentials);
	begin_both();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	lone_handshake_clear(&client);
	lone_handshake_clear(&server);
	return 0;
}

static void assert_refused(const struct lone_handshake *lone,
			   adtls_alert_t alert, adtls_reason_t reason)
{
	assert_int_equal(lone->hs->failure.alert, alert);
	assert_int_equal(lone->hs->failure.reason, reason);
}

/* The body of the last message that @lone has queued. */
static adtls_bytes_t last_sent(const struct lone_handshake *lone)
{
	const struct flight *flight = &lone->channel.outgoing;

	assert_true(flight->message_count > 0);
	return buffer_bytes(&flight->messages[flight->message_count - 1].body);
}

/* Certificate */

static bool choose_scheme(struct lone_handshake *lone)
{
	static const uint8_t ecdsa_p256[] = { 0x04, 0x03 };

	return hs_choose_scheme(lone->hs, bytes_of(ecdsa_p256, 2));
}

static void send_certificate(struct lone_handshake *lone)
{
	assert_true(choose_scheme(lone));
	assert_true(hs_send_certificate(lone->hs));
	assert_true(lone->hs->sends_certificate);
}

static void a_chain_is_sent_and_taken(void **state)
{
	struct test_bytes der = test_certificate_der(&test_server);

	(void)state;
	send_certificate(&server);
	assert_true(hs_receive_certificate(client.hs, last_sent(&server)));
	assert_string_equal(client.facts.peer_identity, "CN=" TEST_SERVER_NAME);
	assert_int_equal(client.facts.peer_certificate.len, der.len);
	assert_memory_equal(client.facts.peer_certificate.data, der.data,
			    der.len);
	send_certificate(&client);
	assert_true(hs_receive_certificate(server.hs, last_sent(&client)));
	assert_string_equal(server.facts.peer_identity, "CN=" TEST_CLIENT_NAME);
}

/* Who cannot sign in a way that the peer takes sends an empty one. */
static void without_a_scheme_there_is_no_chain(void **state)
{
	static const uint8_t unknown[] = { 0xfa, 0xfa };

	(void)state;
	assert_false(hs_choose_scheme(client.hs, bytes_of(unknown, 2)));
	assert_false(hs_choose_scheme(client.hs, bytes_of(unknown, 0)));
	assert_true(hs_send_certificate(client.hs));
	assert_false(client.hs->sends_certificate);
	assert_int_equal(last_sent(&client).len, 4);
}

static void context_is_echoed(void **state)
{
	(void)state;
	assert_true(buffer_set(&client.hs->request_context, "ctx", 3));
	send_certificate(&client);
	assert_memory_equal(last_sent(&client).data, "\3ctx", 4);
}

static bool receive_hex(struct lone_handshake *lone, const char *digits)
{
	struct test_bytes body = test_hex(digits);

	return hs_receive_certificate(lone->hs, test_view(&body));
}

static void odd_certificates_are_refused(void **state)
{
	(void)state;
	assert_false(receive_hex(&client, "00 000001"));
	assert_refused(&client, ADTLS_ALERT_DECODE_ERROR,
		       ADTLS_REASON_MALFORMED_MESSAGE);
	begin_both();
	assert_false(
		receive_hex(&client, "00 00000b 000001 c1 0005 0005000101"));
	assert_refused(&client, ADTLS_ALERT_UNSUPPORTED_EXTENSION,
		       ADTLS_REASON_ILLEGAL_EXTENSION);
	begin_both();
	assert_false(receive_hex(&client, "01 aa 000006 000001 c1 0000"));
	assert_refused(&client, ADTLS_ALERT_ILLEGAL_PARAMETER,
		       ADTLS_REASON_ILLEGAL_PARAMETER);
	begin_both();
	assert_false(receive_hex(&client, "00 000006 000001 c1 0000"));
	assert_refused(&client, ADTLS_ALERT_BAD_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_MALFORMED);
}

static void long_chains_are_refused(void **state)
{
	adtls_bytes_t chain[CERTIFICATE_CHAIN_MAX + 1];
	struct wire_writer writer;
	uint8_t body[BODY_MAX];

	(void)state;
	for (size_t i = 0; i <= CERTIFICATE_CHAIN_MAX; i++)
		chain[i] = bytes_of("certificate", 11);
	wire_writer_init(&writer, body, sizeof(body));
	certificate_message_write(&writer, bytes_of(NULL, 0), chain,
				  CERTIFICATE_CHAIN_MAX + 1);
	assert_false(hs_receive_certificate(client.hs, wire_written(&writer)));
	assert_refused(&client, ADTLS_ALERT_BAD_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_MALFORMED);
}

/* RFC 8446 §4.4.2.4 */
static void only_clients_may_show_none(void **state)
{
	(void)state;
	assert_false(receive_hex(&client, "00 000000"));
	assert_refused(&client, ADTLS_ALERT_DECODE_ERROR,
		       ADTLS_REASON_CERTIFICATE_MISSING);
	assert_true(receive_hex(&server, "00 000000"));
	adtls_config_set_client_authentication(
		server.config, ADTLS_CLIENT_AUTHENTICATION_REQUIRE);
	begin_both();
	assert_false(receive_hex(&server, "00 000000"));
	assert_refused(&server, ADTLS_ALERT_CERTIFICATE_REQUIRED,
		       ADTLS_REASON_CERTIFICATE_MISSING);
}

/* CertificateVerify */

/* The server's signature, as the client gets it. */
static struct buffer signed_body(void)
{
	struct buffer body = { 0 };
	adtls_job_t *job;

	send_certificate(&server);
	assert_true(hs_receive_certificate(client.hs, last_sent(&server)));
	job = hs_new_sign_job(server.hs);
	assert_non_null(job);
	assert_int_equal(adtls_job_kind(job), ADTLS_JOB_SIGN);
	assert_false(adtls_job_is_slow(job));
	adtls_job_run(job);
	assert_true(hs_send_certificate_verify(server.hs, job));
	adtls_job_free(job);
	assert_true(buffer_set(&body, last_sent(&server).data,
			       last_sent(&server).len));
	return body;
}

static void a_signature_is_verified(void **state)
{
	struct buffer body = signed_body();

	(void)state;
	assert_true(
		hs_receive_certificate_verify(client.hs, buffer_bytes(&body)));
	assert_int_equal(client.facts.peer_scheme->id, 0x0403);
	assert_int_equal(server.facts.own_scheme->id, 0x0403);
	buffer_clear(&body);
}

static void damaged_signatures_are_refused(void **state)
{
	struct buffer body = signed_body();

	(void)state;
	body.data[body.len - 1] ^= 1;
	assert_false(
		hs_receive_certificate_verify(client.hs, buffer_bytes(&body)));
	assert_refused(&client, ADTLS_ALERT_DECRYPT_ERROR,
		       ADTLS_REASON_BAD_SIGNATURE);
	buffer_clear(&body);
}

/* A signature is of one transcript. */
static void signatures_of_other_handshakes_are_refused(void **state)
{
	struct buffer body = signed_body();

	(void)state;
	see(&client, "something else");
	assert_false(
		hs_receive_certificate_verify(client.hs, buffer_bytes(&body)));
	assert_refused(&client, ADTLS_ALERT_DECRYPT_ERROR,
		       ADTLS_REASON_BAD_SIGNATURE);
	buffer_clear(&body);
}

/* And of one side: the context string differs (RFC 8446 §4.4.3). */
static void a_servers_signature_is_no_clients(void **state)
{
	struct buffer body = signed_body();

	(void)state;
	client.hs->role = ADTLS_SERVER; /* so that it expects a client's */
	assert_false(
		hs_receive_certificate_verify(client.hs, buffer_bytes(&body)));
	assert_refused(&client, ADTLS_ALERT_DECRYPT_ERROR,
		       ADTLS_REASON_BAD_SIGNATURE);
	buffer_clear(&body);
}

static void other_schemes_are_refused(void **state)
{
	/* Of nobody, and of a P-384 key */
	static const uint16_t schemes[] = { 0xfafa, 0x0503 };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct buffer body = signed_body();

		body.data[0] = (uint8_t)(schemes[i] >> 8);
		body.data[1] = (uint8_t)schemes[i];
		assert_false(hs_receive_certificate_verify(
			client.hs, buffer_bytes(&body)));
		assert_refused(&client, ADTLS_ALERT_ILLEGAL_PARAMETER,
			       ADTLS_REASON_NO_COMMON_SIGNATURE);
		buffer_clear(&body);
		begin_both();
	}
}

static void truncated_signatures_are_refused(void **state)
{
	struct buffer body = signed_body();

	(void)state;
	assert_false(hs_receive_certificate_verify(
		client.hs, bytes_of(body.data, body.len - 1)));
	assert_refused(&client, ADTLS_ALERT_DECODE_ERROR,
		       ADTLS_REASON_MALFORMED_MESSAGE);
	buffer_clear(&body);
}

static void a_job_that_did_not_run_signed_nothing(void **state)
{
	adtls_job_t *job;

	(void)state;
	send_certificate(&server);
	job = hs_new_sign_job(server.hs);
	assert_false(hs_send_certificate_verify(server.hs, job));
	assert_refused(&server, ADTLS_ALERT_INTERNAL_ERROR,
		       ADTLS_REASON_SIGNING_FAILED);
	adtls_job_free(job);
}

/* Finished */

static void finished_says_that_both_saw_the_same(void **state)
{
	(void)state;
	assert_true(hs_send_finished(server.hs));
	assert_int_equal(last_sent(&server).len, 32);
	assert_true(hs_receive_finished(client.hs, last_sent(&server)));
	assert_true(hs_send_finished(client.hs));
	assert_true(hs_receive_finished(server.hs, last_sent(&client)));
}

static void each_bit_of_finished_counts(void **state)
{
	uint8_t mac[32];

	(void)state;
	assert_true(hs_send_finished(server.hs));
	memcpy(mac, last_sent(&server).data, sizeof(mac));
	for (size_t bit = 0; bit < 256; bit += 5) {
		begin(&client, ADTLS_CLIENT);
		mac[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(hs_receive_finished(client.hs, bytes_of(mac, 32)));
		assert_refused(&client, ADTLS_ALERT_DECRYPT_ERROR,
			       ADTLS_REASON_BAD_FINISHED);
		mac[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t len = 0; len <= 31; len += 31) {
		begin(&client, ADTLS_CLIENT);
		assert_false(
			hs_receive_finished(client.hs, bytes_of(mac, len)));
		assert_refused(&client, ADTLS_ALERT_DECODE_ERROR,
			       ADTLS_REASON_MALFORMED_MESSAGE);
	}
}

/* Neither another handshake's, nor our own sent back. */
static void finished_of_others_is_refused(void **state)
{
	(void)state;
	see(&server, "something else");
	assert_true(hs_send_finished(server.hs));
	assert_false(hs_receive_finished(client.hs, last_sent(&server)));
	assert_refused(&client, ADTLS_ALERT_DECRYPT_ERROR,
		       ADTLS_REASON_BAD_FINISHED);
	begin_both();
	assert_true(hs_send_finished(client.hs));
	begin(&server, ADTLS_CLIENT);
	assert_false(hs_receive_finished(server.hs, last_sent(&client)));
	assert_refused(&server, ADTLS_ALERT_DECRYPT_ERROR,
		       ADTLS_REASON_BAD_FINISHED);
}

#define with_both(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_both(a_chain_is_sent_and_taken),
		with_both(without_a_scheme_there_is_no_chain),
		with_both(context_is_echoed),
		with_both(odd_certificates_are_refused),
		with_both(long_chains_are_refused),
		with_both(only_clients_may_show_none),
		with_both(a_signature_is_verified),
		with_both(damaged_signatures_are_refused),
		with_both(signatures_of_other_handshakes_are_refused),
		with_both(a_servers_signature_is_no_clients),
		with_both(other_schemes_are_refused),
		with_both(truncated_signatures_are_refused),
		with_both(a_job_that_did_not_run_signed_nothing),
		with_both(finished_says_that_both_saw_the_same),
		with_both(each_bit_of_finished_counts),
		with_both(finished_of_others_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
