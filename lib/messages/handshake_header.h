/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The DTLS handshake header (RFC 9147 §5.2) and the handshake types. */
#ifndef ADTLS_MESSAGES_HANDSHAKE_HEADER_H
#define ADTLS_MESSAGES_HANDSHAKE_HEADER_H

#include "base/wire.h"

#define HANDSHAKE_HEADER_LEN 12

enum handshake_type {
	HANDSHAKE_CLIENT_HELLO = 1,
	HANDSHAKE_SERVER_HELLO = 2,
	HANDSHAKE_NEW_SESSION_TICKET = 4,
	HANDSHAKE_ENCRYPTED_EXTENSIONS = 8,
	HANDSHAKE_REQUEST_CONNECTION_ID = 9,
	HANDSHAKE_NEW_CONNECTION_ID = 10,
	HANDSHAKE_CERTIFICATE = 11,
	HANDSHAKE_CERTIFICATE_REQUEST = 13,
	HANDSHAKE_CERTIFICATE_VERIFY = 15,
	HANDSHAKE_FINISHED = 20,
	HANDSHAKE_KEY_UPDATE = 24,
	HANDSHAKE_ATTESTATION = 224,
	HANDSHAKE_MESSAGE_HASH = 254
};

struct handshake_fragment {
	uint8_t type;
	uint32_t message_len;		/* of the whole body */
	uint16_t message_seq;
	uint32_t offset;
	adtls_bytes_t data;
};

/* Read one fragment, which may be followed by others in the same record. */
bool handshake_fragment_read(struct wire_reader *reader,
			     struct handshake_fragment *out);
void handshake_fragment_write(struct wire_writer *writer,
			      const struct handshake_fragment *fragment);
/* The RFC's name, "ClientHello"; "unknown" for others. */
const char *handshake_type_name(uint8_t type);

#endif
