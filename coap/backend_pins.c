/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pinned keys, kept until credentials are made. */
#include "backend_pins.h"

#include "backend_keys.h"

#include <adtls/error.h>
#include <adtls/verification.h>
#include <stdlib.h>
#include <string.h>

/* Is it a key that can be pinned? */
static int check(adtls_bytes_t key)
{
	adtls_credentials_t *credentials;
	int error = adtls_credentials_new(0, &credentials);

	if (error != ADTLS_OK)
		return error;
	error = adtls_credentials_add_pin_mem(credentials, key);
	adtls_credentials_unref(credentials);
	return error;
}

int backend_pins_add(struct backend_pins *pins, adtls_bytes_t key)
{
	int error = check(key);
	gnutls_datum_t *grown;

	if (error != ADTLS_OK)
		return error;
	if (pins->count == BACKEND_PINS_MAX)
		return ADTLS_E_TOO_LARGE;
	grown = realloc(pins->items, (pins->count + 1) * sizeof(*grown));
	if (grown == NULL)
		return ADTLS_E_MEMORY;
	pins->items = grown;
	grown += pins->count;
	grown->data = gnutls_malloc(key.len);
	if (grown->data == NULL)
		return ADTLS_E_MEMORY;
	memcpy(grown->data, key.data, key.len);
	grown->size = (unsigned)key.len;
	pins->count++;
	return ADTLS_OK;
}

void backend_pins_clear(struct backend_pins *pins)
{
	for (size_t i = 0; i < pins->count; i++)
		gnutls_free(pins->items[i].data);
	free(pins->items);
	*pins = (struct backend_pins){ 0 };
}

bool backend_pins_fill(const struct backend_pins *pins,
		       adtls_credentials_t *credentials)
{
	int error = ADTLS_OK;

	for (size_t i = 0; error == ADTLS_OK && i < pins->count; i++)
		error = adtls_credentials_add_pin_mem(
			credentials, (adtls_bytes_t){ pins->items[i].data,
						      pins->items[i].size });
	return backend_is_done(error, "pinned key", NULL);
}
