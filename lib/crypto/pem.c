/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PEM, on GnuTLS. */
#include <gnutls/gnutls.h>

#include "crypto/datum.h"
#include "crypto/pem.h"

bool crypto_pem_public_key(adtls_bytes_t pem, struct buffer *out_spki)
{
	gnutls_datum_t encoded = datum_of(pem);
	gnutls_datum_t spki = { 0 };
	bool is_found;

	if (gnutls_pem_base64_decode2("PUBLIC KEY", &encoded, &spki) < 0)
		return false;
	is_found = buffer_append(out_spki, spki.data, spki.size);
	gnutls_free(spki.data);
	return is_found;
}
