/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Contexts: made, found, run. */
#include "backend_context.h"

#include "backend_hello.h"
#include "backend_log.h"
#include "backend_session.h"

#include <adtls/error.h>
#include <pthread.h>
#include <stdlib.h>

/* Contexts may live in several threads; few, so a list will do. */
static struct backend_contexts contexts = LIST_HEAD_INITIALIZER(contexts);
static pthread_mutex_t contexts_lock = PTHREAD_MUTEX_INITIALIZER;

struct backend_context *backend_context_new(coap_context_t *coap)
{
	struct backend_context *context = calloc(1, sizeof(*context));

	if (context == NULL)
		return NULL;
	context->coap = coap;
	backend_config_init(&context->config, context);
	STAILQ_INIT(&context->hellos);
	TAILQ_INIT(&context->sessions);
	if (!backend_wake_init(&context->wake, coap)) {
		backend_wake_clear(&context->wake);
		free(context);
		return NULL;
	}
	pthread_mutex_lock(&contexts_lock);
	LIST_INSERT_HEAD(&contexts, context, link);
	pthread_mutex_unlock(&contexts_lock);
	return context;
}

void backend_context_free(struct backend_context *context)
{
	if (context == NULL)
		return;
	pthread_mutex_lock(&contexts_lock);
	LIST_REMOVE(context, link);
	pthread_mutex_unlock(&contexts_lock);
	backend_hellos_clear(context);
	backend_jobs_clear(&context->jobs, &context->wake);
	adtls_endpoint_free(context->door);
	backend_config_clear(&context->config);
	backend_wake_clear(&context->wake);
	free(context);
}

struct backend_context *backend_context_find(const coap_context_t *coap)
{
	struct backend_context *context;

	pthread_mutex_lock(&contexts_lock);
	context = LIST_FIRST(&contexts);
	while (context != NULL && context->coap != coap)
		context = LIST_NEXT(context, link);
	pthread_mutex_unlock(&contexts_lock);
	return context;
}

struct backend_context *backend_context_of(const coap_session_t *session)
{
	return backend_context_find(coap_session_get_context(session));
}

struct backend_context *backend_context_to_change(const coap_context_t *coap)
{
	struct backend_context *context = backend_context_find(coap);

	if (context == NULL || context->config.visitor.session == NULL)
		return context;
	backend_log(BACKEND_LOG_ERROR,
		    "keys and settings cannot be changed within a callback "
		    "about a client that is just starting");
	return NULL;
}

void backend_context_renew(struct backend_context *context)
{
	adtls_endpoint_free(context->door);
	context->door = NULL;
	backend_config_renew(&context->config);
}

adtls_endpoint_t *backend_context_door(struct backend_context *context,
				       size_t session_mtu)
{
	adtls_config_t *config;
	int error;

	if (context->door != NULL)
		return context->door;
	if (!backend_config_has_server(&context->config))
		return NULL;
	config = backend_config_get(&context->config, BACKEND_SERVER,
				    session_mtu);
	if (config == NULL)
		return NULL;
	error = adtls_endpoint_new(config, backend_now(), &context->door);
	if (error == ADTLS_OK)
		return context->door;
	backend_log(BACKEND_LOG_ERROR, "the server's endpoint: %s",
		    adtls_strerror(error));
	context->door = NULL;
	return NULL;
}

static void finish_jobs(struct backend_context *context)
{
	struct backend_session *session;
	adtls_job_t *job;
	uint64_t number;

	while ((job = backend_jobs_take(&context->jobs, &number)) != NULL) {
		session = TAILQ_FIRST(&context->sessions);
		while (session != NULL && !backend_session_has(session, number))
			session = TAILQ_NEXT(session, link);
		if (session != NULL)
			backend_session_finish_job(session, job, number);
		else
			adtls_job_free(job);
	}
}

/* Sessions come and go while they are told of the time: whoever removes one
 * moves context->next on. */
static void tick_sessions(struct backend_context *context)
{
	struct backend_session *session;

	context->next = TAILQ_FIRST(&context->sessions);
	while ((session = context->next) != NULL) {
		context->next = TAILQ_NEXT(session, link);
		backend_session_tick(session);
	}
}

static uint64_t first_deadline(const struct backend_context *context)
{
	uint64_t first = backend_jobs_deadline(&context->jobs, &context->wake);
	const struct backend_session *session = TAILQ_FIRST(&context->sessions);

	for (; session != NULL; session = TAILQ_NEXT(session, link)) {
		uint64_t deadline = backend_session_deadline(session);

		if (deadline < first)
			first = deadline;
	}
	return first;
}

void backend_context_run(struct backend_context *context)
{
	/* A handler may run the context itself. */
	if (context->is_running)
		return;
	context->is_running = true;
	backend_hellos_free(context);
	finish_jobs(context);
	if (backend_now().monotonic_us >= context->wake.armed_us) {
		tick_sessions(context);
		backend_wake_set(&context->wake, first_deadline(context));
	}
	context->is_running = false;
}
