/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server's handshake, in the order of the protocol. It starts with a
 * ClientHello that the front door has let in. */
#include "handshake/message_table.h"

#include "handshake/certificate_authorities.h"
#include "handshake/certificate_type.h"
#include "handshake/hello_offer.h"
#include "handshake/retry_request.h"
#include "messages/authentication.h"

#include <string.h>

#define SMALL_MESSAGE_MAX 2048

/* The transcript of what went before, rebuilt from the cookie (RFC 8446
 * §4.4.1, §4.2.2). */
static bool rebuild_transcript(struct handshake *hs,
			       const struct hs_start *start)
{
	uint8_t retry[RETRY_REQUEST_MAX];
	struct wire_writer writer;

	wire_writer_init(&writer, retry, sizeof(retry));
	retry_request_write(&writer, start->suite, start->retry_group,
			    start->cookie);
	return !writer.failed &&
	       transcript_start_from_hash(&hs->transcript, start->suite->hash,
					  start->client_hello_hash) &&
	       transcript_add(&hs->transcript, HANDSHAKE_SERVER_HELLO,
			      wire_written(&writer));
}

/* ClientHello2 must be ClientHello1 with what was asked for. The suite stays the
 * one that was named then, even if the PSK that made us prefer it is gone. */
static bool check_second_hello(struct handshake *hs,
			       const struct hs_start *start,
			       struct hello_offer *offer)
{
	bool share_is_right =
		start->retry_group == NULL ||
		(offer->has_share && offer->group == start->retry_group &&
		 offer->share_count == 1);

	offer->suite = start->suite;
	if (!hello_list_contains(offer->hello.suites, start->suite->id) ||
	    !share_is_right)
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_HELLO_CHANGED,
				 "the second ClientHello is not the first with "
				 "what was asked for");
	return true;
}

static bool take_offer(struct handshake *hs, const struct hello_offer *offer)
{
	if (!offer->has_share)
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_BAD_KEY_SHARE,
				 "no key share of the group asked for");
	hs->facts->suite = offer->suite;
	hs->facts->group = offer->group;
	hs->peer_share = offer->share.exchange;
	memcpy(hs->client_random, offer->hello.random.data, HELLO_RANDOM_LEN);
	return true;
}

enum hs_state server_receive_client_hello(struct handshake *hs,
					  const struct hs_start *start)
{
	struct hello_offer offer;

	if (!hello_offer_read(hs->config, start->client_hello, &offer))
		return hs_fail(hs, offer.alert, offer.reason, "ClientHello");
	if (start->has_cookie) {
		hs->facts->had_retry = true;
		if (!check_second_hello(hs, start, &offer))
			return HS_FAILED;
		if (!rebuild_transcript(hs, start))
			return hs_fail_memory(hs);
	}
	if (!transcript_choose(&hs->transcript, offer.suite->hash))
		return hs_fail_memory(hs);
	if (!server_name_choose(hs, offer.server_name) ||
	    !hs_psk_select(hs, &offer, start->client_hello) ||
	    !take_offer(hs, &offer) ||
	    !hs_extensions_read(hs, IN_CLIENT_HELLO, offer.hello.extensions))
		return HS_FAILED;
	if (!hs_has_psk(hs) &&
	    !certificate_type_choose(hs, offer.signature_schemes))
		return HS_FAILED;
	if (!hs_transcript_add(hs, HANDSHAKE_CLIENT_HELLO, start->client_hello))
		return HS_FAILED;
	hs->key_exchange = crypto_key_exchange_new(offer.group,
						   &hs->config->random);
	if (hs->key_exchange == NULL)
		return hs_fail_memory(hs);
	return SERVER_SEND_HELLO;
}

static bool send_server_hello(struct handshake *hs)
{
	uint8_t random[HELLO_RANDOM_LEN];
	adtls_bytes_t no_session_id = { 0 };
	struct buffer body = { 0 };
	struct wire_writer writer;

	if (!crypto_random_fill(&hs->config->random, random, sizeof(random)) ||
	    !buffer_reserve(&body, SMALL_MESSAGE_MAX)) {
		hs_fail_memory(hs);
		return false;
	}
	wire_writer_init(&writer, body.data, body.capacity);
	server_hello_write_start(&writer, random, no_session_id,
				 hs->facts->suite->id);
	if (!hs_extensions_write(hs, IN_SERVER_HELLO, &writer)) {
		buffer_clear(&body);
		return false;
	}
	body.len = wire_written(&writer).len;
	return hs_send(hs, EPOCH_PLAINTEXT, HANDSHAKE_SERVER_HELLO, &body);
}

/* EncryptedExtensions, or CertificateRequest with its empty context. */
static bool send_extensions(struct handshake *hs, uint8_t type,
			    enum hs_extension_message message)
{
	size_t room = hs->config->sends_authorities ?
			      SMALL_MESSAGE_MAX + AUTHORITIES_MAX :
			      SMALL_MESSAGE_MAX;
	struct buffer body = { 0 };
	struct wire_writer writer;

	if (!buffer_reserve(&body, room)) {
		hs_fail_memory(hs);
		return false;
	}
	wire_writer_init(&writer, body.data, body.capacity);
	if (type == HANDSHAKE_CERTIFICATE_REQUEST)
		wire_write_u8(&writer, 0);
	if (!hs_extensions_write(hs, message, &writer)) {
		buffer_clear(&body);
		return false;
	}
	body.len = wire_written(&writer).len;
	return hs_send(hs, EPOCH_HANDSHAKE, type, &body);
}

static bool wants_client_certificate(const struct handshake *hs)
{
	const struct hs_layer *layer = hs->config->layer;

	return hs->config->client_authentication !=
		       ADTLS_CLIENT_AUTHENTICATION_NONE ||
	       (layer != NULL && layer->needs_client_certificate(hs->layer));
}

/* Refusals from here on are authenticated by the key exchange. */
static bool settle(struct handshake *hs)
{
	const struct hs_layer *layer = hs->config->layer;
	bool is_optional = hs->config->client_authentication !=
			   ADTLS_CLIENT_AUTHENTICATION_REQUIRE;

	if (!server_name_settle(hs) || !alpn_settle(hs))
		return false;
	if (layer != NULL && !layer->negotiate(hs->layer, hs))
		return false;
	if (hs_has_psk(hs))
		return true;
	hs->client_certificate_requested = wants_client_certificate(hs);
	if (layer != NULL && layer->needs_client_certificate(hs->layer))
		is_optional = false;
	return certificate_type_settle(hs, is_optional);
}

enum hs_state server_send_hello(struct handshake *hs)
{
	adtls_bytes_t share = hs->peer_share;

	hs->peer_share = (adtls_bytes_t){ 0 };
	if (!send_server_hello(hs))
		return HS_FAILED;
	if (hs->channel->cids != NULL && !hs->channel->cids->is_negotiated)
		channel_drop_cids(hs->channel);
	if (!hs_derive_handshake_keys(hs, share) || !settle(hs))
		return HS_FAILED;
	if (!send_extensions(hs, HANDSHAKE_ENCRYPTED_EXTENSIONS,
			     IN_ENCRYPTED_EXTENSIONS))
		return HS_FAILED;
	if (hs_has_psk(hs))
		return SERVER_SEND_FINISHED;
	if (hs->client_certificate_requested &&
	    !send_extensions(hs, HANDSHAKE_CERTIFICATE_REQUEST,
			     IN_CERTIFICATE_REQUEST))
		return HS_FAILED;
	if (!hs_send_certificate(hs))
		return HS_FAILED;
	return SERVER_SEND_CERTIFICATE_VERIFY;
}

enum hs_state server_send_certificate_verify(struct handshake *hs)
{
	adtls_job_t *job;
	bool ok;

	if (hs->job.awaited == 0)
		return hs_start_job(hs, hs_new_sign_job(hs));
	job = hs_take_job(hs);
	if (job == NULL)
		return HS_STAY;
	ok = hs_send_certificate_verify(hs, job);
	adtls_job_free(job);
	return ok ? SERVER_SEND_FINISHED : HS_FAILED;
}

enum hs_state server_send_finished(struct handshake *hs)
{
	if (!hs_send_finished(hs) || !hs_derive_application_keys(hs) ||
	    !hs_write_application(hs))
		return HS_FAILED;
	return hs->client_certificate_requested ? SERVER_RECEIVE_CERTIFICATE :
						  SERVER_RECEIVE_FINISHED;
}

enum hs_state server_receive_certificate(struct handshake *hs,
					 adtls_bytes_t body)
{
	if (!hs_receive_certificate(hs, body))
		return HS_FAILED;
	return hs->peer.key != NULL ? SERVER_RECEIVE_CERTIFICATE_VERIFY :
				      SERVER_RECEIVE_FINISHED;
}

enum hs_state server_receive_certificate_verify(struct handshake *hs,
						adtls_bytes_t body)
{
	const struct hs_layer *layer = hs->config->layer;

	if (!hs_receive_certificate_verify(hs, body))
		return HS_FAILED;
	if (layer != NULL && layer->has_message(hs->layer, ADTLS_CLIENT))
		return SERVER_RECEIVE_ATTESTATION;
	return SERVER_RECEIVE_FINISHED;
}

enum hs_state server_receive_attestation(struct handshake *hs,
					 adtls_bytes_t body)
{
	/* Acknowledged as soon as it is complete: whoever waits for an
	 * appraisal must not retransmit Evidence meanwhile (protocol §4.3). */
	ack_list_schedule(&hs->channel->acks, hs->now.monotonic_us);
	if (!hs->config->layer->receive_message(hs->layer, hs, body) ||
	    !hs_transcript_add(hs, HANDSHAKE_ATTESTATION, body))
		return HS_FAILED;
	return SERVER_RECEIVE_FINISHED;
}

enum hs_state server_receive_finished(struct handshake *hs, adtls_bytes_t body)
{
	const struct hs_layer *layer = hs->config->layer;

	if (!hs_receive_finished(hs, body) || !hs_keep_resumption(hs) ||
	    !hs_read_application(hs))
		return HS_FAILED;
	if (layer != NULL && !layer->peer_is_finished(hs->layer, hs))
		return HS_FAILED;
	return HS_CONNECTED;
}
