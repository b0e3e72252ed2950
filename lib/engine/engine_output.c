/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The way out: handshake messages first, then ACKs, then application data, and
 * an alert last, as many records as one datagram takes. */
#include "engine/engine.h"

/* A fragment smaller than this at the end of a datagram is not worth its
 * record; it goes to the front of the next. */
#define FRAGMENT_WORTH 48

/* Write fragments of one epoch into the record that has begun. What is sent
 * again ends its record: peers drop what stands behind a message that they
 * know already (NSS does). */
static bool write_fragments(struct flight *flight, uint64_t epoch, size_t room,
			    struct wire_writer *content)
{
	uint64_t retransmissions = flight->count.retransmissions;
	size_t start = content->len;
	struct handshake_fragment fragment;
	uint64_t next_epoch;

	while (flight->count.retransmissions == retransmissions &&
	       flight_wants_to_send(flight, &next_epoch) &&
	       next_epoch == epoch &&
	       flight_next(flight, room - (content->len - start), &fragment))
		handshake_fragment_write(content, &fragment);
	return content->len > start;
}

/* The record cannot be sealed: sequence numbers or the key are used up. */
static bool fail_seal(struct adtls_engine *engine, adtls_time_t now)
{
	engine_fail(engine, now, ADTLS_ALERT_NONE, ADTLS_REASON_KEY_LIMIT,
		    "the key for sending is used up");
	return false;
}

/* Should the flight wait for what a job adds to it? Not what fills a datagram
 * by itself. */
static bool is_held(const struct adtls_engine *engine, uint64_t now_us,
		    const struct record_datagram *datagram)
{
	uint64_t until_us = engine_held_until(engine);

	return until_us != ADTLS_NEVER && now_us < until_us &&
	       datagram->bytes.len == 0 &&
	       flight_unsent_len(&engine->channel.outgoing) <
		       datagram->bytes.capacity;
}

static bool write_handshake(struct adtls_engine *engine, adtls_time_t now,
			    struct record_datagram *datagram)
{
	struct flight *flight = &engine->channel.outgoing;
	struct record_sealer *sealer;
	struct record_number number;
	uint64_t epoch;
	size_t room;

	if (!flight_wants_to_send(flight, &epoch) ||
	    is_held(engine, now.monotonic_us, datagram))
		return false;
	sealer = channel_sealer(&engine->channel, epoch);
	if (sealer == NULL)
		return false;
	room = record_room(datagram, sealer);
	if (datagram->bytes.len > 0 && room < FRAGMENT_WORTH)
		return false;
	if (!write_fragments(flight, epoch, room,
			     record_begin(datagram, sealer))) {
		record_cancel(datagram);
		return false;
	}
	if (!record_end(datagram, RECORD_HANDSHAKE, &number))
		return fail_seal(engine, now);
	flight_commit(flight, number, now.monotonic_us);
	return true;
}

/* An ACK goes out when it is due, or with whatever else does: it may be waiting
 * for that alone (RFC 9147 §7.1). */
static bool wants_ack(const struct ack_list *acks, uint64_t now_us,
		      const struct record_datagram *datagram)
{
	return ack_list_is_due(acks, now_us) ||
	       (acks->due_us != ADTLS_NEVER && datagram->bytes.len > 0);
}

/* ACKs go in the newest epoch (RFC 9147 §7); never in plaintext, where nobody
 * could trust them. */
static bool write_ack(struct adtls_engine *engine, uint64_t now_us,
		      struct record_datagram *datagram)
{
	struct ack_list *acks = &engine->channel.acks;
	struct record_sealer *sealer = channel_newest_sealer(&engine->channel);
	struct record_number number;
	struct wire_writer *bytes;
	struct wire_writer content;
	size_t room;

	if (sealer->keys.epoch == EPOCH_PLAINTEXT ||
	    !wants_ack(acks, now_us, datagram))
		return false;
	room = record_room(datagram, sealer);
	if (room == 0)
		return false;
	bytes = record_begin(datagram, sealer);
	wire_writer_init(&content, bytes->data + bytes->len, room);
	if (!ack_list_write(acks, &content)) {
		record_cancel(datagram);
		return false;
	}
	wire_write_reserve(bytes, content.len);
	return record_end(datagram, RECORD_ACK, &number);
}

static bool write_record(struct record_sealer *sealer,
			 struct record_datagram *datagram, enum record_type type,
			 adtls_bytes_t content)
{
	size_t room = record_room(datagram, sealer);
	struct record_number number;

	if (room < content.len || room == 0)
		return false;
	wire_write_bytes(record_begin(datagram, sealer), content.data,
			 content.len);
	return record_end(datagram, type, &number);
}

static bool may_send_data(const struct adtls_engine *engine)
{
	return (engine->phase == ENGINE_CONNECTED ||
		engine->phase == ENGINE_CLOSING) &&
	       engine_gate_is_open(engine);
}

static void write_data(struct adtls_engine *engine,
		       struct record_datagram *datagram)
{
	struct record_sealer *sealer = channel_newest_sealer(&engine->channel);
	adtls_bytes_t data;

	while (may_send_data(engine) &&
	       data_queue_peek(&engine->outgoing, &data)) {
		/* Datagrams have become smaller since it was queued. */
		if (data.len > engine_content_room(engine))
			engine->statistics.data_too_large++;
		else if (!write_record(sealer, datagram,
				       RECORD_APPLICATION_DATA, data))
			return;
		data_queue_drop(&engine->outgoing);
	}
}

static bool write_alert_record(struct adtls_engine *engine,
			       adtls_alert_t alert,
			       struct record_datagram *datagram)
{
	/* The level is ignored (RFC 8446 §6); fatal but for a goodbye. */
	uint8_t level = alert == ADTLS_ALERT_CLOSE_NOTIFY ||
					alert == ADTLS_ALERT_USER_CANCELED ?
				1 :
				2;
	uint8_t content[2] = { level, (uint8_t)alert };

	return write_record(channel_newest_sealer(&engine->channel), datagram,
			    RECORD_ALERT, bytes_of(content, sizeof(content)));
}

static void write_goodbye(struct adtls_engine *engine, adtls_time_t now,
			  struct record_datagram *datagram)
{
	struct tombstone *tombstone = &engine->tombstone;

	if (engine->phase == ENGINE_CLOSING && engine->outgoing.count == 0 &&
	    write_alert_record(engine, ADTLS_ALERT_CLOSE_NOTIFY, datagram)) {
		engine_fail(engine, now, ADTLS_ALERT_NONE,
			    ADTLS_REASON_CLOSED_LOCALLY, "closed by us");
		return;
	}
	if (engine->phase == ENGINE_CLOSED && tombstone->is_due &&
	    write_alert_record(engine, tombstone->alert, datagram)) {
		/* That alone ends nothing (RFC 8446 §6.1). */
		if (tombstone->alert == ADTLS_ALERT_USER_CANCELED)
			write_alert_record(engine, ADTLS_ALERT_CLOSE_NOTIFY,
					   datagram);
		tombstone->is_due = false;
		tombstone->last_sent_us = now.monotonic_us;
	}
}

/* Until its address is known a peer gets at most three times what it sent. */
static size_t allowance(const struct adtls_engine *engine, size_t out_len)
{
	size_t mtu = engine->mtu.current;
	uint64_t earned;

	if (out_len > mtu)
		out_len = mtu;
	if (engine->is_address_validated)
		return out_len;
	earned = ENGINE_AMPLIFICATION * engine->statistics.bytes_received;
	if (engine->statistics.bytes_sent >= earned)
		return 0;
	earned -= engine->statistics.bytes_sent;
	return earned < out_len ? (size_t)earned : out_len;
}

/* Long before a key is used up it is replaced. */
static void renew_keys(struct adtls_engine *engine, adtls_time_t now)
{
	bool peers_too;

	if (engine->phase == ENGINE_CONNECTED &&
	    channel_needs_update(&engine->channel, &peers_too))
		(void)adtls_engine_update_keys(engine, now, peers_too);
}

/* Most calls come to find nothing to do: datagrams are asked for until there is
 * none, after every call. */
static bool is_quiet(const struct adtls_engine *engine, uint64_t now_us)
{
	bool peers_too;

	return engine->phase == ENGINE_CONNECTED &&
	       engine->outgoing.count == 0 && engine_path_check(engine) == NULL &&
	       flight_is_empty(&engine->channel.outgoing) &&
	       !ack_list_is_due(&engine->channel.acks, now_us) &&
	       !channel_needs_update(&engine->channel, &peers_too);
}

/* After a failure what is queued of the handshake still goes out, as an alert
 * under keys that the peer does not have yet says nothing. True: handshake
 * messages are in it. */
static bool write_records(struct adtls_engine *engine, adtls_time_t now,
			  struct record_datagram *datagram)
{
	bool has_flight;

	if (record_sealer_is_exhausted(
		    channel_newest_sealer(&engine->channel))) {
		fail_seal(engine, now);
		return false;
	}
	renew_keys(engine, now);
	while (write_handshake(engine, now, datagram))
		;
	has_flight = datagram->bytes.len > 0;
	if (engine->phase != ENGINE_CLOSED)
		write_ack(engine, now.monotonic_us, datagram);
	write_data(engine, datagram);
	if (engine->phase != ENGINE_CLOSED)
		write_ack(engine, now.monotonic_us, datagram);
	write_goodbye(engine, now, datagram);
	return has_flight;
}

static size_t write_datagram(struct adtls_engine *engine, adtls_time_t now,
			     uint8_t *out, size_t room)
{
	struct record_datagram datagram;
	bool has_flight;
	size_t len;

	record_datagram_init(&datagram, out, room);
	datagram.padding_block = engine->config->padding_block;
	has_flight = write_records(engine, now, &datagram);
	len = record_datagram_finish(&datagram);
	if (has_flight)
		engine_mtu_sent(engine, len);
	return len;
}

size_t engine_next_datagram_on(struct adtls_engine *engine, adtls_time_t now,
			       uint8_t *out, size_t out_len,
			       enum path *out_path)
{
	size_t room = allowance(engine, out_len);
	size_t len;

	*out_path = PATH_BOUND;
	if (room == 0 || is_quiet(engine, now.monotonic_us))
		return 0;
	len = engine_write_path_message(engine, now, out, room, out_path);
	if (len == 0)
		len = write_datagram(engine, now, out, room);
	if (len > 0) {
		engine->statistics.datagrams_sent++;
		engine->statistics.bytes_sent += len;
		engine_note_activity(engine, now.monotonic_us);
	}
	return len;
}

size_t adtls_engine_next_datagram(adtls_engine_t *engine, adtls_time_t now,
				  uint8_t *out, size_t out_len)
{
	enum path path;

	/* Whoever calls this knows one address only. */
	return engine_next_datagram_on(engine, now, out, out_len, &path);
}
