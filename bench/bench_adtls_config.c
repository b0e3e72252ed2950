/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Credentials, attester and policy for adtls. */
#include "bench_adtls_config.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bench_check.h"

#define SOFTWARE_NAME "bench-firmware"
#define MEASUREMENT \
	"0000000000000000000000000000000000000000000000000000000000000000"

static const uint8_t measurement[32];
static const uint8_t ueid[] = { 0x01, 0, 1, 2, 3, 4, 5, 6, 7 };

static adtls_bytes_t bytes_of_datum(const gnutls_datum_t *datum)
{
	return (adtls_bytes_t){ datum->data, datum->size };
}

static void check(int error)
{
	bench_check(error == ADTLS_OK, "configuring adtls: %s",
		    adtls_strerror(error));
}

static adtls_config_t *make_config(const struct bench_world_options *options,
				   const struct bench_identity *identity)
{
	adtls_credentials_t *credentials;
	adtls_config_t *config;

	check(adtls_credentials_new(0, &credentials));
	check(adtls_credentials_add_trust_mem(
		credentials, bytes_of_datum(&options->credentials->root)));
	if (identity != NULL)
		check(adtls_credentials_set_key_mem(
			credentials, bytes_of_datum(&identity->certificate),
			bytes_of_datum(&identity->key)));
	check(adtls_config_new(&config));
	check(adtls_config_set_credentials(config, credentials));
	adtls_credentials_unref(credentials);
	if (options->mtu != 0)
		check(adtls_config_set_mtu(config, options->mtu));
	return config;
}

static void add_attester(adtls_config_t *config,
			 const struct bench_credentials *credentials)
{
	adtls_software_attester_params_t params = {
		.attestation_key =
			bytes_of_datum(&credentials->attestation_key),
		.ueid = { ueid, sizeof(ueid) },
		.software_name = SOFTWARE_NAME,
		.measurement = { measurement, sizeof(measurement) },
	};
	adtls_attester_t *attester;

	check(adtls_software_attester_new(&params, &attester));
	check(adtls_config_set_attester(config, attester));
	adtls_attester_unref(attester);
}

static char *policy_text(const struct bench_credentials *credentials)
{
	json_t *policy = json_pack(
		"{s:i, s:s, s:[s, s], s:[{s:s, s:s, s:s}], s:[{s:s, s:s}]}",
		"version", 1, "peer-attestation", "require",
		"accept-key-binding", "key-attested", "echo", "trust-anchors",
		"name", "bench", "public-key",
		(const char *)credentials->attestation_public_key.data,
		"key-binding", "echo", "reference-values", "software-name",
		SOFTWARE_NAME, "measurement", "sha-256:" MEASUREMENT);
	char *text = json_dumps(policy, 0);

	bench_check(text != NULL, "writing a policy: out of memory");
	json_decref(policy);
	return text;
}

static void add_policy(adtls_config_t *config,
		       const struct bench_credentials *credentials)
{
	char *text = policy_text(credentials);
	adtls_policy_t *policy;
	char message[256];
	int error;

	error = adtls_policy_load_mem(
		(adtls_bytes_t){ (const uint8_t *)text, strlen(text) }, NULL,
		&policy, message, sizeof(message));
	bench_check(error == ADTLS_OK, "policy: %s", message);
	check(adtls_config_set_policy(config, policy, NULL));
	adtls_policy_unref(policy);
	free(text);
}

adtls_config_t *
bench_adtls_client_config(const struct bench_world_options *options)
{
	bool is_anonymous = options->handshake == BENCH_SERVER_CERTIFICATE;
	adtls_config_t *config = make_config(
		options, is_anonymous ? NULL : &options->credentials->client);

	if (options->handshake == BENCH_ATTESTED)
		add_attester(config, options->credentials);
	return config;
}

adtls_config_t *
bench_adtls_server_config(const struct bench_world_options *options)
{
	adtls_config_t *config =
		make_config(options, &options->credentials->server);

	if (options->handshake != BENCH_SERVER_CERTIFICATE)
		check(adtls_config_set_client_authentication(
			config, ADTLS_CLIENT_AUTHENTICATION_REQUIRE));
	if (options->handshake == BENCH_ATTESTED)
		add_policy(config, options->credentials);
	return config;
}
