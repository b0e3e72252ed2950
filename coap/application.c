/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What applications say and ask, <adtls/coap.h>. */
#include <adtls/coap.h>

#include "backend_session.h"

#define MTU_MIN 256

int adtls_coap_set_policy(coap_context_t *context, adtls_policy_t *policy,
			  adtls_verifier_t *verifier)
{
	struct backend_context *backend = backend_context_to_change(context);
	struct backend_settings *settings;

	if (backend == NULL)
		return ADTLS_E_INVALID;
	settings = &backend->config.settings;
	/* First the new ones: they may be the old ones. */
	policy = policy != NULL ? adtls_policy_ref(policy) : NULL;
	verifier = verifier != NULL ? adtls_verifier_ref(verifier) : NULL;
	adtls_policy_unref(settings->policy);
	adtls_verifier_unref(settings->verifier);
	settings->policy = policy;
	settings->verifier = verifier;
	backend_context_renew(backend);
	return ADTLS_OK;
}

int adtls_coap_set_attester(coap_context_t *context, adtls_attester_t *attester)
{
	struct backend_context *backend = backend_context_to_change(context);

	if (backend == NULL)
		return ADTLS_E_INVALID;
	attester = attester != NULL ? adtls_attester_ref(attester) : NULL;
	adtls_attester_unref(backend->config.settings.attester);
	backend->config.settings.attester = attester;
	backend_context_renew(backend);
	return ADTLS_OK;
}

int adtls_coap_add_pin(coap_context_t *context, adtls_role_t role,
		       adtls_bytes_t key)
{
	struct backend_context *backend = backend_context_to_change(context);
	int error = ADTLS_E_INVALID;

	if (backend != NULL && (role == ADTLS_CLIENT || role == ADTLS_SERVER))
		error = backend_pins_add(&backend->config.pins[role], key);
	if (error == ADTLS_OK)
		backend_context_renew(backend);
	return error;
}

int adtls_coap_set_key_log(coap_context_t *context,
			   void (*write)(void *argument, const char *line),
			   void *argument)
{
	struct backend_context *backend = backend_context_to_change(context);

	if (backend == NULL)
		return ADTLS_E_INVALID;
	backend->config.settings.key_log = write;
	backend->config.settings.key_log_argument = argument;
	backend_context_renew(backend);
	return ADTLS_OK;
}

int adtls_coap_set_trace(coap_context_t *context,
			 void (*write)(void *argument, const char *line),
			 void *argument)
{
	struct backend_context *backend = backend_context_to_change(context);

	if (backend == NULL)
		return ADTLS_E_INVALID;
	backend->config.settings.trace = write;
	backend->config.settings.trace_argument = argument;
	backend_context_renew(backend);
	return ADTLS_OK;
}

int adtls_coap_set_configure(coap_context_t *context,
			     adtls_coap_configure_func configure,
			     void *argument)
{
	struct backend_context *backend = backend_context_to_change(context);

	if (backend == NULL)
		return ADTLS_E_INVALID;
	backend->config.settings.configure = configure;
	backend->config.settings.configure_argument = argument;
	backend_context_renew(backend);
	return ADTLS_OK;
}

int adtls_coap_set_mtu(coap_context_t *context, size_t mtu)
{
	struct backend_context *backend = backend_context_to_change(context);

	if (backend == NULL ||
	    (mtu != 0 && (mtu < MTU_MIN || mtu > LIBCOAP_DATAGRAM_MAX)))
		return ADTLS_E_INVALID;
	backend->config.settings.mtu = mtu;
	backend_context_renew(backend);
	return ADTLS_OK;
}

int adtls_coap_set_workers(coap_context_t *context, unsigned threads)
{
	struct backend_context *backend = backend_context_to_change(context);

	if (backend == NULL || backend->jobs.pool != NULL || threads == 0 ||
	    threads > ADTLS_JOB_POOL_THREADS_MAX)
		return ADTLS_E_INVALID;
	backend->jobs.threads = threads;
	return ADTLS_OK;
}

int adtls_coap_set_outcome_handler(coap_context_t *context,
				   adtls_coap_outcome_func handler,
				   void *argument)
{
	struct backend_context *backend = backend_context_find(context);

	if (backend == NULL)
		return ADTLS_E_INVALID;
	backend->outcomes.handler = handler;
	backend->outcomes.argument = argument;
	return ADTLS_OK;
}

const adtls_engine_t *adtls_coap_engine(const coap_session_t *session)
{
	const struct backend_context *backend = backend_context_of(session);
	const struct backend_session *found =
		backend != NULL ? backend_session_find(backend, session) : NULL;

	return found != NULL ? found->current.engine : NULL;
}

adtls_verdict_t *adtls_coap_verdict(const coap_session_t *session)
{
	const adtls_engine_t *engine = adtls_coap_engine(session);

	return engine != NULL ? adtls_engine_verdict(engine) : NULL;
}

adtls_authorization_t adtls_coap_authorization(const coap_session_t *session)
{
	const adtls_engine_t *engine = adtls_coap_engine(session);

	return engine != NULL ? adtls_engine_authorization(engine) :
				ADTLS_AUTHORIZATION_NONE;
}

const char *adtls_coap_peer_identity(const coap_session_t *session)
{
	const adtls_engine_t *engine = adtls_coap_engine(session);

	return engine != NULL ? adtls_engine_peer_identity(engine) : "";
}

adtls_bytes_t adtls_coap_peer_certificate(const coap_session_t *session)
{
	const adtls_engine_t *engine = adtls_coap_engine(session);

	return engine != NULL ? adtls_engine_peer_certificate(engine) :
				(adtls_bytes_t){ NULL, 0 };
}

bool adtls_coap_statistics(const coap_session_t *session,
			   adtls_statistics_t *out)
{
	const adtls_engine_t *engine = adtls_coap_engine(session);

	*out = (adtls_statistics_t){ 0 };
	if (engine != NULL)
		adtls_engine_statistics(engine, out);
	return engine != NULL;
}
