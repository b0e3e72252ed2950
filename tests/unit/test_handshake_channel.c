/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The channel's epochs: keys come, are used and go, the others stay as they
 * are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "handshake/channel.h"

#define BUDGET	     4096
#define DATAGRAM_MAX 128

static const struct timer_config timer = { .policy = TIMER_MEASURED,
					   .initial_us = 1000000,
					   .max_us = 60000000 };

/* Two channels that face one another. */
struct fixture {
	struct channel ours;
	struct channel peers;
};

static int setup(void **state)
{
	static struct fixture fixture;

	assert_true(channel_init(&fixture.ours, BUDGET, &timer));
	assert_true(channel_init(&fixture.peers, BUDGET, &timer));
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	channel_clear(&fixture->ours);
	channel_clear(&fixture->peers);
	return 0;
}

static struct secret secret_of(uint64_t epoch)
{
	struct secret secret = { .len = 32 };

	memset(secret.data, (int)epoch + 1, secret.len);
	return secret;
}

/* Keys for @epoch from us to the peer. */
static void add_epoch(struct fixture *fixture, uint64_t epoch)
{
	const struct crypto_suite *suite = crypto_suite_find(0x1301);
	struct secret secret = secret_of(epoch);

	assert_true(channel_write_keys(&fixture->ours, epoch, suite, &secret));
	assert_true(channel_read_keys(&fixture->peers, epoch, suite, &secret));
}

/* A record of ours in @epoch; its length. */
static size_t seal(struct fixture *fixture, uint64_t epoch,
		   uint8_t out[DATAGRAM_MAX])
{
	struct record_sealer *sealer = channel_sealer(&fixture->ours, epoch);
	struct record_number number;
	size_t len;

	assert_non_null(sealer);
	len = record_seal(sealer, RECORD_HANDSHAKE, bytes_of("hello", 5), out,
			  DATAGRAM_MAX, &number);
	assert_int_not_equal(len, 0);
	assert_int_equal(number.epoch, epoch);
	return len;
}

static enum record_verdict open_record(struct fixture *fixture,
				       const uint8_t *datagram, size_t len)
{
	uint8_t copy[DATAGRAM_MAX];
	struct record record;
	size_t consumed;

	memcpy(copy, datagram, len);
	return record_open(&fixture->peers.openers, copy, len, &consumed,
			   &record);
}

static enum record_verdict pass(struct fixture *fixture, uint64_t epoch)
{
	uint8_t datagram[DATAGRAM_MAX];

	return open_record(fixture, datagram, seal(fixture, epoch, datagram));
}

static void plaintext_is_there_from_the_start(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(pass(fixture, EPOCH_PLAINTEXT), RECORD_ACCEPT);
	assert_null(channel_sealer(&fixture->ours, EPOCH_HANDSHAKE));
	assert_ptr_equal(channel_newest_sealer(&fixture->ours),
			 channel_sealer(&fixture->ours, EPOCH_PLAINTEXT));
	assert_int_equal(channel_newest_read_epoch(&fixture->ours),
			 EPOCH_PLAINTEXT);
	assert_false(fixture->ours.has_new_keys);
}

static void epochs_are_used_side_by_side(void **state)
{
	struct fixture *fixture = *state;

	add_epoch(fixture, EPOCH_HANDSHAKE);
	assert_true(fixture->peers.has_new_keys);
	assert_false(fixture->ours.has_new_keys);
	add_epoch(fixture, EPOCH_APPLICATION);
	assert_int_equal(channel_newest_sealer(&fixture->ours)->keys.epoch,
			 EPOCH_APPLICATION);
	assert_int_equal(channel_newest_read_epoch(&fixture->peers),
			 EPOCH_APPLICATION);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(pass(fixture, EPOCH_APPLICATION),
				 RECORD_ACCEPT);
		assert_int_equal(pass(fixture, EPOCH_PLAINTEXT), RECORD_ACCEPT);
		assert_int_equal(pass(fixture, EPOCH_HANDSHAKE), RECORD_ACCEPT);
	}
}

static void directions_have_keys_of_their_own(void **state)
{
	struct fixture *fixture = *state;
	struct secret other = secret_of(77);
	struct secret secret = secret_of(EPOCH_HANDSHAKE);
	const struct crypto_suite *suite = crypto_suite_find(0x1301);

	assert_true(channel_write_keys(&fixture->ours, EPOCH_HANDSHAKE, suite,
				       &secret));
	assert_int_equal(pass(fixture, EPOCH_HANDSHAKE),
			 RECORD_DROP_UNKNOWN_EPOCH);
	assert_true(channel_read_keys(&fixture->peers, EPOCH_HANDSHAKE, suite,
				      &other));
	assert_int_equal(pass(fixture, EPOCH_HANDSHAKE), RECORD_DROP_FORGED);
}

/* The older epochs go; what is known of the newest stays. */
static void old_epochs_are_gone(void **state)
{
	struct fixture *fixture = *state;
	uint8_t old[DATAGRAM_MAX], replayed[DATAGRAM_MAX];
	size_t old_len, replayed_len;

	add_epoch(fixture, EPOCH_HANDSHAKE);
	add_epoch(fixture, EPOCH_APPLICATION);
	old_len = seal(fixture, EPOCH_HANDSHAKE, old);
	replayed_len = seal(fixture, EPOCH_APPLICATION, replayed);
	assert_int_equal(open_record(fixture, replayed, replayed_len),
			 RECORD_ACCEPT);
	channel_retire_old(&fixture->ours);
	channel_retire_old(&fixture->peers);
	assert_null(channel_sealer(&fixture->ours, EPOCH_PLAINTEXT));
	assert_null(channel_sealer(&fixture->ours, EPOCH_HANDSHAKE));
	assert_int_equal(open_record(fixture, old, old_len),
			 RECORD_DROP_UNKNOWN_EPOCH);
	assert_int_equal(open_record(fixture, replayed, replayed_len),
			 RECORD_DROP_REPLAY);
	assert_int_equal(pass(fixture, EPOCH_APPLICATION), RECORD_ACCEPT);
	assert_int_equal(channel_sealer(&fixture->ours, EPOCH_APPLICATION)
				 ->next_sequence,
			 2);
	assert_int_equal(fixture->ours.sealer_count, 1);
	assert_int_equal(fixture->peers.openers.count, 1);
}

/* What is unacknowledged is repeated in its epoch. */
static void unacknowledged_messages_keep_their_keys(void **state)
{
	struct fixture *fixture = *state;
	struct buffer body = { 0 };

	add_epoch(fixture, EPOCH_HANDSHAKE);
	add_epoch(fixture, EPOCH_APPLICATION);
	assert_true(buffer_set(&body, "body", 4));
	assert_true(channel_send(&fixture->ours, EPOCH_HANDSHAKE,
				 HANDSHAKE_FINISHED, &body));
	channel_retire_old(&fixture->ours);
	assert_int_equal(pass(fixture, EPOCH_HANDSHAKE), RECORD_ACCEPT);
	flight_acknowledge_all(&fixture->ours.outgoing, 0);
	channel_retire_old(&fixture->ours);
	assert_null(channel_sealer(&fixture->ours, EPOCH_HANDSHAKE));
}

/* One epoch too many pushes out the oldest. */
static void there_is_room_for_four_epochs(void **state)
{
	struct fixture *fixture = *state;

	for (uint64_t epoch = 2; epoch < 20; epoch++) {
		add_epoch(fixture, epoch);
		assert_int_equal(fixture->ours.sealer_count,
				 epoch < 4 ? epoch : CHANNEL_EPOCHS);
		assert_int_equal(fixture->peers.openers.count,
				 epoch < 4 ? epoch : CHANNEL_EPOCHS);
		assert_int_equal(channel_newest_read_epoch(&fixture->peers),
				 epoch);
		assert_int_equal(pass(fixture, epoch), RECORD_ACCEPT);
		if (epoch < 6)
			continue;
		assert_null(channel_sealer(&fixture->ours, epoch - 4));
		for (uint64_t recent = epoch - 3; recent < epoch; recent++)
			assert_int_equal(pass(fixture, recent), RECORD_ACCEPT);
	}
}

/* What is left alone takes the room of one epoch; more get room again. */
static void places_come_and_go(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(fixture->ours.places, CHANNEL_EPOCHS);
	add_epoch(fixture, EPOCH_HANDSHAKE);
	add_epoch(fixture, EPOCH_APPLICATION);
	assert_int_equal(pass(fixture, EPOCH_APPLICATION), RECORD_ACCEPT);
	assert_true(channel_retire_old(&fixture->ours));
	assert_true(channel_retire_old(&fixture->peers));
	assert_int_equal(fixture->ours.places, 1);
	assert_int_equal(fixture->peers.places, 1);
	assert_int_equal(pass(fixture, EPOCH_APPLICATION), RECORD_ACCEPT);
	for (uint64_t epoch = 4; epoch < 4 + CHANNEL_EPOCHS; epoch++) {
		add_epoch(fixture, epoch);
		assert_int_equal(pass(fixture, epoch), RECORD_ACCEPT);
	}
	assert_int_equal(fixture->peers.places, CHANNEL_EPOCHS);
}

/* While nothing is sent or received, no cipher takes up memory. */
static void parked_keys_wake_by_themselves(void **state)
{
	struct fixture *fixture = *state;

	add_epoch(fixture, EPOCH_HANDSHAKE);
	add_epoch(fixture, EPOCH_APPLICATION);
	assert_int_equal(pass(fixture, EPOCH_APPLICATION), RECORD_ACCEPT);
	for (unsigned i = 0; i < 3; i++) {
		channel_park(&fixture->ours);
		channel_park(&fixture->peers);
		assert_null(fixture->ours.sealers[1].keys.aead);
		assert_null(fixture->ours.sealers[2].keys.aead);
		assert_null(fixture->peers.opener_slots[2].keys.mask);
		assert_int_equal(pass(fixture, EPOCH_APPLICATION),
				 RECORD_ACCEPT);
		assert_int_equal(pass(fixture, EPOCH_HANDSHAKE), RECORD_ACCEPT);
	}
	assert_int_equal(channel_sealer(&fixture->ours, EPOCH_APPLICATION)
				 ->next_sequence,
			 4);
}

/* A record that was recorded before is a replay afterwards too. */
static void parked_keys_remember_what_came(void **state)
{
	struct fixture *fixture = *state;
	uint8_t record[DATAGRAM_MAX], again[DATAGRAM_MAX];
	size_t len;

	add_epoch(fixture, EPOCH_HANDSHAKE);
	len = seal(fixture, EPOCH_HANDSHAKE, record);
	memcpy(again, record, len);
	assert_int_equal(open_record(fixture, record, len), RECORD_ACCEPT);
	channel_park(&fixture->peers);
	assert_int_equal(open_record(fixture, again, len), RECORD_DROP_REPLAY);
}

/* RFC 8446 §7.2: each epoch's secret gives the next one's. */
static void keys_are_updated_in_step(void **state)
{
	struct fixture *fixture = *state;

	add_epoch(fixture, EPOCH_APPLICATION);
	for (uint64_t epoch = 4; epoch < 8; epoch++) {
		channel_park(&fixture->ours);
		assert_true(channel_update_write_keys(&fixture->ours));
		assert_true(channel_update_read_keys(&fixture->peers));
		assert_int_equal(channel_newest_read_epoch(&fixture->peers),
				 epoch);
		assert_int_equal(pass(fixture, epoch), RECORD_ACCEPT);
	}
}

/* message_seq counts messages, whatever their epoch (RFC 9147 §5.2). */
static void messages_are_numbered(void **state)
{
	struct fixture *fixture = *state;
	struct channel *channel = &fixture->ours;

	for (uint16_t seq = 0; seq < 3; seq++) {
		struct handshake_fragment fragment;
		struct buffer body = { 0 };
		uint64_t epoch;

		assert_true(buffer_set(&body, "body", 4));
		assert_true(
			channel_send(channel, seq, HANDSHAKE_FINISHED, &body));
		assert_int_equal(body.len, 0); /* moved in */
		assert_true(flight_wants_to_send(&channel->outgoing, &epoch));
		assert_int_equal(epoch, seq);
		assert_true(flight_next(&channel->outgoing, 100, &fragment));
		assert_int_equal(fragment.message_seq, seq);
		flight_commit(&channel->outgoing,
			      (struct record_number){ epoch, seq }, 0);
	}
	assert_int_equal(channel->next_send_seq, 3);
}

/* A second attempt begins with message 0, but no record number comes twice. */
static void a_restart_keeps_the_record_numbers(void **state)
{
	struct fixture *fixture = *state;
	struct channel *channel = &fixture->ours;
	struct buffer body = { 0 };

	add_epoch(fixture, EPOCH_HANDSHAKE);
	assert_int_equal(pass(fixture, EPOCH_PLAINTEXT), RECORD_ACCEPT);
	assert_true(buffer_set(&body, "body", 4));
	assert_true(channel_send(channel, EPOCH_PLAINTEXT,
				 HANDSHAKE_CLIENT_HELLO, &body));
	channel_restart(channel, BUDGET, &timer);
	assert_int_equal(channel->next_send_seq, 0);
	assert_true(flight_is_empty(&channel->outgoing));
	assert_null(channel_sealer(channel, EPOCH_HANDSHAKE));
	assert_int_equal(
		channel_sealer(channel, EPOCH_PLAINTEXT)->next_sequence, 1);
	assert_int_equal(pass(fixture, EPOCH_PLAINTEXT), RECORD_ACCEPT);
}

#define with_channels(test) \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_channels(plaintext_is_there_from_the_start),
		with_channels(epochs_are_used_side_by_side),
		with_channels(directions_have_keys_of_their_own),
		with_channels(old_epochs_are_gone),
		with_channels(unacknowledged_messages_keep_their_keys),
		with_channels(there_is_room_for_four_epochs),
		with_channels(places_come_and_go),
		with_channels(parked_keys_wake_by_themselves),
		with_channels(parked_keys_remember_what_came),
		with_channels(keys_are_updated_in_step),
		with_channels(messages_are_numbered),
		with_channels(a_restart_keeps_the_record_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
