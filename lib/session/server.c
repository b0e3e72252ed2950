/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server: an endpoint, a UDP socket, workers and a clock in one loop.
 *
 *   server_next   events -> send -> wait (server_watch.c) -> timers, jobs, and
 *                 a batch of datagrams -> events ...
 *
 * A round takes one batch, so that nobody waits long for his turn. */
#include <adtls/address.h>
#include <adtls/server.h>

#include <stdatomic.h>
#include <stdlib.h>

#include "engine/endpoint.h"
#include "session/clock.h"
#include "session/job_runner.h"
#include "session/server_watch.h"
#include "session/udp_socket.h"

/* While the system has no room to send: how soon those look again who watch
 * the socket themselves. */
#define FULL_MS 10

struct adtls_server {
	adtls_endpoint_t *endpoint;
	struct udp_socket socket;
	struct server_watch watch;
	struct job_runner jobs;
	atomic_bool is_stopped;
};

static int server_init(adtls_server_t *server, adtls_config_t *config, int fd)
{
	int result = adtls_endpoint_new(config, clock_now(), &server->endpoint);

	if (result == ADTLS_OK)
		result = udp_socket_init(&server->socket, fd);
	if (result == ADTLS_OK)
		result = server_watch_init(&server->watch, fd);
	return result;
}

int adtls_server_new(adtls_config_t *config, int fd, adtls_server_t **out)
{
	adtls_server_t *server = calloc(1, sizeof(*server));
	int result;

	*out = NULL;
	if (server == NULL)
		return ADTLS_E_MEMORY;
	atomic_init(&server->is_stopped, false);
	server_watch_clear(&server->watch);
	result = server_init(server, config, fd);
	if (result != ADTLS_OK) {
		adtls_server_free(server);
		return result;
	}
	*out = server;
	return ADTLS_OK;
}

void adtls_server_free(adtls_server_t *server)
{
	if (server == NULL)
		return;
	job_runner_clear(&server->jobs);
	adtls_endpoint_free(server->endpoint);
	server_watch_clear(&server->watch);
	udp_socket_clear(&server->socket);
	free(server);
}

int adtls_server_set_workers(adtls_server_t *server, unsigned threads)
{
	int result = job_runner_start(&server->jobs, threads);

	if (result == ADTLS_OK)
		result = server_watch_add(&server->watch,
					  job_runner_fd(&server->jobs));
	return result;
}

int adtls_server_worker_fd(const adtls_server_t *server)
{
	return job_runner_fd(&server->jobs);
}

/* When to look again, with nothing to be read. */
static uint64_t deadline(const adtls_server_t *server)
{
	return server->socket.is_full ?
		       clock_after_ms(FULL_MS) :
		       adtls_endpoint_deadline(server->endpoint);
}

int adtls_server_get_timeout_ms(const adtls_server_t *server)
{
	return clock_ms_until(deadline(server));
}

int adtls_server_fd(adtls_server_t *server)
{
	server->watch.is_timed = true;
	server_watch_time(&server->watch, deadline(server));
	return server->watch.epoll_fd;
}

adtls_endpoint_t *adtls_server_endpoint(const adtls_server_t *server)
{
	return server->endpoint;
}

/* Puts what is due into the batch, which goes out whenever it is full. */
static void collect(adtls_server_t *server, adtls_time_t now)
{
	struct udp_socket *socket = &server->socket;
	adtls_address_t to;
	uint8_t *room;
	size_t len;

	while (!socket->is_full) {
		room = udp_socket_room(socket);
		if (room == NULL) {
			udp_socket_send(socket);
			continue;
		}
		len = adtls_endpoint_next_datagram(server->endpoint, now, &to,
						   room, UDP_DATAGRAM_MAX);
		if (len == 0)
			return;
		udp_socket_add(socket, len, &to);
	}
}

static void flush(adtls_server_t *server)
{
	collect(server, clock_now());
	udp_socket_send(&server->socket);
	server_watch_room(&server->watch, server->socket.is_full);
	server_watch_time(&server->watch, deadline(server));
}

/* Without room for more jobs newcomers have to wait. */
static void judge_load(adtls_server_t *server)
{
	adtls_endpoint_set_busy(server->endpoint,
				job_runner_is_busy(&server->jobs));
}

static void run_job(adtls_server_t *server, adtls_job_t *job)
{
	adtls_job_t *done = job_runner_run(&server->jobs, job);

	if (done != NULL)
		adtls_endpoint_finish_job(server->endpoint, clock_now(), done);
	judge_load(server);
}

static bool take_finished_jobs(adtls_server_t *server, adtls_time_t now)
{
	bool any = false;
	adtls_job_t *job;

	while ((job = job_runner_take(&server->jobs)) != NULL) {
		adtls_endpoint_finish_job(server->endpoint, now, job);
		any = true;
	}
	if (any)
		judge_load(server);
	return any;
}

static int receive(adtls_server_t *server, adtls_time_t now, size_t *out_count)
{
	int result = udp_socket_receive(&server->socket, out_count);

	for (size_t i = 0; i < *out_count; i++) {
		adtls_address_t from;
		uint8_t *datagram;
		size_t len;

		if (!udp_socket_datagram(&server->socket, i, &datagram, &len,
					 &from))
			continue;
		adtls_endpoint_receive(server->endpoint, now, &from, datagram,
				       len, NULL);
		/* The front door has room for one answer. */
		collect(server, now);
	}
	return result;
}

/* Handles what is there already: timers, finished jobs and one batch. */
static int handle_input(adtls_server_t *server, bool *out_handled)
{
	adtls_time_t now = clock_now();
	bool finished;
	size_t count;
	int result;

	server_watch_read_timer(&server->watch);
	adtls_endpoint_tick(server->endpoint, now);
	finished = take_finished_jobs(server, now);
	result = receive(server, now, &count);
	*out_handled = finished || count > 0;
	return result;
}

/* An event for the application, once the jobs among them are on their way. What
 * is due goes before it, as it may be the last that the application waits for;
 * only data comes in such numbers that sending waits for the end of its batch. */
static bool take_event(adtls_server_t *server, adtls_engine_t **out_peer,
		       adtls_event_t *out_event)
{
	while (adtls_endpoint_next_event(server->endpoint, out_peer,
					 out_event)) {
		if (out_event->type == ADTLS_EVENT_JOB) {
			run_job(server, out_event->job);
			continue;
		}
		if (out_event->type != ADTLS_EVENT_DATA)
			flush(server);
		return true;
	}
	return false;
}

static bool was_stopped(adtls_server_t *server)
{
	if (!atomic_exchange(&server->is_stopped, false))
		return false;
	server_watch_calm(&server->watch);
	return true;
}

/* Input that is there is handled before time is looked at, so that a time-out
 * of 0 gets on. */
int adtls_server_next(adtls_server_t *server, int timeout_ms,
		      adtls_engine_t **out_peer, adtls_event_t *out_event)
{
	uint64_t until = clock_after_ms(timeout_ms);
	bool is_first = true;
	bool handled = false;
	int result = ADTLS_OK;

	while (result == ADTLS_OK) {
		uint64_t timer;

		if (take_event(server, out_peer, out_event))
			return ADTLS_OK;
		flush(server);
		/* Sending may have ended a connection. */
		if (take_event(server, out_peer, out_event))
			return ADTLS_OK;
		if (was_stopped(server))
			return ADTLS_E_CLOSED;
		if (!is_first && clock_ms_until(until) == 0)
			return ADTLS_E_TIMEOUT;
		timer = deadline(server);
		if (!is_first && !handled)
			result = server_watch_wait(&server->watch,
						   timer < until ? timer :
								   until);
		if (result == ADTLS_OK)
			result = handle_input(server, &handled);
		is_first = false;
	}
	return result;
}

int adtls_server_run(adtls_server_t *server, adtls_server_event_func handle,
		     void *context)
{
	adtls_engine_t *peer;
	adtls_event_t event;
	int result;

	while ((result = adtls_server_next(server, -1, &peer, &event)) ==
	       ADTLS_OK)
		handle(context, server, peer, &event);
	return result == ADTLS_E_CLOSED ? ADTLS_OK : result;
}

void adtls_server_stop(adtls_server_t *server)
{
	atomic_store(&server->is_stopped, true);
	server_watch_rouse(&server->watch);
}

/* While there are more events to be taken, what is sent for them goes out with
 * one call. */
int adtls_server_send(adtls_server_t *server, adtls_engine_t *peer,
		      const void *data, size_t len)
{
	bool waits = endpoint_has_events(server->endpoint);
	int result = adtls_engine_send(peer, clock_now(), data, len);

	/* Its queue may be full of what waits. */
	if (waits && result == ADTLS_E_AGAIN) {
		flush(server);
		result = adtls_engine_send(peer, clock_now(), data, len);
	}
	adtls_endpoint_touch(server->endpoint, peer);
	if (!waits)
		flush(server);
	return result;
}

int adtls_server_update_keys(adtls_server_t *server, adtls_engine_t *peer,
			     bool request_peer)
{
	int result = adtls_engine_update_keys(peer, clock_now(), request_peer);

	adtls_endpoint_touch(server->endpoint, peer);
	flush(server);
	return result;
}

void adtls_server_close(adtls_server_t *server, adtls_engine_t *peer)
{
	adtls_engine_close(peer, clock_now());
	adtls_endpoint_touch(server->endpoint, peer);
	flush(server);
}

const char *adtls_server_peer_address(const adtls_server_t *server,
				      const adtls_engine_t *peer, char *out,
				      size_t out_len)
{
	static const adtls_address_t nobody;
	const adtls_address_t *address =
		adtls_endpoint_address(server->endpoint, peer);

	return adtls_address_format(address != NULL ? address : &nobody, out,
				    out_len);
}

uint64_t adtls_server_datagrams_lost(const adtls_server_t *server)
{
	return server->socket.lost;
}
