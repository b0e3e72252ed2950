/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One table of all options; each says which program has it. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#define BOTH	     (ECHO_CLIENT | ECHO_SERVER)
#define TEXT(member) offsetof(struct echo_options, member), true
#define FLAG(member) offsetof(struct echo_options, member), false

static const struct known {
	unsigned programs;
	const char *name;
	size_t offset;
	bool has_value;
	const char *help;
} known[] = {
	/* clang-format off */
	{ ECHO_SERVER, "listen", TEXT(address), "ADDRESS:PORT; port 0: any" },
	{ BOTH, "ca", TEXT(ca), "FILE with the CAs trusted" },
	{ BOTH, "cert", TEXT(cert), "FILE with the own certificate chain" },
	{ BOTH, "key", TEXT(key), "FILE with its private key" },
	{ ECHO_CLIENT, "hostname", TEXT(hostname),
	  "NAME the server's certificate must have (default: HOST)" },
	{ ECHO_CLIENT, "send", TEXT(text), "TEXT to be echoed" },
	{ ECHO_SERVER, "require-client-cert", FLAG(require_client_cert),
	  "refuse clients without a certificate" },
	{ ECHO_SERVER, "no-cookie", FLAG(no_cookie),
	  "check no client's address, if the answer is short enough" },
	{ ECHO_SERVER, "policy", TEXT(policy),
	  "FILE with the attestation policy for clients" },
	{ ECHO_CLIENT, "attestation-key", TEXT(attestation_key),
	  "FILE with the key that signs Evidence" },
	{ ECHO_CLIENT, "ueid", TEXT(ueid), "HEX, the device's identity" },
	{ ECHO_CLIENT, "software", TEXT(software), "NAME of its software" },
	{ ECHO_CLIENT, "measurement", TEXT(measurement),
	  "HEX, the SHA-256 of its software" },
	{ BOTH, "mtu", TEXT(mtu), "BYTES of UDP payload at most" },
	{ BOTH, "priority", TEXT(priority), "GnuTLS priority string" },
	{ BOTH, "forgery-limit", TEXT(forgery_limit),
	  "RECORDS that may fail under one key" },
	{ BOTH, "key-log", TEXT(key_log), "FILE for the traffic secrets" },
	{ ECHO_SERVER, "once", FLAG(once), "exit after one connection" },
	{ BOTH, "help", 0, false, "print this" },
	/* clang-format on */
};

#define KNOWN_COUNT (sizeof(known) / sizeof(known[0]))

void echo_fail(int status, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	exit(status);
}

static void print_usage(FILE *file, enum echo_program program)
{
	fprintf(file, "Usage: %s %s\n\n", program_invocation_short_name,
		program == ECHO_CLIENT ? "HOST:PORT --ca FILE [OPTION]..."
				       : "--listen ADDRESS:PORT --cert FILE "
					 "--key FILE [OPTION]...");
	for (size_t i = 0; i < KNOWN_COUNT; i++)
		if (known[i].programs & program)
			fprintf(file, "  --%-20s %s\n", known[i].name,
				known[i].help);
}

static void usage_error(enum echo_program program)
{
	print_usage(stderr, program);
	exit(ECHO_USAGE);
}

/* The program's options for getopt_long(), numbered as in the table. */
static void list_options(enum echo_program program,
			 struct option out[KNOWN_COUNT + 1])
{
	size_t count = 0;

	for (size_t i = 0; i < KNOWN_COUNT; i++)
		if (known[i].programs & program)
			out[count++] = (struct option){
				.name = known[i].name,
				.has_arg = known[i].has_value,
				.val = (int)i,
			};
	out[count] = (struct option){ 0 };
}

static void take_option(enum echo_program program, const struct known *option,
			struct echo_options *out)
{
	char *member = (char *)out + option->offset;

	if (option->has_value) {
		*(const char **)member = optarg;
	} else if (option->offset != 0) {
		*(bool *)member = true;
	} else {
		print_usage(stdout, program);
		exit(ECHO_DONE);
	}
}

void echo_options_read(enum echo_program program, int argc, char **argv,
		       struct echo_options *out)
{
	struct option options[KNOWN_COUNT + 1];
	int index;

	*out = (struct echo_options){ 0 };
	list_options(program, options);
	while ((index = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (index == '?')
			usage_error(program);
		take_option(program, &known[index], out);
	}
	if (program == ECHO_CLIENT && optind < argc)
		out->address = argv[optind++];
	if (optind != argc || out->address == NULL ||
	    (program == ECHO_CLIENT && out->ca == NULL) ||
	    (program == ECHO_SERVER && out->cert == NULL) ||
	    (out->cert == NULL) != (out->key == NULL))
		usage_error(program);
}
