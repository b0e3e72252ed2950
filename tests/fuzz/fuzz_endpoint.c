/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes a server's endpoint: datagrams from many addresses, some with clients
 * behind them that answer, some spoofed, one with a connection that must live.
 *
 *   input: scenario, then operations: bytes from an address, a client's
 *   datagram from any address, edited or cut into fragments, time passing, the
 *   victim's next datagram from an address
 *
 * Who cannot read our answers gets no more than three times what was sent in his
 * name; there are few engines; the victim's connection carries data at the end. */
#include "tests/fuzz/edit.h"
#include "tests/fuzz/engine_rules.h"
#include "tests/support/simulation.h"

#define SECOND UINT64_C(1000000)
#define DATAGRAM_MAX 2048
#define CLIENTS 3		/* at the addresses from 0 */
#define ADDRESSES 8		/* those behind the clients are spoofed */
#define VICTIM 7
#define ENGINES_MAX 16		/* two at each address */
#define KEPT_MAX 24
#define OPERATIONS_MAX 64
#define PASSING_MAX (30 * SECOND)

#define WITH_VICTIM 0x01
#define WITHOUT_COOKIE 0x02
#define WITH_EVIDENCE 0x04
#define LOSES_JOBS 0x08
#define WITH_CIDS 0x10		/* the victim is known wherever it is */
#define WITH_LIMITS 0x20
#define WITH_TICKETS 0x40
#define MOVES_AT_ONCE 0x80	/* no question to the old address */

struct kept {
	uint8_t data[DATAGRAM_MAX];
	size_t len;
};

struct scene {
	struct simulation world;
	uint8_t bits;
	adtls_engine_t *clients[CLIENTS];
	struct kept kept[KEPT_MAX];	/* clients' datagrams */
	size_t kept_count;
	uint64_t bytes_in[ADDRESSES];
	uint64_t bytes_out[ADDRESSES];
	uint64_t passed_us;
	adtls_engine_t *victim;		/* the server's engine */
	unsigned victim_data;		/* records delivered to it */
	adtls_ticket_t *ticket;		/* of a client */
};

/* For the configuration of the input that runs. */
static uint8_t scene_bits;

static void configure(adtls_config_t *client, adtls_config_t *server)
{
	if ((scene_bits & WITH_TICKETS) != 0)
		FUZZ_REQUIRE(adtls_config_set_resumption(client, true) ==
			     ADTLS_OK);
	if ((scene_bits & WITH_CIDS) == 0)
		return;
	FUZZ_REQUIRE(adtls_config_set_connection_id(client, 0) == ADTLS_OK);
	FUZZ_REQUIRE(adtls_config_set_connection_id(server, 8) == ADTLS_OK);
	if ((scene_bits & MOVES_AT_ONCE) != 0)
		FUZZ_REQUIRE(adtls_config_set_migration(
				     server, ADTLS_MIGRATION_BASIC) ==
			     ADTLS_OK);
}

static void set_limits(struct scene *scene)
{
	adtls_endpoint_limits_t limits;

	adtls_endpoint_limits(scene->world.endpoint, &limits);
	limits.handshakes = 2;
	limits.starts_per_second = 1;
	limits.starts_at_once = 2;
	limits.connections = 3;
	limits.memory = 65536;
	limits.memory_per_peer = ADTLS_MEMORY_PER_PEER_MIN;
	FUZZ_REQUIRE(adtls_endpoint_set_limits(scene->world.endpoint,
					       &limits) == ADTLS_OK);
}

static adtls_address_t address_of(unsigned index)
{
	adtls_address_t address = { .data = { (uint8_t)index }, .len = 5 };

	if (index == VICTIM) {
		memcpy(address.data, "sensor", 6);
		address.len = 6;
	}
	return address;
}

static unsigned index_of(const adtls_address_t *address)
{
	return address->len == 6 ? VICTIM : address->data[0];
}

static void keep(struct scene *scene, const uint8_t *datagram, size_t len)
{
	struct kept *kept = &scene->kept[scene->kept_count];

	if (scene->kept_count == KEPT_MAX || len > sizeof(kept->data))
		return;
	memcpy(kept->data, datagram, len);
	kept->len = len;
	scene->kept_count++;
}

/* What a client says is kept: the input delivers it. */
static void drain_client(struct scene *scene, adtls_engine_t *client)
{
	uint8_t datagram[DATAGRAM_MAX];
	adtls_event_t event;
	size_t len;

	while (adtls_engine_next_event(client, &event)) {
		if (event.type == ADTLS_EVENT_TICKET &&
		    client != scene->world.client_engine) {
			adtls_ticket_free(scene->ticket);
			scene->ticket = adtls_engine_take_ticket(client);
		}
		if (event.type != ADTLS_EVENT_JOB)
			continue;
		adtls_job_run(event.job);
		adtls_engine_finish_job(client, scene->world.now, event.job);
	}
	while ((len = adtls_engine_next_datagram(client, scene->world.now,
						 datagram, sizeof(datagram))) >
	       0)
		keep(scene, datagram, len);
}

static void take_events(struct scene *scene)
{
	adtls_endpoint_t *endpoint = scene->world.endpoint;
	adtls_engine_t *engine;
	adtls_event_t event;

	while (adtls_endpoint_next_event(endpoint, &engine, &event)) {
		if (event.type == ADTLS_EVENT_DATA && engine == scene->victim)
			scene->victim_data++;
		FUZZ_REQUIRE(event.type != ADTLS_EVENT_CLOSED ||
			     engine != scene->victim);
		require_bounded(engine);
		if (event.type != ADTLS_EVENT_JOB)
			continue;
		if ((scene->bits & LOSES_JOBS) != 0) {
			adtls_job_free(event.job);
			continue;
		}
		adtls_job_run(event.job);
		adtls_endpoint_finish_job(endpoint, scene->world.now,
					  event.job);
	}
}

static void deliver_reply(struct scene *scene, unsigned index,
			  uint8_t *datagram, size_t len)
{
	adtls_engine_t *client = index < CLIENTS ? scene->clients[index] : NULL;

	if (index == VICTIM && scene->victim != NULL)
		client = scene->world.client_engine;
	if (client == NULL)
		return;
	adtls_engine_receive(client, scene->world.now, datagram, len);
	if (index != VICTIM)
		drain_client(scene, client);
}

static void drain(struct scene *scene)
{
	adtls_endpoint_t *endpoint = scene->world.endpoint;
	adtls_endpoint_statistics_t statistics;
	uint8_t datagram[DATAGRAM_MAX];
	adtls_address_t to;
	size_t len;

	take_events(scene);
	while ((len = adtls_endpoint_next_datagram(endpoint, scene->world.now,
						   &to, datagram,
						   sizeof(datagram))) > 0) {
		unsigned index = index_of(&to);

		FUZZ_REQUIRE(index < ADDRESSES);
		scene->bytes_out[index] += len;
		deliver_reply(scene, index, datagram, len);
		take_events(scene);
	}
	for (unsigned i = CLIENTS; i < VICTIM; i++)
		FUZZ_REQUIRE(scene->bytes_out[i] <=
			     ENGINE_AMPLIFICATION * scene->bytes_in[i]);
	adtls_endpoint_statistics(endpoint, &statistics);
	FUZZ_REQUIRE(statistics.engines <= ENGINES_MAX);
}

static void receive(struct scene *scene, unsigned index,
		    const uint8_t *datagram, size_t len)
{
	adtls_address_t from = address_of(index);
	uint8_t *copy = malloc(len + 1);

	FUZZ_REQUIRE(copy != NULL);
	if (len > 0)
		memcpy(copy, datagram, len);
	scene->bytes_in[index] += len;
	adtls_endpoint_receive(scene->world.endpoint, scene->world.now, &from,
			       copy, len, NULL);
	drain(scene);
	free(copy);
}

/* A client starts (again) at its address, and resumes if any has a ticket. */
static void start_client(struct scene *scene, unsigned index)
{
	adtls_engine_t **client = &scene->clients[index % CLIENTS];

	adtls_engine_free(*client);
	FUZZ_REQUIRE(adtls_engine_new_client_resuming(
			     scene->world.client_config, "gateway.test",
			     scene->ticket, scene->world.now, client) ==
		     ADTLS_OK);
	scene->ticket = NULL;
	drain_client(scene, *client);
}

/* The newest are the likeliest to be of use. */
static const struct kept *choose_kept(struct scene *scene,
				      struct wire_reader *input)
{
	size_t back = wire_read_u8(input);

	if (scene->kept_count == 0)
		return NULL;
	return &scene->kept[scene->kept_count - 1 - back % scene->kept_count];
}

static void deliver_kept(struct scene *scene, unsigned index,
			 struct wire_reader *input, bool edits)
{
	const struct kept *kept = choose_kept(scene, input);
	uint8_t datagram[DATAGRAM_MAX];
	struct edit edit;
	size_t len;

	if (kept == NULL)
		return;
	len = kept->len;
	memcpy(datagram, kept->data, len);
	if (edits) {
		edit = edit_read(input);
		edit_apply(&edit, datagram, &len, sizeof(datagram));
	}
	receive(scene, index, datagram, len);
}

/* A part of a client's first message, as a fragment in a record of its own. */
static void deliver_fragment(struct scene *scene, unsigned index,
			     struct wire_reader *input)
{
	const struct kept *kept = choose_kept(scene, input);
	struct record_sealer sealer = { .next_sequence = 0 };
	struct handshake_fragment fragment;
	uint8_t datagram[DATAGRAM_MAX + 64];
	struct record_number number;
	struct record_datagram record;
	struct wire_reader reader;
	size_t start = wire_read_u16(input), len = wire_read_u8(input);

	if (kept == NULL)
		return;
	wire_reader_init(&reader, kept->data, kept->len);
	wire_read_bytes(&reader, RECORD_PLAINTEXT_HEADER_LEN);
	if (!handshake_fragment_read(&reader, &fragment) ||
	    fragment.data.len == 0)
		return;
	start %= fragment.data.len;
	fragment.offset += (uint32_t)start;
	fragment.data.data += start;
	fragment.data.len = edit_smaller(len, fragment.data.len - start);
	record_datagram_init(&record, datagram, sizeof(datagram));
	handshake_fragment_write(record_begin(&record, &sealer), &fragment);
	FUZZ_REQUIRE(record_end(&record, RECORD_HANDSHAKE, &number));
	receive(scene, index, datagram, record_datagram_finish(&record));
}

static void pass_time(struct scene *scene, uint64_t us)
{
	if (scene->passed_us + us > PASSING_MAX)
		return;
	scene->passed_us += us;
	scene->world.now.monotonic_us += us;
	adtls_endpoint_tick(scene->world.endpoint, scene->world.now);
	for (size_t i = 0; i < CLIENTS; i++) {
		if (scene->clients[i] == NULL)
			continue;
		adtls_engine_tick(scene->clients[i], scene->world.now);
		drain_client(scene, scene->clients[i]);
	}
	drain(scene);
}

/* The victim says something, as if from this address: its network has changed,
 * or somebody has copied the datagram, who may be quicker. */
static void deliver_victims(struct scene *scene, unsigned index, bool is_copy)
{
	adtls_engine_t *client = scene->world.client_engine;
	uint8_t datagram[DATAGRAM_MAX];
	size_t len;

	if (scene->victim == NULL)
		return;
	adtls_engine_send(client, scene->world.now, "news", 4);
	while ((len = adtls_engine_next_datagram(client, scene->world.now,
						 datagram, sizeof(datagram))) >
	       0) {
		receive(scene, index, datagram, len);
		if (is_copy)
			receive(scene, VICTIM, datagram, len);
	}
}

static void operate(struct scene *scene, struct wire_reader *input)
{
	uint8_t choice = wire_read_u8(input);
	unsigned index = choice / 8 % ADDRESSES;
	adtls_bytes_t bytes;

	if (choice >= 128 && choice % 8 == 3) {
		deliver_victims(scene, index, choice >= 192);
		return;
	}
	switch (choice % 8) {
	case 0:
		bytes = fuzz_take(input, wire_read_u8(input));
		receive(scene, index, bytes.data, bytes.len);
		return;
	case 1:
		start_client(scene, index);
		return;
	case 2:
	case 3:
		deliver_kept(scene, index, input, false);
		return;
	case 4:
	case 5:
		deliver_kept(scene, index, input, true);
		return;
	case 6:
		deliver_fragment(scene, index, input);
		return;
	default:
		pass_time(scene, wire_read_u8(input) * (SECOND / 20));
		return;
	}
}

static void start_victim(struct scene *scene)
{
	FUZZ_REQUIRE(simulation_connect(&scene->world, 10 * SECOND));
	/* Until all is acknowledged. */
	simulation_run(&scene->world,
		       scene->world.now.monotonic_us + 2 * SECOND);
	scene->victim = scene->world.server_engine;
}

/* Its datagrams reach the server, and are delivered. */
static void check_victim(struct scene *scene)
{
	adtls_engine_t *client = scene->world.client_engine;
	uint8_t datagram[DATAGRAM_MAX];
	unsigned before = scene->victim_data;
	size_t len;

	FUZZ_REQUIRE(!adtls_engine_is_closed(client));
	FUZZ_REQUIRE(adtls_engine_send(client, scene->world.now, "alive", 5) ==
		     ADTLS_OK);
	while ((len = adtls_engine_next_datagram(client, scene->world.now,
						 datagram, sizeof(datagram))) >
	       0)
		receive(scene, VICTIM, datagram, len);
	FUZZ_REQUIRE(scene->victim_data == before + 1);
}

static void clear(struct scene *scene, struct simulation_options *options)
{
	for (size_t i = 0; i < CLIENTS; i++)
		adtls_engine_free(scene->clients[i]);
	adtls_ticket_free(scene->ticket);
	simulation_clear(&scene->world);
	adtls_attester_unref(options->attester);
	adtls_policy_unref(options->policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct scene scene;
	struct simulation_options options = { .seed = 1,
					      .configure = configure };
	struct wire_reader input;

	wire_reader_init(&input, data, size);
	scene = (struct scene){ .bits = wire_read_u8(&input) };
	scene_bits = scene.bits;
	options.no_cookie = (scene.bits & WITHOUT_COOKIE) != 0;
	if ((scene.bits & WITH_EVIDENCE) != 0) {
		options.policy = simulation_policy("require");
		options.attester = simulation_attester(0xaa);
	}
	simulation_init(&scene.world, &options);
	if ((scene.bits & WITH_VICTIM) != 0)
		start_victim(&scene);
	if ((scene.bits & WITH_LIMITS) != 0)
		set_limits(&scene);
	for (unsigned i = 0; i < OPERATIONS_MAX && wire_reader_more(&input);
	     i++)
		operate(&scene, &input);
	if (scene.victim != NULL)
		check_victim(&scene);
	clear(&scene, &options);
	return 0;
}
