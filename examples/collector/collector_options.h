/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The collector's command line. */
#ifndef ADTLS_COLLECTOR_OPTIONS_H
#define ADTLS_COLLECTOR_OPTIONS_H

#include <adtls/adtls.h>

#include "cli/limits.h"

struct collector_options {
	const char *address;
	const char *output;	/* NULL: standard output */
	const char *statistics;	/* as given */
	bool no_answer;
	struct cli_limits limits;
	unsigned statistics_s;	/* 0: on SIGUSR1 alone */
};

/* Read a command line, or print what is wrong with it and exit. Returns: a
 * sealed configuration; the caller's to unref. */
adtls_config_t *collector_options_read(int argc, char **argv,
				       struct collector_options *out);

#endif
