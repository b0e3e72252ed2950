/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Outgoing handshake messages: what to send next, and what an ACK, the timer
 * or the peer's retransmission changes about that. */
#include "flight/flight.h"

#include <stdlib.h>

static struct flight_message *find_message(const struct flight *flight,
					   uint16_t message_seq)
{
	for (size_t i = 0; i < flight->message_count; i++) {
		if (flight->messages[i].message_seq == message_seq)
			return &flight->messages[i];
	}
	return NULL;
}

/* What to send next: the first gap from where the last transmission stopped,
 * else from the beginning. */
static struct flight_message *find_gap(const struct flight *flight,
				       struct range *out)
{
	for (size_t i = 0; i < flight->message_count; i++) {
		struct flight_message *message = &flight->messages[i];
		uint32_t start = 0;

		if (message->message_seq < flight->progress->resume.message_seq)
			continue;
		if (message->message_seq == flight->progress->resume.message_seq)
			start = flight->progress->resume.offset;
		if (flight_message_first_gap(message, start, out))
			return message;
	}
	for (size_t i = 0; i < flight->message_count; i++) {
		if (flight_message_first_gap(&flight->messages[i], 0, out))
			return &flight->messages[i];
	}
	return NULL;
}

static void resume_from_beginning(struct flight *flight)
{
	flight->progress->resume.message_seq = 0;
	flight->progress->resume.offset = 0;
}

/* All is acknowledged, or given up. */
static void finish(struct flight *flight)
{
	for (size_t i = 0; i < flight->message_count; i++)
		flight_message_clear(&flight->messages[i]);
	free(flight->messages);
	flight->messages = NULL;
	flight->message_count = 0;
	if (flight->progress != NULL)
		sent_records_clear(&flight->progress->sent);
	free(flight->progress);
	flight->progress = NULL;
	flight->window = FLIGHT_WINDOW;
	flight->in_flight = 0;
	flight->transmission = 0;
	retransmission_timer_stop(&flight->timer);
}

void flight_init(struct flight *flight, const struct timer_config *config)
{
	*flight = (struct flight){ 0 };
	retransmission_timer_init(&flight->timer, config);
	finish(flight);
}

void flight_clear(struct flight *flight)
{
	finish(flight);
}

static bool begin_progress(struct flight *flight)
{
	if (flight->progress == NULL)
		flight->progress = calloc(1, sizeof(*flight->progress));
	if (flight->progress == NULL)
		return false;
	if (flight->message_count == 0)
		flight->progress->last_retransmit_us = ADTLS_NEVER;
	return true;
}

bool flight_add(struct flight *flight, uint16_t message_seq, uint8_t type,
		uint64_t epoch, struct buffer *body)
{
	struct flight_message *grown;

	if (flight_is_full(flight) || !begin_progress(flight))
		return false;
	grown = reallocarray(flight->messages, flight->message_count + 1,
			     sizeof(*grown));
	if (grown == NULL)
		return false;
	flight->messages = grown;
	flight->messages[flight->message_count++] =
		(struct flight_message){ .body = *body,
					 .epoch = epoch,
					 .message_seq = message_seq,
					 .type = type };
	*body = (struct buffer){ 0 };
	return true;
}

bool flight_wants_to_send(const struct flight *flight, uint64_t *out_epoch)
{
	const struct flight_message *message;
	struct range gap;

	if (flight->progress == NULL)
		return false;
	if (flight->progress->sent.uncommitted == 0 &&
	    (flight->in_flight >= flight->window ||
	     flight->transmission >= FLIGHT_WINDOW))
		return false;
	message = find_gap(flight, &gap);
	if (message == NULL)
		return false;
	*out_epoch = message->epoch;
	return true;
}

size_t flight_unsent_len(const struct flight *flight)
{
	size_t len = 0;

	for (size_t i = 0; i < flight->message_count; i++) {
		const struct flight_message *message = &flight->messages[i];
		struct range gap = { 0, 0 };

		while (flight_message_first_gap(message, gap.end, &gap))
			len += HANDSHAKE_HEADER_LEN + gap.end - gap.start;
	}
	return len;
}

static bool hand_out(struct flight *flight, struct flight_message *message,
		     struct range range)
{
	bool first_time = range.start >= message->sent_len;

	if (!sent_records_add(&flight->progress->sent, message->message_seq, range,
			      first_time))
		return false;
	if (!range_set_add(&message->outstanding, range.start, range.end)) {
		flight->progress->sent.uncommitted--;
		return false;
	}
	if (range.end > message->sent_len)
		message->sent_len = range.end;
	flight->progress->resume.message_seq = message->message_seq;
	flight->progress->resume.offset = range.end;
	flight->count.fragments++;
	if (!first_time)
		flight->count.retransmissions++;
	return true;
}

bool flight_next(struct flight *flight, size_t room,
		 struct handshake_fragment *out)
{
	struct flight_message *message;
	struct range range;
	uint64_t epoch;

	if (!flight_wants_to_send(flight, &epoch))
		return false;
	message = find_gap(flight, &range);
	if (message == NULL || !flight_message_fit(message, room, &range) ||
	    !hand_out(flight, message, range))
		return false;
	*out = flight_message_fragment(message, range);
	return true;
}

bool flight_commit(struct flight *flight, struct record_number number,
		   uint64_t now_us)
{
	if (flight->progress == NULL ||
	    flight->progress->sent.uncommitted == 0)
		return false;
	sent_records_commit(&flight->progress->sent, number, now_us);
	flight->in_flight = (uint16_t)sent_records_outstanding(&flight->progress->sent);
	flight->transmission++;
	if (flight->timer.deadline_us == ADTLS_NEVER)
		retransmission_timer_start(&flight->timer, now_us);
	return true;
}

/* Some records were taken for lost: send their bytes again. */
static void rebuild_outstanding(struct flight *flight)
{
	for (size_t i = 0; i < flight->message_count; i++)
		flight->messages[i].outstanding.count = 0;
	for (size_t i = 0; i < flight->progress->sent.count; i++) {
		const struct sent_fragment *fragment =
			&flight->progress->sent.fragments[i];
		struct flight_message *message =
			find_message(flight, fragment->message_seq);

		/* Out of memory only makes it go out twice. */
		if (fragment->outstanding && message != NULL)
			(void)range_set_add(&message->outstanding,
					    fragment->range.start,
					    fragment->range.end);
	}
	flight->in_flight = (uint16_t)sent_records_outstanding(&flight->progress->sent);
	flight->transmission = 0;
}

/* How long ago something must have been sent for an ACK that comes now to name
 * it: a round trip, and half of what the peer may sit on an ACK. The shortest
 * round trip, as others may have waited for such an ACK. */
static uint64_t ack_age(const struct flight *flight)
{
	return flight->timer.min_rtt_us + flight->timer.rto_us / 8;
}

/* Retransmit before the deadline what is lost: sent before the record of
 * @order, or @age_us ago or earlier. */
static void retransmit_lost(struct flight *flight, uint64_t order,
			    uint64_t age_us, uint64_t now_us)
{
	struct retransmission_timer *timer = &flight->timer;

	if (flight->progress == NULL ||
	    !retransmission_timer_may_retransmit(timer))
		return;
	if (flight->progress->last_retransmit_us != ADTLS_NEVER &&
	    now_us - flight->progress->last_retransmit_us < timer->rto_us / 4)
		return;
	if (sent_records_lose(&flight->progress->sent, order, age_us, now_us) == 0)
		return;
	retransmission_timer_attempt(timer, now_us);
	flight->progress->last_retransmit_us = now_us;
	rebuild_outstanding(flight);
	resume_from_beginning(flight);
}

static bool is_settled(const void *context,
		       const struct sent_fragment *fragment)
{
	const struct flight_message *message =
		find_message(context, fragment->message_seq);

	return message == NULL ||
	       range_set_contains(&message->acknowledged, fragment->range.start,
				  fragment->range.end);
}

/* Drop what needs no more attention: fragments that arrived by whichever
 * record, and complete messages. */
static void settle(struct flight *flight)
{
	uint16_t kept = 0;

	sent_records_forget(&flight->progress->sent, is_settled, flight);
	for (size_t i = 0; i < flight->message_count; i++) {
		if (flight_message_is_acknowledged(&flight->messages[i]))
			flight_message_clear(&flight->messages[i]);
		else
			flight->messages[kept++] = flight->messages[i];
	}
	flight->message_count = kept;
	flight->in_flight = (uint16_t)sent_records_outstanding(&flight->progress->sent);
}

void flight_acknowledge(struct flight *flight, struct record_number number,
			uint64_t now_us)
{
	struct sent_fragment fragment;
	struct flight_message *message;
	bool first_time = true;
	bool is_known = false;

	while (flight->progress != NULL &&
	       sent_records_take(&flight->progress->sent, number, &fragment)) {
		is_known = true;
		first_time = first_time && fragment.first_time;
		message = find_message(flight, fragment.message_seq);
		/* Out of memory: it counts as lost. */
		if (message != NULL)
			(void)range_set_add(&message->acknowledged,
					    fragment.range.start,
					    fragment.range.end);
	}
	if (!is_known)
		return;
	if (flight->progress->ack.records == 0 || fragment.order > flight->progress->ack.order) {
		flight->progress->ack.order = fragment.order;
		flight->progress->ack.rtt_us = now_us - fragment.sent_us;
		flight->progress->ack.first_time = first_time;
	}
	flight->progress->ack.records++;
}

void flight_acknowledge_done(struct flight *flight, uint64_t now_us)
{
	/* By what was known when the ACK was sent, not by its own delay. */
	uint64_t age_us = ack_age(flight);
	uint64_t order = 0;
	uint16_t records;

	if (flight->progress == NULL)
		return;
	records = flight->progress->ack.records;
	flight->progress->ack.records = 0;
	if (records > 0) {
		/* The newest only: an older one may be acknowledged late
		 * because an earlier ACK was lost. */
		if (flight->progress->ack.first_time)
			retransmission_timer_measure(&flight->timer,
						     flight->progress->ack.rtt_us);
		retransmission_timer_progress(&flight->timer);
		order = flight->progress->ack.order;
		flight->transmission = 0;
		flight->window += records;
		if (flight->window > FLIGHT_WINDOW_MAX)
			flight->window = FLIGHT_WINDOW_MAX;
		settle(flight);
		resume_from_beginning(flight);
		retransmission_timer_start(&flight->timer, now_us);
	}
	if (flight_is_empty(flight))
		finish(flight);
	else
		retransmit_lost(flight, order, age_us, now_us);
}

/* The peer answers a whole flight, hence after its newest record; what that
 * did not retransmit tells the round trip. */
static void measure_answer(struct flight *flight, uint64_t now_us)
{
	const struct sent_records *sent = &flight->progress->sent;
	const struct sent_fragment *newest;

	if (sent->count == 0)
		return;
	newest = &sent->fragments[sent->count - 1];
	for (size_t i = sent->count; i > 0; i--) {
		if (sent->fragments[i - 1].order != newest->order)
			break;
		if (!sent->fragments[i - 1].first_time)
			return;
	}
	retransmission_timer_measure(&flight->timer, now_us - newest->sent_us);
}

void flight_acknowledge_all(struct flight *flight, uint64_t now_us)
{
	if (flight_is_empty(flight))
		return;
	measure_answer(flight, now_us);
	retransmission_timer_progress(&flight->timer);
	finish(flight);
}

void flight_acknowledge_before(struct flight *flight, uint64_t epoch,
			       uint64_t now_us)
{
	uint16_t kept = 0;

	for (size_t i = 0; i < flight->message_count; i++)
		kept += flight->messages[i].epoch >= epoch ? 1 : 0;
	if (kept == flight->message_count)
		return;
	if (kept == 0) {
		flight_acknowledge_all(flight, now_us);
		return;
	}
	kept = 0;
	for (size_t i = 0; i < flight->message_count; i++) {
		if (flight->messages[i].epoch < epoch)
			flight_message_clear(&flight->messages[i]);
		else
			flight->messages[kept++] = flight->messages[i];
	}
	flight->message_count = kept;
	settle(flight);
	resume_from_beginning(flight);
}

bool flight_has_before(const struct flight *flight, uint64_t epoch)
{
	for (size_t i = 0; i < flight->message_count; i++) {
		if (flight->messages[i].epoch < epoch)
			return true;
	}
	return false;
}

bool flight_is_delivered(const struct flight *flight, uint16_t message_seq)
{
	return find_message(flight, message_seq) == NULL;
}

bool flight_is_delivered_up_to(const struct flight *flight,
			       uint16_t message_seq)
{
	return flight->message_count == 0 ||
	       flight->messages[0].message_seq > message_seq;
}

bool flight_is_full(const struct flight *flight)
{
	return flight->message_count == FLIGHT_MESSAGES_MAX;
}

bool flight_is_empty(const struct flight *flight)
{
	return flight->message_count == 0;
}

uint64_t flight_deadline(const struct flight *flight)
{
	return flight->timer.deadline_us;
}

bool flight_tick(struct flight *flight, uint64_t now_us)
{
	if (now_us < flight->timer.deadline_us)
		return true;
	if (!retransmission_timer_expire(&flight->timer, now_us))
		return false;
	if (flight->progress == NULL)
		return true;
	sent_records_lose(&flight->progress->sent, UINT64_MAX, 0, now_us);
	flight->window = FLIGHT_WINDOW;
	rebuild_outstanding(flight);
	return true;
}

void flight_retransmit(struct flight *flight, uint64_t now_us)
{
	retransmit_lost(flight, 0, ack_age(flight), now_us);
}

void flight_lost(struct flight *flight, uint64_t now_us)
{
	struct retransmission_timer *timer = &flight->timer;

	if (flight->progress == NULL ||
	    !retransmission_timer_may_retransmit(timer) ||
	    sent_records_lose(&flight->progress->sent, UINT64_MAX, 0, now_us) ==
		    0)
		return;
	retransmission_timer_attempt(timer, now_us);
	rebuild_outstanding(flight);
	resume_from_beginning(flight);
}

void flight_hasten(struct flight *flight, uint64_t now_us)
{
	uint64_t deadline_us = now_us + flight->timer.rto_us / 4;

	if (flight->progress == NULL || flight->progress->is_hastened ||
	    flight->timer.deadline_us == ADTLS_NEVER)
		return;
	flight->progress->is_hastened = true;
	if (deadline_us < flight->timer.deadline_us)
		flight->timer.deadline_us = deadline_us;
}
