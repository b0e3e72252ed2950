/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where the peer is: what a datagram from another address may do, and the
 * return routability check that decides (RFC 9147 §9, RFC 9146 §6,
 * draft-ietf-tls-dtls-rrc, protocol §7). */
#include "engine/engine.h"

#include <stdlib.h>

bool engine_init_paths(struct adtls_engine *engine)
{
	engine->paths = calloc(1, sizeof(*engine->paths));
	return engine->paths != NULL;
}

void engine_clear_paths(struct adtls_engine *engine)
{
	if (engine->paths != NULL)
		free(engine->paths->check);
	free(engine->paths);
	engine->paths = NULL;
}

enum path engine_arrival_path(const struct adtls_engine *engine)
{
	return engine->paths != NULL ? engine->paths->arrival.path : PATH_BOUND;
}

struct path_check *engine_path_check(const struct adtls_engine *engine)
{
	return engine->paths != NULL ? engine->paths->check : NULL;
}

struct record_number engine_next_record(const struct adtls_engine *engine)
{
	const struct channel *channel = &engine->channel;
	struct record_number next = { 0 };

	for (size_t i = 0; i < channel->openers.count; i++) {
		const struct record_opener *opener = &channel->opener_slots[i];

		if (opener->window.next > 0)
			next = (struct record_number){ opener->keys.epoch,
						       opener->window.next };
	}
	return next;
}

void engine_note_path(struct adtls_engine *engine, adtls_time_t now,
		      struct record_number expected,
		      const struct record *record)
{
	bool is_newer = record_number_compare(record->number, expected) >= 0;
	struct path_check *check = engine_path_check(engine);

	if (!record->is_encrypted)
		return;
	if (engine_arrival_path(engine) != PATH_BOUND) {
		engine->paths->arrival.is_authentic = true;
		engine->paths->arrival.is_newer |= is_newer;
		return;
	}
	/* The peer goes on where it was: whatever came from elsewhere was not
	 * its own doing. */
	if (is_newer && check != NULL &&
	    record->type != RECORD_RETURN_ROUTABILITY_CHECK)
		path_check_stop(check, now.monotonic_us);
}

/* The check, made if there is none. NULL: out of memory. */
static struct path_check *path_check_of(struct adtls_engine *engine)
{
	struct engine_paths *paths = engine->paths;

	if (paths->check == NULL) {
		paths->check = malloc(sizeof(*paths->check));
		if (paths->check != NULL)
			path_check_init(paths->check);
	}
	return paths->check;
}

/* Does the connection check paths, and has it got far enough to? */
static bool checks_paths(const struct adtls_engine *engine)
{
	const struct connection_ids *ids = engine->channel.cids;

	return ids != NULL && ids->checks_paths;
}

/* Whoever watches both paths shall not see the same CID on them (RFC 9147
 * §11); a pool that is used up is filled again. */
static void change_cid(struct adtls_engine *engine, adtls_time_t now)
{
	struct connection_ids *ids = engine->channel.cids;

	if (connection_ids_use_next(ids) && ids->peer_count == 1)
		(void)adtls_engine_request_connection_ids(
			engine, now, CONNECTION_IDS_REFILL);
}

static void move(struct adtls_engine *engine, adtls_time_t now)
{
	engine->paths->arrival.action = PATH_ACTION_MOVE;
	engine->paths->moves++;
	change_cid(engine, now);
	engine_emit(engine, &(adtls_event_t){ .type = ADTLS_EVENT_PEER_MOVED,
					      .alert = ADTLS_ALERT_NONE });
	config_trace(engine->config, "the peer has moved");
}

static void note_verdict(struct adtls_engine *engine, adtls_time_t now,
			 enum path_verdict verdict)
{
	switch (verdict) {
	case PATH_UNDECIDED:
		return;
	case PATH_MOVED:
		move(engine, now);
		return;
	case PATH_STAYS:
		engine->paths->checks_failed++;
		config_trace(engine->config, "the peer has not moved");
		return;
	}
}

void engine_receive_path_message(struct adtls_engine *engine, adtls_time_t now,
				 const struct record *record)
{
	struct path_message message;
	struct path_check *check;

	if (!checks_paths(engine) ||
	    record->number.epoch < EPOCH_APPLICATION) {
		engine_fail(engine, now, ADTLS_ALERT_UNEXPECTED_MESSAGE,
			    ADTLS_REASON_UNEXPECTED_MESSAGE,
			    "a return routability check was not expected here");
		return;
	}
	if (!path_message_read(record->content, &message)) {
		engine_fail(engine, now, ADTLS_ALERT_DECODE_ERROR,
			    ADTLS_REASON_MALFORMED_MESSAGE,
			    "return_routability_check");
		return;
	}
	check = path_check_of(engine);
	if (check != NULL)
		note_verdict(engine, now,
			     path_check_receive(check, now.monotonic_us,
						&message,
						engine_arrival_path(engine)));
}

/* Without the back-off of losses, which the old path may have had. */
static uint64_t round_trip_us(const struct adtls_engine *engine)
{
	const struct retransmission_timer *timer =
		&engine->channel.outgoing.timer;

	return timer->srtt_us > 0 ? timer->srtt_us + 4 * timer->rttvar_us :
				    PATH_TIMEOUT_MIN_US / PATH_CHALLENGES_MAX;
}

/* A newer record has come from an address that is neither the peer's nor being
 * checked. */
static enum path_action consider(struct adtls_engine *engine, adtls_time_t now,
				 size_t len)
{
	adtls_migration_t migration = engine->config->migration;
	uint64_t now_us = now.monotonic_us;
	struct path_check *check;

	if (checks_paths(engine)) {
		check = path_check_of(engine);
		if (check == NULL || !path_check_may_start(check, now_us))
			return PATH_ACTION_NONE;
		path_check_start(check, now_us, round_trip_us(engine),
				 migration != ADTLS_MIGRATION_BASIC);
		check->received = len;
		engine->paths->checks++;
		config_trace(engine->config,
			     "the peer appears at another address");
		return PATH_ACTION_CHECK;
	}
	/* deviation: protocol §7 lets a configuration say so. */
	if (migration == ADTLS_MIGRATION_UNCHECKED)
		move(engine, now);
	return engine->paths->arrival.action;
}

enum path_action engine_receive_elsewhere(struct adtls_engine *engine,
					  adtls_time_t now, enum path path,
					  uint8_t *datagram, size_t len)
{
	struct engine_paths *paths = engine->paths;
	enum path_action action;

	paths->arrival = (struct arrival){ .path = path };
	adtls_engine_receive(engine, now, datagram, len);
	if (path == PATH_NEW && paths->arrival.is_authentic &&
	    paths->check != NULL)
		paths->check->received += len;
	action = paths->arrival.action;
	if (path == PATH_OTHER && paths->arrival.is_newer &&
	    (engine->phase == ENGINE_CONNECTED ||
	     engine->phase == ENGINE_CLOSING))
		action = consider(engine, now, len);
	paths->arrival = (struct arrival){ .path = PATH_BOUND };
	return action;
}

/* A record alone in its datagram. On a new path it has a CID that the old one
 * has not seen, if there is one. */
static size_t write_message(struct adtls_engine *engine, enum path path,
			    const struct path_message *message, uint8_t *out,
			    size_t out_len)
{
	struct record_sealer *sealer = channel_newest_sealer(&engine->channel);
	const struct connection_ids *ids = engine->channel.cids;
	uint8_t content[PATH_MESSAGE_LEN];
	struct record_number number;
	struct wire_writer writer;
	size_t len;

	wire_writer_init(&writer, content, sizeof(content));
	path_message_write(&writer, message);
	if (path == PATH_NEW && ids->peer_count > 1)
		sealer->cid = &ids->peers[1];
	len = record_seal(sealer, RECORD_RETURN_ROUTABILITY_CHECK,
			  wire_written(&writer), out, out_len, &number);
	sealer->cid = &ids->peers[0];
	return len;
}

size_t engine_write_path_message(struct adtls_engine *engine, adtls_time_t now,
				 uint8_t *out, size_t out_len,
				 enum path *out_path)
{
	struct record_sealer *sealer = channel_newest_sealer(&engine->channel);
	struct path_check *check = engine_path_check(engine);
	struct path_message message;
	size_t len = record_overhead(sealer) + PATH_MESSAGE_LEN;

	if (check == NULL || engine->phase == ENGINE_CLOSED || out_len < len ||
	    !path_check_next(check, now.monotonic_us, len,
			     &engine->config->random, &message, out_path))
		return 0;
	return write_message(engine, *out_path, &message, out, out_len);
}

uint64_t engine_path_deadline(const struct adtls_engine *engine)
{
	const struct path_check *check = engine_path_check(engine);

	return check != NULL ? path_check_deadline(check) : ADTLS_NEVER;
}

void engine_tick_paths(struct adtls_engine *engine, adtls_time_t now)
{
	struct path_check *check = engine_path_check(engine);

	if (check == NULL)
		return;
	note_verdict(engine, now, path_check_tick(check, now.monotonic_us));
	if (!path_check_is_idle(check, now.monotonic_us))
		return;
	free(check);
	engine->paths->check = NULL;
}
