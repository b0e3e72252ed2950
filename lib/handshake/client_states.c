/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The client's handshake, in the order of the protocol. */
#include "handshake/message_table.h"

#include "handshake/certificate_type.h"
#include "messages/authentication.h"
#include "messages/hello_extensions.h"

/* Our ClientHello: a few hundred bytes, plus a server's cookie. */
#define CLIENT_HELLO_MAX 4096

static size_t list_suites(const struct handshake *hs,
			  uint16_t out[PRIORITY_LIST_MAX])
{
	const struct priority *priority = &hs->config->priority;

	for (size_t i = 0; i < priority->suite_count; i++)
		out[i] = priority->suites[i]->id;
	return priority->suite_count;
}

static bool new_key_exchange(struct handshake *hs,
			     const struct crypto_group *group)
{
	crypto_key_exchange_free(hs->key_exchange);
	hs->key_exchange = crypto_key_exchange_new(group, &hs->config->random);
	if (hs->key_exchange == NULL) {
		hs_fail_memory(hs);
		return false;
	}
	return true;
}

static bool write_first_hello(struct handshake *hs, struct wire_writer *writer)
{
	uint16_t suites[PRIORITY_LIST_MAX];

	if (!crypto_random_fill(&hs->config->random, hs->client_random,
				HELLO_RANDOM_LEN)) {
		hs_fail(hs, ADTLS_ALERT_INTERNAL_ERROR, ADTLS_REASON_INTERNAL,
			"the random source failed");
		return false;
	}
	if (!new_key_exchange(hs, hs->config->priority.groups[0]))
		return false;
	client_hello_write_start(writer, hs->client_random, suites,
				 list_suites(hs, suites));
	return hs_extensions_write(hs, IN_CLIENT_HELLO, writer);
}

static void write_extension(struct wire_writer *writer, uint16_t type,
			    adtls_bytes_t body)
{
	size_t mark = extension_begin(writer, type);

	wire_write_bytes(writer, body.data, body.len);
	extension_end(writer, mark);
}

static void write_new_share(struct handshake *hs, struct wire_writer *writer)
{
	size_t mark = extension_begin(writer, EXTENSION_KEY_SHARE);
	size_t list = wire_write_begin(writer, 2);

	key_share_write(writer, hs->retry_group->id,
			crypto_key_exchange_share(hs->key_exchange));
	wire_write_end(writer, 2, list);
	extension_end(writer, mark);
}

/* The first hello again, byte for byte, but for what HelloRetryRequest asks
 * for: another key share, the cookie, PSKs that fit (RFC 8446 §4.1.2). */
static bool write_second_hello(struct handshake *hs, struct wire_writer *writer)
{
	uint16_t suites[PRIORITY_LIST_MAX];
	struct extension_list list;
	struct client_hello first;
	size_t mark;

	if (!client_hello_read(buffer_bytes(&hs->client_hello), &first) ||
	    extension_list_read(first.extensions, &list) != EXTENSION_LIST_OK) {
		hs_fail_memory(hs);
		return false;
	}
	client_hello_write_start(writer, hs->client_random, suites,
				 list_suites(hs, suites));
	mark = wire_write_begin(writer, 2);
	for (size_t i = 0; i < list.count; i++) {
		if (list.items[i].type == EXTENSION_PRE_SHARED_KEY)
			continue;
		if (list.items[i].type == EXTENSION_KEY_SHARE &&
		    hs->retry_group != NULL)
			write_new_share(hs, writer);
		else
			write_extension(writer, list.items[i].type,
					list.items[i].body);
	}
	if (hs->cookie.len > 0) {
		size_t cookie = extension_begin(writer, EXTENSION_COOKIE);

		cookie_write(writer, buffer_bytes(&hs->cookie));
		extension_end(writer, cookie);
	}
	if (hs->psk.offer_count > 0) {
		size_t psk = extension_begin(writer, EXTENSION_PRE_SHARED_KEY);

		hs_psk_write_offers(hs, writer);
		extension_end(writer, psk);
	}
	wire_write_end(writer, 2, mark);
	return true;
}

enum hs_state client_send_hello(struct handshake *hs)
{
	bool is_second = hs->facts->had_retry;
	struct buffer body = { 0 };
	struct wire_writer writer;

	if (!hs_psk_gather(hs))
		return HS_FAILED;
	if (!buffer_reserve(&body, CLIENT_HELLO_MAX))
		return hs_fail_memory(hs);
	wire_writer_init(&writer, body.data, body.capacity);
	if (!(is_second ? write_second_hello(hs, &writer) :
			  write_first_hello(hs, &writer))) {
		buffer_clear(&body);
		return HS_FAILED;
	}
	body.len = wire_written(&writer).len;
	if (writer.failed || !hs_psk_fill_binders(hs, &body) ||
	    !buffer_set(&hs->client_hello, body.data, body.len)) {
		buffer_clear(&body);
		return hs_fail_memory(hs);
	}
	if (!hs_send(hs, EPOCH_PLAINTEXT, HANDSHAKE_CLIENT_HELLO, &body))
		return HS_FAILED;
	return CLIENT_RECEIVE_SERVER_HELLO;
}

/* RFC 8446 §4.1.3, RFC 9147 §5.4: what both kinds of ServerHello must be. */
static bool check_server_hello(struct handshake *hs,
			       const struct server_hello *hello)
{
	const struct crypto_suite *suite = NULL;
	const struct priority *priority = &hs->config->priority;

	if (hello->legacy_version != HELLO_LEGACY_VERSION ||
	    hello->session_id.len != 0 || hello->compression != 0)
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_ILLEGAL_PARAMETER,
				 "a legacy field of ServerHello");
	for (size_t i = 0; i < priority->suite_count; i++) {
		if (priority->suites[i]->id == hello->suite)
			suite = priority->suites[i];
	}
	if (suite == NULL ||
	    (hs->facts->suite != NULL && hs->facts->suite != suite))
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_NO_COMMON_SUITE,
				 "the server chose suite %04x", hello->suite);
	hs->facts->suite = suite;
	return true;
}

static enum hs_state receive_retry_request(struct handshake *hs,
					   const struct server_hello *hello,
					   adtls_bytes_t body)
{
	if (hs->facts->had_retry)
		return hs_fail(hs, ADTLS_ALERT_UNEXPECTED_MESSAGE,
			       ADTLS_REASON_UNEXPECTED_MESSAGE,
			       "a second HelloRetryRequest");
	if (!hs_extensions_read(hs, IN_RETRY_REQUEST, hello->extensions))
		return HS_FAILED;
	if (hs->retry_group == NULL && hs->cookie.len == 0)
		return hs_fail(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
			       ADTLS_REASON_ILLEGAL_PARAMETER,
			       "HelloRetryRequest asks for nothing");
	if (hs->retry_group != NULL && !new_key_exchange(hs, hs->retry_group))
		return HS_FAILED;
	if (!transcript_choose(&hs->transcript, hs->facts->suite->hash) ||
	    !transcript_replace_with_hash(&hs->transcript))
		return hs_fail_memory(hs);
	if (!hs_transcript_add(hs, HANDSHAKE_SERVER_HELLO, body))
		return HS_FAILED;
	hs->facts->had_retry = true;
	return CLIENT_SEND_HELLO;
}

enum hs_state client_receive_server_hello(struct handshake *hs,
					  adtls_bytes_t body)
{
	struct server_hello hello;

	if (!server_hello_read(body, &hello))
		return hs_fail(hs, ADTLS_ALERT_DECODE_ERROR,
			       ADTLS_REASON_MALFORMED_MESSAGE, "ServerHello");
	if (hello.extensions.len == 0)
		return hs_fail(hs, ADTLS_ALERT_PROTOCOL_VERSION,
			       ADTLS_REASON_VERSION,
			       "the server speaks no DTLS 1.3");
	if (!check_server_hello(hs, &hello))
		return HS_FAILED;
	flight_acknowledge_all(&hs->channel->outgoing, hs->now.monotonic_us);
	if (hello.is_retry)
		return receive_retry_request(hs, &hello, body);
	if (!hs_extensions_read(hs, IN_SERVER_HELLO, hello.extensions))
		return HS_FAILED;
	if (hs->channel->cids != NULL && !hs->channel->cids->is_negotiated)
		channel_drop_cids(hs->channel);
	hs->facts->group = crypto_key_exchange_group(hs->key_exchange);
	if (!transcript_choose(&hs->transcript, hs->facts->suite->hash))
		return hs_fail_memory(hs);
	if (!hs_transcript_add(hs, HANDSHAKE_SERVER_HELLO, body) ||
	    !hs_derive_handshake_keys(hs, hs->peer_share))
		return HS_FAILED;
	return CLIENT_RECEIVE_ENCRYPTED_EXTENSIONS;
}

enum hs_state client_receive_encrypted_extensions(struct handshake *hs,
						  adtls_bytes_t body)
{
	const struct hs_layer *layer = hs->config->layer;
	struct wire_reader reader;
	adtls_bytes_t extensions;

	wire_reader_init_bytes(&reader, body);
	extensions = wire_read_vector(&reader, 2);
	if (!wire_reader_finished(&reader))
		return hs_fail(hs, ADTLS_ALERT_DECODE_ERROR,
			       ADTLS_REASON_MALFORMED_MESSAGE,
			       "EncryptedExtensions");
	if (!hs_extensions_read(hs, IN_ENCRYPTED_EXTENSIONS, extensions) ||
	    !hs_transcript_add(hs, HANDSHAKE_ENCRYPTED_EXTENSIONS, body))
		return HS_FAILED;
	if (!alpn_settle(hs) || !certificate_type_settle(hs, true) ||
	    (layer != NULL && !layer->negotiate(hs->layer, hs)))
		return HS_FAILED;
	return hs_has_psk(hs) ? CLIENT_RECEIVE_FINISHED :
				CLIENT_RECEIVE_CERTIFICATE_REQUEST;
}

enum hs_state client_receive_certificate_request(struct handshake *hs,
						 adtls_bytes_t body)
{
	struct certificate_request request;

	if (!certificate_request_read(body, &request))
		return hs_fail(hs, ADTLS_ALERT_DECODE_ERROR,
			       ADTLS_REASON_MALFORMED_MESSAGE,
			       "CertificateRequest");
	/* Empty during the handshake (RFC 8446 §4.3.2). */
	if (request.context.len != 0)
		return hs_fail(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
			       ADTLS_REASON_ILLEGAL_PARAMETER,
			       "CertificateRequest's context is not empty");
	if (!hs_extensions_read(hs, IN_CERTIFICATE_REQUEST,
				request.extensions) ||
	    !hs_transcript_add(hs, HANDSHAKE_CERTIFICATE_REQUEST, body))
		return HS_FAILED;
	hs->client_certificate_requested = true;
	return CLIENT_RECEIVE_CERTIFICATE;
}

static bool sends_attestation(const struct handshake *hs)
{
	const struct hs_layer *layer = hs->config->layer;

	return layer != NULL && layer->has_message(hs->layer, ADTLS_CLIENT);
}

enum hs_state client_receive_certificate(struct handshake *hs,
					 adtls_bytes_t body)
{
	/* Evidence is about a key: without one there is none (protocol §3). */
	if (sends_attestation(hs) && !hs->client_certificate_requested)
		return hs_fail(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
			       ADTLS_REASON_ILLEGAL_PARAMETER,
			       "the server wants Evidence, but no certificate");
	if (!hs_receive_certificate(hs, body))
		return HS_FAILED;
	return CLIENT_RECEIVE_CERTIFICATE_VERIFY;
}

enum hs_state client_receive_certificate_verify(struct handshake *hs,
						adtls_bytes_t body)
{
	if (!hs_receive_certificate_verify(hs, body))
		return HS_FAILED;
	return CLIENT_RECEIVE_FINISHED;
}

enum hs_state client_receive_finished(struct handshake *hs, adtls_bytes_t body)
{
	if (!hs_receive_finished(hs, body) || !hs_derive_application_keys(hs) ||
	    !hs_read_application(hs))
		return HS_FAILED;
	if (!hs->client_certificate_requested)
		return CLIENT_SEND_FINISHED;
	return CLIENT_SEND_CERTIFICATE;
}

enum hs_state client_send_certificate(struct handshake *hs)
{
	if (hs->scheme == NULL && sends_attestation(hs))
		return hs_fail(hs, ADTLS_ALERT_HANDSHAKE_FAILURE,
			       ADTLS_REASON_NO_COMMON_SIGNATURE,
			       "the server accepts no signature of our key");
	if (!hs_send_certificate(hs))
		return HS_FAILED;
	return hs->sends_certificate ? CLIENT_SEND_CERTIFICATE_VERIFY :
				       CLIENT_SEND_FINISHED;
}

enum hs_state client_send_certificate_verify(struct handshake *hs)
{
	adtls_job_t *job;

	if (hs->job.awaited == 0)
		return hs_start_job(hs, hs_new_sign_job(hs));
	job = hs_take_job(hs);
	if (job == NULL)
		return HS_STAY;
	if (!hs_send_certificate_verify(hs, job)) {
		adtls_job_free(job);
		return HS_FAILED;
	}
	adtls_job_free(job);
	return sends_attestation(hs) ? CLIENT_SEND_ATTESTATION :
				       CLIENT_SEND_FINISHED;
}

enum hs_state client_send_attestation(struct handshake *hs)
{
	const struct hs_layer *layer = hs->config->layer;
	struct buffer body = { 0 };
	adtls_job_t *job;
	bool ok;

	if (hs->job.awaited == 0) {
		job = layer->start_message(hs->layer, hs);
		return job != NULL ? hs_start_job(hs, job) : HS_FAILED;
	}
	job = hs_take_job(hs);
	if (job == NULL)
		return HS_STAY;
	ok = layer->finish_message(hs->layer, hs, job, &body);
	adtls_job_free(job);
	if (!ok ||
	    !hs_send(hs, EPOCH_HANDSHAKE, HANDSHAKE_ATTESTATION, &body))
		return HS_FAILED;
	return CLIENT_SEND_FINISHED;
}

enum hs_state client_send_finished(struct handshake *hs)
{
	if (!hs_send_finished(hs) || !hs_keep_resumption(hs) ||
	    !hs_write_application(hs))
		return HS_FAILED;
	return HS_CONNECTED;
}
