/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* KeyUpdate both ways (RFC 9147 §8).
 *
 *   KeyUpdate ->            (epoch N)
 *             <- ACK        the sender writes in N + 1
 */
#include "handshake/connected.h"

#include "messages/key_update.h"

/* RFC 9147 §4: epochs are 64 bits, but none beyond this is used (§8). */
#define EPOCH_MAX ((1ull << 48) - 1)

/* Neither epochs nor message_seq wrap (RFC 9147 §4.2.1, §5.2). */
static bool has_next_epoch(struct channel *channel)
{
	return channel_newest_sealer(channel)->keys.epoch < EPOCH_MAX &&
	       channel->next_send_seq <= UINT16_MAX;
}

bool connected_update_keys(const struct connected *connected, bool request)
{
	struct channel *channel = connected->channel;
	struct buffer body = { 0 };
	struct wire_writer writer;

	if (!has_next_epoch(channel) ||
	    !buffer_reserve(&body, KEY_UPDATE_LEN))
		return false;
	wire_writer_init(&writer, body.data, body.capacity);
	key_update_write(&writer, request ? KEY_UPDATE_REQUESTED :
					    KEY_UPDATE_NOT_REQUESTED);
	body.len = wire_written(&writer).len;
	if (connected_send(connected, HANDSHAKE_KEY_UPDATE, &body))
		return true;
	buffer_clear(&body);
	return false;
}

/* The peer has it, and all before it: we write with the new keys. */
bool connected_key_update_delivered(const struct connected *connected)
{
	if (!channel_update_write_keys(connected->channel))
		return false;
	*connected->out_updated = true;
	return true;
}

/* One that waits answers any number of requests (RFC 8446 §4.6.3), and who has
 * no next epoch ignores them (RFC 9147 §8). */
static bool answer_request(const struct connected *connected)
{
	return !has_next_epoch(connected->channel) ||
	       exchanges_has_waiting(connected->exchanges,
				     HANDSHAKE_KEY_UPDATE) ||
	       connected_update_keys(connected, false);
}

/* The peer writes in the next epoch once it has our ACK. */
bool connected_receive_key_update(const struct connected *connected,
				  adtls_bytes_t body, struct hs_failure *out)
{
	struct channel *channel = connected->channel;
	uint8_t request;

	if (!key_update_read(body, &request))
		return connected_fail(out, ADTLS_ALERT_DECODE_ERROR,
				      ADTLS_REASON_MALFORMED_MESSAGE,
				      "KeyUpdate");
	if (request > KEY_UPDATE_REQUESTED)
		return connected_fail(out, ADTLS_ALERT_ILLEGAL_PARAMETER,
				      ADTLS_REASON_ILLEGAL_PARAMETER,
				      "KeyUpdate asks for something unknown");
	if (channel_newest_read_epoch(channel) >= EPOCH_MAX ||
	    !channel_update_read_keys(channel))
		return connected_fail(out, ADTLS_ALERT_INTERNAL_ERROR,
				      ADTLS_REASON_INTERNAL,
				      "no keys for the next epoch");
	*connected->out_updated = true;
	if (reassembly_has_partial(&channel->incoming))
		return connected_fail(out, ADTLS_ALERT_UNEXPECTED_MESSAGE,
				      ADTLS_REASON_UNEXPECTED_MESSAGE,
				      "a message behind KeyUpdate in its "
				      "epoch");
	if (request == KEY_UPDATE_REQUESTED && !answer_request(connected))
		return connected_fail(out, ADTLS_ALERT_INTERNAL_ERROR,
				      ADTLS_REASON_INTERNAL,
				      "no memory for KeyUpdate");
	return true;
}
