/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Views as GnuTLS takes them. */
#ifndef ADTLS_CRYPTO_DATUM_H
#define ADTLS_CRYPTO_DATUM_H

#include <gnutls/gnutls.h>

#include <adtls/types.h>

/* For inputs: GnuTLS only reads them, although a datum is not const. */
static inline gnutls_datum_t datum_of(adtls_bytes_t bytes)
{
	return (gnutls_datum_t){ .data = (void *)bytes.data,
				 .size = (unsigned)bytes.len };
}

#endif
