/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What has happened, in order; and the gate that holds application data until
 * the peer is authorized (protocol §4.3). */
#include "engine/engine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool engine_emit(struct adtls_engine *engine, const adtls_event_t *event)
{
	adtls_event_t *grown;

	if (engine->event_head == engine->event_count)
		engine->event_head = engine->event_count = 0;
	if (engine->event_count == engine->event_capacity) {
		uint32_t capacity = engine->event_capacity > 0 ?
					    2 * engine->event_capacity :
					    4;

		grown = realloc(engine->events, capacity * sizeof(*grown));
		if (grown == NULL) {
			adtls_job_free(event->job);
			return false;
		}
		engine->events = grown;
		engine->event_capacity = capacity;
	}
	engine->events[engine->event_count++] = *event;
	return true;
}

void engine_trim_events(struct adtls_engine *engine)
{
	if (engine->event_head < engine->event_count)
		return;
	free(engine->events);
	engine->events = NULL;
	engine->event_head = engine->event_count = engine->event_capacity = 0;
}

static void emit_type(struct adtls_engine *engine, adtls_event_type_t type)
{
	engine_emit(engine, &(adtls_event_t){ .type = type,
					      .alert = ADTLS_ALERT_NONE });
}

bool engine_gate_is_open(const struct adtls_engine *engine)
{
	const struct hs_layer *layer = engine->config->layer;

	if (layer == NULL)
		return true;
	switch (layer->authorization(engine->layer)) {
	case ADTLS_AUTHORIZATION_NONE:
	case ADTLS_AUTHORIZATION_GRANTED:
		return true;
	case ADTLS_AUTHORIZATION_PENDING:
		return layer->delivers_while_pending(engine->layer);
	case ADTLS_AUTHORIZATION_DENIED:
		break;
	}
	return false;
}

/* Held data goes out as events while the gate is open, oldest first. */
static bool next_held(struct adtls_engine *engine, adtls_event_t *out)
{
	if (engine->lends_held) {
		data_queue_drop(&engine->held);
		engine->lends_held = false;
	}
	if (engine->phase == ENGINE_HANDSHAKING || !engine_gate_is_open(engine))
		return false;
	*out = (adtls_event_t){ .type = ADTLS_EVENT_DATA,
				.alert = ADTLS_ALERT_NONE };
	engine->lends_held = data_queue_peek(&engine->held, &out->data);
	return engine->lends_held;
}

bool engine_has_events(const struct adtls_engine *engine)
{
	size_t lent = engine->lends_held ? 1 : 0;

	return engine->event_head < engine->event_count ||
	       (engine->phase != ENGINE_HANDSHAKING &&
		engine_gate_is_open(engine) && engine->held.count > lent);
}

/* CONNECTED and AUTHORIZED come before the data that waited for them, and data
 * that did not wait before data that had to, as only then is any held. CLOSED
 * comes after it. */
static bool is_before_held(const adtls_event_t *event)
{
	return event->type != ADTLS_EVENT_CLOSED;
}

bool adtls_engine_next_event(adtls_engine_t *engine, adtls_event_t *out)
{
	bool has_event = engine->event_head < engine->event_count;

	if (has_event && is_before_held(&engine->events[engine->event_head])) {
		*out = engine->events[engine->event_head++];
		return true;
	}
	if (next_held(engine, out))
		return true;
	if (!has_event)
		return false;
	*out = engine->events[engine->event_head++];
	return true;
}

static void take_jobs(struct adtls_engine *engine)
{
	const struct hs_layer *layer = engine->config->layer;
	adtls_event_t event = { .type = ADTLS_EVENT_JOB,
				.alert = ADTLS_ALERT_NONE };

	if (engine->hs != NULL && engine->hs->job.outgoing != NULL) {
		event.job = engine->hs->job.outgoing;
		engine->hs->job.outgoing = NULL;
		engine_emit(engine, &event);
	}
	if (layer == NULL)
		return;
	while ((event.job = layer->next_job(engine->layer)) != NULL)
		engine_emit(engine, &event);
}

static void complete_handshake(struct adtls_engine *engine, adtls_time_t now)
{
	engine->phase = ENGINE_CONNECTED;
	engine->statistics.handshake_us =
		now.monotonic_us - engine->started_us;
	engine->retire_us = now.monotonic_us + ENGINE_RETENTION_US;
	engine_note_activity(engine, now.monotonic_us);
	handshake_free(engine->hs);
	engine->hs = NULL;
	engine_use_up_ticket(engine);
	engine->channel.incoming.max_len = connected_message_max;
	emit_type(engine, ADTLS_EVENT_CONNECTED);
	config_trace(engine->config, "connected");
}

/* Appraisal begins where the handshake ends (protocol §4.3). */
static void time_appraisal(struct adtls_engine *engine, adtls_time_t now)
{
	struct engine_statistics *statistics = &engine->statistics;

	if (statistics->appraisal_us == 0 &&
	    (engine->authorization == ADTLS_AUTHORIZATION_GRANTED ||
	     engine->authorization == ADTLS_AUTHORIZATION_DENIED))
		statistics->appraisal_us = now.monotonic_us -
					   engine->started_us -
					   statistics->handshake_us;
}

/* New keys are told, and the old ones kept a while for what is on its way. */
static void settle_keys(struct adtls_engine *engine, adtls_time_t now)
{
	if (!engine->keys_were_updated)
		return;
	engine->keys_were_updated = false;
	engine->retire_us = now.monotonic_us + ENGINE_RETENTION_US;
	emit_type(engine, ADTLS_EVENT_KEYS_UPDATED);
	config_trace(engine->config, "keys updated");
}

/* Tickets are given to whom data may be given: not to a stranger, nor while it
 * is appraised (protocol §6). */
static void settle_tickets(struct adtls_engine *engine, adtls_time_t now)
{
	if (engine->tickets != NULL && engine->tickets->box.is_new) {
		engine->tickets->box.is_new = false;
		emit_type(engine, ADTLS_EVENT_TICKET);
	}
	if (engine->phase == ENGINE_CONNECTED &&
	    (engine->authorization == ADTLS_AUTHORIZATION_NONE ||
	     engine->authorization == ADTLS_AUTHORIZATION_GRANTED))
		engine_give_tickets(engine, now);
}

/* The peer has given us new CIDs. */
static void settle_cids(struct adtls_engine *engine)
{
	if (!engine->has_new_cids)
		return;
	engine->has_new_cids = false;
	emit_type(engine, ADTLS_EVENT_CONNECTION_IDS);
}

static void settle_authorization(struct adtls_engine *engine, adtls_time_t now)
{
	adtls_authorization_t authorization =
		adtls_engine_authorization(engine);
	adtls_reason_t reason;

	if (authorization == engine->authorization ||
	    engine->phase == ENGINE_HANDSHAKING)
		return;
	engine->authorization = authorization;
	time_appraisal(engine, now);
	if (authorization == ADTLS_AUTHORIZATION_GRANTED)
		emit_type(engine, ADTLS_EVENT_AUTHORIZED);
	if (authorization != ADTLS_AUTHORIZATION_DENIED)
		return;
	emit_type(engine, ADTLS_EVENT_REFUSED);
	/* Nothing of a refused peer is delivered, nothing is sent to it. */
	data_queue_clear(&engine->outgoing);
	if (!engine->lends_held)
		data_queue_clear(&engine->held);
	reason = adtls_verdict_reason(adtls_engine_verdict(engine));
	engine_fail(engine, now,
		    engine->config->layer->denial_alert(engine->layer), reason,
		    "%s", adtls_reason_describe(reason));
}

void engine_settle(struct adtls_engine *engine, adtls_time_t now)
{
	if (engine->phase == ENGINE_CLOSED)
		return;
	if (engine->hs != NULL && engine->hs->state == HS_FAILED) {
		struct hs_failure failure = engine->hs->failure;

		engine_fail(engine, now, failure.alert, failure.reason, "%s",
			    failure.detail);
		return;
	}
	if (engine->hs != NULL && engine->hs->state == HS_CONNECTED)
		complete_handshake(engine, now);
	take_jobs(engine);
	settle_keys(engine, now);
	settle_cids(engine);
	settle_authorization(engine, now);
	settle_tickets(engine, now);
}

const char *engine_detail(const struct adtls_engine *engine)
{
	if (engine->reason == ADTLS_REASON_NONE)
		return "";
	return engine->detail != NULL ? engine->detail :
					adtls_reason_describe(engine->reason);
}

static void emit_closed(struct adtls_engine *engine, adtls_alert_t alert,
			bool alert_received)
{
	adtls_event_t event = { .type = ADTLS_EVENT_CLOSED,
				.reason = engine->reason,
				.alert = alert,
				.alert_received = alert_received };

	/* Nothing is delivered of a connection that never was one. */
	if (engine->phase == ENGINE_HANDSHAKING)
		data_queue_clear(&engine->held);
	engine->phase = ENGINE_CLOSED;
	if (engine->config->layer != NULL)
		engine->config->layer->end(engine->layer);
	handshake_free(engine->hs);
	engine->hs = NULL;
	engine_emit(engine, &event);
	config_trace(engine->config, "closed: %s: %s",
		     adtls_reason_name(event.reason), engine_detail(engine));
}

void engine_fail(struct adtls_engine *engine, adtls_time_t now,
		 adtls_alert_t alert, adtls_reason_t reason,
		 const char *format, ...)
{
	char detail[sizeof(((struct hs_failure *)NULL)->detail)];
	va_list arguments;

	if (engine->phase == ENGINE_CLOSED)
		return;
	engine->reason = reason;
	va_start(arguments, format);
	vsnprintf(detail, sizeof(detail), format, arguments);
	va_end(arguments);
	engine->detail = strdup(detail);
	if (alert != ADTLS_ALERT_NONE) {
		engine_forget_tickets(engine);
		engine->tombstone.alert = alert;
		engine->tombstone.is_due = true;
		engine->tombstone.until_us =
			now.monotonic_us + ENGINE_RETENTION_US;
	}
	emit_closed(engine, alert, false);
}

void engine_closed_by_peer(struct adtls_engine *engine, adtls_alert_t alert)
{
	char detail[64];

	if (engine->phase == ENGINE_CLOSED)
		return;
	engine->reason = alert == ADTLS_ALERT_CLOSE_NOTIFY ?
				 ADTLS_REASON_CLOSED_BY_PEER :
				 ADTLS_REASON_ALERT_RECEIVED;
	snprintf(detail, sizeof(detail), "the peer sent %s",
		 adtls_alert_name(alert));
	engine->detail = strdup(detail);
	/* What an alert ends must not be resumed. */
	if (alert != ADTLS_ALERT_CLOSE_NOTIFY)
		engine_forget_tickets(engine);
	emit_closed(engine, alert, true);
}
