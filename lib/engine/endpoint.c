/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The endpoint: the front door, and the engines behind it. */
#include "engine/engine.h"
#include "engine/front_door.h"
#include "engine/peer_table.h"
#include "handshake/job.h"

#include <stdlib.h>
#include <string.h>

/* First byte of a plaintext handshake record: a ClientHello, maybe. */
#define PLAINTEXT_HANDSHAKE 22

struct adtls_endpoint {
	struct adtls_config *config;
	struct front_door door;
	struct peer_table peers;
	struct deadline_heap deadlines;
	struct endpoint_peer *ready;	/* those with datagrams or events */
	uint64_t accepted;
	/* The front door's one answer to the datagram just received. */
	adtls_address_t reply_to;
	uint8_t reply[FRONT_DOOR_REPLY_MAX];
	size_t reply_len;
};

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
	if (!credentials_has_key(config->credentials)) {
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

static void make_ready(struct adtls_endpoint *endpoint,
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

/* Closed, all told, and its last words kept long enough. */
static bool is_over(const adtls_engine_t *engine)
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
			   is_over(peer->engine) ?
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

static struct endpoint_peer *add_peer(struct adtls_endpoint *endpoint,
				      const adtls_address_t *from,
				      adtls_engine_t *engine)
{
	struct endpoint_peer *peer = calloc(1, sizeof(*peer));

	if (peer == NULL)
		return NULL;
	peer->engine = engine;
	peer->id = engine->id;
	peer->address = *from;
	peer->deadline.at_us = ADTLS_NEVER;
	if (!deadline_heap_add(&endpoint->deadlines, &peer->deadline)) {
		free(peer);
		return NULL;
	}
	if (!peer_table_add(&endpoint->peers, peer)) {
		deadline_heap_remove(&endpoint->deadlines, &peer->deadline);
		free(peer);
		return NULL;
	}
	engine->peer = peer;
	endpoint->accepted++;
	return peer;
}

/* Whoever starts anew has given up a handshake under way and waits for no last
 * words of a failed one: at one address there are at most a connection and the
 * attempt at its successor (RFC 9147 §5.11). */
static void bury_older(struct adtls_endpoint *endpoint,
		       struct endpoint_peer *peer, adtls_time_t now)
{
	struct endpoint_peer *older = peer;

	while ((older = peer_table_older(older)) != NULL) {
		if (older->engine->phase == ENGINE_HANDSHAKING)
			engine_fail(older->engine, now, ADTLS_ALERT_NONE,
				    ADTLS_REASON_CLOSED_BY_PEER,
				    "the peer started its handshake anew");
		if (older->engine->phase != ENGINE_CLOSED)
			continue;
		engine_drop_tombstone(older->engine);
		make_ready(endpoint, older);
	}
}

static struct endpoint_peer *accept_peer(struct adtls_endpoint *endpoint,
					 adtls_time_t now,
					 const adtls_address_t *from,
					 const struct front_door_answer *answer)
{
	struct endpoint_peer *peer;
	adtls_engine_t *engine;

	if (engine_new_server(endpoint->config, &answer->start, now,
			      &engine) != ADTLS_OK)
		return NULL;
	engine->statistics.datagrams_received = 1;
	engine->statistics.bytes_received = answer->received;
	peer = add_peer(endpoint, from, engine);
	if (peer == NULL)
		adtls_engine_free(engine);
	else
		bury_older(endpoint, peer, now);
	return peer;
}

/* A peer that is not known here, or starts anew. Returns the new connection, or
 * @known if the datagram belongs to its handshake, or NULL. */
static struct endpoint_peer *knock(struct adtls_endpoint *endpoint,
				   adtls_time_t now,
				   const adtls_address_t *from,
				   struct endpoint_peer *known,
				   uint8_t *datagram, size_t len)
{
	bool is_handshaking = known != NULL && known->engine->hs != NULL;
	struct front_door_visitor visitor = {
		.address = from,
		.is_known = known != NULL,
		.random = is_handshaking ? known->engine->hs->client_random :
					   NULL,
	};
	struct endpoint_peer *peer = NULL;
	struct front_door_answer answer;

	switch (front_door_receive(&endpoint->door, now, &visitor, datagram,
				   len, &answer)) {
	case FRONT_DOOR_NOTHING:
	case FRONT_DOOR_REPEATED:
		peer = is_handshaking ? known : NULL;
		break;
	case FRONT_DOOR_REPLY:
		memcpy(endpoint->reply, answer.reply, answer.reply_len);
		endpoint->reply_len = answer.reply_len;
		endpoint->reply_to = *from;
		break;
	case FRONT_DOOR_ACCEPT:
		peer = accept_peer(endpoint, now, from, &answer);
		break;
	}
	front_door_answer_clear(&answer);
	return peer;
}

/* The newest connection of an address that is not over. */
static struct endpoint_peer *find_peer(struct adtls_endpoint *endpoint,
				       const adtls_address_t *address)
{
	struct endpoint_peer *peer;

	while ((peer = peer_table_find(&endpoint->peers, address)) != NULL &&
	       is_over(peer->engine))
		adtls_endpoint_release(endpoint, peer->engine);
	return peer;
}

/* A new connection has proved itself: the one before it at this address is
 * over (RFC 9147 §5.11). */
static void supersede_older(struct adtls_endpoint *endpoint,
			    struct endpoint_peer *peer, adtls_time_t now)
{
	struct endpoint_peer *older = peer;

	if (peer->engine->phase != ENGINE_CONNECTED)
		return;
	while ((older = peer_table_older(older)) != NULL) {
		engine_fail(older->engine, now, ADTLS_ALERT_NONE,
			    ADTLS_REASON_CLOSED_BY_PEER,
			    "the peer started a new connection from this "
			    "address");
		make_ready(endpoint, older);
	}
}

static void receive_copy(struct adtls_endpoint *endpoint,
			 struct endpoint_peer *peer, adtls_time_t now,
			 const uint8_t *datagram, size_t len)
{
	struct buffer copy = { 0 };

	if (buffer_set(&copy, datagram, len)) {
		engine_receive_passing(peer->engine, now, copy.data, copy.len);
		make_ready(endpoint, peer);
	}
	buffer_clear(&copy);
}

/* While a successor is in its handshake any of them may be meant: the older
 * ones get copies, and drop what they cannot open. */
static void receive_older(struct adtls_endpoint *endpoint,
			  struct endpoint_peer *peer, adtls_time_t now,
			  const uint8_t *datagram, size_t len)
{
	struct endpoint_peer *older = peer;

	while ((older = peer_table_older(older)) != NULL) {
		if (older->engine->phase != ENGINE_CLOSED)
			receive_copy(endpoint, older, now, datagram, len);
	}
}

static bool is_hello(const uint8_t *datagram, size_t len)
{
	return len > 0 && datagram[0] == PLAINTEXT_HANDSHAKE;
}

adtls_engine_t *adtls_endpoint_receive(adtls_endpoint_t *endpoint,
				       adtls_time_t now,
				       const adtls_address_t *from,
				       uint8_t *datagram, size_t len,
				       bool *out_is_new)
{
	struct endpoint_peer *known = find_peer(endpoint, from);
	struct endpoint_peer *peer = known;

	if (known == NULL || is_hello(datagram, len))
		peer = knock(endpoint, now, from, known, datagram, len);
	if (out_is_new != NULL)
		*out_is_new = peer != NULL && peer != known;
	if (peer == NULL)
		return NULL;
	if (peer == known) {
		receive_older(endpoint, peer, now, datagram, len);
		adtls_engine_receive(peer->engine, now, datagram, len);
		supersede_older(endpoint, peer, now);
	}
	make_ready(endpoint, peer);
	return peer->engine;
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
		if (is_over(peer->engine)) {
			adtls_endpoint_release(endpoint, peer->engine);
			continue;
		}
		/* Looked at again once its datagrams have been taken. */
		deadline_heap_move(&endpoint->deadlines, first, ADTLS_NEVER);
		make_ready(endpoint, peer);
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
	make_ready(endpoint, peer);
}

void adtls_endpoint_touch(adtls_endpoint_t *endpoint, adtls_engine_t *engine)
{
	if (engine->peer != NULL)
		make_ready(endpoint, engine->peer);
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
