/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The engine: one DTLS 1.3 connection, without I/O, clock or threads.
 *
 * After every call take datagrams and events until both are empty:
 *
 *	adtls_engine_receive(engine, now, datagram, len);
 *	while (adtls_engine_next_event(engine, &event))
 *		...
 *	while ((len = adtls_engine_next_datagram(engine, now, out, sizeof(out))) > 0)
 *		sendto(...);
 *	wait until adtls_engine_deadline(engine) or the next datagram
 */
#ifndef ADTLS_ENGINE_H
#define ADTLS_ENGINE_H

#include <adtls/config.h>
#include <adtls/error.h>
#include <adtls/job.h>
#include <adtls/ticket.h>
#include <adtls/types.h>
#include <adtls/verdict.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct adtls_engine adtls_engine_t;

typedef enum adtls_event_type {
	/** Both sides are authenticated; data may still have to wait for AUTHORIZED. */
	ADTLS_EVENT_CONNECTED = 1,
	/** The peer's attestation was granted; held data follows. */
	ADTLS_EVENT_AUTHORIZED = 2,
	/** The peer's attestation was refused: adtls_engine_verdict() says why. CLOSED follows. */
	ADTLS_EVENT_REFUSED = 3,
	/** Application data in @data: valid until the next call on this engine. */
	ADTLS_EVENT_DATA = 4,
	/** Work to be done in @job, which the receiver of the event owns. */
	ADTLS_EVENT_JOB = 5,
	/** The connection is over: @reason, and @alert with who sent it. */
	ADTLS_EVENT_CLOSED = 6,
	/** The keys of one direction, or both, are new (RFC 9147 §8). */
	ADTLS_EVENT_KEYS_UPDATED = 7,
	/** A client has a ticket, or several: adtls_engine_take_ticket(). */
	ADTLS_EVENT_TICKET = 8,
	/** The peer is at another address: adtls_endpoint_address() has it. */
	ADTLS_EVENT_PEER_MOVED = 20,
	/** The peer has answered with, or given unasked, new connection IDs for us to write. */
	ADTLS_EVENT_CONNECTION_IDS = 21
} adtls_event_type_t;

typedef struct adtls_event {
	adtls_event_type_t type;
	adtls_bytes_t data;
	adtls_job_t *job;
	adtls_reason_t reason;
	adtls_alert_t alert;		/* ADTLS_ALERT_NONE: none was sent */
	bool alert_received;		/* by the peer; else by us */
} adtls_event_t;

/**
 * adtls_engine_new_client:
 * @config: a reference is taken; sealed if it is not yet
 * @server_name: DNS name or IP address that the server's certificate must
 *   have, a DNS name is also sent as SNI; NULL: any name of a trusted path
 * @out: release with adtls_engine_free()
 *
 * Servers' engines come from an adtls_endpoint_t, once a cookie is checked.
 *
 * Returns: ADTLS_OK, ADTLS_E_MEMORY, what adtls_config_seal() found, or
 * ADTLS_E_CREDENTIALS for a PSK that a server uses (adtls_credentials_set_psk()).
 */
int adtls_engine_new_client(adtls_config_t *config, const char *server_name,
			    adtls_time_t now, adtls_engine_t **out);

/**
 * adtls_engine_new_client_resuming:
 * @ticket: of an earlier connection to the same server, with the same
 *   @server_name; used up, also on error; NULL: none
 *
 * As adtls_engine_new_client(), but offers to resume. Whether the server does is
 * its decision, as @resumed of adtls_parameters_t says: else, and with a ticket
 * that has expired or is for another name, the handshake is a full one.
 */
int adtls_engine_new_client_resuming(adtls_config_t *config,
				     const char *server_name,
				     adtls_ticket_t *ticket, adtls_time_t now,
				     adtls_engine_t **out);

/**
 * adtls_engine_take_ticket: The newest ticket that was not taken yet, the
 * caller's from here on; NULL: none. The 4 newest are kept until the engine is
 * freed; none once an alert has ended the connection.
 */
adtls_ticket_t *adtls_engine_take_ticket(adtls_engine_t *engine);

/** adtls_engine_free: Silent; call adtls_engine_close() first to tell the peer. NULL is fine. */
void adtls_engine_free(adtls_engine_t *engine);

/**
 * adtls_engine_receive:
 * @datagram: one datagram's payload; decrypted in place, so its bytes change
 *   and must stay until all events are taken: ADTLS_EVENT_DATA lends from it
 *
 * Bad records are dropped and counted, as RFC 9147 §4.5.2 asks.
 *
 * Returns: ADTLS_OK; ADTLS_E_CLOSED once the connection is over.
 */
int adtls_engine_receive(adtls_engine_t *engine, adtls_time_t now,
			 uint8_t *datagram, size_t len);

/**
 * adtls_engine_next_datagram:
 * @out_len: at least the MTU
 *
 * Returns: the length of a datagram to be sent now, or 0.
 */
size_t adtls_engine_next_datagram(adtls_engine_t *engine, adtls_time_t now,
				  uint8_t *out, size_t out_len);

/** adtls_engine_deadline: When to call adtls_engine_tick(), monotonic microseconds, or ADTLS_NEVER; 0 while there are events to be taken. */
uint64_t adtls_engine_deadline(const adtls_engine_t *engine);

/** adtls_engine_tick: Handle timers; calling it early does nothing. */
void adtls_engine_tick(adtls_engine_t *engine, adtls_time_t now);

/** adtls_engine_next_event: Returns: false if nothing has happened. */
bool adtls_engine_next_event(adtls_engine_t *engine, adtls_event_t *out);

/**
 * adtls_engine_send:
 * @data: one record's worth of application data, copied
 * @len: 0 to adtls_engine_max_data(); records are never split
 *
 * Returns: ADTLS_OK; ADTLS_E_AGAIN before CONNECTED or when the queue of 64
 * records is full; ADTLS_E_PENDING when queued until the peer is authorized
 * is not possible any more; ADTLS_E_TOO_LARGE; ADTLS_E_CLOSED.
 */
int adtls_engine_send(adtls_engine_t *engine, adtls_time_t now,
		      const void *data, size_t len);

/**
 * adtls_engine_max_data: Bytes of application data that fit one datagram and
 * the peer's record_size_limit; 0 before CONNECTED. Falls when datagrams become
 * smaller: ask before each adtls_engine_send().
 */
size_t adtls_engine_max_data(const adtls_engine_t *engine);

/** adtls_engine_mtu: Largest datagram sent now, in bytes of UDP payload: as configured, set, or found after losses. */
size_t adtls_engine_mtu(const adtls_engine_t *engine);

/**
 * adtls_engine_set_mtu:
 * @mtu: bytes of UDP payload, 256 to 65507; 0: the next smaller of 1232, 548
 *   and 256, for who knows only that a datagram was too large
 *
 * What the network says about the path: EMSGSIZE, ICMP, or discovery of its own
 * (RFC 9147 §4.4). Handshake messages in larger datagrams are sent again.
 * Application data that is queued and does not fit any more is dropped and
 * counted. By itself the engine makes datagrams smaller after repeated loss of
 * handshake messages, and never larger again. ICMP can be forged: believe
 * nothing below what the IP version in use guarantees, 1232 or 548.
 *
 * Returns: ADTLS_OK; ADTLS_E_INVALID; for 0, ADTLS_E_TOO_LARGE at the smallest.
 */
int adtls_engine_set_mtu(adtls_engine_t *engine, adtls_time_t now, size_t mtu);

/** adtls_engine_close: Send close_notify; data not yet taken by next_datagram goes first. */
void adtls_engine_close(adtls_engine_t *engine, adtls_time_t now);

/**
 * adtls_engine_update_keys:
 * @request_peer: whether the peer is to update its keys too
 *
 * Replaces the keys we send with (RFC 9147 §8); KEYS_UPDATED says when. Happens
 * by itself long before a key is used up.
 *
 * Returns: ADTLS_OK; ADTLS_E_AGAIN before CONNECTED and while an update is under
 * way; ADTLS_E_CLOSED; ADTLS_E_MEMORY.
 */
int adtls_engine_update_keys(adtls_engine_t *engine, adtls_time_t now,
			     bool request_peer);

/**
 * adtls_engine_offer_connection_ids:
 * @count: how many new connection IDs the peer gets, as far as there is room: at
 *   most 8 are valid at a time
 * @immediate: whether it must change to one at once, rather than keep them
 *
 * NewConnectionId, RFC 9147 §9. Older ones go a minute after the peer has begun
 * to use a newer one.
 *
 * Returns: ADTLS_OK; ADTLS_E_AGAIN before CONNECTED, while one is under way, and
 * while there is no room; ADTLS_E_INVALID if the peer writes none to us;
 * ADTLS_E_CLOSED; ADTLS_E_MEMORY.
 */
int adtls_engine_offer_connection_ids(adtls_engine_t *engine, adtls_time_t now,
				      unsigned count, bool immediate);

/**
 * adtls_engine_request_connection_ids:
 * @count: 1 to 255; the peer may give fewer, and we keep at most 7 spare ones
 *
 * RequestConnectionId, RFC 9147 §9: before a change of networks, so that nobody
 * recognizes the connection by its connection ID afterwards.
 * ADTLS_EVENT_CONNECTION_IDS says when the answer is there.
 *
 * Returns: ADTLS_OK; ADTLS_E_AGAIN before CONNECTED and while a request is
 * unanswered; ADTLS_E_INVALID if we write none; ADTLS_E_CLOSED; ADTLS_E_MEMORY.
 */
int adtls_engine_request_connection_ids(adtls_engine_t *engine,
					adtls_time_t now, unsigned count);

/** adtls_engine_use_new_connection_id: Write the peer's next spare connection ID from now on: for whoever changes networks. Returns: ADTLS_OK; ADTLS_E_AGAIN if there is none; ADTLS_E_CLOSED. */
int adtls_engine_use_new_connection_id(adtls_engine_t *engine);

/** Connection IDs of one connection. */
typedef struct adtls_connection_ids {
	bool negotiated;
	bool return_routability;	/* rrc was negotiated too */
	adtls_bytes_t own;		/* the newest that the peer may write to us; empty: none */
	unsigned own_count;		/* that it may write now */
	adtls_bytes_t peers;		/* what we write; empty: none */
	unsigned spare_count;		/* of the peer's, not yet used */
} adtls_connection_ids_t;

/** adtls_engine_connection_ids: Views are valid until the next call on this engine. */
void adtls_engine_connection_ids(const adtls_engine_t *engine,
				 adtls_connection_ids_t *out);

/** adtls_engine_finish_job: Hand a job back after adtls_job_run(); takes it over. A job of another engine, or one too late, is dropped. */
void adtls_engine_finish_job(adtls_engine_t *engine, adtls_time_t now,
			     adtls_job_t *job);

bool adtls_engine_is_connected(const adtls_engine_t *engine);
bool adtls_engine_is_closed(const adtls_engine_t *engine);
adtls_role_t adtls_engine_role(const adtls_engine_t *engine);

/** adtls_engine_authorization: Of the peer (protocol §4.3). */
adtls_authorization_t adtls_engine_authorization(const adtls_engine_t *engine);

/** adtls_engine_verdict: Of the peer's attestation; NULL when none was negotiated. Borrowed: take a reference to keep it. */
adtls_verdict_t *adtls_engine_verdict(const adtls_engine_t *engine);

/** adtls_engine_peer_identity: The subject of the peer's certificate; "sha256:" and 64 hexadecimal digits, the SHA-256 of its SubjectPublicKeyInfo, for a raw public key; "psk:" and the identity of the PSK, with bytes that are not printable as \\x00, or "psk-sha256:" and its SHA-256 if that would not fit; when resumed, the same as at first; or "". */
const char *adtls_engine_peer_identity(const adtls_engine_t *engine);

/** adtls_engine_peer_certificate: The peer's own certificate, or the SubjectPublicKeyInfo that is its raw public key, in DER, borrowed; empty if none. */
adtls_bytes_t adtls_engine_peer_certificate(const adtls_engine_t *engine);

/** adtls_engine_reason: Why it closed, with a sentence in @out_detail (may be NULL). */
adtls_reason_t adtls_engine_reason(const adtls_engine_t *engine,
				   char *out_detail, size_t detail_len);

/**
 * adtls_engine_export: Keying material (RFC 8446 §7.5).
 * @label: ASCII, at most 240 bytes
 * @context: may be empty
 *
 * Returns: ADTLS_OK; ADTLS_E_AGAIN before CONNECTED; ADTLS_E_PENDING while the
 * peer is not authorized; ADTLS_E_INVALID for sizes.
 */
int adtls_engine_export(const adtls_engine_t *engine, const char *label,
			adtls_bytes_t context, uint8_t *out, size_t out_len);

/** What was negotiated; names are static strings, "" until known. */
typedef struct adtls_parameters {
	const char *suite;
	const char *group;
	const char *signature;		/* "" with a PSK or ticket */
	/** Of what was shown, if anything was. */
	adtls_certificate_type_t own_certificate_type;
	adtls_certificate_type_t peer_certificate_type;
	/** Whom the client called: server_name, where it has sent one. Lent by
	 * the engine. */
	const char *server_name;
	/** By ALPN; empty: none. Lent as long as the configuration is there. */
	adtls_bytes_t application_protocol;
	bool psk;			/* an external PSK in place of certificates */
	bool resumed;			/* a ticket in place of certificates */
	bool hello_retry_request;
	bool sends_evidence;		/* we attest */
	bool receives_evidence;		/* the peer attests */
} adtls_parameters_t;

void adtls_engine_parameters(const adtls_engine_t *engine,
			     adtls_parameters_t *out);

/** Counters of one connection. */
typedef struct adtls_statistics {
	uint64_t datagrams_sent;
	uint64_t bytes_sent;
	uint64_t datagrams_received;
	uint64_t bytes_received;
	uint64_t retransmissions;	/* handshake fragments sent again */
	uint64_t handshake_us;		/* first to last handshake event, 0 until connected */
	uint64_t appraisal_us;		/* from then to the first verdict, or 0 */
	uint64_t records_dropped;	/* all kinds: the sum of those below */
	uint64_t dropped_malformed;
	uint64_t dropped_unknown_epoch;
	uint64_t dropped_replay;
	uint64_t dropped_forged;
	uint64_t dropped_unexpected;	/* plaintext alerts, ACKs of nothing, ... */
	uint64_t data_held_dropped;	/* over the bound while not authorized */
	uint64_t dropped_cid;		/* of another connection, or without its CID */
	uint64_t path_checks;		/* return routability checks begun */
	uint64_t path_checks_failed;	/* the peer stayed where it was */
	uint64_t moves;			/* of the peer to another address */
	uint64_t data_too_large;	/* queued, and over a smaller MTU */
} adtls_statistics_t;

void adtls_engine_statistics(const adtls_engine_t *engine,
			     adtls_statistics_t *out);

#ifdef __cplusplus
}
#endif

#endif
