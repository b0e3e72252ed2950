/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The DTLS handshake header on the wire, and the names of handshake types. */
#include "messages/handshake_header.h"

bool handshake_fragment_read(struct wire_reader *reader,
			     struct handshake_fragment *out)
{
	uint32_t fragment_len;

	out->type = wire_read_u8(reader);
	out->message_len = wire_read_u24(reader);
	out->message_seq = wire_read_u16(reader);
	out->offset = wire_read_u24(reader);
	fragment_len = wire_read_u24(reader);
	out->data = wire_read_bytes(reader, fragment_len);
	/* A fragment lies within its message, or is nonsense. */
	if (out->offset > out->message_len ||
	    fragment_len > out->message_len - out->offset)
		wire_reader_fail(reader);
	return !reader->failed;
}

void handshake_fragment_write(struct wire_writer *writer,
			      const struct handshake_fragment *fragment)
{
	wire_write_u8(writer, fragment->type);
	wire_write_u24(writer, fragment->message_len);
	wire_write_u16(writer, fragment->message_seq);
	wire_write_u24(writer, fragment->offset);
	wire_write_vector(writer, 3, fragment->data.data, fragment->data.len);
}

const char *handshake_type_name(uint8_t type)
{
	switch (type) {
	case HANDSHAKE_CLIENT_HELLO:
		return "ClientHello";
	case HANDSHAKE_SERVER_HELLO:
		return "ServerHello";
	case HANDSHAKE_NEW_SESSION_TICKET:
		return "NewSessionTicket";
	case HANDSHAKE_ENCRYPTED_EXTENSIONS:
		return "EncryptedExtensions";
	case HANDSHAKE_REQUEST_CONNECTION_ID:
		return "RequestConnectionId";
	case HANDSHAKE_NEW_CONNECTION_ID:
		return "NewConnectionId";
	case HANDSHAKE_CERTIFICATE:
		return "Certificate";
	case HANDSHAKE_CERTIFICATE_REQUEST:
		return "CertificateRequest";
	case HANDSHAKE_CERTIFICATE_VERIFY:
		return "CertificateVerify";
	case HANDSHAKE_FINISHED:
		return "Finished";
	case HANDSHAKE_KEY_UPDATE:
		return "KeyUpdate";
	case HANDSHAKE_ATTESTATION:
		return "Attestation";
	case HANDSHAKE_MESSAGE_HASH:
		return "message_hash";
	default:
		return "unknown";
	}
}
