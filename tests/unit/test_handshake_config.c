/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration: ranges of what is set, what sealing misses, and that a
 * sealed one changes no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "handshake/config.h"
#include "tests/support/simulation.h"
#include "tests/support/test_credentials.h"

static int setup(void **state)
{
	adtls_config_t *config;

	assert_int_equal(adtls_config_new(&config), ADTLS_OK);
	*state = config;
	return 0;
}

static int teardown(void **state)
{
	adtls_config_unref(*state);
	return 0;
}

/* Credentials with a key of its own, or with trust, or with both. */
static void give_credentials(adtls_config_t *config, bool with_key,
			     bool with_trust)
{
	adtls_credentials_t *credentials;

	if (with_trust) {
		credentials = test_credentials(with_key ? &test_server : NULL);
	} else {
		struct test_bytes certificate =
			test_certificate_pem(&test_server);
		struct test_bytes key = test_key_pem(TEST_SERVER_NAME);

		assert_int_equal(adtls_credentials_new(0, &credentials),
				 ADTLS_OK);
		assert_int_equal(adtls_credentials_set_key_mem(
					 credentials, test_view(&certificate),
					 test_view(&key)),
				 ADTLS_OK);
	}
	assert_int_equal(adtls_config_set_credentials(config, credentials),
			 ADTLS_OK);
	adtls_credentials_unref(credentials);
}

/* Ranges */

static void mtu_has_a_range(void **state)
{
	adtls_config_t *config = *state;

	assert_int_equal(config->mtu, 1200);
	assert_int_equal(adtls_config_set_mtu(config, 255), ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_mtu(config, 256), ADTLS_OK);
	assert_int_equal(adtls_config_set_mtu(config, 65507), ADTLS_OK);
	assert_int_equal(adtls_config_set_mtu(config, 65508), ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_mtu(config, 0), ADTLS_E_INVALID);
	assert_int_equal(config->mtu, 65507);
}

static int set_timer(adtls_config_t *config, uint64_t initial_us)
{
	return adtls_config_set_timer(config, ADTLS_TIMER_FIXED, initial_us, 3);
}

static void timers_have_a_range(void **state)
{
	adtls_config_t *config = *state;

	assert_int_equal(config->timer.initial_us, 1000000);
	assert_int_equal(config->timer.policy, TIMER_MEASURED);
	assert_int_equal(config->timer.attempts, 0);
	assert_int_equal(set_timer(config, 9999), ADTLS_E_INVALID);
	assert_int_equal(set_timer(config, 60000001), ADTLS_E_INVALID);
	assert_int_equal(set_timer(config, 60000000), ADTLS_OK);
	assert_int_equal(set_timer(config, 10000), ADTLS_OK);
	assert_int_equal(adtls_config_set_timer(config, (adtls_timer_policy_t)2,
						10000, 0),
			 ADTLS_E_INVALID);
	assert_int_equal(config->timer.initial_us, 10000);
	assert_int_equal(config->timer.policy, TIMER_FIXED);
	assert_int_equal(config->timer.attempts, 3);
}

static void deadlines_are_not_zero(void **state)
{
	adtls_config_t *config = *state;

	assert_int_equal(config->handshake_deadline_us, 60000000);
	assert_int_equal(adtls_config_set_handshake_deadline(config, 0),
			 ADTLS_E_INVALID);
	assert_int_equal(
		adtls_config_set_handshake_deadline(config, ADTLS_NEVER),
		ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_handshake_deadline(config, 1),
			 ADTLS_OK);
	assert_int_equal(config->handshake_deadline_us, 1);
}

static void attestations_fit_their_message(void **state)
{
	adtls_config_t *config = *state;

	assert_int_equal(config->attestation.limit, 65536);
	assert_int_equal(adtls_config_set_attestation_limit(config, 0),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_attestation_limit(config, 0x1000000),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_attestation_limit(config, 0xffffff),
			 ADTLS_OK);
	assert_int_equal(adtls_config_set_attestation_limit(config, 1),
			 ADTLS_OK);
	assert_int_equal(config->attestation.limit, 1);
}

static void modes_are_known_ones(void **state)
{
	adtls_config_t *config = *state;

	assert_int_equal(adtls_config_set_client_authentication(
				 config, (adtls_client_authentication_t)3),
			 ADTLS_E_INVALID);
	assert_int_equal(config->client_authentication,
			 ADTLS_CLIENT_AUTHENTICATION_NONE);
	assert_int_equal(adtls_config_set_client_authentication(
				 config, ADTLS_CLIENT_AUTHENTICATION_REQUEST),
			 ADTLS_OK);
	assert_int_equal(config->client_authentication,
			 ADTLS_CLIENT_AUTHENTICATION_REQUEST);
}

static void nothing_is_set_to_nothing(void **state)
{
	adtls_config_t *config = *state;

	assert_int_equal(adtls_config_set_credentials(config, NULL),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_random(config, NULL, NULL),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_attester(config, NULL),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_policy(config, NULL, NULL),
			 ADTLS_E_INVALID);
	assert_null(config->layer);
}

/* A bad priority string leaves the good one. */
static void priorities_are_parsed(void **state)
{
	adtls_config_t *config = *state;
	size_t groups = config->priority.group_count;

	assert_true(groups > 1);
	assert_int_equal(adtls_config_set_priority(config, "NORMAL:+NONSENSE"),
			 ADTLS_E_PRIORITY);
	assert_int_equal(config->priority.group_count, groups);
	assert_int_equal(adtls_config_set_priority(
				 config, "NORMAL:-GROUP-ALL:+GROUP-X25519"),
			 ADTLS_OK);
	assert_int_equal(config->priority.group_count, 1);
	assert_string_equal(config->priority.groups[0]->name, "X25519");
}

/* Attestation is a layer that is there only if it was asked for. */
static void attestation_is_a_layer(void **state)
{
	adtls_attester_t *attester = simulation_attester(0xaa);
	adtls_config_t *config = *state;

	assert_null(config->layer);
	assert_int_equal(adtls_config_set_attester(config, attester), ADTLS_OK);
	adtls_attester_unref(attester);
	assert_non_null(config->layer);
}

/* Sealing */

static void assert_seals(adtls_config_t *config, int error, const char *about)
{
	char message[256] = "left over";
	char small[8];

	assert_int_equal(adtls_config_seal(config, NULL, 0), error);
	assert_int_equal(adtls_config_seal(config, small, sizeof(small)),
			 error);
	assert_true(memchr(small, '\0', sizeof(small)) != NULL);
	assert_int_equal(adtls_config_seal(config, message, sizeof(message)),
			 error);
	if (strstr(message, about) == NULL ||
	    (message[0] == '\0') != (error == ADTLS_OK))
		fail_msg("\"%s\" says nothing of %s", message, about);
}

static void credentials_are_mandatory(void **state)
{
	adtls_config_t *config = *state;

	assert_seals(config, ADTLS_E_CREDENTIALS, "credentials");
	give_credentials(config, true, true);
	assert_seals(config, ADTLS_OK, "");
}

static void client_authentication_needs_trust(void **state)
{
	adtls_config_t *config = *state;

	give_credentials(config, true, false);
	adtls_config_set_client_authentication(
		config, ADTLS_CLIENT_AUTHENTICATION_REQUIRE);
	assert_seals(config, ADTLS_E_CREDENTIALS, "trust anchor");
	adtls_config_set_client_authentication(
		config, ADTLS_CLIENT_AUTHENTICATION_NONE);
	assert_seals(config, ADTLS_OK, "");
}

static void policies_need_trust(void **state)
{
	adtls_policy_t *policy = simulation_policy("require");
	adtls_config_t *config = *state;

	give_credentials(config, true, false);
	assert_int_equal(adtls_config_set_policy(config, policy, NULL),
			 ADTLS_OK);
	adtls_policy_unref(policy);
	assert_seals(config, ADTLS_E_CREDENTIALS, "trust anchor");
	give_credentials(config, true, true);
	assert_seals(config, ADTLS_OK, "");
}

static void attesters_need_a_key(void **state)
{
	adtls_attester_t *attester = simulation_attester(0xaa);
	adtls_config_t *config = *state;

	give_credentials(config, false, true);
	assert_int_equal(adtls_config_set_attester(config, attester), ADTLS_OK);
	adtls_attester_unref(attester);
	assert_seals(config, ADTLS_E_CREDENTIALS, "key");
}

static void required_attestation_needs_an_attester(void **state)
{
	adtls_attester_t *attester = simulation_attester(0xaa);
	adtls_config_t *config = *state;

	give_credentials(config, true, true);
	assert_int_equal(adtls_config_set_require_attestation(config, true),
			 ADTLS_OK);
	assert_seals(config, ADTLS_E_INVALID, "no attester");
	assert_int_equal(adtls_config_set_attester(config, attester), ADTLS_OK);
	adtls_attester_unref(attester);
	assert_seals(config, ADTLS_OK, "");
}

static int make_nothing(void *context, const adtls_evidence_request_t *request,
			adtls_evidence_t *out)
{
	(void)context;
	(void)request;
	(void)out;
	return ADTLS_E_ATTESTER;
}

static const adtls_evidence_type_t eat = { 263, NULL };

static const adtls_attester_ops_t short_nonce = {
	.name = "short-nonce",
	.binder_max = 32,
	.types = &eat,
	.type_count = 1,
	.make_evidence = make_nothing,
};

/* No suite whose binder is longer than the attester's nonce (protocol §4.2). */
static void binders_must_fit_the_attester(void **state)
{
	adtls_config_t *config = *state;
	adtls_attester_t *attester;

	assert_int_equal(adtls_attester_new(&short_nonce, NULL, &attester),
			 ADTLS_OK);
	give_credentials(config, true, true);
	assert_int_equal(adtls_config_set_attester(config, attester), ADTLS_OK);
	adtls_attester_unref(attester);
	assert_int_equal(adtls_config_set_priority(
				 config, "NORMAL:-CIPHER-ALL:+AES-256-GCM"),
			 ADTLS_OK);
	assert_seals(config, ADTLS_E_UNSUPPORTED, "short-nonce");
	assert_int_equal(adtls_config_set_priority(
				 config, "NORMAL:-CIPHER-ALL:+AES-128-GCM"),
			 ADTLS_OK);
	assert_seals(config, ADTLS_OK, "");
}

static int no_random(void *context, uint8_t *out, size_t len)
{
	(void)context;
	(void)out;
	(void)len;
	return -1;
}

static void a_sealed_one_does_not_change(void **state)
{
	adtls_attester_t *attester = simulation_attester(0xaa);
	adtls_policy_t *policy = simulation_policy("allow");
	adtls_config_t *config = *state;
	adtls_credentials_t *credentials;

	give_credentials(config, true, true);
	assert_int_equal(adtls_config_seal(config, NULL, 0), ADTLS_OK);
	credentials = config->credentials;
	assert_int_equal(adtls_config_set_credentials(config, credentials),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_priority(config, "NORMAL"),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_client_authentication(
				 config, ADTLS_CLIENT_AUTHENTICATION_NONE),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_mtu(config, 1200), ADTLS_E_INVALID);
	assert_int_equal(set_timer(config, 1000000), ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_handshake_deadline(config, 1000000),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_cookie(config, true),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_random(config, no_random, NULL),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_key_log(config, NULL, NULL),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_trace(config, NULL, NULL),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_attester(config, attester),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_policy(config, policy, NULL),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_attestation_limit(config, 100),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_require_attestation(config, true),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_forgery_limit(config, 1),
			 ADTLS_E_INVALID);
	assert_null(config->layer);
	adtls_attester_unref(attester);
	adtls_policy_unref(policy);
}

/* Making an engine seals; what cannot be sealed makes none. */
static void use_is_sealing(void **state)
{
	const adtls_time_t now = { 1000000, TEST_UTC };
	adtls_config_t *config = *state;
	adtls_endpoint_t *endpoint;
	adtls_engine_t *engine;

	assert_int_equal(adtls_engine_new_client(config, NULL, now, &engine),
			 ADTLS_E_CREDENTIALS);
	assert_null(engine);
	assert_int_equal(adtls_config_set_mtu(config, 1200), ADTLS_OK);
	give_credentials(config, false, true);
	/* A client may do without a key, a server may not. */
	assert_int_equal(adtls_endpoint_new(config, now, &endpoint),
			 ADTLS_E_CREDENTIALS);
	assert_null(endpoint);
	assert_int_equal(adtls_engine_new_client(config, NULL, now, &engine),
			 ADTLS_OK);
	assert_int_equal(adtls_config_set_mtu(config, 1200), ADTLS_E_INVALID);
	adtls_engine_free(engine);
}

/* Traces */

static void keep_line(void *context, const char *line)
{
	snprintf(context, 300, "%s", line);
}

static void traces_are_lines(void **state)
{
	adtls_config_t *config = *state;
	char line[300] = "";

	config_trace(config, "nobody listens to %d", 1);
	adtls_config_set_trace(config, keep_line, line);
	config_trace(config, "%s of %d", "one", 2);
	assert_string_equal(line, "one of 2");
	config_trace(config, "%0400d", 0);
	assert_int_equal(strlen(line), 255);
}

#define with_config(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_config(mtu_has_a_range),
		with_config(timers_have_a_range),
		with_config(deadlines_are_not_zero),
		with_config(attestations_fit_their_message),
		with_config(modes_are_known_ones),
		with_config(nothing_is_set_to_nothing),
		with_config(priorities_are_parsed),
		with_config(attestation_is_a_layer),
		with_config(credentials_are_mandatory),
		with_config(client_authentication_needs_trust),
		with_config(policies_need_trust),
		with_config(attesters_need_a_key),
		with_config(required_attestation_needs_an_attester),
		with_config(binders_must_fit_the_attester),
		with_config(a_sealed_one_does_not_change),
		with_config(use_is_sealing),
		with_config(traces_are_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
