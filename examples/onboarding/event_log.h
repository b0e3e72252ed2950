/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a gateway tells its operator: a line of text for each decision on
 * standard output, and the same as a JSON line for programs.
 */
#ifndef ADTLS_ONBOARDING_EVENT_LOG_H
#define ADTLS_ONBOARDING_EVENT_LOG_H

#include <adtls/coap.h>

typedef struct event_log event_log_t;

/* Opens a log; json_file may be NULL. Complains and returns NULL on failure.
 * Close with event_log_close(). */
event_log_t *event_log_open(const char *json_file);

void event_log_close(event_log_t *log);

/* The gateway is ready at this address. */
void event_log_listening(event_log_t *log, const char *host, unsigned port);

/* A connection came to this. */
void event_log_outcome(event_log_t *log, const adtls_coap_outcome_t *outcome);

/* One answered request of a device. */
struct event_log_request {
	const char *device;   /* ueid, or "" */
	const char *resource; /* path */
	unsigned code;	      /* CoAP, 205 for 2.05 */
	const char *reason;   /* NULL unless refused */
	const char *sentence; /* NULL unless refused */
};

void event_log_request(event_log_t *log, const coap_session_t *session,
		       const struct event_log_request *request);

#endif
