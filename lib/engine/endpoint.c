/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The endpoint: the front door, and the engines behind it. What comes in is in
 * endpoint_input.c. */
#include "engine/endpoint.h"
#include "handshake/job.h"

#include <stdlib.h>
#include <string.h>

int adtls_endpoint_new(adtls_config_t *config, adtls_time_t now,
		       adtls_endpoint_t **out)
{
	adtls_endpoint_t *endpoint;
	uint64_t seed;
	int error;

	*out = NULL;
	error = config_use(config);
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
	if (!crypto_random_fill(&config->random, (uint8_t *)&seed,
				sizeof(seed)) ||
	    !peer_table_init(&endpoint->peers, seed) ||
	    !front_door_init(&endpoint->door, config, now.monotonic_us)) {
		adtls_endpoint_free(endpoint);
		return ADTLS_E_MEMORY;
	}
	*out = endpoint;
	return ADTLS_OK;
}

static struct endpoint_peer *peer_of_deadline(struct deadline *deadline)
{
	return (struct endpoint_peer *)((char *)deadline -
					offsetof(struct endpoint_peer,
						 deadline));
}

void endpoint_make_ready(struct adtls_endpoint *endpoint,
			 struct endpoint_peer *peer)
{
	if (peer->is_ready)
		return;
	peer->is_ready = true;
	peer->next_ready = endpoint->ready;
	endpoint->ready = peer;
}

static void unready(struct adtls_endpoint *endpoint,
		    struct endpoint_peer *peer)
{
	struct endpoint_peer **at = &endpoint->ready;

	if (!peer->is_ready)
		return;
	while (*at != peer)
		at = &(*at)->next_ready;
	*at = peer->next_ready;
	peer->is_ready = false;
}

bool endpoint_is_over(const adtls_engine_t *engine)
{
	return engine->phase == ENGINE_CLOSED &&
	       engine->tombstone.until_us == ADTLS_NEVER &&
	       !engine_has_events(engine);
}

/* The peer has nothing more to say for now: note when it will. One that is over
 * goes with the next tick. */
static void put_to_rest(struct adtls_endpoint *endpoint,
			struct endpoint_peer *peer)
{
	unready(endpoint, peer);
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
	peer->engine->peer = NULL;
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
	adtls_config_unref(endpoint->config);
	free(endpoint);
}

size_t adtls_endpoint_next_datagram(adtls_endpoint_t *endpoint,
				    adtls_time_t now, adtls_address_t *out_to,
				    uint8_t *out, size_t out_len)
{
	size_t len = endpoint->reply_len;

	if (len > 0) {
		endpoint->reply_len = 0;
		if (len > out_len)
			return 0;
		memcpy(out, endpoint->reply, len);
		*out_to = endpoint->reply_to;
		return len;
	}
	for (struct endpoint_peer *peer = endpoint->ready, *next; peer != NULL;
	     peer = next) {
		next = peer->next_ready;
		len = adtls_engine_next_datagram(peer->engine, now, out,
						 out_len);
		if (len > 0) {
			*out_to = peer->address;
			return len;
		}
		/* Who still has events stays in the list until they are taken. */
		if (!engine_has_events(peer->engine))
			put_to_rest(endpoint, peer);
	}
	return 0;
}

bool adtls_endpoint_next_event(adtls_endpoint_t *endpoint,
			       adtls_engine_t **out_engine, adtls_event_t *out)
{
	for (struct endpoint_peer *peer = endpoint->ready; peer != NULL;
	     peer = peer->next_ready) {
		if (adtls_engine_next_event(peer->engine, out)) {
			*out_engine = peer->engine;
			return true;
		}
	}
	return false;
}

uint64_t adtls_endpoint_deadline(const adtls_endpoint_t *endpoint)
{
	const struct deadline *first =
		deadline_heap_first(&endpoint->deadlines);

	/* Something is to be taken right now. */
	if (endpoint->ready != NULL || endpoint->reply_len > 0)
		return 0;
	return first != NULL ? first->at_us : ADTLS_NEVER;
}

void adtls_endpoint_tick(adtls_endpoint_t *endpoint, adtls_time_t now)
{
	struct deadline *first;

	while ((first = deadline_heap_first(&endpoint->deadlines)) != NULL &&
	       first->at_us <= now.monotonic_us) {
		struct endpoint_peer *peer = peer_of_deadline(first);

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
	*out = (adtls_endpoint_statistics_t){
		.engines = endpoint->peers.count,
		.accepted = endpoint->accepted,
		.cookies_sent = endpoint->door.cookies_sent,
		.cookies_refused = endpoint->door.cookies_refused,
		.dropped = endpoint->door.dropped,
		.fragments_evicted = endpoint->door.hellos.evicted,
	};
}
