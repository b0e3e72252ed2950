/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What libcoap's API said -> credentials. */
#include "backend_credentials.h"

#include "backend_log.h"

#include <adtls/error.h>

/* adtls_psk_server_func: libcoap's callbacks are asked. */
static int find_psk(void *argument, const char *server_name,
		    adtls_bytes_t identity, adtls_psk_t *out)
{
	struct backend_config *config = argument;
	struct backend_visitor *visitor = &config->visitor;

	if (visitor->session == NULL)
		return -1;
	return backend_server_psk_find(&config->server_psk, visitor->session,
				       server_name, identity, out,
				       &visitor->choice);
}

static bool set_psk(struct backend_config *from, enum backend_kind kind,
		    adtls_credentials_t *credentials)
{
	const adtls_psk_t *psk = &from->client_psk.current;
	int error = ADTLS_OK;

	if (kind == BACKEND_CLIENT_PSK)
		error = adtls_credentials_set_psk(
			credentials,
			(adtls_bytes_t){ psk->identity, psk->identity_len },
			(adtls_bytes_t){ psk->key, psk->key_len }, psk->hash);
	else if (kind == BACKEND_SERVER && from->server_psk.is_set)
		error = adtls_credentials_set_psk_server(credentials, find_psk,
							 from);
	return backend_is_done(error, "pre-shared key", NULL);
}

static bool fill(struct backend_config *from, enum backend_kind kind,
		 const struct backend_keys *keys,
		 adtls_credentials_t *credentials)
{
	adtls_role_t role = backend_role_of(kind);
	bool has_pki = kind == BACKEND_CLIENT ||
		       (kind == BACKEND_SERVER && from->pki[role].is_set);

	return (!has_pki ||
		backend_pki_fill(&from->pki[role], keys, &from->roots,
				 &from->pins[role],
				 role == ADTLS_SERVER ? COAP_DTLS_ROLE_SERVER :
							COAP_DTLS_ROLE_CLIENT,
				 credentials)) &&
	       set_psk(from, kind, credentials);
}

static adtls_credentials_t *make(struct backend_config *from,
				 enum backend_kind kind,
				 const struct backend_keys *keys)
{
	adtls_credentials_t *credentials;

	if (!backend_is_done(adtls_credentials_new(0, &credentials),
			     "credentials", NULL))
		return NULL;
	if (fill(from, kind, keys, credentials))
		return credentials;
	adtls_credentials_unref(credentials);
	return NULL;
}

/* Names */

/* Credentials of the keys that the callback has named: borrowed. */
static adtls_credentials_t *credentials_of(struct backend_config *from,
					   const coap_dtls_key_t *key)
{
	uint8_t fingerprint[BACKEND_FINGERPRINT_LEN];
	adtls_credentials_t *found;
	struct backend_keys keys = { 0 };

	if (!backend_keys_fingerprint(key, fingerprint))
		return NULL;
	found = backend_names_find(&from->names, fingerprint);
	if (found != NULL || !backend_keys_copy(&keys, key))
		return found;
	found = make(from, BACKEND_SERVER, &keys);
	backend_keys_clear(&keys);
	if (found == NULL)
		return NULL;
	backend_names_add(&from->names, fingerprint, found);
	adtls_credentials_unref(found);
	return backend_names_find(&from->names, fingerprint);
}

/* adtls_server_name_func */
static adtls_credentials_t *choose(void *argument, const char *name)
{
	struct backend_config *from = argument;
	const coap_dtls_pki_t *setup = &from->pki[ADTLS_SERVER].setup;
	const coap_dtls_key_t *key = setup->validate_sni_call_back(
		name, setup->sni_call_back_arg);
	adtls_credentials_t *found = NULL;

	if (key != NULL)
		found = credentials_of(from, key);
	return found != NULL ? adtls_credentials_ref(found) : NULL;
}

int backend_credentials_set_names(struct backend_config *from,
				  adtls_config_t *config)
{
	int error = adtls_config_set_server_name_callback(config, choose, from);

	if (error != ADTLS_OK)
		return error;
	return adtls_config_set_refuse_unknown_names(config, true);
}

/* Clients that call no name: libcoap's callback knows them as "". */
static adtls_credentials_t *make_nameless(struct backend_config *from)
{
	const struct backend_pki *pki = &from->pki[ADTLS_SERVER];
	adtls_credentials_t *chosen;

	from->refuses_nameless = false;
	if (!pki->is_set || pki->setup.validate_sni_call_back == NULL)
		return make(from, BACKEND_SERVER, &pki->keys);
	chosen = choose(from, "");
	from->refuses_nameless = chosen == NULL;
	return chosen != NULL ? chosen :
				make(from, BACKEND_SERVER, &pki->keys);
}

adtls_credentials_t *backend_credentials_new(struct backend_config *from,
					     enum backend_kind kind)
{
	if (kind == BACKEND_SERVER)
		return make_nameless(from);
	return make(from, kind, &from->pki[backend_role_of(kind)].keys);
}
