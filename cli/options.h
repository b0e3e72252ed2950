/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Command lines: tables of options, read and explained in one way. */
#ifndef ADTLS_CLI_OPTIONS_H
#define ADTLS_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

/* The exit statuses. */
enum cli_status {
	CLI_DONE = 0,
	CLI_REFUSED = 1, /* by a peer, by us, or as no good */
	CLI_USAGE = 2,	 /* command line, files and what is in them */
	CLI_NETWORK = 3	 /* sockets, names and time-outs */
};

/* An option, and where its value goes. */
struct cli_option {
	const char *name;
	const char *argument; /* what it is called in the help; NULL: a flag */
	const char *help;     /* one line or more */
	size_t offset; /* in the section's target: a const char * or a bool */
};

/* Options that belong together. */
struct cli_section {
	const char *title;		  /* NULL: go on with the last one */
	const struct cli_option *options; /* up to one without a name */
	void *target; /* zeroed; receives pointers into the command line */
};

#define CLI_SECTIONS_MAX 8

/* A command line: what it may hold, and what --help says of it. */
struct cli_usage {
	const char *program; /* "adtls-cli connect" */
	const char *synopsis;
	const char *purpose;
	struct cli_section sections[CLI_SECTIONS_MAX]; /* no options: the end */
	const char *epilogue;			       /* or NULL */
	int operands_min;
	int operands_max;
};

/* Reads a command line, of which argv[0] is not looked at; explains itself and
 * exits for --help, and complains and exits if something is wrong with it.
 * Returns: how many operands there are, the first of them in *@out_operands. */
int cli_options_read(const struct cli_usage *usage, int argc, char **argv,
		     char ***out_operands);

/* Complains that the command line is wrong, names --help, and exits. */
__attribute__((noreturn, format(printf, 2, 3))) void
cli_usage_fail(const struct cli_usage *usage, const char *format, ...);

/* Prints "program: message" to stderr and exits. */
__attribute__((noreturn, format(printf, 2, 3))) void
cli_fail(enum cli_status status, const char *format, ...);

/* A decimal number from @min to @max, or complains of the option and exits. */
unsigned long cli_number(const char *option, const char *text,
			 unsigned long min, unsigned long max);

#endif
