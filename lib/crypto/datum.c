/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes as GnuTLS takes and gives them. */
#include "crypto/datum.h"

#include <string.h>

gnutls_datum_t datum_of(adtls_bytes_t bytes)
{
	return (gnutls_datum_t){ .data = (void *)bytes.data,
				 .size = (unsigned)bytes.len };
}

void datum_clear(gnutls_datum_t *datum)
{
	bytes_wipe(datum->data, datum->size);
	gnutls_free(datum->data);
	*datum = (gnutls_datum_t){ 0 };
}

gnutls_x509_crt_fmt_t datum_format(adtls_bytes_t bytes)
{
	static const char header[] = "-----BEGIN ";

	if (bytes.len > 0 &&
	    memmem(bytes.data, bytes.len, header, strlen(header)) != NULL)
		return GNUTLS_X509_FMT_PEM;
	return GNUTLS_X509_FMT_DER;
}
