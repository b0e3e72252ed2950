/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pre-shared keys in the handshake (RFC 8446 §4.2.9, §4.2.11): psk_dhe_ke only,
 * so with a key share, and without certificates.
 *
 *   psk.c         the two extensions, for both roles
 *   psk_client.c  what a client offers, and its binders
 *   psk_server.c  what a server picks
 *   resumption.c  what tickets are made of
 */
#ifndef ADTLS_HANDSHAKE_PSK_H
#define ADTLS_HANDSHAKE_PSK_H

#include "crypto/credentials_psk.h"
#include "handshake/extension_table.h"
#include "messages/pre_shared_key.h"

struct adtls_config;
struct hello_offer;
struct handshake;

enum hs_psk_kind {
	HS_PSK_NONE,
	HS_PSK_EXTERNAL,
	HS_PSK_TICKET	/* resumption */
};

struct hs_psk {
	enum hs_psk_kind kind;
	const struct crypto_hash *hash;
	struct buffer identity;		/* client: as sent */
	uint32_t obfuscated_age;	/* client */
	uint8_t key[ADTLS_PSK_KEY_MAX];
	size_t key_len;
	char peer_identity[ADTLS_NAME_MAX];
	/* Server, of a ticket. */
	int64_t authenticated_s;
	bool has_client_certificate;
};

/* What a client offers: a ticket, a PSK of its own. */
#define HS_PSK_OFFERS 2

/* The part of the handshake that is about PSKs. */
struct hs_psks {
	struct hs_psk offers[HS_PSK_OFFERS];	/* client */
	size_t offer_count;
	struct hs_psk selected;		/* kind HS_PSK_NONE: certificates */
	uint16_t selected_index;	/* server: what it answers */
	bool has_dhe_ke;		/* server: the client can resume */
};

/* Can the PSKs of @credentials be used with what else is set? Writes what is
 * wrong. */
int hs_psk_check_config(const struct adtls_config *config,
			const adtls_credentials_t *credentials,
			char *out_message, size_t message_len);

void hs_psks_clear(struct hs_psks *psks);
adtls_bytes_t hs_psk_key(const struct hs_psk *psk);
/* Has a PSK taken the place of certificates? */
bool hs_has_psk(const struct handshake *hs);
/* Take @psk over in place of certificates. False: hs_fail() has been called. */
bool hs_psk_use(struct handshake *hs, struct hs_psk *psk);
/* A peer by its PSK's identity, in words that no certificate and no raw public
 * key has: "psk:" and the identity, with bytes that a log could choke on
 * escaped, or "psk-sha256:" and its digest, where that is too long. False: out
 * of memory. */
bool hs_psk_describe_peer(adtls_bytes_t identity, char out[ADTLS_NAME_MAX]);
void hs_psk_clear(struct hs_psk *psk);

/* Rows of the extension table; the second must come last of all. */
extern const struct hs_extension hs_psk_modes_row;
extern const struct hs_extension hs_psk_row;

/* As a client: gather what can be offered, before a ClientHello is written: for
 * the second one, what fits the suite that HelloRetryRequest names. False:
 * hs_fail() has been called. */
bool hs_psk_gather(struct handshake *hs);
/* Write the extension with empty binders, if there are offers. */
void hs_psk_write_offers(const struct handshake *hs,
			 struct wire_writer *writer);
/* Fill in the binders at the end of the ClientHello's @body. */
bool hs_psk_fill_binders(struct handshake *hs, struct buffer *body);
/* The server has selected offer @index. */
bool hs_psk_take_selection(struct handshake *hs, uint16_t index);

/* As a server: select one of the PSKs of a hello, if one is good, and check its
 * binder. The transcript holds what went before the hello. False: hs_fail()
 * has been called. */
bool hs_psk_select(struct handshake *hs, const struct hello_offer *offer,
		   adtls_bytes_t hello_body);

#endif
