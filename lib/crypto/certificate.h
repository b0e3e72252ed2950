/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What GnuTLS does not say about a certificate. */
#ifndef ADTLS_CRYPTO_CERTIFICATE_H
#define ADTLS_CRYPTO_CERTIFICATE_H

#include <adtls/types.h>

/* The SubjectPublicKeyInfo of a certificate in DER, byte for byte as it stands
 * in there. False: not a certificate. */
bool certificate_find_spki(adtls_bytes_t certificate, adtls_bytes_t *out);

/* Is this one SubjectPublicKeyInfo in DER, and nothing behind it? */
bool certificate_is_spki(adtls_bytes_t spki);

#endif
