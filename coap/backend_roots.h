/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Anchors, and the revocation lists beside them. */
#ifndef ADTLS_COAP_BACKEND_ROOTS_H
#define ADTLS_COAP_BACKEND_ROOTS_H

#include <adtls/credentials.h>
#include <gnutls/gnutls.h>

/* Anchors of the whole context, coap_context_set_pki_root_cas(). */
struct backend_roots {
	char *file; /* NULL: none */
	char *dir;
};

bool backend_roots_set(struct backend_roots *roots, const char *file,
		       const char *dir);
void backend_roots_clear(struct backend_roots *roots);
bool backend_roots_are_there(const struct backend_roots *roots);

/* Adds the anchors. False, with a line in the log. */
bool backend_roots_fill(const struct backend_roots *roots,
			adtls_credentials_t *credentials);
/* Adds the revocation lists, in PEM, that are in @roots or @ca, and adds their
 * files' number to *@count. False, with a line in the log. */
bool backend_roots_add_crls(const struct backend_roots *roots,
			    adtls_credentials_t *credentials, unsigned *count);
bool backend_roots_add_crls_of(const gnutls_datum_t *ca,
			       adtls_credentials_t *credentials,
			       unsigned *count);

#endif
