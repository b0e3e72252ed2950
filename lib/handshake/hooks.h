/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a layer on top of the handshake may add to it: extensions, a message
 * after CertificateVerify, and a say in whether the peer is authorized.
 *
 * Attestation is such a layer. The handshake knows only these functions, the
 * engine only this list. */
#ifndef ADTLS_HANDSHAKE_HOOKS_H
#define ADTLS_HANDSHAKE_HOOKS_H

#include "base/buffer.h"
#include "handshake/extension_table.h"
#include "handshake/job.h"

#include <adtls/config.h>
#include <adtls/verdict.h>

struct handshake;

struct hs_layer {
	const struct hs_extension *extensions;
	size_t extension_count;

	/* Can the configuration work? Writes what is wrong. */
	int (*check_config)(const adtls_config_t *config, char *out_message,
			    size_t message_len);
	/* May @role connect by a PSK, which says nothing of the peer's state? */
	bool (*allows_external_psk)(const adtls_config_t *config,
				    adtls_role_t role);
	/* May the layer's message say which raw public keys are good? */
	bool (*knows_keys)(const adtls_config_t *config);
	/* The layer's state of one connection. NULL: out of memory. */
	void *(*new)(const adtls_config_t *config, adtls_role_t role);
	void (*free)(void *layer);
	/* The connection is over, whoever ended it: nothing comes of what is
	 * still pending. */
	void (*end)(void *layer);

	/* As a server, once handshake keys are in use: settle what will be in
	 * EncryptedExtensions. As a client, once EncryptedExtensions has been
	 * read. False: hs_fail() has been called. */
	bool (*negotiate)(void *layer, struct handshake *hs);
	/* Does negotiation demand a certificate of the client? */
	bool (*needs_client_certificate)(const void *layer);

	/* Will the peer not be authorized before its message has said that its
	 * raw public key, which is not pinned, is good? */
	bool (*takes_key)(void *layer);

	/* Does @sender send the layer's message after CertificateVerify? */
	bool (*has_message)(const void *layer, adtls_role_t sender);
	/* The largest body of it that is accepted, in bytes. */
	size_t (*message_limit)(const void *layer);
	/* Start making our message: a job, or NULL with hs_fail() called. */
	adtls_job_t *(*start_message)(void *layer, struct handshake *hs);
	/* The job is back: the message's body. False: hs_fail() called. */
	bool (*finish_message)(void *layer, struct handshake *hs,
			       adtls_job_t *job, struct buffer *out_body);
	/* The peer's message. False: hs_fail() has been called. */
	bool (*receive_message)(void *layer, struct handshake *hs,
				adtls_bytes_t body);
	/* The peer's Finished verified: appraisal may start. */
	bool (*peer_is_finished)(void *layer, struct handshake *hs);

	/* Resumption, as a server (protocol §6). */

	/* May a ticket of @identity with the layer's bytes @state stand for a
	 * full handshake now? What it says holds once the client is
	 * finished. */
	bool (*accepts_ticket)(void *layer, adtls_time_t now,
			       const char *identity, adtls_bytes_t state);

	/* From here on the handshake is gone. */

	/* May a ticket be made of this connection, now? Writes the layer's bytes,
	 * and until when (UTC) it is good at most. */
	bool (*write_ticket)(const void *layer, struct wire_writer *writer,
			     int64_t *out_expires_s);

	/* A job to be handed out, or NULL. */
	adtls_job_t *(*next_job)(void *layer);
	/* A job is back; borrowed. False: it is not the layer's. */
	bool (*finish_job)(void *layer, adtls_time_t now, adtls_job_t *job);
	adtls_authorization_t (*authorization)(const void *layer);
	/* May data pass while the authorization is pending? */
	bool (*delivers_while_pending)(const void *layer);
	/* Borrowed; NULL when the peer is not attested. */
	adtls_verdict_t *(*verdict)(const void *layer);
	/* The alert for a denied peer. */
	adtls_alert_t (*denial_alert)(const void *layer);
	uint64_t (*deadline)(const void *layer);
	void (*tick)(void *layer, adtls_time_t now);
	void (*describe)(const void *layer, bool *out_sends, bool *out_receives);
};

#endif
