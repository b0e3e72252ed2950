/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server: an endpoint with its I/O, for many clients on one UDP socket.
 *
 *	adtls_server_new(config, bound_udp_socket, &server);
 *	while (adtls_server_next(server, -1, &peer, &event) == ADTLS_OK)
 *		if (event.type == ADTLS_EVENT_DATA)
 *			adtls_server_send(server, peer, event.data.data,
 *					  event.data.len);
 *
 * One thread at a time. A peer is an engine: ask it for its identity, verdict,
 * parameters and so on, but send, update keys and close through the server. A pointer to it
 * is good until adtls_server_next() is called again after its
 * ADTLS_EVENT_CLOSED.
 */
#ifndef ADTLS_SERVER_H
#define ADTLS_SERVER_H

#include <adtls/config.h>
#include <adtls/endpoint.h>
#include <adtls/engine.h>
#include <adtls/error.h>
#include <adtls/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct adtls_server adtls_server_t;

/**
 * adtls_server_new:
 * @config: with credentials; a reference is taken; sealed if it is not yet
 * @fd: a bound UDP socket, blocking or not; it stays the caller's to close. On
 *   a host with several addresses bind one socket to each: replies leave from
 *   the address that the system chooses.
 * @out: release with adtls_server_free()
 *
 * Returns: ADTLS_OK, ADTLS_E_MEMORY, or what adtls_config_seal() found.
 */
int adtls_server_new(adtls_config_t *config, int fd, adtls_server_t **out);

/** adtls_server_free: Silent; frees all peers. Waits for jobs that workers run. NULL is fine. */
void adtls_server_free(adtls_server_t *server);

/** adtls_server_set_workers: Run slow jobs on @threads threads, so that no peer waits for another's; without it they run within adtls_server_next(). Call it once. Returns: as adtls_job_pool_new(). */
int adtls_server_set_workers(adtls_server_t *server, unsigned threads);

/**
 * adtls_server_next:
 * @timeout_ms: how long to wait; 0: not at all; -1: for ever
 * @out_peer: whom the event is about
 * @out_event: any event but ADTLS_EVENT_JOB; its data is valid until the next
 *   call on the server
 *
 * Does all the work: datagrams, timers, jobs.
 *
 * Returns: ADTLS_OK with an event; ADTLS_E_TIMEOUT; ADTLS_E_IO when the socket
 * cannot be read or waited for (see errno). Datagrams that the system refuses
 * to send count as lost.
 */
int adtls_server_next(adtls_server_t *server, int timeout_ms,
		      adtls_engine_t **out_peer, adtls_event_t *out_event);

/** adtls_server_worker_fd: For an own poll() beside the socket, after which adtls_server_next() is called with 0: readable when a worker has finished; -1 without workers. */
int adtls_server_worker_fd(const adtls_server_t *server);

/** adtls_server_get_timeout_ms: For an own poll(): milliseconds until a timer is due, or -1 when none runs. */
int adtls_server_get_timeout_ms(const adtls_server_t *server);

/** adtls_server_send: As adtls_engine_send(); @data may be that of the last event. */
int adtls_server_send(adtls_server_t *server, adtls_engine_t *peer,
		      const void *data, size_t len);

/** adtls_server_update_keys: As adtls_engine_update_keys(). */
int adtls_server_update_keys(adtls_server_t *server, adtls_engine_t *peer,
			     bool request_peer);

/** adtls_server_close: Send close_notify; ADTLS_EVENT_CLOSED follows. */
void adtls_server_close(adtls_server_t *server, adtls_engine_t *peer);

/** adtls_server_peer_address: Writes "192.0.2.1:5684" or "[2001:db8::1]:5684", or "" for an unknown peer. @out_len: 80 is plenty. Returns: @out. */
const char *adtls_server_peer_address(const adtls_server_t *server,
				      const adtls_engine_t *peer, char *out,
				      size_t out_len);

/** adtls_server_endpoint: For statistics and addresses; the server's own. */
adtls_endpoint_t *adtls_server_endpoint(const adtls_server_t *server);

#ifdef __cplusplus
}
#endif

#endif
