/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole handshakes in every suite and group, what a configuration must not
 * lack, and what becomes of a key that is attacked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "crypto/group.h"
#include "tests/support/simulation.h"
#include "tests/support/simulation_credentials.h"

#define MINUTE	      60000000ull
#define FORGERY_LIMIT 100

/* The priority strings of both sides in the next world. */
static const char *client_priority;
static const char *server_priority;

static void configure(adtls_config_t *client, adtls_config_t *server)
{
	assert_int_equal(adtls_config_set_priority(client, client_priority),
			 ADTLS_OK);
	assert_int_equal(adtls_config_set_priority(server, server_priority),
			 ADTLS_OK);
	assert_int_equal(adtls_config_set_forgery_limit(client, FORGERY_LIMIT),
			 ADTLS_OK);
	assert_int_equal(adtls_config_set_forgery_limit(server, FORGERY_LIMIT),
			 ADTLS_OK);
}

/* An attested handshake and data both ways; each side's parameters. */
static void connect_attested(adtls_parameters_t *out_client,
			     adtls_parameters_t *out_server)
{
	struct simulation_options options = {
		.seed = 1,
		.configure = configure,
		.attester = simulation_attester(0xaa),
		.policy = simulation_policy("require"),
	};
	struct simulation world;

	simulation_init(&world, &options);
	if (!simulation_connect(&world, MINUTE))
		fail_msg("%s, %s: client: %s; server: %s", client_priority,
			 server_priority, world.client.detail,
			 world.server.detail);
	adtls_engine_parameters(world.client_engine, out_client);
	adtls_engine_parameters(world.server_engine, out_server);
	assert_int_equal(adtls_engine_authorization(world.server_engine),
			 ADTLS_AUTHORIZATION_GRANTED);
	assert_int_equal(simulation_send(&world, ADTLS_CLIENT, "ping", 4),
			 ADTLS_OK);
	simulation_run(&world, 2 * MINUTE);
	assert_int_equal(world.server.data_count, 1);
	assert_int_equal(simulation_send(&world, ADTLS_SERVER, "pong", 4),
			 ADTLS_OK);
	simulation_run(&world, 3 * MINUTE);
	assert_int_equal(world.client.data_count, 1);
	simulation_clear(&world);
	adtls_attester_unref(options.attester);
	adtls_policy_unref(options.policy);
}

static const struct {
	const char *cipher;
	const char *suite;
} suites[] = {
	{ "AES-128-GCM", "TLS_AES_128_GCM_SHA256" },
	{ "AES-256-GCM", "TLS_AES_256_GCM_SHA384" },
	{ "CHACHA20-POLY1305", "TLS_CHACHA20_POLY1305_SHA256" },
	{ "AES-128-CCM", "TLS_AES_128_CCM_SHA256" },
	{ "AES-128-CCM-8", "TLS_AES_128_CCM_8_SHA256" },
};

#define SUITE_COUNT (sizeof(suites) / sizeof(suites[0]))

/* The server decides, so that the client cannot know the transcript's hash
 * before ServerHello; the group is @group on its first try, or not. */
static void check_suite_and_group(size_t suite, const char *group,
				  bool retries_for_group)
{
	char ours[128], theirs[128];
	adtls_parameters_t client, server;

	snprintf(ours, sizeof(ours),
		 "NORMAL:+AES-128-CCM-8:-GROUP-ALL:%s+GROUP-%s",
		 retries_for_group && strcmp(group, "X25519") != 0
			 ? "+GROUP-X25519:"
			 : "",
		 group);
	snprintf(theirs, sizeof(theirs),
		 "NORMAL:-CIPHER-ALL:+%s:-GROUP-ALL:+GROUP-%s",
		 suites[suite].cipher, group);
	client_priority = ours;
	server_priority = theirs;
	connect_attested(&client, &server);
	assert_string_equal(client.suite, suites[suite].suite);
	assert_string_equal(server.suite, suites[suite].suite);
	assert_string_equal(client.group, group);
	assert_string_equal(server.group, group);
}

static void every_suite_and_group(void **state)
{
	size_t count;
	const struct crypto_group *const *groups = crypto_groups(&count);

	(void)state;
	for (size_t i = 0; i < SUITE_COUNT; i++) {
		for (size_t j = 0; j < count; j++) {
			check_suite_and_group(i, groups[j]->name, false);
			check_suite_and_group(i, groups[j]->name, true);
		}
	}
}

static void the_server_s_order_decides(void **state)
{
	adtls_parameters_t client, server;

	(void)state;
	client_priority = "NORMAL:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP384R1";
	server_priority = "NORMAL:-CIPHER-ALL:+CHACHA20-POLY1305:+AES-256-GCM"
			  ":-GROUP-ALL:+GROUP-SECP384R1:+GROUP-X25519";
	connect_attested(&client, &server);
	assert_string_equal(server.suite, "TLS_CHACHA20_POLY1305_SHA256");
	/* but not at the price of a round trip */
	assert_string_equal(server.group, "X25519");
}

/* A configuration with a P-256 key, not sealed. */
static adtls_config_t *new_config(const char *priority)
{
	const char *certificate = simulation_server_certificate;
	const char *key = simulation_server_key;
	adtls_credentials_t *credentials;
	adtls_config_t *config;

	assert_int_equal(adtls_credentials_new(0, &credentials), ADTLS_OK);
	assert_int_equal(adtls_credentials_set_key_mem(
				 credentials,
				 bytes_of((const uint8_t *)certificate,
					  strlen(certificate)),
				 bytes_of((const uint8_t *)key, strlen(key))),
			 ADTLS_OK);
	assert_int_equal(adtls_config_new(&config), ADTLS_OK);
	assert_int_equal(adtls_config_set_credentials(config, credentials),
			 ADTLS_OK);
	adtls_credentials_unref(credentials);
	assert_int_equal(adtls_config_set_priority(config, priority), ADTLS_OK);
	return config;
}

static void ccm_8_needs_a_forgery_limit(void **state)
{
	adtls_config_t *config = new_config("NORMAL:+AES-128-CCM-8");
	char message[256];

	(void)state;
	assert_int_equal(adtls_config_seal(config, NULL, 0), ADTLS_E_PRIORITY);
	assert_int_equal(adtls_config_seal(config, message, sizeof(message)),
			 ADTLS_E_PRIORITY);
	assert_non_null(strstr(message, "TLS_AES_128_CCM_8_SHA256"));
	assert_non_null(strstr(message, "forgery limit"));
	assert_int_equal(adtls_config_set_forgery_limit(config, 0),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_forgery_limit(config, 1), ADTLS_OK);
	assert_int_equal(adtls_config_seal(config, message, sizeof(message)),
			 ADTLS_OK);
	assert_string_equal(message, "");
	assert_int_equal(adtls_config_set_forgery_limit(config, 2),
			 ADTLS_E_INVALID);
	adtls_config_unref(config);
}

static void our_key_needs_a_signature(void **state)
{
	adtls_config_t *config = new_config("SECURE256");
	char message[256];

	(void)state;
	assert_int_equal(adtls_config_seal(config, NULL, 0), ADTLS_E_PRIORITY);
	assert_int_equal(adtls_config_seal(config, message, sizeof(message)),
			 ADTLS_E_PRIORITY);
	assert_non_null(strstr(message, "signature"));
	adtls_config_unref(config);
}

static void forge(struct simulation *world, uint8_t first, unsigned count)
{
	uint8_t forged[40] = { first, 0, 0, 0, 35 };

	while (count-- > 0)
		simulation_inject(world, TO_CLIENT, forged, sizeof(forged));
}

/* Records under a short tag that do not authenticate: with fewer than were
 * allowed the keys change, with as many at once the connection ends (RFC 9147
 * §4.5.3). */
static void forgeries_end_a_key(void **state)
{
	struct simulation_options options = { .seed = 1,
					      .configure = configure };
	struct simulation world;

	(void)state;
	client_priority = server_priority = "NORMAL:-CIPHER-ALL:+AES-128-CCM-8";
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	/* Until Finished is acknowledged. */
	simulation_run(&world, world.now.monotonic_us + MINUTE / 60);
	forge(&world, 0x2f, FORGERY_LIMIT - 1);
	assert_int_equal(simulation_send(&world, ADTLS_SERVER, "one", 3),
			 ADTLS_OK);
	simulation_run(&world, 2 * MINUTE);
	assert_int_equal(world.client.data_count, 1);
	assert_true(world.client.keys_updated > 0);
	/* The next epoch is the fourth. */
	forge(&world, 0x2c, FORGERY_LIMIT + 1);
	assert_int_equal(simulation_send(&world, ADTLS_SERVER, "two", 3),
			 ADTLS_OK);
	simulation_run(&world, 3 * MINUTE);
	assert_int_equal(world.client.data_count, 1);
	assert_int_equal(world.client.reason, ADTLS_REASON_KEY_LIMIT);
	simulation_clear(&world);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_suite_and_group),
		cmocka_unit_test(the_server_s_order_decides),
		cmocka_unit_test(ccm_8_needs_a_forgery_limit),
		cmocka_unit_test(our_key_needs_a_signature),
		cmocka_unit_test(forgeries_end_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
