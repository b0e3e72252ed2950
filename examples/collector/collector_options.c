/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Options of adtls-cli's kind. */
#include "collector_options.h"

#include "cli/address.h"
#include "cli/settings.h"

#define MEMBER(member) offsetof(struct collector_options, member)

#define DEFAULT_ADDRESS "[::]:" CLI_DEFAULT_PORT
#define STATISTICS_MAX_S 86400

/* clang-format off */
static const struct cli_option service_options[] = {
	{ "listen", "ADDRESS[:PORT]", "where (default " DEFAULT_ADDRESS
	  ": IPv6 and IPv4;\nport 0: any)", MEMBER(address) },
	{ "output", "FILE", "append the lines there (default standard output)",
	  MEMBER(output) },
	{ "statistics", "SECONDS", "a line of counters that often, and with "
	  "SIGUSR1", MEMBER(statistics) },
	{ "no-answer", NULL, "do not tell sensors that a reading has come",
	  MEMBER(no_answer) },
	{ 0 },
};
/* clang-format on */

adtls_config_t *collector_options_read(int argc, char **argv,
				       struct collector_options *out)
{
	struct cli_settings settings = { 0 };
	const struct cli_usage usage = {
		.program = "collector",
		.synopsis = "--cert FILE --key FILE [OPTION]...",
		.purpose = "Collects sensors' readings over DTLS 1.3 and "
			   "writes them as lines of JSON.",
		.sections = {
			{ "Service", service_options, out },
			{ "Identity and trust", cli_identity_options,
			  &settings.identity },
			{ "Rules for sensors", cli_admission_options,
			  &settings.admission },
			{ "Limits", cli_limits_options, &out->limits },
			{ "Protocol", cli_protocol_options,
			  &settings.protocol },
			{ "Diagnosis", cli_diagnosis_options,
			  &settings.diagnosis },
		},
		.epilogue = "Exit status: 0 stopped by a signal; 2 wrong "
			    "command line or file; 3 network.",
	};
	char **operands;

	*out = (struct collector_options){ 0 };
	cli_options_read(&usage, argc, argv, &operands);
	if (settings.identity.cert == NULL || settings.identity.key == NULL)
		cli_usage_fail(&usage, "--cert and --key are needed");
	if (out->address == NULL)
		out->address = DEFAULT_ADDRESS;
	if (out->statistics != NULL)
		out->statistics_s = (unsigned)cli_number(
			"--statistics", out->statistics, 1, STATISTICS_MAX_S);
	return cli_settings_configure(&settings);
}
