/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The application's word on a peer's certificate or raw public key:
 * validate_cn_call_back and additional_tls_setup_call_back. */
#ifndef ADTLS_COAP_BACKEND_VERIFY_H
#define ADTLS_COAP_BACKEND_VERIFY_H

#include "backend_pki.h"

#include <adtls/verification.h>

struct backend_context;

/* Set what asks it on @config, for the peers that @pki is about. Returns: as
 * adtls_config_set_verify_callback(). */
int backend_verify_set(struct backend_context *context,
		       const struct backend_pki *pki, adtls_config_t *config);

#endif
