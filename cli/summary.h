/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What there is to say of a connection, as a line of JSON. */
#ifndef ADTLS_CLI_SUMMARY_H
#define ADTLS_CLI_SUMMARY_H

#include <adtls/adtls.h>

#include "options.h"

struct cli_summary {
	const adtls_engine_t *engine;
	const char *peer; /* its address */
	enum cli_status status;
	const char *exported; /* hexadecimal; NULL: nothing */
};

/* Prints the summary of a connection to stdout. */
void cli_summary_print(const struct cli_summary *summary);

/* Prints to stdout that a server listens. */
void cli_summary_print_listening(const char *address);

#endif
