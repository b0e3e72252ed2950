/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reassembly of handshake messages: of each message its beginning in one
 * piece, and chunks for what arrived ahead of a gap, which join the beginning
 * as the gap closes. A complete body is contiguous and moves out uncopied. */
#include "flight/reassembly.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS (REASSEMBLY_AHEAD_MAX + 1)

/* What the allocator spends beside what was asked for, as far as the budget is
 * concerned: glibc's header and rounding. */
#define ALLOCATION_COST 16

/* The beginning grows in steps of this many bytes: at most so much is held
 * beyond what arrived, and a peer that sends single bytes does not make us copy
 * the message for each. */
#define BODY_STEP 64

/* A run of bytes beyond the first gap. */
struct chunk {
	struct chunk *next;
	uint32_t start;
	uint32_t len;
	uint8_t data[];
};

struct reassembly_message {
	struct buffer body;  /* the first body.len bytes */
	struct chunk *ahead; /* ascending, disjoint, beyond body.len */
	uint32_t len;	     /* of the whole message */
	uint8_t type;
};

/* The budget's charge for a chunk, its bytes apart: they are charged with the
 * message. */
static const size_t chunk_cost = sizeof(struct chunk) + ALLOCATION_COST;

static size_t message_cost(uint32_t len)
{
	return sizeof(struct reassembly_message) + ALLOCATION_COST +
	       ALLOCATION_COST + len + BODY_STEP;
}

static bool charge(struct reassembly *reassembly, size_t cost)
{
	if (cost > reassembly->budget - reassembly->held)
		return false;
	reassembly->held += cost;
	return true;
}

/* NULL: there are no slots. */
static struct reassembly_message **find_slot(const struct reassembly *reassembly,
					     uint32_t message_seq)
{
	return reassembly->slots != NULL ?
		       &reassembly->slots[message_seq % SLOTS] :
		       NULL;
}

static void message_free(struct reassembly_message *message)
{
	struct chunk *chunk;

	if (message == NULL)
		return;
	while ((chunk = message->ahead) != NULL) {
		message->ahead = chunk->next;
		free(chunk);
	}
	buffer_clear(&message->body);
	free(message);
}

void reassembly_init(struct reassembly *reassembly, size_t budget,
		     size_t (*max_len)(const void *context, uint8_t type),
		     const void *max_len_context)
{
	*reassembly = (struct reassembly){ .budget = budget,
					   .max_len = max_len,
					   .max_len_context = max_len_context };
}

void reassembly_clear(struct reassembly *reassembly)
{
	for (size_t i = 0; reassembly->slots != NULL && i < SLOTS; i++)
		message_free(reassembly->slots[i]);
	free(reassembly->slots);
	reassembly->slots = NULL;
	reassembly->held = 0;
}

/* Append to the beginning. No secrets here, so realloc() will do. */
static bool body_append(struct reassembly_message *message, adtls_bytes_t bytes)
{
	struct buffer *body = &message->body;
	size_t needed = body->len + bytes.len;
	size_t capacity = (needed + BODY_STEP - 1) / BODY_STEP * BODY_STEP;
	uint8_t *grown;

	if (needed > body->capacity) {
		if (capacity > message->len)
			capacity = message->len;
		grown = realloc(body->data, capacity);
		if (grown == NULL)
			return false;
		body->data = grown;
		body->capacity = capacity;
	}
	return buffer_append(body, bytes.data, bytes.len);
}

/* Join the chunks that the beginning has reached. */
static bool absorb(struct reassembly *reassembly,
		   struct reassembly_message *message)
{
	struct chunk *chunk;

	while ((chunk = message->ahead) != NULL &&
	       chunk->start == message->body.len) {
		if (!body_append(message, bytes_of(chunk->data, chunk->len)))
			return false;
		message->ahead = chunk->next;
		free(chunk);
		reassembly->held -= chunk_cost;
	}
	return true;
}

static bool insert_chunk(struct reassembly *reassembly, struct chunk **link,
			 uint32_t start, adtls_bytes_t bytes)
{
	struct chunk *chunk;

	if (!charge(reassembly, chunk_cost))
		return false;
	chunk = malloc(sizeof(*chunk) + bytes.len);
	if (chunk == NULL) {
		reassembly->held -= chunk_cost;
		return false;
	}
	chunk->start = start;
	chunk->len = (uint32_t)bytes.len;
	if (bytes.len > 0)
		memcpy(chunk->data, bytes.data, bytes.len);
	chunk->next = *link;
	*link = chunk;
	return true;
}

/* The next bytes of @reader, at most @len. */
static adtls_bytes_t take(struct wire_reader *reader, size_t len)
{
	size_t left = wire_reader_left(reader);

	return wire_read_bytes(reader, len < left ? len : left);
}

/* What is held from @at on, empty in a gap; moves @link to the first chunk that
 * ends after @at. */
static adtls_bytes_t held_at(const struct reassembly_message *message,
			     struct chunk ***link, uint32_t at)
{
	const struct chunk *chunk;

	while ((chunk = **link) != NULL && chunk->start + chunk->len <= at)
		*link = &(**link)->next;
	if (at < message->body.len)
		return bytes_of(message->body.data + at,
				message->body.len - at);
	if (chunk != NULL && chunk->start <= at)
		return bytes_of(chunk->data + (at - chunk->start),
				chunk->start + chunk->len - at);
	return bytes_of(NULL, 0);
}

/* Fill a gap, or some of it. */
static bool keep(struct reassembly *reassembly,
		 struct reassembly_message *message, struct chunk **link,
		 uint32_t at, adtls_bytes_t piece)
{
	if (at == message->body.len)
		return body_append(message, piece);
	return insert_chunk(reassembly, link, at, piece);
}

/* Walk along the fragment: what is held already must be the same ("SHOULD
 * abort if the value of a byte changes", RFC 9147 §5.5), the rest is kept. */
static enum reassembly_result store(struct reassembly *reassembly,
				    struct reassembly_message *message,
				    const struct handshake_fragment *fragment)
{
	struct chunk **link = &message->ahead;
	uint32_t at = fragment->offset;
	struct wire_reader reader;
	adtls_bytes_t piece;

	wire_reader_init_bytes(&reader, fragment->data);
	for (; wire_reader_more(&reader); at += (uint32_t)piece.len) {
		adtls_bytes_t held = held_at(message, &link, at);
		uint32_t gap_end = *link != NULL ? (*link)->start
						 : message->len;

		if (held.len > 0) {
			piece = take(&reader, held.len);
			held.len = piece.len;
			if (!bytes_equal(piece, held))
				return REASSEMBLY_INCONSISTENT;
		} else {
			piece = take(&reader, gap_end - at);
			if (!keep(reassembly, message, link, at, piece))
				return REASSEMBLY_DROPPED;
		}
	}
	return absorb(reassembly, message) ? REASSEMBLY_STORED
					   : REASSEMBLY_DROPPED;
}

/* Decide on a message's first fragment, by what it announces. */
static enum reassembly_result begin(struct reassembly *reassembly,
				    const struct handshake_fragment *fragment,
				    struct reassembly_message **out)
{
	struct reassembly_message *message;
	size_t max_len = 0;

	if (reassembly->max_len != NULL)
		max_len = reassembly->max_len(reassembly->max_len_context,
					      fragment->type);
	if (max_len == 0)
		return REASSEMBLY_DROPPED;
	if (fragment->message_len > max_len)
		return REASSEMBLY_TOO_LARGE;
	if (!charge(reassembly, message_cost(fragment->message_len)))
		return REASSEMBLY_DROPPED;
	if (reassembly->slots == NULL)
		reassembly->slots = calloc(SLOTS, sizeof(*reassembly->slots));
	message = calloc(1, sizeof(*message));
	if (reassembly->slots == NULL || message == NULL) {
		free(message);
		reassembly->held -= message_cost(fragment->message_len);
		return REASSEMBLY_DROPPED;
	}
	message->type = fragment->type;
	message->len = fragment->message_len;
	reassembly->slots[fragment->message_seq % SLOTS] = message;
	*out = message;
	return REASSEMBLY_STORED;
}

enum reassembly_result reassembly_add(struct reassembly *reassembly,
				      const struct handshake_fragment *fragment)
{
	struct reassembly_message **slot =
		find_slot(reassembly, fragment->message_seq);
	struct reassembly_message *message = slot != NULL ? *slot : NULL;
	enum reassembly_result result;

	/* message_seq never wraps (RFC 9147 §5.2), so order is plain. */
	if (fragment->message_seq < reassembly->next_seq)
		return REASSEMBLY_OLD;
	if (fragment->message_seq - reassembly->next_seq > REASSEMBLY_AHEAD_MAX)
		return REASSEMBLY_DROPPED;
	if (fragment->offset > fragment->message_len ||
	    fragment->data.len > fragment->message_len - fragment->offset)
		return REASSEMBLY_INCONSISTENT;
	if (message == NULL) {
		result = begin(reassembly, fragment, &message);
		if (result != REASSEMBLY_STORED)
			return result;
	}
	if (fragment->type != message->type ||
	    fragment->message_len != message->len)
		return REASSEMBLY_INCONSISTENT;
	return store(reassembly, message, fragment);
}

bool reassembly_is_ready(const struct reassembly *reassembly)
{
	struct reassembly_message **slot =
		find_slot(reassembly, reassembly->next_seq);

	return slot != NULL && *slot != NULL &&
	       (*slot)->body.len == (*slot)->len;
}

bool reassembly_next(struct reassembly *reassembly, uint8_t *out_type,
		     struct buffer *out_body)
{
	struct reassembly_message **slot =
		find_slot(reassembly, reassembly->next_seq);
	struct reassembly_message *message;

	if (!reassembly_is_ready(reassembly))
		return false;
	message = *slot;
	*out_type = message->type;
	*out_body = message->body;
	reassembly->held -= message_cost(message->len);
	free(message);
	*slot = NULL;
	reassembly->next_seq++;
	if (!reassembly_has_partial(reassembly))
		reassembly_clear(reassembly);
	return true;
}

bool reassembly_has_gap(const struct reassembly *reassembly)
{
	struct reassembly_message **next =
		find_slot(reassembly, reassembly->next_seq);

	for (size_t i = 0; reassembly->slots != NULL && i < SLOTS; i++) {
		const struct reassembly_message *message =
			reassembly->slots[i];

		if (message != NULL &&
		    (message != *next || message->ahead != NULL))
			return true;
	}
	return false;
}

bool reassembly_has_partial(const struct reassembly *reassembly)
{
	for (size_t i = 0; reassembly->slots != NULL && i < SLOTS; i++) {
		if (reassembly->slots[i] != NULL)
			return true;
	}
	return false;
}
