/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Hello extensions as const records: where each is allowed, who writes it, who
 * reads it. The table in extension_table.c is RFC 8446's, §4.2. */
#ifndef ADTLS_HANDSHAKE_EXTENSION_TABLE_H
#define ADTLS_HANDSHAKE_EXTENSION_TABLE_H

#include "messages/extension.h"

struct handshake;
struct hs_extension;

/* Messages that carry extensions; or-ed in hs_extension.allowed. */
enum hs_extension_message {
	IN_CLIENT_HELLO = 1,
	IN_ENCRYPTED_EXTENSIONS = 2,
	IN_SERVER_HELLO = 4,
	IN_RETRY_REQUEST = 8,
	IN_CERTIFICATE_REQUEST = 16
};

enum hs_extension_answer {
	EXTENSION_OMIT,
	EXTENSION_SEND,
	EXTENSION_FAIL	/* hs_fail() has been called */
};

struct hs_extension {
	uint16_t type;
	const char *name;
	unsigned allowed;
	/* Write the body. NULL: never sent. An answer is only asked for where
	 * the peer offered the extension. */
	enum hs_extension_answer (*send)(struct handshake *hs,
					 const struct hs_extension *row,
					 enum hs_extension_message message,
					 struct wire_writer *body);
	/* Read the body. NULL: ignored. False: hs_fail() has been called. */
	bool (*receive)(struct handshake *hs, const struct hs_extension *row,
			enum hs_extension_message message, adtls_bytes_t body);
	unsigned mandatory;	/* messages that must have it */
};

/* Write the extensions vector of @message. False: hs_fail() has been called. */
bool hs_extensions_write(struct handshake *hs,
			 enum hs_extension_message message,
			 struct wire_writer *writer);
/* Check an extensions vector against the table, then have each row read its
 * body, in the table's order. False: hs_fail() has been called. */
bool hs_extensions_read(struct handshake *hs, enum hs_extension_message message,
			adtls_bytes_t vector);
/* Is @type one that adtls itself uses? */
bool hs_extension_is_ours(uint16_t type);

#endif
