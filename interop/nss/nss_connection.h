/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One DTLS 1.3 connection of NSS: set up, handshake, echo, close. What
 * happened is collected as JSON members.
 */
#ifndef ADTLS_NSS_CONNECTION_H
#define ADTLS_NSS_CONNECTION_H

#include "nss_credentials.h"

#include <jansson.h>
#include <nspr.h>
#include <ssl.h>

enum { NSS_GROUPS_MAX = 8 };

struct nss_settings {
	bool is_server;
	bool cookie;	   /* server: HelloRetryRequest with a cookie */
	bool client_auth;  /* server: require a client certificate */
	bool short_header; /* send 2-byte record headers after the handshake */
	bool update_keys;  /* update both sides' keys with each text */
	bool tickets;	   /* server: give them; client: resume by them */
	unsigned int until_epoch; /* client; 0: does not matter */
	SSLNamedGroup groups[NSS_GROUPS_MAX]; /* a client's share: the first */
	unsigned int group_count;	      /* 0: NSS's own list */
	const char *protocol; /* of the application (ALPN); NULL: none */
	const char *hostname; /* client: the name in the server's certificate */
	struct nss_credentials *credentials;
	json_t *report; /* borrowed */
};

/* Put DTLS 1.3 on a connected socket; NULL with PR_GetError(). */
PRFileDesc *nss_connection_new(struct nss_settings *settings,
			       PRFileDesc *socket);

/* Complete the handshake until the deadline, and report what was agreed. */
bool nss_connection_handshake(PRFileDesc *connection, json_t *report,
			      PRIntervalTime timeout);

/* Send a text, again each time no answer comes, until it has been echoed. */
bool nss_connection_ask(PRFileDesc *connection, const char *text,
			PRIntervalTime timeout);

/* Repeat the text, unhurried, until both directions have reached the epoch. */
bool nss_connection_ask_until(PRFileDesc *connection,
			      const struct nss_settings *settings,
			      const char *text, PRIntervalTime timeout);

/* Report the epochs in use, before the connection ends. */
void nss_connection_report_epochs(PRFileDesc *connection, json_t *report);

/* Echo until the peer closes, is gone, or is silent for the timeout; the number
 * of messages echoed, or -1. */
int nss_connection_serve(PRFileDesc *connection,
			 const struct nss_settings *settings,
			 PRIntervalTime timeout);

#endif
