/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Handshakes by a pre-shared key: in place of certificates, beside them, and
 * what neither side accepts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include <adtls/psk.h>

#include "base/buffer.h"
#include "tests/scenario/steps.h"
#include "tests/support/simulation_credentials.h"

#define SECOND 1000000ull
#define MINUTE (60 * SECOND)

static const uint8_t key[16] = "sixteen  secrets";

static adtls_bytes_t text(const char *string)
{
	return bytes_of(string, strlen(string));
}

/* What both sides of the next world have. */
static struct {
	const char *client_identity;	/* NULL: no PSK */
	const char *server_identity;
	adtls_psk_hash_t hash;
	uint8_t wrong;			/* added to the client's key */
	bool client_has_certificates;
	bool server_has_certificates;
	const char *client_priority;
	const char *server_priority;
} given;

static adtls_credentials_t *make_credentials(bool has_certificates,
					     const char *certificate,
					     const char *private_key)
{
	adtls_credentials_t *credentials;

	assert_int_equal(adtls_credentials_new(ADTLS_CREDENTIALS_REPRODUCIBLE,
					       &credentials),
			 ADTLS_OK);
	if (!has_certificates)
		return credentials;
	assert_int_equal(adtls_credentials_add_trust_mem(
				 credentials,
				 text(simulation_root_certificate)),
			 ADTLS_OK);
	assert_int_equal(adtls_credentials_set_key_mem(
				 credentials,
				 text(certificate), text(private_key)),
			 ADTLS_OK);
	return credentials;
}

static adtls_credentials_t *client_credentials(bool has_certificates)
{
	return make_credentials(has_certificates, simulation_client_certificate,
				simulation_client_key);
}

static adtls_credentials_t *server_credentials(bool has_certificates)
{
	return make_credentials(has_certificates, simulation_server_certificate,
				simulation_server_key);
}

static void give(adtls_config_t *config, adtls_credentials_t *credentials,
		 const char *priority)
{
	assert_int_equal(adtls_config_set_credentials(config, credentials),
			 ADTLS_OK);
	adtls_credentials_unref(credentials);
	if (priority != NULL)
		assert_int_equal(adtls_config_set_priority(config, priority),
				 ADTLS_OK);
}

static void set_psk(adtls_credentials_t *credentials, const char *identity,
		    uint8_t wrong)
{
	uint8_t changed[sizeof(key)];

	memcpy(changed, key, sizeof(key));
	changed[0] = (uint8_t)(changed[0] + wrong);
	assert_int_equal(adtls_credentials_set_psk(
				 credentials, text(identity),
				 bytes_of(changed, sizeof(changed)),
				 given.hash),
			 ADTLS_OK);
}

static void configure(adtls_config_t *client, adtls_config_t *server)
{
	adtls_credentials_t *credentials;

	credentials = client_credentials(given.client_has_certificates);
	if (given.client_identity != NULL)
		set_psk(credentials, given.client_identity, given.wrong);
	give(client, credentials, given.client_priority);
	credentials = server_credentials(given.server_has_certificates);
	if (given.server_identity != NULL)
		set_psk(credentials, given.server_identity, 0);
	give(server, credentials, given.server_priority);
}

static void only_psk(void)
{
	memset(&given, 0, sizeof(given));
	given.client_identity = given.server_identity = "sensor-7";
}

static void echo(struct simulation *world)
{
	assert_int_equal(simulation_send(world, ADTLS_CLIENT, "ping", 4),
			 ADTLS_OK);
	simulation_run(world, world->now.monotonic_us + MINUTE);
	assert_int_equal(world->server.data_count, 1);
	assert_int_equal(simulation_send(world, ADTLS_SERVER, "pong", 4),
			 ADTLS_OK);
	simulation_run(world, world->now.monotonic_us + MINUTE);
	assert_int_equal(world->client.data_count, 1);
}

static void connect_with_psk(bool no_cookie, const char *suite)
{
	struct simulation_options options = { .seed = 1,
					      .no_cookie = no_cookie,
					      .configure = configure };
	adtls_parameters_t client, server;
	struct simulation world;

	simulation_init(&world, &options);
	if (!simulation_connect(&world, MINUTE))
		fail_msg("client: %s; server: %s", world.client.detail,
			 world.server.detail);
	adtls_engine_parameters(world.client_engine, &client);
	adtls_engine_parameters(world.server_engine, &server);
	assert_true(client.psk);
	assert_true(server.psk);
	assert_string_equal(client.suite, suite);
	assert_string_equal(client.signature, "");
	assert_int_equal(client.hello_retry_request, !no_cookie);
	assert_string_equal(adtls_engine_peer_identity(world.server_engine),
			    "psk:sensor-7");
	assert_string_equal(adtls_engine_peer_identity(world.client_engine),
			    "psk:sensor-7");
	assert_int_equal(
		adtls_engine_peer_certificate(world.client_engine).len, 0);
	echo(&world);
	simulation_clear(&world);
}

static void neither_side_needs_a_certificate(void **state)
{
	(void)state;
	only_psk();
	connect_with_psk(false, "TLS_AES_128_GCM_SHA256");
	connect_with_psk(true, "TLS_AES_128_GCM_SHA256");
}

static void certificates_may_be_there_too(void **state)
{
	(void)state;
	only_psk();
	given.client_has_certificates = true;
	connect_with_psk(false, "TLS_AES_128_GCM_SHA256");
	given.server_has_certificates = true;
	connect_with_psk(false, "TLS_AES_128_GCM_SHA256");
}

/* The hash of the PSK decides about the suite before the server's order does,
 * also in HelloRetryRequest, which is made without knowing any key. */
static void the_suite_fits_the_psk(void **state)
{
	(void)state;
	only_psk();
	given.hash = ADTLS_PSK_SHA384;
	connect_with_psk(false, "TLS_AES_256_GCM_SHA384");
	connect_with_psk(true, "TLS_AES_256_GCM_SHA384");
	given.hash = ADTLS_PSK_SHA256;
	given.server_priority = "NORMAL:-CIPHER-ALL:+AES-256-GCM:+AES-128-CCM";
	connect_with_psk(false, "TLS_AES_128_CCM_SHA256");
	connect_with_psk(true, "TLS_AES_128_CCM_SHA256");
}

/* The group is asked for again, and ClientHello2 has new binders. */
static void another_group_is_no_trouble(void **state)
{
	(void)state;
	only_psk();
	given.client_priority = "NORMAL:-GROUP-ALL:+GROUP-X25519:"
				"+GROUP-SECP384R1";
	given.server_priority = "NORMAL:-GROUP-ALL:+GROUP-SECP384R1";
	connect_with_psk(false, "TLS_CHACHA20_POLY1305_SHA256");
}

/* What ends it */

static void assert_refused(adtls_alert_t alert, adtls_reason_t reason)
{
	for (int no_cookie = 0; no_cookie <= 1; no_cookie++) {
		struct simulation_options options = {
			.seed = 2,
			.no_cookie = no_cookie != 0,
			.configure = configure,
			.handshake_deadline_us = 10 * SECOND,
		};
		struct simulation world;

		simulation_init(&world, &options);
		assert_false(simulation_connect(&world, MINUTE));
		assert_true(world.server.closed);
		assert_int_equal(world.server.alert, alert);
		assert_int_equal(world.server.reason, reason);
		simulation_run(&world, 2 * MINUTE);
		assert_true(world.client.closed);
		assert_false(world.client.connected);
		simulation_clear(&world);
	}
}

static void a_wrong_key_is_found_out(void **state)
{
	(void)state;
	only_psk();
	given.wrong = 1;
	assert_refused(ADTLS_ALERT_DECRYPT_ERROR, ADTLS_REASON_BAD_BINDER);
	given.server_has_certificates = true;
	assert_refused(ADTLS_ALERT_DECRYPT_ERROR, ADTLS_REASON_BAD_BINDER);
}

static void an_unknown_identity_ends_it_where_nothing_else_is_there(void **state)
{
	(void)state;
	only_psk();
	given.client_identity = "sensor-8";
	assert_refused(ADTLS_ALERT_UNKNOWN_PSK_IDENTITY,
		       ADTLS_REASON_PSK_UNKNOWN);
}

static void a_client_without_psk_cannot_use_such_a_server(void **state)
{
	(void)state;
	only_psk();
	given.client_identity = NULL;
	given.client_has_certificates = true;
	assert_refused(ADTLS_ALERT_HANDSHAKE_FAILURE,
		       ADTLS_REASON_PSK_MISSING);
}

static void a_psk_of_the_wrong_hash_is_none(void **state)
{
	(void)state;
	only_psk();
	given.hash = ADTLS_PSK_SHA384;
	given.server_identity = NULL;
	given.server_has_certificates = true;
	given.server_priority = "NORMAL:-CIPHER-ALL:+AES-128-GCM";
	given.client_has_certificates = true;
	{
		/* HelloRetryRequest names SHA-256: ClientHello2 has no PSK. */
		struct simulation_options options = { .seed = 3,
						      .configure = configure };
		adtls_parameters_t parameters;
		struct simulation world;

		simulation_init(&world, &options);
		assert_true(simulation_connect(&world, MINUTE));
		adtls_engine_parameters(world.client_engine, &parameters);
		assert_false(parameters.psk);
		assert_string_equal(parameters.suite,
				    "TLS_AES_128_GCM_SHA256");
		simulation_clear(&world);
	}
}

/* Certificates take over where the server does not know the identity. */
static void certificates_are_the_way_out(void **state)
{
	struct simulation_options options = { .seed = 4,
					      .configure = configure };
	adtls_parameters_t parameters;
	struct simulation world;

	(void)state;
	only_psk();
	given.client_identity = "sensor-8";
	given.client_has_certificates = true;
	given.server_has_certificates = true;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	adtls_engine_parameters(world.client_engine, &parameters);
	assert_false(parameters.psk);
	assert_string_equal(adtls_engine_peer_identity(world.client_engine),
			    "CN=gateway.test");
	assert_string_equal(adtls_engine_peer_identity(world.server_engine),
			    "");
	simulation_clear(&world);
}

/* Callbacks */

static const char *asked_by_client, *asked_by_server;
static unsigned times_asked;

static int find_for_server(void *context, const char *server_name,
			   adtls_psk_t *out)
{
	asked_by_client = server_name != NULL ? "gateway.test" : NULL;
	assert_string_equal(server_name, "gateway.test");
	if (context == NULL)
		return 0;
	out->hash = ADTLS_PSK_SHA256;
	memcpy(out->identity, "a\xff\\b\n", 5);
	out->identity_len = 5;
	memcpy(out->key, key, sizeof(key));
	out->key_len = sizeof(key);
	return 1;
}

static int find_by_identity(void *context, const char *server_name,
			    adtls_bytes_t identity, adtls_psk_t *out)
{
	const int *answer = context;

	times_asked++;
	asked_by_server = "gateway.test";
	assert_string_equal(server_name, "gateway.test");
	assert_int_equal(identity.len, 5);
	if (*answer != 1)
		return *answer;
	memcpy(out->key, key, sizeof(key));
	out->key_len = sizeof(key);
	return 1;
}

static int server_answer;
static bool client_knows;

static void configure_callbacks(adtls_config_t *client, adtls_config_t *server)
{
	adtls_credentials_t *credentials = client_credentials(true);

	adtls_credentials_set_psk_client(credentials, find_for_server,
					 client_knows ? &client_knows : NULL);
	give(client, credentials, NULL);
	credentials = server_credentials(true);
	adtls_credentials_set_psk_server(credentials, find_by_identity,
					 &server_answer);
	give(server, credentials, NULL);
}

static void connect_with_callbacks(bool expects_psk)
{
	struct simulation_options options = { .seed = 5,
					      .configure = configure_callbacks };
	adtls_parameters_t parameters;
	struct simulation world;

	asked_by_client = asked_by_server = NULL;
	times_asked = 0;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	adtls_engine_parameters(world.server_engine, &parameters);
	assert_int_equal(parameters.psk, expects_psk);
	assert_non_null(asked_by_client);
	if (expects_psk)
		assert_string_equal(
			adtls_engine_peer_identity(world.server_engine),
			"psk:a\\xff\\x5cb\\x0a");
	simulation_clear(&world);
}

static void callbacks_choose_by_name_and_identity(void **state)
{
	(void)state;
	client_knows = true;
	server_answer = 1;
	connect_with_callbacks(true);
	assert_int_equal(times_asked, 1);
	server_answer = 0;
	connect_with_callbacks(false);
	assert_int_equal(times_asked, 1);
	client_knows = false;
	connect_with_callbacks(false);
	assert_null(asked_by_server);
}

static void a_failing_callback_ends_the_handshake(void **state)
{
	struct simulation_options options = {
		.seed = 6,
		.configure = configure_callbacks,
		.handshake_deadline_us = 5 * SECOND,
	};
	struct simulation world;

	(void)state;
	client_knows = true;
	server_answer = -1;
	simulation_init(&world, &options);
	assert_false(simulation_connect(&world, MINUTE));
	assert_int_equal(world.server.alert, ADTLS_ALERT_INTERNAL_ERROR);
	assert_int_equal(world.server.reason, ADTLS_REASON_PSK_UNAVAILABLE);
	simulation_clear(&world);
}

/* Attestation (protocol §1) */

static void configure_attested(adtls_config_t *client, adtls_config_t *server)
{
	adtls_policy_t *policy = simulation_policy("allow");
	adtls_attester_t *attester = simulation_attester(0xaa);

	configure(client, server);
	assert_int_equal(adtls_config_set_policy(server, policy, NULL),
			 ADTLS_OK);
	assert_int_equal(adtls_config_set_attester(client, attester), ADTLS_OK);
	adtls_policy_unref(policy);
	adtls_attester_unref(attester);
}

static void configure_requiring(adtls_config_t *client, adtls_config_t *server)
{
	adtls_policy_t *policy = simulation_policy("require");

	configure_attested(client, server);
	assert_int_equal(adtls_config_set_policy(server, policy, NULL),
			 ADTLS_OK);
	adtls_policy_unref(policy);
}

static void configure_client_requiring(adtls_config_t *client,
				       adtls_config_t *server)
{
	configure_attested(client, server);
	assert_int_equal(adtls_config_set_require_attestation(client, true),
			 ADTLS_OK);
}

static void connect_attested(void (*configure_both)(adtls_config_t *,
						    adtls_config_t *),
			     bool expects_psk)
{
	struct simulation_options options = { .seed = 7,
					      .configure = configure_both };
	adtls_parameters_t parameters;
	struct simulation world;

	only_psk();
	given.client_has_certificates = true;
	given.server_has_certificates = true;
	simulation_init(&world, &options);
	if (!simulation_connect(&world, MINUTE))
		fail_msg("client: %s; server: %s", world.client.detail,
			 world.server.detail);
	adtls_engine_parameters(world.server_engine, &parameters);
	assert_int_equal(parameters.psk, expects_psk);
	assert_int_equal(parameters.receives_evidence, !expects_psk);
	assert_int_equal(adtls_engine_authorization(world.server_engine),
			 expects_psk ? ADTLS_AUTHORIZATION_NONE :
				       ADTLS_AUTHORIZATION_GRANTED);
	echo(&world);
	simulation_clear(&world);
}

static void a_psk_is_not_attested(void **state)
{
	(void)state;
	connect_attested(configure_attested, true);
}

static void who_requires_attestation_takes_no_psk(void **state)
{
	(void)state;
	connect_attested(configure_requiring, false);
	connect_attested(configure_client_requiring, false);
}

/* Faults */

static bool survives(struct loss *loss, size_t mtu)
{
	struct simulation_options options = { .seed = 8,
					      .client_mtu = mtu,
					      .server_mtu = mtu,
					      .filter = lose_one,
					      .filter_context = loss,
					      .configure = configure };
	struct simulation world;

	simulation_init(&world, &options);
	if (!simulation_connect(&world, MINUTE))
		fail_msg("direction %d, datagram %u: client: %s; server: %s",
			 loss->direction, loss->index, world.client.detail,
			 world.server.detail);
	if (loss->happened)
		echo(&world);
	simulation_clear(&world);
	return loss->happened;
}

static void each_datagram_may_get_lost(void **state)
{
	(void)state;
	only_psk();
	for (int direction = TO_SERVER; direction <= TO_CLIENT; direction++) {
		for (size_t mtu = 256; mtu <= 1200; mtu += 944) {
			struct loss loss = { .direction = direction };

			while (survives(&loss, mtu)) {
				loss.index++;
				loss.happened = false;
			}
			assert_true(loss.index >= 2);
		}
	}
}

/* Configurations that cannot work say so */

static void assert_complains(adtls_config_t *config, int error,
			     const char *about)
{
	char message[256];

	assert_int_equal(adtls_config_seal(config, message, sizeof(message)),
			 error);
	assert_non_null(strstr(message, about));
	adtls_config_unref(config);
}

static adtls_config_t *config_with_psk(void)
{
	adtls_credentials_t *credentials = server_credentials(false);
	adtls_config_t *config;

	set_psk(credentials, "sensor-7", 0);
	assert_int_equal(adtls_config_new(&config), ADTLS_OK);
	give(config, credentials, NULL);
	return config;
}

static void what_cannot_work_is_said_when_it_is_sealed(void **state)
{
	adtls_attester_t *attester = simulation_attester(0xaa);
	adtls_config_t *config;

	(void)state;
	only_psk();
	given.hash = ADTLS_PSK_SHA384;
	config = config_with_psk();
	assert_int_equal(adtls_config_set_priority(
				 config, "NORMAL:-CIPHER-ALL:+AES-128-GCM"),
			 ADTLS_OK);
	assert_complains(config, ADTLS_E_PRIORITY, "hash of the PSK");
	config = config_with_psk();
	assert_int_equal(adtls_config_set_require_attestation(config, true),
			 ADTLS_OK);
	assert_complains(config, ADTLS_E_CREDENTIALS, "attestation");
	config = config_with_psk();
	assert_int_equal(adtls_config_set_attester(config, attester), ADTLS_OK);
	assert_complains(config, ADTLS_E_CREDENTIALS, "no key");
	adtls_attester_unref(attester);
}

/* RFC 9257 §4.1: whoever is client and server by one key can be reflected. */
static void one_key_serves_one_role(void **state)
{
	const adtls_time_t now = { 1, SIMULATION_UTC };
	adtls_endpoint_t *endpoint;
	adtls_engine_t *engine;

	(void)state;
	only_psk();
	for (unsigned server_first = 0; server_first <= 1; server_first++) {
		adtls_config_t *config = config_with_psk();

		if (server_first) {
			assert_int_equal(adtls_endpoint_new(config, now,
							    &endpoint),
					 ADTLS_OK);
			adtls_endpoint_free(endpoint);
		}
		assert_int_equal(adtls_engine_new_client(config, NULL, now,
							 &engine),
				 server_first ? ADTLS_E_CREDENTIALS : ADTLS_OK);
		adtls_engine_free(engine);
		assert_int_equal(adtls_endpoint_new(config, now, &endpoint),
				 server_first ? ADTLS_OK : ADTLS_E_CREDENTIALS);
		adtls_endpoint_free(endpoint);
		adtls_config_unref(config);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(neither_side_needs_a_certificate),
		cmocka_unit_test(one_key_serves_one_role),
		cmocka_unit_test(certificates_may_be_there_too),
		cmocka_unit_test(the_suite_fits_the_psk),
		cmocka_unit_test(another_group_is_no_trouble),
		cmocka_unit_test(a_wrong_key_is_found_out),
		cmocka_unit_test(
			an_unknown_identity_ends_it_where_nothing_else_is_there),
		cmocka_unit_test(a_client_without_psk_cannot_use_such_a_server),
		cmocka_unit_test(a_psk_of_the_wrong_hash_is_none),
		cmocka_unit_test(certificates_are_the_way_out),
		cmocka_unit_test(callbacks_choose_by_name_and_identity),
		cmocka_unit_test(a_failing_callback_ends_the_handshake),
		cmocka_unit_test(a_psk_is_not_attested),
		cmocka_unit_test(who_requires_attestation_takes_no_psk),
		cmocka_unit_test(each_datagram_may_get_lost),
		cmocka_unit_test(what_cannot_work_is_said_when_it_is_sealed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
