/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The channel: messages and epochs above, records below. */
#include "handshake/channel.h"

#include "keys/key_schedule.h"

#include <stdlib.h>

static void free_places(struct channel *channel)
{
	bytes_wipe(channel->sealers,
		   channel->places * sizeof(*channel->sealers));
	bytes_wipe(channel->opener_slots,
		   channel->places * sizeof(*channel->opener_slots));
	free(channel->sealers);
	free(channel->opener_slots);
	channel->sealers = NULL;
	channel->opener_slots = NULL;
	channel->places = 0;
}

static void retire_sealers(struct channel *channel, uint64_t epoch)
{
	size_t kept = 0;

	for (size_t i = 0; i < channel->sealer_count; i++) {
		struct record_sealer *sealer = &channel->sealers[i];

		if (sealer->keys.epoch < epoch)
			record_keys_clear(&sealer->keys);
		else
			channel->sealers[kept++] = *sealer;
	}
	/* What moved up leaves nothing of its keys behind. */
	bytes_wipe(&channel->sealers[kept],
		   (channel->sealer_count - kept) * sizeof(*channel->sealers));
	channel->sealer_count = kept;
}

static void retire_openers(struct channel *channel, uint64_t epoch)
{
	size_t kept = 0;

	for (size_t i = 0; i < channel->openers.count; i++) {
		struct record_opener *opener = &channel->opener_slots[i];

		if (opener->keys.epoch < epoch) {
			record_keys_clear(&opener->keys);
			continue;
		}
		channel->opener_slots[kept] = *opener;
		channel->openers.openers[kept] = &channel->opener_slots[kept];
		kept++;
	}
	bytes_wipe(&channel->opener_slots[kept],
		   (channel->openers.count - kept) *
			   sizeof(*channel->opener_slots));
	channel->openers.count = kept;
}

/* Move the keys to arrays of @places, which hold what there is. */
static bool resize(struct channel *channel, uint8_t places)
{
	struct record_sealer *sealers = calloc(places, sizeof(*sealers));
	struct record_opener *openers = calloc(places, sizeof(*openers));

	if (sealers == NULL || openers == NULL) {
		free(sealers);
		free(openers);
		return false;
	}
	for (size_t i = 0; i < channel->sealer_count; i++)
		sealers[i] = channel->sealers[i];
	for (size_t i = 0; i < channel->openers.count; i++) {
		openers[i] = channel->opener_slots[i];
		channel->openers.openers[i] = &openers[i];
	}
	free_places(channel);
	channel->sealers = sealers;
	channel->opener_slots = openers;
	channel->places = places;
	return true;
}

bool channel_init(struct channel *channel, size_t reassembly_budget,
		  const struct timer_config *timer)
{
	*channel = (struct channel){ 0 };
	reassembly_init(&channel->incoming, reassembly_budget, NULL, NULL);
	flight_init(&channel->outgoing, timer);
	ack_list_init(&channel->acks);
	if (!resize(channel, CHANNEL_EPOCHS))
		return false;
	/* Epoch 0 has no keys; it is there from the start. */
	channel->sealer_count = 1;
	channel->openers.openers[0] = &channel->opener_slots[0];
	channel->openers.count = 1;
	return true;
}

void channel_clear(struct channel *channel)
{
	retire_sealers(channel, UINT64_MAX);
	retire_openers(channel, UINT64_MAX);
	free_places(channel);
	channel_drop_cids(channel);
	reassembly_clear(&channel->incoming);
	flight_clear(&channel->outgoing);
	ack_list_clear(&channel->acks);
}

void channel_restart(struct channel *channel, size_t reassembly_budget,
		     const struct timer_config *timer)
{
	reassembly_clear(&channel->incoming);
	reassembly_init(&channel->incoming, reassembly_budget, NULL, NULL);
	flight_clear(&channel->outgoing);
	flight_init(&channel->outgoing, timer);
	ack_list_reset(&channel->acks);
	for (; channel->sealer_count > 1; channel->sealer_count--)
		record_keys_clear(
			&channel->sealers[channel->sealer_count - 1].keys);
	for (; channel->openers.count > 1; channel->openers.count--)
		record_keys_clear(
			&channel->opener_slots[channel->openers.count - 1]
				 .keys);
	channel->next_send_seq = 0;
	channel->has_new_keys = false;
	channel->knows_gap = false;
	channel_limit_sending(channel, 0);
	channel_limit_receiving(channel, 0);
}

void channel_limit_sending(struct channel *channel, uint16_t inner_max)
{
	for (size_t i = 0; i < channel->sealer_count; i++)
		channel->sealers[i].keys.inner_max = inner_max;
}

void channel_limit_receiving(struct channel *channel, uint16_t inner_max)
{
	for (size_t i = 0; i < channel->openers.count; i++)
		channel->opener_slots[i].keys.inner_max = inner_max;
}

void channel_expect_cids(struct channel *channel, bool optional)
{
	struct record_cids *own = &channel->cids->own;

	own->is_optional = optional;
	channel->openers.cids = own->len > 0 ? own : NULL;
}

void channel_drop_cids(struct channel *channel)
{
	channel->openers.cids = NULL;
	connection_ids_free(channel->cids);
	channel->cids = NULL;
}

bool channel_send(struct channel *channel, uint64_t epoch, uint8_t type,
		  struct buffer *body)
{
	if (channel->next_send_seq > UINT16_MAX ||
	    !flight_add(&channel->outgoing, (uint16_t)channel->next_send_seq,
			type, epoch, body))
		return false;
	channel->next_send_seq++;
	return true;
}

bool channel_write_keys(struct channel *channel, uint64_t epoch,
			const struct crypto_suite *suite,
			const struct secret *secret)
{
	struct record_sealer *sealer;

	if (channel->places < CHANNEL_EPOCHS &&
	    !resize(channel, CHANNEL_EPOCHS))
		return false;
	if (channel->sealer_count == CHANNEL_EPOCHS)
		retire_sealers(channel, channel->sealers[1].keys.epoch);
	sealer = &channel->sealers[channel->sealer_count];
	*sealer = (struct record_sealer){ 0 };
	if (channel->cids != NULL)
		sealer->cid = &channel->cids->peers[0];
	if (!record_keys_init(&sealer->keys, epoch, suite,
			      KEY_LABEL_PREFIX_DTLS13, secret))
		return false;
	sealer->keys.inner_max = sealer[-1].keys.inner_max;
	channel->sealer_count++;
	return true;
}

bool channel_read_keys(struct channel *channel, uint64_t epoch,
		       const struct crypto_suite *suite,
		       const struct secret *secret)
{
	struct record_opener *opener;

	if (channel->places < CHANNEL_EPOCHS &&
	    !resize(channel, CHANNEL_EPOCHS))
		return false;
	if (channel->openers.count == CHANNEL_EPOCHS)
		retire_openers(channel, channel->opener_slots[1].keys.epoch);
	opener = &channel->opener_slots[channel->openers.count];
	*opener = (struct record_opener){
		.forgery_limit = channel->forgery_limit,
	};
	if (!record_keys_init(&opener->keys, epoch, suite,
			      KEY_LABEL_PREFIX_DTLS13, secret))
		return false;
	opener->keys.inner_max = opener[-1].keys.inner_max;
	channel->openers.openers[channel->openers.count++] = opener;
	channel->has_new_keys = true;
	return true;
}

/* What @keys will be after the next KeyUpdate. */
static bool next_secret(const struct record_keys *keys, struct secret *out)
{
	*out = keys->secret;
	return key_traffic_update(keys->suite->hash, keys->label_prefix, out);
}

bool channel_update_write_keys(struct channel *channel)
{
	const struct record_keys *keys = &channel_newest_sealer(channel)->keys;
	struct secret secret;
	bool ok = next_secret(keys, &secret) &&
		  channel_write_keys(channel, keys->epoch + 1, keys->suite,
				     &secret);

	secret_wipe(&secret);
	return ok;
}

bool channel_update_read_keys(struct channel *channel)
{
	const struct record_keys *keys =
		&channel->opener_slots[channel->openers.count - 1].keys;
	struct secret secret;
	bool ok = next_secret(keys, &secret) &&
		  channel_read_keys(channel, keys->epoch + 1, keys->suite,
				    &secret);

	secret_wipe(&secret);
	return ok;
}

bool channel_needs_update(const struct channel *channel, bool *out_peers_too)
{
	const struct record_sealer *sealer =
		&channel->sealers[channel->sealer_count - 1];
	const struct record_opener *opener =
		&channel->opener_slots[channel->openers.count - 1];

	*out_peers_too = opener->forgeries >=
			 (record_opener_forgery_limit(opener) + 1) / 2;
	return *out_peers_too ||
	       sealer->next_sequence >= sealer->keys.suite->seal_limit / 2;
}

void channel_park(struct channel *channel)
{
	for (size_t i = 0; i < channel->sealer_count; i++)
		record_keys_park(&channel->sealers[i].keys);
	for (size_t i = 0; i < channel->openers.count; i++)
		record_keys_park(&channel->opener_slots[i].keys);
	if (channel->acks.unsent_count == 0)
		ack_list_reset(&channel->acks);
}

/* The newest epoch that the peer is known to write in: whoever has missed our
 * ACK of its KeyUpdate goes on in the one before (RFC 9147 §8). */
static size_t newest_used_opener(const struct channel *channel)
{
	size_t i = channel->openers.count - 1;

	while (i > 0 && channel->opener_slots[i].window.next == 0 &&
	       channel->opener_slots[i].keys.epoch > EPOCH_APPLICATION)
		i--;
	return i;
}

bool channel_is_deaf(const struct channel *channel)
{
	for (size_t i = newest_used_opener(channel); i < channel->openers.count;
	     i++) {
		const struct record_opener *opener = &channel->opener_slots[i];

		if (opener->keys.suite != NULL &&
		    opener->forgeries >= record_opener_forgery_limit(opener))
			return true;
	}
	return false;
}

bool channel_retire_old(struct channel *channel)
{
	uint64_t newest = channel_newest_sealer(channel)->keys.epoch;

	if (!flight_has_before(&channel->outgoing, newest))
		retire_sealers(channel, newest);
	retire_openers(
		channel,
		channel->opener_slots[newest_used_opener(channel)].keys.epoch);
	if (channel->sealer_count > 1 || channel->openers.count > 1)
		return false;
	/* Without memory for less of it, it stays as it is. */
	if (channel->places > 1)
		(void)resize(channel, 1);
	return true;
}

struct record_sealer *channel_sealer(struct channel *channel, uint64_t epoch)
{
	for (size_t i = 0; i < channel->sealer_count; i++) {
		if (channel->sealers[i].keys.epoch == epoch)
			return &channel->sealers[i];
	}
	return NULL;
}

struct record_sealer *channel_newest_sealer(struct channel *channel)
{
	return &channel->sealers[channel->sealer_count - 1];
}

uint64_t channel_newest_read_epoch(const struct channel *channel)
{
	return channel->opener_slots[channel->openers.count - 1].keys.epoch;
}
