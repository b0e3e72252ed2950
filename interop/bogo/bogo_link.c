/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The stream to the runner: opcodes, with big-endian operands. */
#include "interop/bogo/bogo_link.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define OPCODE_PACKET	       'P'
#define OPCODE_TIMEOUT	       'T'
#define OPCODE_TIMEOUT_ACK     't'
#define OPCODE_MTU	       'M'
#define OPCODE_EXPECT_TIMEOUT  'E'
#define OPCODE_INITIAL_TIMEOUT 'U'

static bool write_all(int fd, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		bytes += sent;
		len -= (size_t)sent;
	}
	return true;
}

static bool read_all(int fd, uint8_t *out, size_t len)
{
	while (len > 0) {
		ssize_t got = recv(fd, out, len, 0);

		if (got <= 0)
			return false;
		out += got;
		len -= (size_t)got;
	}
	return true;
}

static bool connect_loopback(int fd, uint16_t port, bool ipv6)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
				  .sin_port = htons(port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
				   .sin6_port = htons(port),
				   .sin6_addr = IN6ADDR_LOOPBACK_INIT };

	if (ipv6)
		return connect(fd, (struct sockaddr *)&v6, sizeof(v6)) == 0;
	return connect(fd, (struct sockaddr *)&v4, sizeof(v4)) == 0;
}

bool bogo_link_open(struct bogo_link *link, uint16_t port, bool ipv6,
		    uint64_t shim_id)
{
	uint8_t hello[8];
	int on = 1;

	for (unsigned i = 0; i < sizeof(hello); i++)
		hello[i] = (uint8_t)(shim_id >> 8 * i);
	link->fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
	if (link->fd >= 0 && connect_loopback(link->fd, port, ipv6) &&
	    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) ==
		    0 &&
	    write_all(link->fd, hello, sizeof(hello)))
		return true;
	perror("bogo_shim: connect");
	return false;
}

void bogo_link_close(struct bogo_link *link)
{
	uint8_t rest[1024];

	if (link->fd < 0)
		return;
	shutdown(link->fd, SHUT_WR);
	while (recv(link->fd, rest, sizeof(rest), 0) > 0)
		;
	close(link->fd);
	link->fd = -1;
}

static bool read_number(int fd, unsigned bytes, uint64_t *out)
{
	uint8_t raw[8];

	*out = 0;
	if (!read_all(fd, raw, bytes))
		return false;
	for (unsigned i = 0; i < bytes; i++)
		*out = *out << 8 | raw[i];
	return true;
}

static bool read_datagram(int fd, struct bogo_order *out, uint8_t *datagram)
{
	uint64_t len;

	out->kind = BOGO_ORDER_DATAGRAM;
	if (!read_number(fd, 4, &len) || len > BOGO_DATAGRAM_MAX)
		return false;
	out->len = (size_t)len;
	return read_all(fd, datagram, out->len);
}

bool bogo_link_read(struct bogo_link *link, struct bogo_order *out,
		    uint8_t *datagram)
{
	uint8_t opcode;

	if (recv(link->fd, &opcode, 1, 0) != 1) {
		out->kind = BOGO_ORDER_END;
		return true;
	}
	switch (opcode) {
	case OPCODE_PACKET:
		return read_datagram(link->fd, out, datagram);
	case OPCODE_TIMEOUT:
		out->kind = BOGO_ORDER_TIMEOUT;
		return read_number(link->fd, 8, &out->value);
	case OPCODE_MTU:
		out->kind = BOGO_ORDER_MTU;
		return read_number(link->fd, 4, &out->value);
	case OPCODE_EXPECT_TIMEOUT:
		out->kind = BOGO_ORDER_EXPECT_TIMEOUT;
		return read_number(link->fd, 8, &out->value);
	case OPCODE_INITIAL_TIMEOUT:
		out->kind = BOGO_ORDER_INITIAL_TIMEOUT;
		return read_number(link->fd, 4, &out->value);
	default:
		fprintf(stderr, "bogo_shim: unknown opcode %u\n", opcode);
		return false;
	}
}

bool bogo_link_send(struct bogo_link *link, const uint8_t *datagram, size_t len)
{
	uint8_t header[5] = { OPCODE_PACKET, (uint8_t)(len >> 24),
			      (uint8_t)(len >> 16), (uint8_t)(len >> 8),
			      (uint8_t)len };

	return write_all(link->fd, header, sizeof(header)) &&
	       write_all(link->fd, datagram, len);
}

bool bogo_link_confirm_timeout(struct bogo_link *link)
{
	uint8_t opcode = OPCODE_TIMEOUT_ACK;

	return write_all(link->fd, &opcode, 1);
}
