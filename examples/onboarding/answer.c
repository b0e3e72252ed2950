/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making answers and handing them to libcoap.
 */
#include "answer.h"

#include <stdio.h>
#include <string.h>

/* RFC 9148 §4.7: when to ask again while an appraisal is under way. */
#define RETRY_SECONDS 2

void answer_refuse(struct answer *answer, coap_pdu_code_t code,
		   const struct est_refusal *refusal)
{
	char text[EST_SENTENCE_SIZE + 64];
	int length = snprintf(text, sizeof(text), "%s: %s", refusal->reason,
			      refusal->sentence);

	answer->code = code;
	answer->format = ANSWER_DIAGNOSTIC;
	answer->payload.data = (unsigned char *)gnutls_strdup(text);
	answer->payload.size = answer->payload.data == NULL ? 0
							    : (unsigned)length;
}

/* Frees what libcoap has sent. */
static void release_payload(coap_session_t *session, void *payload)
{
	(void)session;
	gnutls_free(payload);
}

void answer_send(const struct answer *answer, coap_resource_t *resource,
		 coap_session_t *session, const coap_pdu_t *request,
		 const coap_string_t *query, coap_pdu_t *response)
{
	uint8_t retry[1] = { RETRY_SECONDS };
	void *copy;

	coap_pdu_set_code(response, answer->code);
	if (answer->code == COAP_RESPONSE_CODE_SERVICE_UNAVAILABLE)
		coap_add_option(response, COAP_OPTION_MAXAGE, sizeof(retry),
				retry);
	if (answer->payload.size == 0)
		return;
	if (answer->format == ANSWER_DIAGNOSTIC) {
		coap_add_data(response, answer->payload.size,
			      answer->payload.data);
		return;
	}
	copy = gnutls_malloc(answer->payload.size);
	if (copy == NULL) {
		coap_pdu_set_code(response, COAP_RESPONSE_CODE_INTERNAL_ERROR);
		return;
	}
	memcpy(copy, answer->payload.data, answer->payload.size);
	coap_add_data_large_response(resource, session, request, response,
				     query, (uint16_t)answer->format, -1, 0,
				     answer->payload.size, copy,
				     release_payload, copy);
}
