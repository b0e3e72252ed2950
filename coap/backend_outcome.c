/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Outcomes of connections. */
#include "backend_outcome.h"

#include "backend_log.h"

#include <stdio.h>

#define DETAIL_MAX 512

static const char *type_name(adtls_coap_outcome_type_t type)
{
	switch (type) {
	case ADTLS_COAP_ESTABLISHED:
		return "established";
	case ADTLS_COAP_REFUSED:
		return "refused";
	case ADTLS_COAP_FAILED:
		return "failed";
	case ADTLS_COAP_CLOSED:
		return "closed";
	}
	return "unknown";
}

/* A field engineer's line. */
static void log_outcome(const adtls_coap_outcome_t *outcome)
{
	bool is_trouble = outcome->type == ADTLS_COAP_REFUSED ||
			  (outcome->type == ADTLS_COAP_FAILED &&
			   outcome->reason != ADTLS_REASON_CLOSED_LOCALLY);
	enum backend_log_level level = is_trouble ? BACKEND_LOG_WARNING :
						    BACKEND_LOG_INFO;

	if (outcome->type == ADTLS_COAP_ESTABLISHED)
		backend_log_session(level, outcome->session, "%s, peer '%s'",
				    type_name(outcome->type),
				    outcome->identity);
	else
		backend_log_session(level, outcome->session,
				    "%s, peer '%s': %s: %s",
				    type_name(outcome->type),
				    outcome->identity,
				    adtls_reason_name(outcome->reason),
				    outcome->detail);
}

void backend_outcome_tell(const struct backend_session *session,
			  adtls_coap_outcome_type_t type,
			  const adtls_event_t *closed)
{
	const struct backend_outcomes *outcomes = &session->context->outcomes;
	adtls_engine_t *engine = session->current.engine;
	char detail[DETAIL_MAX] = "";
	adtls_coap_outcome_t outcome = {
		.type = type,
		.session = session->coap,
		.engine = engine,
		.identity = adtls_engine_peer_identity(engine),
		.verdict = adtls_engine_verdict(engine),
		.detail = detail,
		.alert = closed != NULL ? closed->alert : ADTLS_ALERT_NONE,
		.alert_received = closed != NULL && closed->alert_received,
	};

	if (session->own_reason != ADTLS_REASON_NONE) {
		outcome.reason = session->own_reason;
		snprintf(detail, sizeof(detail), "%s", session->own_detail);
	} else if (type != ADTLS_COAP_ESTABLISHED) {
		outcome.reason = adtls_engine_reason(engine, detail,
						     sizeof(detail));
	}
	log_outcome(&outcome);
	if (outcomes->handler != NULL)
		outcomes->handler(outcomes->argument, &outcome);
}
