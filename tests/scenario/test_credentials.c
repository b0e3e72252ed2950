/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates that are not as they should be: alert and reason on both sides
 * of a handshake. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/scenario/crowd.h"
#include "tests/support/test_credentials.h"

#define DAY TEST_DAY_S

/* One that names an issuer whom nobody trusts. */
static const struct test_certificate stranger = {
	.name = TEST_SERVER_NAME,
	.issuer = "stranger",
	.dns_name = TEST_SERVER_NAME,
	.purpose = GNUTLS_KP_TLS_WWW_SERVER,
};

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

/* Connect with these certificates, NULL for none. */
static struct crowd_member *meet(const struct test_certificate *client,
				 const struct test_certificate *server,
				 const char *server_name)
{
	struct crowd_member *member;

	crowd_set_credentials(crowd.client_config, test_credentials(client));
	crowd_set_credentials(crowd.server_config, test_credentials(server));
	member = crowd_join(&crowd, "sensor", server_name);
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

/* Who refuses says why, the other side gets the alert. */
static void assert_refused(const struct crowd_side *refusing,
			   const struct crowd_side *refused,
			   adtls_alert_t alert, adtls_reason_t reason)
{
	assert_int_equal(refusing->closed, 1);
	assert_int_equal(refusing->connected, 0);
	assert_int_equal(refusing->reason, reason);
	assert_int_equal(refusing->alert, alert);
	assert_false(refusing->alert_received);
	assert_true(refusing->detail[0] != '\0');
	assert_int_equal(refused->closed, 1);
	assert_int_equal(refused->reason, ADTLS_REASON_ALERT_RECEIVED);
	assert_int_equal(refused->alert, alert);
	assert_true(refused->alert_received);
}

/* The server's certificate */

static void the_right_server(void **state)
{
	struct test_bytes der = test_certificate_der(&test_server);
	struct crowd_member *member;
	adtls_bytes_t shown;

	(void)state;
	member = meet(NULL, &test_server, TEST_SERVER_NAME);
	assert_connected(member);
	assert_string_equal(adtls_engine_peer_identity(member->engine),
			    "CN=" TEST_SERVER_NAME);
	shown = adtls_engine_peer_certificate(member->engine);
	assert_int_equal(shown.len, der.len);
	assert_memory_equal(shown.data, der.data, der.len);
	/* It has asked for no certificate. */
	assert_string_equal(
		adtls_engine_peer_identity(crowd_server_engine(&crowd, member)),
		"");
}

static void an_unknown_issuer(void **state)
{
	struct crowd_member *member;

	(void)state;
	member = meet(NULL, &stranger, TEST_SERVER_NAME);
	assert_refused(&member->client, &member->server, ADTLS_ALERT_UNKNOWN_CA,
		       ADTLS_REASON_CERTIFICATE_UNTRUSTED);
}

static void another_name(void **state)
{
	struct crowd_member *member;

	(void)state;
	member = meet(NULL, &test_server, "other.example");
	assert_refused(&member->client, &member->server,
		       ADTLS_ALERT_BAD_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_NAME);
	/* A field engineer sees which name met which. */
	assert_non_null(strstr(member->client.detail, TEST_SERVER_NAME));
	assert_non_null(strstr(member->client.detail, "other.example"));
}

static void any_name_of_a_trusted_path(void **state)
{
	(void)state;
	assert_connected(meet(NULL, &test_server, NULL));
}

static void an_address_for_a_name(void **state)
{
	struct test_certificate numbered = test_server;

	(void)state;
	numbered.ip_address = "192.0.2.1";
	assert_connected(meet(NULL, &numbered, "192.0.2.1"));
}

static void another_address(void **state)
{
	struct test_certificate numbered = test_server;
	struct crowd_member *member;

	(void)state;
	numbered.ip_address = "192.0.2.1";
	member = meet(NULL, &numbered, "192.0.2.2");
	assert_refused(&member->client, &member->server,
		       ADTLS_ALERT_BAD_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_NAME);
}

static void an_expired_server(void **state)
{
	struct test_certificate expired = test_server;
	struct crowd_member *member;

	(void)state;
	expired.until_s = TEST_UTC - 1;
	member = meet(NULL, &expired, TEST_SERVER_NAME);
	assert_refused(&member->client, &member->server,
		       ADTLS_ALERT_CERTIFICATE_EXPIRED,
		       ADTLS_REASON_CERTIFICATE_EXPIRED);
}

static void a_server_of_tomorrow(void **state)
{
	struct test_certificate early = test_server;
	struct crowd_member *member;

	(void)state;
	early.from_s = TEST_UTC + DAY;
	member = meet(NULL, &early, TEST_SERVER_NAME);
	assert_refused(&member->client, &member->server,
		       ADTLS_ALERT_CERTIFICATE_EXPIRED,
		       ADTLS_REASON_CERTIFICATE_NOT_YET_VALID);
}

/* It is the time of the call that counts, not that of the machine. */
static void time_is_what_it_is_told(void **state)
{
	struct crowd_member *member;

	(void)state;
	crowd.now.utc_s = TEST_UTC + 3 * 365 * DAY;
	member = meet(NULL, &test_server, TEST_SERVER_NAME);
	assert_refused(&member->client, &member->server,
		       ADTLS_ALERT_CERTIFICATE_EXPIRED,
		       ADTLS_REASON_CERTIFICATE_EXPIRED);
}

static void without_the_time(void **state)
{
	struct crowd_member *member;

	(void)state;
	crowd.now.utc_s = ADTLS_UTC_UNKNOWN;
	member = meet(NULL, &test_server, TEST_SERVER_NAME);
	assert_refused(&member->client, &member->server,
		       ADTLS_ALERT_CERTIFICATE_UNKNOWN, ADTLS_REASON_NO_UTC);
}

static void a_client_that_poses_as_server(void **state)
{
	struct test_certificate posing = test_server;
	struct crowd_member *member;

	(void)state;
	posing.purpose = GNUTLS_KP_TLS_WWW_CLIENT;
	member = meet(NULL, &posing, TEST_SERVER_NAME);
	assert_refused(&member->client, &member->server,
		       ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_PURPOSE);
}

/* The client's certificate */

static void authenticate_clients(adtls_client_authentication_t mode)
{
	assert_int_equal(adtls_config_set_client_authentication(
				 crowd.server_config, mode),
			 ADTLS_OK);
}

static void the_right_client(void **state)
{
	struct crowd_member *member;

	(void)state;
	authenticate_clients(ADTLS_CLIENT_AUTHENTICATION_REQUIRE);
	member = meet(&test_client, &test_server, TEST_SERVER_NAME);
	assert_connected(member);
	assert_string_equal(
		adtls_engine_peer_identity(crowd_server_engine(&crowd, member)),
		"CN=" TEST_CLIENT_NAME);
}

static void a_client_that_is_asked_for_nothing_shows_nothing(void **state)
{
	struct crowd_member *member;

	(void)state;
	member = meet(&test_client, &test_server, TEST_SERVER_NAME);
	assert_connected(member);
	assert_string_equal(
		adtls_engine_peer_identity(crowd_server_engine(&crowd, member)),
		"");
}

static void a_client_without_a_certificate_may_be_let_in(void **state)
{
	struct crowd_member *member;

	(void)state;
	authenticate_clients(ADTLS_CLIENT_AUTHENTICATION_REQUEST);
	member = meet(NULL, &test_server, TEST_SERVER_NAME);
	assert_connected(member);
	assert_string_equal(
		adtls_engine_peer_identity(crowd_server_engine(&crowd, member)),
		"");
	assert_int_equal(adtls_engine_peer_certificate(
				 crowd_server_engine(&crowd, member))
				 .len,
			 0);
}

static void a_client_without_a_certificate_may_be_refused(void **state)
{
	struct crowd_member *member;

	(void)state;
	authenticate_clients(ADTLS_CLIENT_AUTHENTICATION_REQUIRE);
	member = meet(NULL, &test_server, TEST_SERVER_NAME);
	assert_refused(&member->server, &member->client,
		       ADTLS_ALERT_CERTIFICATE_REQUIRED,
		       ADTLS_REASON_CERTIFICATE_MISSING);
}

static void refuse_client(const struct test_certificate *client,
			  adtls_client_authentication_t mode,
			  adtls_alert_t alert, adtls_reason_t reason)
{
	struct crowd_member *member;

	authenticate_clients(mode);
	member = meet(client, &test_server, TEST_SERVER_NAME);
	assert_refused(&member->server, &member->client, alert, reason);
}

static void a_server_that_poses_as_client(void **state)
{
	struct test_certificate posing = test_client;

	(void)state;
	posing.purpose = GNUTLS_KP_TLS_WWW_SERVER;
	refuse_client(&posing, ADTLS_CLIENT_AUTHENTICATION_REQUIRE,
		      ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		      ADTLS_REASON_CERTIFICATE_PURPOSE);
}

/* No certificate would do, a bad one does not. */
static void an_unknown_client_where_any_may_come(void **state)
{
	struct test_certificate unknown = test_client;

	(void)state;
	unknown.issuer = "stranger";
	refuse_client(&unknown, ADTLS_CLIENT_AUTHENTICATION_REQUEST,
		      ADTLS_ALERT_UNKNOWN_CA,
		      ADTLS_REASON_CERTIFICATE_UNTRUSTED);
}

static void an_expired_client(void **state)
{
	struct test_certificate expired = test_client;

	(void)state;
	expired.until_s = TEST_UTC - DAY;
	refuse_client(&expired, ADTLS_CLIENT_AUTHENTICATION_REQUIRE,
		      ADTLS_ALERT_CERTIFICATE_EXPIRED,
		      ADTLS_REASON_CERTIFICATE_EXPIRED);
}

static void a_client_of_tomorrow(void **state)
{
	struct test_certificate early = test_client;

	(void)state;
	early.from_s = TEST_UTC + 1;
	refuse_client(&early, ADTLS_CLIENT_AUTHENTICATION_REQUIRE,
		      ADTLS_ALERT_CERTIFICATE_EXPIRED,
		      ADTLS_REASON_CERTIFICATE_NOT_YET_VALID);
}

/* A client connects before the server has seen its certificate: it hears of the
 * refusal afterwards, and nothing that it sent meanwhile is delivered. */
static void data_of_a_refused_client_is_not_delivered(void **state)
{
	struct test_certificate expired = test_client;
	struct crowd_member *member;

	(void)state;
	expired.until_s = TEST_UTC - DAY;
	authenticate_clients(ADTLS_CLIENT_AUTHENTICATION_REQUIRE);
	crowd.greeting = "reading";
	member = meet(&expired, &test_server, TEST_SERVER_NAME);
	assert_int_equal(member->client.connected, 1);
	assert_int_equal(member->client.alert, ADTLS_ALERT_CERTIFICATE_EXPIRED);
	assert_int_equal(member->server.connected, 0);
	assert_int_equal(member->server.data_count, 0);
}

static void data_of_a_good_client_comes_with_its_last_flight(void **state)
{
	struct crowd_member *member;

	(void)state;
	authenticate_clients(ADTLS_CLIENT_AUTHENTICATION_REQUIRE);
	crowd.greeting = "reading";
	member = meet(&test_client, &test_server, TEST_SERVER_NAME);
	assert_connected(member);
	assert_int_equal(member->server.data_count, 1);
	assert_memory_equal(member->server.data, "reading", 7);
}

#define with_crowd(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_crowd(the_right_server),
		with_crowd(an_unknown_issuer),
		with_crowd(another_name),
		with_crowd(any_name_of_a_trusted_path),
		with_crowd(an_address_for_a_name),
		with_crowd(another_address),
		with_crowd(an_expired_server),
		with_crowd(a_server_of_tomorrow),
		with_crowd(time_is_what_it_is_told),
		with_crowd(without_the_time),
		with_crowd(a_client_that_poses_as_server),
		with_crowd(the_right_client),
		with_crowd(a_client_that_is_asked_for_nothing_shows_nothing),
		with_crowd(a_client_without_a_certificate_may_be_let_in),
		with_crowd(a_client_without_a_certificate_may_be_refused),
		with_crowd(a_server_that_poses_as_client),
		with_crowd(an_unknown_client_where_any_may_come),
		with_crowd(an_expired_client),
		with_crowd(a_client_of_tomorrow),
		with_crowd(data_of_a_refused_client_is_not_delivered),
		with_crowd(data_of_a_good_client_comes_with_its_last_flight),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
