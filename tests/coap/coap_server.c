/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A CoAP server that tests ask what it knows of them. Prints "ready", and what
 * came of each connection, until SIGTERM. */
#include "program_credentials.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sessions that libcoap made and freed. */
static unsigned sessions_made, sessions_freed, sessions_most;
static coap_resource_t *counted;
static unsigned count;
static volatile sig_atomic_t is_over;

static void end(int signal_number)
{
	(void)signal_number;
	is_over = 1;
}

static int count_sessions(coap_session_t *session, const coap_event_t event)
{
	(void)session;
	if (event == COAP_EVENT_SERVER_SESSION_NEW)
		sessions_made++;
	if (event == COAP_EVENT_SERVER_SESSION_DEL)
		sessions_freed++;
	if (sessions_made - sessions_freed > sessions_most)
		sessions_most = sessions_made - sessions_freed;
	return 0;
}

static void answer(coap_pdu_t *response, const char *text)
{
	coap_pdu_set_code(response, COAP_RESPONSE_CODE_CONTENT);
	coap_add_data(response, strlen(text), (const uint8_t *)text);
}

static void get_identity(coap_resource_t *resource, coap_session_t *session,
			 const coap_pdu_t *request, const coap_string_t *query,
			 coap_pdu_t *response)
{
	adtls_verdict_t *verdict = adtls_coap_verdict(session);
	adtls_statistics_t statistics;
	const coap_bin_const_t *psk = coap_session_get_psk_identity(session);
	char text[512];

	(void)resource;
	(void)request;
	(void)query;
	adtls_coap_statistics(session, &statistics);
	snprintf(text, sizeof(text),
		 "identity=%s certificate=%d authorization=%d software=%s "
		 "granted=%d received=%d psk=%.*s",
		 adtls_coap_peer_identity(session),
		 adtls_coap_peer_certificate(session).len > 0,
		 (int)adtls_coap_authorization(session),
		 verdict != NULL ? adtls_verdict_software(verdict) : "",
		 verdict != NULL && adtls_verdict_expires_at(verdict) >
					    adtls_verdict_appraised_at(verdict),
		 statistics.datagrams_received > 0,
		 psk != NULL ? (int)psk->length : 0,
		 psk != NULL && psk->s != NULL ? (const char *)psk->s : "");
	answer(response, text);
}

static void get_sessions(coap_resource_t *resource, coap_session_t *session,
			 const coap_pdu_t *request, const coap_string_t *query,
			 coap_pdu_t *response)
{
	char text[64];

	(void)resource;
	(void)session;
	(void)request;
	(void)query;
	snprintf(text, sizeof(text), "made=%u now=%u most=%u", sessions_made,
		 sessions_made - sessions_freed, sessions_most);
	answer(response, text);
}

/* Ends the session from within its own request. */
static void get_close(coap_resource_t *resource, coap_session_t *session,
		      const coap_pdu_t *request, const coap_string_t *query,
		      coap_pdu_t *response)
{
	(void)resource;
	(void)request;
	(void)query;
	(void)response;
	coap_session_disconnected(session, COAP_NACK_NOT_DELIVERABLE);
}

/* --refuse-later: with another callback's argument from here on. */
static void get_renew(coap_resource_t *resource, coap_session_t *session,
		      const coap_pdu_t *request, const coap_string_t *query,
		      coap_pdu_t *response)
{
	static struct options renewed;
	const struct options *options = coap_resource_get_userdata(resource);
	coap_dtls_pki_t pki;

	(void)request;
	(void)query;
	renewed = *options;
	renewed.refuse = options->refuse_later;
	pki = make_pki(&renewed);
	if (coap_context_set_pki(coap_session_get_context(session), &pki))
		answer(response, "renewed");
}

static void get_count(coap_resource_t *resource, coap_session_t *session,
		      const coap_pdu_t *request, const coap_string_t *query,
		      coap_pdu_t *response)
{
	char text[16];

	(void)resource;
	(void)session;
	(void)request;
	(void)query;
	snprintf(text, sizeof(text), "%u", count);
	answer(response, text);
}

/* More than any datagram takes. */
static void get_large(coap_resource_t *resource, coap_session_t *session,
		      const coap_pdu_t *request, const coap_string_t *query,
		      coap_pdu_t *response)
{
	static uint8_t body[20000];

	for (size_t i = 0; i < sizeof(body); i++)
		body[i] = (uint8_t)('a' + i % 26);
	coap_pdu_set_code(response, COAP_RESPONSE_CODE_CONTENT);
	coap_add_data_large_response(resource, session, request, response,
				     query, COAP_MEDIATYPE_TEXT_PLAIN, -1, 0,
				     sizeof(body), body, NULL, NULL);
}

static void add_resource(coap_context_t *context, const char *path,
			 coap_method_handler_t handler, struct options *options)
{
	coap_resource_t *resource =
		coap_resource_init(coap_make_str_const(path),
				   COAP_RESOURCE_FLAGS_NOTIFY_CON);

	coap_resource_set_userdata(resource, options);
	coap_register_request_handler(resource, COAP_REQUEST_GET, handler);
	coap_resource_set_get_observable(resource, handler == get_count);
	coap_add_resource(context, resource);
	if (handler == get_count)
		counted = resource;
}

/* PKI, PSK, or both. */
static bool set_credentials(coap_context_t *context,
			    const struct options *options)
{
	bool has_psk = options->psk != NULL || options->identities.count > 0 ||
		       options->psk_names.count > 0;
	bool has_pki = options->certificate != NULL || !has_psk;
	coap_dtls_pki_t pki;
	coap_dtls_spsk_t psk;

	if (has_pki) {
		pki = make_pki(options);
		if (!coap_context_set_pki(context, &pki))
			return false;
	}
	if (has_psk) {
		psk = make_server_psk(options);
		return coap_context_set_psk2(context, &psk);
	}
	return true;
}

int main(int argc, char **argv)
{
	struct options options;
	coap_context_t *context;
	coap_address_t address;

	coap_startup();
	read_options(argc, argv, &options);
	context = make_context(&options);
	address = make_address(options.port);
	coap_register_event_handler(context, count_sessions);
	add_resource(context, "identity", get_identity, &options);
	add_resource(context, "sessions", get_sessions, &options);
	add_resource(context, "close", get_close, &options);
	add_resource(context, "renew", get_renew, &options);
	add_resource(context, "count", get_count, &options);
	add_resource(context, "large", get_large, &options);
	if (!set_credentials(context, &options) ||
	    coap_new_endpoint(context, &address, COAP_PROTO_DTLS) == NULL) {
		coap_free_context(context);
		return 1;
	}
	signal(SIGTERM, end);
	puts("ready");
	while (!is_over) {
		run_once(context, &options, 100);
		count++;
		coap_resource_notify_observers(counted, NULL);
	}
	coap_free_context(context);
	coap_cleanup();
	return 0;
}
