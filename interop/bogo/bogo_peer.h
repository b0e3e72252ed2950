/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* adtls under the runner's orders: one connection on a fake clock. */
#ifndef INTEROP_BOGO_BOGO_PEER_H
#define INTEROP_BOGO_BOGO_PEER_H

#include "interop/bogo/bogo_link.h"
#include "interop/bogo/bogo_options.h"

#include <adtls/endpoint.h>
#include <adtls/engine.h>

enum bogo_result {
	BOGO_GOES_ON,
	BOGO_SUCCESS,
	BOGO_FAILURE,
	BOGO_NOT_IMPLEMENTED
};

struct bogo_peer {
	const struct bogo_options *options;
	struct bogo_link *link;
	adtls_config_t *config;		/* borrowed */
	adtls_endpoint_t *endpoint;	/* a server's */
	adtls_engine_t *engine;		/* NULL: no ClientHello yet */
	adtls_time_t now;
	adtls_ticket_t *ticket;		/* the newest that came */
	bool connected;
	bool wants_keys;		/* an update that had to wait */
	uint8_t datagram[BOGO_DATAGRAM_MAX];
	uint8_t out[BOGO_DATAGRAM_MAX];
};

/* @ticket: a client's from the connection before, or NULL; used up. False: said
 * on stderr. */
bool bogo_peer_init(struct bogo_peer *peer, const struct bogo_options *options,
		    adtls_config_t *config, struct bogo_link *link,
		    adtls_ticket_t *ticket);
void bogo_peer_clear(struct bogo_peer *peer);

/* The newest ticket that came, the caller's from here on; NULL: none. */
adtls_ticket_t *bogo_peer_take_ticket(struct bogo_peer *peer);

/* Until the connection or the link is over. */
enum bogo_result bogo_peer_run(struct bogo_peer *peer);

#endif
