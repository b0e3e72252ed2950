/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client's ticket. */
#ifndef ADTLS_HANDSHAKE_TICKET_H
#define ADTLS_HANDSHAKE_TICKET_H

#include "base/buffer.h"
#include "crypto/hash.h"
#include "messages/new_session_ticket.h"

#include <adtls/ticket.h>

/* The longest that is kept: bounded by a ClientHello that carries it. */
#define TICKET_LEN_MAX 3072
#define TICKET_NAME_MAX 255

struct adtls_ticket {
	const struct crypto_suite *suite;
	struct secret psk;
	uint32_t lifetime_s;
	uint32_t age_add;
	int64_t received_s;	/* UTC, or ADTLS_UTC_UNKNOWN */
	uint64_t received_us;	/* monotonic; not when imported */
	bool is_imported;
	bool is_attested;	/* the server has a grant for us */
	char server_name[TICKET_NAME_MAX + 1];
	char peer_identity[ADTLS_NAME_MAX];
	struct buffer identity;	/* the ticket proper */
};

/* Which connection a ticket comes from. */
struct ticket_origin {
	const struct crypto_suite *suite;
	const struct secret *resumption_main;
	const char *server_name;	/* NULL: anyone */
	const char *peer_identity;
	bool is_attested;
	adtls_time_t now;
};

/* NULL: not to be kept, or out of memory. */
adtls_ticket_t *ticket_new(const struct new_session_ticket *message,
			   const struct ticket_origin *origin);
/* Is it still good, and for this server? Says how old it is, in milliseconds. */
bool ticket_is_usable(const adtls_ticket_t *ticket, const char *server_name,
		      adtls_time_t now, uint32_t *out_age_ms);

#endif
