/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The state that a gateway keeps for a session, hung on the session itself, so
 * that it can never be another's.
 */
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

/* libcoap frees a context's last sessions without telling, hence a list. */
static LIST_HEAD(, exchange) exchanges = LIST_HEAD_INITIALIZER(exchanges);

struct exchange *exchange_of(coap_session_t *session)
{
	struct exchange *exchange = coap_session_get_app_data(session);

	if (exchange != NULL)
		return exchange;
	exchange = calloc(1, sizeof(*exchange));
	if (exchange == NULL)
		return NULL;
	LIST_INSERT_HEAD(&exchanges, exchange, link);
	coap_session_set_app_data(session, exchange);
	return exchange;
}

/* Frees one exchange. */
static void forget(struct exchange *exchange)
{
	LIST_REMOVE(exchange, link);
	body_clear(&exchange->body);
	gnutls_free(exchange->answer.payload.data);
	free(exchange);
}

void exchange_forget(coap_session_t *session)
{
	struct exchange *exchange = coap_session_get_app_data(session);

	if (exchange == NULL)
		return;
	coap_session_set_app_data(session, NULL);
	forget(exchange);
}

void exchange_forget_all(void)
{
	while (!LIST_EMPTY(&exchanges))
		forget(LIST_FIRST(&exchanges));
}

enum body_progress exchange_add(struct exchange *exchange,
				coap_resource_t *resource,
				const coap_pdu_t *request, size_t max)
{
	const uint8_t *data = NULL;
	size_t len = 0;
	size_t offset = 0;
	size_t total = 0;

	if (exchange->resource != resource) {
		body_clear(&exchange->body);
		body_init(&exchange->body, max);
		exchange->resource = resource;
	}
	if (!coap_get_data_large(request, &len, &data, &offset, &total))
		return body_add(&exchange->body, 0, NULL, 0, true);
	return body_add(&exchange->body, offset, data, len,
			total <= offset + len);
}

bool exchange_is_repeated(const struct exchange *exchange,
			  const coap_pdu_t *request)
{
	coap_bin_const_t token = coap_pdu_get_token(request);

	return exchange->is_answered &&
	       exchange->message_id == coap_pdu_get_mid(request) &&
	       exchange->token_len == token.length &&
	       memcmp(exchange->token, token.s, token.length) == 0;
}

void exchange_answered(struct exchange *exchange, const coap_pdu_t *request,
		       struct answer *answer)
{
	coap_bin_const_t token = coap_pdu_get_token(request);

	gnutls_free(exchange->answer.payload.data);
	exchange->answer = *answer;
	memset(answer, 0, sizeof(*answer));
	exchange->message_id = coap_pdu_get_mid(request);
	exchange->token_len = token.length < EXCHANGE_TOKEN_MAX
				      ? token.length
				      : EXCHANGE_TOKEN_MAX;
	memcpy(exchange->token, token.s, exchange->token_len);
	exchange->is_answered = true;
}
