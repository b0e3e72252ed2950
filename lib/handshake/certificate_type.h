/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* client_certificate_type and server_certificate_type (RFC 7250, RFC 8446
 * §4.4.2): X.509 or raw public keys, each direction for itself. */
#ifndef ADTLS_HANDSHAKE_CERTIFICATE_TYPE_H
#define ADTLS_HANDSHAKE_CERTIFICATE_TYPE_H

#include "handshake/extension_table.h"

/* The rows of the extension table. */
enum hs_extension_answer certificate_type_send(struct handshake *hs,
					       const struct hs_extension *row,
					       enum hs_extension_message message,
					       struct wire_writer *body);
bool certificate_type_receive(struct handshake *hs,
			      const struct hs_extension *row,
			      enum hs_extension_message message,
			      adtls_bytes_t body);

/* As a server: choose which of our keys to show, and how to sign with it.
 * False: hs_fail() has been called. */
bool certificate_type_choose(struct handshake *hs, adtls_bytes_t peer_schemes);
/* Is there a type for each side that shows one? As a server, once handshake keys
 * are in use and it is known whether the client's is wanted, as a client, once
 * EncryptedExtensions has been read. False: hs_fail() has been called. */
bool certificate_type_settle(struct handshake *hs, bool is_client_optional);

#endif
