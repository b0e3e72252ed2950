/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* record_size_limit (RFC 8449): how large the protected records are that each
 * side takes. */
#ifndef ADTLS_HANDSHAKE_RECORD_SIZE_LIMIT_H
#define ADTLS_HANDSHAKE_RECORD_SIZE_LIMIT_H

#include "handshake/extension_table.h"

/* The least that may be asked for (RFC 8449 §4). */
#define RECORD_SIZE_LIMIT_MIN 64

enum hs_extension_answer
record_size_limit_send(struct handshake *hs, const struct hs_extension *row,
		       enum hs_extension_message message,
		       struct wire_writer *body);
bool record_size_limit_receive(struct handshake *hs,
			       const struct hs_extension *row,
			       enum hs_extension_message message,
			       adtls_bytes_t body);

#endif
