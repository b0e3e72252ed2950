/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the echo programs have of adtls-cli's options, and two of their own. */
#include "options.h"

#include "cli/options.h"
#include "cli/settings.h"

#define CLIENT(member) offsetof(struct echo_client_options, member)
#define SERVER(member) offsetof(struct echo_server_options, member)

/* clang-format off */
static const struct cli_option client_options[] = {
	{ "hostname", "NAME", "that the server's certificate must have "
	  "(default HOST)", CLIENT(hostname) },
	{ "send", "TEXT", "to be echoed (default Hello)", CLIENT(text) },
	{ 0 },
};

static const struct cli_option server_options[] = {
	{ "listen", "ADDRESS[:PORT]", "where; port 0: any", SERVER(address) },
	{ "once", NULL, "exit after one connection", SERVER(once) },
	{ 0 },
};
/* clang-format on */

adtls_config_t *echo_client_options_read(int argc, char **argv,
					 struct echo_client_options *out)
{
	struct cli_settings settings = { 0 };
	const struct cli_usage usage = {
		.program = "echo-client",
		.synopsis = "HOST[:PORT] --ca FILE [OPTION]...",
		.purpose = "Sends a text over DTLS 1.3 and prints what comes "
			   "back.",
		.sections = {
			{ "Echo", client_options, out },
			{ "Identity and trust", cli_identity_options,
			  &settings.identity },
			{ "Protocol", cli_protocol_options,
			  &settings.protocol },
			{ "Attestation", cli_attester_options,
			  &settings.attester },
			{ "Diagnosis", cli_diagnosis_options,
			  &settings.diagnosis },
		},
		.operands_min = 1,
		.operands_max = 1,
	};
	char **operands;

	*out = (struct echo_client_options){ 0 };
	cli_options_read(&usage, argc, argv, &operands);
	if (settings.identity.ca == NULL)
		cli_usage_fail(&usage, "--ca is missing");
	out->address = operands[0];
	return cli_settings_configure(&settings);
}

adtls_config_t *echo_server_options_read(int argc, char **argv,
					 struct echo_server_options *out)
{
	struct cli_settings settings = { 0 };
	const struct cli_usage usage = {
		.program = "echo-server",
		.synopsis = "--listen ADDRESS[:PORT] --cert FILE --key FILE "
			    "[OPTION]...",
		.purpose = "Echoes what its clients send over DTLS 1.3.",
		.sections = {
			{ "Echo", server_options, out },
			{ "Identity and trust", cli_identity_options,
			  &settings.identity },
			{ "Rules for clients", cli_admission_options,
			  &settings.admission },
			{ "Protocol", cli_protocol_options,
			  &settings.protocol },
			{ "Diagnosis", cli_diagnosis_options,
			  &settings.diagnosis },
		},
	};
	char **operands;

	*out = (struct echo_server_options){ 0 };
	cli_options_read(&usage, argc, argv, &operands);
	if (out->address == NULL || settings.identity.cert == NULL)
		cli_usage_fail(&usage, "--listen, --cert and --key are needed");
	return cli_settings_configure(&settings);
}
