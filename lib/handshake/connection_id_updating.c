/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* NewConnectionId and RequestConnectionId, both ways (RFC 9147 §9). */
#include "handshake/connected.h"

#include "handshake/connection_id_extension.h"
#include "messages/connection_id.h"

static bool refuse(struct hs_failure *out, const char *detail)
{
	return connected_fail(out, ADTLS_ALERT_UNEXPECTED_MESSAGE,
			      ADTLS_REASON_UNEXPECTED_MESSAGE, detail);
}

static bool fail_memory(struct hs_failure *out)
{
	return connected_fail(out, ADTLS_ALERT_INTERNAL_ERROR,
			      ADTLS_REASON_INTERNAL,
			      "no memory for connection IDs");
}

/* Do we, or does the peer, receive CIDs, so that new ones can be had? */
bool connected_receives_cids(const struct connected *connected)
{
	const struct connection_ids *ids = connected->channel->cids;

	return ids != NULL && ids->is_negotiated && ids->own.len > 0;
}

bool connected_writes_cids(const struct connected *connected)
{
	const struct connection_ids *ids = connected->channel->cids;

	return ids != NULL && ids->is_negotiated && ids->peer_count > 0;
}

/* Writes the CIDs behind the first @kept of ours. */
static bool write_new(const struct connection_ids *ids, size_t kept,
		      bool immediate, struct buffer *body)
{
	struct wire_writer writer;
	size_t mark;

	if (!buffer_reserve(body, CONNECTED_NEW_CID_MAX))
		return false;
	wire_writer_init(&writer, body->data, body->capacity);
	mark = new_connection_id_begin(&writer);
	for (size_t i = kept; i < ids->own.count; i++)
		connection_id_write(&writer, bytes_of(ids->own.values[i],
						      ids->own.len));
	new_connection_id_end(&writer, mark,
			      immediate ? CID_IMMEDIATE : CID_SPARE);
	body->len = wire_written(&writer).len;
	return !writer.failed;
}

bool connected_offer_cids(const struct connected *connected, size_t count,
			  bool immediate, size_t *out_count)
{
	struct connection_ids *ids = connected->channel->cids;
	size_t kept = ids->own.count;
	struct buffer body = { 0 };

	while (count-- > 0 && connection_ids_make(ids))
		;
	*out_count = ids->own.count - kept;
	if (write_new(ids, kept, immediate && *out_count > 0, &body) &&
	    connected_send(connected, HANDSHAKE_NEW_CONNECTION_ID, &body))
		return true;
	buffer_clear(&body);
	return false;
}

bool connected_request_cids(const struct connected *connected, uint8_t count)
{
	struct buffer body = { 0 };
	struct wire_writer writer;

	if (!buffer_reserve(&body, REQUEST_CONNECTION_ID_LEN))
		return false;
	wire_writer_init(&writer, body.data, body.capacity);
	request_connection_id_write(&writer, count);
	body.len = wire_written(&writer).len;
	if (!connected_send(connected, HANDSHAKE_REQUEST_CONNECTION_ID,
			    &body)) {
		buffer_clear(&body);
		return false;
	}
	connected->channel->cids->awaits_more = true;
	return true;
}

/* Fewer than asked for when there is no room: none at all, even, but not for
 * ever. */
bool connected_receive_request_connection_id(const struct connected *connected,
					     adtls_bytes_t body,
					     struct hs_failure *out)
{
	struct connection_ids *ids = connected->channel->cids;
	size_t given = 0;
	uint8_t count;

	if (!connected_receives_cids(connected))
		return refuse(out, "RequestConnectionId where the peer writes "
				   "no connection IDs");
	if (!request_connection_id_read(body, &count))
		return connected_fail(out, ADTLS_ALERT_DECODE_ERROR,
				      ADTLS_REASON_MALFORMED_MESSAGE,
				      "RequestConnectionId");
	/* One that waits is an answer already. */
	if (!exchanges_has_waiting(connected->exchanges,
				   HANDSHAKE_NEW_CONNECTION_ID) &&
	    !connected_offer_cids(connected, count, false, &given))
		return fail_memory(out);
	ids->fruitless_requests = given > 0 ? 0 : ids->fruitless_requests + 1;
	if (ids->fruitless_requests > CONNECTION_IDS_FRUITLESS_MAX)
		return connected_fail(out, ADTLS_ALERT_TOO_MANY_CIDS_REQUESTED,
				      ADTLS_REASON_TOO_MANY_CIDS_REQUESTED,
				      "the peer goes on asking for connection "
				      "IDs while it has more than enough");
	return true;
}

/* Keeps what there is room for. False: out of memory. */
static bool keep_cids(const struct connected *connected,
		      struct new_connection_id *message)
{
	adtls_bytes_t cid;

	while (new_connection_id_next(message, &cid)) {
		if (connection_id_fits(connected->config, cid) &&
		    !connection_ids_add_peers(connected->channel->cids, cid))
			return false;
	}
	return true;
}

bool connected_receive_new_connection_id(const struct connected *connected,
					 adtls_bytes_t body,
					 struct hs_failure *out)
{
	struct connection_ids *ids = connected->channel->cids;
	struct new_connection_id message, list;
	adtls_bytes_t cid;

	if (!connected_writes_cids(connected))
		return refuse(out, "NewConnectionId where we write no "
				   "connection IDs");
	if (!new_connection_id_read(body, &message))
		return connected_fail(out, ADTLS_ALERT_DECODE_ERROR,
				      ADTLS_REASON_MALFORMED_MESSAGE,
				      "NewConnectionId");
	list = message;
	while (new_connection_id_next(&list, &cid)) {
		if (cid.len == 0)
			return connected_fail(out,
					      ADTLS_ALERT_ILLEGAL_PARAMETER,
					      ADTLS_REASON_ILLEGAL_PARAMETER,
					      "NewConnectionId with an empty "
					      "connection ID");
	}
	if (message.usage > CID_SPARE ||
	    (message.usage == CID_IMMEDIATE && message.cids.len == 0))
		return connected_fail(out, ADTLS_ALERT_ILLEGAL_PARAMETER,
				      ADTLS_REASON_ILLEGAL_PARAMETER,
				      "NewConnectionId for no known use");
	ids->awaits_more = false;
	*connected->out_new_cids = true;
	/* Nothing else may be used from now on. */
	if (message.usage == CID_IMMEDIATE)
		connection_ids_forget_peers(ids);
	if (!keep_cids(connected, &message))
		return fail_memory(out);
	if (!connected_writes_cids(connected))
		return connected_fail(out, ADTLS_ALERT_ILLEGAL_PARAMETER,
				      ADTLS_REASON_ILLEGAL_PARAMETER,
				      "connection IDs that are too large for our "
				      "MTU");
	return true;
}
