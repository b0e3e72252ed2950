/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests of attacks share. */
#include "tests/scenario/attacker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

size_t forge_record(adtls_engine_t *peer, uint64_t epoch, enum record_type type,
		    adtls_bytes_t content, uint8_t *out, size_t room)
{
	struct record_sealer *sealer = channel_sealer(&peer->channel, epoch);
	struct record_number number;
	size_t len;

	assert_non_null(sealer);
	len = record_seal(sealer, type, content, out, room, &number);
	assert_int_not_equal(len, 0);
	return len;
}

void rewrite_begin(struct rewriting *rewriting)
{
	rewriting->count = 0;
	record_datagram_init(&rewriting->out, rewriting->data,
			     sizeof(rewriting->data));
}

static void rewrite_record(struct rewriting *rewriting,
			   const struct record_sealer *sealer,
			   enum record_type type, adtls_bytes_t content)
{
	struct record_sealer *own = &rewriting->sealers[rewriting->count++];
	struct record_number number;

	assert_true(rewriting->count <= 16);
	*own = *sealer;
	wire_write_bytes(record_begin(&rewriting->out, own), content.data,
			 content.len);
	assert_true(record_end(&rewriting->out, type, &number));
}

void rewrite_copy(struct rewriting *rewriting, adtls_engine_t *peer,
		  uint8_t *datagram, size_t len)
{
	struct channel *channel = &peer->channel;
	struct record_opener slots[RECORD_OPENERS_MAX] = { 0 };
	struct record_openers openers = { .count = channel->sealer_count };

	for (size_t i = 0; i < openers.count; i++) {
		slots[i].keys = channel->sealers[i].keys;
		openers.openers[i] = &slots[i];
	}
	while (len > 0) {
		struct record_sealer sealer;
		struct record record;
		size_t consumed;

		assert_int_equal(record_open(&openers, datagram, len, &consumed,
					     &record),
				 RECORD_ACCEPT);
		sealer = *channel_sealer(channel, record.number.epoch);
		sealer.next_sequence = record.number.sequence;
		rewrite_record(rewriting, &sealer, record.type,
			       record.content);
		datagram += consumed;
		len -= consumed;
	}
}

void rewrite_add(struct rewriting *rewriting, adtls_engine_t *peer,
		 uint64_t epoch, enum record_type type, adtls_bytes_t content)
{
	struct record_sealer *sealer = channel_sealer(&peer->channel, epoch);

	assert_non_null(sealer);
	rewrite_record(rewriting, sealer, type, content);
	sealer->next_sequence++;
}

size_t rewrite_end(struct rewriting *rewriting, uint8_t *out)
{
	size_t len = record_datagram_finish(&rewriting->out);

	assert_int_not_equal(len, 0);
	memcpy(out, rewriting->data, len);
	return len;
}

adtls_bytes_t text(const char *string)
{
	return bytes_of(string, strlen(string));
}

adtls_bytes_t forge_message(uint8_t type, uint16_t message_seq,
			    adtls_bytes_t body, uint8_t out[FORGED_MESSAGE_MAX])
{
	struct handshake_fragment fragment = {
		.type = type,
		.message_len = (uint32_t)body.len,
		.message_seq = message_seq,
		.data = body,
	};
	struct wire_writer writer;

	wire_writer_init(&writer, out, FORGED_MESSAGE_MAX);
	handshake_fragment_write(&writer, &fragment);
	return wire_written(&writer);
}

void reboot_client(struct simulation *world)
{
	adtls_engine_free(world->client_engine);
	world->client = (struct simulation_side){ 0 };
	world->server.connected = false;
	world->server.closed = false;
	assert_int_equal(adtls_engine_new_client(world->client_config,
						 "gateway.test", world->now,
						 &world->client_engine),
			 ADTLS_OK);
}

enum simulation_fate lose_to_client(struct simulation *world,
				    enum simulation_direction direction,
				    unsigned index, uint8_t *datagram,
				    size_t *len)
{
	const unsigned *first_lost = world->options.filter_context;

	(void)datagram;
	(void)len;
	return direction == TO_CLIENT && index >= *first_lost ? LOSE : DELIVER;
}

enum simulation_fate lose_to_server(struct simulation *world,
				    enum simulation_direction direction,
				    unsigned index, uint8_t *datagram,
				    size_t *len)
{
	const bool *loses = world->options.filter_context;

	(void)datagram;
	(void)len;
	return *loses && direction == TO_SERVER && index >= 2 ? LOSE : DELIVER;
}
