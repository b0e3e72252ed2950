/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows connection_id and rrc of the extension table. */
#ifndef ADTLS_HANDSHAKE_CONNECTION_ID_EXTENSION_H
#define ADTLS_HANDSHAKE_CONNECTION_ID_EXTENSION_H

#include "handshake/handshake.h"

enum hs_extension_answer
send_connection_id(struct handshake *hs, const struct hs_extension *row,
		   enum hs_extension_message message, struct wire_writer *body);
bool receive_connection_id(struct handshake *hs, const struct hs_extension *row,
			   enum hs_extension_message message,
			   adtls_bytes_t body);
enum hs_extension_answer
send_return_routability(struct handshake *hs, const struct hs_extension *row,
			enum hs_extension_message message,
			struct wire_writer *body);
bool receive_return_routability(struct handshake *hs,
				const struct hs_extension *row,
				enum hs_extension_message message,
				adtls_bytes_t body);
/* Does a CID of the peer's leave room for anything else in our datagrams? */
bool connection_id_fits(const struct adtls_config *config, adtls_bytes_t cid);

#endif
