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
	backend_psk_choice_clear(&engine->psk);
	*engine = (struct backend_engine){ 0 };
}

static enum backend_kind kind_of(adtls_role_t role, const coap_session_t *coap)
{
	if (role == ADTLS_SERVER)
		return BACKEND_SERVER;
	return backend_psk_is_of(coap) ? BACKEND_CLIENT_PSK : BACKEND_CLIENT;
}

/* An engine that has just been made, with what it was made of and with what the
 * front door let it in with, if it has. */
static void take_engine(struct backend_session *session,
			struct backend_engine *out, adtls_engine_t *engine)
{
	struct backend_config *config = &session->context->config;
	adtls_role_t role = adtls_engine_role(engine);

	*out = (struct backend_engine){
		.engine = engine,
		.number = ++session->context->last_number,
		.psk = config->visitor.choice,
		.generation = config->generation,
		.mtu = config->mtu[kind_of(role, session->coap)],
		.has_pins = config->pins[role].count > 0,
		.setup = config->pki[role].setup,
	};
	config->visitor.choice = (struct backend_psk_choice){ 0 };
}

struct backend_session *backend_session_new(struct backend_context *context,
					    coap_session_t *coap,
					    adtls_engine_t *engine)
{
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
	take_engine(session, &session->current, engine);
	session->overhead = LIBCOAP_OVERHEAD;
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

static bool is_past_handshake(const adtls_engine_t *engine)
{
	return adtls_engine_is_connected(engine) ||
	       adtls_engine_is_closed(engine);
}

/* The peer has forgotten a handshake under way: nobody waits for it. */
static void replace(struct backend_session *session, adtls_engine_t *engine)
{
	session->own_reason = ADTLS_REASON_CLOSED_BY_PEER;
	session->own_detail = "the peer started its handshake anew";
	backend_events_end(session, NULL);
	backend_engine_clear(&session->current);
	take_engine(session, &session->current, engine);
	session->own_reason = ADTLS_REASON_NONE;
	session->own_detail = NULL;
	session->is_ended = false;
}

/* A ClientHello on a session that there is already: its cookie decides whether
 * the peer starts anew. */
static void receive_hello(struct backend_session *session, const uint8_t *data,
			  size_t len, uint8_t *copy)
{
	adtls_engine_t *known = session->successor.engine != NULL ?
					session->successor.engine :
					session->current.engine;
	adtls_engine_t *engine = backend_hello_receive(
		session->context, session->coap, known, data, len);

	if (engine == NULL)
		return;
	if (engine == known) {
		if (!is_past_handshake(known))
			receive_copy(known, data, len, copy);
	} else if (is_past_handshake(session->current.engine)) {
		backend_engine_clear(&session->successor);
		take_engine(session, &session->successor, engine);
	} else {
		replace(session, engine);
	}
}

static void receive_all(struct backend_session *session, const uint8_t *data,
			size_t len, uint8_t *copy, uint8_t *other_copy)
{
	if (session->successor.engine != NULL)
		receive_copy(session->successor.engine, data, len, other_copy);
	receive_copy(session->current.engine, data, len, copy);
}

void backend_session_receive(struct backend_session *session,
			     const uint8_t *data, size_t len)
{
	uint8_t copy[LIBCOAP_DATAGRAM_MAX], other_copy[LIBCOAP_DATAGRAM_MAX];

	/* Events point into the copies: they are handled before these go. */
	if (len > sizeof(copy))
		return;
	backend_session_hold(session);
	if (adtls_engine_role(session->current.engine) == ADTLS_SERVER &&
	    backend_hello_is(data, len))
		receive_hello(session, data, len, copy);
	else
		receive_all(session, data, len, copy, other_copy);
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
	session->overhead = (unsigned)(session->current.mtu - room);
	if (session_mtu > room + session->overhead)
		session->overhead = (unsigned)(session_mtu - room);
	return session->overhead;
}
