/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tickets are made of. */
#include "handshake/resumption.h"

#include "handshake/handshake.h"
#include "handshake/ticket_state.h"

#include <stdlib.h>
#include <string.h>

void hs_resumption_free(struct hs_resumption *resumption)
{
	if (resumption == NULL)
		return;
	secret_wipe(&resumption->main);
	free(resumption);
}

static bool wants_tickets(const struct handshake *hs)
{
	const struct config_tickets *tickets = &hs->config->tickets;

	if (hs->role == ADTLS_CLIENT)
		return tickets->are_wanted;
	/* A handshake by an external PSK is as short as a resumed one. */
	return tickets->count > 0 && hs->psk.has_dhe_ke &&
	       hs->facts->psk != HS_PSK_EXTERNAL;
}

bool hs_resumption_binding(const struct handshake *hs,
			   uint8_t out[TICKET_BINDING_LEN])
{
	const struct adtls_config *config = hs->config;
	uint8_t bytes[CREDENTIALS_TRUST_DIGEST_LEN + 3];
	struct wire_writer writer;

	wire_writer_init(&writer, bytes, sizeof(bytes));
	wire_write_u8(&writer, (uint8_t)config->client_authentication);
	wire_write_u8(&writer, config->verification.verify != NULL);
	wire_write_u8(&writer, config->verification.may_accept);
	return credentials_trust_digest(
		       hs->credentials,
		       wire_write_reserve(&writer,
					  CREDENTIALS_TRUST_DIGEST_LEN)) &&
	       crypto_hash_compute(&crypto_sha256, wire_written(&writer), out);
}

static bool fill(struct handshake *hs, struct hs_resumption *resumption)
{
	const struct hs_psk *psk = &hs->psk.selected;
	uint8_t hash[CRYPTO_HASH_MAX];
	bool is_resumed = psk->kind == HS_PSK_TICKET;

	resumption->authenticated_s = is_resumed ? psk->authenticated_s :
						   hs->now.utc_s;
	resumption->has_client_certificate =
		is_resumed ? psk->has_client_certificate :
			     hs->peer.key != NULL;
	return (hs->role == ADTLS_CLIENT ||
		hs_resumption_binding(hs, resumption->binding)) &&
	       transcript_hash(&hs->transcript, hash) &&
	       key_schedule_derive(&hs->schedule, "res master", hash,
				   &resumption->main);
}

bool hs_keep_resumption(struct handshake *hs)
{
	struct hs_resumption *resumption;

	if (!wants_tickets(hs))
		return true;
	resumption = calloc(1, sizeof(*resumption));
	if (resumption == NULL || !fill(hs, resumption)) {
		hs_resumption_free(resumption);
		hs_fail_memory(hs);
		return false;
	}
	hs->facts->resumption = resumption;
	return true;
}

/* How long a ticket made now is good. 0: not at all. */
static uint32_t lifetime(const struct adtls_config *config,
			 const struct hs_resumption *resumption,
			 adtls_time_t now, int64_t expires_s)
{
	int64_t chain_s = resumption->authenticated_s + TICKET_LIFETIME_MAX_S;
	int64_t left_s = config->tickets.lifetime_s;

	if (chain_s - now.utc_s < left_s)
		left_s = chain_s - now.utc_s;
	if (expires_s - now.utc_s < left_s)
		left_s = expires_s - now.utc_s;
	return left_s > 0 ? (uint32_t)left_s : 0;
}

/* Everything but the layer's part, which @writer gets. */
static bool describe(const struct adtls_config *config,
		     const struct hs_facts *facts, adtls_time_t now,
		     uint8_t index, struct ticket_state *out)
{
	const struct hs_resumption *resumption = facts->resumption;
	const char *identity = hs_facts_identity(facts);
	const char *name = facts->server_name;
	uint8_t age_add[4];
	struct wire_reader reader;

	*out = (struct ticket_state){
		.suite = facts->suite,
		.issued_s = now.utc_s,
		.authenticated_s = resumption->authenticated_s,
		.has_client_certificate = resumption->has_client_certificate,
		.server_name = bytes_of(name, name != NULL ? strlen(name) : 0),
		.peer_identity = bytes_of(identity, strlen(identity)),
	};
	if (!crypto_random_fill(&config->random, age_add, sizeof(age_add)))
		return false;
	wire_reader_init(&reader, age_add, sizeof(age_add));
	out->age_add = wire_read_u32(&reader);
	return key_resumption_psk(facts->suite->hash, KEY_LABEL_PREFIX_DTLS13,
				  &resumption->main, bytes_of(&index, 1),
				  &out->psk);
}

static bool seal(const struct adtls_config *config,
		 const uint8_t binding[TICKET_BINDING_LEN],
		 const struct ticket_state *state, struct buffer *out)
{
	struct ticket_keys *keys = config->tickets.keys;
	uint8_t bytes[TICKET_STATE_MAX];
	struct wire_writer writer;
	bool ok;

	wire_writer_init(&writer, bytes, sizeof(bytes));
	ticket_state_write(&writer, state);
	ok = !writer.failed &&
	     ticket_keys_rotate(keys, &config->random, state->issued_s,
				config->tickets.lifetime_s) &&
	     ticket_keys_seal(keys, &config->random, binding,
			      wire_written(&writer), out);
	bytes_wipe(bytes, sizeof(bytes));
	return ok;
}

static bool write_message(const struct new_session_ticket *message,
			  struct buffer *out)
{
	struct wire_writer writer;

	if (!buffer_reserve(out, NEW_SESSION_TICKET_OVERHEAD +
					 message->nonce.len +
					 message->ticket.len))
		return false;
	wire_writer_init(&writer, out->data, out->capacity);
	new_session_ticket_write(&writer, message);
	out->len = wire_written(&writer).len;
	return !writer.failed;
}

bool hs_resumption_write(const struct adtls_config *config,
			 const struct hs_facts *facts, const void *layer,
			 adtls_time_t now, uint8_t index, struct buffer *out)
{
	struct new_session_ticket message = { .nonce = bytes_of(&index, 1) };
	uint8_t layer_bytes[TICKET_LAYER_MAX];
	struct buffer sealed = { 0 };
	int64_t expires_s = INT64_MAX;
	struct wire_writer writer;
	struct ticket_state state;
	bool ok;

	if (now.utc_s == ADTLS_UTC_UNKNOWN ||
	    facts->resumption->authenticated_s == ADTLS_UTC_UNKNOWN)
		return false;
	wire_writer_init(&writer, layer_bytes, sizeof(layer_bytes));
	if (config->layer != NULL &&
	    !config->layer->write_ticket(layer, &writer, &expires_s))
		return false;
	message.lifetime_s = lifetime(config, facts->resumption, now,
				      expires_s);
	ok = message.lifetime_s > 0 && !writer.failed &&
	     describe(config, facts, now, index, &state);
	if (ok) {
		state.layer = wire_written(&writer);
		message.age_add = state.age_add;
		ok = seal(config, facts->resumption->binding, &state, &sealed);
		secret_wipe(&state.psk);
	}
	message.ticket = buffer_bytes(&sealed);
	ok = ok && write_message(&message, out);
	buffer_clear(&sealed);
	return ok;
}
