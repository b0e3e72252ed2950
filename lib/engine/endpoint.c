/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The endpoint: the front door, and the engines behind it. What comes in is in
 * endpoint_input.c. */
#include "engine/endpoint.h"
#include "handshake/job.h"

#include <stdlib.h>
#include <string.h>

/* Of one table nobody learns anything about another. */
static bool make_tables(struct adtls_endpoint *endpoint)
{
	struct {
		struct siphash_key peers, cids, sources;
	} keys;
	bool ok = crypto_random_fill(&endpoint->config->random,
				     (uint8_t *)&keys, sizeof(keys)) &&
		  peer_table_init(&endpoint->peers, &keys.peers) &&
		  endpoint_init_cids(endpoint, &keys.cids);

	if (ok)
		endpoint_limits_init(endpoint, &keys.sources);
	bytes_wipe(&keys, sizeof(keys));
	return ok;
}

int adtls_endpoint_new(adtls_config_t *config, adtls_time_t now,
		       adtls_endpoint_t **out)
{
	adtls_endpoint_t *endpoint;
	int error;

	*out = NULL;
	error = config_use(config, ADTLS_SERVER);
	if (error != ADTLS_OK)
		return error;
	if (!credentials_can_serve(config->credentials)) {
		adtls_config_unref(config);
		return ADTLS_E_CREDENTIALS;
	}
	endpoint = calloc(1, sizeof(*endpoint));
	if (endpoint == NULL) {
		adtls_config_unref(config);
		return ADTLS_E_MEMORY;
	}
	endpoint->config = config;
	if (!make_tables(endpoint) ||
	    !front_door_init(&endpoint->door, config, now.monotonic_us)) {
		adtls_endpoint_free(endpoint);
		return ADTLS_E_MEMORY;
	}
	*out = endpoint;
	return ADTLS_OK;
}

#define PEER_OF(place, member)                          \
	((struct endpoint_peer *)((char *)(place) -     \
				  offsetof(struct endpoint_peer, member)))

void endpoint_make_ready(struct adtls_endpoint *endpoint,
			 struct endpoint_peer *peer)
{
	peer_queue_add(&endpoint->sending, &peer->sending);
	if (engine_has_events(peer->engine))
		peer_queue_add(&endpoint->telling, &peer->telling);
}

static void unready(struct adtls_endpoint *endpoint,
		    struct endpoint_peer *peer)
{
	peer_queue_remove(&endpoint->sending, &peer->sending);
	peer_queue_remove(&endpoint->telling, &peer->telling);
}

bool endpoint_is_over(const adtls_engine_t *engine)
{
	return engine->phase == ENGINE_CLOSED &&
	       engine->tombstone.until_us == ADTLS_NEVER &&
	       !engine_has_events(engine);
}

/* Once the peer has neither datagrams nor events any more: note when it will.
 * One that is over goes with the next tick. */
static void put_to_rest(struct adtls_endpoint *endpoint,
			struct endpoint_peer *peer)
{
	if (peer->sending.is_taken || peer->telling.is_taken)
		return;
	if (engine_path_check(peer->engine) == NULL)
		endpoint_forget_paths(peer);
	endpoint_settle(endpoint, peer);
	deadline_heap_move(&endpoint->deadlines, &peer->deadline,
			   endpoint_is_over(peer->engine) ?
				   0 :
				   adtls_engine_deadline(peer->engine));
}

static void forget(struct adtls_endpoint *endpoint, struct endpoint_peer *peer)
{
	unready(endpoint, peer);
	deadline_heap_remove(&endpoint->deadlines, &peer->deadline);
	peer_table_remove(&endpoint->peers, peer);
	endpoint_discount(endpoint, peer);
	peer->engine->peer = NULL;
	engine_leave_registry(peer->engine);
	endpoint_forget_paths(peer);
	free(peer);
}

void adtls_endpoint_free(adtls_endpoint_t *endpoint)
{
	struct endpoint_peer *peer;

	if (endpoint == NULL)
		return;
	while (endpoint->peers.by_id != NULL &&
	       (peer = peer_table_any(&endpoint->peers)) != NULL)
		adtls_endpoint_release(endpoint, peer->engine);
	front_door_clear(&endpoint->door);
	deadline_heap_clear(&endpoint->deadlines);
	peer_table_clear(&endpoint->peers);
	source_table_clear(&endpoint->sources);
	cid_table_clear(&endpoint->cids);
	adtls_config_unref(endpoint->config);
	free(endpoint);
}

static size_t take_reply(struct adtls_endpoint *endpoint,
			 adtls_address_t *out_to, uint8_t *out, size_t out_len)
{
	size_t len = endpoint->reply_len;

	endpoint->reply_len = 0;
	if (len > out_len)
		return 0;
	memcpy(out, endpoint->reply, len);
	*out_to = endpoint->reply_to;
	return len;
}

/* The next datagram of the first in the queue, who then goes to the end. */
static size_t take_datagram(struct adtls_endpoint *endpoint, adtls_time_t now,
			    adtls_address_t *out_to, uint8_t *out,
			    size_t out_len)
{
	struct peer_place *first = endpoint->sending.first;
	struct endpoint_peer *peer = PEER_OF(first, sending);
	enum path path;
	size_t len;

	len = engine_next_datagram_on(peer->engine, now, out, out_len, &path);
	/* Sending may end a connection, which is to be told. */
	if (engine_has_events(peer->engine))
		peer_queue_add(&endpoint->telling, &peer->telling);
	if (len > 0) {
		*out_to = *endpoint_path_address(peer, path);
		peer_queue_rotate(&endpoint->sending);
		return len;
	}
	peer_queue_remove(&endpoint->sending, first);
	put_to_rest(endpoint, peer);
	return 0;
}

size_t adtls_endpoint_next_datagram(adtls_endpoint_t *endpoint,
				    adtls_time_t now, adtls_address_t *out_to,
				    uint8_t *out, size_t out_len)
{
	size_t len = 0;

	if (endpoint->reply_len > 0)
		len = take_reply(endpoint, out_to, out, out_len);
	while (len == 0 && endpoint->sending.first != NULL)
		len = take_datagram(endpoint, now, out_to, out, out_len);
	if (len > 0)
		endpoint->count.datagrams_sent++;
	return len;
}

/* The next event of the first in the queue, who then goes to the end, or leaves
 * if that was all; who has lent something is asked once more, to get it back. */
static bool take_event(struct adtls_endpoint *endpoint,
		       adtls_engine_t **out_engine, adtls_event_t *out)
{
	struct peer_place *first = endpoint->telling.first;
	struct endpoint_peer *peer = PEER_OF(first, telling);
	bool has_one = adtls_engine_next_event(peer->engine, out);

	*out_engine = peer->engine;
	if (engine_has_events(peer->engine) || peer->engine->lends_held) {
		peer_queue_rotate(&endpoint->telling);
	} else {
		peer_queue_remove(&endpoint->telling, first);
		put_to_rest(endpoint, peer);
	}
	return has_one;
}

bool adtls_endpoint_next_event(adtls_endpoint_t *endpoint,
			       adtls_engine_t **out_engine, adtls_event_t *out)
{
	while (endpoint_has_events(endpoint)) {
		if (take_event(endpoint, out_engine, out))
			return true;
	}
	return false;
}

bool endpoint_has_events(const struct adtls_endpoint *endpoint)
{
	return endpoint->telling.first != NULL;
}

uint64_t adtls_endpoint_deadline(const adtls_endpoint_t *endpoint)
{
	const struct deadline *first =
		deadline_heap_first(&endpoint->deadlines);

	/* Something is to be taken right now. */
	if (endpoint->sending.first != NULL || endpoint->telling.first != NULL ||
	    endpoint->reply_len > 0)
		return 0;
	return first != NULL ? first->at_us : ADTLS_NEVER;
}

void adtls_endpoint_tick(adtls_endpoint_t *endpoint, adtls_time_t now)
{
	struct deadline *first;

	while ((first = deadline_heap_first(&endpoint->deadlines)) != NULL &&
	       first->at_us <= now.monotonic_us) {
		struct endpoint_peer *peer = PEER_OF(first, deadline);

		adtls_engine_tick(peer->engine, now);
		if (endpoint_is_over(peer->engine)) {
			adtls_endpoint_release(endpoint, peer->engine);
			continue;
		}
		/* Looked at again once its datagrams have been taken. */
		deadline_heap_move(&endpoint->deadlines, first, ADTLS_NEVER);
		endpoint_make_ready(endpoint, peer);
	}
}

void adtls_endpoint_finish_job(adtls_endpoint_t *endpoint, adtls_time_t now,
			       adtls_job_t *job)
{
	struct endpoint_peer *peer;

	if (job == NULL)
		return;
	peer = peer_table_find_id(&endpoint->peers, job->owner);
	if (peer == NULL) {
		adtls_job_free(job);
		return;
	}
	adtls_engine_finish_job(peer->engine, now, job);
	endpoint_make_ready(endpoint, peer);
}

void adtls_endpoint_touch(adtls_endpoint_t *endpoint, adtls_engine_t *engine)
{
	if (engine->peer != NULL)
		endpoint_make_ready(endpoint, engine->peer);
}

adtls_engine_t *adtls_endpoint_find(const adtls_endpoint_t *endpoint,
				    const adtls_address_t *address)
{
	struct endpoint_peer *peer =
		peer_table_find(&endpoint->peers, address);

	return peer != NULL ? peer->engine : NULL;
}

const adtls_address_t *
adtls_endpoint_address(const adtls_endpoint_t *endpoint,
		       const adtls_engine_t *engine)
{
	(void)endpoint;
	return engine->peer != NULL ? &engine->peer->address : NULL;
}

void adtls_endpoint_detach(adtls_endpoint_t *endpoint, adtls_engine_t *engine)
{
	if (engine->peer != NULL)
		forget(endpoint, engine->peer);
}

void adtls_endpoint_release(adtls_endpoint_t *endpoint, adtls_engine_t *engine)
{
	adtls_endpoint_detach(endpoint, engine);
	adtls_engine_free(engine);
}

void adtls_endpoint_statistics(const adtls_endpoint_t *endpoint,
			       adtls_endpoint_statistics_t *out)
{
	const struct front_door *door = &endpoint->door;

	*out = endpoint->count;
	out->engines = endpoint->peers.count;
	out->handshakes = endpoint->sources.under_way;
	out->memory = endpoint->memory.held;
	out->memory_refusals = endpoint->memory.refusals;
	out->cookies_sent = door->count.cookies_sent;
	out->cookies_refused = door->count.cookies_refused;
	out->hellos_refused = door->count.hellos_refused;
	out->dropped = front_door_dropped(door);
	out->dropped_no_hello = door->count.no_hello;
	out->dropped_malformed = door->count.malformed;
	out->dropped_unanswered = door->count.unanswered;
	out->dropped_fragments = door->count.bad_fragments;
	out->fragments_kept = door->count.kept_fragments;
	out->fragments_evicted = door->hellos.evicted;
	out->refused = out->refused_busy + out->refused_handshakes +
		       out->refused_host + out->refused_rate +
		       out->refused_connections + out->refused_memory;
}
