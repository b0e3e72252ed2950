/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules for engines that several targets hold. */
#ifndef TESTS_FUZZ_ENGINE_RULES_H
#define TESTS_FUZZ_ENGINE_RULES_H

#include <string.h>

#include "engine/engine.h"
#include "tests/fuzz/fuzz.h"

/* What a peer can make an engine hold is bounded. */
static inline void require_bounded(const adtls_engine_t *engine)
{
	const struct channel *channel = &engine->channel;

	FUZZ_REQUIRE(channel->incoming.held <= CONFIG_REASSEMBLY_BUDGET);
	FUZZ_REQUIRE(channel->acks.count <= ACK_NUMBERS_MAX);
	FUZZ_REQUIRE(channel->outgoing.message_count <= FLIGHT_MESSAGES_MAX);
	FUZZ_REQUIRE(channel->cids == NULL ||
		     (channel->cids->own.count <= RECORD_CIDS_MAX &&
		      channel->cids->peer_count <= CONNECTION_IDS_PEERS_MAX));
	FUZZ_REQUIRE(engine->early.count <= ENGINE_EARLY_RECORDS);
	FUZZ_REQUIRE(engine->early.bytes <= ENGINE_EARLY_BYTES);
	FUZZ_REQUIRE(engine->held.count <= ENGINE_QUEUE_RECORDS);
	FUZZ_REQUIRE(engine->held.bytes <= ENGINE_QUEUE_BYTES);
}

/* Two that are connected had one handshake: its exporter is the same. */
static inline void require_agreement(const adtls_engine_t *a,
				     const adtls_engine_t *b)
{
	uint8_t keys[2][32];
	adtls_bytes_t none = { 0 };

	FUZZ_REQUIRE(adtls_engine_export(a, "fuzz", none, keys[0],
					 sizeof(keys[0])) == ADTLS_OK);
	FUZZ_REQUIRE(adtls_engine_export(b, "fuzz", none, keys[1],
					 sizeof(keys[1])) == ADTLS_OK);
	FUZZ_REQUIRE(memcmp(keys[0], keys[1], sizeof(keys[0])) == 0);
}

#endif
