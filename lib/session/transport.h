/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The transport of a session: a connected datagram socket, or functions. */
#ifndef ADTLS_SESSION_TRANSPORT_H
#define ADTLS_SESSION_TRANSPORT_H

#include <adtls/session.h>

struct transport {
	adtls_push_func push; /* NULL: use the socket */
	adtls_pull_func pull;
	adtls_pull_timeout_func pull_timeout;
	void *context;
	int fd; /* -1: none is set */
	/* Unauthenticated network errors are reported, not ignored. */
	bool reports_icmp;
};

/* Send a datagram, or lose it as networks do. Returns: ADTLS_OK, ADTLS_E_AGAIN
 * or ADTLS_E_IO. */
int transport_push(struct transport *transport, const uint8_t *datagram,
		   size_t len);
/* Receive a datagram without waiting. Returns: as transport_push(). */
int transport_pull(struct transport *transport, uint8_t *out, size_t out_len,
		   size_t *out_received);
/* Wait until there is something to pull, or if @wants_push room to push, or
 * @wake_fd is readable (-1: none); it may return early. Returns: ADTLS_OK or
 * ADTLS_E_IO. */
int transport_wait(struct transport *transport, int wake_fd, bool wants_push,
		   int timeout_ms);

#endif
