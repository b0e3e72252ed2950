/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events of engines -> libcoap. After each call of libcoap or of a handler the
 * session may be gone: its coap is NULL then. */
#include "backend_events.h"

#include "backend_log.h"
#include "backend_outcome.h"

#include <string.h>

/* Sessions kept for their last words; over that the oldest goes. libcoap has
 * room for 100 that are not established. */
#define TOMBSTONES_MAX 16

static bool may_flow(const adtls_engine_t *engine)
{
	adtls_authorization_t authorization =
		adtls_engine_authorization(engine);

	return authorization == ADTLS_AUTHORIZATION_NONE ||
	       authorization == ADTLS_AUTHORIZATION_GRANTED;
}

/* What libcoap's session says of its client's PSK is true from here on. */
static void tell_psk(struct backend_session *session)
{
	const adtls_engine_t *engine = session->current.engine;
	adtls_parameters_t parameters;

	if (adtls_engine_role(engine) == ADTLS_CLIENT)
		return;
	adtls_engine_parameters(engine, &parameters);
	/* Its callbacks were asked, but a certificate was good enough. */
	if (!parameters.psk)
		backend_psk_choice_clear(&session->current.psk);
	backend_psk_choice_apply(&session->current.psk, session->coap);
	backend_psk_choice_clear(&session->current.psk);
}

static void establish(struct backend_session *session)
{
	if (session->is_established ||
	    session->own_reason != ADTLS_REASON_NONE)
		return;
	session->is_established = true;
	tell_psk(session);
	backend_outcome_tell(session, ADTLS_COAP_ESTABLISHED, NULL);
	if (session->coap != NULL)
		LIBCOAP_HANDLE_EVENT(session->context->coap,
				     COAP_EVENT_DTLS_CONNECTED, session->coap);
	/* What the application sent meanwhile goes out now. */
	if (session->coap != NULL)
		coap_session_connected(session->coap);
}

/* validate_sni_call_back had nothing for clients that call no name. */
static bool is_acceptable(const struct backend_session *session)
{
	const adtls_engine_t *engine = session->current.engine;
	adtls_parameters_t parameters;

	if (!session->context->config.refuses_nameless ||
	    adtls_engine_role(engine) == ADTLS_CLIENT)
		return true;
	adtls_engine_parameters(engine, &parameters);
	return parameters.psk || (parameters.server_name != NULL &&
				  *parameters.server_name != '\0');
}

static void handle_connected(struct backend_session *session)
{
	if (!is_acceptable(session)) {
		session->own_reason = ADTLS_REASON_SERVER_NAME_UNKNOWN;
		session->own_detail = "validate_sni_call_back refused clients "
				      "that call no name";
		adtls_engine_close(session->current.engine, backend_now());
		return;
	}
	if (may_flow(session->current.engine))
		establish(session);
}

static void deliver(struct backend_session *session, adtls_bytes_t data)
{
	uint8_t copy[LIBCOAP_DATAGRAM_MAX];

	/* A policy may deliver before the verdict: then this comes first. */
	establish(session);
	if (!session->is_established || session->coap == NULL ||
	    data.len > sizeof(copy))
		return;
	/* A handler's answer would take the data from under libcoap's feet. */
	memcpy(copy, data.data, data.len);
	coap_handle_dgram(session->context->coap, session->coap, copy,
			  data.len);
}

static void run_job(struct backend_session *session, adtls_job_t *job,
		    const struct backend_engine *of)
{
	struct backend_context *context = session->context;

	if (adtls_job_is_slow(job) &&
	    backend_jobs_submit(&context->jobs, &context->wake, job,
				of->number))
		return;
	adtls_job_run(job);
	adtls_engine_finish_job(of->engine, backend_now(), job);
}

static void bury_oldest(struct backend_context *context)
{
	struct backend_session *session = TAILQ_FIRST(&context->sessions);

	while (session != NULL && !session->is_tombstone)
		session = TAILQ_NEXT(session, link);
	if (session != NULL)
		LIBCOAP_DISCONNECT(session->coap, COAP_NACK_TLS_FAILED);
}

/* A client that libcoap never saw connected may have lost our alert. */
static bool leaves_tombstone(const struct backend_session *session,
			     const adtls_event_t *closed)
{
	const adtls_engine_t *engine = session->current.engine;

	return !session->is_established && !closed->alert_received &&
	       adtls_engine_role(engine) == ADTLS_SERVER &&
	       adtls_engine_deadline(engine) != ADTLS_NEVER;
}

static void handle_closed(struct backend_session *session,
			  const adtls_event_t *event)
{
	struct backend_context *context = session->context;

	backend_events_end(session, event);
	if (session->coap != NULL && !session->is_established)
		LIBCOAP_HANDLE_EVENT(context->coap, COAP_EVENT_DTLS_ERROR,
				     session->coap);
	if (session->coap == NULL)
		return;
	if (!leaves_tombstone(session, event)) {
		LIBCOAP_DISCONNECT(session->coap, COAP_NACK_TLS_FAILED);
		return;
	}
	if (context->tombstones == TOMBSTONES_MAX)
		bury_oldest(context);
	session->is_tombstone = true;
	context->tombstones++;
}

/* For the next connection to this server, with the same credentials. */
static void keep_ticket(struct backend_session *session)
{
	struct backend_config *config = &session->context->config;

	if (session->current.generation == config->generation)
		backend_tickets_add(
			&config->tickets,
			coap_session_get_addr_remote(session->coap),
			adtls_engine_take_ticket(session->current.engine));
}

static void handle_event(struct backend_session *session,
			 const adtls_event_t *event)
{
	switch (event->type) {
	case ADTLS_EVENT_CONNECTED:
		handle_connected(session);
		return;
	case ADTLS_EVENT_AUTHORIZED:
		establish(session);
		return;
	case ADTLS_EVENT_REFUSED: /* CLOSED follows */
	case ADTLS_EVENT_KEYS_UPDATED:
	case ADTLS_EVENT_PEER_MOVED:
	case ADTLS_EVENT_CONNECTION_IDS:
		return;
	case ADTLS_EVENT_TICKET:
		keep_ticket(session);
		return;
	case ADTLS_EVENT_DATA:
		deliver(session, event->data);
		return;
	case ADTLS_EVENT_JOB:
		run_job(session, event->job, &session->current);
		return;
	case ADTLS_EVENT_CLOSED:
		handle_closed(session, event);
		return;
	}
}

static void handle_all(struct backend_session *session)
{
	adtls_engine_t *engine = session->current.engine;
	adtls_event_t event;

	backend_session_flush(session, engine);
	while (session->coap != NULL &&
	       adtls_engine_next_event(engine, &event)) {
		handle_event(session, &event);
		if (session->coap != NULL)
			backend_session_flush(session, engine);
	}
}

/* The successor is connected: for libcoap the old session ends and another
 * begins, in the same coap_session_t. */
static void succeed(struct backend_session *session)
{
	struct backend_context *context = session->context;
	struct backend_engine successor = session->successor;
	coap_session_t *coap = session->coap;
	struct backend_session *next;
	coap_tick_t now;

	session->successor = (struct backend_engine){ 0 };
	session->own_reason = ADTLS_REASON_CLOSED_BY_PEER;
	session->own_detail =
		"the peer started a new connection from this address";
	LIBCOAP_DISCONNECT(coap, COAP_NACK_TLS_FAILED);
	next = backend_session_new(context, coap, successor.engine);
	if (next == NULL) {
		backend_psk_choice_clear(&successor.psk);
		return;
	}
	next->current = successor;
	coap_ticks(&now);
	coap_session_new_dtls_session(coap, now);
	backend_session_hold(next);
	handle_connected(next);
	handle_all(next);
	if (next->coap != NULL)
		backend_wake_by(&context->wake, backend_session_deadline(next));
	backend_session_drop(next);
}

static void forget_successor(struct backend_session *session)
{
	char detail[ADTLS_NAME_MAX];
	adtls_reason_t reason = adtls_engine_reason(
		session->successor.engine, detail, sizeof(detail));

	backend_log_session(BACKEND_LOG_INFO, session->coap,
			    "a new connection from this address failed: %s: %s",
			    adtls_reason_name(reason), detail);
	backend_engine_clear(&session->successor);
	/* A tombstone that was kept for its sake may go. */
	session->has_news = true;
}

static void handle_successor(struct backend_session *session)
{
	adtls_engine_t *engine = session->successor.engine;
	adtls_event_t event;

	backend_session_flush(session, engine);
	while (adtls_engine_next_event(engine, &event)) {
		if (event.type == ADTLS_EVENT_CONNECTED) {
			succeed(session);
			return;
		}
		if (event.type == ADTLS_EVENT_CLOSED) {
			forget_successor(session);
			return;
		}
		if (event.type == ADTLS_EVENT_JOB)
			run_job(session, event.job, &session->successor);
		backend_session_flush(session, engine);
	}
}

void backend_events_handle(struct backend_session *session)
{
	handle_all(session);
	if (session->coap != NULL && session->successor.engine != NULL)
		handle_successor(session);
}

/* The engine's last event, where nobody has come to take it. */
static bool take_closed(struct backend_session *session, adtls_event_t *out)
{
	while (adtls_engine_next_event(session->current.engine, out)) {
		if (out->type == ADTLS_EVENT_CLOSED)
			return true;
		if (out->type == ADTLS_EVENT_JOB)
			adtls_job_free(out->job);
	}
	return false;
}

void backend_events_end(struct backend_session *session,
			const adtls_event_t *closed)
{
	adtls_engine_t *engine = session->current.engine;
	adtls_coap_outcome_type_t type = ADTLS_COAP_FAILED;
	adtls_event_t last;

	if (session->is_ended)
		return;
	session->is_ended = true;
	if (closed == NULL && !session->is_asking &&
	    take_closed(session, &last))
		closed = &last;
	if (session->is_established)
		type = ADTLS_COAP_CLOSED;
	else if (adtls_engine_authorization(engine) ==
		 ADTLS_AUTHORIZATION_DENIED)
		type = ADTLS_COAP_REFUSED;
	backend_outcome_tell(session, type, closed);
}
