/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What credentials demand beyond trust, and the application's own word: alert
 * and reason on both sides of a handshake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/scenario/crowd.h"
#include "tests/support/test_credentials.h"

#include <adtls/verification.h>

static struct crowd crowd;
static adtls_credentials_t *client; /* of the client, to be changed */

static int setup(void **state)
{
	(void)state;
	crowd_init(&crowd);
	client = test_credentials(NULL);
	crowd_set_credentials(crowd.client_config,
			      adtls_credentials_ref(client));
	crowd_set_credentials(crowd.server_config,
			      test_credentials(&test_server));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	crowd_clear(&crowd);
	adtls_credentials_unref(client);
	return 0;
}

static void server_is(const struct test_certificate *leaf)
{
	crowd_set_credentials(crowd.server_config, test_credentials(leaf));
}

static struct crowd_member *call(const char *name)
{
	struct crowd_member *member = crowd_join(&crowd, "sensor", name);

	crowd_run(&crowd);
	return member;
}

static void assert_connects(const char *name)
{
	struct crowd_member *member = call(name);

	if (member->client.connected != 1 || member->server.connected != 1)
		fail_msg("client \"%s\", server \"%s\"", member->client.detail,
			 member->server.detail);
}

static void assert_refuses(adtls_alert_t alert, adtls_reason_t reason)
{
	struct crowd_member *member = call(TEST_SERVER_NAME);

	assert_int_equal(member->client.connected, 0);
	assert_string_equal(adtls_reason_name(member->client.reason),
			    adtls_reason_name(reason));
	assert_int_equal(member->client.alert, alert);
	assert_true(member->client.detail[0] != '\0');
	assert_int_equal(member->server.connected, 0);
	assert_int_equal(member->server.alert, alert);
	assert_true(member->server.alert_received);
}

/* Revocation */

static int add_crl(const struct test_crl *made)
{
	struct test_bytes der = test_crl_der(made);

	return adtls_credentials_add_crl_mem(client, test_view(&der));
}

static const struct test_crl of_intermediate = {
	.issuer = &test_intermediate,
	.revokes = true,
};
static const struct test_crl of_root = { .issuer = &test_root,
					 .revokes = true };

static void a_revoked_server(void **state)
{
	(void)state;
	assert_int_equal(add_crl(&of_intermediate), ADTLS_OK);
	assert_refuses(ADTLS_ALERT_CERTIFICATE_REVOKED,
		       ADTLS_REASON_CERTIFICATE_REVOKED);
}

/* Its subject is its issuer's, but not its key: it is not its own issuer. */
static void a_revoked_server_in_its_authoritys_name(void **state)
{
	static const struct test_certificate leaf = {
		.name = "intermediate",
		.key = TEST_SERVER_NAME,
		.issuer = "intermediate",
		.dns_name = TEST_SERVER_NAME,
	};

	(void)state;
	server_is(&leaf);
	assert_int_equal(add_crl(&of_intermediate), ADTLS_OK);
	assert_refuses(ADTLS_ALERT_CERTIFICATE_REVOKED,
		       ADTLS_REASON_CERTIFICATE_REVOKED);
}

static void a_revoked_authority(void **state)
{
	(void)state;
	assert_int_equal(add_crl(&of_root), ADTLS_OK);
	assert_refuses(ADTLS_ALERT_CERTIFICATE_REVOKED,
		       ADTLS_REASON_CERTIFICATE_REVOKED);
}

static void a_revoked_client(void **state)
{
	struct test_bytes der = test_crl_der(&of_intermediate);
	adtls_credentials_t *server = test_credentials(&test_server);
	struct crowd_member *member;

	(void)state;
	assert_int_equal(adtls_credentials_add_crl_mem(server,
						       test_view(&der)),
			 ADTLS_OK);
	crowd_set_credentials(crowd.server_config, server);
	crowd_set_credentials(crowd.client_config,
			      test_credentials(&test_client));
	assert_int_equal(adtls_config_set_client_authentication(
				 crowd.server_config,
				 ADTLS_CLIENT_AUTHENTICATION_REQUIRE),
			 ADTLS_OK);
	member = call(TEST_SERVER_NAME);
	assert_int_equal(member->server.reason,
			 ADTLS_REASON_CERTIFICATE_REVOKED);
	assert_int_equal(member->client.alert,
			 ADTLS_ALERT_CERTIFICATE_REVOKED);
	assert_true(member->client.alert_received);
}

static void lists_that_do_not_name_it(void **state)
{
	struct test_crl crl = of_intermediate;

	(void)state;
	assert_int_equal(adtls_credentials_set_crl_required(client, true),
			 ADTLS_OK);
	crl.revokes = false;
	assert_int_equal(add_crl(&crl), ADTLS_OK);
	crl.issuer = &test_root;
	assert_int_equal(add_crl(&crl), ADTLS_OK);
	assert_connects(TEST_SERVER_NAME);
}

/* That of the root is there, that of the intermediate is not. */
static void a_missing_list(void **state)
{
	struct test_crl crl = of_root;

	(void)state;
	crl.revokes = false;
	assert_int_equal(add_crl(&crl), ADTLS_OK);
	assert_int_equal(adtls_credentials_set_crl_required(client, true),
			 ADTLS_OK);
	assert_refuses(ADTLS_ALERT_CERTIFICATE_UNKNOWN,
		       ADTLS_REASON_CRL_MISSING);
	assert_int_equal(adtls_credentials_set_tolerated(
				 client, ADTLS_PROBLEM_CRL_MISSING),
			 ADTLS_OK);
	assert_connects(TEST_SERVER_NAME);
}

static void an_old_list(void **state)
{
	struct test_crl crl = of_intermediate;

	(void)state;
	crl.revokes = false;
	crl.until_s = TEST_UTC - 1;
	assert_int_equal(add_crl(&crl), ADTLS_OK);
	assert_refuses(ADTLS_ALERT_CERTIFICATE_UNKNOWN,
		       ADTLS_REASON_CRL_EXPIRED);
	assert_int_equal(adtls_credentials_set_tolerated(
				 client, ADTLS_PROBLEM_CRL_EXPIRED),
			 ADTLS_OK);
	assert_connects(TEST_SERVER_NAME);
}

/* A newer one makes it good, but what the old one revoked stays so. */
static void an_old_list_and_a_new_one(void **state)
{
	struct test_crl crl = of_intermediate;

	(void)state;
	crl.until_s = TEST_UTC - 1;
	crl.revokes = false;
	assert_int_equal(add_crl(&crl), ADTLS_OK);
	crl.until_s = 0;
	assert_int_equal(add_crl(&crl), ADTLS_OK);
	assert_connects(TEST_SERVER_NAME);
	crl.until_s = TEST_UTC - 1;
	crl.revokes = true;
	assert_int_equal(add_crl(&crl), ADTLS_OK);
	assert_refuses(ADTLS_ALERT_CERTIFICATE_REVOKED,
		       ADTLS_REASON_CERTIFICATE_REVOKED);
}

static void a_list_by_somebody_else(void **state)
{
	struct test_crl crl = of_root;

	(void)state;
	/* The root is known, so that it is a mistake of the configuration. */
	crl.key = "somebody";
	assert_int_equal(add_crl(&crl), ADTLS_E_CREDENTIALS);
	/* The intermediate is not, before the server shows it. */
	crl.issuer = &test_intermediate;
	assert_int_equal(add_crl(&crl), ADTLS_OK);
	assert_refuses(ADTLS_ALERT_CERTIFICATE_UNKNOWN,
		       ADTLS_REASON_CRL_INVALID);
}

static void what_is_no_list(void **state)
{
	static const uint8_t nothing[] = "-----BEGIN X509 CRL-----";

	(void)state;
	assert_int_equal(adtls_credentials_add_crl_mem(
				 client, (adtls_bytes_t){ nothing, 24 }),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(adtls_credentials_add_crl_mem(client,
						       (adtls_bytes_t){ 0 }),
			 ADTLS_E_CREDENTIALS);
	assert_int_equal(adtls_credentials_add_crl_file(client, "/nonexistent"),
			 ADTLS_E_FILE);
}

/* Tolerance */

static void expiry_may_be_tolerated(void **state)
{
	struct test_certificate leaf = test_server;

	(void)state;
	leaf.until_s = TEST_UTC - 1;
	server_is(&leaf);
	assert_refuses(ADTLS_ALERT_CERTIFICATE_EXPIRED,
		       ADTLS_REASON_CERTIFICATE_EXPIRED);
	assert_int_equal(adtls_credentials_set_tolerated(client,
							 ADTLS_PROBLEM_EXPIRED),
			 ADTLS_OK);
	assert_connects(TEST_SERVER_NAME);
}

static void a_missing_clock_may_be_tolerated(void **state)
{
	(void)state;
	crowd.now.utc_s = ADTLS_UTC_UNKNOWN;
	assert_refuses(ADTLS_ALERT_CERTIFICATE_UNKNOWN, ADTLS_REASON_NO_UTC);
	assert_int_equal(adtls_credentials_set_tolerated(client,
							 ADTLS_PROBLEM_NO_UTC),
			 ADTLS_OK);
	assert_connects(TEST_SERVER_NAME);
}

static void another_name_may_be_tolerated(void **state)
{
	(void)state;
	assert_int_equal(adtls_credentials_set_tolerated(client,
							 ADTLS_PROBLEM_NAME),
			 ADTLS_OK);
	assert_connects("other.example");
}

/* What is tolerated says nothing of the rest. */
static void nothing_else_is_tolerated(void **state)
{
	struct test_certificate leaf = test_server;

	(void)state;
	leaf.issuer = "stranger";
	leaf.until_s = TEST_UTC - 1;
	server_is(&leaf);
	assert_int_equal(adtls_credentials_set_tolerated(
				 client, ADTLS_PROBLEMS_TOLERABLE),
			 ADTLS_OK);
	assert_refuses(ADTLS_ALERT_UNKNOWN_CA,
		       ADTLS_REASON_CERTIFICATE_UNTRUSTED);
	assert_int_equal(adtls_credentials_set_tolerated(
				 client, ADTLS_PROBLEM_UNTRUSTED),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_credentials_set_tolerated(
				 client, ADTLS_PROBLEM_REVOKED),
			 ADTLS_E_INVALID);
}

/* Alone: with anything beside it, it would be a path that leads nowhere. */
static void server_signs_itself(void)
{
	const struct test_certificate leaf = {
		.name = TEST_SERVER_NAME,
		.dns_name = TEST_SERVER_NAME,
	};
	struct test_bytes der = test_certificate_der(&leaf);
	struct test_bytes key = test_key_pem(TEST_SERVER_NAME);
	adtls_credentials_t *server;

	assert_int_equal(adtls_credentials_new(0, &server), ADTLS_OK);
	assert_int_equal(adtls_credentials_set_key_mem(server, test_view(&der),
						       test_view(&key)),
			 ADTLS_OK);
	crowd_set_credentials(crowd.server_config, server);
}

static void self_signed_may_be_tolerated(void **state)
{
	(void)state;
	server_signs_itself();
	assert_refuses(ADTLS_ALERT_UNKNOWN_CA,
		       ADTLS_REASON_CERTIFICATE_UNTRUSTED);
	assert_int_equal(adtls_credentials_set_tolerated(
				 client, ADTLS_PROBLEM_SELF_SIGNED),
			 ADTLS_OK);
	assert_connects(TEST_SERVER_NAME);
}

/* Rules */

static void a_purpose_of_ones_own(void **state)
{
	(void)state;
	assert_int_equal(adtls_credentials_set_purpose(client,
						       "1.3.6.1.4.1.99999.1"),
			 ADTLS_OK);
	assert_refuses(ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_PURPOSE);
	assert_int_equal(adtls_credentials_set_purpose(client, NULL), ADTLS_OK);
	assert_connects(TEST_SERVER_NAME);
	assert_int_equal(adtls_credentials_set_purpose(client, "serverAuth"),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_credentials_set_purpose(client, ""),
			 ADTLS_E_INVALID);
}

static void a_certificate_for_that_purpose(void **state)
{
	struct test_certificate leaf = test_server;

	(void)state;
	leaf.purpose = "1.3.6.1.4.1.99999.1";
	server_is(&leaf);
	assert_int_equal(adtls_credentials_set_purpose(client, leaf.purpose),
			 ADTLS_OK);
	assert_connects(TEST_SERVER_NAME);
}

static void a_limit_for_chains(void **state)
{
	(void)state;
	assert_int_equal(adtls_credentials_set_chain_limit(client, 0),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_credentials_set_chain_limit(client, 9),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_credentials_set_chain_limit(client, 1),
			 ADTLS_OK);
	assert_refuses(ADTLS_ALERT_BAD_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_CHAIN_LIMIT);
	assert_int_equal(adtls_credentials_set_chain_limit(client, 2),
			 ADTLS_OK);
	assert_connects(TEST_SERVER_NAME);
}

static void a_higher_security_level(void **state)
{
	(void)state;
	assert_int_equal(adtls_credentials_set_security_level(
				 client, GNUTLS_SEC_PARAM_HIGH),
			 ADTLS_OK);
	assert_connects(TEST_SERVER_NAME);
	/* P-256 is 128 bits. */
	assert_int_equal(adtls_credentials_set_security_level(
				 client, GNUTLS_SEC_PARAM_ULTRA),
			 ADTLS_OK);
	assert_refuses(ADTLS_ALERT_BAD_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_KEY);
	assert_int_equal(adtls_credentials_set_security_level(
				 client, GNUTLS_SEC_PARAM_LOW),
			 ADTLS_E_INVALID);
}

/* The application */

static struct {
	bool answer;
	unsigned asked;
	unsigned problems;
	size_t chain_count;
	adtls_reason_t reason;
	adtls_role_t role;
	char identity[ADTLS_NAME_MAX];
	char name[64];
	struct adtls_engine *engine;
} application;

static bool judge(void *context, struct adtls_engine *engine,
		  const adtls_presented_t *presented)
{
	assert_ptr_equal(context, &application);
	application.asked++;
	application.engine = engine;
	application.problems = presented->problems;
	application.chain_count = presented->chain_count;
	application.reason = presented->reason;
	application.role = presented->role;
	assert_int_equal(presented->type, ADTLS_CERTIFICATE_X509);
	assert_true(presented->chain[0].len > 100);
	strcpy(application.identity, presented->identity);
	strcpy(application.name, presented->server_name);
	return application.answer;
}

static void application_says(bool answer, bool may_accept)
{
	memset(&application, 0, sizeof(application));
	application.answer = answer;
	assert_int_equal(adtls_config_set_verify_callback(
				 crowd.client_config, judge, may_accept,
				 &application),
			 ADTLS_OK);
}

static void it_sees_what_is_shown(void **state)
{
	struct crowd_member *member;

	(void)state;
	application_says(true, false);
	member = call(TEST_SERVER_NAME);
	assert_int_equal(member->client.connected, 1);
	assert_int_equal(application.asked, 1);
	assert_ptr_equal(application.engine, member->engine);
	assert_int_equal(application.problems, 0);
	assert_int_equal(application.reason, ADTLS_REASON_NONE);
	assert_int_equal(application.role, ADTLS_SERVER);
	assert_int_equal(application.chain_count, 2);
	assert_string_equal(application.identity, "CN=" TEST_SERVER_NAME);
	assert_string_equal(application.name, TEST_SERVER_NAME);
}

static void it_may_refuse(void **state)
{
	(void)state;
	application_says(false, false);
	assert_refuses(ADTLS_ALERT_ACCESS_DENIED,
		       ADTLS_REASON_CERTIFICATE_REFUSED);
}

static void its_word_is_not_enough(void **state)
{
	struct test_certificate leaf = test_server;

	(void)state;
	leaf.issuer = "stranger";
	leaf.until_s = TEST_UTC - 1;
	server_is(&leaf);
	application_says(true, false);
	assert_refuses(ADTLS_ALERT_UNKNOWN_CA,
		       ADTLS_REASON_CERTIFICATE_UNTRUSTED);
	assert_int_equal(application.asked, 1);
	assert_int_equal(application.reason,
			 ADTLS_REASON_CERTIFICATE_UNTRUSTED);
	assert_int_equal(application.problems,
			 ADTLS_PROBLEM_UNTRUSTED | ADTLS_PROBLEM_EXPIRED);
}

static void unless_it_was_given_the_right(void **state)
{
	struct test_certificate leaf = test_server;

	(void)state;
	leaf.issuer = "stranger";
	server_is(&leaf);
	application_says(true, true);
	assert_connects(TEST_SERVER_NAME);
	assert_int_equal(application.reason,
			 ADTLS_REASON_CERTIFICATE_UNTRUSTED);
}

/* A bad certificate that it refuses too is refused for what is bad. */
static void its_no_takes_no_reason_away(void **state)
{
	struct test_certificate leaf = test_server;

	(void)state;
	leaf.until_s = TEST_UTC - 1;
	server_is(&leaf);
	application_says(false, true);
	assert_refuses(ADTLS_ALERT_CERTIFICATE_EXPIRED,
		       ADTLS_REASON_CERTIFICATE_EXPIRED);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_revoked_server),
		TEST(a_revoked_server_in_its_authoritys_name),
		TEST(a_revoked_authority),
		TEST(a_revoked_client),
		TEST(lists_that_do_not_name_it),
		TEST(a_missing_list),
		TEST(an_old_list),
		TEST(an_old_list_and_a_new_one),
		TEST(a_list_by_somebody_else),
		TEST(what_is_no_list),
		TEST(expiry_may_be_tolerated),
		TEST(a_missing_clock_may_be_tolerated),
		TEST(another_name_may_be_tolerated),
		TEST(nothing_else_is_tolerated),
		TEST(self_signed_may_be_tolerated),
		TEST(a_purpose_of_ones_own),
		TEST(a_certificate_for_that_purpose),
		TEST(a_limit_for_chains),
		TEST(a_higher_security_level),
		TEST(it_sees_what_is_shown),
		TEST(it_may_refuse),
		TEST(its_word_is_not_enough),
		TEST(unless_it_was_given_the_right),
		TEST(its_no_takes_no_reason_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
