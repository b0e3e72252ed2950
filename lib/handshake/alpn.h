/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Application-Layer Protocol Negotiation (RFC 7301). */
#ifndef ADTLS_HANDSHAKE_ALPN_H
#define ADTLS_HANDSHAKE_ALPN_H

#include "base/buffer.h"
#include "handshake/extension_table.h"

/* Bytes of all names that a configuration may have, each with its length:
 * they travel in a ClientHello that is to fit a datagram. */
#define ALPN_NAMES_MAX 512

struct config_alpn {
	struct buffer names; /* as in the extension; empty: no ALPN */
	bool is_mandatory;
};

/* The row of the extension table. */
enum hs_extension_answer alpn_send(struct handshake *hs,
				   const struct hs_extension *row,
				   enum hs_extension_message message,
				   struct wire_writer *body);
bool alpn_receive(struct handshake *hs, const struct hs_extension *row,
		  enum hs_extension_message message, adtls_bytes_t body);
/* Is what came of it good enough to go on? As a server, once handshake keys are
 * in use, as a client, once EncryptedExtensions has been read. False: hs_fail()
 * has been called. */
bool alpn_settle(struct handshake *hs);

#endif
