/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes both engines from the network: a valid run in the simulator, while an
 * attacker without keys edits, repeats, loses and makes datagrams.
 *
 *   input: scenario, then edits of datagrams (direction, which, what), then
 *   datagrams injected once both sides are connected
 *
 * Whoever connects agrees with the other side on everything; only genuine
 * Evidence is granted; what is connected stays connected and carries data. */
#include <string.h>

#include "tests/fuzz/edit.h"
#include "tests/fuzz/engine_rules.h"
#include "tests/fuzz/scenario.h"

#define SECOND SCENARIO_SECOND
#define DATAGRAM_MAX 4096
#define EDITS_MAX 16
#define KEPT_MAX 48
#define INJECTED_MAX 32

#define SLOW_EVIDENCE SCENARIO_OWN_40
#define JITTER SCENARIO_OWN_80

/* Edits of this kind and above lose or repeat the datagram: even, odd. */
#define KIND_FATE 192

struct kept {
	enum simulation_direction direction;
	uint8_t data[DATAGRAM_MAX];
	size_t len;
};

struct attack {
	struct edit edits[EDITS_MAX];
	size_t edit_count;
	struct kept kept[KEPT_MAX];	/* as they were sent */
	size_t kept_count;
	bool is_over;			/* nothing is edited any more */
	/* The first that was connected: a repeated ClientHello makes others. */
	adtls_engine_t *server;
};

static void keep(struct attack *attack, enum simulation_direction direction,
		 const uint8_t *datagram, size_t len)
{
	struct kept *kept = &attack->kept[attack->kept_count];

	if (attack->kept_count == KEPT_MAX || len > sizeof(kept->data))
		return;
	kept->direction = direction;
	memcpy(kept->data, datagram, len);
	kept->len = len;
	attack->kept_count++;
}

static void note_server(struct attack *attack, adtls_engine_t *engine)
{
	if (attack->server == NULL && engine != NULL &&
	    adtls_engine_is_connected(engine))
		attack->server = engine;
}

static enum simulation_fate filter(struct simulation *world,
				   enum simulation_direction direction,
				   unsigned index, uint8_t *datagram,
				   size_t *len)
{
	struct attack *attack = world->options.filter_context;
	enum simulation_fate fate = DELIVER;

	if (attack->is_over)
		return DELIVER;
	note_server(attack, world->server_engine);
	keep(attack, direction, datagram, *len);
	for (size_t i = 0; i < attack->edit_count; i++) {
		const struct edit *edit = &attack->edits[i];

		if (edit->target % 2 != direction || edit->target / 2 != index)
			continue;
		if (edit->kind >= KIND_FATE)
			fate = edit->kind % 2 == 0 ? LOSE : DUPLICATE;
		else if (*len <= DATAGRAM_MAX)
			edit_apply(edit, datagram, len, DATAGRAM_MAX);
	}
	return fate;
}

static void send_data(struct simulation *world, adtls_engine_t *server)
{
	adtls_time_t now = world->now;

	FUZZ_REQUIRE(adtls_engine_send(world->client_engine, now, "up", 2) ==
		     ADTLS_OK);
	FUZZ_REQUIRE(adtls_engine_send(server, now, "down", 4) == ADTLS_OK);
	adtls_endpoint_touch(world->endpoint, server);
}

/* Throw at the connection what the input says: bytes of its own, or what was
 * sent before, edited. */
static void inject(struct simulation *world, struct attack *attack,
		   struct wire_reader *input)
{
	for (size_t i = 0; i < INJECTED_MAX && wire_reader_more(input); i++) {
		uint8_t choice = wire_read_u8(input);
		enum simulation_direction direction = choice % 2;
		uint8_t datagram[DATAGRAM_MAX];
		size_t len = 0;

		if (choice < 128 && attack->kept_count > 0) {
			const struct kept *kept =
				&attack->kept[choice / 2 % attack->kept_count];
			struct edit edit = edit_read(input);

			direction = kept->direction;
			len = kept->len;
			memcpy(datagram, kept->data, len);
			edit_apply(&edit, datagram, &len, sizeof(datagram));
		} else {
			adtls_bytes_t bytes =
				fuzz_take(input, wire_read_u8(input));

			len = bytes.len;
			if (len > 0)
				memcpy(datagram, bytes.data, len);
		}
		simulation_inject(world, direction, datagram, len);
	}
}

/* Half of the connections change their keys under attack, once Finished has been
 * acknowledged. */
static void update_keys(struct simulation *world)
{
	int error;

	if (world->options.seed % 2 == 0)
		return;
	simulation_run(world, world->now.monotonic_us + SECOND / 10);
	error = adtls_engine_update_keys(world->client_engine, world->now,
					 true);
	FUZZ_REQUIRE(error == ADTLS_OK || error == ADTLS_E_AGAIN);
}

static void attack_connection(struct simulation *world, struct attack *attack,
			      struct wire_reader *input)
{
	adtls_engine_t *server;
	unsigned up = world->server.data_count;
	unsigned down = world->client.data_count;

	note_server(attack, world->server_engine);
	server = attack->server;
	FUZZ_REQUIRE(server != NULL);
	require_agreement(world->client_engine, server);
	attack->is_over = true;
	update_keys(world);
	inject(world, attack, input);
	simulation_run(world, world->now.monotonic_us + SECOND);
	FUZZ_REQUIRE(!adtls_engine_is_closed(world->client_engine));
	require_bounded(world->client_engine);
	send_data(world, server);
	simulation_run(world, world->now.monotonic_us + SECOND);
	FUZZ_REQUIRE(world->server.data_count == up + 1);
	FUZZ_REQUIRE(world->client.data_count == down + 1);
	require_bounded(server);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct attack attack;
	struct simulation_options options;
	struct simulation world;
	struct wire_reader input;
	size_t edit_count;
	bool connected;
	uint8_t bits;

	wire_reader_init(&input, data, size);
	attack = (struct attack){ 0 };
	options = scenario_read(&input, &bits);
	options.filter = filter;
	options.filter_context = &attack;
	options.evidence_us = (bits & SLOW_EVIDENCE) != 0 ? 3 * SECOND : 0;
	options.jitter_us = (bits & JITTER) != 0 ? SECOND / 20 : 0;
	edit_count = wire_read_u8(&input) % (EDITS_MAX + 1);
	while (attack.edit_count < edit_count)
		attack.edits[attack.edit_count++] = edit_read(&input);
	simulation_init(&world, &options);
	connected = simulation_connect(&world, 40 * SECOND);
	require_bounded(world.client_engine);
	if (connected)
		attack_connection(&world, &attack, &input);
	else
		simulation_run(&world, world.now.monotonic_us + 30 * SECOND);
	FUZZ_REQUIRE(!world.server.authorized ||
		     (bits & SCENARIO_TAMPERED) == 0);
	/* It connects, or it is over by its deadline. */
	FUZZ_REQUIRE(connected || world.client.closed || world.server.closed);
	simulation_clear(&world);
	adtls_attester_unref(options.attester);
	adtls_policy_unref(options.policy);
	return 0;
}
