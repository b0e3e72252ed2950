/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* adtls-cli: the tool to try and to debug attested DTLS 1.3 with. */
#include <adtls/adtls.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "options.h"

static const struct {
	const char *name;
	const char *purpose;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "connect", "talk to a server", connect_command },
	{ "serve", "answer clients", serve_command },
	{ "priorities", "say what a priority string means",
	  priorities_command },
	{ "policy", "check an attestation policy", policy_command },
	{ "reasons", "list why connections end", reasons_command },
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *file)
{
	fprintf(file, "Usage: adtls-cli COMMAND [OPTION]...\n"
		      "Tries and debugs attested DTLS 1.3 connections.\n\n"
		      "Commands:\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(file, "  %-12s%s\n", commands[i].name,
			commands[i].purpose);
	fprintf(file, "\n'adtls-cli COMMAND --help' says more, "
		      "'adtls-cli --version' the version.\n\n"
		      "Exit status: 0 done; 1 refused, by the peer or by us; "
		      "2 wrong command line or\nfile; 3 network or "
		      "time-out.\n");
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(name, "--help") == 0) {
		print_help(stdout);
		return CLI_DONE;
	}
	if (strcmp(name, "--version") == 0) {
		printf("adtls-cli %s\n", adtls_check_version(NULL));
		return CLI_DONE;
	}
	if (*name != '\0')
		fprintf(stderr, "adtls-cli: there is no command \"%s\"\n",
			name);
	print_help(stderr);
	return CLI_USAGE;
}
