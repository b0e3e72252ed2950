/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages after the handshake: their table, and what is done with every one. */
#include "handshake/connected.h"

#include "messages/connection_id.h"
#include "messages/key_update.h"

#include <stdio.h>

#define TICKET_MAX 4096

static const struct connected_message messages[] = {
	{ .type = HANDSHAKE_NEW_SESSION_TICKET,
	  .senders = FROM_SERVER,
	  .body_max = TICKET_MAX,
	  .receive = connected_receive_ticket },
	{ .type = HANDSHAKE_KEY_UPDATE,
	  .senders = FROM_CLIENT | FROM_SERVER,
	  .body_max = KEY_UPDATE_LEN,
	  .is_single = true,
	  .ends_epoch = true,
	  .receive = connected_receive_key_update,
	  .delivered = connected_key_update_delivered },
	{ .type = HANDSHAKE_NEW_CONNECTION_ID,
	  .senders = FROM_CLIENT | FROM_SERVER,
	  .body_max = CONNECTED_NEW_CID_ACCEPTED,
	  .is_single = true,
	  .receive = connected_receive_new_connection_id },
	{ .type = HANDSHAKE_REQUEST_CONNECTION_ID,
	  .senders = FROM_CLIENT | FROM_SERVER,
	  .body_max = REQUEST_CONNECTION_ID_LEN,
	  .is_single = true,
	  .receive = connected_receive_request_connection_id },
};

static const struct connected_message *find_message(uint8_t type)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		if (messages[i].type == type)
			return &messages[i];
	}
	return NULL;
}

enum hs_fragment_use
connected_fragment_use(const struct connected *connected, uint64_t epoch,
		       const struct handshake_fragment *fragment)
{
	const struct connected_message *message = find_message(fragment->type);
	unsigned sender = connected->role == ADTLS_CLIENT ? FROM_SERVER :
							    FROM_CLIENT;

	if (epoch == EPOCH_PLAINTEXT)
		return HS_FRAGMENT_DROP;
	/* Old messages are known: they are acknowledged again. */
	if (fragment->message_seq < connected->channel->incoming.next_seq)
		return HS_FRAGMENT_TAKE;
	/* Nothing new comes in an epoch that KeyUpdate, or Finished, has ended
	 * (RFC 9147 §8). */
	if (epoch < channel_newest_read_epoch(connected->channel))
		return HS_FRAGMENT_UNEXPECTED;
	return message != NULL && (message->senders & sender) != 0 ?
		       HS_FRAGMENT_TAKE :
		       HS_FRAGMENT_UNEXPECTED;
}

size_t connected_message_max(const void *unused, uint8_t type)
{
	const struct connected_message *message = find_message(type);

	(void)unused;
	return message != NULL ? message->body_max : 0;
}

bool connected_fail(struct hs_failure *out, adtls_alert_t alert,
		    adtls_reason_t reason, const char *detail)
{
	out->alert = alert;
	out->reason = reason;
	snprintf(out->detail, sizeof(out->detail), "%s", detail);
	return false;
}

static bool receive(const struct connected *connected, struct hs_failure *out)
{
	const struct connected_message *message;
	struct buffer body = { 0 };
	bool ok = true;
	uint8_t type;

	while (ok && reassembly_next(&connected->channel->incoming, &type,
				     &body)) {
		config_trace(connected->config, "receive %s",
			     handshake_type_name(type));
		message = find_message(type);
		if (message != NULL && message->receive != NULL)
			ok = message->receive(connected, buffer_bytes(&body),
					      out);
		buffer_clear(&body);
	}
	return ok;
}

static bool note_delivered(const struct connected *connected)
{
	const struct connected_message *message;
	uint8_t type;

	while (exchanges_take_delivered(connected->exchanges,
					connected->channel, &type)) {
		message = find_message(type);
		if (message != NULL && message->delivered != NULL &&
		    !message->delivered(connected))
			return false;
	}
	return true;
}

bool connected_run(const struct connected *connected,
		   struct hs_failure *out_failure)
{
	if (!receive(connected, out_failure))
		return false;
	if (!note_delivered(connected) ||
	    !exchanges_send(connected->exchanges, connected->channel))
		return connected_fail(out_failure, ADTLS_ALERT_INTERNAL_ERROR,
				      ADTLS_REASON_INTERNAL,
				      "out of memory, or of message numbers");
	return true;
}

bool connected_send(const struct connected *connected, uint8_t type,
		    struct buffer *body)
{
	const struct connected_message *message = find_message(type);
	struct exchange exchange = { .body = *body, .type = type };

	if (message == NULL)
		return false;
	exchange.is_single = message->is_single;
	exchange.ends_epoch = message->ends_epoch;
	if (!exchanges_add(connected->exchanges, &exchange))
		return false;
	*body = (struct buffer){ 0 };
	config_trace(connected->config, "send %s", handshake_type_name(type));
	/* Out of memory: it waits on, and connected_run() tries again. */
	(void)exchanges_send(connected->exchanges, connected->channel);
	return true;
}
