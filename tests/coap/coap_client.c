/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A CoAP client that does what its arguments say, on all its sessions at once:
 *
 *   get=PATH       send a request, and wait until it is answered or has failed
 *   observe=PATH   the same, and go on observing
 *   heard=N        wait for N answers or notifications in all, on each session
 *   read           wait for a line on standard input
 *   disconnect     end the sessions, as libcoap sees it
 *   leave=PATH     as get, but release the session while its answer is handled
 *
 * Prints each answer and each failure with the session's number. */
#include "program_credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SESSIONS_MAX 64

struct client {
	struct options options;
	coap_context_t *context;
	coap_session_t *sessions[SESSIONS_MAX];
	unsigned heard[SESSIONS_MAX];
	unsigned waiting; /* for so many answers */
	unsigned failures;
	bool leaves;
};

static struct client client;

static unsigned number_of(const coap_session_t *session)
{
	return (unsigned)(uintptr_t)coap_session_get_app_data(session);
}

static coap_response_t take_answer(coap_session_t *session,
				   const coap_pdu_t *sent,
				   const coap_pdu_t *received,
				   const coap_mid_t mid)
{
	coap_pdu_code_t code = coap_pdu_get_code(received);
	const uint8_t *data = NULL;
	size_t len = 0, offset, total;

	(void)sent;
	(void)mid;
	coap_get_data_large(received, &len, &data, &offset, &total);
	printf("answer %u %u.%02u %.*s\n", number_of(session),
	       (unsigned)code >> 5, (unsigned)code & 31, (int)len,
	       (const char *)data);
	client.heard[number_of(session)]++;
	if (client.leaves) {
		client.sessions[number_of(session)] = NULL;
		coap_session_release(session);
	}
	if (client.waiting > 0)
		client.waiting--;
	return COAP_RESPONSE_OK;
}

static void take_failure(coap_session_t *session, const coap_pdu_t *sent,
			 const coap_nack_reason_t reason, const coap_mid_t mid)
{
	(void)sent;
	(void)mid;
	printf("failure %u %d\n", number_of(session), (int)reason);
	/* libcoap tries again after an ICMP error. */
	if (reason == COAP_NACK_ICMP_ISSUE)
		return;
	client.failures++;
	if (client.waiting > 0)
		client.waiting--;
}

static void send_request(coap_session_t *session, const char *path,
			 bool observes)
{
	coap_pdu_t *request = coap_new_pdu(COAP_MESSAGE_CON,
					   COAP_REQUEST_CODE_GET, session);
	uint8_t token[8], option[4];
	size_t token_len;

	coap_session_new_token(session, &token_len, token);
	coap_add_token(request, token_len, token);
	if (observes)
		coap_add_option(request, COAP_OPTION_OBSERVE,
				coap_encode_var_safe(option, sizeof(option),
						     COAP_OBSERVE_ESTABLISH),
				option);
	coap_add_option(request, COAP_OPTION_URI_PATH, strlen(path),
			(const uint8_t *)path);
	if (coap_send(session, request) == COAP_INVALID_MID) {
		printf("failure %u unsent\n", number_of(session));
		client.failures++;
	} else {
		client.waiting++;
	}
}

static void request_all(const char *path, bool observes)
{
	for (unsigned i = 0; i < client.options.sessions; i++)
		send_request(client.sessions[i], path, observes);
	while (client.waiting > 0)
		run_once(client.context, &client.options, 60000);
}

static void hear(unsigned wanted)
{
	for (unsigned i = 0; i < client.options.sessions; i++) {
		while (client.heard[i] < wanted)
			run_once(client.context, &client.options, 60000);
	}
}

static void disconnect_all(void)
{
	for (unsigned i = 0; i < client.options.sessions; i++)
		coap_session_disconnected(client.sessions[i],
					  COAP_NACK_NOT_DELIVERABLE);
}

static void leave_all(const char *path)
{
	client.leaves = true;
	request_all(path, false);
}

static void act(const char *action)
{
	char line[16];

	if (strncmp(action, "get=", 4) == 0)
		request_all(action + 4, false);
	else if (strncmp(action, "leave=", 6) == 0)
		leave_all(action + 6);
	else if (strncmp(action, "observe=", 8) == 0)
		request_all(action + 8, true);
	else if (strncmp(action, "heard=", 6) == 0)
		hear((unsigned)strtoul(action + 6, NULL, 10));
	else if (strcmp(action, "disconnect") == 0)
		disconnect_all();
	else if (strcmp(action, "read") != 0 ||
		 fgets(line, sizeof(line), stdin) == NULL)
		exit(2);
}

static coap_session_t *connect_session(coap_address_t *local)
{
	coap_address_t server = make_address(client.options.port);
	coap_dtls_pki_t pki;
	coap_dtls_cpsk_t psk;

	if (client.options.psk != NULL) {
		psk = make_client_psk(&client.options);
		return coap_new_client_session_psk2(client.context, local,
						    &server, COAP_PROTO_DTLS,
						    &psk);
	}
	pki = make_pki(&client.options);
	return coap_new_client_session_pki(client.context, local, &server,
					   COAP_PROTO_DTLS, &pki);
}

static void open_session(unsigned number)
{
	coap_address_t local = make_address(client.options.bind_port);
	coap_session_t *session = connect_session(
		client.options.bind_port > 0 ? &local : NULL);

	if (session == NULL) {
		coap_free_context(client.context);
		exit(1);
	}
	/* Tests do not wait for long: 22 s if nobody answers. */
	coap_session_set_ack_timeout(session, (coap_fixed_point_t){ 1, 0 });
	coap_session_set_max_retransmit(session, 3);
	coap_session_set_app_data(session, (void *)(uintptr_t)number);
	client.sessions[number] = session;
}

int main(int argc, char **argv)
{
	coap_startup();
	read_options(argc, argv, &client.options);
	if (client.options.sessions > SESSIONS_MAX)
		return 2;
	client.context = make_context(&client.options);
	coap_register_response_handler(client.context, take_answer);
	coap_register_nack_handler(client.context, take_failure);
	for (unsigned i = 0; i < client.options.sessions; i++)
		open_session(i);
	for (unsigned i = 0; i < client.options.action_count; i++)
		act(client.options.actions[i]);
	for (unsigned i = 0; i < client.options.sessions; i++)
		coap_session_release(client.sessions[i]);
	coap_free_context(client.context);
	coap_cleanup();
	return client.failures > 0 ? 1 : 0;
}
