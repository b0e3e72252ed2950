/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The session: a driver behind calls that wait for one thing each. */
#include <adtls/session.h>

#include <stdlib.h>
#include <string.h>

#include "session/clock.h"
#include "session/driver.h"

struct adtls_session {
	struct driver driver;
	int timeout_ms;
	bool is_connected;
	/* A record that came while a call waited for something else, or that
	 * the caller had no room for; none is empty. */
	struct buffer received;
};

static adtls_session_t *session_new(unsigned flags)
{
	adtls_session_t *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return NULL;
	driver_init(&session->driver, (flags & ADTLS_NONBLOCK) != 0);
	session->timeout_ms = -1;
	return session;
}

static int session_made(adtls_session_t *session, int result,
			adtls_session_t **out)
{
	if (result != ADTLS_OK) {
		adtls_session_free(session);
		session = NULL;
	}
	*out = session;
	return result;
}

int adtls_session_new_client(adtls_config_t *config, const char *server_name,
			     unsigned flags, adtls_session_t **out)
{
	return adtls_session_new_client_resuming(config, server_name, NULL,
						 flags, out);
}

int adtls_session_new_client_resuming(adtls_config_t *config,
				      const char *server_name,
				      adtls_ticket_t *ticket, unsigned flags,
				      adtls_session_t **out)
{
	adtls_session_t *session = session_new(flags);
	int result = ADTLS_E_MEMORY;

	if (session != NULL)
		result = adtls_engine_new_client_resuming(
			config, server_name, ticket, clock_now(),
			&session->driver.engine);
	else
		adtls_ticket_free(ticket);
	return session_made(session, result, out);
}

int adtls_session_new_server(adtls_config_t *config, unsigned flags,
			     adtls_session_t **out)
{
	adtls_session_t *session = session_new(flags);
	int result = ADTLS_E_MEMORY;

	if (session != NULL)
		result = adtls_endpoint_new(config, clock_now(),
					    &session->driver.endpoint);
	return session_made(session, result, out);
}

void adtls_session_free(adtls_session_t *session)
{
	if (session == NULL)
		return;
	driver_clear(&session->driver);
	buffer_clear(&session->received);
	free(session);
}

void adtls_session_set_fd(adtls_session_t *session, int fd)
{
	struct transport *transport = &session->driver.transport;

	transport->push = NULL;
	transport->pull = NULL;
	transport->pull_timeout = NULL;
	transport->fd = fd;
}

void adtls_session_set_transport(adtls_session_t *session, void *context,
				 adtls_push_func push, adtls_pull_func pull,
				 adtls_pull_timeout_func pull_timeout)
{
	struct transport *transport = &session->driver.transport;

	transport->context = context;
	transport->push = push;
	transport->pull = pull;
	transport->pull_timeout = pull_timeout;
}

void adtls_session_set_timeout(adtls_session_t *session, int timeout_ms)
{
	session->timeout_ms = timeout_ms;
}

int adtls_session_set_workers(adtls_session_t *session, unsigned threads)
{
	return job_runner_start(&session->driver.jobs, threads);
}

int adtls_session_worker_fd(const adtls_session_t *session)
{
	return job_runner_fd(&session->driver.jobs);
}

int adtls_session_get_timeout_ms(const adtls_session_t *session)
{
	return clock_ms_until(driver_deadline(&session->driver));
}

adtls_engine_t *adtls_session_engine(const adtls_session_t *session)
{
	return session->driver.engine;
}

static adtls_authorization_t authorization(const adtls_session_t *session)
{
	return adtls_engine_authorization(session->driver.engine);
}

static adtls_reason_t reason(const adtls_session_t *session)
{
	return adtls_engine_reason(session->driver.engine, NULL, 0);
}

/* What ADTLS_E_CLOSED of the engine is for the application. */
static int how_it_ended(const adtls_session_t *session)
{
	if (authorization(session) == ADTLS_AUTHORIZATION_DENIED)
		return ADTLS_E_DENIED;
	if (session->is_connected)
		return ADTLS_E_CLOSED;
	if (reason(session) == ADTLS_REASON_HANDSHAKE_TIMEOUT ||
	    reason(session) == ADTLS_REASON_RETRANSMISSION_LIMIT)
		return ADTLS_E_TIMEOUT;
	return ADTLS_E_HANDSHAKE;
}

static int next_event(adtls_session_t *session, uint64_t until,
		      adtls_event_t *out)
{
	int result = driver_next_event(&session->driver, until, out);

	if (result == ADTLS_OK && out->type == ADTLS_EVENT_CONNECTED) {
		session->is_connected = true;
		session->driver.transport.reports_icmp = false;
	}
	return result == ADTLS_E_CLOSED ? how_it_ended(session) : result;
}

/* Runs the connection for a call that waits for something other than data,
 * which is kept for adtls_session_recv(). */
static int progress(adtls_session_t *session, uint64_t until)
{
	adtls_event_t event;
	int result;

	/* The application has to take what is kept before there can be more. */
	if (session->received.len > 0)
		return ADTLS_E_AGAIN;
	result = next_event(session, until, &event);
	if (result == ADTLS_OK && event.type == ADTLS_EVENT_DATA &&
	    !buffer_set(&session->received, event.data.data, event.data.len))
		return ADTLS_E_MEMORY;
	return result;
}

int adtls_session_handshake(adtls_session_t *session)
{
	uint64_t until = clock_after_ms(session->timeout_ms);
	int result = ADTLS_OK;

	while (!session->is_connected && result == ADTLS_OK)
		result = progress(session, until);
	return result;
}

int adtls_session_wait_authorized(adtls_session_t *session)
{
	uint64_t until = clock_after_ms(session->timeout_ms);
	int result = ADTLS_OK;

	while (result == ADTLS_OK &&
	       (!session->is_connected ||
		authorization(session) == ADTLS_AUTHORIZATION_PENDING))
		result = progress(session, until);
	if (result == ADTLS_OK &&
	    authorization(session) == ADTLS_AUTHORIZATION_DENIED) {
		driver_flush(&session->driver); /* the alert */
		result = ADTLS_E_DENIED;
	}
	return result;
}

/* Hands one record to the engine, waiting while it has no room for it. */
static int submit(adtls_session_t *session, uint64_t until, const void *data,
		  size_t len)
{
	int result;

	do {
		result = driver_flush_all(&session->driver, until);
		if (result != ADTLS_OK)
			return result;
		result = adtls_engine_send(session->driver.engine, clock_now(),
					   data, len);
		if (result != ADTLS_E_AGAIN && result != ADTLS_E_PENDING)
			return result;
		result = progress(session, until);
	} while (result == ADTLS_OK);
	return result;
}

ssize_t adtls_session_send(adtls_session_t *session, const void *data,
			   size_t len)
{
	uint64_t until = clock_after_ms(session->timeout_ms);
	int result;

	if (!session->is_connected)
		return ADTLS_E_INVALID;
	result = submit(session, until, data, len);
	if (result == ADTLS_E_CLOSED)
		return how_it_ended(session);
	if (result != ADTLS_OK)
		return result;
	result = driver_flush(&session->driver);
	/* What the transport has no room for goes out with the next call. */
	if (result != ADTLS_OK && result != ADTLS_E_AGAIN)
		return result;
	return (ssize_t)len;
}

static ssize_t give_kept(adtls_session_t *session, void *out, size_t out_len)
{
	size_t len = session->received.len;

	if (len > out_len)
		return ADTLS_E_TOO_LARGE;
	memcpy(out, session->received.data, len);
	buffer_clear(&session->received);
	return (ssize_t)len;
}

static ssize_t give(adtls_session_t *session, void *out, size_t out_len,
		    adtls_bytes_t data)
{
	if (data.len <= out_len) {
		memcpy(out, data.data, data.len);
		return (ssize_t)data.len;
	}
	if (!buffer_set(&session->received, data.data, data.len))
		return ADTLS_E_MEMORY;
	return ADTLS_E_TOO_LARGE;
}

static bool closed_by_peer(const adtls_session_t *session)
{
	return adtls_engine_is_closed(session->driver.engine) &&
	       reason(session) == ADTLS_REASON_CLOSED_BY_PEER;
}

ssize_t adtls_session_recv(adtls_session_t *session, void *out, size_t out_len)
{
	uint64_t until = clock_after_ms(session->timeout_ms);
	adtls_event_t event;
	int result;

	if (!session->is_connected)
		return ADTLS_E_INVALID;
	if (session->received.len > 0)
		return give_kept(session, out, out_len);
	while ((result = next_event(session, until, &event)) == ADTLS_OK)
		if (event.type == ADTLS_EVENT_DATA && event.data.len > 0)
			return give(session, out, out_len, event.data);
	return closed_by_peer(session) ? 0 : result;
}

int adtls_session_update_keys(adtls_session_t *session, bool request_peer)
{
	int result;

	if (!session->is_connected)
		return ADTLS_E_INVALID;
	result = adtls_engine_update_keys(session->driver.engine, clock_now(),
					  request_peer);
	if (result == ADTLS_E_CLOSED)
		return how_it_ended(session);
	if (result != ADTLS_OK)
		return result;
	result = driver_flush(&session->driver);
	/* As with data. */
	return result == ADTLS_E_AGAIN ? ADTLS_OK : result;
}

int adtls_session_bye(adtls_session_t *session)
{
	uint64_t until = clock_after_ms(session->timeout_ms);

	if (session->driver.engine != NULL)
		adtls_engine_close(session->driver.engine, clock_now());
	return driver_flush_all(&session->driver, until);
}
