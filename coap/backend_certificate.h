/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name in a certificate, as libcoap shows it to validate_cn_call_back. */
#ifndef ADTLS_COAP_BACKEND_CERTIFICATE_H
#define ADTLS_COAP_BACKEND_CERTIFICATE_H

#include <adtls/types.h>

/* The first DNS name of the subjectAltName, else the subject's common name.
 * False if there is neither, or it does not fit. */
bool backend_certificate_name(adtls_bytes_t der, char *out, size_t out_len);

#endif
