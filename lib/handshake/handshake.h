/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The handshake: RFC 8446 §4 with RFC 9147's differences, from the first
 * ClientHello to both Finished. It is freed when it completes; what outlives it
 * is in struct hs_facts.
 *
 * States either send (a function) or receive (rows of the message table). Each
 * handler returns the next state, and one loop in handshake.c assigns it. */
#ifndef ADTLS_HANDSHAKE_HANDSHAKE_H
#define ADTLS_HANDSHAKE_HANDSHAKE_H

#include "crypto/credentials.h"
#include "crypto/group.h"
#include "handshake/channel.h"
#include "handshake/config.h"
#include "handshake/hooks.h"
#include "handshake/psk.h"
#include "handshake/resumption.h"
#include "handshake/ticket.h"
#include "keys/key_schedule.h"
#include "keys/transcript.h"
#include "messages/hello.h"

enum hs_state {
	HS_FAILED,
	HS_STAY,	/* not a state: wait for a message or a job */

	/* In the order of the client's handshake. */
	CLIENT_SEND_HELLO,
	CLIENT_RECEIVE_SERVER_HELLO,
	CLIENT_RECEIVE_ENCRYPTED_EXTENSIONS,
	CLIENT_RECEIVE_CERTIFICATE_REQUEST,	/* or Certificate */
	CLIENT_RECEIVE_CERTIFICATE,
	CLIENT_RECEIVE_CERTIFICATE_VERIFY,
	CLIENT_RECEIVE_FINISHED,
	CLIENT_SEND_CERTIFICATE,
	CLIENT_SEND_CERTIFICATE_VERIFY,
	CLIENT_SEND_ATTESTATION,
	CLIENT_SEND_FINISHED,

	/* In the order of the server's handshake. */
	SERVER_RECEIVE_CLIENT_HELLO,
	SERVER_SEND_HELLO,
	SERVER_SEND_CERTIFICATE_VERIFY,
	SERVER_SEND_FINISHED,
	SERVER_RECEIVE_CERTIFICATE,
	SERVER_RECEIVE_CERTIFICATE_VERIFY,
	SERVER_RECEIVE_ATTESTATION,
	SERVER_RECEIVE_FINISHED,

	HS_CONNECTED
};

struct hs_failure {
	adtls_alert_t alert;
	adtls_reason_t reason;
	char detail[192];
};

/* What a connection knows once its handshake is gone. */
struct hs_facts {
	const struct crypto_suite *suite;
	const struct crypto_group *group;
	const struct crypto_scheme *peer_scheme;
	const struct crypto_scheme *own_scheme;
	bool had_retry;
	char *server_name;		/* server: as the client called it */
	adtls_bytes_t application_protocol;	/* view into the configuration */
	enum hs_psk_kind psk;		/* in place of certificates */
	char *peer_identity;		/* NULL: none */
	adtls_certificate_type_t own_type;
	adtls_certificate_type_t peer_type;
	struct buffer peer_certificate;	/* DER; SubjectPublicKeyInfo if raw */
	struct hs_resumption *resumption;	/* NULL: no tickets */
	struct secret exporter_main;
};

void hs_facts_clear(struct hs_facts *facts);
/* A copy is kept. False: out of memory. */
bool hs_facts_set_identity(struct hs_facts *facts, const char *identity);
/* "" if there is none. */
const char *hs_facts_identity(const struct hs_facts *facts);

/* A job being done: handed out, then back. */
struct hs_job {
	adtls_job_t *outgoing;	/* to be handed out */
	uint64_t awaited;	/* serial; 0: none */
	adtls_job_t *finished;
};

/* While a job of ours is under way its flight waits for the messages that the
 * job makes, so that they share a datagram; not for long, as jobs may be slow. */
struct hs_hold {
	uint64_t job;		/* the serial of the last one waited for */
	uint64_t until_us;	/* ADTLS_NEVER: nothing is held */
};

struct handshake {
	const struct adtls_config *config;
	struct channel *channel;
	struct hs_facts *facts;
	void *layer;			/* state of config->layer */
	struct adtls_engine *engine;	/* for an application's extensions */
	adtls_role_t role;
	enum hs_state state;
	adtls_time_t now;
	uint64_t engine_id;
	uint64_t *job_serial;		/* the engine's counter */
	struct hs_job job;
	struct hs_hold hold;
	struct hs_failure failure;

	/* Hellos */
	uint8_t client_random[HELLO_RANDOM_LEN];
	struct crypto_key_exchange *key_exchange;
	const char *server_name;	/* client: whom we mean; NULL: anyone */
	struct buffer client_hello;	/* client: as sent, for its second */
	bool knows_name;		/* server: it chose the credentials */
	bool offers_alpn;		/* server: the client does */
	const adtls_ticket_t *ticket;	/* client: to resume with, or NULL */
	uint64_t offered[2];		/* rows of the extension table in ClientHello */
	const struct crypto_group *retry_group;	/* HelloRetryRequest's */
	struct buffer cookie;		/* HelloRetryRequest's */
	adtls_bytes_t peer_share;	/* lives as long as its message */

	/* Keys */
	struct transcript transcript;
	struct key_schedule schedule;
	struct secret client_secret;	/* handshake traffic */
	struct secret server_secret;
	uint8_t hello_hash[CRYPTO_HASH_MAX];	/* ClientHello...ServerHello */
	struct secret client_traffic;	/* application traffic */
	struct secret server_traffic;

	/* Authentication */
	adtls_credentials_t *credentials;	/* ours, for this peer */
	adtls_certificate_type_t own_type;	/* of what each side shows */
	adtls_certificate_type_t peer_type;
	unsigned client_types;	/* server: offered; adtls_peer_types_t */
	unsigned server_types;
	struct hs_psks psk;
	const struct crypto_scheme *scheme;	/* ours, that the peer accepts */
	bool client_certificate_requested;
	bool sends_certificate;
	struct buffer request_context;		/* CertificateRequest's, echoed */
	struct certificate_verdict peer;
};

/* What a server knows when it makes a handshake: a hello that the front door
 * has looked at, and what a cookie vouched for. */
struct hs_start {
	adtls_bytes_t client_hello;	/* the (second) ClientHello's body */
	uint16_t message_seq;		/* its message_seq */
	bool has_cookie;
	const struct crypto_suite *suite;	/* from the cookie */
	const struct crypto_group *retry_group;	/* asked for; or NULL */
	uint8_t client_hello_hash[CRYPTO_HASH_MAX];	/* of the first */
	adtls_bytes_t cookie;		/* as in the extension */
};

struct handshake *handshake_new(const struct adtls_config *config,
				adtls_role_t role, struct channel *channel,
				struct hs_facts *facts, void *layer);
void handshake_free(struct handshake *hs);

/* Run until a message or a job is needed, or it is over: the state says. */
void handshake_run(struct handshake *hs, adtls_time_t now);
/* The server's first step, with a hello from the front door. */
void handshake_start_server(struct handshake *hs, const struct hs_start *start,
			    adtls_time_t now);
/* A job is back; takes it over if it was awaited. */
bool handshake_finish_job(struct handshake *hs, adtls_job_t *job);

/* What to do with a fragment before it is reassembled. */
enum hs_fragment_use {
	HS_FRAGMENT_TAKE,
	HS_FRAGMENT_DROP,		/* no ACK */
	HS_FRAGMENT_UNEXPECTED		/* fatal: unexpected_message */
};

/* Epochs of messages (RFC 9147 §6.1) and messages that are not negotiated. */
enum hs_fragment_use handshake_fragment_use(const struct handshake *hs,
					    uint64_t epoch,
					    const struct handshake_fragment *fragment);
/* The largest body of @type that is accepted now; reassembly's bound. */
size_t handshake_message_max(const void *context, uint8_t type);
/* Is the handshake waiting for something slow of our own? */
bool handshake_is_working(const struct handshake *hs);

/* For the states and for layers. */

/* Latch a failure; returns HS_FAILED. */
enum hs_state hs_fail(struct handshake *hs, adtls_alert_t alert,
		      adtls_reason_t reason, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* The same where a bool is returned: always false. */
#define hs_refuse(hs, ...) (hs_fail((hs), __VA_ARGS__) != HS_FAILED)
enum hs_state hs_fail_memory(struct handshake *hs);

/* Add to the transcript and queue: moves @body in. */
bool hs_send(struct handshake *hs, uint64_t epoch, uint8_t type,
	     struct buffer *body);
/* Add what was received to the transcript. */
bool hs_transcript_add(struct handshake *hs, uint8_t type, adtls_bytes_t body);
/* Hand out a job and wait for it. */
enum hs_state hs_start_job(struct handshake *hs, adtls_job_t *job);
/* The job that is back, which the caller frees; NULL while it is not. */
adtls_job_t *hs_take_job(struct handshake *hs);

/* Keys: after ServerHello, after the server's Finished (RFC 8446 §7.1). */
bool hs_derive_handshake_keys(struct handshake *hs, adtls_bytes_t peer_share);
bool hs_derive_application_keys(struct handshake *hs);
bool hs_write_application(struct handshake *hs);
bool hs_read_application(struct handshake *hs);
/* The binder for the attester @role with SubjectPublicKeyInfo @spki. */
bool hs_attestation_binder(const struct handshake *hs, adtls_role_t role,
			   adtls_bytes_t spki, struct secret *out);

/* Authentication: one function for both roles (hs->role sends, or its peer). */
bool hs_send_certificate(struct handshake *hs);
adtls_job_t *hs_new_sign_job(struct handshake *hs);
bool hs_send_certificate_verify(struct handshake *hs, adtls_job_t *job);
bool hs_send_finished(struct handshake *hs);
bool hs_receive_certificate(struct handshake *hs, adtls_bytes_t body);
bool hs_receive_certificate_verify(struct handshake *hs, adtls_bytes_t body);
bool hs_receive_finished(struct handshake *hs, adtls_bytes_t body);
/* Choose our signature scheme among the peer's list of 16-bit numbers. */
bool hs_choose_scheme(struct handshake *hs, adtls_bytes_t peer_schemes);

#endif
