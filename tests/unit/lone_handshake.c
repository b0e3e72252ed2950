/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A handshake without engine and peer. */
#include "tests/unit/lone_handshake.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "tests/support/test_credentials.h"

#define BUDGET	  65536
#define X25519	  0x001d
#define ENGINE_ID 77

static int fill_random(void *context, uint8_t *out, size_t len)
{
	struct seeded_random *random = context;

	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)seeded_random_next(random);
	return 0;
}

void lone_handshake_init(struct lone_handshake *lone)
{
	adtls_credentials_t *credentials = test_credentials(&test_client);

	*lone = (struct lone_handshake){ .random = seeded_random_of(1) };
	assert_int_equal(adtls_config_new(&lone->config), ADTLS_OK);
	assert_int_equal(
		adtls_config_set_credentials(lone->config, credentials),
		ADTLS_OK);
	adtls_credentials_unref(credentials);
	assert_int_equal(adtls_config_set_random(lone->config, fill_random,
						 &lone->random),
			 ADTLS_OK);
	assert_int_equal(
		adtls_config_set_priority(
			lone->config,
			"NORMAL:-GROUP-ALL:+GROUP-X25519:+GROUP-SECP256R1"),
		ADTLS_OK);
}

void lone_handshake_clear(struct lone_handshake *lone)
{
	lone_handshake_end(lone);
	adtls_config_unref(lone->config);
}

void lone_handshake_begin(struct lone_handshake *lone, adtls_role_t role)
{
	const struct hs_layer *layer = lone->config->layer;

	lone_handshake_end(lone);
	lone->facts = (struct hs_facts){ 0 };
	lone->job_serial = 0;
	assert_true(channel_init(&lone->channel, BUDGET,
				 &lone->config->timer));
	if (layer != NULL) {
		lone->layer = layer->new (lone->config, role);
		assert_non_null(lone->layer);
	}
	lone->hs = handshake_new(lone->config, role, &lone->channel,
				 &lone->facts, lone->layer);
	assert_non_null(lone->hs);
	lone->hs->job_serial = &lone->job_serial;
	lone->hs->engine_id = ENGINE_ID;
	lone->hs->now = (adtls_time_t){ 1000000, TEST_UTC };
	lone->hs->key_exchange = crypto_key_exchange_new(
		crypto_group_find(X25519), &lone->config->random);
	assert_non_null(lone->hs->key_exchange);
}

void lone_handshake_end(struct lone_handshake *lone)
{
	if (lone->hs == NULL)
		return;
	handshake_free(lone->hs);
	lone->hs = NULL;
	if (lone->layer != NULL)
		lone->config->layer->free(lone->layer);
	lone->layer = NULL;
	channel_clear(&lone->channel);
	hs_facts_clear(&lone->facts);
}
