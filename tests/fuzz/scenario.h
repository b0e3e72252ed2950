/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which handshake two engines have, as two bytes of an input say. */
#ifndef TESTS_FUZZ_SCENARIO_H
#define TESTS_FUZZ_SCENARIO_H

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

/* Set for the input that runs. */
static const char *scenario_priority;

static inline void scenario_configure(adtls_config_t *client,
				      adtls_config_t *server)
{
	(void)client;
	FUZZ_REQUIRE(adtls_config_set_priority(server, scenario_priority) ==
		     ADTLS_OK);
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

#endif
