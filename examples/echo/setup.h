/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From options to a configuration and a socket. */
#ifndef ECHO_SETUP_H
#define ECHO_SETUP_H

#include <adtls/adtls.h>
#include <netdb.h>

#include "options.h"

/* Each prints what is wrong and exits if it cannot. */

/* A sealed configuration; the caller's to unref. */
adtls_config_t *echo_config(const struct echo_options *options);
/* The addresses of "HOST:PORT" or "[HOST]:PORT"; the caller's to free with
 * freeaddrinfo(). @out_host receives HOST, a new string. */
struct addrinfo *echo_resolve(const char *address, char **out_host);
/* A UDP socket bound to "ADDRESS:PORT", which is printed as it is. */
int echo_listen(const char *address);

/* Prints why a session failed, if it did. Returns: the exit status. */
int echo_status(const adtls_session_t *session, int result);

#endif
