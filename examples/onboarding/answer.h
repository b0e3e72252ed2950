/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The answer to a request, before it becomes a CoAP response.
 */
#ifndef ADTLS_ONBOARDING_ANSWER_H
#define ADTLS_ONBOARDING_ANSWER_H

#include <coap3/coap.h>
#include <gnutls/gnutls.h>

#include "est.h"

/* The payload is a sentence for a person (RFC 7252 §5.5.2), or empty. */
#define ANSWER_DIAGNOSTIC (-1)

struct answer {
	coap_pdu_code_t code;
	int format;		/* Content-Format, or ANSWER_DIAGNOSTIC */
	gnutls_datum_t payload; /* freed with gnutls_free() */
};

/* Answers that a request is refused, and why. */
void answer_refuse(struct answer *answer, coap_pdu_code_t code,
		   const struct est_refusal *refusal);

/* Writes the answer into the response to a request; libcoap splits it into
 * blocks. The answer stays the caller's. */
void answer_send(const struct answer *answer, coap_resource_t *resource,
		 coap_session_t *session, const coap_pdu_t *request,
		 const coap_string_t *query, coap_pdu_t *response);

#endif
