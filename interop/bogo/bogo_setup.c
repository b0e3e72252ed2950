/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From options to a configuration, with the timers that the runner assumes. */
#include "interop/bogo/bogo_setup.h"
#include "interop/bogo/bogo_names.h"

#include <adtls/ticket.h>
#include <adtls/verification.h>
#include <stdio.h>
#include <string.h>

/* BoringSSL's, which the runner takes for granted. */
#define DEFAULT_MTU	   1472
#define DEFAULT_TIMEOUT_MS 400
#define RETRANSMISSIONS	   12
/* Of the fake clock: longer than any test lets pass. */
#define HANDSHAKE_DEADLINE_US (24 * 3600 * UINT64_C(1000000))

#define PRIORITY_MAX 1024
#define PROTOCOLS_MAX 16
#define TICKET_LIFETIME_S (2 * 24 * 3600)
/* Never offered: with it alone, no protocol is acceptable. */
#define NO_PROTOCOL "none of the runner's"

static void write_trace(void *context, const char *line)
{
	(void)context;
	fprintf(stderr, "trace: %s\n", line);
}

static int add_files(const struct bogo_options *options,
		     adtls_credentials_t *credentials)
{
	int error = ADTLS_OK;

	if (options->certificate_file != NULL)
		error = adtls_credentials_set_key_file(
			credentials, options->certificate_file,
			options->key_file);
	if (error == ADTLS_OK && options->trust_file != NULL)
		error = adtls_credentials_add_trust_file(credentials,
							 options->trust_file);
	return error;
}

static int set_credentials(const struct bogo_options *options,
			   adtls_config_t *config)
{
	adtls_credentials_t *credentials;
	int error = adtls_credentials_new(0, &credentials);

	if (error != ADTLS_OK)
		return error;
	error = add_files(options, credentials);
	if (error == ADTLS_OK)
		error = adtls_config_set_credentials(config, credentials);
	adtls_credentials_unref(credentials);
	return error;
}

/* Replace a category of the priority string; false: a codepoint is not known
 * here. */
static bool write_category(char *priority, const char *category,
			   const struct bogo_numbers *numbers,
			   const char *(*name_of)(uint64_t codepoint))
{
	size_t len = strlen(priority);

	if (numbers->count == 0)
		return true;
	len += (size_t)snprintf(priority + len, PRIORITY_MAX - len, ":-%s-ALL",
				category);
	for (unsigned i = 0; i < numbers->count; i++) {
		const char *name = name_of(numbers->values[i]);

		if (name == NULL) {
			fprintf(stderr, "bogo_shim: not implemented: %s %u\n",
				category, (unsigned)numbers->values[i]);
			return false;
		}
		len += (size_t)snprintf(priority + len, PRIORITY_MAX - len,
					":+%s-%s", category, name);
	}
	return true;
}

static bool write_priority(const struct bogo_options *options, char *priority)
{
	const struct bogo_numbers *schemes =
		options->signing_schemes.count > 0 ? &options->signing_schemes
						   : &options->verified_schemes;

	snprintf(priority, PRIORITY_MAX, "NORMAL");
	return write_category(priority, "GROUP", &options->groups,
			      bogo_group_name) &&
	       write_category(priority, "SIGN", schemes, bogo_scheme_name);
}

static adtls_client_authentication_t
client_authentication(const struct bogo_options *options)
{
	if (options->require_client_certificate)
		return ADTLS_CLIENT_AUTHENTICATION_REQUIRE;
	return options->verify_peer ? ADTLS_CLIENT_AUTHENTICATION_REQUEST
				    : ADTLS_CLIENT_AUTHENTICATION_NONE;
}

static int set_transport(const struct bogo_options *options,
			 adtls_config_t *config)
{
	uint64_t timeout_ms = options->timeout_ms > 0 ? options->timeout_ms
						      : DEFAULT_TIMEOUT_MS;
	int error = adtls_config_set_mtu(
		config, options->mtu > 0 ? options->mtu : DEFAULT_MTU);

	if (error != ADTLS_OK)
		return error;
	error = adtls_config_set_timer(config, ADTLS_TIMER_FIXED,
				       timeout_ms * 1000, RETRANSMISSIONS);
	if (error != ADTLS_OK)
		return error;
	error = adtls_config_set_handshake_deadline(config,
						    HANDSHAKE_DEADLINE_US);
	if (error != ADTLS_OK)
		return error;
	return adtls_config_set_cookie(config, false);
}

/* As the runner's own shim: everybody is welcome unless it is to check. */
static bool verify(void *context, struct adtls_engine *engine,
		   const adtls_presented_t *presented)
{
	const struct bogo_options *options = context;

	(void)engine;
	if (!options->verify_peer && !options->require_client_certificate)
		return true;
	return !options->verify_fail &&
	       presented->reason == ADTLS_REASON_NONE;
}

/* Protocols as on the wire, each after its length. */
static size_t split_protocols(const char *list, adtls_bytes_t *out)
{
	size_t count = 0;

	while (*list != '\0' && count < PROTOCOLS_MAX) {
		const uint8_t *bytes = (const uint8_t *)list;
		size_t len = bytes[0];

		if (strlen(list) < 1 + len)
			break;
		out[count++] = (adtls_bytes_t){ bytes + 1, len };
		list += 1 + len;
	}
	return count;
}

static int set_alpn(const struct bogo_options *options, adtls_config_t *config)
{
	const char *one = options->reject_alpn ? NO_PROTOCOL
					       : options->select_alpn;
	adtls_bytes_t protocols[PROTOCOLS_MAX];
	size_t count = 0;

	if (one != NULL)
		protocols[count++] = (adtls_bytes_t){ (const uint8_t *)one,
						      strlen(one) };
	else if (options->advertise_alpn != NULL)
		count = split_protocols(options->advertise_alpn, protocols);
	return adtls_config_set_alpn(config, protocols, count, 0);
}

static int set_tickets(const struct bogo_options *options,
		       adtls_config_t *config)
{
	if (options->server)
		return adtls_config_set_tickets(config, 0, TICKET_LIFETIME_S);
	return adtls_config_set_resumption(config, !options->no_ticket);
}

static int set_all(const struct bogo_options *options, const char *priority,
		   adtls_config_t *config)
{
	int error = adtls_config_set_priority(config, priority);

	if (error == ADTLS_OK)
		error = set_transport(options, config);
	if (error == ADTLS_OK)
		error = set_credentials(options, config);
	if (error == ADTLS_OK && options->server)
		error = adtls_config_set_client_authentication(
			config, client_authentication(options));
	if (error == ADTLS_OK)
		error = adtls_config_set_verify_callback(config, verify, true,
							 (void *)options);
	if (error == ADTLS_OK)
		error = set_alpn(options, config);
	if (error == ADTLS_OK)
		error = set_tickets(options, config);
	if (error == ADTLS_OK && options->trace)
		error = adtls_config_set_trace(config, write_trace, NULL);
	return error;
}

enum bogo_setup bogo_setup_config(const struct bogo_options *options,
				  adtls_config_t **out)
{
	char priority[PRIORITY_MAX];
	char message[256] = "";
	int error;

	if (!write_priority(options, priority))
		return BOGO_SETUP_NOT_IMPLEMENTED;
	error = adtls_config_new(out);
	if (error != ADTLS_OK)
		return BOGO_SETUP_FAILED;
	error = set_all(options, priority, *out);
	if (error == ADTLS_OK)
		error = adtls_config_seal(*out, message, sizeof(message));
	if (error == ADTLS_OK)
		return BOGO_SETUP_DONE;
	fprintf(stderr, "bogo_shim: %s: %s (%s)\n", adtls_strerror_name(error),
		message, priority);
	adtls_config_unref(*out);
	*out = NULL;
	return BOGO_SETUP_FAILED;
}
