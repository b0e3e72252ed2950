/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw public keys that peers may show, from adtls_coap_add_pin(). */
#ifndef ADTLS_COAP_BACKEND_PINS_H
#define ADTLS_COAP_BACKEND_PINS_H

#include <adtls/credentials.h>
#include <gnutls/gnutls.h>

#define BACKEND_PINS_MAX 4096

struct backend_pins {
	gnutls_datum_t *items;
	size_t count;
};

/* Returns: as adtls_credentials_add_pin_mem(); ADTLS_E_TOO_LARGE when there are
 * BACKEND_PINS_MAX. */
int backend_pins_add(struct backend_pins *pins, adtls_bytes_t key);
void backend_pins_clear(struct backend_pins *pins);
/* Adds all of them. False, with a line in the log. */
bool backend_pins_fill(const struct backend_pins *pins,
		       adtls_credentials_t *credentials);

#endif
