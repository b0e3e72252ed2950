/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options for what a server takes on. */
#ifndef ADTLS_CLI_LIMITS_H
#define ADTLS_CLI_LIMITS_H

#include <adtls/adtls.h>

#include "options.h"

/* As given on the command line; NULL: not given. */
struct cli_limits {
	const char *handshakes;
	const char *handshakes_per_host;
	const char *start_rate;
	const char *connections;
	const char *memory;
};

extern const struct cli_option cli_limits_options[];

/* Set those that were given, or name the option at fault and exit. */
void cli_limits_set(const struct cli_limits *limits,
		    adtls_endpoint_t *endpoint);

#endif
