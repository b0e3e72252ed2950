/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making and freeing an engine, and asking it. */
#include "engine/engine.h"

#include "handshake/job.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct data_queue_bounds engine_data_bounds = {
	.count = ENGINE_QUEUE_RECORDS,
	.bytes = ENGINE_QUEUE_BYTES,
};

/* Jobs find their engine by this number, not by a pointer that may be stale. */
static uint64_t next_id(void)
{
	static atomic_uint_fast64_t last;

	return atomic_fetch_add(&last, 1) + 1;
}

static bool start_handshake(struct adtls_engine *engine)
{
	struct handshake *hs =
		handshake_new(engine->config, engine->role, &engine->channel,
			      &engine->facts, engine->layer);

	if (hs == NULL)
		return false;
	hs->engine = engine;
	hs->engine_id = engine->id;
	hs->job_serial = &engine->job_serial;
	hs->server_name = engine->server_name;
	hs->ticket = engine->tickets != NULL ? engine->tickets->offered : NULL;
	engine->hs = hs;
	return true;
}

static bool make_parts(struct adtls_engine *engine, const char *server_name,
		       const struct cid_registry *registry)
{
	const struct adtls_config *config = engine->config;
	const struct hs_layer *layer = engine->config->layer;

	if (server_name != NULL) {
		engine->server_name = strdup(server_name);
		if (engine->server_name == NULL)
			return false;
	}
	if (config->connection_id.is_on) {
		engine->channel.cids = connection_ids_new(
			config->connection_id.len, &config->random, registry,
			engine->id);
		if (engine->channel.cids == NULL || !engine_init_paths(engine))
			return false;
	}
	if (layer != NULL) {
		engine->layer = layer->new(engine->config, engine->role);
		if (engine->layer == NULL)
			return false;
	}
	return start_handshake(engine);
}

bool engine_restart_without_cookie(struct adtls_engine *engine,
				   adtls_time_t now)
{
	if (engine->role != ADTLS_CLIENT || engine->has_restarted ||
	    engine->hs == NULL ||
	    engine->hs->state != CLIENT_RECEIVE_SERVER_HELLO ||
	    engine->hs->cookie.len == 0)
		return false;
	engine->has_restarted = true;
	handshake_free(engine->hs);
	engine->hs = NULL;
	engine->facts = (struct hs_facts){ 0 };
	channel_restart(&engine->channel,
			config_reassembly_budget(engine->config),
			&engine->config->timer);
	if (start_handshake(engine))
		return true;
	engine_fail(engine, now, ADTLS_ALERT_NONE, ADTLS_REASON_INTERNAL,
		    "out of memory");
	return false;
}

static int engine_new(struct adtls_config *config, adtls_role_t role,
		      const char *server_name,
		      const struct cid_registry *registry, adtls_time_t now,
		      struct adtls_engine **out)
{
	struct adtls_engine *engine;
	bool has_channel;
	int error;

	*out = NULL;
	error = config_use(config, role);
	if (error != ADTLS_OK)
		return error;
	engine = calloc(1, sizeof(*engine));
	if (engine == NULL) {
		adtls_config_unref(config);
		return ADTLS_E_MEMORY;
	}
	engine->config = config;
	engine->id = next_id();
	engine->role = role;
	engine->phase = ENGINE_HANDSHAKING;
	engine->tombstone.alert = ADTLS_ALERT_NONE;
	engine->tombstone.until_us = ADTLS_NEVER;
	engine->remembered_alert = ADTLS_ALERT_NONE;
	engine->started_us = now.monotonic_us;
	engine->retire_us = ADTLS_NEVER;
	engine->rest_us = ADTLS_NEVER;
	engine->is_address_validated = true;
	has_channel = channel_init(&engine->channel,
				   config_reassembly_budget(config),
				   &config->timer);
	engine->channel.forgery_limit = config->forgery_limit;
	engine->mtu.current = (uint16_t)config->mtu;
	if (!has_channel || !make_parts(engine, server_name, registry)) {
		adtls_engine_free(engine);
		return ADTLS_E_MEMORY;
	}
	*out = engine;
	return ADTLS_OK;
}

int adtls_engine_new_client(adtls_config_t *config, const char *server_name,
			    adtls_time_t now, adtls_engine_t **out)
{
	return adtls_engine_new_client_resuming(config, server_name, NULL, now,
						out);
}

int adtls_engine_new_client_resuming(adtls_config_t *config,
				     const char *server_name,
				     adtls_ticket_t *ticket, adtls_time_t now,
				     adtls_engine_t **out)
{
	int error = engine_new(config, ADTLS_CLIENT, server_name, NULL, now,
			       out);

	if (error != ADTLS_OK) {
		adtls_ticket_free(ticket);
		return error;
	}
	if (!engine_prepare_tickets(*out, ticket)) {
		adtls_engine_free(*out);
		*out = NULL;
		return ADTLS_E_MEMORY;
	}
	(*out)->hs->ticket = ticket;
	engine_advance(*out, now);
	return ADTLS_OK;
}

int engine_new_server(struct adtls_config *config, const struct hs_start *start,
		      const struct cid_registry *registry, adtls_time_t now,
		      struct adtls_engine **out)
{
	int error = engine_new(config, ADTLS_SERVER, NULL, registry, now, out);

	if (error != ADTLS_OK)
		return error;
	(*out)->is_address_validated = start->has_cookie;
	(*out)->channel.incoming.next_seq = start->message_seq + 1;
	/* HelloRetryRequest was message and record 0, if there was one. */
	(*out)->channel.next_send_seq = start->message_seq;
	(*out)->channel.sealers[0].next_sequence = start->message_seq;
	handshake_start_server((*out)->hs, start, now);
	engine_advance(*out, now);
	return ADTLS_OK;
}

void adtls_engine_free(adtls_engine_t *engine)
{
	if (engine == NULL)
		return;
	for (size_t i = engine->event_head; i < engine->event_count; i++)
		adtls_job_free(engine->events[i].job);
	free(engine->events);
	handshake_free(engine->hs);
	if (engine->layer != NULL)
		engine->config->layer->free(engine->layer);
	engine_use_up_ticket(engine);
	engine_forget_tickets(engine);
	free(engine->tickets);
	hs_facts_clear(&engine->facts);
	channel_clear(&engine->channel);
	exchanges_clear(&engine->exchanges);
	data_queue_clear(&engine->outgoing);
	data_queue_clear(&engine->held);
	data_queue_clear(&engine->early);
	engine_clear_paths(engine);
	free(engine->server_name);
	free(engine->detail);
	adtls_config_unref(engine->config);
	free(engine);
}

int adtls_engine_send(adtls_engine_t *engine, adtls_time_t now,
		      const void *data, size_t len)
{
	(void)now;
	if (engine->phase >= ENGINE_CLOSING)
		return ADTLS_E_CLOSED;
	if (engine->phase != ENGINE_CONNECTED)
		return ADTLS_E_AGAIN;
	if (len > adtls_engine_max_data(engine))
		return ADTLS_E_TOO_LARGE;
	/* While the gate is closed it waits here; over the bound it is refused. */
	if (!engine_may_hold(engine, len + DATA_QUEUE_ITEM_COST) ||
	    !data_queue_push(&engine->outgoing, &engine_data_bounds,
			     bytes_of(data, len)))
		return ADTLS_E_AGAIN;
	return ADTLS_OK;
}

void adtls_engine_close(adtls_engine_t *engine, adtls_time_t now)
{
	if (engine->phase == ENGINE_CONNECTED) {
		engine->phase = ENGINE_CLOSING;
		if (!engine_gate_is_open(engine))
			data_queue_clear(&engine->outgoing);
		return;
	}
	if (engine->phase == ENGINE_HANDSHAKING)
		engine_fail(engine, now, ADTLS_ALERT_USER_CANCELED,
			    ADTLS_REASON_CLOSED_LOCALLY,
			    "closed during the handshake");
}

void adtls_engine_finish_job(adtls_engine_t *engine, adtls_time_t now,
			     adtls_job_t *job)
{
	const struct hs_layer *layer = engine->config->layer;

	if (job == NULL)
		return;
	if (job->owner != engine->id || engine->phase == ENGINE_CLOSED) {
		adtls_job_free(job);
		return;
	}
	if (engine->hs != NULL && handshake_finish_job(engine->hs, job)) {
		engine_advance(engine, now);
		return;
	}
	if (layer != NULL && layer->finish_job(engine->layer, now, job))
		engine_settle(engine, now);
	adtls_job_free(job);
}

struct connected engine_connected(struct adtls_engine *engine,
				  adtls_time_t now)
{
	return (struct connected){
		.config = engine->config,
		.role = engine->role,
		.channel = &engine->channel,
		.facts = &engine->facts,
		.exchanges = &engine->exchanges,
		.out_updated = &engine->keys_were_updated,
		.out_new_cids = &engine->has_new_cids,
		.now = now,
		.tickets = engine->tickets != NULL ? &engine->tickets->box : NULL,
	};
}

int adtls_engine_update_keys(adtls_engine_t *engine, adtls_time_t now,
			     bool request_peer)
{
	struct connected connected = engine_connected(engine, now);

	if (engine->phase >= ENGINE_CLOSING)
		return ADTLS_E_CLOSED;
	/* RFC 9147 §8: one at a time, and none before the last is acknowledged;
	 * none either while our Finished may still be on its way. */
	if (engine->phase != ENGINE_CONNECTED ||
	    exchanges_has(&engine->exchanges, HANDSHAKE_KEY_UPDATE) ||
	    flight_has_before(&engine->channel.outgoing, EPOCH_APPLICATION))
		return ADTLS_E_AGAIN;
	return connected_update_keys(&connected, request_peer) ?
		       ADTLS_OK :
		       ADTLS_E_MEMORY;
}

bool adtls_engine_is_connected(const adtls_engine_t *engine)
{
	return engine->phase == ENGINE_CONNECTED;
}

bool adtls_engine_is_closed(const adtls_engine_t *engine)
{
	return engine->phase == ENGINE_CLOSED;
}

adtls_role_t adtls_engine_role(const adtls_engine_t *engine)
{
	return engine->role;
}

adtls_authorization_t adtls_engine_authorization(const adtls_engine_t *engine)
{
	const struct hs_layer *layer = engine->config->layer;

	return layer != NULL ? layer->authorization(engine->layer) :
			       ADTLS_AUTHORIZATION_NONE;
}

adtls_verdict_t *adtls_engine_verdict(const adtls_engine_t *engine)
{
	const struct hs_layer *layer = engine->config->layer;

	return layer != NULL ? layer->verdict(engine->layer) : NULL;
}

const char *adtls_engine_peer_identity(const adtls_engine_t *engine)
{
	return hs_facts_identity(&engine->facts);
}

adtls_bytes_t adtls_engine_peer_certificate(const adtls_engine_t *engine)
{
	return buffer_bytes(&engine->facts.peer_certificate);
}

adtls_reason_t adtls_engine_reason(const adtls_engine_t *engine,
				   char *out_detail, size_t detail_len)
{
	if (out_detail != NULL && detail_len > 0)
		snprintf(out_detail, detail_len, "%s", engine_detail(engine));
	return engine->reason;
}

int adtls_engine_export(const adtls_engine_t *engine, const char *label,
			adtls_bytes_t context, uint8_t *out, size_t out_len)
{
	if (engine->phase == ENGINE_HANDSHAKING)
		return ADTLS_E_AGAIN;
	if (engine->phase == ENGINE_CLOSED)
		return ADTLS_E_CLOSED;
	if (!engine_gate_is_open(engine))
		return ADTLS_E_PENDING;
	if (strlen(label) > 240 || out_len == 0 ||
	    out_len > 255 * engine->facts.suite->hash->len)
		return ADTLS_E_INVALID;
	return key_export(engine->facts.suite->hash, KEY_LABEL_PREFIX_DTLS13,
			  &engine->facts.exporter_main, label, context, out,
			  out_len) ?
		       ADTLS_OK :
		       ADTLS_E_CRYPTO;
}

void adtls_engine_parameters(const adtls_engine_t *engine,
			     adtls_parameters_t *out)
{
	const struct hs_facts *facts = &engine->facts;
	const struct crypto_scheme *scheme = engine->role == ADTLS_CLIENT ?
						     facts->peer_scheme :
						     facts->own_scheme;
	const char *server_name = engine->role == ADTLS_CLIENT ?
					  engine->server_name :
					  facts->server_name;
	const struct hs_layer *layer = engine->config->layer;

	*out = (adtls_parameters_t){
		.server_name = server_name != NULL ? server_name : "",
		.suite = facts->suite != NULL ? facts->suite->name : "",
		.group = facts->group != NULL ? facts->group->name : "",
		.signature = scheme != NULL ? scheme->name : "",
		.own_certificate_type = facts->own_type,
		.peer_certificate_type = facts->peer_type,
		.application_protocol = facts->application_protocol,
		.psk = facts->psk == HS_PSK_EXTERNAL,
		.resumed = facts->psk == HS_PSK_TICKET,
		.hello_retry_request = facts->had_retry,
	};
	if (layer != NULL)
		layer->describe(engine->layer, &out->sends_evidence,
				&out->receives_evidence);
}

uint64_t engine_records_dropped(const struct adtls_engine *engine)
{
	const struct engine_statistics *count = &engine->statistics;

	return (uint64_t)count->dropped_malformed +
	       count->dropped_unknown_epoch +
	       count->dropped_replay + count->dropped_forged +
	       count->dropped_unexpected +
	       (engine->paths != NULL ? engine->paths->dropped_cid : 0);
}

void adtls_engine_statistics(const adtls_engine_t *engine,
			     adtls_statistics_t *out)
{
	const struct engine_statistics *own = &engine->statistics;

	*out = (adtls_statistics_t){
		.datagrams_sent = own->datagrams_sent,
		.bytes_sent = own->bytes_sent,
		.datagrams_received = own->datagrams_received,
		.bytes_received = own->bytes_received,
		.retransmissions =
			engine->channel.outgoing.count.retransmissions,
		.handshake_us = own->handshake_us,
		.appraisal_us = own->appraisal_us,
		.dropped_malformed = own->dropped_malformed,
		.dropped_unknown_epoch = own->dropped_unknown_epoch,
		.dropped_replay = own->dropped_replay,
		.dropped_forged = own->dropped_forged,
		.dropped_unexpected = own->dropped_unexpected,
		.data_held_dropped = own->data_held_dropped,
		.data_too_large = own->data_too_large,
	};
	if (engine->paths != NULL) {
		out->dropped_cid = engine->paths->dropped_cid;
		out->path_checks = engine->paths->checks;
		out->path_checks_failed = engine->paths->checks_failed;
		out->moves = engine->paths->moves;
	}
	out->records_dropped = engine_records_dropped(engine);
}
