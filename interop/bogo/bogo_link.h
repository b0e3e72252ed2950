/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The runner's link: datagrams, and orders to the fake clock, on a stream. */
#ifndef INTEROP_BOGO_BOGO_LINK_H
#define INTEROP_BOGO_BOGO_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BOGO_DATAGRAM_MAX 65536

struct bogo_link {
	int fd;
};

enum bogo_order_kind {
	BOGO_ORDER_END,			/* the runner hung up */
	BOGO_ORDER_DATAGRAM,		/* @len bytes in the caller's buffer */
	BOGO_ORDER_TIMEOUT,		/* @value: nanoseconds pass */
	BOGO_ORDER_MTU,			/* @value: bytes from now on */
	BOGO_ORDER_EXPECT_TIMEOUT,	/* @value: nanoseconds to go, or none */
	BOGO_ORDER_INITIAL_TIMEOUT	/* @value: milliseconds from now on */
};

#define BOGO_NO_TIMEOUT UINT64_MAX

struct bogo_order {
	enum bogo_order_kind kind;
	uint64_t value;
	size_t len;
};

/* Connect to the runner and say who we are. */
bool bogo_link_open(struct bogo_link *link, uint16_t port, bool ipv6,
		    uint64_t shim_id);
/* Half-close, and wait until the runner has read all. */
void bogo_link_close(struct bogo_link *link);

/* Wait for an order. False: the stream makes no sense. */
bool bogo_link_read(struct bogo_link *link, struct bogo_order *out,
		    uint8_t *datagram);
bool bogo_link_send(struct bogo_link *link, const uint8_t *datagram,
		    size_t len);
/* The answer to BOGO_ORDER_TIMEOUT, before anything that it brings about. */
bool bogo_link_confirm_timeout(struct bogo_link *link);

#endif
