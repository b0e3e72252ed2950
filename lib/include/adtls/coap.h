/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* adtls under libcoap: what libcoap's own API has no word for.
 *
 * An application that is linked with -lcoap-3-adtls in place of another
 * libcoap uses coaps:// and coap_dtls_pki_t as ever (docs/coap.md). Here it
 * says what attestation it demands or offers, and asks what came of it:
 *
 *	context = coap_new_context(NULL);
 *	adtls_coap_set_policy(context, policy, NULL);
 *	coap_context_set_pki(context, &pki);
 *	...
 *	static void handle_get(coap_resource_t *resource,
 *			       coap_session_t *session, ...)
 *	{
 *		adtls_verdict_t *verdict = adtls_coap_verdict(session);
 *
 * Everything is called by the thread that runs the context.
 */
#ifndef ADTLS_COAP_H
#define ADTLS_COAP_H

#include <adtls/attester.h>
#include <adtls/config.h>
#include <adtls/engine.h>
#include <adtls/error.h>
#include <adtls/policy.h>
#include <adtls/types.h>
#include <adtls/verdict.h>
#include <adtls/verifier.h>
#include <coap3/coap.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The type in coap_get_tls_library_version(); then coap_session_get_tls()
 * gives a const adtls_engine_t.
 */
#define ADTLS_COAP_TLS_LIBRARY ((coap_tls_library_t)0xad)

/* What a context demands and offers. A call holds for connections that begin
 * after it. Each returns ADTLS_OK, or ADTLS_E_INVALID for a @context that is
 * not alive, and what it says besides. Within libcoap's callbacks about a client
 * that is just starting (validate_sni_call_back, validate_id_call_back) what they
 * would change is in use: they return ADTLS_E_INVALID, except
 * adtls_coap_set_outcome_handler(). */

/**
 * adtls_coap_set_policy: What this context's servers demand of their clients'
 * attestation. Takes references.
 * @policy: NULL: no attestation is asked for
 * @verifier: NULL: the local Verifier on the same policy
 *
 * Until a client is authorized no handler sees its requests.
 */
int adtls_coap_set_policy(coap_context_t *context, adtls_policy_t *policy,
			  adtls_verifier_t *verifier);

/**
 * adtls_coap_set_attester:
 * What this context's clients prove themselves with. Takes a reference.
 * @attester: NULL: nothing is offered.
 */
int adtls_coap_set_attester(coap_context_t *context,
			    adtls_attester_t *attester);

/**
 * adtls_coap_add_pin: A raw public key that peers may show (RFC 7250).
 * @role: whose peers: ADTLS_SERVER: this context's servers take it of their
 *   clients; ADTLS_CLIENT: its clients of their servers
 * @key: as adtls_credentials_add_pin_mem(); copied
 *
 * Beside the certificates of coap_dtls_pki_t, or with is_rpk_not_cert in place
 * of them. With pins validate_cn_call_back can only refuse raw public keys;
 * without any it decides about them alone.
 *
 * Returns: as adtls_credentials_add_pin_mem(); ADTLS_E_TOO_LARGE after 4096.
 */
int adtls_coap_add_pin(coap_context_t *context, adtls_role_t role,
		       adtls_bytes_t key);

/**
 * adtls_coap_set_key_log:
 * As adtls_config_set_key_log(). Anyone who reads it can read the traffic.
 * @write: NULL: none.
 */
int adtls_coap_set_key_log(coap_context_t *context,
			   void (*write)(void *argument, const char *line),
			   void *argument);

/** adtls_coap_set_trace: As adtls_config_set_trace(). @write: NULL: none. */
int adtls_coap_set_trace(coap_context_t *context,
			 void (*write)(void *argument, const char *line),
			 void *argument);

/**
 * Adjust a configuration before it is sealed: timers, priorities, an
 * attestation limit, own extensions. Returns: ADTLS_OK, or an error that
 * makes its session or server fail.
 */
typedef int (*adtls_coap_configure_func)(void *argument, adtls_role_t role,
					 adtls_config_t *config);

/**
 * adtls_coap_set_configure:
 * @configure is called last, for each configuration that the backend makes;
 * NULL: none.
 */
int adtls_coap_set_configure(coap_context_t *context,
			     adtls_coap_configure_func configure,
			     void *argument);

/**
 * adtls_coap_set_mtu:
 * @mtu: largest datagram sent, in bytes of UDP payload: 256 to 1472, which is
 *   what libcoap receives; 0 (default): libcoap's, so 1152 for clients and
 *   what coap_endpoint_set_default_mtu() said for servers
 */
int adtls_coap_set_mtu(coap_context_t *context, size_t mtu);

/**
 * adtls_coap_set_workers:
 * @threads: 1 to ADTLS_JOB_POOL_THREADS_MAX, 2 by default, that run slow jobs:
 *   a TPM's signature, Evidence, appraisal
 *
 * Returns: also ADTLS_E_INVALID once the first slow job has started them.
 */
int adtls_coap_set_workers(coap_context_t *context, unsigned threads);

/* What came of a connection. */

typedef enum adtls_coap_outcome_type {
	/** Data flows: the peer is authenticated and, if asked to, attested. */
	ADTLS_COAP_ESTABLISHED = 1,
	/** The peer's attestation was refused: see the verdict. */
	ADTLS_COAP_REFUSED = 2,
	/** The handshake failed: see the reason. */
	ADTLS_COAP_FAILED = 3,
	/** What was established is over: see the reason. */
	ADTLS_COAP_CLOSED = 4
} adtls_coap_outcome_type_t;

/**
 * Everything is borrowed for the call; take a reference to keep the verdict.
 */
typedef struct adtls_coap_outcome {
	adtls_coap_outcome_type_t type;
	/** For its address and application data. Do not release it. */
	coap_session_t *session;
	/** For adtls_engine_statistics(), _parameters(), _export(). */
	const adtls_engine_t *engine;
	/** As adtls_coap_peer_identity(). */
	const char *identity;
	/** Of the peer's attestation; NULL when none was negotiated. */
	adtls_verdict_t *verdict;
	/** Why it was refused, failed or closed; else ADTLS_REASON_NONE. */
	adtls_reason_t reason;
	/** The reason in a sentence, or "". */
	const char *detail;
	/** What the wire carried, or ADTLS_ALERT_NONE. */
	adtls_alert_t alert;
	/** The alert came from the peer; else it was ours. */
	bool alert_received;
} adtls_coap_outcome_t;

/** May send and call libcoap, but must not free the context. */
typedef void (*adtls_coap_outcome_func)(void *argument,
					const adtls_coap_outcome_t *outcome);

/**
 * adtls_coap_set_outcome_handler:
 * @handler: called once for each connection of @context with ESTABLISHED,
 *   REFUSED or FAILED, and once more with CLOSED if it was ESTABLISHED; NULL:
 *   none. Clients that never returned a valid cookie are no connections.
 *
 * A client that attests is ESTABLISHED before its server has appraised it; a
 * server's refusal then arrives as CLOSED with the alert.
 */
int adtls_coap_set_outcome_handler(coap_context_t *context,
				   adtls_coap_outcome_func handler,
				   void *argument);

/* For request handlers: what is known of a session's peer. A session that is
 * not of DTLS, or that is over, has no engine. */

/**
 * adtls_coap_verdict:
 * The peer's attestation: appraised, as what, by whom, until when; NULL when
 * none was negotiated. Borrowed from the session: take a reference to keep it.
 */
adtls_verdict_t *adtls_coap_verdict(const coap_session_t *session);

/**
 * adtls_coap_authorization:
 * ADTLS_AUTHORIZATION_NONE when no attestation was asked of the peer, or
 * without an engine.
 */
adtls_authorization_t
adtls_coap_authorization(const coap_session_t *session);

/** adtls_coap_peer_identity: As adtls_engine_peer_identity(): the subject of a certificate, the digest of a raw public key, the identity of a PSK, or "". */
const char *adtls_coap_peer_identity(const coap_session_t *session);

/**
 * adtls_coap_peer_certificate:
 * The peer's own certificate in DER, borrowed; empty if none.
 */
adtls_bytes_t adtls_coap_peer_certificate(const coap_session_t *session);

/** adtls_coap_statistics: Returns: false, with zeros, without an engine. */
bool adtls_coap_statistics(const coap_session_t *session,
			   adtls_statistics_t *out);

/**
 * adtls_coap_engine:
 * For the exporter and parameters; the session's own, NULL if there is none.
 */
const adtls_engine_t *adtls_coap_engine(const coap_session_t *session);

#ifdef __cplusplus
}
#endif

#endif
