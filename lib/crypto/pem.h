/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PEM (RFC 7468). */
#ifndef ADTLS_CRYPTO_PEM_H
#define ADTLS_CRYPTO_PEM_H

#include "base/buffer.h"

/* Append the SubjectPublicKeyInfo of the first "PUBLIC KEY" in @pem. False:
 * there is none. */
bool crypto_pem_public_key(adtls_bytes_t pem, struct buffer *out_spki);

#endif
