/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading the gateway's command line with argp.
 */
#include "gateway_options.h"

#include <argp.h>
#include <stddef.h>

#include "number.h"

/* The exit status for a wrong command line, also the sensor's. */
#define EXIT_USAGE 2

/* A gateway without CoAP's own port is for tests. */
#define COAPS_PORT 5684

#define VALIDITY_DAYS	  30
#define VALIDITY_DAYS_MAX 3650

/* Options without a short form. */
enum option_key {
	KEY_ADDRESS = 256,
	KEY_PORT,
	KEY_CERTIFICATE,
	KEY_KEY,
	KEY_MANUFACTURER_CA,
	KEY_OPERATIONAL_CA,
	KEY_OPERATIONAL_KEY,
	KEY_POLICY,
	KEY_READINGS,
	KEY_JSON_LOG,
	KEY_VALIDITY,
};

/* clang-format off */
static const struct argp_option option_table[] = {
	{ NULL, 0, NULL, 0, "Identity and trust (PEM files):", 1 },
	{ "cert", KEY_CERTIFICATE, "FILE", 0,
	  "the gateway's certificate, with its issuers after it", 0 },
	{ "key", KEY_KEY, "FILE", 0, "its private key", 0 },
	{ "manufacturer-ca", KEY_MANUFACTURER_CA, "FILE", 0,
	  "whose devices may enrol", 0 },
	{ "operational-ca", KEY_OPERATIONAL_CA, "FILE", 0,
	  "the CA that enrols them, with its issuers after it", 0 },
	{ "operational-ca-key", KEY_OPERATIONAL_KEY, "FILE", 0,
	  "that CA's private key", 0 },
	{ "policy", KEY_POLICY, "FILE", 0,
	  "what devices' Evidence must say (JSON, docs/policy.md)", 0 },
	{ NULL, 0, NULL, 0, "Service:", 2 },
	{ "address", KEY_ADDRESS, "ADDRESS", 0,
	  "where to listen: an IP address (default 127.0.0.1)", 0 },
	{ "port", KEY_PORT, "PORT", 0,
	  "UDP port; 0 takes a free one and prints it (default 5684)", 0 },
	{ "readings", KEY_READINGS, "DIR", 0,
	  "where readings are kept, a file for each device "
	  "(default readings)", 0 },
	{ "validity", KEY_VALIDITY, "DAYS", 0,
	  "how long certificates are valid (default 30)", 0 },
	{ NULL, 0, NULL, 0, "Output:", 3 },
	{ "json-log", KEY_JSON_LOG, "FILE", 0,
	  "append every event to FILE as a line of JSON", 0 },
	{ "verbose", 'v', NULL, 0, "show CoAP messages", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};
/* clang-format on */

/* Names the first mandatory option that is missing, if any. */
static void check_mandatory(struct argp_state *state,
			    const struct gateway_options *options)
{
	const struct {
		const char *name;
		const char *value;
	} mandatory[] = {
		{ "cert", options->certificate_file },
		{ "key", options->key_file },
		{ "manufacturer-ca", options->manufacturer_ca_file },
		{ "operational-ca", options->operational_ca_file },
		{ "operational-ca-key", options->operational_key_file },
		{ "policy", options->policy_file },
	};

	for (size_t i = 0; i < sizeof(mandatory) / sizeof(mandatory[0]); i++)
		if (mandatory[i].value == NULL)
			argp_error(state, "--%s is missing", mandatory[i].name);
}

/* Takes options that name files. */
static bool take_file(int key, char *argument, struct gateway_options *options)
{
	const struct {
		int key;
		const char **value;
	} files[] = {
		{ KEY_CERTIFICATE, &options->certificate_file },
		{ KEY_KEY, &options->key_file },
		{ KEY_MANUFACTURER_CA, &options->manufacturer_ca_file },
		{ KEY_OPERATIONAL_CA, &options->operational_ca_file },
		{ KEY_OPERATIONAL_KEY, &options->operational_key_file },
		{ KEY_POLICY, &options->policy_file },
		{ KEY_READINGS, &options->readings_directory },
		{ KEY_JSON_LOG, &options->json_log_file },
	};

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		if (files[i].key == key) {
			*files[i].value = argument;
			return true;
		}
	}
	return false;
}

/* What argp calls for each option. */
static error_t take_option(int key, char *argument, struct argp_state *state)
{
	struct gateway_options *options = state->input;

	if (take_file(key, argument, options))
		return 0;
	switch (key) {
	case KEY_ADDRESS:
		options->address = argument;
		return 0;
	case KEY_PORT:
		if (!number_parse(argument, 0, 65535, &options->port))
			argp_error(state, "--port %s: not a UDP port",
				   argument);
		return 0;
	case KEY_VALIDITY:
		if (!number_parse(argument, 1, VALIDITY_DAYS_MAX,
				  &options->validity_days))
			argp_error(state, "--validity %s: not 1 to %d days",
				   argument, VALIDITY_DAYS_MAX);
		return 0;
	case 'v':
		options->is_verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "%s: unexpected", argument);
		return 0;
	case ARGP_KEY_END:
		check_mandatory(state, options);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void gateway_options_parse(int argc, char **argv,
			   struct gateway_options *options)
{
	static const struct argp argp = {
		.options = option_table,
		.parser = take_option,
		.doc = "Onboards attested sensors: appraises their Evidence "
		       "(DTLS 1.3), enrols them by EST over CoAPS (RFC 9148) "
		       "and keeps their readings."
		       "\vExit status: 0 after SIGINT or SIGTERM, 1 if a file "
		       "or the address cannot be used, 2 for a wrong command "
		       "line.",
	};

	*options = (struct gateway_options){
		.address = "127.0.0.1",
		.port = COAPS_PORT,
		.readings_directory = "readings",
		.validity_days = VALIDITY_DAYS,
	};
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, options);
}
