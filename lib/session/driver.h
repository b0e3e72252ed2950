/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The driver: gives one engine its datagrams, its time and its workers.
 *
 * A server begins with an endpoint, and takes over the engine of its only
 * client once the cookie is checked. */
#ifndef ADTLS_SESSION_DRIVER_H
#define ADTLS_SESSION_DRIVER_H

#include <adtls/endpoint.h>
#include <adtls/engine.h>

#include "base/buffer.h"
#include "session/job_runner.h"
#include "session/transport.h"

/* The largest UDP payload: no datagram is cut. */
#define DRIVER_DATAGRAM_MAX 65535

struct driver {
	adtls_engine_t *engine;	    /* NULL: the client is not known yet */
	adtls_endpoint_t *endpoint; /* a server's, while there is no engine */
	struct transport transport;
	struct job_runner jobs;
	bool never_waits;
	/* A datagram that the transport had no room for. */
	struct buffer unsent;
	/* Stays as it is until all events are taken: data is lent from it. */
	uint8_t incoming[DRIVER_DATAGRAM_MAX];
	uint8_t outgoing[DRIVER_DATAGRAM_MAX];
};

void driver_init(struct driver *driver, bool never_waits);
void driver_clear(struct driver *driver);
/* When a timer is due, in monotonic microseconds, or ADTLS_NEVER. */
uint64_t driver_deadline(const struct driver *driver);
/* Send all that is due. Returns: ADTLS_OK; ADTLS_E_AGAIN when the transport
 * has no room; ADTLS_E_IO; ADTLS_E_MEMORY. */
int driver_flush(struct driver *driver);
/* The same, but wait for room until @until. Returns: ADTLS_E_TIMEOUT too. */
int driver_flush_all(struct driver *driver, uint64_t until);
/* Run the connection until something happens that the application may see, so
 * anything but a job. Returns: ADTLS_OK with an event; ADTLS_E_CLOSED when the
 * engine is closed and all events are taken; as driver_flush_all(). */
int driver_next_event(struct driver *driver, uint64_t until,
		      adtls_event_t *out);

#endif
