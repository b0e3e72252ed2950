/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The handshake's loop, and what its states share. */
#include "handshake/handshake.h"

#include "handshake/message_table.h"
#include "messages/authentication.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Largest bodies that are accepted. Certificates: eight of 4 KiB. */
#define HELLO_MAX 4096
#define CERTIFICATE_MAX 32768
#define OTHER_MAX 8192

struct handshake *handshake_new(const struct adtls_config *config,
				adtls_role_t role, struct channel *channel,
				struct hs_facts *facts, void *layer)
{
	struct handshake *hs = calloc(1, sizeof(*hs));

	if (hs == NULL)
		return NULL;
	hs->config = config;
	hs->role = role;
	hs->channel = channel;
	hs->facts = facts;
	hs->layer = layer;
	hs->credentials = adtls_credentials_ref(config->credentials);
	hs->state = role == ADTLS_CLIENT ? CLIENT_SEND_HELLO :
					   SERVER_RECEIVE_CLIENT_HELLO;
	hs->client_types = ADTLS_PEER_X509;
	hs->server_types = ADTLS_PEER_X509;
	hs->failure.alert = ADTLS_ALERT_NONE;
	hs->hold.until_us = ADTLS_NEVER;
	transcript_init(&hs->transcript);
	channel->incoming.max_len = handshake_message_max;
	channel->incoming.max_len_context = hs;
	return hs;
}

void handshake_free(struct handshake *hs)
{
	if (hs == NULL)
		return;
	hs->channel->incoming.max_len = NULL;
	hs->channel->incoming.max_len_context = NULL;
	adtls_job_free(hs->job.outgoing);
	adtls_job_free(hs->job.finished);
	crypto_key_exchange_free(hs->key_exchange);
	adtls_credentials_unref(hs->credentials);
	buffer_clear(&hs->client_hello);
	buffer_clear(&hs->cookie);
	buffer_clear(&hs->request_context);
	transcript_clear(&hs->transcript);
	key_schedule_clear(&hs->schedule);
	hs_psks_clear(&hs->psk);
	certificate_verdict_clear(&hs->peer);
	bytes_wipe(hs, sizeof(*hs));
	free(hs);
}

void hs_facts_clear(struct hs_facts *facts)
{
	free(facts->server_name);
	facts->server_name = NULL;
	free(facts->peer_identity);
	facts->peer_identity = NULL;
	buffer_clear(&facts->peer_certificate);
	hs_resumption_free(facts->resumption);
	facts->resumption = NULL;
	secret_wipe(&facts->exporter_main);
}

bool hs_facts_set_identity(struct hs_facts *facts, const char *identity)
{
	char *copy = strdup(identity);

	if (copy == NULL)
		return false;
	free(facts->peer_identity);
	facts->peer_identity = copy;
	return true;
}

const char *hs_facts_identity(const struct hs_facts *facts)
{
	return facts->peer_identity != NULL ? facts->peer_identity : "";
}

enum hs_state hs_fail(struct handshake *hs, adtls_alert_t alert,
		      adtls_reason_t reason, const char *format, ...)
{
	va_list arguments;

	/* The first failure is the cause; what follows is its echo. */
	if (hs->failure.reason != ADTLS_REASON_NONE)
		return HS_FAILED;
	hs->failure.alert = alert;
	hs->failure.reason = reason;
	va_start(arguments, format);
	vsnprintf(hs->failure.detail, sizeof(hs->failure.detail), format,
		  arguments);
	va_end(arguments);
	return HS_FAILED;
}

enum hs_state hs_fail_memory(struct handshake *hs)
{
	return hs_fail(hs, ADTLS_ALERT_INTERNAL_ERROR, ADTLS_REASON_INTERNAL,
		       "out of memory, or a primitive failed");
}

bool hs_transcript_add(struct handshake *hs, uint8_t type, adtls_bytes_t body)
{
	if (!transcript_add(&hs->transcript, type, body)) {
		hs_fail_memory(hs);
		return false;
	}
	return true;
}

bool hs_send(struct handshake *hs, uint64_t epoch, uint8_t type,
	     struct buffer *body)
{
	if (!hs_transcript_add(hs, type, buffer_bytes(body)) ||
	    !channel_send(hs->channel, epoch, type, body)) {
		buffer_clear(body);
		hs_fail_memory(hs);
		return false;
	}
	config_trace(hs->config, "send %s", handshake_type_name(type));
	return true;
}

enum hs_state hs_start_job(struct handshake *hs, adtls_job_t *job)
{
	if (job == NULL) {
		return hs_fail(hs, ADTLS_ALERT_INTERNAL_ERROR,
			       ADTLS_REASON_INTERNAL, "no memory for a job");
	}
	job->owner = hs->engine_id;
	job->serial = ++*hs->job_serial;
	hs->job.outgoing = job;
	hs->job.awaited = job->serial;
	return HS_STAY;
}

adtls_job_t *hs_take_job(struct handshake *hs)
{
	adtls_job_t *job = hs->job.finished;

	if (job != NULL)
		hs->job = (struct hs_job){ 0 };
	return job;
}

bool handshake_finish_job(struct handshake *hs, adtls_job_t *job)
{
	if (hs->job.awaited == 0 || job->serial != hs->job.awaited ||
	    hs->job.finished != NULL)
		return false;
	hs->job.finished = job;
	return true;
}

bool handshake_is_working(const struct handshake *hs)
{
	return hs->job.awaited != 0 && hs->job.finished == NULL;
}

size_t handshake_message_max(const void *context, uint8_t type)
{
	const struct handshake *hs = context;
	const struct hs_layer *layer = hs->config->layer;

	switch (type) {
	case HANDSHAKE_CLIENT_HELLO:
	case HANDSHAKE_SERVER_HELLO:
		return HELLO_MAX;
	case HANDSHAKE_CERTIFICATE:
		return CERTIFICATE_MAX;
	case HANDSHAKE_ATTESTATION:
		return ATTESTATION_PREFIX_LEN + layer->message_limit(hs->layer);
	default:
		return OTHER_MAX;
	}
}

/* Can the peer's Attestation still be on its way, and was it agreed on? */
static enum hs_fragment_use attestation_use(const struct handshake *hs)
{
	const struct hs_layer *layer = hs->config->layer;
	adtls_role_t peer = hs->role == ADTLS_CLIENT ? ADTLS_SERVER :
						       ADTLS_CLIENT;

	/* Before EncryptedExtensions nothing is agreed on yet (protocol §7). */
	if (hs->role == ADTLS_CLIENT &&
	    hs->state <= CLIENT_RECEIVE_ENCRYPTED_EXTENSIONS)
		return HS_FRAGMENT_DROP;
	if (layer == NULL || !layer->has_message(hs->layer, peer))
		return HS_FRAGMENT_UNEXPECTED;
	return HS_FRAGMENT_TAKE;
}

enum hs_fragment_use
handshake_fragment_use(const struct handshake *hs, uint64_t epoch,
		       const struct handshake_fragment *fragment)
{
	bool is_hello = fragment->type == HANDSHAKE_CLIENT_HELLO ||
			fragment->type == HANDSHAKE_SERVER_HELLO;

	/* Plaintext is nobody's word: only the very hello that is waited for. */
	if (epoch == EPOCH_PLAINTEXT) {
		if (hs->state == CLIENT_RECEIVE_SERVER_HELLO &&
		    fragment->type == HANDSHAKE_SERVER_HELLO &&
		    fragment->message_seq == hs->channel->incoming.next_seq)
			return HS_FRAGMENT_TAKE;
		return HS_FRAGMENT_DROP;
	}
	if (is_hello || epoch != EPOCH_HANDSHAKE)
		return HS_FRAGMENT_UNEXPECTED;
	if (fragment->type == HANDSHAKE_ATTESTATION)
		return attestation_use(hs);
	return HS_FRAGMENT_TAKE;
}

/* Take the next complete message to its handler. */
static enum hs_state receive_message(struct handshake *hs)
{
	struct buffer body = { 0 };
	hs_receive_func receive;
	enum hs_state next;
	uint8_t type;

	if (!reassembly_next(&hs->channel->incoming, &type, &body))
		return HS_STAY;
	config_trace(hs->config, "receive %s", handshake_type_name(type));
	receive = hs_receiver(hs->state, type);
	if (receive != NULL)
		next = receive(hs, buffer_bytes(&body));
	else
		next = hs_fail(hs, ADTLS_ALERT_UNEXPECTED_MESSAGE,
			       ADTLS_REASON_UNEXPECTED_MESSAGE,
			       "%s was not expected here",
			       handshake_type_name(type));
	buffer_clear(&body);
	return next;
}

/* Neither side has anything to add behind its Finished in that epoch: what is
 * held already was sent without regard to the order (RFC 8446 §4, §5.1). */
static enum hs_state complete(struct handshake *hs)
{
	if (reassembly_has_partial(&hs->channel->incoming))
		return hs_fail(hs, ADTLS_ALERT_UNEXPECTED_MESSAGE,
			       ADTLS_REASON_UNEXPECTED_MESSAGE,
			       "a message after the last of the handshake");
	return HS_CONNECTED;
}

void handshake_run(struct handshake *hs, adtls_time_t now)
{
	hs->now = now;
	while (hs->state != HS_FAILED && hs->state != HS_CONNECTED) {
		hs_send_func send = hs_sender(hs->state);
		enum hs_state next =
			send != NULL ? send(hs) : receive_message(hs);

		if (next == HS_STAY)
			return;
		hs->state = next == HS_CONNECTED ? complete(hs) : next;
	}
}

void handshake_start_server(struct handshake *hs, const struct hs_start *start,
			    adtls_time_t now)
{
	hs->now = now;
	hs->state = server_receive_client_hello(hs, start);
	handshake_run(hs, now);
}
