/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* certificate_authorities (RFC 8446 §4.2.4): whom each side trusts, for the
 * other to choose its certificate by. */
#ifndef ADTLS_HANDSHAKE_CERTIFICATE_AUTHORITIES_H
#define ADTLS_HANDSHAKE_CERTIFICATE_AUTHORITIES_H

#include "handshake/extension_table.h"

#include <adtls/credentials.h>

/* Bytes of names that are sent: they share a ClientHello with the rest. */
#define AUTHORITIES_MAX 2048

/* Do the names of the anchors fit? */
bool authorities_fit(const adtls_credentials_t *credentials);

/* The row of the extension table. */
enum hs_extension_answer authorities_send(struct handshake *hs,
					  const struct hs_extension *row,
					  enum hs_extension_message message,
					  struct wire_writer *body);
bool authorities_receive(struct handshake *hs, const struct hs_extension *row,
			 enum hs_extension_message message, adtls_bytes_t body);

#endif
