/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server: an endpoint, a UDP socket and a clock in one loop. */
#include <adtls/server.h>

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/buffer.h"
#include "session/clock.h"
#include "session/job_runner.h"

/* The largest UDP payload: no datagram is cut. */
#define DATAGRAM_MAX 65535

struct adtls_server {
	adtls_endpoint_t *endpoint;
	int fd;
	struct job_runner jobs;
	/* Stays as it is until all events are taken: data is lent from it. */
	uint8_t incoming[DATAGRAM_MAX];
	uint8_t outgoing[DATAGRAM_MAX];
};

int adtls_server_new(adtls_config_t *config, int fd, adtls_server_t **out)
{
	adtls_server_t *server = calloc(1, sizeof(*server));
	int result;

	*out = NULL;
	if (server == NULL)
		return ADTLS_E_MEMORY;
	server->fd = fd;
	result = adtls_endpoint_new(config, clock_now(), &server->endpoint);
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
	bytes_wipe(server->incoming, sizeof(server->incoming));
	free(server);
}

int adtls_server_set_workers(adtls_server_t *server, unsigned threads)
{
	return job_runner_start(&server->jobs, threads);
}

int adtls_server_worker_fd(const adtls_server_t *server)
{
	return job_runner_fd(&server->jobs);
}

int adtls_server_get_timeout_ms(const adtls_server_t *server)
{
	return clock_ms_until(adtls_endpoint_deadline(server->endpoint));
}

adtls_endpoint_t *adtls_server_endpoint(const adtls_server_t *server)
{
	return server->endpoint;
}

/* Sends all that is due. What the system does not take is lost, as it may be
 * anywhere on its way; one peer's errors must not stop the others. */
static void flush(adtls_server_t *server)
{
	adtls_address_t to;
	size_t len;

	while ((len = adtls_endpoint_next_datagram(
			server->endpoint, clock_now(), &to, server->outgoing,
			DATAGRAM_MAX)) > 0)
		sendto(server->fd, server->outgoing, len, MSG_NOSIGNAL,
		       (const struct sockaddr *)to.data, (socklen_t)to.len);
}

static void run_job(adtls_server_t *server, adtls_job_t *job)
{
	adtls_job_t *done = job_runner_run(&server->jobs, job);

	if (done != NULL)
		adtls_endpoint_finish_job(server->endpoint, clock_now(), done);
}

/* Whether recvfrom() failed for this datagram only: an ICMP error about some
 * earlier one, which is known to nobody here and may be forged. */
static bool is_passing(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR ||
	       error == ECONNREFUSED || error == EHOSTUNREACH ||
	       error == ENETUNREACH || error == EHOSTDOWN ||
	       error == ENOPROTOOPT || error == EPROTO || error == ENOBUFS ||
	       error == ENOMEM;
}

/* Receives one datagram if there is one. */
static int receive(adtls_server_t *server, bool *out_received)
{
	adtls_address_t from = { 0 };
	socklen_t from_len = sizeof(from.data);
	ssize_t len = recvfrom(server->fd, server->incoming, DATAGRAM_MAX,
			       MSG_DONTWAIT, (struct sockaddr *)from.data,
			       &from_len);

	*out_received = len >= 0;
	if (len < 0)
		return is_passing(errno) ? ADTLS_OK : ADTLS_E_IO;
	from.len = from_len;
	adtls_endpoint_receive(server->endpoint, clock_now(), &from,
			       server->incoming, (size_t)len, NULL);
	return ADTLS_OK;
}

/* Handles what is there already: timers, finished jobs and one datagram. */
static int handle_input(adtls_server_t *server, bool *out_handled)
{
	bool finished = false;
	bool received = false;
	adtls_job_t *job;
	int result;

	adtls_endpoint_tick(server->endpoint, clock_now());
	while ((job = job_runner_take(&server->jobs)) != NULL) {
		adtls_endpoint_finish_job(server->endpoint, clock_now(), job);
		finished = true;
	}
	result = receive(server, &received);
	*out_handled = finished || received;
	return result;
}

/* Waits for a datagram, a worker or a timer, but not past @until. */
static int wait_for_input(adtls_server_t *server, uint64_t until)
{
	uint64_t timer = adtls_endpoint_deadline(server->endpoint);
	struct pollfd fds[] = {
		{ .fd = server->fd, .events = POLLIN },
		{ .fd = job_runner_fd(&server->jobs), .events = POLLIN },
	};

	if (poll(fds, 2, clock_ms_until(timer < until ? timer : until)) < 0 &&
	    errno != EINTR)
		return ADTLS_E_IO;
	return ADTLS_OK;
}

/* Datagrams go before events, since an event's data ends with the next call
 * on its engine. Input that is there is handled before time is looked at, so
 * that a time-out of 0 gets on. */
int adtls_server_next(adtls_server_t *server, int timeout_ms,
		      adtls_engine_t **out_peer, adtls_event_t *out_event)
{
	uint64_t until = clock_after_ms(timeout_ms);
	bool is_first = true;
	bool handled = false;
	int result = ADTLS_OK;

	while (result == ADTLS_OK) {
		flush(server);
		if (adtls_endpoint_next_event(server->endpoint, out_peer,
					      out_event)) {
			if (out_event->type != ADTLS_EVENT_JOB)
				return ADTLS_OK;
			run_job(server, out_event->job);
			continue;
		}
		if (!is_first && clock_ms_until(until) == 0)
			return ADTLS_E_TIMEOUT;
		if (!is_first && !handled)
			result = wait_for_input(server, until);
		if (result == ADTLS_OK)
			result = handle_input(server, &handled);
		is_first = false;
	}
	return result;
}

int adtls_server_send(adtls_server_t *server, adtls_engine_t *peer,
		      const void *data, size_t len)
{
	int result = adtls_engine_send(peer, clock_now(), data, len);

	adtls_endpoint_touch(server->endpoint, peer);
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
	const adtls_address_t *address =
		adtls_endpoint_address(server->endpoint, peer);
	char host[NI_MAXHOST];
	char service[NI_MAXSERV];

	snprintf(out, out_len, "%s", "");
	if (address != NULL &&
	    getnameinfo((const struct sockaddr *)address->data,
			(socklen_t)address->len, host, sizeof(host), service,
			sizeof(service), NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		snprintf(out, out_len,
			 strchr(host, ':') != NULL ? "[%s]:%s" : "%s:%s", host,
			 service);
	return out;
}
