/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw public keys that nobody has pinned, of devices that a policy names: their
 * Evidence says whose they are (protocol §1). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "handshake/config.h"
#include "tests/support/simulation.h"
#include "tests/support/simulation_credentials.h"
#include "tests/support/test_credentials.h"

#include <adtls/verification.h>

#define SECOND 1000000ull
#define MINUTE (60 * SECOND)
#define ACCEPTED ", \"accept-device-keys\": true"

/* A client with a raw key, which trusts the server's authority; a server that
 * takes raw keys and has no pin. */
static void configure(adtls_config_t *client, adtls_config_t *server)
{
	const adtls_bytes_t as_it_is = { 0 };
	adtls_credentials_t *credentials;

	assert_int_equal(adtls_credentials_new(ADTLS_CREDENTIALS_REPRODUCIBLE,
					       &credentials),
			 ADTLS_OK);
	assert_int_equal(adtls_credentials_add_trust_mem(
				 credentials,
				 bytes_of(simulation_root_certificate,
					  strlen(simulation_root_certificate))),
			 ADTLS_OK);
	assert_int_equal(adtls_credentials_set_raw_key(credentials, as_it_is,
						       test_key("device")),
			 ADTLS_OK);
	assert_int_equal(adtls_config_set_credentials(client, credentials),
			 ADTLS_OK);
	adtls_credentials_unref(credentials);
	assert_int_equal(adtls_credentials_set_peer_types(
				 server->credentials,
				 ADTLS_PEER_X509 | ADTLS_PEER_RAW_PUBLIC_KEY),
			 ADTLS_OK);
}

/* Takes over @policy. */
static void connect_to(struct simulation *world, adtls_policy_t *policy,
		       bool attests, adtls_verifier_t *verifier)
{
	struct simulation_options options = {
		.seed = 41,
		.policy = policy,
		.verifier = verifier,
		.client_certificate = true,
		.configure = configure,
	};

	if (attests)
		options.attester = simulation_attester(0xaa);
	simulation_init(world, &options);
	simulation_run(world, world->now.monotonic_us + 10 * SECOND);
	adtls_attester_unref(options.attester);
	adtls_policy_unref(policy);
	adtls_verifier_unref(verifier);
}

static void assert_reason(const struct simulation *world, adtls_reason_t reason)
{
	assert_true(world->server.closed);
	assert_string_equal(adtls_reason_name(world->server.reason),
			    adtls_reason_name(reason));
	assert_int_equal(world->server.data_count, 0);
}

static void a_device_that_is_named_needs_no_pin(void **state)
{
	struct simulation world;
	adtls_verdict_t *verdict;

	(void)state;
	connect_to(&world,
		   simulation_device_policy("require", SIMULATION_UEID,
					    ACCEPTED),
		   true, NULL);
	if (!world.server.authorized)
		fail_msg("client: %s; server: %s", world.client.detail,
			 world.server.detail);
	verdict = adtls_engine_verdict(world.server_engine);
	assert_string_equal(adtls_verdict_device(verdict),
			    "ueid:" SIMULATION_UEID);
	assert_memory_equal(adtls_engine_peer_identity(world.server_engine),
			    "sha256:", 7);
	assert_int_equal(simulation_send(&world, ADTLS_CLIENT, "ping", 4),
			 ADTLS_OK);
	simulation_run(&world, world.now.monotonic_us + SECOND);
	assert_int_equal(world.server.data_count, 1);
	simulation_clear(&world);
}

static void another_device_is_refused(void **state)
{
	struct simulation world;

	(void)state;
	connect_to(&world,
		   simulation_device_policy("require", "01ff01020304050607",
					    ACCEPTED),
		   true, NULL);
	assert_reason(&world, ADTLS_REASON_DEVICE_UNKNOWN);
	assert_true(world.server.refused);
	simulation_clear(&world);
}

/* The policy has to say so, and there has to be Evidence. */
static void otherwise_a_pin_is_missed(void **state)
{
	struct simulation world;

	(void)state;
	connect_to(&world,
		   simulation_device_policy("require", SIMULATION_UEID, ""),
		   true, NULL);
	assert_reason(&world, ADTLS_REASON_KEY_NOT_PINNED);
	assert_int_equal(world.client.alert, ADTLS_ALERT_CERTIFICATE_UNKNOWN);
	assert_false(world.server.connected);
	simulation_clear(&world);
	connect_to(&world,
		   simulation_device_policy("allow", SIMULATION_UEID, ACCEPTED),
		   false, NULL);
	assert_reason(&world, ADTLS_REASON_KEY_NOT_PINNED);
	assert_false(world.server.connected);
	simulation_clear(&world);
}

static bool accept_any_type(void *context, const adtls_evidence_type_t *type)
{
	(void)context;
	(void)type;
	return true;
}

static int grant_any_device(void *context, const adtls_appraisal_t *appraisal,
			    adtls_verdict_t *verdict)
{
	(void)appraisal;
	adtls_verdict_set_device(verdict, context);
	adtls_verdict_grant(verdict, ADTLS_UTC_UNKNOWN);
	return ADTLS_OK;
}

/* A Verifier knows what is genuine; who was meant, the policy. */
static void a_verifiers_word_is_not_enough(void **state)
{
	static const adtls_verifier_ops_t generous = {
		.name = "generous",
		.accepts = accept_any_type,
		.appraise = grant_any_device,
	};
	static char *const devices[] = { "", "ueid:", "ueid:01ff",
					 ("ueid:" SIMULATION_UEID) };

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		adtls_verifier_t *verifier;
		struct simulation world;

		assert_int_equal(adtls_verifier_new(&generous, devices[i],
						    &verifier),
				 ADTLS_OK);
		connect_to(&world,
			   simulation_device_policy("require", SIMULATION_UEID,
						    ACCEPTED),
			   true, verifier);
		if (i == 3)
			assert_true(world.server.authorized);
		else
			assert_reason(&world, ADTLS_REASON_DEVICE_UNKNOWN);
		simulation_clear(&world);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_device_that_is_named_needs_no_pin),
		cmocka_unit_test(another_device_is_refused),
		cmocka_unit_test(otherwise_a_pin_is_missed),
		cmocka_unit_test(a_verifiers_word_is_not_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
