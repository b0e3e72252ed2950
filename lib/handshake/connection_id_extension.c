/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Agreeing on connection IDs and on return routability checks, in ClientHello
 * and ServerHello (RFC 9146 §3, RFC 9147 §9, draft-ietf-tls-dtls-rrc).
 *
 * Each side says which CID it wants to receive; an empty one says that it is
 * willing to write the other's. */
#include "handshake/connection_id_extension.h"

#include "messages/connection_id.h"

/* A peer's CID may take this part of our smallest datagrams. */
#define MTU_SHARE 4

bool connection_id_fits(const struct adtls_config *config, adtls_bytes_t cid)
{
	return cid.len <= config->mtu / MTU_SHARE;
}

/* The CID that we want to receive, made once. */
static bool make_own(struct connection_ids *ids)
{
	return ids->own.len == 0 || ids->own.count > 0 ||
	       connection_ids_make(ids);
}

static enum hs_extension_answer fail_to_make(struct handshake *hs)
{
	hs_fail(hs, ADTLS_ALERT_INTERNAL_ERROR, ADTLS_REASON_INTERNAL,
		"no connection ID could be made");
	return EXTENSION_FAIL;
}

enum hs_extension_answer
send_connection_id(struct handshake *hs, const struct hs_extension *row,
		   enum hs_extension_message message, struct wire_writer *body)
{
	struct connection_ids *ids = hs->channel->cids;

	(void)row;
	if (ids == NULL)
		return EXTENSION_OMIT;
	if (!make_own(ids)) {
		if (message == IN_CLIENT_HELLO)
			return fail_to_make(hs);
		/* All short CIDs are in use: go without. */
		channel_drop_cids(hs->channel);
		return EXTENSION_OMIT;
	}
	connection_id_write(body, connection_ids_newest(ids));
	channel_expect_cids(hs->channel, message == IN_CLIENT_HELLO);
	ids->is_negotiated = message == IN_SERVER_HELLO;
	return EXTENSION_SEND;
}

bool receive_connection_id(struct handshake *hs, const struct hs_extension *row,
			   enum hs_extension_message message,
			   adtls_bytes_t body)
{
	struct connection_ids *ids = hs->channel->cids;
	adtls_bytes_t cid;

	(void)row;
	if (!connection_id_read(body, &cid))
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE,
				 "connection_id");
	if (ids == NULL)
		return true;
	if (!connection_id_fits(hs->config, cid)) {
		/* A server may go without, a client has asked for it. */
		if (message == IN_SERVER_HELLO)
			return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
					 ADTLS_REASON_ILLEGAL_PARAMETER,
					 "a connection ID of %zu bytes is too "
					 "large for our MTU", cid.len);
		channel_drop_cids(hs->channel);
		return true;
	}
	connection_ids_forget_peers(ids);
	if (cid.len > 0 && !connection_ids_add_peers(ids, cid)) {
		hs_fail_memory(hs);
		return false;
	}
	if (message == IN_SERVER_HELLO) {
		channel_expect_cids(hs->channel, false);
		ids->is_negotiated = true;
	}
	return true;
}

/* What makes an address change safe; without CIDs none would be noticed. */
enum hs_extension_answer
send_return_routability(struct handshake *hs, const struct hs_extension *row,
			enum hs_extension_message message,
			struct wire_writer *body)
{
	struct connection_ids *ids = hs->channel->cids;

	(void)row;
	(void)body;
	if (ids == NULL || hs->config->migration == ADTLS_MIGRATION_NEVER)
		return EXTENSION_OMIT;
	if (message == IN_SERVER_HELLO) {
		if (!ids->is_negotiated)
			return EXTENSION_OMIT;
		ids->checks_paths = true;
	}
	return EXTENSION_SEND;
}

bool receive_return_routability(struct handshake *hs,
				const struct hs_extension *row,
				enum hs_extension_message message,
				adtls_bytes_t body)
{
	struct connection_ids *ids = hs->channel->cids;

	(void)row;
	if (body.len != 0)
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE, "rrc");
	/* Useless without CIDs, but no error of the server's. */
	if (message == IN_SERVER_HELLO && ids != NULL && ids->is_negotiated)
		ids->checks_paths = true;
	return true;
}
