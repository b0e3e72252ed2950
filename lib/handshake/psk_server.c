/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server picks of the PSKs in a ClientHello (RFC 8446 §4.2.11). Nothing
 * of this happens before the client's address is checked. */
#include "handshake/psk.h"

#include "handshake/handshake.h"
#include "handshake/hello_offer.h"
#include "handshake/ticket_state.h"

#include <string.h>

/* Clocks of processes that share a ticket key differ a little. */
#define CLOCK_SKEW_S 60
/* How far a client's idea of its ticket's age may be off, before it is worth a
 * line in the trace. */
#define AGE_TOLERANCE_S 10

static bool accepts_external(const struct handshake *hs)
{
	const struct hs_layer *layer = hs->config->layer;

	return credentials_has_server_psk(hs->credentials) &&
	       (layer == NULL ||
		layer->allows_external_psk(hs->config, ADTLS_SERVER));
}

/* False: out of memory. */
static bool set_external(struct hs_psk *out, const adtls_psk_t *psk,
			 adtls_bytes_t identity)
{
	out->kind = HS_PSK_EXTERNAL;
	out->hash = credentials_psk_hash(psk);
	memcpy(out->key, psk->key, psk->key_len);
	out->key_len = psk->key_len;
	return hs_psk_describe_peer(identity, out->peer_identity);
}

/* False: hs_fail() has been called. */
static bool find_external(struct handshake *hs, const struct hello_offer *offer,
			  adtls_bytes_t identity, struct hs_psk *out)
{
	adtls_psk_t psk;
	bool ok = true;

	if (!accepts_external(hs))
		return true;
	switch (credentials_server_psk(hs->credentials, hs->facts->server_name,
				       identity, &psk)) {
	case CREDENTIALS_PSK_FOUND:
		ok = credentials_psk_hash(&psk) != offer->suite->hash ||
		     set_external(out, &psk, identity);
		if (!ok)
			hs_fail_memory(hs);
		break;
	case CREDENTIALS_PSK_NONE:
		break;
	case CREDENTIALS_PSK_FAILED:
		ok = hs_refuse(hs, ADTLS_ALERT_INTERNAL_ERROR,
			       ADTLS_REASON_PSK_UNAVAILABLE,
			       "the callback for clients' PSKs failed");
		break;
	}
	credentials_psk_wipe(&psk);
	return ok;
}

/* Tickets are for those who have them now: is this one? */
static const char *refuse_ticket(const struct handshake *hs,
				 const struct hello_offer *offer,
				 const struct ticket_state *state)
{
	const struct config_tickets *tickets = &hs->config->tickets;
	const struct hs_layer *layer = hs->config->layer;
	int64_t age_s = hs->now.utc_s - state->issued_s;
	char identity[ADTLS_NAME_MAX] = "";

	memcpy(identity, state->peer_identity.data, state->peer_identity.len);
	if (state->suite->hash != offer->suite->hash)
		return "for another hash";
	if (age_s < -CLOCK_SKEW_S || age_s >= tickets->lifetime_s ||
	    hs->now.utc_s - state->authenticated_s >= TICKET_LIFETIME_MAX_S)
		return "expired";
	if (!bytes_equal(state->server_name, offer->server_name))
		return "for another server name";
	if (hs->config->client_authentication ==
		    ADTLS_CLIENT_AUTHENTICATION_REQUIRE &&
	    !state->has_client_certificate)
		return "of a client without certificate";
	if (layer != NULL &&
	    !layer->accepts_ticket(hs->layer, hs->now, identity, state->layer))
		return "without a grant that policy accepts";
	return NULL;
}

/* RFC 8446 §4.2.11 has the age checked; it says how fresh a hello is, which only
 * 0-RTT depends on. */
static void check_age(const struct handshake *hs,
		      const struct offered_psk *offered,
		      const struct ticket_state *state)
{
	uint32_t age_ms = offered->obfuscated_age - state->age_add;
	int64_t off_s = (int64_t)(age_ms / 1000) -
			(hs->now.utc_s - state->issued_s);

	if (off_s > AGE_TOLERANCE_S || off_s < -AGE_TOLERANCE_S)
		config_trace(hs->config,
			     "the client's ticket is %lld s older or younger "
			     "than it says", (long long)off_s);
}

static void set_ticket(struct hs_psk *out, const struct ticket_state *state)
{
	out->kind = HS_PSK_TICKET;
	out->hash = state->suite->hash;
	memcpy(out->key, state->psk.data, state->psk.len);
	out->key_len = state->psk.len;
	memcpy(out->peer_identity, state->peer_identity.data,
	       state->peer_identity.len);
	out->authenticated_s = state->authenticated_s;
	out->has_client_certificate = state->has_client_certificate;
}

/* Is it a ticket of ours, and good? */
static bool find_ticket(struct handshake *hs, const struct hello_offer *offer,
			const struct offered_psk *offered, struct hs_psk *out)
{
	const struct config_tickets *tickets = &hs->config->tickets;
	struct buffer bytes = { 0 };
	struct ticket_state state = { 0 };
	const char *refusal = NULL;
	uint8_t binding[TICKET_BINDING_LEN];
	bool is_ours;

	if (tickets->count == 0 || hs->now.utc_s == ADTLS_UTC_UNKNOWN ||
	    !hs_resumption_binding(hs, binding))
		return false;
	is_ours = ticket_keys_open(tickets->keys, binding, offered->identity,
				   &bytes) &&
		  ticket_state_read(buffer_bytes(&bytes), &state) &&
		  state.peer_identity.len < ADTLS_NAME_MAX;
	if (is_ours)
		refusal = refuse_ticket(hs, offer, &state);
	if (refusal != NULL)
		config_trace(hs->config, "a ticket is refused: %s", refusal);
	if (is_ours && refusal == NULL) {
		check_age(hs, offered, &state);
		set_ticket(out, &state);
	}
	secret_wipe(&state.psk);
	buffer_clear(&bytes);
	return out->kind == HS_PSK_TICKET;
}

static bool check_binder(struct handshake *hs, const struct hello_offer *offer,
			 const struct hs_psk *psk, adtls_bytes_t hello_body,
			 adtls_bytes_t binder)
{
	adtls_bytes_t partial = bytes_of(
		hello_body.data, hello_body.len - offer->psks.binders_len);
	uint8_t hash[CRYPTO_HASH_MAX], expected[CRYPTO_HASH_MAX];

	if (!transcript_hash_partial(&hs->transcript, psk->hash,
				     hello_body.len, partial, hash) ||
	    !key_psk_binder(psk->hash, KEY_LABEL_PREFIX_DTLS13, hs_psk_key(psk),
			    psk->kind == HS_PSK_EXTERNAL, hash, expected)) {
		hs_fail_memory(hs);
		return false;
	}
	if (binder.len != psk->hash->len ||
	    !crypto_equal(binder.data, expected, psk->hash->len))
		return hs_refuse(hs, ADTLS_ALERT_DECRYPT_ERROR,
				 ADTLS_REASON_BAD_BINDER,
				 "the client does not know the key of its PSK "
				 "identity, or its hello was changed");
	return true;
}

/* No PSK and nothing else either (RFC 8446 §6.2, unknown_psk_identity). */
static bool check_fallback(struct handshake *hs,
			   const struct hello_offer *offer)
{
	bool has_key = credentials_has_key(hs->credentials);

	if (has_key && offer->signature_schemes.len > 0)
		return true;
	if (offer->psks.count == 0)
		return hs_refuse(hs, ADTLS_ALERT_HANDSHAKE_FAILURE,
				 ADTLS_REASON_PSK_MISSING,
				 "the client offers no PSK, and we have no "
				 "certificate");
	return hs_refuse(hs, ADTLS_ALERT_UNKNOWN_PSK_IDENTITY,
			 ADTLS_REASON_PSK_UNKNOWN,
			 "we know none of the client's %zu PSK identities, or "
			 "not for suite %s", offer->psks.count,
			 offer->suite->name);
}

/* The first identity that we know, as a ticket or as the application's. False:
 * hs_fail() has been called. */
static bool find_psk(struct handshake *hs, const struct hello_offer *offer,
		     struct hs_psk *out, size_t *out_index)
{
	for (size_t i = 0; offer->has_dhe_ke && i < offer->psks.count; i++) {
		const struct offered_psk *item = &offer->psks.items[i];

		*out_index = i;
		if (find_ticket(hs, offer, item, out))
			return true;
		if (!find_external(hs, offer, item->identity, out))
			return false;
		if (out->kind != HS_PSK_NONE)
			return true;
	}
	return true;
}

bool hs_psk_select(struct handshake *hs, const struct hello_offer *offer,
		   adtls_bytes_t hello_body)
{
	struct hs_psk psk = { .kind = HS_PSK_NONE };
	size_t index = 0;
	bool ok;

	hs->psk.has_dhe_ke = offer->has_dhe_ke;
	if (!find_psk(hs, offer, &psk, &index))
		return false;
	if (psk.kind == HS_PSK_NONE)
		return check_fallback(hs, offer);
	ok = check_binder(hs, offer, &psk, hello_body,
			  offer->psks.items[index].binder);
	if (ok) {
		hs->psk.selected_index = (uint16_t)index;
		ok = hs_psk_use(hs, &psk);
	}
	hs_psk_clear(&psk);
	return ok;
}
