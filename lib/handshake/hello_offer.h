/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a ClientHello offers and what the server picks from it: the same rules
 * for the front door, which keeps no state, and for the handshake. */
#ifndef ADTLS_HANDSHAKE_HELLO_OFFER_H
#define ADTLS_HANDSHAKE_HELLO_OFFER_H

#include "handshake/config.h"
#include "messages/hello.h"
#include "messages/hello_extensions.h"
#include "messages/pre_shared_key.h"

#include <adtls/error.h>

struct hello_offer {
	struct client_hello hello;
	struct extension_list extensions;
	const struct crypto_suite *suite;	/* picked */
	const struct crypto_group *group;	/* picked */
	bool has_share;				/* the client sent one of @group */
	struct key_share share;
	size_t share_count;
	adtls_bytes_t signature_schemes;	/* 16-bit numbers; empty: PSK only */
	adtls_bytes_t server_name;		/* empty: none */
	struct offered_psks psks;
	bool has_dhe_ke;			/* psk_key_exchange_modes has it */
	adtls_bytes_t cookie;			/* empty: none */
	/* Why it cannot be served. */
	adtls_alert_t alert;
	adtls_reason_t reason;
};

/* Read and pick, by the server's order of preference. False: @out->alert and
 * @out->reason say why. Views into @body. */
bool hello_offer_read(const struct adtls_config *config, adtls_bytes_t body,
		      struct hello_offer *out);

/* SHA-256 over what a second ClientHello must repeat: all but the extensions
 * that HelloRetryRequest makes change (RFC 8446 §4.1.2). Extensions count by
 * type and body, not by their place, as some clients reorder them. It covers
 * the four of attestation (protocol §7). */
bool hello_offer_digest(const struct hello_offer *offer, uint8_t out[32]);

#endif
