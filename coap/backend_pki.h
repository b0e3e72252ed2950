/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an application gave in a coap_dtls_pki_t, for one role: keys,
 * certificates, anchors, and how to check peers.
 *
 * libcoap lends it for one call only, so all of it is copied; files are read
 * at once. What adtls cannot do is refused with a line in the log if it would
 * have made checks stricter, and otherwise only mentioned there: the check that
 * the application would have waived is then made. */
#ifndef ADTLS_COAP_BACKEND_PKI_H
#define ADTLS_COAP_BACKEND_PKI_H

#include "backend_keys.h"
#include "backend_pins.h"
#include "backend_roots.h"

#include <adtls/config.h>

struct backend_pki {
	bool is_set;
	coap_dtls_pki_t setup; /* as given: what it points to may be gone */
	struct backend_keys keys;
	char *server_name; /* a client's; NULL: any name */
};

/* Replaces what is there. False, with a line in the log: nothing is set. */
bool backend_pki_set(struct backend_pki *pki, coap_dtls_role_t role,
		     const coap_dtls_pki_t *setup);
void backend_pki_clear(struct backend_pki *pki);
/* Fill @credentials with @keys, and what it takes to check peers as @pki and
 * @roots say, who may show one of @pins too. False, with a line in the log, if
 * it cannot work, or if nobody would check peers. */
bool backend_pki_fill(const struct backend_pki *pki,
		      const struct backend_keys *keys,
		      const struct backend_roots *roots,
		      const struct backend_pins *pins, coap_dtls_role_t role,
		      adtls_credentials_t *credentials);

/* What a server asks of its clients. */
adtls_client_authentication_t
backend_pki_client_authentication(const struct backend_pki *pki,
				  const struct backend_pins *pins);

#endif
