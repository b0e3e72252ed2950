/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which type of certificate each side shows. The server chooses for both, from
 * what the client offers; without the extensions it is X.509. Raw public keys
 * come first, as they are smaller. */
#include "handshake/certificate_type.h"

#include "handshake/handshake.h"

static const adtls_certificate_type_t preferred[] = {
	ADTLS_CERTIFICATE_RAW_PUBLIC_KEY,
	ADTLS_CERTIFICATE_X509,
};

#define TYPES (sizeof(preferred) / sizeof(preferred[0]))

/* Types as or-ed adtls_peer_types_t; 0 for those that nobody knows here. */
static unsigned bit_of(unsigned type)
{
	switch (type) {
	case ADTLS_CERTIFICATE_X509:
		return ADTLS_PEER_X509;
	case ADTLS_CERTIFICATE_RAW_PUBLIC_KEY:
		return ADTLS_PEER_RAW_PUBLIC_KEY;
	default:
		return 0;
	}
}

static bool is_about_client(const struct hs_extension *row)
{
	return row->type == EXTENSION_CLIENT_CERTIFICATE_TYPE;
}

/* What this side can show. */
static unsigned own_types(const struct handshake *hs)
{
	unsigned types = 0;

	for (size_t i = 0; i < TYPES; i++) {
		if (credentials_key(hs->credentials, preferred[i]) != NULL)
			types |= bit_of(preferred[i]);
	}
	return types;
}

static unsigned accepted_types(const struct handshake *hs)
{
	unsigned types = 0;

	for (size_t i = 0; i < TYPES; i++) {
		if (credentials_accepts(hs->credentials, preferred[i]))
			types |= bit_of(preferred[i]);
	}
	return types;
}

/* A client's offer. X.509 alone goes without saying (RFC 7250 §4.1). */
static enum hs_extension_answer send_offer(unsigned types,
					   struct wire_writer *body)
{
	size_t mark;

	if ((types & ADTLS_PEER_RAW_PUBLIC_KEY) == 0)
		return EXTENSION_OMIT;
	mark = wire_write_begin(body, 1);
	for (size_t i = 0; i < TYPES; i++) {
		if ((types & bit_of(preferred[i])) != 0)
			wire_write_u8(body, (uint8_t)preferred[i]);
	}
	wire_write_end(body, 1, mark);
	return EXTENSION_SEND;
}

enum hs_extension_answer certificate_type_send(struct handshake *hs,
					       const struct hs_extension *row,
					       enum hs_extension_message message,
					       struct wire_writer *body)
{
	bool is_clients = is_about_client(row);

	if (message == IN_CLIENT_HELLO)
		return send_offer(is_clients ? own_types(hs) :
					       accepted_types(hs),
				  body);
	/* No answer about a certificate that is not shown or asked for. */
	if (hs_has_psk(hs) || (is_clients && !hs->client_certificate_requested))
		return EXTENSION_OMIT;
	wire_write_u8(body,
		      (uint8_t)(is_clients ? hs->peer_type : hs->own_type));
	return EXTENSION_SEND;
}

static bool malformed(struct handshake *hs, const struct hs_extension *row)
{
	return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
			 ADTLS_REASON_MALFORMED_MESSAGE, "%s", row->name);
}

static bool receive_offer(struct handshake *hs, const struct hs_extension *row,
			  adtls_bytes_t body)
{
	struct wire_reader outer, reader;
	unsigned types = 0;

	wire_reader_init_bytes(&outer, body);
	wire_reader_init_bytes(&reader,
			       wire_read_vector_bounded(&outer, 1, 1, 255));
	if (!wire_reader_finished(&outer))
		return malformed(hs, row);
	while (wire_reader_more(&reader))
		types |= bit_of(wire_read_u8(&reader));
	if (is_about_client(row))
		hs->client_types = types;
	else
		hs->server_types = types;
	return true;
}

/* The server's choice: one of those that we offered, as the table has seen to
 * it that we offered any. */
bool certificate_type_receive(struct handshake *hs,
			      const struct hs_extension *row,
			      enum hs_extension_message message,
			      adtls_bytes_t body)
{
	struct wire_reader reader;
	unsigned type, offered;

	if (message == IN_CLIENT_HELLO)
		return receive_offer(hs, row, body);
	wire_reader_init_bytes(&reader, body);
	type = wire_read_u8(&reader);
	if (!wire_reader_finished(&reader))
		return malformed(hs, row);
	offered = is_about_client(row) ? own_types(hs) : accepted_types(hs);
	if ((offered & bit_of(type)) == 0)
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_ILLEGAL_PARAMETER,
				 "%s %u was not offered", row->name, type);
	if (is_about_client(row))
		hs->own_type = (adtls_certificate_type_t)type;
	else
		hs->peer_type = (adtls_certificate_type_t)type;
	return true;
}

bool certificate_type_choose(struct handshake *hs, adtls_bytes_t peer_schemes)
{
	unsigned common = hs->server_types & own_types(hs);

	for (size_t i = 0; i < TYPES; i++) {
		if ((common & bit_of(preferred[i])) == 0)
			continue;
		hs->own_type = preferred[i];
		if (hs_choose_scheme(hs, peer_schemes))
			return true;
	}
	/* The client is told once it can believe us. */
	if (common == 0)
		return true;
	return hs_refuse(hs, ADTLS_ALERT_HANDSHAKE_FAILURE,
			 ADTLS_REASON_NO_COMMON_SIGNATURE,
			 "the client accepts no signature of our key");
}

static bool refuse(struct handshake *hs, const char *what)
{
	return hs_refuse(hs, ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
			 ADTLS_REASON_CERTIFICATE_TYPE, "%s", what);
}

static bool settle_server(struct handshake *hs, bool is_client_optional)
{
	unsigned common = hs->client_types & accepted_types(hs);

	if (hs->scheme == NULL)
		return refuse(hs, "the client takes no certificate of a type "
				  "that we have");
	if (!hs->client_certificate_requested)
		return true;
	if (common == 0 && is_client_optional) {
		hs->client_certificate_requested = false;
		return true;
	}
	if (common == 0)
		return refuse(hs, "the client has no certificate of a type "
				  "that we take");
	hs->peer_type = (common & ADTLS_PEER_RAW_PUBLIC_KEY) != 0 ?
				ADTLS_CERTIFICATE_RAW_PUBLIC_KEY :
				ADTLS_CERTIFICATE_X509;
	return true;
}

bool certificate_type_settle(struct handshake *hs, bool is_client_optional)
{
	/* A PSK takes the place of both certificates. */
	if (hs_has_psk(hs))
		return true;
	if (hs->role == ADTLS_SERVER)
		return settle_server(hs, is_client_optional);
	/* A server that has not heard of the extension shows X.509. */
	if (!credentials_accepts(hs->credentials, hs->peer_type))
		return refuse(hs, "the server has no raw public key to show");
	return true;
}
