/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The configurations of a context: one for its clients, one for its servers,
 * made when first needed and again after something changed. */
#ifndef ADTLS_COAP_BACKEND_CONFIG_H
#define ADTLS_COAP_BACKEND_CONFIG_H

#include "backend_pki.h"

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

struct backend_config {
	struct backend_settings settings;
	struct backend_roots roots;
	struct backend_pki pki[2];   /* by adtls_role_t */
	adtls_config_t *sealed[2];   /* NULL: to be made */
	size_t mtu[2];		     /* of what is sealed */
};

void backend_config_clear(struct backend_config *config);
/* Something changed: connections from now on get new configurations. */
void backend_config_renew(struct backend_config *config);
/* The configuration for @role, sealed; borrowed. @session_mtu is libcoap's
 * idea of it. NULL, with a line in the log, if it cannot work. */
adtls_config_t *backend_config_get(struct backend_config *config,
				   adtls_role_t role, size_t session_mtu);

#endif
