/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Moving a session's datagrams, and waiting for them. */
#include "session/transport.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>

/* Functions cannot wait for a worker or for room to send as well, so these
 * are looked after this often. */
#define SLICE_MS 10

/* What a host or router says by ICMP. Anyone can forge it, so an established
 * connection ignores it (RFC 9147 §4.5.2 has the same of alerts). */
static bool is_icmp_error(int error)
{
	return error == ECONNREFUSED || error == EHOSTUNREACH ||
	       error == ENETUNREACH || error == EHOSTDOWN ||
	       error == ENOPROTOOPT || error == EPROTO;
}

/* What a call that gave -1 means; ADTLS_OK: go on, it is as if lost. */
static int result_of_errno(const struct transport *transport)
{
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return ADTLS_E_AGAIN;
	if (errno == ENOBUFS)
		return ADTLS_OK;
	if (errno == EMSGSIZE)
		return ADTLS_E_TOO_LARGE;
	if (is_icmp_error(errno) && !transport->reports_icmp)
		return ADTLS_OK;
	return ADTLS_E_IO;
}

static ssize_t push_once(struct transport *transport, const uint8_t *datagram,
			 size_t len)
{
	if (transport->push != NULL)
		return transport->push(transport->context, datagram, len);
	return send(transport->fd, datagram, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

int transport_push(struct transport *transport, const uint8_t *datagram,
		   size_t len)
{
	/* The error may be that of an earlier datagram, and then this one was
	 * not sent. */
	if (push_once(transport, datagram, len) >= 0 ||
	    ((is_icmp_error(errno) || errno == EMSGSIZE) &&
	     push_once(transport, datagram, len) >= 0))
		return ADTLS_OK;
	return result_of_errno(transport);
}

static ssize_t pull_once(struct transport *transport, uint8_t *out,
			 size_t out_len)
{
	ssize_t len;

	if (transport->pull == NULL)
		return recv(transport->fd, out, out_len, MSG_DONTWAIT);
	len = transport->pull(transport->context, out, out_len);
	if (len == 0) {
		errno = EPIPE;
		return -1;
	}
	return len;
}

int transport_pull(struct transport *transport, uint8_t *out, size_t out_len,
		   size_t *out_received)
{
	ssize_t len = pull_once(transport, out, out_len);
	int result;

	*out_received = 0;
	if (len >= 0) {
		*out_received = (size_t)len;
		return ADTLS_OK;
	}
	result = result_of_errno(transport);
	return result == ADTLS_OK || result == ADTLS_E_TOO_LARGE ?
		       ADTLS_E_AGAIN :
		       result;
}

static int wait_for_functions(struct transport *transport, bool in_slices,
			      int timeout_ms)
{
	unsigned wait_ms = timeout_ms < 0 ? INT_MAX : (unsigned)timeout_ms;

	if (transport->pull_timeout == NULL) {
		errno = EINVAL;
		return ADTLS_E_IO;
	}
	if (in_slices && wait_ms > SLICE_MS)
		wait_ms = SLICE_MS;
	if (transport->pull_timeout(transport->context, wait_ms) >= 0 ||
	    errno == EINTR)
		return ADTLS_OK;
	return ADTLS_E_IO;
}

int transport_wait(struct transport *transport, int wake_fd, bool wants_push,
		   int timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = transport->fd,
		  .events = wants_push ? POLLOUT : POLLIN },
		{ .fd = wake_fd, .events = POLLIN },
	};

	if (transport->pull != NULL)
		return wait_for_functions(transport, wake_fd >= 0 || wants_push,
					  timeout_ms);
	if (poll(fds, 2, timeout_ms) < 0 && errno != EINTR)
		return ADTLS_E_IO;
	if (fds[0].revents & POLLNVAL) {
		errno = EBADF;
		return ADTLS_E_IO;
	}
	return ADTLS_OK;
}
