/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A device's current request and our last answer to it. libcoap hands a
 * retransmitted request to its handler again; RFC 7252 §4.5 wants it answered
 * as before and not carried out twice.
 */
#ifndef ADTLS_ONBOARDING_EXCHANGE_H
#define ADTLS_ONBOARDING_EXCHANGE_H

#include <coap3/coap.h>
#include <stdbool.h>
#include <sys/queue.h>

#include "answer.h"
#include "body.h"

/* RFC 7252 §3: a token has at most 8 bytes. */
#define EXCHANGE_TOKEN_MAX 8

struct exchange {
	LIST_ENTRY(exchange) link;
	coap_resource_t *resource; /* that the body is for */
	struct body body;
	bool is_answered;
	coap_mid_t message_id;
	uint8_t token[EXCHANGE_TOKEN_MAX];
	size_t token_len;
	struct answer answer;
};

/* The session's exchange, made if there is none; NULL without memory. */
struct exchange *exchange_of(coap_session_t *session);

/* Frees the session's exchange, if any. */
void exchange_forget(coap_session_t *session);

/* Frees the exchanges of all sessions; call it when the sessions are gone. */
void exchange_forget_all(void);

/* Adds the request's payload to the body; a request for another resource
 * starts a new one of at most max bytes. */
enum body_progress exchange_add(struct exchange *exchange,
				coap_resource_t *resource,
				const coap_pdu_t *request, size_t max);

/* True if this very message was answered already. */
bool exchange_is_repeated(const struct exchange *exchange,
			  const coap_pdu_t *request);

/* Keeps the answer for repetitions of the request; takes its payload over. */
void exchange_answered(struct exchange *exchange, const coap_pdu_t *request,
		       struct answer *answer);

#endif
