/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server puts into a ticket, so that it need not remember the client
 * (RFC 8446 §4.6.1, protocol §6). */
#ifndef ADTLS_HANDSHAKE_TICKET_STATE_H
#define ADTLS_HANDSHAKE_TICKET_STATE_H

#include "base/wire.h"
#include "crypto/hash.h"

/* RFC 8446 §4.6.1: no ticket is good for longer, and no chain of resumptions
 * outlives the authentication that it began with by more. */
#define TICKET_LIFETIME_MAX_S ((int64_t)7 * 24 * 3600)
/* Names of at most 255 bytes each, and what a layer adds. */
#define TICKET_STATE_MAX 1024
#define TICKET_LAYER_MAX 400

struct ticket_state {
	const struct crypto_suite *suite;
	struct secret psk;
	uint32_t age_add;
	int64_t issued_s;		/* UTC */
	int64_t authenticated_s;	/* UTC, of the last full handshake */
	bool has_client_certificate;
	/* Views. */
	adtls_bytes_t server_name;	/* SNI; empty: none */
	adtls_bytes_t peer_identity;
	adtls_bytes_t layer;		/* the layer's own; empty: none */
};

/* False: not of this version, or not whole. */
bool ticket_state_read(adtls_bytes_t bytes, struct ticket_state *out);
void ticket_state_write(struct wire_writer *writer,
			const struct ticket_state *state);

#endif
