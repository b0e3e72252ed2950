/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions: their life, and what goes in and out of their engines. */
#include "backend_session.h"

#include "backend_events.h"
#include "backend_hello.h"
#include "backend_log.h"

#include <adtls/error.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

static int compare_pointers(const void *a, const void *b)
{
	uintptr_t left = (uintptr_t)((const struct backend_session *)a)->coap;
	uintptr_t right = (uintptr_t)((const struct backend_session *)b)->coap;

	return (left > right) - (left < right);
}

struct backend_session *
backend_session_find(const struct backend_context *context,
		     const coap_session_t *coap)
{
	struct backend_session key = {
		.coap = (coap_session_t *)(uintptr_t)coap,
	};
	struct backend_session **found =
		tfind(&key, &context->sessions_by_pointer, compare_pointers);

	return found != NULL ? *found : NULL;
}

void backend_engine_clear(struct backend_engine *engine)
{
	adtls_engine_free(engine->engine);
	*engine = (struct backend_engine){ 0 };
}

static void take_engine(struct backend_context *context,
			struct backend_engine *out, adtls_engine_t *engine)
{
	*out = (struct backend_engine){
		.engine = engine,
		.number = ++context->last_number,
	};
}

struct backend_session *backend_session_new(struct backend_context *context,
					    coap_session_t *coap,
					    adtls_engine_t *engine)
{
	adtls_role_t role = adtls_engine_role(engine);
	const struct backend_pki *pki = &context->config.pki[role];
	enum backend_kind kind = role == ADTLS_SERVER ? BACKEND_SERVER :
							BACKEND_CLIENT;
	struct backend_session *session = calloc(1, sizeof(*session));

	if (session != NULL) {
		session->coap = coap;
		if (tsearch(session, &context->sessions_by_pointer,
			    compare_pointers) == NULL) {
			free(session);
			session = NULL;
		}
	}
	if (session == NULL) {
		adtls_engine_free(engine);
		return NULL;
	}
	session->context = context;
	take_engine(context, &session->current, engine);
	session->overhead = LIBCOAP_OVERHEAD;
	session->mtu = context->config.mtu[kind];
	session->setup = pki->setup;
	session->has_pins = context->config.pins[role].count > 0;
	TAILQ_INSERT_TAIL(&context->sessions, session, link);
	return session;
}

/* From here on nobody finds it. */
static void detach(struct backend_session *session)
{
	struct backend_context *context = session->context;

	if (context->next == session)
		context->next = TAILQ_NEXT(session, link);
	TAILQ_REMOVE(&context->sessions, session, link);
	tdelete(session, &context->sessions_by_pointer, compare_pointers);
	if (session->is_tombstone)
		context->tombstones--;
	session->coap = NULL;
}

void backend_session_hold(struct backend_session *session)
{
	session->users++;
}

void backend_session_drop(struct backend_session *session)
{
	if (--session->users > 0 || session->coap != NULL)
		return;
	backend_engine_clear(&session->current);
	backend_engine_clear(&session->successor);
	free(session);
}

void backend_session_let_go(struct backend_session *session)
{
	coap_session_t *coap = session->coap;

	backend_session_hold(session);
	/* A peer that started anew knows nothing of this connection, and an
	 * engine that asks must not be called. */
	if (session->is_asking) {
		session->own_reason = ADTLS_REASON_CLOSED_LOCALLY;
		session->own_detail = "the application ended the session in a "
				      "callback";
	} else if (session->own_reason == ADTLS_REASON_NONE) {
		adtls_engine_close(session->current.engine, backend_now());
		backend_session_flush(session, session->current.engine);
	}
	backend_events_end(session, NULL);
	detach(session);
	LIBCOAP_HANDLE_EVENT(session->context->coap, COAP_EVENT_DTLS_CLOSED,
			     coap);
	backend_session_drop(session);
}

void backend_session_flush(const struct backend_session *session,
			   adtls_engine_t *engine)
{
	uint8_t datagram[LIBCOAP_DATAGRAM_MAX];
	size_t len;

	/* What the system does not take is lost, as it may be on its way. */
	while ((len = adtls_engine_next_datagram(engine, backend_now(),
						 datagram,
						 sizeof(datagram))) > 0)
		LIBCOAP_SEND(session->coap, datagram, len);
}

/* Run what is to be run, while libcoap and its handlers may do anything. */
static void handle_events(struct backend_session *session)
{
	struct backend_context *context = session->context;
	coap_session_t *coap = session->coap;

	/* A callback within an engine may have ended it. */
	if (coap == NULL)
		return;
	LIBCOAP_REFERENCE(coap);
	backend_events_handle(session);
	if (session->coap != NULL)
		backend_wake_by(&context->wake,
				backend_session_deadline(session));
	LIBCOAP_RELEASE(coap);
}

static void receive_copy(adtls_engine_t *engine, const uint8_t *data,
			 size_t len, uint8_t *copy)
{
	memcpy(copy, data, len);
	adtls_engine_receive(engine, backend_now(), copy, len);
}

/* A ClientHello on a session that has long been through that: its cookie
 * decides whether there is a successor. */
static void receive_hello(struct backend_session *session, const uint8_t *data,
			  size_t len)
{
	adtls_engine_t *engine = backend_hello_receive(
		session->context, session->coap, data, len);

	if (engine == NULL)
		return;
	backend_engine_clear(&session->successor);
	take_engine(session->context, &session->successor, engine);
}

static bool is_past_handshake(const adtls_engine_t *engine)
{
	return adtls_engine_is_connected(engine) ||
	       adtls_engine_is_closed(engine);
}

void backend_session_receive(struct backend_session *session,
			     const uint8_t *data, size_t len)
{
	adtls_engine_t *successor = session->successor.engine;
	uint8_t copy[LIBCOAP_DATAGRAM_MAX], other_copy[LIBCOAP_DATAGRAM_MAX];

	/* Events point into the copies: they are handled before these go. */
	if (len > sizeof(copy))
		return;
	backend_session_hold(session);
	if (adtls_engine_role(session->current.engine) == ADTLS_SERVER &&
	    backend_hello_is(data, len) &&
	    is_past_handshake(session->current.engine) &&
	    (successor == NULL || is_past_handshake(successor))) {
		receive_hello(session, data, len);
	} else {
		if (successor != NULL)
			receive_copy(successor, data, len, other_copy);
		receive_copy(session->current.engine, data, len, copy);
	}
	handle_events(session);
	backend_session_drop(session);
}

int backend_session_send(struct backend_session *session, const uint8_t *data,
			 size_t len)
{
	adtls_engine_t *engine = session->current.engine;
	int error = adtls_engine_send(engine, backend_now(), data, len);

	backend_session_flush(session, engine);
	backend_wake_by(&session->context->wake,
			backend_session_deadline(session));
	if (error == ADTLS_OK)
		return (int)len;
	backend_log_session(BACKEND_LOG_WARNING, session->coap,
			    "%zu bytes are not sent: %s", len,
			    adtls_strerror(error));
	return -1;
}

/* A refused or failed client's last words are kept for it, in case they got
 * lost, until the engine has no use for them any more. */
static bool is_over(const struct backend_session *session)
{
	return session->is_tombstone && session->successor.engine == NULL &&
	       adtls_engine_deadline(session->current.engine) == ADTLS_NEVER;
}

void backend_session_tick(struct backend_session *session)
{
	adtls_time_t now = backend_now();

	if (backend_session_deadline(session) > now.monotonic_us)
		return;
	backend_session_hold(session);
	adtls_engine_tick(session->current.engine, now);
	if (session->successor.engine != NULL)
		adtls_engine_tick(session->successor.engine, now);
	session->has_news = false;
	handle_events(session);
	if (session->coap != NULL && is_over(session))
		LIBCOAP_DISCONNECT(session->coap, COAP_NACK_TLS_FAILED);
	backend_session_drop(session);
}

uint64_t backend_session_deadline(const struct backend_session *session)
{
	uint64_t deadline = adtls_engine_deadline(session->current.engine);
	uint64_t other = ADTLS_NEVER;

	if (session->has_news)
		return 0;
	if (session->successor.engine != NULL)
		other = adtls_engine_deadline(session->successor.engine);
	return deadline < other ? deadline : other;
}

bool backend_session_has(const struct backend_session *session, uint64_t number)
{
	return session->current.number == number ||
	       (session->successor.engine != NULL &&
		session->successor.number == number);
}

void backend_session_finish_job(struct backend_session *session,
				adtls_job_t *job, uint64_t number)
{
	adtls_engine_t *engine = session->current.number == number ?
					 session->current.engine :
					 session->successor.engine;

	backend_session_hold(session);
	adtls_engine_finish_job(engine, backend_now(), job);
	handle_events(session);
	backend_session_drop(session);
}

unsigned backend_session_overhead(struct backend_session *session)
{
	size_t room = adtls_engine_max_data(session->current.engine);
	size_t session_mtu = backend_hello_mtu(session->coap,
					       session->overhead);

	if (room == 0)
		return session->overhead;
	/* A record's own bytes; more if libcoap would fill larger datagrams
	 * than the engine sends. */
	session->overhead = (unsigned)(session->mtu - room);
	if (session_mtu > room + session->overhead)
		session->overhead = (unsigned)(session_mtu - room);
	return session->overhead;
}
