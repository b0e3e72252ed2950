/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A handshake without engine and peer, for tests of its parts. */
#ifndef TESTS_UNIT_LONE_HANDSHAKE_H
#define TESTS_UNIT_LONE_HANDSHAKE_H

#include "handshake/handshake.h"
#include "tests/support/seeded_random.h"

struct lone_handshake {
	adtls_config_t *config; /* set things before the first begin */
	struct seeded_random random;
	struct channel channel;
	struct hs_facts facts;
	uint64_t job_serial;
	void *layer;
	struct handshake *hs; /* NULL between end and begin */
};

/* A configuration with a client's credentials and fixed randomness, which
 * prefers X25519 to secp256r1; no handshake yet. */
void lone_handshake_init(struct lone_handshake *lone);
void lone_handshake_clear(struct lone_handshake *lone);
/* Begin a handshake with a share of X25519, which ends the one before. */
void lone_handshake_begin(struct lone_handshake *lone, adtls_role_t role);
void lone_handshake_end(struct lone_handshake *lone);

#endif
