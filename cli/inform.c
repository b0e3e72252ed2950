/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands that need no network: priorities, policy and reasons. */
#include <adtls/adtls.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "options.h"

#define DESCRIPTION_SIZE 2048
#define MESSAGE_SIZE	 512

/* Codes of reasons have three digits; those not in use have no name. */
#define REASON_MAX 999

int priorities_command(int argc, char **argv)
{
	static const struct cli_usage usage = {
		.program = "adtls-cli priorities",
		.synopsis = "[STRING]",
		.purpose = "Says what a GnuTLS priority string leaves adtls to "
			   "use, the default one if there\nis none.",
		.operands_max = 1,
	};
	char description[DESCRIPTION_SIZE];
	const char *priority = ADTLS_PRIORITY_DEFAULT;
	char **operands;

	if (cli_options_read(&usage, argc, argv, &operands) > 0)
		priority = operands[0];
	if (adtls_priority_describe(priority, description,
				    sizeof(description)) != ADTLS_OK)
		cli_fail(CLI_REFUSED, "%s", description);
	printf("string: %s\n%s", priority, description);
	return CLI_DONE;
}

static void print_line(void *context, const char *line)
{
	(void)context;
	puts(line);
}

static int check_policy(const char *file)
{
	adtls_policy_t *policy;
	char message[MESSAGE_SIZE];
	int result =
		adtls_policy_load_file(file, &policy, message, sizeof(message));

	/* What it says of an unreadable file begins with its name. */
	if (result == ADTLS_E_FILE)
		cli_fail(CLI_USAGE, "%s", message);
	if (result != ADTLS_OK)
		cli_fail(CLI_REFUSED, "%s: %s", file, message);
	adtls_policy_describe(policy, print_line, NULL);
	adtls_policy_unref(policy);
	return CLI_DONE;
}

int policy_command(int argc, char **argv)
{
	static const struct cli_usage usage = {
		.program = "adtls-cli policy",
		.synopsis = "check FILE",
		.purpose = "Says what an attestation policy demands of a peer, "
			   "or what is wrong with it.",
		.operands_min = 2,
		.operands_max = 2,
	};
	char **operands;

	cli_options_read(&usage, argc, argv, &operands);
	if (strcmp(operands[0], "check") != 0)
		cli_usage_fail(&usage, "\"%s\" is not check", operands[0]);
	return check_policy(operands[1]);
}

int reasons_command(int argc, char **argv)
{
	static const struct cli_usage usage = {
		.program = "adtls-cli reasons",
		.synopsis = "",
		.purpose = "Lists why connections end and peers are refused: "
			   "code, name, sentence. Codes and\nnames are stable.",
	};
	char **operands;

	cli_options_read(&usage, argc, argv, &operands);
	for (int code = 0; code <= REASON_MAX; code++) {
		const char *name = adtls_reason_name((adtls_reason_t)code);

		if (strcmp(name, "unknown") != 0)
			printf("%3d  %-27s %s\n", code, name,
			       adtls_reason_describe((adtls_reason_t)code));
	}
	return CLI_DONE;
}
