/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The session: one DTLS 1.3 connection with its I/O, as in GnuTLS.
 *
 *	adtls_session_new_client(config, "gateway.example", 0, &session);
 *	adtls_session_set_fd(session, connected_udp_socket);
 *	adtls_session_handshake(session);
 *	adtls_session_send(session, "hello", 5);
 *	len = adtls_session_recv(session, buffer, sizeof(buffer));
 *	adtls_session_bye(session);
 *	adtls_session_free(session);
 *
 * A session drives an engine: it reads the clocks, moves the datagrams, and
 * runs the jobs. It may be used by one thread at a time. A server with
 * several clients on one socket is an adtls_server_t (server.h).
 *
 * Blocking calls wait; with ADTLS_NONBLOCK they return ADTLS_E_AGAIN instead:
 * call again when the transport is readable, when adtls_session_worker_fd()
 * is, or after adtls_session_get_timeout_ms().
 *
 * ADTLS_E_AGAIN, ADTLS_E_TIMEOUT of adtls_session_set_timeout() and
 * ADTLS_E_IO leave the connection as it is, and the call may be repeated.
 * After any other error the connection is over: adtls_engine_is_closed() is
 * true, and adtls_engine_reason() of adtls_session_engine() says why.
 */
#ifndef ADTLS_SESSION_H
#define ADTLS_SESSION_H

#include <adtls/config.h>
#include <adtls/engine.h>
#include <adtls/error.h>
#include <adtls/types.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct adtls_session adtls_session_t;

typedef enum adtls_session_flags {
	/** Never wait: return ADTLS_E_AGAIN. */
	ADTLS_NONBLOCK = 1
} adtls_session_flags_t;

/**
 * adtls_session_new_client:
 * @config: a reference is taken; sealed if it is not yet
 * @server_name: as for adtls_engine_new_client()
 * @flags: or-ed adtls_session_flags_t, or 0
 * @out: release with adtls_session_free()
 *
 * The handshake deadline of @config starts here.
 *
 * Returns: ADTLS_OK, ADTLS_E_MEMORY, or what adtls_config_seal() found.
 */
int adtls_session_new_client(adtls_config_t *config, const char *server_name,
			     unsigned flags, adtls_session_t **out);

/**
 * adtls_session_new_client_resuming:
 * @ticket: as for adtls_engine_new_client_resuming(): used up; NULL: none
 *
 * As adtls_session_new_client(), but offers to resume. Tickets come while the
 * session is used; adtls_engine_take_ticket() of adtls_session_engine() has the
 * newest.
 *
 * Returns: as adtls_session_new_client().
 */
int adtls_session_new_client_resuming(adtls_config_t *config,
				      const char *server_name,
				      adtls_ticket_t *ticket, unsigned flags,
				      adtls_session_t **out);

/**
 * adtls_session_new_server:
 *
 * A server for one client, over a transport that is connected to it already:
 * a pair of sockets, a serial line, a socket that was connected after
 * peeking at the first datagram. The cookie is checked as @config says.
 *
 * Returns: as adtls_session_new_client().
 */
int adtls_session_new_server(adtls_config_t *config, unsigned flags,
			     adtls_session_t **out);

/** adtls_session_free: Silent; call adtls_session_bye() first to tell the peer. Waits for a job that a worker runs. The transport stays the caller's. NULL is fine. */
void adtls_session_free(adtls_session_t *session);

/** adtls_session_set_fd: Use a connected datagram socket, blocking or not; it stays the caller's to close. */
void adtls_session_set_fd(adtls_session_t *session, int fd);

/* As gnutls_push_func, gnutls_pull_func and gnutls_pull_timeout_func. */

/** Send one datagram. Returns: @len, or -1 with errno; EAGAIN: try again later. */
typedef ssize_t (*adtls_push_func)(void *context, const void *datagram,
				   size_t len);
/** Receive one datagram without waiting. Returns: its length, 0 when the transport was shut, or -1 with errno; EAGAIN: there is none. */
typedef ssize_t (*adtls_pull_func)(void *context, void *out, size_t out_len);
/** Wait until there is something to pull. Returns: > 0 if there is, 0 after @timeout_ms, or -1 with errno. */
typedef int (*adtls_pull_timeout_func)(void *context, unsigned timeout_ms);

/**
 * adtls_session_set_transport:
 * @context: the first argument of each function
 * @pull_timeout: NULL for a session that has ADTLS_NONBLOCK
 *
 * Use functions in place of a socket.
 */
void adtls_session_set_transport(adtls_session_t *session, void *context,
				 adtls_push_func push, adtls_pull_func pull,
				 adtls_pull_timeout_func pull_timeout);

/** adtls_session_set_timeout: The longest that one blocking call waits, in milliseconds, before it returns ADTLS_E_TIMEOUT; -1 (default): no limit but the handshake deadline. */
void adtls_session_set_timeout(adtls_session_t *session, int timeout_ms);

/**
 * adtls_session_set_workers:
 * @threads: 1 to ADTLS_JOB_POOL_THREADS_MAX
 *
 * Runs slow jobs (a TPM's signature, Evidence, a remote Verifier) on threads
 * of the session's own, so that retransmissions and ACKs go on meanwhile.
 * Without it they run within the call. Call it once, before the handshake.
 *
 * Returns: as adtls_job_pool_new().
 */
int adtls_session_set_workers(adtls_session_t *session, unsigned threads);

/** adtls_session_worker_fd: For a non-blocking session's poll(): readable when a worker has finished; -1 without workers. */
int adtls_session_worker_fd(const adtls_session_t *session);

/** adtls_session_get_timeout_ms: For a non-blocking session's poll(): milliseconds until a timer is due, or -1 when none runs. Then repeat the call that returned ADTLS_E_AGAIN. */
int adtls_session_get_timeout_ms(const adtls_session_t *session);

/**
 * adtls_session_handshake:
 *
 * Returns: ADTLS_OK once both sides are authenticated; ADTLS_E_AGAIN;
 * ADTLS_E_TIMEOUT; ADTLS_E_IO, among them an ICMP error such as ECONNREFUSED,
 * which is only reported during the handshake; ADTLS_E_HANDSHAKE;
 * ADTLS_E_DENIED.
 */
int adtls_session_handshake(adtls_session_t *session);

/**
 * adtls_session_wait_authorized:
 *
 * Waits for the peer's attestation, if any was negotiated, to be appraised.
 * Not mandatory: until then adtls_session_recv() waits, and
 * adtls_session_send() queues.
 *
 * Returns: ADTLS_OK; ADTLS_E_DENIED, and adtls_engine_verdict() says why; or
 * as adtls_session_handshake().
 */
int adtls_session_wait_authorized(adtls_session_t *session);

/**
 * adtls_session_send:
 * @len: at most adtls_engine_max_data(); it travels as one record
 *
 * Returns: @len; ADTLS_E_INVALID before the handshake is done;
 * ADTLS_E_TOO_LARGE; ADTLS_E_AGAIN; ADTLS_E_TIMEOUT; ADTLS_E_IO;
 * ADTLS_E_DENIED; ADTLS_E_CLOSED. Datagrams may get lost all the same.
 */
ssize_t adtls_session_send(adtls_session_t *session, const void *data,
			   size_t len);

/**
 * adtls_session_recv:
 * @out: receives one record's data; records that carry none are skipped
 *
 * Returns: its length; 0 once the peer has closed with close_notify;
 * ADTLS_E_TOO_LARGE when it is longer than @out_len: the record waits for a
 * call with more room; otherwise as adtls_session_send().
 */
ssize_t adtls_session_recv(adtls_session_t *session, void *out, size_t out_len);

/**
 * adtls_session_update_keys:
 * @request_peer: whether the peer is to update its keys too
 *
 * Begins what adtls_engine_update_keys() does; the calls that follow complete
 * it. Not mandatory: it happens by itself long before a key is used up.
 *
 * Returns: ADTLS_OK; ADTLS_E_INVALID before the handshake is done;
 * ADTLS_E_AGAIN while an update is under way; otherwise as
 * adtls_session_send().
 */
int adtls_session_update_keys(adtls_session_t *session, bool request_peer);

/** adtls_session_bye: Tell the peer that this was all; nothing is awaited. Returns: ADTLS_OK, ADTLS_E_AGAIN, ADTLS_E_TIMEOUT or ADTLS_E_IO. */
int adtls_session_bye(adtls_session_t *session);

/** adtls_session_engine: For the verdict, identity, parameters, exporter, statistics and reason. The session's own; NULL while a server has not heard of its client. */
adtls_engine_t *adtls_session_engine(const adtls_session_t *session);

#ifdef __cplusplus
}
#endif

#endif
