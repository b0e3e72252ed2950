/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of adtls-cli's kind. */
#include "telemetry_options.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>

#include "cli/settings.h"

#define MEMBER(member) offsetof(struct telemetry_texts, member)

#define INTERVAL_MAX_MS 86400000
#define INTERVAL_MS	1000

/* clang-format off */
static const struct cli_option sensor_options[] = {
	{ "hostname", "NAME", "that the collector's certificate must have "
	  "(default HOST)", MEMBER(hostname) },
	{ "name", "NAME", "of what is measured (default temperature)",
	  MEMBER(name) },
	{ "value", "NUMBER", "to be sent (default 21.5)", MEMBER(value) },
	{ "interval", "MS", "between readings (default 1000)",
	  MEMBER(interval) },
	{ "count", "N", "readings to be sent (default 0: no end)",
	  MEMBER(count) },
	{ "rebind-every", "N", "take a new socket after N readings, as a NAT "
	  "that has\nforgotten us would", MEMBER(rebind_every) },
	{ "no-answer", NULL, "do not wait for the collector's answers",
	  MEMBER(no_answer) },
	{ 0 },
};
/* clang-format on */

static double read_value(const struct cli_usage *usage, const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (*text == '\0' || *end != '\0' || !isfinite(value))
		cli_usage_fail(usage, "--value %s: not a number", text);
	return value;
}

static unsigned long read_count(const char *option, const char *text)
{
	return text != NULL ? cli_number(option, text, 0, ULONG_MAX) : 0;
}

static void read_texts(const struct cli_usage *usage,
		       struct telemetry_options *out)
{
	struct telemetry_texts *texts = &out->texts;

	if (texts->name == NULL)
		texts->name = "temperature";
	out->value = read_value(usage,
				texts->value != NULL ? texts->value : "21.5");
	out->interval_ms = INTERVAL_MS;
	if (texts->interval != NULL)
		out->interval_ms = (int)cli_number("--interval",
						   texts->interval, 0,
						   INTERVAL_MAX_MS);
	out->count = read_count("--count", texts->count);
	out->rebind_every = read_count("--rebind-every", texts->rebind_every);
}

adtls_config_t *telemetry_options_read(int argc, char **argv,
				       struct telemetry_options *out)
{
	struct cli_settings settings = { 0 };
	const struct cli_usage usage = {
		.program = "telemetry-sensor",
		.synopsis = "HOST[:PORT] --ca FILE [OPTION]...",
		.purpose = "Sends readings to a collector over DTLS 1.3.",
		.sections = {
			{ "Readings", sensor_options, &out->texts },
			{ "Identity and trust", cli_identity_options,
			  &settings.identity },
			{ "Protocol", cli_protocol_options,
			  &settings.protocol },
			{ "Attestation", cli_attester_options,
			  &settings.attester },
			{ "Diagnosis", cli_diagnosis_options,
			  &settings.diagnosis },
		},
		.epilogue = "Exit status: 0 all were sent and answered; 1 the "
			    "collector refused us, or we it;\n2 wrong command "
			    "line or file; 3 network, or some were not "
			    "answered.",
		.operands_min = 1,
		.operands_max = 1,
	};
	char **operands;

	*out = (struct telemetry_options){ 0 };
	cli_options_read(&usage, argc, argv, &operands);
	if (settings.identity.ca == NULL)
		cli_usage_fail(&usage, "--ca is missing");
	read_texts(&usage, out);
	out->address = operands[0];
	return cli_settings_configure(&settings);
}
