/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes both engines from the network: a valid run in the simulator, while an
 * attacker without keys edits, repeats, loses and makes datagrams.
 *
 *   input: scenario, then edits of datagrams (direction, which, what), then
 *   what happens once both sides are connected: datagrams injected, and what
 *   applications and networks do
 *
 * Whoever connects agrees with the other side on everything; only genuine
 * Evidence is granted; what is connected stays connected and carries data, and
 * nobody who has no keys draws it to another address. */
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

/* Choices from here on are no datagrams. */
#define CHOICE_ACT 224

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
	bool is_quiet;			/* nothing is edited */
	enum {
		RACE_NONE,
		RACE_COPY,		/* comes first, from elsewhere */
		RACE_THEFT		/* comes alone */
	} race;				/* about the client's next datagram */
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

	if (direction == TO_SERVER && attack->race != RACE_NONE) {
		simulation_inject_from(world, "attacker", datagram, *len);
		fate = attack->race == RACE_THEFT ? LOSE : DELIVER;
		attack->race = RACE_NONE;
		return fate;
	}
	keep(attack, direction, datagram, *len);
	if (attack->is_quiet)
		return DELIVER;
	note_server(attack, world->server_engine);
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

/* Whoever was at an address where the client is, or was, hears what is sent
 * there; who is elsewhere has no keys, and nothing to say. */
static void stray(struct simulation *world, const char *address,
		  const uint8_t *datagram, size_t len)
{
	if (strcmp(address, "attacker") != 0)
		simulation_inject(world, TO_CLIENT, datagram, len);
}

static void act_with_cids(struct simulation *world, adtls_engine_t *engine,
			  unsigned choice)
{
	switch (choice % 4) {
	case 0:
		adtls_engine_offer_connection_ids(engine, world->now, 2, false);
		break;
	case 1:
		adtls_engine_offer_connection_ids(engine, world->now, 1, true);
		break;
	case 2:
		adtls_engine_request_connection_ids(engine, world->now, 3);
		break;
	default:
		adtls_engine_use_new_connection_id(engine);
		break;
	}
}

/* The client's network gives it another address; a server that cannot tell who
 * it is, or does not follow, would be right to forget it. */
static void move_client(struct simulation *world, adtls_engine_t *server)
{
	adtls_connection_ids_t ids;

	adtls_engine_connection_ids(server, &ids);
	if (ids.own.len > 0)
		world->client_address = "elsewhere";
}

/* What applications and networks do. */
static void act(struct simulation *world, struct attack *attack,
		unsigned choice)
{
	adtls_engine_t *engine = choice % 2 == 0 ? world->client_engine :
						   attack->server;

	switch (choice / 2 % 16) {
	case 0:
		adtls_engine_send(engine, world->now, "more", 4);
		break;
	case 1:
	case 2:
		adtls_engine_update_keys(engine, world->now,
					 choice / 2 % 2 == 0);
		break;
	case 3:
	case 4:
	case 5:
	case 6:
		act_with_cids(world, engine, choice / 2 - 3);
		break;
	case 7:
		move_client(world, attack->server);
		break;
	case 8:
		world->client_address = "sensor";
		break;
	case 9:
	case 10:
		attack->race = choice / 2 % 16 == 9 ? RACE_COPY : RACE_THEFT;
		adtls_engine_send(world->client_engine, world->now, "race", 4);
		break;
	case 11:
		simulation_run(world, world->now.monotonic_us + 70 * SECOND);
		break;
	default:
		simulation_run(world, world->now.monotonic_us + SECOND / 10);
		break;
	}
	adtls_endpoint_touch(world->endpoint, attack->server);
}

static void send_data(struct simulation *world, adtls_engine_t *server)
{
	unsigned up = world->server.data_count;
	unsigned down;

	FUZZ_REQUIRE(adtls_engine_send(world->client_engine, world->now, "up",
				       2) == ADTLS_OK);
	simulation_run(world, world->now.monotonic_us + SECOND);
	FUZZ_REQUIRE(world->server.data_count == up + 1);
	down = world->client.data_count;
	FUZZ_REQUIRE(adtls_engine_send(server, world->now, "down", 4) ==
		     ADTLS_OK);
	adtls_endpoint_touch(world->endpoint, server);
	simulation_run(world, world->now.monotonic_us + SECOND);
	FUZZ_REQUIRE(world->client.data_count == down + 1);
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

		if (choice >= CHOICE_ACT) {
			act(world, attack, choice);
			continue;
		}
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
		if (direction == TO_SERVER && choice % 8 == 6)
			simulation_inject_from(world, "attacker", datagram, len);
		else
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

	note_server(attack, world->server_engine);
	server = attack->server;
	FUZZ_REQUIRE(server != NULL);
	require_agreement(world->client_engine, server);
	attack->is_quiet = true;
	update_keys(world);
	inject(world, attack, input);
	simulation_run(world, world->now.monotonic_us + SECOND);
	FUZZ_REQUIRE(!adtls_engine_is_closed(world->client_engine));
	require_bounded(world->client_engine);
	send_data(world, server);
	require_bounded(server);
}

/* The first connection is only there for its ticket. */
static void between(struct simulation *world)
{
	struct attack *attack = world->options.filter_context;

	attack->is_quiet = false;
	attack->server = NULL;
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
	options.stray = stray;
	attack.is_quiet = (scenario_features & FEATURE_TICKETS) != 0;
	options.evidence_us = (bits & SLOW_EVIDENCE) != 0 ? 3 * SECOND : 0;
	options.jitter_us = (bits & JITTER) != 0 ? SECOND / 20 : 0;
	edit_count = wire_read_u8(&input) % (EDITS_MAX + 1);
	while (attack.edit_count < edit_count)
		attack.edits[attack.edit_count++] = edit_read(&input);
	simulation_init(&world, &options);
	connected = scenario_connect(&world, between);
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
