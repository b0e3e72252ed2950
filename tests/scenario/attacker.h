/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests of attacks share: records that a peer could send but should not,
 * sealed under the keys that it has, and networks that lose what they should
 * not. */
#ifndef TESTS_SCENARIO_ATTACKER_H
#define TESTS_SCENARIO_ATTACKER_H

#include "tests/scenario/steps.h"

#define SECOND 1000000ull
#define MINUTE (60 * SECOND)

/* A handshake message, its header included, that is forged here. */
#define FORGED_MESSAGE_MAX 64

/* One record that @peer could send, under its keys of @epoch; its length. */
size_t forge_record(adtls_engine_t *peer, uint64_t epoch, enum record_type type,
		    adtls_bytes_t content, uint8_t *out, size_t room);
/* A datagram written anew from genuine and forged records, in any order. */
struct rewriting {
	struct record_datagram out;
	struct record_sealer sealers[16];
	size_t count;
	uint8_t data[4096];
};
void rewrite_begin(struct rewriting *rewriting);
/* All records of a datagram of @peer's, under their numbers. */
void rewrite_copy(struct rewriting *rewriting, adtls_engine_t *peer,
		  uint8_t *datagram, size_t len);
/* As forge_record(). */
void rewrite_add(struct rewriting *rewriting, adtls_engine_t *peer,
		 uint64_t epoch, enum record_type type, adtls_bytes_t content);
/* Returns the length. */
size_t rewrite_end(struct rewriting *rewriting, uint8_t *out);
/* A whole handshake message of @type, as content of a record. */
adtls_bytes_t forge_message(uint8_t type, uint16_t message_seq,
			    adtls_bytes_t body,
			    uint8_t out[FORGED_MESSAGE_MAX]);
adtls_bytes_t text(const char *string);

/* Filters: lose what goes to the client from the datagram on that
 * options.filter_context, an unsigned, says; lose all behind the hellos that
 * goes to the server while it, a bool, says so. */
enum simulation_fate lose_to_client(struct simulation *world,
				    enum simulation_direction direction,
				    unsigned index, uint8_t *datagram,
				    size_t *len);
enum simulation_fate lose_to_server(struct simulation *world,
				    enum simulation_direction direction,
				    unsigned index, uint8_t *datagram,
				    size_t *len);

/* The device starts anew and forgets its connection. */
void reboot_client(struct simulation *world);

#endif
