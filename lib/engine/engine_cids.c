/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an application may do with connection IDs (RFC 9147 §9). */
#include "engine/engine.h"

/* ADTLS_OK, or why no message about CIDs can be sent now. */
static int may_send(const struct adtls_engine *engine, bool is_negotiated,
		    uint8_t type)
{
	if (engine->phase >= ENGINE_CLOSING)
		return ADTLS_E_CLOSED;
	if (engine->phase != ENGINE_CONNECTED)
		return ADTLS_E_AGAIN;
	if (!is_negotiated)
		return ADTLS_E_INVALID;
	return exchanges_has(&engine->exchanges, type) ? ADTLS_E_AGAIN :
							 ADTLS_OK;
}

int adtls_engine_offer_connection_ids(adtls_engine_t *engine, adtls_time_t now,
				      unsigned count, bool immediate)
{
	struct connected connected = engine_connected(engine, now);
	int error = may_send(engine, connected_receives_cids(&connected),
			     HANDSHAKE_NEW_CONNECTION_ID);
	size_t made;

	if (error != ADTLS_OK)
		return error;
	if (count == 0)
		return ADTLS_E_INVALID;
	if (engine->channel.cids->own.count == RECORD_CIDS_MAX)
		return ADTLS_E_AGAIN;
	return connected_offer_cids(&connected, count, immediate, &made) ?
		       ADTLS_OK :
		       ADTLS_E_MEMORY;
}

int adtls_engine_request_connection_ids(adtls_engine_t *engine,
					adtls_time_t now, unsigned count)
{
	struct connected connected = engine_connected(engine, now);
	int error = may_send(engine, connected_writes_cids(&connected),
			     HANDSHAKE_REQUEST_CONNECTION_ID);

	if (error != ADTLS_OK)
		return error;
	if (count == 0 || count > UINT8_MAX)
		return ADTLS_E_INVALID;
	if (engine->channel.cids->awaits_more)
		return ADTLS_E_AGAIN;
	return connected_request_cids(&connected, (uint8_t)count) ?
		       ADTLS_OK :
		       ADTLS_E_MEMORY;
}

int adtls_engine_use_new_connection_id(adtls_engine_t *engine)
{
	struct connection_ids *ids = engine->channel.cids;

	if (engine->phase >= ENGINE_CLOSING)
		return ADTLS_E_CLOSED;
	return ids != NULL && connection_ids_use_next(ids) ? ADTLS_OK :
							     ADTLS_E_AGAIN;
}

void adtls_engine_connection_ids(const adtls_engine_t *engine,
				 adtls_connection_ids_t *out)
{
	const struct connection_ids *ids = engine->channel.cids;

	*out = (adtls_connection_ids_t){ 0 };
	if (ids == NULL || !ids->is_negotiated)
		return;
	out->negotiated = true;
	out->return_routability = ids->checks_paths;
	out->own = connection_ids_newest(ids);
	out->own_count = (unsigned)ids->own.count;
	out->peers = connection_ids_peers(ids);
	out->spare_count =
		ids->peer_count > 0 ? (unsigned)ids->peer_count - 1 : 0;
}

void engine_retire_cids(struct adtls_engine *engine, uint64_t now_us)
{
	if (engine->channel.cids != NULL)
		connection_ids_retire(engine->channel.cids, now_us,
				      ENGINE_RETENTION_US);
}

uint64_t engine_cid_deadline(const struct adtls_engine *engine)
{
	return engine->channel.cids != NULL ?
		       engine->channel.cids->retirement.at_us :
		       ADTLS_NEVER;
}

void engine_leave_registry(struct adtls_engine *engine)
{
	if (engine->channel.cids != NULL)
		connection_ids_leave_registry(engine->channel.cids);
}
