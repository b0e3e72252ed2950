/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The software attester from options. */
#ifndef ADTLS_CLI_ATTESTER_H
#define ADTLS_CLI_ATTESTER_H

#include <adtls/attester.h>

#include "options.h"

/* As given on the command line; NULL or false: not given. */
struct cli_attester {
	const char *key;
	const char *ueid;
	const char *software;
	const char *measurement;
	const char *firmware;
	bool require_attestation;
};

extern const struct cli_option cli_attester_options[];

/* Names the option or file at fault and exits if there is one. Returns: the
 * attester, for the caller to unref, or NULL: none is asked for. */
adtls_attester_t *cli_attester_new(const struct cli_attester *options);

#endif
