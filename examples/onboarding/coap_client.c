/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A libcoap client that waits. Each request is confirmable; what CoAP's own
 * retransmissions (RFC 7252 §4.2) do not get through is sent again as the very
 * same message while there is time, so that the gateway can tell.
 */
#include "coap_client.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "address.h"

/* How long libcoap may sleep before we look at the clock. */
#define LOOP_MS 100

/* How long close_notify gets to leave. */
#define CLOSE_MS 10

/* RFC 9148 §4.7: the wait between two attempts if the gateway names none. */
#define RETRY_SECONDS 2

/* RFC 7252 §4.8.1 allows no shorter ACK_TIMEOUT than a second. With three
 * retransmissions libcoap gives a message up after 15 to 22 seconds, and we
 * send it again without its back-off having grown to minutes. */
#define ACK_TIMEOUT    ((coap_fixed_point_t){ 1, 0 })
#define MAX_RETRANSMIT 3

struct coap_client {
	coap_context_t *context;
	coap_session_t *session;
	uint64_t deadline_ms;
	struct coap_client_response *response;
	bool is_answered;
	bool is_undelivered;
	bool is_ended;
	enum body_progress progress;
	unsigned retry_seconds;
	struct attestation_ending ending;
};

/* Milliseconds of a clock that never goes back. */
static uint64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Reads an option with an unsigned value; the default if it is not there. */
static int read_option(const coap_pdu_t *pdu, coap_option_num_t number,
		       int otherwise)
{
	coap_opt_iterator_t iterator;
	coap_opt_t *option = coap_check_option(pdu, number, &iterator);

	return option == NULL
		       ? otherwise
		       : (int)coap_decode_var_bytes(coap_opt_value(option),
						    coap_opt_length(option));
}

/* Takes a response, or a block of one. */
static coap_response_t on_response(coap_session_t *session,
				   const coap_pdu_t *sent,
				   const coap_pdu_t *received,
				   const coap_mid_t id)
{
	coap_client_t *client =
		coap_get_app_data(coap_session_get_context(session));
	coap_pdu_code_t code = coap_pdu_get_code(received);
	const uint8_t *data = NULL;
	size_t len = 0;
	size_t offset = 0;
	size_t total = 0;

	(void)sent;
	(void)id;
	if (client->response == NULL || client->is_answered)
		return COAP_RESPONSE_OK;
	client->response->code =
		(unsigned)(code >> 5) * 100 + (unsigned)(code & 0x1f);
	client->response->format =
		read_option(received, COAP_OPTION_CONTENT_FORMAT, -1);
	client->retry_seconds = (unsigned)read_option(
		received, COAP_OPTION_MAXAGE, RETRY_SECONDS);
	coap_get_data_large(received, &len, &data, &offset, &total);
	client->progress = body_add(&client->response->body, offset, data, len,
				    total <= offset + len);
	client->is_answered = client->progress != BODY_MORE;
	return COAP_RESPONSE_OK;
}

/* Notes that a request did not get through. */
static void on_nack(coap_session_t *session, const coap_pdu_t *sent,
		    const coap_nack_reason_t reason, const coap_mid_t id)
{
	coap_client_t *client =
		coap_get_app_data(coap_session_get_context(session));

	(void)sent;
	(void)id;
	client->is_undelivered = true;
	if (reason != COAP_NACK_TOO_MANY_RETRIES && reason != COAP_NACK_RST)
		client->is_ended = true;
}

/* Notes that the connection is over. */
static int on_event(coap_session_t *session, const coap_event_t event)
{
	coap_client_t *client =
		coap_get_app_data(coap_session_get_context(session));

	if (event == COAP_EVENT_DTLS_CLOSED || event == COAP_EVENT_DTLS_ERROR)
		client->is_ended = true;
	return 0;
}

/* Starts the handshake. */
static coap_session_t *
connect_session(coap_context_t *context,
		const struct coap_client_options *options)
{
	coap_address_t address;
	coap_dtls_pki_t pki = {
		.version = COAP_DTLS_PKI_SETUP_VERSION,
		.verify_peer_cert = 1,
		.client_sni = (char *)options->host,
		.pki_key.key_type = COAP_PKI_KEY_PEM,
		.pki_key.key.pem = {
			.ca_file = options->ca_file,
			.public_cert = options->certificate_file,
			.private_key = options->key_file,
		},
	};
	coap_session_t *session;

	if (!attestation_check_files(options->certificate_file,
				     options->key_file, &options->ca_file, 1) ||
	    !address_from_name(options->host, options->port, &address))
		return NULL;
	session = coap_new_client_session_pki(context, NULL, &address,
					      COAP_PROTO_DTLS, &pki);
	if (session != NULL) {
		coap_session_set_ack_timeout(session, ACK_TIMEOUT);
		coap_session_set_max_retransmit(session, MAX_RETRANSMIT);
		return session;
	}
	warnx("certificate %s, key %s, CA %s: cannot be used to "
	      "connect",
	      options->certificate_file, options->key_file, options->ca_file);
	return NULL;
}

coap_client_t *coap_client_open(const struct coap_client_options *options)
{
	coap_client_t *client = calloc(1, sizeof(*client));

	if (client == NULL) {
		warnx("out of memory");
		return NULL;
	}
	client->deadline_ms =
		now_ms() + (uint64_t)options->timeout_seconds * 1000;
	client->context = coap_new_context(NULL);
	if (client->context != NULL) {
		coap_set_app_data(client->context, client);
		coap_context_set_block_mode(client->context,
					    COAP_BLOCK_USE_LIBCOAP);
		coap_register_response_handler(client->context, on_response);
		coap_register_nack_handler(client->context, on_nack);
		coap_register_event_handler(client->context, on_event);
		if (attestation_offer(client->context, options->claims,
				      &client->ending))
			client->session =
				connect_session(client->context, options);
	}
	if (client->session != NULL)
		return client;
	coap_client_close(client);
	return NULL;
}

void coap_client_close(coap_client_t *client)
{
	if (client == NULL)
		return;
	if (client->session != NULL) {
		coap_session_release(client->session);
		coap_io_process(client->context, CLOSE_MS);
	}
	coap_free_context(client->context);
	free(client);
}

/* Adds an option with an unsigned value unless it is negative. */
static bool add_option(coap_pdu_t *pdu, coap_option_num_t number, int value)
{
	uint8_t encoded[4];
	unsigned length;

	if (value < 0)
		return true;
	length =
		coap_encode_var_safe(encoded, sizeof(encoded), (unsigned)value);
	return coap_add_option(pdu, number, length, encoded) > 0;
}

/* Adds a Uri-Path option for each segment. */
static bool add_path(coap_pdu_t *pdu, const char *path)
{
	while (*path != '\0') {
		size_t length = strcspn(path, "/");

		if (coap_add_option(pdu, COAP_OPTION_URI_PATH, length,
				    (const uint8_t *)path) == 0)
			return false;
		path += length;
		path += *path == '/';
	}
	return true;
}

/* What makes two messages the same one (RFC 7252 §4.5). */
struct message_identity {
	coap_mid_t id;
	uint8_t token[8];
	size_t token_len;
};

/* Encodes a request; NULL without memory. */
static coap_pdu_t *encode(coap_client_t *client,
			  const struct coap_client_request *request,
			  const struct message_identity *identity)
{
	coap_pdu_t *pdu = coap_new_pdu(COAP_MESSAGE_CON,
				       (coap_pdu_code_t)request->method,
				       client->session);

	if (pdu == NULL)
		return NULL;
	coap_pdu_set_mid(pdu, identity->id);
	if (coap_add_token(pdu, identity->token_len, identity->token) &&
	    add_path(pdu, request->path) &&
	    add_option(pdu, COAP_OPTION_CONTENT_FORMAT, request->format) &&
	    add_option(pdu, COAP_OPTION_ACCEPT, request->accept) &&
	    (request->payload.size == 0 ||
	     coap_add_data_large_request(client->session, pdu,
					 request->payload.size,
					 request->payload.data, NULL, NULL)))
		return pdu;
	coap_delete_pdu(pdu);
	return NULL;
}

/* Runs libcoap until an answer, a failure or the deadline. */
static void wait_for_answer(coap_client_t *client)
{
	while (!client->is_answered && !client->is_undelivered &&
	       !client->is_ended && now_ms() < client->deadline_ms)
		if (coap_io_process(client->context, LOOP_MS) < 0)
			client->is_ended = true;
}

/* Keeps the connection going for a while, as the gateway asked. */
static void pause_client(coap_client_t *client)
{
	uint64_t end = now_ms() + (uint64_t)client->retry_seconds * 1000;

	while (!client->is_ended && now_ms() < end &&
	       now_ms() < client->deadline_ms)
		if (coap_io_process(client->context, LOOP_MS) < 0)
			client->is_ended = true;
}

/* Sends a request once and waits; false without memory. */
static bool attempt(coap_client_t *client,
		    const struct coap_client_request *request,
		    const struct message_identity *identity,
		    struct coap_client_response *response)
{
	coap_pdu_t *pdu = encode(client, request, identity);

	if (pdu == NULL)
		return false;
	body_clear(&response->body);
	client->response = response;
	client->is_answered = false;
	client->is_undelivered = false;
	if (coap_send(client->session, pdu) == COAP_INVALID_MID)
		client->is_undelivered = true;
	wait_for_answer(client);
	client->response = NULL;
	return true;
}

/* Says why there is no answer. */
static enum coap_client_result explain(const coap_client_t *client,
				       struct est_refusal *refusal)
{
	static const enum coap_client_result results[] = {
		[ATTESTATION_END_NETWORK] = COAP_CLIENT_NETWORK,
		[ATTESTATION_END_GATEWAY] = COAP_CLIENT_REFUSED,
		[ATTESTATION_END_SENSOR] = COAP_CLIENT_UNTRUSTED,
		[ATTESTATION_END_LOCAL] = COAP_CLIENT_LOCAL,
	};

	if (client->is_answered) {
		est_refuse(refusal, "answer-size",
			   "the gateway's answer is larger than %d bytes, or "
			   "incomplete",
			   EST_RESPONSE_MAX);
		return COAP_CLIENT_UNTRUSTED;
	}
	if (client->ending.is_ended) {
		*refusal = client->ending.refusal;
		return results[client->ending.end];
	}
	est_refuse(refusal, "no-answer", "the gateway did not answer in time");
	return COAP_CLIENT_NETWORK;
}

/* True if it makes sense to send the request again. */
static bool is_worth_repeating(const coap_client_t *client,
			       const struct coap_client_response *response)
{
	if (client->is_ended || now_ms() >= client->deadline_ms)
		return false;
	return client->is_undelivered ||
	       (client->is_answered && response->code == 503);
}

enum coap_client_result coap_client_request(
	coap_client_t *client, const struct coap_client_request *request,
	struct coap_client_response *response, struct est_refusal *refusal)
{
	struct message_identity identity = {
		.id = coap_new_message_id(client->session),
	};

	memset(response, 0, sizeof(*response));
	body_init(&response->body, EST_RESPONSE_MAX);
	coap_session_new_token(client->session, &identity.token_len,
			       identity.token);
	for (;;) {
		if (!attempt(client, request, &identity, response)) {
			est_refuse(refusal, "local-error",
				   "the request does not fit into a message");
			return COAP_CLIENT_LOCAL;
		}
		if (!is_worth_repeating(client, response))
			break;
		if (client->is_answered) {
			pause_client(client);
			identity.id = coap_new_message_id(client->session);
		}
	}
	if (client->is_answered && client->progress == BODY_COMPLETE)
		return COAP_CLIENT_ANSWERED;
	return explain(client, refusal);
}

void coap_client_statistics(const coap_client_t *client,
			    adtls_statistics_t *out)
{
	if (!adtls_coap_statistics(client->session, out))
		*out = client->ending.statistics;
}
