/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Messages after the handshake. */
#include "handshake/connected.h"

#include "messages/key_update.h"

#include <stdio.h>

#define TICKET_MAX 4096
/* RFC 9147 §4: epochs are 64 bits, but none beyond this is used (§8). */
#define EPOCH_MAX ((1ull << 48) - 1)

enum hs_fragment_use
connected_fragment_use(const struct connected *connected, uint64_t epoch,
		       const struct handshake_fragment *fragment)
{
	if (epoch == EPOCH_PLAINTEXT)
		return HS_FRAGMENT_DROP;
	/* Old messages are known: they are acknowledged again. */
	if (fragment->message_seq < connected->channel->incoming.next_seq)
		return HS_FRAGMENT_TAKE;
	/* Nothing new comes in an epoch that KeyUpdate, or Finished, has ended
	 * (RFC 9147 §8). */
	if (epoch < channel_newest_read_epoch(connected->channel))
		return HS_FRAGMENT_UNEXPECTED;
	switch (fragment->type) {
	case HANDSHAKE_KEY_UPDATE:
		return HS_FRAGMENT_TAKE;
	case HANDSHAKE_NEW_SESSION_TICKET:
		return connected->role == ADTLS_CLIENT ?
			       HS_FRAGMENT_TAKE :
			       HS_FRAGMENT_UNEXPECTED;
	default:
		return HS_FRAGMENT_UNEXPECTED;
	}
}

size_t connected_message_max(const void *unused, uint8_t type)
{
	(void)unused;
	switch (type) {
	case HANDSHAKE_NEW_SESSION_TICKET:
		return TICKET_MAX;
	case HANDSHAKE_KEY_UPDATE:
		return KEY_UPDATE_LEN;
	default:
		return 0;
	}
}

static bool fail(struct hs_failure *out, adtls_alert_t alert,
		 adtls_reason_t reason, const char *detail)
{
	out->alert = alert;
	out->reason = reason;
	snprintf(out->detail, sizeof(out->detail), "%s", detail);
	return false;
}

bool connected_update_keys(const struct connected *connected, bool request)
{
	struct channel *channel = connected->channel;
	uint64_t epoch = channel_newest_sealer(channel)->keys.epoch;
	struct buffer body = { 0 };
	struct wire_writer writer;
	uint16_t message_seq = channel->next_send_seq;

	if (connected->update->is_pending || epoch >= EPOCH_MAX ||
	    !buffer_reserve(&body, KEY_UPDATE_LEN))
		return false;
	wire_writer_init(&writer, body.data, body.capacity);
	key_update_write(&writer, request ? KEY_UPDATE_REQUESTED :
					    KEY_UPDATE_NOT_REQUESTED);
	body.len = wire_written(&writer).len;
	if (!channel_send(channel, epoch, HANDSHAKE_KEY_UPDATE, &body)) {
		buffer_clear(&body);
		return false;
	}
	connected->update->is_pending = true;
	connected->update->message_seq = message_seq;
	return true;
}

bool connected_acknowledged(const struct connected *connected)
{
	struct key_update *update = connected->update;
	struct channel *channel = connected->channel;
	struct hs_facts *facts = connected->facts;
	uint64_t epoch = channel_newest_sealer(channel)->keys.epoch + 1;

	if (!update->is_pending ||
	    !flight_is_delivered(&channel->outgoing, update->message_seq))
		return true;
	update->is_pending = false;
	if (!key_traffic_update(facts->suite->hash, KEY_LABEL_PREFIX_DTLS13,
				&facts->write_secret) ||
	    !channel_write_keys(channel, epoch, facts->suite,
				&facts->write_secret))
		return false;
	*connected->out_updated = true;
	if (!update->owes_answer)
		return true;
	update->owes_answer = false;
	return connected_update_keys(connected, false);
}

/* The peer writes in the next epoch once it has our ACK. */
static bool receive_key_update(const struct connected *connected,
			       adtls_bytes_t body, struct hs_failure *out)
{
	struct channel *channel = connected->channel;
	struct hs_facts *facts = connected->facts;
	uint64_t epoch = channel_newest_read_epoch(channel) + 1;
	uint8_t request;

	if (!key_update_read(body, &request))
		return fail(out, ADTLS_ALERT_DECODE_ERROR,
			    ADTLS_REASON_MALFORMED_MESSAGE, "KeyUpdate");
	if (request > KEY_UPDATE_REQUESTED)
		return fail(out, ADTLS_ALERT_ILLEGAL_PARAMETER,
			    ADTLS_REASON_ILLEGAL_PARAMETER,
			    "KeyUpdate asks for something unknown");
	if (epoch > EPOCH_MAX ||
	    !key_traffic_update(facts->suite->hash, KEY_LABEL_PREFIX_DTLS13,
				&facts->read_secret) ||
	    !channel_read_keys(channel, epoch, facts->suite,
			       &facts->read_secret))
		return fail(out, ADTLS_ALERT_INTERNAL_ERROR,
			    ADTLS_REASON_INTERNAL, "no keys for the next epoch");
	*connected->out_updated = true;
	if (reassembly_has_partial(&channel->incoming))
		return fail(out, ADTLS_ALERT_UNEXPECTED_MESSAGE,
			    ADTLS_REASON_UNEXPECTED_MESSAGE,
			    "a message behind KeyUpdate in its epoch");
	if (request == KEY_UPDATE_NOT_REQUESTED)
		return true;
	if (connected->update->is_pending)
		connected->update->owes_answer = true;
	else if (!connected_update_keys(connected, false))
		return fail(out, ADTLS_ALERT_INTERNAL_ERROR,
			    ADTLS_REASON_INTERNAL, "no memory for KeyUpdate");
	return true;
}

bool connected_receive(const struct connected *connected,
		       struct hs_failure *out_failure)
{
	struct buffer body = { 0 };
	bool ok = true;
	uint8_t type;

	while (ok && reassembly_next(&connected->channel->incoming, &type,
				     &body)) {
		if (type == HANDSHAKE_KEY_UPDATE)
			ok = receive_key_update(connected, buffer_bytes(&body),
						out_failure);
		buffer_clear(&body);
	}
	return ok;
}

bool connected_needs_update(const struct connected *connected,
			    bool *out_peers_too)
{
	const struct channel *channel = connected->channel;
	const struct record_sealer *sealer =
		&channel->sealers[channel->sealer_count - 1];
	const struct record_opener *opener =
		&channel->opener_slots[channel->openers.count - 1];
	const struct crypto_suite *suite = connected->facts->suite;

	*out_peers_too = opener->forgeries >=
			 (record_opener_forgery_limit(opener) + 1) / 2;
	return sealer->next_sequence >= suite->seal_limit / 2 || *out_peers_too;
}
