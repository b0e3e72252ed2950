/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading the sensor's command line with argp.
 */
#include "sensor_options.h"

#include <argp.h>
#include <coap3/coap.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"

/* The exit status for a wrong command line, also the gateway's. */
#define EXIT_USAGE 2

/* The handshake's own deadline is a minute; as much again for the requests. An
 * hour is enough for anybody. */
#define TIMEOUT_SECONDS	    120
#define TIMEOUT_SECONDS_MAX 3600

#define ATTEMPTS     3
#define ATTEMPTS_MAX 100

/* Options without a short form. */
enum option_key {
	KEY_CA = 256,
	KEY_CERTIFICATE,
	KEY_KEY,
	KEY_FIRMWARE,
	KEY_SOFTWARE,
	KEY_ATTESTATION_KEY,
	KEY_UEID,
	KEY_STATE,
	KEY_JSON,
	KEY_ENROL,
	KEY_RENEW,
	KEY_READING,
	KEY_READING_NAME,
	KEY_READING_UNIT,
	KEY_TIMEOUT,
	KEY_ATTEMPTS,
};

/* clang-format off */
static const struct argp_option option_table[] = {
	{ NULL, 0, NULL, 0,
	  "What to do (enrolling first, reporting last):", 1 },
	{ "enrol", KEY_ENROL, NULL, 0,
	  "get a first certificate for a new key (EST /sen)", 0 },
	{ "renew", KEY_RENEW, NULL, 0,
	  "get the next one (EST /sren)", 0 },
	{ "reading", KEY_READING, "NUMBER", 0,
	  "post a reading; may be given several times", 0 },
	{ "name", KEY_READING_NAME, "NAME", 0,
	  "what the readings measure (default temperature)", 0 },
	{ "unit", KEY_READING_UNIT, "UNIT", 0,
	  "their unit as SenML writes it (default Cel)", 0 },
	{ NULL, 0, NULL, 0, "Identity and trust (PEM files):", 2 },
	{ "ca", KEY_CA, "FILE", 0, "whom the gateway must be certified by", 0 },
	{ "cert", KEY_CERTIFICATE, "FILE", 0,
	  "the manufacturer's certificate for this device", 0 },
	{ "key", KEY_KEY, "FILE", 0, "its private key", 0 },
	{ "state-dir", KEY_STATE, "DIR", 0,
	  "where the operational certificate and key are kept", 0 },
	{ NULL, 0, NULL, 0,
	  "Evidence, by the software attester, which protects nothing and is "
	  "for development:", 3 },
	{ "firmware", KEY_FIRMWARE, "FILE", 0,
	  "the firmware to be measured (SHA-256)", 0 },
	{ "software", KEY_SOFTWARE, "NAME", 0,
	  "the firmware's name (default sensor-firmware)", 0 },
	{ "attestation-key", KEY_ATTESTATION_KEY, "FILE", 0,
	  "private key that signs Evidence (P-256)", 0 },
	{ "ueid", KEY_UEID, "HEX", 0,
	  "this device, 7 to 33 bytes (default: serialNumber in --cert)", 0 },
	{ NULL, 0, NULL, 0, "Running:", 4 },
	{ "timeout", KEY_TIMEOUT, "SECONDS", 0,
	  "for each connection (default 120)", 0 },
	{ "attempts", KEY_ATTEMPTS, "NUMBER", 0,
	  "connections to try for each step if the network fails "
	  "(default 3)", 0 },
	{ "json", KEY_JSON, "FILE", 0,
	  "write a summary of the run to FILE as JSON", 0 },
	{ "verbose", 'v', NULL, 0, "show CoAP messages", 0 },
	{ NULL, 0, NULL, 0, NULL, 0 },
};
/* clang-format on */

/* Takes options that are kept as they are. */
static bool take_string(int key, char *argument, struct sensor_options *options)
{
	const struct {
		int key;
		const char **value;
	} strings[] = {
		{ KEY_CA, &options->ca_file },
		{ KEY_CERTIFICATE, &options->certificate_file },
		{ KEY_KEY, &options->key_file },
		{ KEY_FIRMWARE, &options->firmware_file },
		{ KEY_SOFTWARE, &options->software_name },
		{ KEY_ATTESTATION_KEY, &options->attestation_key_file },
		{ KEY_UEID, &options->ueid },
		{ KEY_STATE, &options->state_directory },
		{ KEY_JSON, &options->json_file },
		{ KEY_READING_NAME, &options->reading_name },
		{ KEY_READING_UNIT, &options->reading_unit },
	};

	for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
		if (strings[i].key == key) {
			*strings[i].value = argument;
			return true;
		}
	}
	return false;
}

/* Takes a reading. */
static void take_reading(struct argp_state *state, const char *argument,
			 struct sensor_options *options)
{
	char *end;
	double value = strtod(argument, &end);

	if (end == argument || *end != '\0' || !isfinite(value))
		argp_error(state, "--reading %s: not a number", argument);
	if (options->reading_count == SENSOR_READINGS_MAX)
		argp_error(state, "--reading: at most %d at a time",
			   SENSOR_READINGS_MAX);
	options->readings[options->reading_count++] = value;
}

/* Takes the gateway's URI. */
static void take_uri(struct argp_state *state, const char *argument,
		     struct sensor_options *options)
{
	coap_uri_t uri;

	if (options->host[0] != '\0')
		argp_error(state, "%s: a second URI", argument);
	if (coap_split_uri((const uint8_t *)argument, strlen(argument), &uri) <
		    0 ||
	    uri.scheme != COAP_URI_SCHEME_COAPS || uri.host.length == 0 ||
	    uri.host.length >= sizeof(options->host) || uri.path.length > 0 ||
	    uri.query.length > 0)
		argp_error(state, "%s: not of the form coaps://HOST[:PORT]",
			   argument);
	memcpy(options->host, uri.host.s, uri.host.length);
	options->port = uri.port;
}

/* Names what is missing, if anything. */
static void check_mandatory(struct argp_state *state,
			    const struct sensor_options *options)
{
	const struct {
		const char *name;
		const char *value;
		bool is_needed;
	} mandatory[] = {
		{ "ca", options->ca_file, true },
		{ "state-dir", options->state_directory, true },
		{ "firmware", options->firmware_file, true },
		{ "attestation-key", options->attestation_key_file, true },
		{ "cert", options->certificate_file,
		  options->is_enrolling || options->ueid == NULL },
		{ "key", options->key_file, options->is_enrolling },
	};

	if (options->host[0] == '\0')
		argp_error(state, "the gateway's URI is missing");
	if (!options->is_enrolling && !options->is_renewing &&
	    options->reading_count == 0)
		argp_error(state,
			   "nothing to do: --enrol, --renew or --reading");
	for (size_t i = 0; i < sizeof(mandatory) / sizeof(mandatory[0]); i++)
		if (mandatory[i].is_needed && mandatory[i].value == NULL)
			argp_error(state, "--%s is missing", mandatory[i].name);
}

/* What argp calls for each option. */
static error_t take_option(int key, char *argument, struct argp_state *state)
{
	struct sensor_options *options = state->input;

	if (take_string(key, argument, options))
		return 0;
	switch (key) {
	case KEY_ENROL:
		options->is_enrolling = true;
		return 0;
	case KEY_RENEW:
		options->is_renewing = true;
		return 0;
	case KEY_READING:
		take_reading(state, argument, options);
		return 0;
	case KEY_TIMEOUT:
		if (!number_parse(argument, 1, TIMEOUT_SECONDS_MAX,
				  &options->timeout_seconds))
			argp_error(state, "--timeout %s: not 1 to %d seconds",
				   argument, TIMEOUT_SECONDS_MAX);
		return 0;
	case KEY_ATTEMPTS:
		if (!number_parse(argument, 1, ATTEMPTS_MAX,
				  &options->attempts))
			argp_error(state, "--attempts %s: not 1 to %d",
				   argument, ATTEMPTS_MAX);
		return 0;
	case 'v':
		options->is_verbose = true;
		return 0;
	case ARGP_KEY_ARG:
		take_uri(state, argument, options);
		return 0;
	case ARGP_KEY_END:
		check_mandatory(state, options);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void sensor_options_parse(int argc, char **argv, struct sensor_options *options)
{
	static const struct argp argp = {
		.options = option_table,
		.parser = take_option,
		.args_doc = "coaps://HOST[:PORT]",
		.doc = "A sensor that attests itself to an onboarding gateway "
		       "(DTLS 1.3), enrols for a certificate by EST over CoAPS "
		       "(RFC 9148) and posts readings with it."
		       "\vExit status: 0 done, 1 a file or key cannot be used, "
		       "2 wrong command line, 3 refused by the gateway, 4 no "
		       "answer from the network, 5 the gateway or its answer "
		       "cannot be trusted.",
	};

	*options = (struct sensor_options){
		.software_name = "sensor-firmware",
		.reading_name = "temperature",
		.reading_unit = "Cel",
		.timeout_seconds = TIMEOUT_SECONDS,
		.attempts = ATTEMPTS,
	};
	argp_err_exit_status = EXIT_USAGE;
	argp_parse(&argp, argc, argv, 0, NULL, options);
}
