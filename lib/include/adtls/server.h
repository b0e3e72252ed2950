/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server: an endpoint with its I/O, for many clients on one UDP socket.
 *
 *	adtls_server_new(config, bound_udp_socket, &server);
 *	while (adtls_server_next(server, -1, &peer, &event) == ADTLS_OK)
 *		if (event.type == ADTLS_EVENT_DATA)
 *			adtls_server_send(server, peer, event.data.data,
 *					  event.data.len);
 *
 * Datagrams are received and sent in batches; peers take turns. In a loop of an
 * application's own, watch adtls_server_fd() and call adtls_server_next() with
 * a time-out of 0 until it returns ADTLS_E_TIMEOUT.
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
 * @fd: a bound UDP socket, of IPv4, IPv6 or both (IPV6_V6ONLY off), blocking or
 *   not; it stays the caller's to close. It may be bound to the unspecified
 *   address: answers leave from the address that was addressed.
 * @out: release with adtls_server_free()
 *
 * Limits are those of its adtls_server_endpoint().
 *
 * Returns: ADTLS_OK, ADTLS_E_MEMORY, ADTLS_E_IO when @fd is no socket or file
 * descriptors are used up, or what adtls_config_seal() found.
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
 * Returns: ADTLS_OK with an event; ADTLS_E_TIMEOUT; ADTLS_E_CLOSED after
 * adtls_server_stop(); ADTLS_E_IO when the socket cannot be read or waited for
 * (see errno). ICMP errors end nothing, as anybody can forge them; datagrams
 * that the system refuses to send count as lost.
 */
int adtls_server_next(adtls_server_t *server, int timeout_ms,
		      adtls_engine_t **out_peer, adtls_event_t *out_event);

/** Takes an event of adtls_server_run(); as returned by adtls_server_next(). */
typedef void (*adtls_server_event_func)(void *context, adtls_server_t *server,
					adtls_engine_t *peer,
					const adtls_event_t *event);

/** adtls_server_run: Calls adtls_server_next() and @handle for each event, until adtls_server_stop(). Returns: ADTLS_OK once stopped, or ADTLS_E_IO. */
int adtls_server_run(adtls_server_t *server, adtls_server_event_func handle,
		     void *context);

/** adtls_server_stop: From any thread or signal handler: the adtls_server_next() or adtls_server_run() that waits, or else the next one, returns. */
void adtls_server_stop(adtls_server_t *server);

/** adtls_server_fd: For an own poll() or epoll, in place of all others: readable when adtls_server_next() has something to do. The server's own; not to be read. */
int adtls_server_fd(adtls_server_t *server);

/** adtls_server_worker_fd: For an own poll() beside the socket, after which adtls_server_next() is called with 0: readable when a worker has finished; -1 without workers. */
int adtls_server_worker_fd(const adtls_server_t *server);

/** adtls_server_get_timeout_ms: For an own poll(): milliseconds until a timer is due, or -1 when none runs. */
int adtls_server_get_timeout_ms(const adtls_server_t *server);

/** adtls_server_send: As adtls_engine_send(); @data may be that of the last event. While there are more events to be taken it may wait for the adtls_server_next() that finds no more. */
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

/** adtls_server_endpoint: For limits, statistics and addresses; the server's own. */
adtls_endpoint_t *adtls_server_endpoint(const adtls_server_t *server);

/** adtls_server_datagrams_lost: How many datagrams the system refused to send. */
uint64_t adtls_server_datagrams_lost(const adtls_server_t *server);

#ifdef __cplusplus
}
#endif

#endif
