/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificate, CertificateVerify and Finished: one function for both roles, as
 * the rules are the same (RFC 8446 §4.4). */
#include "handshake/handshake.h"

#include "handshake/verify_peer.h"
#include "messages/authentication.h"

#include <stdlib.h>
#include <string.h>

#define PADDING_LEN 64
#define VERIFY_CONTENT_MAX (PADDING_LEN + 34 + CRYPTO_HASH_MAX)

static adtls_role_t peer_role(const struct handshake *hs)
{
	return hs->role == ADTLS_CLIENT ? ADTLS_SERVER : ADTLS_CLIENT;
}

bool hs_choose_scheme(struct handshake *hs, adtls_bytes_t peer_schemes)
{
	const struct priority *priority = &hs->config->priority;
	struct crypto_private_key *key =
		credentials_key(hs->credentials, hs->own_type);

	for (size_t i = 0; key != NULL && i < priority->scheme_count; i++) {
		const struct crypto_scheme *scheme = priority->schemes[i];

		if (hello_list_contains(peer_schemes, scheme->id) &&
		    crypto_private_key_fits(key, scheme)) {
			hs->scheme = scheme;
			return true;
		}
	}
	return false;
}

bool hs_send_certificate(struct handshake *hs)
{
	adtls_bytes_t chain[CREDENTIALS_CHAIN_MAX];
	struct buffer body = { 0 };
	struct wire_writer writer;
	size_t count = 0, size = 16 + hs->request_context.len;

	if (hs->scheme != NULL)
		count = credentials_chain(hs->credentials, hs->own_type,
					  chain);
	for (size_t i = 0; i < count; i++)
		size += chain[i].len + 5;
	if (!buffer_reserve(&body, size)) {
		hs_fail_memory(hs);
		return false;
	}
	wire_writer_init(&writer, body.data, body.capacity);
	certificate_message_write(&writer, buffer_bytes(&hs->request_context),
				  chain, count);
	body.len = wire_written(&writer).len;
	hs->sends_certificate = count > 0;
	hs->facts->own_type = hs->own_type;
	return hs_send(hs, EPOCH_HANDSHAKE, HANDSHAKE_CERTIFICATE, &body);
}

/* What CertificateVerify of @signer covers: RFC 8446 §4.4.3. */
static bool verify_content(const struct handshake *hs, adtls_role_t signer,
			   uint8_t out[VERIFY_CONTENT_MAX], size_t *out_len)
{
	const char *context = signer == ADTLS_CLIENT ?
				      "TLS 1.3, client CertificateVerify" :
				      "TLS 1.3, server CertificateVerify";
	uint8_t hash[CRYPTO_HASH_MAX];
	struct wire_writer writer;

	if (!transcript_hash(&hs->transcript, hash))
		return false;
	wire_writer_init(&writer, out, VERIFY_CONTENT_MAX);
	for (size_t i = 0; i < PADDING_LEN; i++)
		wire_write_u8(&writer, ' ');
	wire_write_bytes(&writer, context, strlen(context) + 1);
	wire_write_bytes(&writer, hash, hs->facts->suite->hash->len);
	*out_len = wire_written(&writer).len;
	return !writer.failed;
}

struct sign_job {
	struct adtls_job base;
	struct crypto_private_key *key;
	const struct crypto_scheme *scheme;
	bool is_reproducible;
	uint8_t content[VERIFY_CONTENT_MAX];
	size_t content_len;
	struct buffer signature;
	bool is_signed;
};

static void run_sign_job(struct adtls_job *base)
{
	struct sign_job *job = (struct sign_job *)base;

	job->is_signed = crypto_sign(job->key, job->scheme,
				     job->is_reproducible,
				     bytes_of(job->content, job->content_len),
				     &job->signature);
}

static void free_sign_job(struct adtls_job *base)
{
	struct sign_job *job = (struct sign_job *)base;

	crypto_private_key_unref(job->key);
	buffer_clear(&job->signature);
	free(job);
}

adtls_job_t *hs_new_sign_job(struct handshake *hs)
{
	struct sign_job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return NULL;
	job->base.kind = ADTLS_JOB_SIGN;
	job->base.run = run_sign_job;
	job->base.free = free_sign_job;
	job->key = crypto_private_key_ref(
		credentials_key(hs->credentials, hs->own_type));
	job->base.is_slow = crypto_private_key_is_external(job->key);
	job->scheme = hs->scheme;
	job->is_reproducible =
		credentials_reproducible(hs->credentials);
	if (!verify_content(hs, hs->role, job->content, &job->content_len)) {
		free_sign_job(&job->base);
		return NULL;
	}
	return &job->base;
}

bool hs_send_certificate_verify(struct handshake *hs, adtls_job_t *base)
{
	const struct sign_job *job = (const struct sign_job *)base;
	struct buffer body = { 0 };
	struct wire_writer writer;

	if (!base->has_run || !job->is_signed)
		return hs_refuse(hs, ADTLS_ALERT_INTERNAL_ERROR,
				 ADTLS_REASON_SIGNING_FAILED,
				 "our key did not sign CertificateVerify");
	if (!buffer_reserve(&body, 4 + job->signature.len)) {
		hs_fail_memory(hs);
		return false;
	}
	wire_writer_init(&writer, body.data, body.capacity);
	certificate_verify_write(&writer, job->scheme->id,
				 buffer_bytes(&job->signature));
	body.len = wire_written(&writer).len;
	hs->facts->own_scheme = job->scheme;
	return hs_send(hs, EPOCH_HANDSHAKE, HANDSHAKE_CERTIFICATE_VERIFY,
		       &body);
}

/* The client's answer to no certificate is its own business, the server's is
 * an error (RFC 8446 §4.4.2.4). */
static bool check_empty_certificate(struct handshake *hs)
{
	const struct hs_layer *layer = hs->config->layer;

	if (hs->role == ADTLS_CLIENT)
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_CERTIFICATE_MISSING,
				 "the server sent no certificate");
	if (hs->config->client_authentication ==
		    ADTLS_CLIENT_AUTHENTICATION_REQUIRE ||
	    (layer != NULL && layer->needs_client_certificate(hs->layer)))
		return hs_refuse(hs, ADTLS_ALERT_CERTIFICATE_REQUIRED,
				 ADTLS_REASON_CERTIFICATE_MISSING,
				 "the client sent no certificate");
	return true;
}

bool hs_receive_certificate(struct handshake *hs, adtls_bytes_t body)
{
	struct certificate_message message;

	switch (certificate_message_read(body, &message)) {
	case CERTIFICATE_OK:
		break;
	case CERTIFICATE_MALFORMED:
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE, "Certificate");
	case CERTIFICATE_TOO_LONG:
		return hs_refuse(hs, ADTLS_ALERT_BAD_CERTIFICATE,
				 ADTLS_REASON_CERTIFICATE_MALFORMED,
				 "the chain has more than %d certificates",
				 CERTIFICATE_CHAIN_MAX);
	}
	if (message.has_entry_extensions)
		return hs_refuse(hs, ADTLS_ALERT_UNSUPPORTED_EXTENSION,
				 ADTLS_REASON_ILLEGAL_EXTENSION,
				 "an extension in Certificate was not offered");
	/* No context from a server; ours was empty too (RFC 8446 §4.4.2). */
	if (message.context.len != 0)
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_ILLEGAL_PARAMETER,
				 "Certificate's context is not empty");
	if (message.count == 0) {
		if (!check_empty_certificate(hs))
			return false;
	} else if (!hs_verify_peer(hs, &message)) {
		return false;
	}
	return hs_transcript_add(hs, HANDSHAKE_CERTIFICATE, body);
}

static const struct crypto_scheme *offered_scheme(const struct handshake *hs,
						  uint16_t id)
{
	const struct priority *priority = &hs->config->priority;

	for (size_t i = 0; i < priority->scheme_count; i++) {
		if (priority->schemes[i]->id == id)
			return priority->schemes[i];
	}
	return NULL;
}

bool hs_receive_certificate_verify(struct handshake *hs, adtls_bytes_t body)
{
	uint8_t content[VERIFY_CONTENT_MAX];
	const struct crypto_scheme *scheme;
	struct certificate_verify verify;
	size_t content_len;

	if (!certificate_verify_read(body, &verify))
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE,
				 "CertificateVerify");
	scheme = offered_scheme(hs, verify.scheme);
	if (scheme == NULL || !crypto_public_key_fits(hs->peer.key, scheme))
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_NO_COMMON_SIGNATURE,
				 "signature scheme %04x was not offered or "
				 "does not fit the key", verify.scheme);
	if (!verify_content(hs, peer_role(hs), content, &content_len)) {
		hs_fail_memory(hs);
		return false;
	}
	if (!crypto_verify(hs->peer.key, scheme,
			   bytes_of(content, content_len), verify.signature))
		return hs_refuse(hs, ADTLS_ALERT_DECRYPT_ERROR,
				 ADTLS_REASON_BAD_SIGNATURE,
				 "CertificateVerify of \"%.100s\"",
				 hs->peer.subject);
	hs->facts->peer_scheme = scheme;
	return hs_transcript_add(hs, HANDSHAKE_CERTIFICATE_VERIFY, body);
}

/* Finished of @sender over the transcript so far (RFC 8446 §4.4.4). */
static bool finished_mac(struct handshake *hs, adtls_role_t sender,
			 uint8_t out[CRYPTO_HASH_MAX])
{
	const struct crypto_hash *hash = hs->facts->suite->hash;
	uint8_t transcript[CRYPTO_HASH_MAX];

	if (transcript_hash(&hs->transcript, transcript) &&
	    key_finished_mac(hash, KEY_LABEL_PREFIX_DTLS13,
			     sender == ADTLS_CLIENT ? &hs->client_secret :
						      &hs->server_secret,
			     transcript, out))
		return true;
	hs_fail_memory(hs);
	return false;
}

bool hs_send_finished(struct handshake *hs)
{
	struct buffer body = { 0 };
	uint8_t mac[CRYPTO_HASH_MAX];

	if (!finished_mac(hs, hs->role, mac))
		return false;
	if (!buffer_set(&body, mac, hs->facts->suite->hash->len)) {
		hs_fail_memory(hs);
		return false;
	}
	return hs_send(hs, EPOCH_HANDSHAKE, HANDSHAKE_FINISHED, &body);
}

bool hs_receive_finished(struct handshake *hs, adtls_bytes_t body)
{
	size_t hash_len = hs->facts->suite->hash->len;
	uint8_t mac[CRYPTO_HASH_MAX];

	if (!finished_mac(hs, peer_role(hs), mac))
		return false;
	if (body.len != hash_len)
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE, "Finished");
	if (!crypto_equal(mac, body.data, hash_len))
		return hs_refuse(hs, ADTLS_ALERT_DECRYPT_ERROR,
				 ADTLS_REASON_BAD_FINISHED,
				 "the two sides have not seen the same "
				 "handshake: it was changed on its way");
	return hs_transcript_add(hs, HANDSHAKE_FINISHED, body);
}
