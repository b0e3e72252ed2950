/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw public keys (RFC 7250) in place of certificates, each direction for
 * itself: who is let in, and what both sides learn where nobody is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>

#include "tests/scenario/crowd.h"
#include "tests/support/test_credentials.h"

#include <adtls/verification.h>

static struct crowd crowd;

static int setup(void **state)
{
	(void)state;
	crowd_init(&crowd);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	crowd_clear(&crowd);
	return 0;
}

/* The SubjectPublicKeyInfo of a test key. */
static struct test_bytes spki_of(const char *name)
{
	struct test_bytes spki = { 0 };
	gnutls_privkey_t key = test_key(name);
	gnutls_pubkey_t public;
	size_t len = sizeof(spki.data);

	assert_int_equal(gnutls_pubkey_init(&public), 0);
	assert_int_equal(gnutls_pubkey_import_privkey(public, key, 0, 0), 0);
	assert_int_equal(gnutls_pubkey_export(public, GNUTLS_X509_FMT_DER,
					      spki.data, &len),
			 0);
	spki.len = len;
	gnutls_pubkey_deinit(public);
	gnutls_privkey_deinit(key);
	return spki;
}

/* Credentials of a raw key @own, which pin @pinned; NULL for none. */
static adtls_credentials_t *raw_credentials(const char *own, const char *pinned)
{
	const adtls_bytes_t as_it_is = { 0 };
	adtls_credentials_t *credentials;
	struct test_bytes spki;

	assert_int_equal(adtls_credentials_new(ADTLS_CREDENTIALS_REPRODUCIBLE,
					       &credentials),
			 ADTLS_OK);
	if (own != NULL)
		assert_int_equal(adtls_credentials_set_raw_key(
					 credentials, as_it_is, test_key(own)),
				 ADTLS_OK);
	if (pinned != NULL) {
		spki = spki_of(pinned);
		assert_int_equal(adtls_credentials_add_pin_mem(
					 credentials, test_view(&spki)),
				 ADTLS_OK);
	}
	return credentials;
}

static void client_has(adtls_credentials_t *credentials)
{
	crowd_set_credentials(crowd.client_config, credentials);
}

static void server_has(adtls_credentials_t *credentials)
{
	crowd_set_credentials(crowd.server_config, credentials);
}

static void require_clients(void)
{
	assert_int_equal(adtls_config_set_client_authentication(
				 crowd.server_config,
				 ADTLS_CLIENT_AUTHENTICATION_REQUIRE),
			 ADTLS_OK);
}

static struct crowd_member *meet(void)
{
	struct crowd_member *member =
		crowd_join(&crowd, "sensor", TEST_SERVER_NAME);

	crowd_run(&crowd);
	return member;
}

static void assert_connected(const struct crowd_member *member)
{
	if (member->client.connected != 1 || member->server.connected != 1 ||
	    member->client.closed != 0 || member->server.closed != 0)
		fail_msg("client \"%s\", server \"%s\"", member->client.detail,
			 member->server.detail);
}

static void assert_refused(const struct crowd_side *refusing,
			   const struct crowd_side *refused,
			   adtls_alert_t alert, adtls_reason_t reason)
{
	assert_int_equal(refusing->closed, 1);
	assert_int_equal(refusing->connected, 0);
	assert_string_equal(adtls_reason_name(refusing->reason),
			    adtls_reason_name(reason));
	assert_int_equal(refusing->alert, alert);
	assert_false(refusing->alert_received);
	assert_int_equal(refused->closed, 1);
	assert_int_equal(refused->alert, alert);
	assert_true(refused->alert_received);
}

static void assert_types(const adtls_engine_t *engine,
			 adtls_certificate_type_t own,
			 adtls_certificate_type_t peer)
{
	adtls_parameters_t parameters;

	adtls_engine_parameters(engine, &parameters);
	assert_int_equal(parameters.own_certificate_type, own);
	assert_int_equal(parameters.peer_certificate_type, peer);
}

/* "sha256:" and the digest of what was shown, and that is the key. */
static void assert_shows(const adtls_engine_t *engine, const char *name)
{
	adtls_bytes_t shown = adtls_engine_peer_certificate(engine);
	struct test_bytes spki = spki_of(name);
	char identity[80] = "sha256:";
	uint8_t digest[32];

	assert_int_equal(shown.len, spki.len);
	assert_memory_equal(shown.data, spki.data, spki.len);
	assert_int_equal(gnutls_hash_fast(GNUTLS_DIG_SHA256, spki.data,
					  spki.len, digest),
			 0);
	for (size_t i = 0; i < 32; i++)
		snprintf(identity + 7 + 2 * i, 3, "%02x", digest[i]);
	assert_string_equal(adtls_engine_peer_identity(engine), identity);
}

#define X509 ADTLS_CERTIFICATE_X509
#define RAW  ADTLS_CERTIFICATE_RAW_PUBLIC_KEY

static void both_ways(void **state)
{
	struct crowd_member *member;
	adtls_engine_t *server;

	(void)state;
	client_has(raw_credentials("client", "server"));
	server_has(raw_credentials("server", "client"));
	require_clients();
	member = meet();
	assert_connected(member);
	server = crowd_server_engine(&crowd, member);
	assert_types(member->engine, RAW, RAW);
	assert_types(server, RAW, RAW);
	assert_shows(member->engine, "server");
	assert_shows(server, "client");
}

/* A sensor's raw key and a gateway's certificate, and the other way round. */
static void each_direction_for_itself(void **state)
{
	adtls_credentials_t *credentials;
	struct crowd_member *member;
	struct test_bytes spki = spki_of("client");

	(void)state;
	credentials = test_credentials(NULL);
	assert_int_equal(adtls_credentials_set_raw_key(
				 credentials, (adtls_bytes_t){ 0 },
				 test_key("client")),
			 ADTLS_OK);
	client_has(credentials);
	credentials = test_credentials(&test_server);
	assert_int_equal(adtls_credentials_add_pin_mem(credentials,
						       test_view(&spki)),
			 ADTLS_OK);
	server_has(credentials);
	require_clients();
	member = meet();
	assert_connected(member);
	assert_types(member->engine, RAW, X509);
	assert_types(crowd_server_engine(&crowd, member), X509, RAW);
	assert_string_equal(adtls_engine_peer_identity(member->engine),
			    "CN=" TEST_SERVER_NAME);
	assert_shows(crowd_server_engine(&crowd, member), "client");
}

static void a_raw_server_and_a_client_with_a_certificate(void **state)
{
	adtls_credentials_t *credentials;
	struct crowd_member *member;
	struct test_bytes spki = spki_of("server");

	(void)state;
	credentials = test_credentials(&test_client);
	assert_int_equal(adtls_credentials_add_pin_mem(credentials,
						       test_view(&spki)),
			 ADTLS_OK);
	client_has(credentials);
	credentials = test_credentials(NULL);
	assert_int_equal(adtls_credentials_set_raw_key(
				 credentials, (adtls_bytes_t){ 0 },
				 test_key("server")),
			 ADTLS_OK);
	server_has(credentials);
	require_clients();
	member = meet();
	assert_connected(member);
	assert_types(member->engine, X509, RAW);
	assert_shows(member->engine, "server");
}

/* Who has both shows the one that the other side takes. */
static void a_server_with_both_serves_everyone(void **state)
{
	adtls_credentials_t *credentials = test_credentials(&test_server);
	struct crowd_member *member;

	(void)state;
	assert_int_equal(adtls_credentials_set_raw_key(
				 credentials, (adtls_bytes_t){ 0 },
				 test_key("server")),
			 ADTLS_OK);
	server_has(credentials);
	client_has(test_credentials(NULL));
	member = meet();
	assert_connected(member);
	assert_types(member->engine, X509, X509);
}

/* Pins */

static void an_unpinned_server(void **state)
{
	struct crowd_member *member;

	(void)state;
	client_has(raw_credentials(NULL, "another"));
	server_has(raw_credentials("server", NULL));
	member = meet();
	assert_refused(&member->client, &member->server,
		       ADTLS_ALERT_CERTIFICATE_UNKNOWN,
		       ADTLS_REASON_KEY_NOT_PINNED);
	assert_non_null(strstr(member->client.detail, "sha256:"));
}

static void an_unpinned_client(void **state)
{
	struct crowd_member *member;

	(void)state;
	client_has(raw_credentials("client", "server"));
	server_has(raw_credentials("server", "another"));
	require_clients();
	member = meet();
	assert_refused(&member->server, &member->client,
		       ADTLS_ALERT_CERTIFICATE_UNKNOWN,
		       ADTLS_REASON_KEY_NOT_PINNED);
}

static void a_digest_is_a_pin(void **state)
{
	adtls_credentials_t *credentials = raw_credentials(NULL, "another");
	struct test_bytes spki = spki_of("server");
	uint8_t digest[32];

	(void)state;
	gnutls_hash_fast(GNUTLS_DIG_SHA256, spki.data, spki.len, digest);
	assert_int_equal(adtls_credentials_add_pin_digest(credentials, digest),
			 ADTLS_OK);
	client_has(credentials);
	server_has(raw_credentials("server", NULL));
	assert_connected(meet());
}

static void other_kinds_of_keys(void **state)
{
	static const char *const names[] = { "RSA", "Ed25519" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		client_has(raw_credentials(NULL, names[i]));
		server_has(raw_credentials(names[i], NULL));
		assert_connected(meet());
		crowd_clear(&crowd);
		crowd_init(&crowd);
	}
}

/* No type in common (RFC 7250 §4.2) */

static void a_client_that_takes_only_certificates(void **state)
{
	struct crowd_member *member;

	(void)state;
	client_has(test_credentials(NULL));
	server_has(raw_credentials("server", NULL));
	member = meet();
	assert_refused(&member->server, &member->client,
		       ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_TYPE);
}

/* The server answers the offer with its certificate, or has not heard of it. */
static void a_client_that_takes_only_raw_keys(void **state)
{
	struct crowd_member *member;

	(void)state;
	client_has(raw_credentials(NULL, "server"));
	server_has(test_credentials(&test_server));
	member = meet();
	assert_refused(&member->server, &member->client,
		       ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_TYPE);
}

static void a_server_that_takes_only_certificates(void **state)
{
	adtls_credentials_t *credentials = raw_credentials("client", NULL);
	struct test_bytes root = test_certificate_der(&test_root);
	struct crowd_member *member;

	(void)state;
	assert_int_equal(adtls_credentials_add_trust_mem(credentials,
							 test_view(&root)),
			 ADTLS_OK);
	client_has(credentials);
	server_has(test_credentials(&test_server));
	require_clients();
	member = meet();
	assert_refused(&member->server, &member->client,
		       ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_TYPE);
}

/* Where it is only asked, it does without. */
static void an_optional_client_does_without(void **state)
{
	adtls_credentials_t *credentials = raw_credentials("client", NULL);
	struct test_bytes root = test_certificate_der(&test_root);
	struct crowd_member *member;

	(void)state;
	assert_int_equal(adtls_credentials_add_trust_mem(credentials,
							 test_view(&root)),
			 ADTLS_OK);
	client_has(credentials);
	server_has(test_credentials(&test_server));
	assert_int_equal(adtls_config_set_client_authentication(
				 crowd.server_config,
				 ADTLS_CLIENT_AUTHENTICATION_REQUEST),
			 ADTLS_OK);
	member = meet();
	assert_connected(member);
	assert_string_equal(
		adtls_engine_peer_identity(crowd_server_engine(&crowd, member)),
		"");
}

static void a_keyless_client(void **state)
{
	struct crowd_member *member;

	(void)state;
	client_has(raw_credentials(NULL, "server"));
	server_has(raw_credentials("server", "client"));
	require_clients();
	member = meet();
	assert_refused(&member->server, &member->client,
		       ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_TYPE);
}

/* Mistakes in configurations */

static void pins_are_keys(void **state)
{
	static const char pem[] =
		"-----BEGIN PUBLIC KEY-----\n"
		"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n";
	adtls_credentials_t *credentials = raw_credentials(NULL, NULL);
	struct test_bytes spki = spki_of("server");
	adtls_bytes_t longer = { spki.data, spki.len + 1 };

	(void)state;
	assert_int_equal(adtls_credentials_add_pin_mem(credentials, longer),
			 ADTLS_E_CREDENTIALS);
	longer.len = spki.len - 1;
	assert_int_equal(adtls_credentials_add_pin_mem(credentials, longer),
			 ADTLS_E_CREDENTIALS);
	longer.len = 0;
	assert_int_equal(adtls_credentials_add_pin_mem(credentials, longer),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(adtls_credentials_add_pin_mem(
				 credentials,
				 (adtls_bytes_t){ (const uint8_t *)pem,
						  sizeof(pem) - 1 }),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(adtls_credentials_add_pin_file(credentials,
							"/nonexistent"),
			 ADTLS_E_FILE);
	adtls_credentials_unref(credentials);
}

static void a_key_and_another_ones_public_half(void **state)
{
	adtls_credentials_t *credentials = raw_credentials(NULL, NULL);
	struct test_bytes spki = spki_of("server");

	(void)state;
	assert_int_equal(adtls_credentials_set_raw_key(credentials,
						       test_view(&spki),
						       test_key("client")),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(adtls_credentials_set_raw_key(credentials,
						       test_view(&spki), NULL),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(adtls_credentials_set_raw_key(credentials,
						       test_view(&spki),
						       test_key("server")),
			 ADTLS_OK);
	assert_int_equal(adtls_credentials_set_raw_key_file(credentials,
							    "/nonexistent"),
			 ADTLS_E_FILE);
	adtls_credentials_unref(credentials);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(both_ways),
		TEST(each_direction_for_itself),
		TEST(a_raw_server_and_a_client_with_a_certificate),
		TEST(a_server_with_both_serves_everyone),
		TEST(an_unpinned_server),
		TEST(an_unpinned_client),
		TEST(a_digest_is_a_pin),
		TEST(other_kinds_of_keys),
		TEST(a_client_that_takes_only_certificates),
		TEST(a_client_that_takes_only_raw_keys),
		TEST(a_server_that_takes_only_certificates),
		TEST(an_optional_client_does_without),
		TEST(a_keyless_client),
		TEST(pins_are_keys),
		TEST(a_key_and_another_ones_public_half),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
