/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The backend's side of one coap_context_t.
 *
 *   configuration   backend_config.c, of backend_pki.c
 *   front door      backend_hello.c: ClientHellos without a session
 *   sessions        backend_session.c, backend_events.c
 *   workers         backend_jobs.c
 *   timers          backend_wake.c
 *
 * libcoap keeps its structs to itself, so everything of ours is found by the
 * pointers to them. All calls come from the thread that runs the context. */
#ifndef ADTLS_COAP_BACKEND_CONTEXT_H
#define ADTLS_COAP_BACKEND_CONTEXT_H

#include "backend_config.h"
#include "backend_jobs.h"
#include "backend_wake.h"

#include <adtls/endpoint.h>
#include <sys/queue.h>

struct backend_session;
TAILQ_HEAD(backend_sessions, backend_session);

/* A libcoap session that was made for a ClientHello without a cookie. */
struct backend_hello {
	STAILQ_ENTRY(backend_hello) link;
	coap_session_t *session;
};
STAILQ_HEAD(backend_hellos, backend_hello);

/* Who is told what came of connections. */
struct backend_outcomes {
	adtls_coap_outcome_func handler;
	void *argument;
};

struct backend_context {
	LIST_ENTRY(backend_context) link;
	coap_context_t *coap;
	struct backend_config config;
	struct backend_wake wake;
	struct backend_jobs jobs;
	struct backend_outcomes outcomes;
	adtls_endpoint_t *door; /* NULL: to be made; never owns an engine */
	struct backend_hellos hellos;
	struct backend_sessions sessions;
	void *sessions_by_pointer; /* tsearch() */
	struct backend_session *next; /* while they are walked */
	unsigned tombstones;	      /* refused sessions that are kept */
	uint64_t last_number;	      /* of an engine */
	bool is_running;
};
LIST_HEAD(backend_contexts, backend_context);

/* NULL without memory or file descriptors. */
struct backend_context *backend_context_new(coap_context_t *coap);
/* All its sessions are gone by now. */
void backend_context_free(struct backend_context *context);
/* The context of @coap, or NULL if it is not alive. */
struct backend_context *backend_context_find(const coap_context_t *coap);
struct backend_context *backend_context_of(const coap_session_t *session);
/* The same, for setters. NULL also within a callback about a client that is just
 * starting: what would be replaced is in use. */
struct backend_context *backend_context_to_change(const coap_context_t *coap);

/* Connections from now on are made with what changed in the configuration. */
void backend_context_renew(struct backend_context *context);
/* The front door, made if need be; NULL if the configuration cannot work. */
adtls_endpoint_t *backend_context_door(struct backend_context *context,
				       size_t session_mtu);
/* All that is due: finished jobs, timers, sessions that are not needed. */
void backend_context_run(struct backend_context *context);

#endif
