/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One libcoap session over DTLS and its engine.
 *
 * libcoap may free a session while the backend still works for it (from a
 * handler that was given its data, say), so a session of ours that has users
 * outlives its libcoap session: coap is NULL then.
 *
 * A client that lost its state starts anew from the same address, maybe. Its
 * new engine, the successor, takes the session over once its handshake is
 * complete, and not before (RFC 9147 §5.11). */
#ifndef ADTLS_COAP_BACKEND_SESSION_H
#define ADTLS_COAP_BACKEND_SESSION_H

#include "backend_context.h"

/* An engine, the number by which its jobs find it, what a server let its peer
 * in with, and what its configuration was made of: the context's may be another
 * by now, also between a session's two engines. */
struct backend_engine {
	adtls_engine_t *engine;
	uint64_t number;
	struct backend_psk_choice psk;
	unsigned generation;   /* of its configuration */
	size_t mtu;
	bool has_pins;	       /* peers may show pinned keys alone */
	coap_dtls_pki_t setup; /* with the callbacks about its peer */
};

void backend_engine_clear(struct backend_engine *engine);

struct backend_session {
	TAILQ_ENTRY(backend_session) link;
	struct backend_context *context;
	coap_session_t *coap; /* NULL: libcoap has let go of it */
	struct backend_engine current;
	struct backend_engine successor; /* its engine is NULL: none */
	unsigned users;			 /* who work with it on the stack */
	unsigned overhead;		 /* as libcoap was told last */
	bool is_established;		 /* libcoap knows that data may flow */
	bool is_ended;			 /* its end was told */
	bool has_news;			 /* events to be handled soon */
	bool is_tombstone;		 /* over, but its last words are kept */
	bool is_asking;			 /* in a callback within an engine */
	/* Why it ends, where the engine does not know: NONE and a sentence. */
	adtls_reason_t own_reason;
	const char *own_detail;
};

/* A session of @coap that runs @engine, which it owns from here on. NULL
 * without memory, and then @engine is freed. */
struct backend_session *backend_session_new(struct backend_context *context,
					    coap_session_t *coap,
					    adtls_engine_t *engine);
struct backend_session *
backend_session_find(const struct backend_context *context,
		     const coap_session_t *coap);
/* libcoap is about to forget it: say goodbye, and go. */
void backend_session_let_go(struct backend_session *session);

void backend_session_receive(struct backend_session *session,
			     const uint8_t *data, size_t len);
/* Returns: @len, or -1 when the data cannot be sent. */
int backend_session_send(struct backend_session *session, const uint8_t *data,
			 size_t len);
/* Handle timers and what waits to be handled. */
void backend_session_tick(struct backend_session *session);
/* When to tick, in monotonic microseconds, or ADTLS_NEVER. */
uint64_t backend_session_deadline(const struct backend_session *session);
/* Is one of its engines @number? */
bool backend_session_has(const struct backend_session *session,
			 uint64_t number);
void backend_session_finish_job(struct backend_session *session,
				adtls_job_t *job, uint64_t number);
/* Bytes of a datagram that libcoap cannot fill. */
unsigned backend_session_overhead(struct backend_session *session);

/* For those who work with a session and call libcoap meanwhile. */
void backend_session_hold(struct backend_session *session);
void backend_session_drop(struct backend_session *session);
/* Send what @engine wants to be sent. */
void backend_session_flush(const struct backend_session *session,
			   adtls_engine_t *engine);

#endif
