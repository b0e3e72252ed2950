/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What comes in at an endpoint: whom it is from, and who may start anew at an
 * address that has a connection (RFC 9147 §5.11). */
#include "engine/endpoint.h"

#include <stdlib.h>
#include <string.h>

/* First byte of a plaintext handshake record: a ClientHello, maybe. */
#define PLAINTEXT_HANDSHAKE 22

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
	engine_set_account(engine, &endpoint->memory);
	endpoint->count.accepted++;
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
		endpoint_make_ready(endpoint, older);
	}
}

static struct endpoint_peer *make_peer(struct adtls_endpoint *endpoint,
				       adtls_time_t now,
				       const adtls_address_t *from,
				       const struct front_door_answer *answer)
{
	struct endpoint_peer *peer;
	adtls_engine_t *engine;

	if (engine_new_server(endpoint->config, &answer->start,
			      &endpoint->registry, now, &engine) != ADTLS_OK)
		return NULL;
	engine->statistics.datagrams_received = 1;
	engine->statistics.bytes_received = answer->received;
	peer = add_peer(endpoint, from, engine);
	if (peer == NULL)
		adtls_engine_free(engine);
	return peer;
}

static struct endpoint_peer *accept_peer(struct adtls_endpoint *endpoint,
					 adtls_time_t now,
					 const adtls_address_t *from,
					 const struct endpoint_peer *known,
					 const struct front_door_answer *answer)
{
	struct endpoint_peer *peer;
	struct source *source;

	if (!endpoint_admit(endpoint, now, from, known != NULL, &source))
		return NULL;
	peer = make_peer(endpoint, now, from, answer);
	if (peer == NULL) {
		source_table_leave(&endpoint->sources, source);
		return NULL;
	}
	peer->source = source;
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
		.needs_cookie = known != NULL ||
				endpoint_needs_cookies(endpoint),
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
		peer = accept_peer(endpoint, now, from, known, &answer);
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
	       endpoint_is_over(peer->engine))
		adtls_endpoint_release(endpoint, peer->engine);
	return peer;
}

/* A new connection has proved itself: the one before it at this address is
 * over (RFC 9147 §5.11). */
static void supersede_older(struct adtls_endpoint *endpoint,
			    struct endpoint_peer *peer, adtls_time_t now)
{
	struct endpoint_peer *older = peer;

	if (peer->has_superseded || peer->engine->phase != ENGINE_CONNECTED)
		return;
	peer->has_superseded = true;
	while ((older = peer_table_older(older)) != NULL) {
		engine_fail(older->engine, now, ADTLS_ALERT_NONE,
			    ADTLS_REASON_CLOSED_BY_PEER,
			    "the peer started a new connection from this "
			    "address");
		endpoint_make_ready(endpoint, older);
	}
}

/* Records that were not good, of connections that may be gone tomorrow. */
static void count_drops(struct adtls_endpoint *endpoint,
			const struct endpoint_peer *peer, uint64_t before)
{
	endpoint->count.records_dropped +=
		engine_records_dropped(peer->engine) - before;
}

static void receive_copy(struct adtls_endpoint *endpoint,
			 struct endpoint_peer *peer, adtls_time_t now,
			 const uint8_t *datagram, size_t len)
{
	uint64_t dropped = engine_records_dropped(peer->engine);
	struct buffer copy = { 0 };

	if (buffer_set(&copy, datagram, len)) {
		engine_receive_passing(peer->engine, now, copy.data, copy.len);
		count_drops(endpoint, peer, dropped);
		endpoint_make_ready(endpoint, peer);
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
	struct endpoint_peer *owner = endpoint_find_cid(endpoint, datagram,
							len);
	struct endpoint_peer *known, *peer;
	uint64_t dropped;

	endpoint->count.datagrams_received++;
	if (out_is_new != NULL)
		*out_is_new = false;
	if (owner != NULL && !address_equal(&owner->address, from)) {
		dropped = engine_records_dropped(owner->engine);
		peer = endpoint_receive_elsewhere(endpoint, owner, now, from,
						  datagram, len);
		count_drops(endpoint, owner, dropped);
		return peer != NULL ? peer->engine : NULL;
	}
	known = find_peer(endpoint, from);
	peer = known;
	if (known == NULL || is_hello(datagram, len))
		peer = knock(endpoint, now, from, known, datagram, len);
	if (out_is_new != NULL)
		*out_is_new = peer != NULL && peer != known;
	if (peer == NULL)
		return NULL;
	if (peer == known) {
		receive_older(endpoint, peer, now, datagram, len);
		dropped = engine_records_dropped(peer->engine);
		adtls_engine_receive(peer->engine, now, datagram, len);
		count_drops(endpoint, peer, dropped);
		supersede_older(endpoint, peer, now);
	}
	endpoint_make_ready(endpoint, peer);
	return peer->engine;
}
