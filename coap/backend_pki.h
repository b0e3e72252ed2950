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

/* Anchors of the whole context, coap_context_set_pki_root_cas(). */
struct backend_roots {
	char *file; /* NULL: none */
	char *dir;
};

struct backend_pki {
	bool is_set;
	bool verifies_peer; /* a server's clients; servers always are */
	bool own_ca_only; /* check_common_ca: without the context's anchors */
	struct backend_keys keys;
	char *server_name;  /* a client's; NULL: any name */
	coap_dtls_cn_callback_t validate_name;
	void *validate_name_argument;
};

bool backend_roots_set(struct backend_roots *roots, const char *file,
		       const char *dir);
void backend_roots_clear(struct backend_roots *roots);

/* Replaces what is there. False, with a line in the log: nothing is set. */
bool backend_pki_set(struct backend_pki *pki, coap_dtls_role_t role,
		     const coap_dtls_pki_t *setup);
void backend_pki_clear(struct backend_pki *pki);
/* New credentials of @pki and @roots. NULL, with a line in the log, if they
 * are not usable, or without an anchor for peers that are to be verified. */
adtls_credentials_t *backend_pki_credentials(const struct backend_pki *pki,
					     const struct backend_roots *roots,
					     bool verifies_peer);

#endif
