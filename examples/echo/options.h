/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command lines of the echo programs. */
#ifndef ECHO_OPTIONS_H
#define ECHO_OPTIONS_H

#include <stdbool.h>

/* The exit statuses of the echo programs. */
enum { ECHO_DONE = 0, ECHO_REFUSED = 1, ECHO_USAGE = 2, ECHO_NETWORK = 3 };

enum echo_program { ECHO_CLIENT = 1, ECHO_SERVER = 2 };

/* As given; NULL or false where not. */
struct echo_options {
	const char *address;
	const char *ca;
	const char *cert;
	const char *key;
	const char *hostname;
	const char *priority;
	const char *forgery_limit;
	const char *mtu;
	const char *text;
	const char *key_log;
	const char *policy;
	const char *attestation_key;
	const char *ueid;
	const char *software;
	const char *measurement;
	bool require_client_cert;
	bool no_cookie;
	bool once;
};

/* Read the command line, or print what is wrong with it and exit. */
void echo_options_read(enum echo_program program, int argc, char **argv,
		       struct echo_options *out);
/* Print "program: message" to stderr and exit. */
__attribute__((noreturn, format(printf, 2, 3))) void
echo_fail(int status, const char *format, ...);

#endif
