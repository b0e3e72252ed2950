/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configuration: setters until it is sealed, checks when it is. */
#include "handshake/config.h"

#include "crypto/credentials.h"
#include "handshake/certificate_authorities.h"
#include "handshake/hooks.h"
#include "handshake/psk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMER_INITIAL_DEFAULT_US 1000000ull	/* RFC 9147 §5.8.2 */
#define TIMER_INITIAL_MIN_US 10000ull
#define TIMER_MAX_US 60000000ull
#define TICKET_LIFETIME_DEFAULT_S ((int64_t)24 * 3600)
#define HANDSHAKE_DEADLINE_DEFAULT_US 60000000ull

int adtls_config_new(adtls_config_t **out)
{
	adtls_config_t *config = calloc(1, sizeof(*config));

	*out = NULL;
	if (config == NULL)
		return ADTLS_E_MEMORY;
	atomic_init(&config->references, 1);
	atomic_init(&config->is_sealed, false);
	if (priority_parse(NULL, &config->priority, NULL, 0) != ADTLS_OK) {
		free(config);
		return ADTLS_E_INTERNAL;
	}
	config->tickets.count = 1;
	config->tickets.lifetime_s = TICKET_LIFETIME_DEFAULT_S;
	config->tickets.keys = ticket_keys_new();
	if (config->tickets.keys == NULL) {
		free(config);
		return ADTLS_E_MEMORY;
	}
	config->mtu = CONFIG_MTU_DEFAULT;
	config->timer.policy = TIMER_MEASURED;
	config->timer.initial_us = TIMER_INITIAL_DEFAULT_US;
	config->timer.max_us = TIMER_MAX_US;
	config->handshake_deadline_us = HANDSHAKE_DEADLINE_DEFAULT_US;
	config->uses_cookie = true;
	config->random = crypto_system_random;
	config->attestation.limit = CONFIG_ATTESTATION_LIMIT_DEFAULT;
	*out = config;
	return ADTLS_OK;
}

adtls_config_t *adtls_config_ref(adtls_config_t *config)
{
	atomic_fetch_add(&config->references, 1);
	return config;
}

void adtls_config_unref(adtls_config_t *config)
{
	if (config == NULL || atomic_fetch_sub(&config->references, 1) > 1)
		return;
	adtls_credentials_unref(config->credentials);
	server_names_clear(&config->server_names);
	buffer_clear(&config->alpn.names);
	adtls_attester_unref(config->attestation.attester);
	adtls_policy_unref(config->attestation.policy);
	adtls_verifier_unref(config->attestation.verifier);
	free(config->attestation.denials);
	ticket_keys_free(config->tickets.keys);
	free(config);
}

static int complain(char *out_message, size_t message_len, int error,
		    const char *text)
{
	if (out_message != NULL && message_len > 0)
		snprintf(out_message, message_len, "%s", text);
	return error;
}

/* RFC 9147 §4.5.3: what must not be used without further safeguards. */
static int check_suites(const struct adtls_config *config, char *out_message,
			size_t message_len)
{
	const struct priority *priority = &config->priority;

	for (size_t i = 0; i < priority->suite_count; i++) {
		if (!priority->suites[i]->needs_forgery_limit ||
		    config->forgery_limit != 0)
			continue;
		if (out_message != NULL)
			snprintf(out_message, message_len,
				 "%s is in the priority string, but no forgery "
				 "limit is set, which it needs",
				 priority->suites[i]->name);
		return ADTLS_E_PRIORITY;
	}
	return ADTLS_OK;
}

/* Our key must be able to sign in a way that the priority string lets us
 * use. */
static int check_key(const struct adtls_config *config,
		     const struct crypto_private_key *key, char *out_message,
		     size_t message_len)
{
	const struct priority *priority = &config->priority;

	if (key == NULL)
		return ADTLS_OK;
	for (size_t i = 0; i < priority->scheme_count; i++) {
		if (crypto_private_key_fits(key, priority->schemes[i]))
			return ADTLS_OK;
	}
	return complain(out_message, message_len, ADTLS_E_PRIORITY,
			"the priority string leaves no signature that the key "
			"of the credentials can make");
}

static int check_keys(const struct adtls_config *config,
		      const adtls_credentials_t *credentials,
		      char *out_message, size_t message_len)
{
	int error = check_key(config,
			      credentials_key(credentials,
					      ADTLS_CERTIFICATE_X509),
			      out_message, message_len);

	if (error != ADTLS_OK)
		return error;
	return check_key(config,
			 credentials_key(credentials,
					 ADTLS_CERTIFICATE_RAW_PUBLIC_KEY),
			 out_message, message_len);
}

bool config_trusts_someone(const struct adtls_config *config,
			   const adtls_credentials_t *credentials)
{
	return credentials_has_trust(credentials) ||
	       config->verification.may_accept ||
	       (config->layer != NULL && config->layer->knows_keys(config));
}

static int check_credentials(const struct adtls_config *config,
			     char *out_message, size_t message_len)
{
	const adtls_credentials_t *credentials;
	int error = ADTLS_OK;

	for (size_t i = 0; error == ADTLS_OK; i++) {
		credentials = config_credentials(config, i);
		if (credentials == NULL)
			break;
		if (config->client_authentication !=
			    ADTLS_CLIENT_AUTHENTICATION_NONE &&
		    !config_trusts_someone(config, credentials))
			return complain(out_message, message_len,
					ADTLS_E_CREDENTIALS,
					"clients are to be authenticated, but "
					"the credentials have no trust anchor "
					"and no pinned key");
		if (config->sends_authorities && !authorities_fit(credentials))
			return complain(out_message, message_len,
					ADTLS_E_TOO_LARGE,
					"the names of the trust anchors are too "
					"long to be sent");
		error = check_keys(config, credentials, out_message,
				   message_len);
		if (error == ADTLS_OK)
			error = hs_psk_check_config(config, credentials,
						    out_message, message_len);
	}
	return error;
}

int adtls_config_seal(adtls_config_t *config, char *out_message,
		      size_t message_len)
{
	int error;

	complain(out_message, message_len, ADTLS_OK, "");
	if (atomic_load(&config->is_sealed))
		return ADTLS_OK;
	if (config->credentials == NULL)
		return complain(out_message, message_len,
				ADTLS_E_CREDENTIALS, "no credentials are set");
	error = check_suites(config, out_message, message_len);
	if (error != ADTLS_OK)
		return error;
	error = check_credentials(config, out_message, message_len);
	if (error != ADTLS_OK)
		return error;
	if (config->attestation.is_required &&
	    config->attestation.attester == NULL)
		return complain(out_message, message_len, ADTLS_E_INVALID,
				"the server is required to take our Evidence, "
				"but no attester is set to make any");
	if (config->layer != NULL) {
		error = config->layer->check_config(config, out_message,
						    message_len);
		if (error != ADTLS_OK)
			return error;
	}
	atomic_store(&config->is_sealed, true);
	return ADTLS_OK;
}

size_t config_reassembly_budget(const struct adtls_config *config)
{
	size_t limit = config->attestation.limit;

	return limit > CONFIG_ATTESTATION_LIMIT_DEFAULT ?
		       CONFIG_REASSEMBLY_BUDGET + limit -
			       CONFIG_ATTESTATION_LIMIT_DEFAULT :
		       CONFIG_REASSEMBLY_BUDGET;
}

int config_use(struct adtls_config *config, adtls_role_t role)
{
	int error = adtls_config_seal(config, NULL, 0);
	adtls_credentials_t *credentials;

	if (error != ADTLS_OK)
		return error;
	for (size_t i = 0; (credentials = config_credentials(config, i)) != NULL;
	     i++) {
		if (!credentials_take_psk_role(credentials, role))
			return ADTLS_E_CREDENTIALS;
	}
	adtls_config_ref(config);
	return ADTLS_OK;
}

void config_trace(const struct adtls_config *config, const char *format, ...)
{
	char line[256];
	va_list arguments;

	if (config->trace.write == NULL)
		return;
	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	config->trace.write(config->trace.context, line);
}

int adtls_config_set_credentials(adtls_config_t *config,
				 adtls_credentials_t *credentials)
{
	if (atomic_load(&config->is_sealed) || credentials == NULL)
		return ADTLS_E_INVALID;
	adtls_credentials_unref(config->credentials);
	config->credentials = adtls_credentials_ref(credentials);
	return ADTLS_OK;
}

int adtls_config_set_priority(adtls_config_t *config, const char *priority)
{
	struct priority parsed;
	int error;

	if (atomic_load(&config->is_sealed))
		return ADTLS_E_INVALID;
	error = priority_parse(priority, &parsed, NULL, 0);
	if (error == ADTLS_OK)
		config->priority = parsed;
	return error;
}

int adtls_config_set_client_authentication(adtls_config_t *config,
					   adtls_client_authentication_t mode)
{
	if (atomic_load(&config->is_sealed) ||
	    mode > ADTLS_CLIENT_AUTHENTICATION_REQUIRE)
		return ADTLS_E_INVALID;
	config->client_authentication = mode;
	return ADTLS_OK;
}

int adtls_config_set_mtu(adtls_config_t *config, size_t mtu)
{
	if (atomic_load(&config->is_sealed) || mtu < CONFIG_MTU_MIN ||
	    mtu > CONFIG_MTU_MAX)
		return ADTLS_E_INVALID;
	config->mtu = mtu;
	return ADTLS_OK;
}

int adtls_config_set_timer(adtls_config_t *config, adtls_timer_policy_t policy,
			   uint64_t initial_us, unsigned attempts)
{
	if (atomic_load(&config->is_sealed) || policy > ADTLS_TIMER_FIXED ||
	    initial_us < TIMER_INITIAL_MIN_US || initial_us > TIMER_MAX_US)
		return ADTLS_E_INVALID;
	config->timer.policy = policy == ADTLS_TIMER_FIXED ? TIMER_FIXED :
							      TIMER_MEASURED;
	config->timer.initial_us = initial_us;
	config->timer.attempts = attempts;
	return ADTLS_OK;
}

int adtls_config_set_handshake_deadline(adtls_config_t *config,
					uint64_t deadline_us)
{
	if (atomic_load(&config->is_sealed) || deadline_us == 0 ||
	    deadline_us > UINT64_MAX / 2)
		return ADTLS_E_INVALID;
	config->handshake_deadline_us = deadline_us;
	return ADTLS_OK;
}

int adtls_config_set_forgery_limit(adtls_config_t *config, uint64_t records)
{
	if (atomic_load(&config->is_sealed) || records == 0)
		return ADTLS_E_INVALID;
	config->forgery_limit = records;
	return ADTLS_OK;
}

int adtls_config_set_cookie(adtls_config_t *config, bool on)
{
	if (atomic_load(&config->is_sealed))
		return ADTLS_E_INVALID;
	config->uses_cookie = on;
	return ADTLS_OK;
}

int adtls_config_set_random(adtls_config_t *config,
			    int (*fill)(void *context, uint8_t *out,
					size_t len),
			    void *context)
{
	if (atomic_load(&config->is_sealed) || fill == NULL)
		return ADTLS_E_INVALID;
	config->random = (struct crypto_random){ fill, context };
	return ADTLS_OK;
}

int adtls_config_set_key_log(adtls_config_t *config,
			     void (*write)(void *context, const char *line),
			     void *context)
{
	if (atomic_load(&config->is_sealed))
		return ADTLS_E_INVALID;
	config->key_log = (struct key_log){ write, context };
	return ADTLS_OK;
}

int adtls_config_set_trace(adtls_config_t *config,
			   void (*write)(void *context, const char *line),
			   void *context)
{
	if (atomic_load(&config->is_sealed))
		return ADTLS_E_INVALID;
	config->trace = (struct trace){ write, context };
	return ADTLS_OK;
}
