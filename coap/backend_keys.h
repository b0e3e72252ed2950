/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The key material of a coap_dtls_key_t, copied, as libcoap lends it for one
 * call only: what it names is read at once, but for a key in a token. */
#ifndef ADTLS_COAP_BACKEND_KEYS_H
#define ADTLS_COAP_BACKEND_KEYS_H

#include "libcoap_internal.h"

#include <adtls/credentials.h>
#include <gnutls/gnutls.h>

struct backend_keys {
	gnutls_datum_t ca;
	gnutls_datum_t certificate;
	gnutls_datum_t key; /* wiped when freed */
	char *key_url;	    /* PKCS#11, PIN included; wiped when freed */
};

/* Copies @from to @out, which is clear. False, with a line in the log. */
bool backend_keys_copy(struct backend_keys *out, const coap_dtls_key_t *from);
void backend_keys_clear(struct backend_keys *keys);

bool backend_keys_have_key(const struct backend_keys *keys);
/* Adds the anchors of @keys. False, with a line in the log. */
bool backend_keys_add_ca(adtls_credentials_t *credentials,
			 const struct backend_keys *keys);
/* Sets certificate and private key. False, with a line in the log. */
bool backend_keys_set_certificate(adtls_credentials_t *credentials,
				  const struct backend_keys *keys);

/* Sets the private key alone, for a raw public key; a public key beside it must
 * be its own. False, with a line in the log. */
bool backend_keys_set_raw(adtls_credentials_t *credentials,
			  const struct backend_keys *keys);

#define BACKEND_FINGERPRINT_LEN 32

/* What is the same for key material from the same place: a hash of the names
 * of files and tokens, or of the bytes themselves. False without memory. */
bool backend_keys_fingerprint(const coap_dtls_key_t *key,
			      uint8_t out[BACKEND_FINGERPRINT_LEN]);

/* A step that may fail: true if @error is ADTLS_OK, else there is a line in
 * the log about @what, of @name (may be NULL). */
bool backend_is_done(int error, const char *what, const char *name);

#endif
