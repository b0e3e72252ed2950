/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a client offers, and its binders (RFC 8446 §4.2.11). */
#include "handshake/psk.h"

#include "handshake/handshake.h"

#include <string.h>

static struct hs_psk *last_offer(struct hs_psks *psks)
{
	return &psks->offers[psks->offer_count];
}

/* Is there a suite of ours that the PSK can be used with? */
static bool has_suite(const struct handshake *hs,
		      const struct crypto_hash *hash)
{
	const struct priority *priority = &hs->config->priority;

	if (hs->facts->suite != NULL)
		return hs->facts->suite->hash == hash;
	for (size_t i = 0; i < priority->suite_count; i++) {
		if (priority->suites[i]->hash == hash)
			return true;
	}
	return false;
}

static bool offers_external(const struct handshake *hs)
{
	const struct hs_layer *layer = hs->config->layer;

	return credentials_has_client_psk(hs->credentials) &&
	       (layer == NULL ||
		layer->allows_external_psk(hs->config, ADTLS_CLIENT));
}

static bool add_external(struct handshake *hs, const adtls_psk_t *psk)
{
	struct hs_psk *offer = last_offer(&hs->psk);

	if (!has_suite(hs, credentials_psk_hash(psk)))
		return true;
	offer->kind = HS_PSK_EXTERNAL;
	offer->hash = credentials_psk_hash(psk);
	memcpy(offer->key, psk->key, psk->key_len);
	offer->key_len = psk->key_len;
	hs->psk.offer_count++;
	if (!hs_psk_describe_peer(bytes_of(psk->identity, psk->identity_len),
				  offer->peer_identity) ||
	    !buffer_set(&offer->identity, psk->identity, psk->identity_len)) {
		hs_fail_memory(hs);
		return false;
	}
	return true;
}

static bool gather_external(struct handshake *hs)
{
	adtls_psk_t psk;
	bool ok = true;

	switch (credentials_client_psk(hs->credentials,
				       hs->server_name, &psk)) {
	case CREDENTIALS_PSK_FOUND:
		ok = add_external(hs, &psk);
		break;
	case CREDENTIALS_PSK_NONE:
		break;
	case CREDENTIALS_PSK_FAILED:
		ok = hs_refuse(hs, ADTLS_ALERT_INTERNAL_ERROR,
			       ADTLS_REASON_PSK_UNAVAILABLE,
			       "the callback for our PSK failed");
		break;
	}
	credentials_psk_wipe(&psk);
	return ok;
}

/* A ticket goes first, as it may carry a grant. The suite need not be the old
 * one, but its hash (RFC 8446 §4.2.11). */
static bool gather_ticket(struct handshake *hs)
{
	const adtls_ticket_t *ticket = hs->ticket;
	struct hs_psk *offer = last_offer(&hs->psk);
	uint32_t age_ms;

	if (ticket == NULL)
		return true;
	if (!ticket_is_usable(ticket, hs->server_name, hs->now, &age_ms) ||
	    !has_suite(hs, ticket->suite->hash) ||
	    (hs->config->attestation.is_required && !ticket->is_attested)) {
		config_trace(hs->config, "the ticket is not offered: expired, "
					 "or not for this");
		return true;
	}
	offer->kind = HS_PSK_TICKET;
	offer->hash = ticket->suite->hash;
	offer->obfuscated_age = age_ms + ticket->age_add;
	memcpy(offer->key, ticket->psk.data, ticket->psk.len);
	offer->key_len = ticket->psk.len;
	memcpy(offer->peer_identity, ticket->peer_identity,
	       sizeof(offer->peer_identity));
	hs->psk.offer_count++;
	if (!buffer_set(&offer->identity, ticket->identity.data,
			ticket->identity.len)) {
		hs_fail_memory(hs);
		return false;
	}
	return true;
}

/* Keep only what fits the suite that the server has chosen. */
static void drop_unfit(struct handshake *hs)
{
	struct hs_psks *psks = &hs->psk;
	size_t kept = 0;

	for (size_t i = 0; i < psks->offer_count; i++) {
		struct hs_psk offer = psks->offers[i];

		if (has_suite(hs, offer.hash))
			psks->offers[kept++] = offer;
		else
			hs_psk_clear(&offer);
		bytes_wipe(&offer, sizeof(offer));
	}
	for (size_t i = kept; i < psks->offer_count; i++)
		bytes_wipe(&psks->offers[i], sizeof(psks->offers[i]));
	psks->offer_count = kept;
}

bool hs_psk_gather(struct handshake *hs)
{
	if (hs->facts->had_retry) {
		drop_unfit(hs);
		return true;
	}
	return gather_ticket(hs) &&
	       (!offers_external(hs) || gather_external(hs));
}

void hs_psk_write_offers(const struct handshake *hs, struct wire_writer *writer)
{
	struct offered_psk offers[HS_PSK_OFFERS] = { 0 };

	for (size_t i = 0; i < hs->psk.offer_count; i++) {
		const struct hs_psk *psk = &hs->psk.offers[i];

		offers[i].identity = buffer_bytes(&psk->identity);
		offers[i].obfuscated_age = psk->obfuscated_age;
		offers[i].binder.len = psk->hash->len;
	}
	offered_psks_write(writer, offers, hs->psk.offer_count);
}

/* The length of the list of binders, with its own. */
static size_t binders_len(const struct hs_psks *psks)
{
	size_t len = 2;

	for (size_t i = 0; i < psks->offer_count; i++)
		len += 1 + psks->offers[i].hash->len;
	return len;
}

bool hs_psk_fill_binders(struct handshake *hs, struct buffer *body)
{
	struct hs_psks *psks = &hs->psk;
	size_t list_len = binders_len(psks);
	struct wire_writer writer;
	adtls_bytes_t partial;
	bool ok = true;

	if (psks->offer_count == 0)
		return true;
	partial = bytes_of(body->data, body->len - list_len);
	wire_writer_init(&writer, body->data, body->len);
	wire_write_reserve(&writer, partial.len);
	wire_write_u16(&writer, (uint16_t)(list_len - 2));
	for (size_t i = 0; ok && i < psks->offer_count; i++) {
		const struct hs_psk *psk = &psks->offers[i];
		uint8_t hash[CRYPTO_HASH_MAX], binder[CRYPTO_HASH_MAX];

		ok = transcript_hash_partial(&hs->transcript, psk->hash,
					     body->len, partial, hash) &&
		     key_psk_binder(psk->hash, KEY_LABEL_PREFIX_DTLS13,
				    hs_psk_key(psk),
				    psk->kind == HS_PSK_EXTERNAL, hash, binder);
		wire_write_vector(&writer, 1, binder, psk->hash->len);
	}
	if (ok && !writer.failed)
		return true;
	hs_fail_memory(hs);
	return false;
}

bool hs_psk_take_selection(struct handshake *hs, uint16_t index)
{
	struct hs_psks *psks = &hs->psk;
	struct hs_psk *offer;

	if (index >= psks->offer_count)
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_ILLEGAL_PARAMETER,
				 "the server selected PSK %u, of %zu offered",
				 index, psks->offer_count);
	offer = &psks->offers[index];
	if (offer->hash != hs->facts->suite->hash)
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_PSK_WRONG_HASH,
				 "the server selected a PSK of %s with suite %s",
				 offer->hash->name, hs->facts->suite->name);
	return hs_psk_use(hs, offer);
}
