/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Timers: retransmission, ACK, handshake deadline, retirement of keys, the
 * layer's deadlines. */
#include "engine/engine.h"

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* When a peer that says nothing is given up. */
static uint64_t idle_deadline(const struct adtls_engine *engine)
{
	uint64_t expiry_us = engine->config->idle.expiry_us;

	if (expiry_us == 0 || engine->phase != ENGINE_CONNECTED)
		return ADTLS_NEVER;
	return engine->heard_us + expiry_us;
}

static uint64_t handshake_deadline(const struct adtls_engine *engine)
{
	return engine->started_us + engine->config->handshake_deadline_us;
}

uint64_t adtls_engine_deadline(const adtls_engine_t *engine)
{
	const struct hs_layer *layer = engine->config->layer;
	uint64_t deadline;

	/* Something is to be taken right now: sending may end a connection. */
	if (engine_has_events(engine))
		return 0;
	if (engine->phase == ENGINE_CLOSED)
		return engine->tombstone.until_us;
	deadline = earlier(flight_deadline(&engine->channel.outgoing),
			   engine->channel.acks.due_us);
	if (engine->phase == ENGINE_HANDSHAKING)
		deadline = earlier(deadline, handshake_deadline(engine));
	deadline = earlier(deadline, engine->retire_us);
	deadline = earlier(deadline, engine->rest_us);
	deadline = earlier(deadline, idle_deadline(engine));
	deadline = earlier(deadline, engine_path_deadline(engine));
	deadline = earlier(deadline, engine_cid_deadline(engine));
	deadline = earlier(deadline, engine_held_until(engine));
	if (layer != NULL)
		deadline = earlier(deadline, layer->deadline(engine->layer));
	return deadline;
}

static void time_out(struct adtls_engine *engine, adtls_time_t now,
		     adtls_reason_t reason, const char *what)
{
	if (engine->remembered_alert != ADTLS_ALERT_NONE)
		engine_fail(engine, now, ADTLS_ALERT_NONE, reason,
			    "%s; the peer, or somebody in its name, sent %s",
			    what, adtls_alert_name(engine->remembered_alert));
	else
		engine_fail(engine, now, ADTLS_ALERT_NONE, reason, "%s", what);
}

/* Nothing has shown that the peer got our last message of the handshake, all the
 * time that it was repeated: the peer has no connection. */
static bool is_unanswered(const struct adtls_engine *engine)
{
	const struct channel *channel = &engine->channel;

	return flight_has_before(&channel->outgoing, EPOCH_APPLICATION) &&
	       channel->opener_slots[channel->openers.count - 1].window.next ==
		       0;
}

/* Old keys go when nobody can need them any more. */
static void retire(struct adtls_engine *engine, adtls_time_t now)
{
	uint64_t now_us = now.monotonic_us;

	engine->retire_us = ADTLS_NEVER;
	/* What of the handshake is not acknowledged by now never will be. */
	flight_acknowledge_before(&engine->channel.outgoing, EPOCH_APPLICATION,
				  now_us);
	/* Messages may have waited for that. */
	engine_advance(engine, now);
	if (!channel_retire_old(&engine->channel))
		engine->retire_us = now_us + ENGINE_RETENTION_US;
}

void engine_note_activity(struct adtls_engine *engine, uint64_t now_us)
{
	engine->active_us = now_us;
	engine_plan_rest(engine, now_us);
}

void engine_plan_rest(struct adtls_engine *engine, uint64_t now_us)
{
	if (engine->rest_us == ADTLS_NEVER &&
	    engine->phase != ENGINE_HANDSHAKING)
		engine->rest_us = now_us + ENGINE_IDLE_US;
}

/* The time is not moved with every datagram, but looked at when it has come. */
static void rest(struct adtls_engine *engine, uint64_t now_us)
{
	uint64_t idle_us = engine->active_us + ENGINE_IDLE_US;

	if (idle_us > now_us) {
		engine->rest_us = idle_us;
		return;
	}
	engine->rest_us = ADTLS_NEVER;
	channel_park(&engine->channel);
	engine_trim_events(engine);
}

/* An eighth of the time-out: a signature by software takes a hundredth, the peer
 * cannot finish without it anyway, and its timer leaves time for more. */
void engine_hold_for_job(struct adtls_engine *engine, uint64_t now_us)
{
	struct handshake *hs = engine->hs;

	if (hs == NULL)
		return;
	if (!handshake_is_working(hs)) {
		hs->hold.until_us = ADTLS_NEVER;
		return;
	}
	if (hs->job.awaited == hs->hold.job)
		return;
	hs->hold.job = hs->job.awaited;
	hs->hold.until_us =
		now_us + engine->channel.outgoing.timer.rto_us / 8;
}

uint64_t engine_held_until(const struct adtls_engine *engine)
{
	return engine->hs != NULL ? engine->hs->hold.until_us : ADTLS_NEVER;
}

void engine_drop_tombstone(struct adtls_engine *engine)
{
	engine->tombstone = (struct tombstone){ .alert = ADTLS_ALERT_NONE,
						.until_us = ADTLS_NEVER };
}

void adtls_engine_tick(adtls_engine_t *engine, adtls_time_t now)
{
	const struct hs_layer *layer = engine->config->layer;
	uint64_t now_us = now.monotonic_us;

	if (engine->phase == ENGINE_CLOSED) {
		if (now_us >= engine->tombstone.until_us)
			engine_drop_tombstone(engine);
		return;
	}
	if (engine->phase == ENGINE_HANDSHAKING &&
	    now_us >= handshake_deadline(engine)) {
		time_out(engine, now, ADTLS_REASON_HANDSHAKE_TIMEOUT,
			 "the handshake did not complete in time");
		return;
	}
	if (now_us >= flight_deadline(&engine->channel.outgoing)) {
		if (!flight_tick(&engine->channel.outgoing, now_us)) {
			time_out(engine, now, ADTLS_REASON_RETRANSMISSION_LIMIT,
				 "the peer acknowledged nothing");
			return;
		}
		engine_mtu_timed_out(engine);
	}
	if (now_us >= idle_deadline(engine)) {
		engine_fail(engine, now,
			    engine->config->idle.tells_peer ?
				    ADTLS_ALERT_CLOSE_NOTIFY :
				    ADTLS_ALERT_NONE,
			    ADTLS_REASON_IDLE,
			    "nothing came from the peer for too long");
		return;
	}
	if (now_us >= engine_held_until(engine))
		engine->hs->hold.until_us = ADTLS_NEVER;
	if (now_us >= engine->retire_us && is_unanswered(engine)) {
		time_out(engine, now, ADTLS_REASON_HANDSHAKE_TIMEOUT,
			 "the peer did not acknowledge the handshake's end");
		return;
	}
	if (now_us >= engine->retire_us)
		retire(engine, now);
	if (now_us >= engine->rest_us)
		rest(engine, now_us);
	engine_tick_paths(engine, now);
	engine_retire_cids(engine, now_us);
	if (layer != NULL && now_us >= layer->deadline(engine->layer)) {
		layer->tick(engine->layer, now);
		engine_settle(engine, now);
	}
}
