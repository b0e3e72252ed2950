/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The heap that an engine holds. */
#include "engine/engine.h"
#include "engine/peer_table.h"

/* Measured with glibc, x86-64 and GnuTLS 3.7: what the libraries below spend on
 * a key of one direction, on a running hash, and on a key exchange. */
#define COST_OF_KEYS ((size_t)1200)
#define COST_OF_TRANSCRIPT 512
#define COST_OF_KEY_EXCHANGE 256
/* The layer's own state, and the endpoint's of this peer. */
#define COST_OF_LAYER 512
#define COST_OF_PEER 384
/* A connection ID in the endpoint's table. */
#define COST_OF_CID 64
/* The allocator's header and rounding. */
#define COST_OF_ALLOCATION 16

static size_t buffer_memory(const struct buffer *buffer)
{
	return buffer->capacity > 0 ? buffer->capacity + COST_OF_ALLOCATION : 0;
}

static size_t queue_memory(const struct data_queue *queue)
{
	return queue->bytes + queue->count * DATA_QUEUE_ITEM_COST;
}

static size_t flight_memory(const struct flight *flight)
{
	size_t memory = 0;

	if (flight->progress != NULL)
		memory += sizeof(*flight->progress) +
			  flight->progress->sent.capacity *
				  sizeof(struct sent_fragment);
	for (size_t i = 0; i < flight->message_count; i++) {
		const struct flight_message *message = &flight->messages[i];

		memory += sizeof(*message) + buffer_memory(&message->body) +
			  (message->acknowledged.capacity +
			   message->outstanding.capacity) *
				  sizeof(struct range);
	}
	return memory;
}

static size_t channel_memory(const struct channel *channel)
{
	size_t keys = 0;

	for (size_t i = 0; i < channel->sealer_count; i++)
		keys += channel->sealers[i].keys.aead != NULL;
	for (size_t i = 0; i < channel->openers.count; i++)
		keys += channel->opener_slots[i].keys.aead != NULL;
	return flight_memory(&channel->outgoing) + channel->incoming.held +
	       channel->acks.capacity * ACK_LISTED_COST + keys * COST_OF_KEYS +
	       channel->places * (sizeof(struct record_sealer) +
				  sizeof(struct record_opener));
}

static size_t cids_memory(const struct connection_ids *ids)
{
	size_t memory;

	if (ids == NULL)
		return 0;
	memory = sizeof(*ids) + COST_OF_ALLOCATION;
	if (ids->registry != NULL)
		memory += ids->own.count * COST_OF_CID;
	for (size_t i = 0; i < ids->peer_count; i++)
		memory += buffer_memory(&ids->peers[i]);
	return memory;
}

static size_t paths_memory(const struct engine_paths *paths)
{
	if (paths == NULL)
		return 0;
	return sizeof(*paths) + COST_OF_ALLOCATION +
	       (paths->check != NULL ?
			sizeof(*paths->check) + COST_OF_ALLOCATION : 0);
}

/* What the endpoint keeps of a peer that may have moved. */
static size_t addresses_memory(const struct endpoint_peer *peer)
{
	return peer != NULL && peer->paths != NULL ?
		       sizeof(*peer->paths) + COST_OF_ALLOCATION :
		       0;
}

static size_t handshake_memory(const struct handshake *hs)
{
	if (hs == NULL)
		return 0;
	return sizeof(*hs) + buffer_memory(&hs->client_hello) +
	       buffer_memory(&hs->cookie) +
	       buffer_memory(&hs->request_context) +
	       buffer_memory(&hs->transcript.pending) + COST_OF_TRANSCRIPT +
	       COST_OF_KEY_EXCHANGE;
}

size_t engine_memory(const struct adtls_engine *engine)
{
	return sizeof(*engine) + COST_OF_PEER +
	       (engine->layer != NULL ? COST_OF_LAYER : 0) +
	       engine->event_capacity * sizeof(*engine->events) +
	       queue_memory(&engine->outgoing) + queue_memory(&engine->held) +
	       queue_memory(&engine->early) +
	       channel_memory(&engine->channel) +
	       cids_memory(engine->channel.cids) +
	       paths_memory(engine->paths) + addresses_memory(engine->peer) +
	       handshake_memory(engine->hs) +
	       buffer_memory(&engine->facts.peer_certificate);
}

/* @held and @more against @limit, without overflow. */
static bool fits(size_t held, size_t more, size_t limit)
{
	return limit == 0 || (held <= limit && more <= limit - held);
}

bool memory_account_has_room(const struct memory_account *account, size_t more)
{
	return fits(account->held, more, account->limit);
}

bool engine_may_hold(struct adtls_engine *engine, size_t more)
{
	struct memory_account *account = engine->account;

	if (account == NULL)
		return true;
	if (!fits(account->held, more, account->limit) ||
	    !fits(engine->accounted, more, account->limit_per_peer)) {
		account->refusals++;
		return false;
	}
	account->held += more;
	engine->accounted += more;
	return true;
}

void engine_account(struct adtls_engine *engine)
{
	size_t memory;

	if (engine->account == NULL)
		return;
	memory = engine_memory(engine);
	if (engine->phase == ENGINE_HANDSHAKING && memory < MEMORY_OF_HANDSHAKE)
		memory = MEMORY_OF_HANDSHAKE;
	engine->account->held -= engine->accounted;
	engine->account->held += memory;
	engine->accounted = memory;
}

void engine_set_account(struct adtls_engine *engine,
			struct memory_account *account)
{
	if (engine->account != NULL)
		engine->account->held -= engine->accounted;
	engine->accounted = 0;
	engine->account = account;
	engine_account(engine);
}
