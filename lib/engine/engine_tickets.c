/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tickets: given by a server once the client may go on, taken by a client. */
#include "engine/engine.h"

#include <stdlib.h>

static bool send_ticket(struct adtls_engine *engine, adtls_time_t now,
			uint8_t index)
{
	struct connected connected = engine_connected(engine, now);
	struct buffer body = { 0 };

	if (hs_resumption_write(engine->config, &engine->facts, engine->layer,
				now, index, &body) &&
	    connected_send(&connected, HANDSHAKE_NEW_SESSION_TICKET, &body))
		return true;
	buffer_clear(&body);
	return false;
}

void engine_give_tickets(struct adtls_engine *engine, adtls_time_t now)
{
	const unsigned count = engine->config->tickets.count;

	if (engine->role != ADTLS_SERVER || engine->facts.resumption == NULL)
		return;
	for (unsigned i = 0; i < count; i++) {
		if (!send_ticket(engine, now, (uint8_t)i))
			break;
	}
	hs_resumption_free(engine->facts.resumption);
	engine->facts.resumption = NULL;
}

bool engine_prepare_tickets(struct adtls_engine *engine, adtls_ticket_t *ticket)
{
	if (ticket == NULL && !engine->config->tickets.are_wanted)
		return true;
	engine->tickets = calloc(1, sizeof(*engine->tickets));
	if (engine->tickets == NULL) {
		adtls_ticket_free(ticket);
		return false;
	}
	engine->tickets->offered = ticket;
	engine->tickets->is_attested = ticket != NULL && ticket->is_attested;
	return true;
}

void engine_use_up_ticket(struct adtls_engine *engine)
{
	if (engine->tickets == NULL)
		return;
	adtls_ticket_free(engine->tickets->offered);
	engine->tickets->offered = NULL;
}

void engine_forget_tickets(struct adtls_engine *engine)
{
	if (engine->tickets != NULL)
		ticket_box_clear(&engine->tickets->box);
	hs_resumption_free(engine->facts.resumption);
	engine->facts.resumption = NULL;
}

adtls_ticket_t *adtls_engine_take_ticket(adtls_engine_t *engine)
{
	return engine->tickets != NULL ? ticket_box_take(&engine->tickets->box) :
					 NULL;
}

/* Has the server a grant for us: for Evidence of this connection, or of the one
 * that this one resumes? */
static bool is_attested(const struct adtls_engine *engine)
{
	const struct hs_layer *layer = engine->config->layer;
	bool sends = false, receives;

	if (layer != NULL)
		layer->describe(engine->layer, &sends, &receives);
	return sends ||
	       (engine->facts.psk == HS_PSK_TICKET &&
		engine->tickets != NULL && engine->tickets->is_attested);
}

struct ticket_origin engine_ticket_origin(const struct adtls_engine *engine,
					  adtls_time_t now)
{
	const struct hs_resumption *resumption = engine->facts.resumption;

	return (struct ticket_origin){
		.suite = engine->facts.suite,
		.resumption_main = resumption != NULL ? &resumption->main :
							NULL,
		.server_name = engine->server_name,
		.peer_identity = hs_facts_identity(&engine->facts),
		.is_attested = is_attested(engine),
		.now = now,
	};
}
