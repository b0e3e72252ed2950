/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way in: datagram -> records -> handshake fragments, ACKs, alerts and
 * application data.
 *
 * What is not authentic is dropped and counted (RFC 9147 §4.5.2); what is
 * authentic and wrong ends the connection. */
#include "engine/engine.h"

/* How a record's content lives: lent by the caller, or about to be freed. */
enum content_life {
	CONTENT_LENT,
	CONTENT_PASSING
};

static void fail_unexpected(struct adtls_engine *engine, adtls_time_t now,
			    const char *what)
{
	engine_fail(engine, now, ADTLS_ALERT_UNEXPECTED_MESSAGE,
		    ADTLS_REASON_UNEXPECTED_MESSAGE, "%s was not expected here",
		    what);
}

static enum hs_fragment_use
fragment_use(struct adtls_engine *engine, adtls_time_t now, uint64_t epoch,
	     const struct handshake_fragment *fragment)
{
	struct connected connected;

	if (engine->hs != NULL)
		return handshake_fragment_use(engine->hs, epoch, fragment);
	connected = engine_connected(engine, now);
	return connected_fragment_use(&connected, epoch, fragment);
}

static void fail_too_large(struct adtls_engine *engine, adtls_time_t now,
			   const struct handshake_fragment *fragment)
{
	engine_fail(engine, now, ADTLS_ALERT_HANDSHAKE_FAILURE,
		    fragment->type == HANDSHAKE_ATTESTATION ?
			    ADTLS_REASON_ATTESTATION_TOO_LARGE :
			    ADTLS_REASON_MESSAGE_TOO_LARGE,
		    "%s of %u bytes is over our limit",
		    handshake_type_name(fragment->type),
		    (unsigned)fragment->message_len);
}

/* What became of the fragments of one record. */
struct fragments_seen {
	bool all_kept;		/* acknowledge the record */
	bool any_new;
	bool any_old;		/* the peer repeats itself */
};

/* The ClientHello that began this handshake, again: our answer was lost. Only
 * who has seen it knows its random. */
static bool is_hello_again(const struct adtls_engine *engine,
			   const struct handshake_fragment *fragment)
{
	struct wire_reader reader;
	adtls_bytes_t random;

	if (engine->role != ADTLS_SERVER || engine->hs == NULL ||
	    fragment->type != HANDSHAKE_CLIENT_HELLO || fragment->offset != 0)
		return false;
	wire_reader_init_bytes(&reader, fragment->data);
	wire_read_u16(&reader);	/* legacy_version */
	random = wire_read_bytes(&reader, HELLO_RANDOM_LEN);
	return bytes_equal(random, bytes_of(engine->hs->client_random,
					    HELLO_RANDOM_LEN));
}

static void drop_fragment(struct adtls_engine *engine, adtls_time_t now,
			  uint64_t epoch,
			  const struct handshake_fragment *fragment)
{
	if (epoch == EPOCH_PLAINTEXT && is_hello_again(engine, fragment))
		flight_retransmit(&engine->channel.outgoing, now.monotonic_us);
	else
		engine->statistics.dropped_unexpected++;
}

static void take_fragment(struct adtls_engine *engine, adtls_time_t now,
			  uint64_t epoch,
			  const struct handshake_fragment *fragment,
			  struct fragments_seen *seen)
{
	switch (fragment_use(engine, now, epoch, fragment)) {
	case HS_FRAGMENT_TAKE:
		if (engine_may_hold(engine, fragment->data.len))
			break;
		seen->all_kept = false;
		return;
	case HS_FRAGMENT_DROP:
		drop_fragment(engine, now, epoch, fragment);
		seen->all_kept = false;
		return;
	case HS_FRAGMENT_UNEXPECTED:
		fail_unexpected(engine, now,
				handshake_type_name(fragment->type));
		return;
	}
	switch (reassembly_add(&engine->channel.incoming, fragment)) {
	case REASSEMBLY_STORED:
		seen->any_new = true;
		return;
	case REASSEMBLY_OLD:
		seen->any_old = true;
		return;
	case REASSEMBLY_DROPPED:
		seen->all_kept = false;
		return;
	case REASSEMBLY_INCONSISTENT:
		engine_fail(engine, now, ADTLS_ALERT_ILLEGAL_PARAMETER,
			    ADTLS_REASON_MALFORMED_MESSAGE,
			    "fragments of one message disagree about it");
		return;
	case REASSEMBLY_TOO_LARGE:
		fail_too_large(engine, now, fragment);
		return;
	}
}

/* The peer goes on, or repeats itself: what does that say about our flight? */
static void judge_fragments(struct adtls_engine *engine, adtls_time_t now,
			    const struct record *record,
			    const struct fragments_seen *seen)
{
	struct channel *channel = &engine->channel;

	if (record->number.epoch == EPOCH_PLAINTEXT)
		return;
	if (seen->all_kept)
		ack_list_add(&channel->acks, record->number);
	/* The peer's next flight says that ours arrived (RFC 9147 §7.1); after
	 * the handshake, that our last one did. */
	if (seen->any_new && engine->hs != NULL)
		flight_acknowledge_all(&channel->outgoing, now.monotonic_us);
	else if (seen->any_new)
		flight_acknowledge_before(&channel->outgoing,
					  EPOCH_APPLICATION,
					  now.monotonic_us);
	if (!seen->any_old)
		return;
	if (flight_is_empty(&channel->outgoing))
		ack_list_schedule(&channel->acks, now.monotonic_us);
	else
		flight_retransmit(&channel->outgoing, now.monotonic_us);
}

static void receive_handshake(struct adtls_engine *engine, adtls_time_t now,
			      const struct record *record)
{
	struct fragments_seen seen = { .all_kept = true };
	struct handshake_fragment fragment;
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, record->content);
	do {
		if (!handshake_fragment_read(&reader, &fragment)) {
			if (record->is_encrypted)
				engine_fail(engine, now,
					    ADTLS_ALERT_DECODE_ERROR,
					    ADTLS_REASON_MALFORMED_MESSAGE,
					    "a handshake fragment");
			else
				engine->statistics.dropped_malformed++;
			return;
		}
		take_fragment(engine, now, record->number.epoch, &fragment,
			      &seen);
	} while (engine->phase != ENGINE_CLOSED && wire_reader_more(&reader));
	judge_fragments(engine, now, record, &seen);
}

struct acknowledging {
	struct flight *flight;
	uint64_t now_us;
	uint64_t newest_epoch;	/* that can be acknowledged */
	bool is_impossible;
};

/* Nobody can have opened a record of an epoch that we have not written in; and
 * during the handshake, where both sides move together, none of an epoch newer
 * than the ACK's own (RFC 9147 §7). */
static void acknowledge_one(void *context, struct record_number number)
{
	struct acknowledging *acknowledging = context;

	if (number.epoch > acknowledging->newest_epoch)
		acknowledging->is_impossible = true;
	else
		flight_acknowledge(acknowledging->flight, number,
				   acknowledging->now_us);
}

static void receive_ack(struct adtls_engine *engine, adtls_time_t now,
			const struct record *record)
{
	struct acknowledging acknowledging = {
		.flight = &engine->channel.outgoing,
		.now_us = now.monotonic_us,
		.newest_epoch =
			record->number.epoch < EPOCH_APPLICATION ?
				record->number.epoch :
				channel_newest_sealer(&engine->channel)
					->keys.epoch,
	};

	if (!record->is_encrypted) {
		engine->statistics.dropped_unexpected++;
		return;
	}
	if (!ack_read(record->content, acknowledge_one, &acknowledging)) {
		engine_fail(engine, now, ADTLS_ALERT_DECODE_ERROR,
			    ADTLS_REASON_MALFORMED_MESSAGE, "ACK");
		return;
	}
	if (acknowledging.is_impossible) {
		engine_fail(engine, now, ADTLS_ALERT_ILLEGAL_PARAMETER,
			    ADTLS_REASON_ILLEGAL_PARAMETER,
			    "an ACK of a record that its sender cannot read");
		return;
	}
	flight_acknowledge_done(&engine->channel.outgoing, now.monotonic_us);
}

static void receive_alert(struct adtls_engine *engine, adtls_time_t now,
			  const struct record *record)
{
	struct wire_reader reader;
	adtls_alert_t alert;

	wire_reader_init_bytes(&reader, record->content);
	wire_read_u8(&reader);	/* level: ignored, RFC 8446 §6 */
	alert = wire_read_u8(&reader);
	if (!record->is_encrypted) {
		/* Anybody can send one: only a hint, should we time out. */
		engine->statistics.dropped_unexpected++;
		if (wire_reader_finished(&reader))
			engine->remembered_alert = alert;
		if (alert == ADTLS_ALERT_ILLEGAL_PARAMETER &&
		    engine_restart_without_cookie(engine, now))
			config_trace(engine->config, "start again");
		return;
	}
	if (!wire_reader_finished(&reader)) {
		engine_fail(engine, now, ADTLS_ALERT_DECODE_ERROR,
			    ADTLS_REASON_MALFORMED_MESSAGE, "an alert");
		return;
	}
	if (alert != ADTLS_ALERT_USER_CANCELED)
		engine_closed_by_peer(engine, alert);
}

/* Keep what cannot be used yet, within every bound. */
static bool hold(struct adtls_engine *engine, struct data_queue *queue,
		 const struct data_queue_bounds *bounds, adtls_bytes_t data)
{
	return engine_may_hold(engine, data.len + DATA_QUEUE_ITEM_COST) &&
	       data_queue_push(queue, bounds, data);
}

static void receive_data(struct adtls_engine *engine, adtls_time_t now,
			 const struct record *record, enum content_life life)
{
	adtls_event_t event = { .type = ADTLS_EVENT_DATA,
				.alert = ADTLS_ALERT_NONE,
				.data = record->content };

	if (record->number.epoch < EPOCH_APPLICATION) {
		fail_unexpected(engine, now, "application data");
		return;
	}
	if (life == CONTENT_LENT && engine->phase == ENGINE_CONNECTED &&
	    engine->held.count == 0 && engine_gate_is_open(engine) &&
	    engine->event_count - engine->event_head < ENGINE_EVENTS_MAX) {
		engine_emit(engine, &event);
		return;
	}
	if (!hold(engine, &engine->held, &engine_data_bounds, record->content))
		engine->statistics.data_held_dropped++;
}

static void receive_record(struct adtls_engine *engine, adtls_time_t now,
			   const struct record *record, enum content_life life)
{
	/* Only somebody who got our ServerHello can write epoch 2. */
	if (record->number.epoch >= EPOCH_HANDSHAKE &&
	    engine_arrival_path(engine) == PATH_BOUND)
		engine->is_address_validated = true;
	if (record->is_encrypted) {
		engine->heard_us = now.monotonic_us;
		engine_note_activity(engine, now.monotonic_us);
	}
	switch (record->type) {
	case RECORD_HANDSHAKE:
		receive_handshake(engine, now, record);
		return;
	case RECORD_ACK:
		receive_ack(engine, now, record);
		return;
	case RECORD_ALERT:
		receive_alert(engine, now, record);
		return;
	case RECORD_APPLICATION_DATA:
		receive_data(engine, now, record, life);
		return;
	case RECORD_RETURN_ROUTABILITY_CHECK:
		engine_receive_path_message(engine, now, record);
		return;
	case RECORD_INVALID:
		break;
	}
	fail_unexpected(engine, now, "a record of an unknown type");
}

static void fail_overflow(struct adtls_engine *engine, adtls_time_t now)
{
	engine_fail(engine, now, ADTLS_ALERT_RECORD_OVERFLOW,
		    ADTLS_REASON_RECORD_TOO_LARGE,
		    "a record over the limit of %u bytes that was agreed on",
		    (unsigned)engine->channel.opener_slots[0].keys.inner_max);
}

/* Reordering may bring records before the message that makes their keys. Where
 * that is ServerHello it may be lost: the server sends it again when our
 * ClientHello comes again, which takes less time than the server's timer. */
static void keep_early(struct adtls_engine *engine, adtls_time_t now,
		       adtls_bytes_t record)
{
	static const struct data_queue_bounds bounds = {
		.count = ENGINE_EARLY_RECORDS,
		.bytes = ENGINE_EARLY_BYTES,
	};

	if (engine->hs != NULL &&
	    engine->hs->state == CLIENT_RECEIVE_SERVER_HELLO)
		flight_hasten(&engine->channel.outgoing, now.monotonic_us);
	if (engine->hs == NULL ||
	    !hold(engine, &engine->early, &bounds, record))
		engine->statistics.dropped_unknown_epoch++;
}

static void count_drop(struct adtls_engine *engine, enum record_verdict verdict)
{
	switch (verdict) {
	case RECORD_DROP_CID:
		/* Without any, none can be right. */
		if (engine->paths != NULL)
			engine->paths->dropped_cid++;
		else
			engine->statistics.dropped_malformed++;
		return;
	case RECORD_DROP_REPLAY:
		engine->statistics.dropped_replay++;
		return;
	case RECORD_DROP_FORGED:
	case RECORD_DROP_KEY_LIMIT:
		engine->statistics.dropped_forged++;
		return;
	default:
		engine->statistics.dropped_malformed++;
		return;
	}
}

/* Returns whether anything has come that the handshake, or what follows it, may
 * have waited for: not if all is application data, or dropped. */
static bool receive_records(struct adtls_engine *engine, adtls_time_t now,
			    uint8_t *data, size_t len, enum content_life life)
{
	bool is_more_than_data = engine->hs != NULL;

	while (len > 0 && engine->phase != ENGINE_CLOSED) {
		struct record record;
		size_t consumed;
		struct record_number expected = engine_next_record(engine);
		enum record_verdict verdict =
			record_open(&engine->channel.openers, data, len,
				    &consumed, &record);

		if (verdict == RECORD_ACCEPT) {
			engine_note_path(engine, now, expected, &record);
			receive_record(engine, now, &record, life);
			if (record.type != RECORD_APPLICATION_DATA)
				is_more_than_data = true;
		} else if (verdict == RECORD_OVERFLOW) {
			fail_overflow(engine, now);
		} else if (verdict == RECORD_DROP_UNKNOWN_EPOCH) {
			keep_early(engine, now, bytes_of(data, consumed));
		} else {
			count_drop(engine, verdict);
		}
		if (verdict == RECORD_DROP_KEY_LIMIT &&
		    channel_is_deaf(&engine->channel))
			engine_fail(engine, now, ADTLS_ALERT_BAD_RECORD_MAC,
				    ADTLS_REASON_KEY_LIMIT,
				    "too many forged records under one key");
		data += consumed;
		len -= consumed;
		/* The next record may need keys that this one brings, or say
		 * goodbye to a connection that this one completes. */
		if (engine->hs != NULL && engine->phase != ENGINE_CLOSED) {
			handshake_run(engine->hs, now);
			engine_settle(engine, now);
		}
	}
	return is_more_than_data;
}

/* Open what came before its keys; what still has none is kept again. */
static void receive_early(struct adtls_engine *engine, adtls_time_t now)
{
	size_t count = engine->early.count;

	engine->channel.has_new_keys = false;
	while (count-- > 0 && engine->phase != ENGINE_CLOSED) {
		struct buffer record = { 0 };
		adtls_bytes_t kept;

		data_queue_peek(&engine->early, &kept);
		if (buffer_set(&record, kept.data, kept.len)) {
			data_queue_drop(&engine->early);
			(void)receive_records(engine, now, record.data,
					      record.len, CONTENT_PASSING);
		}
		buffer_clear(&record);
	}
}

/* May an ACK wait, as a flight of ours may make it superfluous, or so that data
 * goes first? Not while work delays the flight, and the client's last flight
 * has none to wait for (RFC 9147 §7.1). */
static bool may_wait_with_ack(const struct adtls_engine *engine)
{
	if (engine->hs != NULL)
		return !handshake_is_working(engine->hs);
	return !ack_list_owes_before(&engine->channel.acks, EPOCH_APPLICATION);
}

/* Something is missing in the middle: the peer should hear at once what did
 * arrive, but only once per gap. */
static bool is_new_gap(struct channel *channel)
{
	bool has_gap = reassembly_has_gap(&channel->incoming);
	bool is_new = has_gap && !channel->knows_gap;

	channel->knows_gap = has_gap;
	return is_new;
}

/* When is an ACK owed? (RFC 9147 §7.1, protocol §7) */
static void schedule_ack(struct adtls_engine *engine, uint64_t now_us)
{
	struct channel *channel = &engine->channel;
	uint64_t quarter = channel->outgoing.timer.rto_us / 4;
	bool is_disrupted = is_new_gap(channel);

	if (channel->acks.unsent_count == 0)
		return;
	if (is_disrupted || channel->acks.unsent_count >= ACK_EVERY)
		ack_list_schedule(&channel->acks, now_us);
	else if (engine_held_until(engine) != ADTLS_NEVER)
		ack_list_schedule(&channel->acks, engine_held_until(engine));
	else if (!may_wait_with_ack(engine))
		ack_list_schedule(&channel->acks, now_us);
	else
		ack_list_schedule(&channel->acks, now_us + quarter);
}

/* Messages after the handshake. */
static void run_connected(struct adtls_engine *engine, adtls_time_t now)
{
	struct connected connected = engine_connected(engine, now);
	struct hs_failure failure;

	connected.ticket_origin = engine_ticket_origin(engine, now);
	if (!connected_run(&connected, &failure))
		engine_fail(engine, now, failure.alert, failure.reason, "%s",
			    failure.detail);
}

void engine_advance(struct adtls_engine *engine, adtls_time_t now)
{
	if (engine->hs != NULL)
		handshake_run(engine->hs, now);
	else if (engine->phase != ENGINE_CLOSED)
		run_connected(engine, now);
	while (engine->channel.has_new_keys && engine->phase != ENGINE_CLOSED)
		receive_early(engine, now);
	engine_settle(engine, now);
	if (engine->hs == NULL)
		data_queue_clear(&engine->early);
	if (engine->phase == ENGINE_CLOSED)
		return;
	engine_hold_for_job(engine, now.monotonic_us);
	/* Our flight acknowledges the peer's by itself. */
	if (flight_has_before(&engine->channel.outgoing, EPOCH_APPLICATION) &&
	    (engine->hs == NULL || !handshake_is_working(engine->hs)))
		ack_list_reset(&engine->channel.acks);
	schedule_ack(engine, now.monotonic_us);
	engine_retire_cids(engine, now.monotonic_us);
}

/* Somebody still talks to a dead connection: say the last word again. */
static void answer_from_tombstone(struct adtls_engine *engine, uint64_t now_us)
{
	struct tombstone *tombstone = &engine->tombstone;

	if (now_us >= tombstone->until_us ||
	    tombstone->alert == ADTLS_ALERT_NONE ||
	    now_us - tombstone->last_sent_us < ENGINE_TOMBSTONE_INTERVAL_US)
		return;
	tombstone->is_due = true;
	flight_retransmit(&engine->channel.outgoing, now_us);
}

static void receive_datagram(struct adtls_engine *engine, adtls_time_t now,
			     uint8_t *datagram, size_t len,
			     enum content_life life)
{
	engine->statistics.datagrams_received++;
	engine->statistics.bytes_received += len;
	/* Opening may wake its keys, but a forgery does not keep them awake. */
	engine_plan_rest(engine, now.monotonic_us);
	if (engine->phase == ENGINE_CLOSED) {
		answer_from_tombstone(engine, now.monotonic_us);
		return;
	}
	if (receive_records(engine, now, datagram, len, life))
		engine_advance(engine, now);
	else
		engine_retire_cids(engine, now.monotonic_us);
}

int adtls_engine_receive(adtls_engine_t *engine, adtls_time_t now,
			 uint8_t *datagram, size_t len)
{
	receive_datagram(engine, now, datagram, len, CONTENT_LENT);
	return engine->phase == ENGINE_CLOSED ? ADTLS_E_CLOSED : ADTLS_OK;
}

void engine_receive_passing(struct adtls_engine *engine, adtls_time_t now,
			    uint8_t *datagram, size_t len)
{
	receive_datagram(engine, now, datagram, len, CONTENT_PASSING);
}
