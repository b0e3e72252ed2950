/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server that goes by several names (RFC 6066 §3): which certificate a client
 * meets, and what both sides learn where there is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/scenario/crowd.h"
#include "tests/support/test_credentials.h"

static struct crowd crowd;

static int setup(void **state)
{
	(void)state;
	crowd_init(&crowd);
	crowd_set_usual_credentials(&crowd);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	crowd_clear(&crowd);
	return 0;
}

/* Credentials with a certificate for @name. */
static adtls_credentials_t *credentials_for(const char *name)
{
	const struct test_certificate leaf = {
		.name = name,
		.issuer = test_server.issuer,
		.dns_name = name,
		.purpose = GNUTLS_KP_TLS_WWW_SERVER,
	};

	return test_credentials(&leaf);
}

/* @pattern gets a certificate for @name. */
static void add(const char *pattern, const char *name)
{
	adtls_credentials_t *credentials = credentials_for(name);

	assert_int_equal(adtls_config_add_server_name(crowd.server_config,
						      pattern, credentials),
			 ADTLS_OK);
	adtls_credentials_unref(credentials);
}

static struct crowd_member *call(const char *name)
{
	struct crowd_member *member = crowd_join(&crowd, name, name);

	crowd_run(&crowd);
	return member;
}

static const char *called(const adtls_engine_t *engine)
{
	adtls_parameters_t parameters;

	adtls_engine_parameters(engine, &parameters);
	return parameters.server_name;
}

static void assert_meets(const char *name, const char *subject)
{
	struct crowd_member *member = call(name);

	if (member->client.connected != 1 || member->server.connected != 1)
		fail_msg("%s: client \"%s\", server \"%s\"", name,
			 member->client.detail, member->server.detail);
	assert_string_equal(adtls_engine_peer_identity(member->engine),
			    subject);
	assert_string_equal(called(member->engine), name);
	assert_string_equal(called(crowd_server_engine(&crowd, member)), name);
}

static void each_name_has_its_certificate(void **state)
{
	(void)state;
	add("a.example", "a.example");
	add("b.example", "b.example");
	assert_meets("a.example", "CN=a.example");
	assert_meets("b.example", "CN=b.example");
	/* Names are the same in any case. */
	assert_meets("B.eXample", "CN=b.example");
	/* All others meet the usual one. */
	assert_meets(TEST_SERVER_NAME, "CN=" TEST_SERVER_NAME);
}

static void a_wildcard_is_one_label(void **state)
{
	static const char *const others[] = { "a.b.tenant.example",
					      "tenant.example",
					      "xtenant.example" };
	struct crowd_member *member;

	(void)state;
	add("*.tenant.example", "*.tenant.example");
	add("own.tenant.example", "own.tenant.example");
	assert_meets("a.tenant.example", "CN=*.tenant.example");
	/* What is exact comes first. */
	assert_meets("own.tenant.example", "CN=own.tenant.example");
	for (size_t i = 0; i < 3; i++) {
		member = call(others[i]);
		assert_int_equal(member->client.reason,
				 ADTLS_REASON_CERTIFICATE_NAME);
	}
}

static void who_calls_no_name_meets_the_usual_one(void **state)
{
	struct crowd_member *member;

	(void)state;
	add("a.example", "a.example");
	assert_int_equal(adtls_config_set_refuse_unknown_names(
				 crowd.server_config, true),
			 ADTLS_OK);
	member = crowd_join(&crowd, "anonymous", NULL);
	crowd_run(&crowd);
	assert_int_equal(member->client.connected, 1);
	assert_string_equal(adtls_engine_peer_identity(member->engine),
			    "CN=" TEST_SERVER_NAME);
	assert_string_equal(called(member->engine), "");
	assert_string_equal(called(crowd_server_engine(&crowd, member)), "");
}

static void unknown_names_may_be_refused(void **state)
{
	struct crowd_member *member;

	(void)state;
	add("a.example", "a.example");
	assert_int_equal(adtls_config_set_refuse_unknown_names(
				 crowd.server_config, true),
			 ADTLS_OK);
	assert_meets("a.example", "CN=a.example");
	member = call(TEST_SERVER_NAME);
	assert_int_equal(member->server.connected, 0);
	assert_int_equal(member->server.reason,
			 ADTLS_REASON_SERVER_NAME_UNKNOWN);
	assert_int_equal(member->server.alert, ADTLS_ALERT_UNRECOGNIZED_NAME);
	assert_non_null(strstr(member->server.detail, TEST_SERVER_NAME));
	assert_int_equal(member->client.closed, 1);
	assert_int_equal(member->client.alert, ADTLS_ALERT_UNRECOGNIZED_NAME);
	assert_true(member->client.alert_received);
}

/* Names that cannot be: the front door answers once, and keeps nothing. */
static void bad_names_are_turned_away(void **state)
{
	static const char *const bad[] = { "a b.example", "a/../b", "\303\244" };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(call(bad[i])->client.connected, 0);
	assert_int_equal(crowd_statistics(&crowd).accepted, 0);
}

/* Callbacks */

static unsigned asked;

static adtls_credentials_t *choose(void *context, const char *name)
{
	assert_ptr_equal(context, &crowd);
	asked++;
	if (strcmp(name, "keyless.example") == 0)
		return test_credentials(NULL);
	return strcmp(name, "dynamic.example") == 0 ? credentials_for(name) :
						      NULL;
}

static void a_callback_knows_more(void **state)
{
	struct crowd_member *member;

	(void)state;
	asked = 0;
	add("a.example", "a.example");
	assert_int_equal(adtls_config_set_server_name_callback(
				 crowd.server_config, choose, &crowd),
			 ADTLS_OK);
	assert_meets("a.example", "CN=a.example");
	assert_int_equal(asked, 0);
	assert_meets("dynamic.example", "CN=dynamic.example");
	assert_meets(TEST_SERVER_NAME, "CN=" TEST_SERVER_NAME);
	/* A cookie is given without asking. */
	assert_int_equal(asked, 2);
	/* A mistake of the application's. */
	member = call("keyless.example");
	assert_int_equal(member->server.alert, ADTLS_ALERT_INTERNAL_ERROR);
	assert_non_null(strstr(member->server.detail, "keyless.example"));
}

/* Without a cookie, it is the chain for that name which must not be too much
 * for an address that nobody has checked. */
static void long_chains_cost_a_round_trip(void **state)
{
	static const uint8_t letters[255] = { 'x' };
	const adtls_bytes_t names[] = { { letters, 255 }, { letters, 254 } };
	struct test_certificate large = test_server;
	adtls_credentials_t *credentials;
	struct crowd_member *member;
	adtls_parameters_t parameters;
	gnutls_pcert_st chain[8];
	struct test_bytes der;
	gnutls_datum_t datum;

	(void)state;
	assert_int_equal(adtls_credentials_new(0, &credentials), ADTLS_OK);
	large.name = large.dns_name = "large.example";
	der = test_certificate_der(&large);
	datum = (gnutls_datum_t){ der.data, (unsigned)der.len };
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(
			gnutls_pcert_import_x509_raw(&chain[i], &datum,
						     GNUTLS_X509_FMT_DER, 0),
			0);
	assert_int_equal(adtls_credentials_set_key(credentials, chain, 8,
						   test_key("large.example")),
			 ADTLS_OK);
	for (size_t i = 0; i < 8; i++)
		gnutls_pcert_deinit(&chain[i]);
	assert_int_equal(adtls_config_add_server_name(
				 crowd.server_config, "large.example",
				 credentials),
			 ADTLS_OK);
	adtls_credentials_unref(credentials);
	assert_int_equal(adtls_config_set_cookie(crowd.server_config, false),
			 ADTLS_OK);
	/* Names of protocols pad the hello, so that the usual chain is less
	 * than three times its bytes. */
	assert_int_equal(adtls_config_set_alpn(crowd.client_config, names, 2, 0),
			 ADTLS_OK);
	member = call("large.example");
	adtls_engine_parameters(member->engine, &parameters);
	assert_true(parameters.hello_retry_request);
	member = call("unheard-of.example");
	adtls_engine_parameters(member->engine, &parameters);
	assert_int_equal(parameters.hello_retry_request, 0);
}

/* Mistakes in configurations */

static void what_cannot_be_a_name_is_not_taken(void **state)
{
	static const char *const bad[] = { "", "*", "*.", "a b", "a.*.example",
					   "*a.example", "\303\244.example" };
	adtls_credentials_t *credentials = credentials_for("a.example");
	adtls_credentials_t *keyless = test_credentials(NULL);
	adtls_config_t *config = crowd.server_config;
	char long_name[260];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (adtls_config_add_server_name(config, bad[i], credentials) !=
		    ADTLS_E_INVALID)
			fail_msg("\"%s\"", bad[i]);
	}
	memset(long_name, 'a', sizeof(long_name));
	long_name[256] = '\0';
	assert_int_equal(adtls_config_add_server_name(config, long_name,
						      credentials),
			 ADTLS_E_INVALID);
	long_name[255] = '\0';
	assert_int_equal(adtls_config_add_server_name(config, long_name,
						      credentials),
			 ADTLS_OK);
	assert_int_equal(adtls_config_add_server_name(config, "a", NULL),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_add_server_name(config, "a", keyless),
			 ADTLS_E_CREDENTIALS);
	adtls_credentials_unref(keyless);
	adtls_credentials_unref(credentials);
}

/* All names' credentials are looked at, not only the usual ones. */
static void sealing_checks_all_names(void **state)
{
	static const struct test_certificate other_key = {
		.name = "rsa.example",
		.key = "RSA",
	};
	adtls_credentials_t *credentials = test_credentials(&other_key);
	adtls_config_t *config = crowd.server_config;
	char message[200];

	(void)state;
	assert_int_equal(adtls_config_add_server_name(config, "rsa.example",
						      credentials),
			 ADTLS_OK);
	adtls_credentials_unref(credentials);
	assert_int_equal(
		adtls_config_set_priority(
			config,
			"NORMAL:-SIGN-ALL:+SIGN-ECDSA-SECP256R1-SHA256"),
		ADTLS_OK);
	assert_int_equal(adtls_config_seal(config, message, sizeof(message)),
			 ADTLS_E_PRIORITY);
	assert_true(message[0] != '\0');
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(each_name_has_its_certificate),
		TEST(a_wildcard_is_one_label),
		TEST(who_calls_no_name_meets_the_usual_one),
		TEST(unknown_names_may_be_refused),
		TEST(bad_names_are_turned_away),
		TEST(a_callback_knows_more),
		TEST(long_chains_cost_a_round_trip),
		TEST(what_cannot_be_a_name_is_not_taken),
		TEST(sealing_checks_all_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
