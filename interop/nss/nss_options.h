/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line of nss_peer.
 */
#ifndef ADTLS_NSS_OPTIONS_H
#define ADTLS_NSS_OPTIONS_H

#include "nss_connection.h"
#include "nss_link.h"

enum { NSS_TEXTS_MAX = 16 };

struct nss_options {
	const char *target; /* HOST:PORT as given; NULL for a server */
	char host[256];
	unsigned int port;
	const char *ca_path;
	const char *certificate_path;
	const char *key_path;
	const char *texts[NSS_TEXTS_MAX]; /* to be echoed */
	unsigned int text_count;
	unsigned int timeout_ms;
	unsigned int idle_ms;
	unsigned int connections; /* one after another */
	struct nss_settings settings;
	struct nss_link link;
};

/* Fill the options from the command line. On misuse a message goes to stderr
 * and the program exits with status 2; --help exits with 0. */
void nss_options_read(struct nss_options *options, int argc, char **argv);

#endif
