/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configurations of a context, made when first needed and again after
 * something changed. */
#ifndef ADTLS_COAP_BACKEND_CONFIG_H
#define ADTLS_COAP_BACKEND_CONFIG_H

#include "backend_names.h"
#include "backend_pki.h"
#include "backend_psk.h"
#include "backend_roots.h"
#include "backend_tickets.h"

#include <adtls/coap.h>

/* What adtls_coap_set_...() said. References are held. */
struct backend_settings {
	adtls_policy_t *policy;
	adtls_verifier_t *verifier;
	adtls_attester_t *attester;
	void (*key_log)(void *argument, const char *line);
	void *key_log_argument;
	void (*trace)(void *argument, const char *line);
	void *trace_argument;
	adtls_coap_configure_func configure;
	void *configure_argument;
	size_t mtu; /* 0: libcoap's */
};

/* Clients with certificates and with PSKs do not mix: what a session was made
 * with is all that it offers. A server takes both kinds. */
enum backend_kind {
	BACKEND_SERVER,
	BACKEND_CLIENT,
	BACKEND_CLIENT_PSK,
	BACKEND_KINDS
};

adtls_role_t backend_role_of(enum backend_kind kind);

/* Whose PSK a server is asked for: libcoap's callbacks want to know. */
struct backend_visitor {
	coap_session_t *session; /* NULL: nobody's */
	struct backend_psk_choice choice;
};

struct backend_config {
	struct backend_context *context; /* whose it is */
	struct backend_settings settings;
	struct backend_roots roots;
	struct backend_pki pki[2];   /* by adtls_role_t */
	struct backend_pins pins[2]; /* what the peers of the role may show */
	struct backend_names names;
	struct backend_tickets tickets; /* of clients */
	unsigned generation; /* counts what backend_config_renew() ended */
	bool refuses_nameless; /* as validate_sni_call_back said */
	struct backend_client_psk client_psk;
	struct backend_server_psk server_psk;
	struct backend_visitor visitor;
	adtls_config_t *sealed[BACKEND_KINDS]; /* NULL: to be made */
	size_t mtu[BACKEND_KINDS];	       /* of what is sealed */
};

struct backend_context;

void backend_config_init(struct backend_config *config,
			 struct backend_context *context);
void backend_config_clear(struct backend_config *config);
/* Something changed: connections from now on get new configurations. */
void backend_config_renew(struct backend_config *config);
/* The configuration of @kind, sealed; borrowed. @session_mtu is libcoap's idea
 * of it. NULL, with a line in the log, if it cannot work. */
adtls_config_t *backend_config_get(struct backend_config *config,
				   enum backend_kind kind, size_t session_mtu);
/* The same for a client's session, and its server's name (NULL: any). */
adtls_config_t *backend_config_of_client(struct backend_config *config,
					 coap_session_t *session,
					 size_t session_mtu,
					 const char **out_server_name);
/* Is there anything that a server can show? */
bool backend_config_has_server(const struct backend_config *config);

#endif
