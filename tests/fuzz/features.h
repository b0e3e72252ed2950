/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What two engines speak beyond an X.509 handshake, as two bytes of an input
 * say. */
#ifndef TESTS_FUZZ_FEATURES_H
#define TESTS_FUZZ_FEATURES_H

#include <string.h>

#include <adtls/psk.h>
#include <adtls/verification.h>

#include "base/buffer.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/simulation_credentials.h"

enum feature_bit {
	/* In place of certificates; both beside them. */
	FEATURE_PSK = 0x0001,
	FEATURE_RAW_KEYS = 0x0002,
	FEATURE_TICKETS = 0x0004,	/* a second connection resumes */
	FEATURE_CLIENT_CID = 0x0008,
	FEATURE_SERVER_CID = 0x0010,
	FEATURE_ALPN = 0x0020,
	FEATURE_NAMES = 0x0040,		/* of the server */
	FEATURE_AUTHORITIES = 0x0080,
	FEATURE_EXTENSION = 0x0100,	/* of the application's own */
	FEATURE_OPTIONAL_CLIENT = 0x0200,
	FEATURE_OTHER_PSK = 0x0400,	/* the client's, unknown to the server */
	FEATURE_NO_RRC = 0x0800,	/* the client has not heard of it */
	FEATURE_STRICT = 0x1000,	/* what can be mandatory is */
	FEATURE_SHA384 = 0x2000,	/* the hash of PSKs */
	FEATURE_MIGRATION = 0xc000	/* the server's */
};
#define FEATURE_MIGRATION_SHIFT 14
#define FEATURE_CREDENTIALS (FEATURE_PSK | FEATURE_RAW_KEYS)

static inline adtls_bytes_t feature_text(const char *text)
{
	return bytes_of(text, strlen(text));
}

static inline adtls_migration_t feature_migration(unsigned features)
{
	return (adtls_migration_t)(features >> FEATURE_MIGRATION_SHIFT);
}

static inline void feature_pin(adtls_credentials_t *credentials,
			       const char *private_key)
{
	adtls_bytes_t text = feature_text(private_key);
	gnutls_datum_t pem = { (unsigned char *)(uintptr_t)text.data,
			       (unsigned)text.len };
	gnutls_privkey_t key;
	gnutls_pubkey_t public;
	uint8_t spki[256];
	size_t len = sizeof(spki);

	FUZZ_REQUIRE(gnutls_privkey_init(&key) == 0);
	FUZZ_REQUIRE(gnutls_privkey_import_x509_raw(
			     key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0) == 0);
	FUZZ_REQUIRE(gnutls_pubkey_init(&public) == 0);
	FUZZ_REQUIRE(gnutls_pubkey_import_privkey(public, key, 0, 0) == 0);
	FUZZ_REQUIRE(gnutls_pubkey_export(public, GNUTLS_X509_FMT_DER, spki,
					  &len) == 0);
	gnutls_pubkey_deinit(public);
	gnutls_privkey_deinit(key);
	FUZZ_REQUIRE(adtls_credentials_add_pin_mem(
			     credentials, bytes_of(spki, len)) == ADTLS_OK);
}

/* Credentials as the features say, of whom @certificate and @key are, for peers
 * with @peer_key. */
static inline adtls_credentials_t *
feature_credentials(unsigned features, const char *identity,
		    const char *certificate, const char *key,
		    const char *peer_key)
{
	unsigned kinds = features & FEATURE_CREDENTIALS;
	adtls_credentials_t *credentials;

	FUZZ_REQUIRE(adtls_credentials_new(ADTLS_CREDENTIALS_REPRODUCIBLE,
					   &credentials) == ADTLS_OK);
	if (kinds == 0 || kinds == FEATURE_CREDENTIALS) {
		FUZZ_REQUIRE(adtls_credentials_add_trust_mem(
				     credentials,
				     feature_text(
					     simulation_root_certificate)) ==
			     ADTLS_OK);
		FUZZ_REQUIRE(adtls_credentials_set_key_mem(
				     credentials, feature_text(certificate),
				     feature_text(key)) == ADTLS_OK);
	}
	if ((kinds & FEATURE_RAW_KEYS) != 0) {
		FUZZ_REQUIRE(adtls_credentials_set_raw_key_mem(
				     credentials, feature_text(key)) ==
			     ADTLS_OK);
		feature_pin(credentials, peer_key);
	}
	if ((kinds & FEATURE_PSK) != 0)
		FUZZ_REQUIRE(adtls_credentials_set_psk(
				     credentials, feature_text(identity),
				     feature_text("sixteen  secrets"),
				     (features & FEATURE_SHA384) != 0 ?
					     ADTLS_PSK_SHA384 :
					     ADTLS_PSK_SHA256) == ADTLS_OK);
	return credentials;
}

static inline void feature_set_credentials(unsigned features,
					   adtls_config_t *client,
					   adtls_config_t *server)
{
	const char *identity = (features & FEATURE_OTHER_PSK) != 0 ?
				       "sensor-8" :
				       "sensor-7";
	adtls_credentials_t *credentials;

	credentials = feature_credentials(features, identity,
					  simulation_client_certificate,
					  simulation_client_key,
					  simulation_server_key);
	FUZZ_REQUIRE(adtls_config_set_credentials(client, credentials) ==
		     ADTLS_OK);
	adtls_credentials_unref(credentials);
	credentials = feature_credentials(features, "sensor-7",
					  simulation_server_certificate,
					  simulation_server_key,
					  simulation_client_key);
	FUZZ_REQUIRE(adtls_config_set_credentials(server, credentials) ==
		     ADTLS_OK);
	adtls_credentials_unref(credentials);
}

/* The server goes by one name, and by any of a domain. */
static inline void feature_set_names(unsigned features, adtls_config_t *server)
{
	static const char *const names[] = { "gateway.test", "*.example" };

	for (size_t i = 0; i < 2; i++) {
		adtls_credentials_t *credentials = feature_credentials(
			0, NULL, simulation_server_certificate,
			simulation_server_key, NULL);

		FUZZ_REQUIRE(adtls_config_add_server_name(
				     server, names[i], credentials) ==
			     ADTLS_OK);
		adtls_credentials_unref(credentials);
	}
	adtls_config_set_refuse_unknown_names(server, (features &
						       FEATURE_STRICT) != 0);
}

static inline void feature_set_alpn(unsigned features, adtls_config_t *client,
				    adtls_config_t *server)
{
	const adtls_bytes_t protocols[] = { feature_text("coap"),
					    feature_text("http/1.1") };
	unsigned flags = (features & FEATURE_STRICT) != 0 ?
				 ADTLS_ALPN_MANDATORY :
				 0;

	FUZZ_REQUIRE(adtls_config_set_alpn(client, protocols, 2, flags) ==
		     ADTLS_OK);
	FUZZ_REQUIRE(adtls_config_set_alpn(server, &protocols[1], 1, flags) ==
		     ADTLS_OK);
}

static inline void feature_set_cids(unsigned features, adtls_config_t *client,
				    adtls_config_t *server)
{
	size_t client_len = (features & FEATURE_CLIENT_CID) != 0 ? 4 : 0;
	size_t server_len = (features & FEATURE_SERVER_CID) != 0 ? 8 : 0;

	if (client_len + server_len == 0)
		return;
	FUZZ_REQUIRE(adtls_config_set_connection_id(client, client_len) ==
		     ADTLS_OK);
	FUZZ_REQUIRE(adtls_config_set_connection_id(server, server_len) ==
		     ADTLS_OK);
	FUZZ_REQUIRE(adtls_config_set_migration(
			     server, feature_migration(features)) == ADTLS_OK);
	if ((features & FEATURE_NO_RRC) != 0)
		FUZZ_REQUIRE(adtls_config_set_migration(
				     client, ADTLS_MIGRATION_NEVER) ==
			     ADTLS_OK);
}

static inline int feature_send_extension(void *context,
					 adtls_engine_t *engine, uint8_t *out,
					 size_t out_len, size_t *out_written)
{
	(void)context;
	(void)engine;
	FUZZ_REQUIRE(out_len >= 4);
	memcpy(out, "fuzz", 4);
	*out_written = 4;
	return 1;
}

static inline adtls_alert_t feature_receive_extension(void *context,
						      adtls_engine_t *engine,
						      adtls_bytes_t body)
{
	(void)context;
	(void)engine;
	return bytes_equal(body, feature_text("fuzz")) ?
		       ADTLS_ALERT_NONE :
		       ADTLS_ALERT_ILLEGAL_PARAMETER;
}

static inline void feature_set_extension(adtls_config_t *config)
{
	FUZZ_REQUIRE(adtls_ext_register(config, "fuzz", 0xfa55,
					ADTLS_EXT_CLIENT_HELLO |
						ADTLS_EXT_ENCRYPTED_EXTENSIONS,
					feature_send_extension,
					feature_receive_extension,
					NULL) == ADTLS_OK);
}

static inline void feature_configure(unsigned features, adtls_config_t *client,
				     adtls_config_t *server)
{
	if ((features & FEATURE_CREDENTIALS) != 0)
		feature_set_credentials(features, client, server);
	if ((features & FEATURE_NAMES) != 0)
		feature_set_names(features, server);
	if ((features & FEATURE_ALPN) != 0)
		feature_set_alpn(features, client, server);
	feature_set_cids(features, client, server);
	if ((features & FEATURE_AUTHORITIES) != 0) {
		adtls_config_set_send_authorities(client, true);
		adtls_config_set_send_authorities(server, true);
	}
	if ((features & FEATURE_EXTENSION) != 0) {
		feature_set_extension(client);
		feature_set_extension(server);
	}
	if ((features & FEATURE_OPTIONAL_CLIENT) != 0)
		FUZZ_REQUIRE(adtls_config_set_client_authentication(
				     server,
				     ADTLS_CLIENT_AUTHENTICATION_REQUEST) ==
			     ADTLS_OK);
	if ((features & FEATURE_TICKETS) != 0)
		FUZZ_REQUIRE(adtls_config_set_resumption(client, true) ==
			     ADTLS_OK);
}

#endif
