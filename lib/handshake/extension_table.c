/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The extension table, RFC 8446 §4.2, and the two walks over it.
 *
 * Rows come from three places, in this order: the base protocol (here), the
 * layer (attestation), the application; pre_shared_key is the last. A server reads the base extensions of
 * a ClientHello in hello_offer.c, where the front door needs them too. */
#include "handshake/handshake.h"

#include "handshake/alpn.h"
#include "handshake/certificate_authorities.h"
#include "handshake/certificate_type.h"
#include "handshake/connection_id_extension.h"
#include "handshake/record_size_limit.h"
#include "handshake/server_name.h"
#include "messages/hello_extensions.h"

#include <string.h>

static enum hs_extension_answer
send_supported_versions(struct handshake *hs, const struct hs_extension *row,
			enum hs_extension_message message,
			struct wire_writer *body)
{
	static const uint16_t version = HELLO_VERSION_DTLS13;

	(void)hs;
	(void)row;
	if (message == IN_CLIENT_HELLO)
		number_list_write(body, 1, &version, 1);
	else
		wire_write_u16(body, version);
	return EXTENSION_SEND;
}

static bool receive_supported_versions(struct handshake *hs,
				       const struct hs_extension *row,
				       enum hs_extension_message message,
				       adtls_bytes_t body)
{
	uint16_t version;

	(void)row;
	if (message == IN_CLIENT_HELLO)
		return true;
	if (!number_read(body, &version))
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE,
				 "supported_versions");
	if (version != HELLO_VERSION_DTLS13)
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_VERSION,
				 "the server selected version %04x", version);
	return true;
}

static enum hs_extension_answer
send_supported_groups(struct handshake *hs, const struct hs_extension *row,
		      enum hs_extension_message message,
		      struct wire_writer *body)
{
	const struct priority *priority = &hs->config->priority;
	uint16_t groups[PRIORITY_LIST_MAX];

	(void)row;
	if (message != IN_CLIENT_HELLO)
		return EXTENSION_OMIT;
	for (size_t i = 0; i < priority->group_count; i++)
		groups[i] = priority->groups[i]->id;
	number_list_write(body, 2, groups, priority->group_count);
	return EXTENSION_SEND;
}

static enum hs_extension_answer
send_signature_algorithms(struct handshake *hs, const struct hs_extension *row,
			  enum hs_extension_message message,
			  struct wire_writer *body)
{
	const struct priority *priority = &hs->config->priority;
	uint16_t schemes[PRIORITY_LIST_MAX];

	(void)row;
	(void)message;
	for (size_t i = 0; i < priority->scheme_count; i++)
		schemes[i] = priority->schemes[i]->id;
	number_list_write(body, 2, schemes, priority->scheme_count);
	return EXTENSION_SEND;
}

/* CertificateRequest's list: choose what we would sign with. */
static bool receive_signature_algorithms(struct handshake *hs,
					 const struct hs_extension *row,
					 enum hs_extension_message message,
					 adtls_bytes_t body)
{
	adtls_bytes_t schemes;

	(void)row;
	if (message != IN_CERTIFICATE_REQUEST)
		return true;
	if (!number_list_read(body, 2, &schemes))
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE,
				 "signature_algorithms");
	hs_choose_scheme(hs, schemes);
	return true;
}

/* What certificates may be signed with: we have one chain, and send it whatever
 * the list says (RFC 8446 §4.4.2.2). Our own list is in signature_algorithms. */
static bool receive_signature_algorithms_cert(struct handshake *hs,
					      const struct hs_extension *row,
					      enum hs_extension_message message,
					      adtls_bytes_t body)
{
	adtls_bytes_t schemes;

	(void)message;
	if (!number_list_read(body, 2, &schemes))
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE, "%s",
				 row->name);
	return true;
}

static enum hs_extension_answer
send_key_share(struct handshake *hs, const struct hs_extension *row,
	       enum hs_extension_message message, struct wire_writer *body)
{
	const struct crypto_group *group =
		crypto_key_exchange_group(hs->key_exchange);
	adtls_bytes_t share = crypto_key_exchange_share(hs->key_exchange);
	size_t mark;

	(void)row;
	if (message != IN_CLIENT_HELLO) {
		key_share_write(body, group->id, share);
		return EXTENSION_SEND;
	}
	mark = wire_write_begin(body, 2);
	key_share_write(body, group->id, share);
	wire_write_end(body, 2, mark);
	return EXTENSION_SEND;
}

/* HelloRetryRequest: the group to try instead (RFC 8446 §4.2.8). */
static bool receive_retry_group(struct handshake *hs, adtls_bytes_t body)
{
	const struct priority *priority = &hs->config->priority;
	uint16_t id;

	if (!number_read(body, &id))
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE, "key_share");
	for (size_t i = 0; i < priority->group_count; i++) {
		if (priority->groups[i]->id == id)
			hs->retry_group = priority->groups[i];
	}
	if (hs->retry_group == NULL ||
	    hs->retry_group == crypto_key_exchange_group(hs->key_exchange))
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_BAD_KEY_SHARE,
				 "HelloRetryRequest asks for group %04x, which "
				 "is not offered or already there", id);
	return true;
}

static bool receive_key_share(struct handshake *hs,
			      const struct hs_extension *row,
			      enum hs_extension_message message,
			      adtls_bytes_t body)
{
	struct key_share share;

	(void)row;
	if (message == IN_CLIENT_HELLO)
		return true;
	if (message == IN_RETRY_REQUEST)
		return receive_retry_group(hs, body);
	if (!key_share_read(body, &share))
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE, "key_share");
	if (share.group != crypto_key_exchange_group(hs->key_exchange)->id)
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_BAD_KEY_SHARE,
				 "the server's share is of group %04x, ours is "
				 "not", share.group);
	hs->peer_share = share.exchange;
	return true;
}

/* HelloRetryRequest's, to be given back (RFC 8446 §4.2.2). */
static bool receive_cookie(struct handshake *hs, const struct hs_extension *row,
			   enum hs_extension_message message,
			   adtls_bytes_t body)
{
	adtls_bytes_t cookie;

	(void)row;
	if (message != IN_RETRY_REQUEST)
		return true;
	if (!cookie_read(body, &cookie))
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE, "cookie");
	if (!buffer_set(&hs->cookie, cookie.data, cookie.len)) {
		hs_fail_memory(hs);
		return false;
	}
	return true;
}

static const struct hs_extension base_rows[] = {
	{ EXTENSION_SUPPORTED_VERSIONS, "supported_versions",
	  IN_CLIENT_HELLO | IN_SERVER_HELLO | IN_RETRY_REQUEST,
	  send_supported_versions, receive_supported_versions,
	  IN_SERVER_HELLO | IN_RETRY_REQUEST },
	{ EXTENSION_SERVER_NAME, "server_name",
	  IN_CLIENT_HELLO | IN_ENCRYPTED_EXTENSIONS,
	  server_name_send, server_name_receive, 0 },
	{ EXTENSION_SUPPORTED_GROUPS, "supported_groups",
	  IN_CLIENT_HELLO | IN_ENCRYPTED_EXTENSIONS,
	  send_supported_groups, NULL, 0 },
	{ EXTENSION_SIGNATURE_ALGORITHMS, "signature_algorithms",
	  IN_CLIENT_HELLO | IN_CERTIFICATE_REQUEST,
	  send_signature_algorithms, receive_signature_algorithms,
	  IN_CERTIFICATE_REQUEST },
	{ EXTENSION_ALPN, "application_layer_protocol_negotiation",
	  IN_CLIENT_HELLO | IN_ENCRYPTED_EXTENSIONS, alpn_send, alpn_receive,
	  0 },
	{ EXTENSION_CLIENT_CERTIFICATE_TYPE, "client_certificate_type",
	  IN_CLIENT_HELLO | IN_ENCRYPTED_EXTENSIONS,
	  certificate_type_send, certificate_type_receive, 0 },
	{ EXTENSION_SERVER_CERTIFICATE_TYPE, "server_certificate_type",
	  IN_CLIENT_HELLO | IN_ENCRYPTED_EXTENSIONS,
	  certificate_type_send, certificate_type_receive, 0 },
	{ EXTENSION_CERTIFICATE_AUTHORITIES, "certificate_authorities",
	  IN_CLIENT_HELLO | IN_CERTIFICATE_REQUEST,
	  authorities_send, authorities_receive, 0 },
	{ EXTENSION_RECORD_SIZE_LIMIT, "record_size_limit",
	  IN_CLIENT_HELLO | IN_ENCRYPTED_EXTENSIONS, record_size_limit_send,
	  record_size_limit_receive, 0 },
	{ EXTENSION_SIGNATURE_ALGORITHMS_CERT, "signature_algorithms_cert",
	  IN_CLIENT_HELLO | IN_CERTIFICATE_REQUEST,
	  NULL, receive_signature_algorithms_cert, 0 },
	{ EXTENSION_COOKIE, "cookie", IN_CLIENT_HELLO | IN_RETRY_REQUEST,
	  NULL, receive_cookie, 0 },
	{ EXTENSION_KEY_SHARE, "key_share",
	  IN_CLIENT_HELLO | IN_SERVER_HELLO | IN_RETRY_REQUEST,
	  send_key_share, receive_key_share, IN_SERVER_HELLO },
	{ EXTENSION_CONNECTION_ID, "connection_id",
	  IN_CLIENT_HELLO | IN_SERVER_HELLO,
	  send_connection_id, receive_connection_id, 0 },
	/* Behind connection_id, which it depends on. */
	{ EXTENSION_RRC, "rrc", IN_CLIENT_HELLO | IN_SERVER_HELLO,
	  send_return_routability, receive_return_routability, 0 },
};

/* Behind all others: pre_shared_key must be the last extension of all. */
static const struct hs_extension *const last_rows[] = {
	&hs_psk_modes_row,
	&hs_psk_row,
};

#define LAST_ROWS (sizeof(last_rows) / sizeof(last_rows[0]))
#define BASE_ROWS (sizeof(base_rows) / sizeof(base_rows[0]))

bool hs_extension_is_ours(uint16_t type)
{
	if (type == hs_psk_row.type || type == hs_psk_modes_row.type)
		return true;
	for (size_t i = 0; i < BASE_ROWS; i++) {
		if (base_rows[i].type == type)
			return true;
	}
	return type >= EXTENSION_EVIDENCE_REQUEST &&
	       type <= EXTENSION_RESULTS_PROPOSAL;
}

/* Row @index of the whole table, or NULL behind the last. */
static const struct hs_extension *row_at(const struct handshake *hs,
					 size_t index)
{
	const struct adtls_config *config = hs->config;
	size_t layer_rows =
		config->layer != NULL ? config->layer->extension_count : 0;

	if (index < BASE_ROWS)
		return &base_rows[index];
	index -= BASE_ROWS;
	if (index < layer_rows)
		return &config->layer->extensions[index];
	index -= layer_rows;
	if (index < config->extension_count)
		return &config->extensions[index].row;
	index -= config->extension_count;
	return index < LAST_ROWS ? last_rows[index] : NULL;
}

static bool was_offered(const struct handshake *hs, size_t index)
{
	return (hs->offered[index / 64] >> (index % 64) & 1) != 0;
}

static void mark_offered(struct handshake *hs, size_t index)
{
	hs->offered[index / 64] |= (uint64_t)1 << (index % 64);
}

/* An answer needs an offer; requests (ClientHello, CertificateRequest) do not. */
static bool is_answer(enum hs_extension_message message)
{
	return message == IN_SERVER_HELLO || message == IN_RETRY_REQUEST ||
	       message == IN_ENCRYPTED_EXTENSIONS;
}

static bool write_row(struct handshake *hs, const struct hs_extension *row,
		      size_t index, enum hs_extension_message message,
		      struct wire_writer *writer)
{
	size_t start = writer->len;
	size_t mark = extension_begin(writer, row->type);

	switch (row->send(hs, row, message, writer)) {
	case EXTENSION_SEND:
		extension_end(writer, mark);
		if (message == IN_CLIENT_HELLO)
			mark_offered(hs, index);
		return true;
	case EXTENSION_OMIT:
		writer->len = start;
		return true;
	default:
		return false;
	}
}

bool hs_extensions_write(struct handshake *hs,
			 enum hs_extension_message message,
			 struct wire_writer *writer)
{
	size_t mark = wire_write_begin(writer, 2);
	const struct hs_extension *row;

	for (size_t i = 0; (row = row_at(hs, i)) != NULL; i++) {
		if ((row->allowed & message) == 0 || row->send == NULL)
			continue;
		if (is_answer(message) && !was_offered(hs, i))
			continue;
		if (!write_row(hs, row, i, message, writer))
			return false;
	}
	wire_write_end(writer, 2, mark);
	if (writer->failed)
		return hs_refuse(hs, ADTLS_ALERT_INTERNAL_ERROR,
				 ADTLS_REASON_INTERNAL,
				 "the extensions do not fit the message");
	return true;
}

/* Is what the peer sent allowed here at all? A client ignores no answer; unknown
 * requests are ignored (RFC 8446 §4.2). */
static bool check_allowed(struct handshake *hs,
			  enum hs_extension_message message,
			  const struct extension *item)
{
	const struct hs_extension *row;

	for (size_t i = 0; (row = row_at(hs, i)) != NULL; i++) {
		if (row->type != item->type)
			continue;
		if ((row->allowed & message) == 0)
			return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
					 ADTLS_REASON_ILLEGAL_EXTENSION,
					 "%s does not belong here", row->name);
		if (is_answer(message) && !was_offered(hs, i) &&
		    !(message == IN_RETRY_REQUEST &&
		      row->type == EXTENSION_COOKIE))
			return hs_refuse(hs, ADTLS_ALERT_UNSUPPORTED_EXTENSION,
					 ADTLS_REASON_ILLEGAL_EXTENSION,
					 "%s was not offered", row->name);
		if (message == IN_CLIENT_HELLO)
			mark_offered(hs, i);
		return true;
	}
	if (is_answer(message))
		return hs_refuse(hs, ADTLS_ALERT_UNSUPPORTED_EXTENSION,
				 ADTLS_REASON_ILLEGAL_EXTENSION,
				 "extension %u was not offered", item->type);
	return true;
}

bool hs_extensions_read(struct handshake *hs, enum hs_extension_message message,
			adtls_bytes_t vector)
{
	const struct hs_extension *row;
	struct extension_list list;

	switch (extension_list_read(vector, &list)) {
	case EXTENSION_LIST_OK:
		break;
	case EXTENSION_LIST_MALFORMED:
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE, "extensions");
	case EXTENSION_LIST_DUPLICATE:
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_ILLEGAL_EXTENSION,
				 "an extension is there twice");
	}
	for (size_t i = 0; i < list.count; i++) {
		if (!check_allowed(hs, message, &list.items[i]))
			return false;
	}
	for (size_t i = 0; (row = row_at(hs, i)) != NULL; i++) {
		const struct extension *item =
			extension_list_find(&list, row->type);

		if (item == NULL && (row->mandatory & message) != 0)
			return hs_refuse(hs, ADTLS_ALERT_MISSING_EXTENSION,
					 ADTLS_REASON_MISSING_EXTENSION,
					 "%s is missing", row->name);
		if (item != NULL && row->receive != NULL &&
		    !row->receive(hs, row, message, item->body))
			return false;
	}
	return true;
}
