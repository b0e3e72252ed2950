/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The gateway's command line.
 */
#ifndef ADTLS_ONBOARDING_GATEWAY_OPTIONS_H
#define ADTLS_ONBOARDING_GATEWAY_OPTIONS_H

#include <stdbool.h>

/* Strings are the command line's own; NULL where optional and not given. */
struct gateway_options {
	const char *address;
	unsigned port;
	const char *certificate_file;
	const char *key_file;
	const char *manufacturer_ca_file;
	const char *operational_ca_file;
	const char *operational_key_file;
	const char *policy_file;
	const char *readings_directory;
	const char *json_log_file;
	unsigned validity_days;
	bool is_verbose;
};

/* Reads the command line; explains itself and exits with status 2 if it is
 * wrong. */
void gateway_options_parse(int argc, char **argv,
			   struct gateway_options *options);

#endif
