/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the CoAP test programs give to libcoap for (D)TLS, of their options. All
 * callbacks print what they were asked. */
#ifndef ADTLS_COAP_PROGRAM_CREDENTIALS_H
#define ADTLS_COAP_PROGRAM_CREDENTIALS_H

#include "program.h"

coap_dtls_pki_t make_pki(const struct options *options);
coap_dtls_cpsk_t make_client_psk(const struct options *options);
coap_dtls_spsk_t make_server_psk(const struct options *options);

#endif
