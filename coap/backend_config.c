/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making a configuration of what libcoap's API and ours said. */
#include "backend_config.h"

#include "backend_credentials.h"
#include "backend_log.h"
#include "backend_verify.h"

#include <adtls/ticket.h>

#include <string.h>

/* What adtls_config_set_mtu() takes, and libcoap receives. */
#define MTU_MIN 256
#define MTU_MAX LIBCOAP_DATAGRAM_MAX

#define MESSAGE_MAX 256

/* adtls's default; it has to be named. */
#define TICKET_LIFETIME_S 86400

void backend_config_init(struct backend_config *config,
			 struct backend_context *context)
{
	config->context = context;
	backend_names_init(&config->names);
	backend_tickets_init(&config->tickets);
}

adtls_role_t backend_role_of(enum backend_kind kind)
{
	return kind == BACKEND_SERVER ? ADTLS_SERVER : ADTLS_CLIENT;
}

void backend_config_renew(struct backend_config *config)
{
	for (int kind = 0; kind < BACKEND_KINDS; kind++) {
		adtls_config_unref(config->sealed[kind]);
		config->sealed[kind] = NULL;
	}
	backend_names_clear(&config->names);
	backend_tickets_clear(&config->tickets);
	config->generation++;
}

void backend_config_clear(struct backend_config *config)
{
	backend_config_renew(config);
	for (int role = 0; role < 2; role++) {
		backend_pki_clear(&config->pki[role]);
		backend_pins_clear(&config->pins[role]);
	}
	backend_client_psk_clear(&config->client_psk);
	backend_server_psk_clear(&config->server_psk);
	backend_psk_choice_clear(&config->visitor.choice);
	backend_roots_clear(&config->roots);
	adtls_policy_unref(config->settings.policy);
	adtls_verifier_unref(config->settings.verifier);
	adtls_attester_unref(config->settings.attester);
	config->settings = (struct backend_settings){ 0 };
}

static size_t choose_mtu(const struct backend_settings *settings,
			 size_t session_mtu)
{
	size_t mtu = settings->mtu > 0 ? settings->mtu : session_mtu;

	if (mtu < MTU_MIN)
		return MTU_MIN;
	return mtu > MTU_MAX ? MTU_MAX : mtu;
}

static void trace_to_log(void *argument, const char *line)
{
	(void)argument;
	backend_log(BACKEND_LOG_DEBUG, "%s", line);
}

static int set_logs(const struct backend_settings *settings,
		    adtls_config_t *config)
{
	int error = ADTLS_OK;

	if (settings->key_log != NULL)
		error = adtls_config_set_key_log(config, settings->key_log,
						 settings->key_log_argument);
	if (error != ADTLS_OK)
		return error;
	if (settings->trace != NULL)
		return adtls_config_set_trace(config, settings->trace,
					      settings->trace_argument);
	if (backend_log_level() >= BACKEND_LOG_DEBUG)
		return adtls_config_set_trace(config, trace_to_log, NULL);
	return ADTLS_OK;
}

static int set_attestation(const struct backend_settings *settings,
			   adtls_role_t role, adtls_config_t *config)
{
	if (role == ADTLS_CLIENT && settings->attester != NULL)
		return adtls_config_set_attester(config, settings->attester);
	if (role == ADTLS_SERVER && settings->policy != NULL)
		return adtls_config_set_policy(config, settings->policy,
					       settings->verifier);
	return ADTLS_OK;
}

/* Who asks the application about peers, and about names that clients call. */
static int set_callbacks(struct backend_config *from, enum backend_kind kind,
			 adtls_config_t *config)
{
	const struct backend_pki *pki = &from->pki[backend_role_of(kind)];
	/* Who resumes shows nothing that a callback could be asked about. */
	bool asks_about_peers =
		pki->setup.validate_cn_call_back != NULL ||
		pki->setup.additional_tls_setup_call_back != NULL;
	int error;

	if (kind == BACKEND_CLIENT_PSK || !pki->is_set)
		return ADTLS_OK;
	error = backend_verify_set(from->context, pki, config);
	if (error == ADTLS_OK && kind == BACKEND_CLIENT)
		error = adtls_config_set_resumption(config, !asks_about_peers);
	if (error != ADTLS_OK || kind != BACKEND_SERVER)
		return error;
	error = adtls_config_set_client_authentication(
		config, backend_pki_client_authentication(
				pki, &from->pins[ADTLS_SERVER]));
	if (error == ADTLS_OK && asks_about_peers)
		error = adtls_config_set_tickets(config, 0, TICKET_LIFETIME_S);
	if (error == ADTLS_OK && pki->setup.validate_sni_call_back != NULL)
		error = backend_credentials_set_names(from, config);
	return error;
}

static int set_all(struct backend_config *from, enum backend_kind kind,
		   adtls_credentials_t *credentials, size_t mtu,
		   adtls_config_t *config)
{
	const struct backend_settings *settings = &from->settings;
	adtls_role_t role = backend_role_of(kind);
	int error = adtls_config_set_credentials(config, credentials);

	if (error == ADTLS_OK)
		error = set_callbacks(from, kind, config);
	if (error == ADTLS_OK)
		error = set_attestation(settings, role, config);
	if (error == ADTLS_OK)
		error = set_logs(settings, config);
	if (error == ADTLS_OK && settings->configure != NULL)
		error = settings->configure(settings->configure_argument, role,
					    config);
	/* Last: datagrams must fit libcoap's buffer. */
	if (error == ADTLS_OK)
		error = adtls_config_set_mtu(config, mtu);
	return error;
}

/* Takes over @config, also on error. */
static adtls_config_t *seal(enum backend_kind kind, adtls_config_t *config,
			    int error)
{
	char message[MESSAGE_MAX] = "";

	if (error == ADTLS_OK)
		error = adtls_config_seal(config, message, sizeof(message));
	if (error == ADTLS_OK)
		return config;
	backend_log(BACKEND_LOG_ERROR, "the %s's configuration: %s%s%s",
		    kind == BACKEND_SERVER ? "server" : "client",
		    adtls_strerror(error), message[0] != '\0' ? ": " : "",
		    message);
	adtls_config_unref(config);
	return NULL;
}

static adtls_config_t *make(struct backend_config *from, enum backend_kind kind,
			    size_t mtu)
{
	adtls_credentials_t *credentials = backend_credentials_new(from, kind);
	adtls_config_t *config = NULL;

	if (credentials == NULL)
		return NULL;
	if (backend_is_done(adtls_config_new(&config), "configuration", NULL))
		config = seal(kind, config,
			      set_all(from, kind, credentials, mtu, config));
	adtls_credentials_unref(credentials);
	return config;
}

adtls_config_t *backend_config_get(struct backend_config *config,
				   enum backend_kind kind, size_t session_mtu)
{
	if (config->sealed[kind] == NULL) {
		config->mtu[kind] = choose_mtu(&config->settings, session_mtu);
		config->sealed[kind] = make(config, kind, config->mtu[kind]);
	}
	return config->sealed[kind];
}

adtls_config_t *backend_config_of_client(struct backend_config *config,
					 coap_session_t *session,
					 size_t session_mtu,
					 const char **out_server_name)
{
	bool is_other;

	*out_server_name = config->pki[ADTLS_CLIENT].server_name;
	if (!backend_psk_is_of(session))
		return backend_config_get(config, BACKEND_CLIENT, session_mtu);
	*out_server_name = config->client_psk.server_name;
	if (!backend_client_psk_take(&config->client_psk, session, &is_other))
		return NULL;
	if (is_other) {
		adtls_config_unref(config->sealed[BACKEND_CLIENT_PSK]);
		config->sealed[BACKEND_CLIENT_PSK] = NULL;
	}
	return backend_config_get(config, BACKEND_CLIENT_PSK, session_mtu);
}

bool backend_config_has_server(const struct backend_config *config)
{
	return config->pki[ADTLS_SERVER].is_set || config->server_psk.is_set;
}
