/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command lines of the echo programs, in the words of adtls-cli. */
#ifndef ECHO_OPTIONS_H
#define ECHO_OPTIONS_H

#include <adtls/adtls.h>
#include <stdbool.h>

/* As given; NULL or false where not. */
struct echo_client_options {
	const char *address;
	const char *hostname;
	const char *text;
};

struct echo_server_options {
	const char *address;
	bool once;
};

/* Read a command line, or print what is wrong with it and exit. Returns: a
 * sealed configuration; the caller's to unref. */
adtls_config_t *echo_client_options_read(int argc, char **argv,
					 struct echo_client_options *out);
adtls_config_t *echo_server_options_read(int argc, char **argv,
					 struct echo_server_options *out);

#endif
