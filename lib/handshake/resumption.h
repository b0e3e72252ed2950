/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What outlives a handshake so that tickets can be made of it, by a server, or
 * taken, by a client (RFC 8446 §4.6.1). */
#ifndef ADTLS_HANDSHAKE_RESUMPTION_H
#define ADTLS_HANDSHAKE_RESUMPTION_H

#include "base/buffer.h"
#include "crypto/hash.h"
#include "handshake/ticket_keys.h"

#include <adtls/types.h>

struct adtls_config;
struct handshake;
struct hs_facts;

#define RESUMPTION_TICKETS_MAX 4

struct hs_resumption {
	struct secret main;		/* resumption_main_secret */
	/* As a server. */
	int64_t authenticated_s;	/* UTC, of the last full handshake */
	bool has_client_certificate;
	uint8_t binding[TICKET_BINDING_LEN];
};

/* A digest of what decides about clients: the configuration's rules for them and
 * the credentials that they meet. The layer's part is in its own bytes of a
 * ticket. False: out of memory. */
bool hs_resumption_binding(const struct handshake *hs,
			   uint8_t out[TICKET_BINDING_LEN]);

void hs_resumption_free(struct hs_resumption *resumption);
/* Once the client's Finished is in the transcript: keep what tickets need, if
 * they are wanted. False: hs_fail() has been called. */
bool hs_keep_resumption(struct handshake *hs);
/* As a server, write NewSessionTicket number @index. False: there is none to be
 * had now. */
bool hs_resumption_write(const struct adtls_config *config,
			 const struct hs_facts *facts, const void *layer,
			 adtls_time_t now, uint8_t index, struct buffer *out);

#endif
