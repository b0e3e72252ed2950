/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Credentials of a context's configurations: certificates, raw public keys and
 * PSKs, for each name that clients call. */
#ifndef ADTLS_COAP_BACKEND_CREDENTIALS_H
#define ADTLS_COAP_BACKEND_CREDENTIALS_H

#include "backend_config.h"

/* New ones for @kind. NULL, with a line in the log. */
adtls_credentials_t *backend_credentials_new(struct backend_config *from,
					     enum backend_kind kind);
/* Have validate_sni_call_back asked for clients of @config, a server's that is
 * not yet sealed. Returns: as adtls_config_set_server_name_callback(). */
int backend_credentials_set_names(struct backend_config *from,
				  adtls_config_t *config);

#endif
