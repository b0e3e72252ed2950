/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes as GnuTLS takes and gives them. */
#ifndef ADTLS_CRYPTO_DATUM_H
#define ADTLS_CRYPTO_DATUM_H

#include <gnutls/x509.h>

#include "base/buffer.h"

/* A view for an input, which GnuTLS only reads although a datum is not
 * const. */
gnutls_datum_t datum_of(adtls_bytes_t bytes);
/* Wipe and free what GnuTLS allocated. */
void datum_clear(gnutls_datum_t *datum);
/* PEM if there is a PEM header anywhere in it, else DER. */
gnutls_x509_crt_fmt_t datum_format(adtls_bytes_t bytes);

#endif
