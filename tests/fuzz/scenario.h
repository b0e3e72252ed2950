/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which handshake two engines have, as four bytes of an input say. */
#ifndef TESTS_FUZZ_SCENARIO_H
#define TESTS_FUZZ_SCENARIO_H

#include "tests/fuzz/features.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/simulation.h"

#define SCENARIO_SECOND UINT64_C(1000000)

enum scenario_bit {
	SCENARIO_EVIDENCE = 0x01,	/* the server requires it */
	SCENARIO_TAMPERED = 0x02,	/* firmware is not the reference */
	SCENARIO_NO_COOKIE = 0x04,
	SCENARIO_CLIENT_CERTIFICATE = 0x08,
	SCENARIO_SMALL_MTU = 0x10,
	SCENARIO_SLOW_APPRAISAL = 0x20,
	SCENARIO_OWN_40 = 0x40,		/* the target's own */
	SCENARIO_OWN_80 = 0x80
};

/* The server's; other groups than the client's first need another hello. */
static const char *const scenario_priorities[] = {
	"NORMAL",
	"NORMAL:-GROUP-ALL:+GROUP-X25519",
	"NORMAL:-CIPHER-ALL:+CHACHA20-POLY1305:-GROUP-ALL:+GROUP-SECP384R1",
	"NORMAL:-CIPHER-ALL:+AES-256-GCM",
};
#define SCENARIO_PRIORITIES \
	(sizeof(scenario_priorities) / sizeof(scenario_priorities[0]))
#define SCENARIO_SHA384 3	/* its place above */

/* Set for the input that runs. */
static const char *scenario_priority;
static unsigned scenario_features;

static inline void scenario_configure(adtls_config_t *client,
				      adtls_config_t *server)
{
	feature_configure(scenario_features, client, server);
	FUZZ_REQUIRE(adtls_config_set_priority(server, scenario_priority) ==
		     ADTLS_OK);
}

/* Which certificates and suites there are decides about PSKs: a configuration
 * that cannot work is refused when it is made. */
static inline unsigned scenario_read_features(struct wire_reader *input,
					      uint8_t bits, uint8_t seed)
{
	unsigned features = wire_read_u16(input) & ~(unsigned)FEATURE_SHA384;

	if ((features & FEATURE_PSK) != 0 &&
	    ((features & FEATURE_OPTIONAL_CLIENT) != 0 ||
	     (bits & (SCENARIO_EVIDENCE | SCENARIO_CLIENT_CERTIFICATE)) != 0))
		features |= FEATURE_RAW_KEYS;
	if (seed % SCENARIO_PRIORITIES == SCENARIO_SHA384)
		features |= FEATURE_SHA384;
	return features;
}

static inline struct simulation_options scenario_read(struct wire_reader *input,
						      uint8_t *out_bits)
{
	uint8_t bits = wire_read_u8(input);
	uint8_t seed = wire_read_u8(input);
	struct simulation_options options = {
		.seed = seed,
		.no_cookie = (bits & SCENARIO_NO_COOKIE) != 0,
		.client_certificate = (bits & SCENARIO_CLIENT_CERTIFICATE) != 0,
		.handshake_deadline_us = 20 * SCENARIO_SECOND,
		.configure = scenario_configure,
	};

	*out_bits = bits;
	scenario_features = scenario_read_features(input, bits, seed);
	scenario_priority = scenario_priorities[seed % SCENARIO_PRIORITIES];
	if ((bits & SCENARIO_SMALL_MTU) != 0)
		options.client_mtu = options.server_mtu = 256;
	if ((bits & SCENARIO_SLOW_APPRAISAL) != 0)
		options.appraisal_us = 3 * SCENARIO_SECOND;
	if ((bits & SCENARIO_EVIDENCE) == 0)
		return options;
	options.policy = simulation_policy("require");
	options.attester = simulation_attester(
		(bits & SCENARIO_TAMPERED) != 0 ? 0xbb : 0xaa);
	return options;
}

/* Connect, and once more with the ticket of the first connection where there are
 * tickets: @between comes before the second. */
static inline bool scenario_connect(struct simulation *world,
				    void (*between)(struct simulation *world))
{
	uint64_t patience_us = 40 * SCENARIO_SECOND;

	if (!simulation_connect(world, world->now.monotonic_us + patience_us))
		return false;
	if ((scenario_features & FEATURE_TICKETS) == 0)
		return true;
	simulation_run(world, world->now.monotonic_us + SCENARIO_SECOND);
	if (world->client.closed || world->server.closed)
		return false;
	between(world);
	simulation_reconnect(world,
			     adtls_engine_take_ticket(world->client_engine));
	return simulation_connect(world,
				  world->now.monotonic_us + patience_us);
}

#endif
