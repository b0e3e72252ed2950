/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One loop for all calls of a session: send what is due, take an event, and
 * when there is none wait for a datagram, a timer or a worker. */
#include "session/driver.h"

#include "session/clock.h"

/* The one client of a server has no address of its own. */
static const adtls_address_t the_client = { .len = 1 };

void driver_init(struct driver *driver, bool never_waits)
{
	*driver = (struct driver){ 0 };
	driver->never_waits = never_waits;
	driver->transport.fd = -1;
	driver->transport.reports_icmp = true;
}

void driver_clear(struct driver *driver)
{
	job_runner_clear(&driver->jobs);
	adtls_engine_free(driver->engine);
	adtls_endpoint_free(driver->endpoint);
	buffer_clear(&driver->unsent);
	bytes_wipe(driver->incoming, sizeof(driver->incoming));
}

uint64_t driver_deadline(const struct driver *driver)
{
	if (driver->engine != NULL)
		return adtls_engine_deadline(driver->engine);
	return adtls_endpoint_deadline(driver->endpoint);
}

static size_t next_datagram(struct driver *driver)
{
	adtls_address_t to;

	if (driver->engine != NULL)
		return adtls_engine_next_datagram(driver->engine, clock_now(),
						  driver->outgoing,
						  DRIVER_DATAGRAM_MAX);
	return adtls_endpoint_next_datagram(driver->endpoint, clock_now(), &to,
					    driver->outgoing,
					    DRIVER_DATAGRAM_MAX);
}

/* The path takes no datagram of that size: it counts as lost, and the next are
 * smaller, if they can be. */
static int shrink_datagrams(struct driver *driver, size_t len)
{
	if (driver->engine == NULL)
		return ADTLS_E_IO;
	while (adtls_engine_mtu(driver->engine) >= len) {
		if (adtls_engine_set_mtu(driver->engine, clock_now(), 0) !=
		    ADTLS_OK)
			return ADTLS_E_IO;
	}
	return ADTLS_OK;
}

/* Sends the datagram that had to wait. */
static int push_unsent(struct driver *driver)
{
	int result;

	if (driver->unsent.len == 0)
		return ADTLS_OK;
	result = transport_push(&driver->transport, driver->unsent.data,
				driver->unsent.len);
	if (result == ADTLS_E_TOO_LARGE)
		result = shrink_datagrams(driver, driver->unsent.len);
	if (result != ADTLS_E_AGAIN)
		buffer_clear(&driver->unsent);
	return result;
}

int driver_flush(struct driver *driver)
{
	int result = push_unsent(driver);
	size_t len;

	while (result == ADTLS_OK && (len = next_datagram(driver)) > 0) {
		result = transport_push(&driver->transport, driver->outgoing,
					len);
		if (result == ADTLS_E_TOO_LARGE)
			result = shrink_datagrams(driver, len);
		if (result == ADTLS_E_AGAIN &&
		    !buffer_set(&driver->unsent, driver->outgoing, len))
			result = ADTLS_E_MEMORY;
	}
	return result;
}

/* The engine does not need the endpoint any more, nor any other client. */
static void take_client(struct driver *driver, adtls_engine_t *engine)
{
	adtls_endpoint_detach(driver->endpoint, engine);
	adtls_endpoint_free(driver->endpoint);
	driver->endpoint = NULL;
	driver->engine = engine;
}

static void receive(struct driver *driver, size_t len)
{
	adtls_engine_t *engine;

	if (driver->engine != NULL) {
		adtls_engine_receive(driver->engine, clock_now(),
				     driver->incoming, len);
		return;
	}
	engine = adtls_endpoint_receive(driver->endpoint, clock_now(),
					&the_client, driver->incoming, len,
					NULL);
	if (engine != NULL)
		take_client(driver, engine);
}

static void tick(struct driver *driver)
{
	if (driver->engine != NULL)
		adtls_engine_tick(driver->engine, clock_now());
	else
		adtls_endpoint_tick(driver->endpoint, clock_now());
}

static void run_job(struct driver *driver, adtls_job_t *job)
{
	adtls_job_t *done = job_runner_run(&driver->jobs, job);

	if (done != NULL)
		adtls_engine_finish_job(driver->engine, clock_now(), done);
}

/* Handles what is there already: a timer, finished jobs and one datagram.
 * ADTLS_E_AGAIN: nothing was. */
static int handle_input(struct driver *driver)
{
	int result = ADTLS_E_AGAIN;
	int pulled;
	adtls_job_t *job;
	size_t len;

	if (clock_ms_until(driver_deadline(driver)) == 0) {
		tick(driver);
		result = ADTLS_OK;
	}
	while ((job = job_runner_take(&driver->jobs)) != NULL) {
		adtls_engine_finish_job(driver->engine, clock_now(), job);
		result = ADTLS_OK;
	}
	pulled = transport_pull(&driver->transport, driver->incoming,
				DRIVER_DATAGRAM_MAX, &len);
	if (pulled == ADTLS_E_AGAIN)
		return result;
	if (pulled == ADTLS_OK)
		receive(driver, len);
	return pulled;
}

/* Waits for the transport, a worker or a timer, but not past @until. */
static int wait_for_input(struct driver *driver, uint64_t until)
{
	uint64_t timer = driver_deadline(driver);

	if (driver->never_waits)
		return ADTLS_E_AGAIN;
	if (clock_ms_until(until) == 0)
		return ADTLS_E_TIMEOUT;
	return transport_wait(&driver->transport, job_runner_fd(&driver->jobs),
			      driver->unsent.len > 0,
			      clock_ms_until(timer < until ? timer : until));
}

int driver_flush_all(struct driver *driver, uint64_t until)
{
	int result;

	while ((result = driver_flush(driver)) == ADTLS_E_AGAIN) {
		result = wait_for_input(driver, until);
		if (result != ADTLS_OK)
			break;
	}
	return result;
}

static bool take_event(struct driver *driver, adtls_event_t *out)
{
	return driver->engine != NULL &&
	       adtls_engine_next_event(driver->engine, out);
}

/* Datagrams go before events, since an event's data ends with the next call
 * on the engine. Time is looked at between inputs as well, so that a flood
 * of them holds nobody longer than he asked for. */
int driver_next_event(struct driver *driver, uint64_t until, adtls_event_t *out)
{
	bool is_first = true;
	int result;

	do {
		result = driver_flush(driver);
		if (result != ADTLS_OK && result != ADTLS_E_AGAIN)
			return result;
		if (take_event(driver, out)) {
			if (out->type != ADTLS_EVENT_JOB)
				return ADTLS_OK;
			run_job(driver, out->job);
			result = ADTLS_OK;
			continue;
		}
		if (driver->engine != NULL &&
		    adtls_engine_is_closed(driver->engine))
			return ADTLS_E_CLOSED;
		if (!is_first && clock_ms_until(until) == 0)
			return ADTLS_E_TIMEOUT;
		is_first = false;
		result = handle_input(driver);
		if (result == ADTLS_E_AGAIN)
			result = wait_for_input(driver, until);
	} while (result == ADTLS_OK);
	return result;
}
