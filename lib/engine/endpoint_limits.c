/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an endpoint takes on (protocol §4.3, §7): over a limit new handshakes
 * wait, and nothing that is established ends. */
#include "engine/endpoint.h"

/* A core signs some thousands of times a second, of which one host gets a few
 * percent; behind one address of a mobile network are many devices. */
#define STARTS_PER_SECOND 100
#define STARTS_AT_ONCE	  256
#define HANDSHAKES	  2048
#define HANDSHAKES_HOST	  256
#define CONNECTIONS	  100000
#define MEMORY		  ((size_t)512 * 1024 * 1024)
/* More than the engine's own bounds let one peer take. */
#define MEMORY_PER_PEER	  ((size_t)384 * 1024)
/* A start costs a microsecond at least in the token bucket. */
#define STARTS_PER_SECOND_MAX 1000000

void endpoint_limits_init(struct adtls_endpoint *endpoint,
			  const struct siphash_key *key)
{
	adtls_endpoint_limits_t limits = {
		.handshakes = HANDSHAKES,
		.handshakes_per_host = HANDSHAKES_HOST,
		.starts_per_second = STARTS_PER_SECOND,
		.starts_at_once = STARTS_AT_ONCE,
		.connections = CONNECTIONS,
		.memory = MEMORY,
		.memory_per_peer = MEMORY_PER_PEER,
	};

	source_table_init(&endpoint->sources, key);
	adtls_endpoint_set_limits(endpoint, &limits);
}

void adtls_endpoint_limits(const adtls_endpoint_t *endpoint,
			   adtls_endpoint_limits_t *out)
{
	*out = endpoint->limits;
}

int adtls_endpoint_set_limits(adtls_endpoint_t *endpoint,
			      const adtls_endpoint_limits_t *limits)
{
	if (limits->starts_per_second > STARTS_PER_SECOND_MAX ||
	    (limits->starts_per_second > 0 && limits->starts_at_once == 0) ||
	    (limits->memory > 0 && limits->memory < MEMORY_OF_HANDSHAKE) ||
	    (limits->memory_per_peer > 0 &&
	     limits->memory_per_peer < ADTLS_MEMORY_PER_PEER_MIN))
		return ADTLS_E_INVALID;
	endpoint->limits = *limits;
	endpoint->memory.limit = limits->memory;
	endpoint->memory.limit_per_peer = limits->memory_per_peer;
	return ADTLS_OK;
}

void adtls_endpoint_set_busy(adtls_endpoint_t *endpoint, bool busy)
{
	endpoint->is_busy = busy;
}

static bool is_reached(size_t count, size_t limit)
{
	return limit > 0 && count >= limit;
}

bool endpoint_needs_cookies(const struct adtls_endpoint *endpoint)
{
	const adtls_endpoint_limits_t *limits = &endpoint->limits;

	return endpoint->is_busy ||
	       is_reached(2 * endpoint->sources.under_way, limits->handshakes) ||
	       is_reached(endpoint->peers.count, limits->connections) ||
	       !memory_account_has_room(&endpoint->memory, MEMORY_OF_HANDSHAKE);
}

/* The counter of the limit that is in the way of any newcomer, or NULL. Who is
 * connected may replace his connection. */
static uint64_t *find_obstacle(struct adtls_endpoint *endpoint, bool is_known)
{
	const adtls_endpoint_limits_t *limits = &endpoint->limits;
	adtls_endpoint_statistics_t *count = &endpoint->count;

	if (endpoint->is_busy)
		return &count->refused_busy;
	if (is_reached(endpoint->sources.under_way, limits->handshakes))
		return &count->refused_handshakes;
	if (!is_known &&
	    is_reached(endpoint->peers.count, limits->connections))
		return &count->refused_connections;
	if (!memory_account_has_room(&endpoint->memory, MEMORY_OF_HANDSHAKE))
		return &count->refused_memory;
	return NULL;
}

static adtls_bytes_t host_of(const adtls_address_t *address)
{
	size_t len = address->host_len;

	if (len == 0 || len > address->len)
		len = address->len;
	return bytes_of(address->data, len);
}

/* What keeps a host from starting, to be counted; NULL: nothing. */
static uint64_t *enter_host(struct adtls_endpoint *endpoint, adtls_time_t now,
			    const adtls_address_t *from,
			    struct source **out_source)
{
	struct source_limits limits = {
		.under_way = endpoint->limits.handshakes_per_host,
		.per_second = endpoint->limits.starts_per_second,
		.burst = endpoint->limits.starts_at_once,
	};

	switch (source_table_enter(&endpoint->sources, host_of(from),
				   now.monotonic_us, &limits, out_source)) {
	case SOURCE_WELCOME:
		break;
	case SOURCE_HAS_ENOUGH:
		return &endpoint->count.refused_host;
	case SOURCE_TOO_FAST:
		return &endpoint->count.refused_rate;
	case SOURCE_NO_MEMORY:
		return &endpoint->count.refused_memory;
	}
	return NULL;
}

bool endpoint_admit(struct adtls_endpoint *endpoint, adtls_time_t now,
		    const adtls_address_t *from, bool is_known,
		    struct source **out_source)
{
	uint64_t *obstacle = find_obstacle(endpoint, is_known);

	if (obstacle == NULL)
		obstacle = enter_host(endpoint, now, from, out_source);
	if (obstacle == NULL)
		return true;
	(*obstacle)++;
	return false;
}

/* It is over. One tombstone more, maybe: of those over the bound the oldest
 * goes. */
static void bury(struct adtls_endpoint *endpoint, struct endpoint_peer *peer)
{
	struct tombstones *tombstones = &endpoint->tombstones;
	uint64_t *place = &tombstones->ids[tombstones->next];
	struct endpoint_peer *oldest;

	peer->is_buried = true;
	if (peer->engine->reason == ADTLS_REASON_IDLE)
		endpoint->count.closed_idle++;
	if (peer->engine->tombstone.until_us == ADTLS_NEVER)
		return;
	oldest = peer_table_find_id(&endpoint->peers, *place);
	*place = peer->id;
	tombstones->next = (tombstones->next + 1) % ENDPOINT_TOMBSTONES_MAX;
	if (oldest == NULL)
		return;
	engine_drop_tombstone(oldest->engine);
	endpoint_make_ready(endpoint, oldest);
}

void endpoint_settle(struct adtls_endpoint *endpoint,
		     struct endpoint_peer *peer)
{
	adtls_engine_t *engine = peer->engine;

	engine_account(engine);
	if (engine->phase == ENGINE_HANDSHAKING)
		return;
	if (peer->source != NULL)
		source_table_leave(&endpoint->sources, peer->source);
	peer->source = NULL;
	if (engine->phase == ENGINE_CLOSED && !peer->is_buried)
		bury(endpoint, peer);
}

void endpoint_discount(struct adtls_endpoint *endpoint,
		       struct endpoint_peer *peer)
{
	if (peer->source != NULL)
		source_table_leave(&endpoint->sources, peer->source);
	peer->source = NULL;
	engine_set_account(peer->engine, NULL);
}
