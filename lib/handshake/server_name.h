/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* server_name (RFC 6066 §3): the credentials of a server that goes by several
 * names. */
#ifndef ADTLS_HANDSHAKE_SERVER_NAME_H
#define ADTLS_HANDSHAKE_SERVER_NAME_H

#include "handshake/extension_table.h"

#include <adtls/config.h>

/* Longest name, RFC 1035 §2.3.4. */
#define SERVER_NAME_MAX 255
/* A server with more names than this asks a callback. */
#define SERVER_NAMES_MAX 1024

struct server_name {
	char *pattern;	/* "gateway.example", "*.example" */
	adtls_credentials_t *credentials;
};

struct config_server_names {
	struct server_name *names;
	size_t count;
	adtls_server_name_func choose;
	void *context;
	bool refuses_others;
};

void server_names_clear(struct config_server_names *names);
/* The credentials of all names of a configuration, the default ones first. NULL
 * behind the last. */
adtls_credentials_t *config_credentials(const struct adtls_config *config,
					size_t index);

/* Is @name one that a client may call? */
bool server_name_is_valid(adtls_bytes_t name);
/* The credentials for a client that calls @name (empty: that calls no name): a
 * reference for the caller. *@out_is_known: whether the name chose them; else
 * they are the default ones. */
adtls_credentials_t *server_name_credentials(const struct adtls_config *config,
					     adtls_bytes_t name,
					     bool *out_is_known);

/* As a server: take the credentials for the name that the client calls. False:
 * hs_fail() has been called. */
bool server_name_choose(struct handshake *hs, adtls_bytes_t name);
/* As a server, once handshake keys are in use: is the name one of ours, if it
 * must be? False: hs_fail() has been called. */
bool server_name_settle(struct handshake *hs);

/* The row of the extension table. */
enum hs_extension_answer server_name_send(struct handshake *hs,
					  const struct hs_extension *row,
					  enum hs_extension_message message,
					  struct wire_writer *body);
bool server_name_receive(struct handshake *hs, const struct hs_extension *row,
			 enum hs_extension_message message, adtls_bytes_t body);

#endif
