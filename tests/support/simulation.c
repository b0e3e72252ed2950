/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The deterministic world of the scenario tests. */
#include "tests/support/simulation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/simulation_credentials.h"

#define DELAY_DEFAULT_US 20000

/* Timers that fire at one time, at most: more is a loop without end. */
#define IDLE_TICKS_MAX 1000

struct simulation_packet {
	struct simulation_packet *next;
	uint64_t arrives_us;
	uint64_t serial;	/* order of sending, for equal times */
	enum simulation_direction direction;
	const char *from;	/* of those to the server */
	size_t len;
	uint8_t data[];
};

struct simulation_job {
	struct simulation_job *next;
	uint64_t done_us;
	adtls_role_t owner;
	adtls_job_t *job;
};

static adtls_bytes_t text_bytes(const char *text)
{
	return (adtls_bytes_t){ (const uint8_t *)text, strlen(text) };
}

static int fill_random(void *context, uint8_t *out, size_t len)
{
	struct seeded_random *random = context;

	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)seeded_random_next(random);
	return 0;
}

static adtls_credentials_t *make_credentials(const char *certificate,
					     const char *key)
{
	adtls_credentials_t *credentials;

	assert_int_equal(adtls_credentials_new(ADTLS_CREDENTIALS_REPRODUCIBLE,
					       &credentials),
			 ADTLS_OK);
	assert_int_equal(adtls_credentials_add_trust_mem(
				 credentials,
				 text_bytes(simulation_root_certificate)),
			 ADTLS_OK);
	assert_int_equal(adtls_credentials_set_key_mem(credentials,
						       text_bytes(certificate),
						       text_bytes(key)),
			 ADTLS_OK);
	return credentials;
}

static adtls_config_t *make_config(const struct simulation_options *options,
				   struct seeded_random *random,
				   const char *certificate, const char *key,
				   size_t mtu)
{
	adtls_credentials_t *credentials = make_credentials(certificate, key);
	adtls_config_t *config;

	assert_int_equal(adtls_config_new(&config), ADTLS_OK);
	assert_int_equal(adtls_config_set_credentials(config, credentials),
			 ADTLS_OK);
	adtls_credentials_unref(credentials);
	assert_int_equal(adtls_config_set_random(config, fill_random, random),
			 ADTLS_OK);
	if (mtu != 0)
		assert_int_equal(adtls_config_set_mtu(config, mtu), ADTLS_OK);
	if (options->timer_initial_us != 0)
		assert_int_equal(adtls_config_set_timer(
					 config, ADTLS_TIMER_MEASURED,
					 options->timer_initial_us, 0),
				 ADTLS_OK);
	if (options->handshake_deadline_us != 0)
		assert_int_equal(adtls_config_set_handshake_deadline(
					 config,
					 options->handshake_deadline_us),
				 ADTLS_OK);
	if (options->trace != NULL)
		adtls_config_set_trace(config, options->trace, NULL);
	return config;
}

static void make_configs(struct simulation *world)
{
	const struct simulation_options *options = &world->options;

	world->client_config = make_config(options, &world->client_random,
					   simulation_client_certificate,
					   simulation_client_key,
					   options->client_mtu);
	world->server_config = make_config(options, &world->server_random,
					   simulation_server_certificate,
					   simulation_server_key,
					   options->server_mtu);
	adtls_config_set_cookie(world->server_config, !options->no_cookie);
	if (options->client_certificate)
		adtls_config_set_client_authentication(
			world->server_config,
			ADTLS_CLIENT_AUTHENTICATION_REQUIRE);
	if (options->attester != NULL)
		assert_int_equal(adtls_config_set_attester(world->client_config,
							   options->attester),
				 ADTLS_OK);
	adtls_config_set_require_attestation(
		world->client_config, options->client_requires_attestation);
	if (options->policy != NULL)
		assert_int_equal(adtls_config_set_policy(world->server_config,
							 options->policy,
							 options->verifier),
				 ADTLS_OK);
	if (options->attestation_limit != 0)
		adtls_config_set_attestation_limit(world->server_config,
						   options->attestation_limit);
	if (options->configure != NULL)
		options->configure(world->client_config, world->server_config);
}

void simulation_init(struct simulation *world,
		     const struct simulation_options *options)
{
	*world = (struct simulation){ .options = *options };
	world->network = seeded_random_of(options->seed);
	world->client_random = seeded_random_of(options->seed ^ 0xc11e47);
	world->server_random = seeded_random_of(options->seed ^ 0x5e44e4);
	world->now = (adtls_time_t){ 1000000, SIMULATION_UTC };
	world->client_address = "sensor";
	world->server_name = "gateway.test";
	if (world->options.delay_us == 0)
		world->options.delay_us = DELAY_DEFAULT_US;
	make_configs(world);
	assert_int_equal(adtls_endpoint_new(world->server_config, world->now,
					    &world->endpoint),
			 ADTLS_OK);
	assert_int_equal(adtls_engine_new_client(world->client_config,
						 world->server_name, world->now,
						 &world->client_engine),
			 ADTLS_OK);
}

static void clear_network(struct simulation *world)
{
	while (world->packets != NULL) {
		struct simulation_packet *packet = world->packets;

		world->packets = packet->next;
		free(packet);
	}
}

void simulation_reconnect(struct simulation *world, adtls_ticket_t *ticket)
{
	clear_network(world);
	adtls_engine_free(world->client_engine);
	if (world->server_engine != NULL)
		adtls_endpoint_release(world->endpoint, world->server_engine);
	world->client = (struct simulation_side){ 0 };
	world->server = (struct simulation_side){ 0 };
	world->server_engine = NULL;
	assert_int_equal(adtls_engine_new_client_resuming(
				 world->client_config, world->server_name,
				 ticket, world->now, &world->client_engine),
			 ADTLS_OK);
}

void simulation_clear(struct simulation *world)
{
	clear_network(world);
	while (world->jobs != NULL) {
		struct simulation_job *job = world->jobs;

		world->jobs = job->next;
		adtls_job_free(job->job);
		free(job);
	}
	adtls_engine_free(world->client_engine);
	adtls_endpoint_free(world->endpoint);
	adtls_config_unref(world->client_config);
	adtls_config_unref(world->server_config);
}

/* The network */

static bool is_before(const struct simulation_packet *a,
		      const struct simulation_packet *b)
{
	return a->arrives_us != b->arrives_us ?
		       a->arrives_us < b->arrives_us :
		       a->serial < b->serial;
}

static void put_packet(struct simulation *world,
		       enum simulation_direction direction, const char *from,
		       const uint8_t *data, size_t len)
{
	struct simulation_packet **at = &world->packets;
	struct simulation_packet *packet = malloc(sizeof(*packet) + len);
	uint64_t jitter = world->options.jitter_us;

	assert_non_null(packet);
	packet->arrives_us = world->now.monotonic_us + world->options.delay_us;
	if (jitter > 0)
		packet->arrives_us += seeded_random_next(&world->network) %
				      jitter;
	packet->serial = world->packet_serial++;
	packet->direction = direction;
	packet->from = from;
	packet->len = len;
	memcpy(packet->data, data, len);
	while (*at != NULL && is_before(*at, packet))
		at = &(*at)->next;
	packet->next = *at;
	*at = packet;
}

void simulation_inject(struct simulation *world,
		       enum simulation_direction direction,
		       const uint8_t *datagram, size_t len)
{
	put_packet(world, direction, world->client_address, datagram, len);
}

void simulation_inject_from(struct simulation *world, const char *address,
			    const uint8_t *datagram, size_t len)
{
	put_packet(world, TO_SERVER, address, datagram, len);
}

static bool happens(struct simulation *world, unsigned percent)
{
	return percent > 0 &&
	       seeded_random_below(&world->network, 100) < percent;
}

static void transmit(struct simulation *world,
		     enum simulation_direction direction, uint8_t *data,
		     size_t len)
{
	struct simulation_side *side =
		direction == TO_SERVER ? &world->client : &world->server;
	enum simulation_fate fate = DELIVER;
	unsigned index = side->datagrams++;

	side->bytes += len;
	if (world->options.filter != NULL)
		fate = world->options.filter(world, direction, index, data,
					     &len);
	if (fate == LOSE || happens(world, world->options.loss_percent))
		return;
	put_packet(world, direction, world->client_address, data, len);
	if (fate == DUPLICATE ||
	    happens(world, world->options.duplicate_percent))
		put_packet(world, direction, world->client_address, data, len);
}

/* Events */

static uint64_t job_duration(const struct simulation *world,
			     const adtls_job_t *job)
{
	switch (adtls_job_kind(job)) {
	case ADTLS_JOB_SIGN:
		return world->options.sign_us;
	case ADTLS_JOB_EVIDENCE:
		return world->options.evidence_us;
	case ADTLS_JOB_APPRAISE:
		return world->options.appraisal_us;
	}
	return 0;
}

static void start_job(struct simulation *world, adtls_role_t owner,
		      adtls_job_t *job)
{
	struct simulation_job *item = malloc(sizeof(*item));

	assert_non_null(item);
	item->done_us = world->now.monotonic_us + job_duration(world, job);
	if (world->options.loses_appraisals &&
	    adtls_job_kind(job) == ADTLS_JOB_APPRAISE)
		item->done_us = ADTLS_NEVER;
	item->owner = owner;
	item->job = job;
	item->next = world->jobs;
	world->jobs = item;
}

static void note_event(struct simulation *world, struct simulation_side *side,
		       adtls_engine_t *engine, const adtls_event_t *event)
{
	switch (event->type) {
	case ADTLS_EVENT_CONNECTED:
		side->connected = true;
		side->connected_us = world->now.monotonic_us;
		break;
	case ADTLS_EVENT_AUTHORIZED:
		side->authorized = true;
		break;
	case ADTLS_EVENT_REFUSED:
		side->refused = true;
		break;
	case ADTLS_EVENT_DATA:
		side->data_count++;
		side->data_len = event->data.len < sizeof(side->data) ?
					 event->data.len :
					 sizeof(side->data);
		memcpy(side->data, event->data.data, side->data_len);
		break;
	case ADTLS_EVENT_JOB:
		start_job(world, adtls_engine_role(engine), event->job);
		break;
	case ADTLS_EVENT_KEYS_UPDATED:
		side->keys_updated++;
		break;
	case ADTLS_EVENT_TICKET:
		side->tickets++;
		break;
	case ADTLS_EVENT_PEER_MOVED:
		side->moved++;
		break;
	case ADTLS_EVENT_CONNECTION_IDS:
		side->new_cids++;
		break;
	case ADTLS_EVENT_CLOSED:
		side->closed = true;
		side->reason = event->reason;
		side->alert = event->alert;
		side->alert_received = event->alert_received;
		adtls_engine_reason(engine, side->detail,
				    sizeof(side->detail));
		break;
	}
}

static bool drain_client(struct simulation *world)
{
	uint8_t datagram[SIMULATION_DATAGRAM_MAX];
	adtls_event_t event;
	bool any = false;
	size_t len;

	while (adtls_engine_next_event(world->client_engine, &event)) {
		note_event(world, &world->client, world->client_engine, &event);
		any = true;
	}
	while ((len = adtls_engine_next_datagram(world->client_engine,
						 world->now, datagram,
						 sizeof(datagram))) > 0) {
		transmit(world, TO_SERVER, datagram, len);
		any = true;
	}
	return any;
}

/* Where did the server send it: to the client, or where it is not? */
static void transmit_from_server(struct simulation *world,
				 const adtls_address_t *to, uint8_t *datagram,
				 size_t len)
{
	char address[ADTLS_ADDRESS_MAX + 1];

	memcpy(address, to->data, to->len);
	address[to->len] = '\0';
	if (world->options.stray == NULL ||
	    strcmp(address, world->client_address) == 0)
		transmit(world, TO_CLIENT, datagram, len);
	else
		world->options.stray(world, address, datagram, len);
}

static bool drain_server(struct simulation *world)
{
	uint8_t datagram[SIMULATION_DATAGRAM_MAX];
	adtls_engine_t *engine;
	adtls_address_t to;
	adtls_event_t event;
	bool any = false;
	size_t len;

	while (adtls_endpoint_next_event(world->endpoint, &engine, &event)) {
		note_event(world, &world->server, engine, &event);
		any = true;
	}
	while ((len = adtls_endpoint_next_datagram(world->endpoint, world->now,
						   &to, datagram,
						   sizeof(datagram))) > 0) {
		transmit_from_server(world, &to, datagram, len);
		any = true;
	}
	return any;
}

static void drain(struct simulation *world)
{
	bool any;

	do {
		any = drain_client(world);
		any = drain_server(world) || any;
	} while (any);
}

/* Time */

static void deliver(struct simulation *world)
{
	struct simulation_packet *packet = world->packets;
	adtls_address_t address = { .len = strlen(packet->from) };
	adtls_engine_t *engine;

	world->packets = packet->next;
	if (world->options.observer != NULL)
		world->options.observer(world, packet->direction, packet->data,
					packet->len);
	if (packet->direction == TO_CLIENT) {
		adtls_engine_receive(world->client_engine, world->now,
				     packet->data, packet->len);
	} else {
		memcpy(address.data, packet->from, address.len);
		engine = adtls_endpoint_receive(world->endpoint, world->now,
						&address, packet->data,
						packet->len, NULL);
		if (engine != NULL)
			world->server_engine = engine;
	}
	drain(world);
	free(packet);
}

static struct simulation_job **earliest_job(struct simulation *world)
{
	struct simulation_job **earliest = NULL;

	for (struct simulation_job **at = &world->jobs; *at != NULL;
	     at = &(*at)->next) {
		if (earliest == NULL || (*at)->done_us < (*earliest)->done_us)
			earliest = at;
	}
	return earliest;
}

static void finish_job(struct simulation *world, struct simulation_job **at)
{
	struct simulation_job *item = *at;

	*at = item->next;
	adtls_job_run(item->job);
	if (item->owner == ADTLS_CLIENT)
		adtls_engine_finish_job(world->client_engine, world->now,
					item->job);
	else
		adtls_endpoint_finish_job(world->endpoint, world->now,
					  item->job);
	free(item);
	drain(world);
}

static void set_time(struct simulation *world, uint64_t now_us)
{
	world->now.utc_s = SIMULATION_UTC + (int64_t)(now_us / 1000000);
	world->now.monotonic_us = now_us;
}

static uint64_t min_time(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* One step: the next packet, job or timer. False: nothing before @until_us. */
static bool step(struct simulation *world, uint64_t until_us)
{
	struct simulation_job **job;
	uint64_t packet_us, job_us, next_us;

	drain(world);
	job = earliest_job(world);
	packet_us = world->packets != NULL ? world->packets->arrives_us :
					     ADTLS_NEVER;
	job_us = job != NULL ? (*job)->done_us : ADTLS_NEVER;
	next_us = min_time(adtls_engine_deadline(world->client_engine),
			   adtls_endpoint_deadline(world->endpoint));
	next_us = min_time(next_us, min_time(packet_us, job_us));
	if (next_us == ADTLS_NEVER || next_us > until_us)
		return false;
	if (next_us > world->now.monotonic_us) {
		set_time(world, next_us);
		world->idle_ticks = 0;
	}
	if (job_us == next_us) {
		finish_job(world, job);
		return true;
	}
	if (packet_us == next_us) {
		deliver(world);
		return true;
	}
	if (world->idle_ticks++ == IDLE_TICKS_MAX)
		fail_msg("seed %u: a deadline has passed and stays",
			 (unsigned)world->options.seed);
	adtls_engine_tick(world->client_engine, world->now);
	adtls_endpoint_tick(world->endpoint, world->now);
	if (world->server_engine != NULL && world->server.closed)
		world->server_engine = NULL;
	drain(world);
	return true;
}

void simulation_run(struct simulation *world, uint64_t until_us)
{
	while (step(world, until_us))
		;
	if (world->now.monotonic_us < until_us)
		set_time(world, until_us);
}

static bool is_settled(const struct simulation *world)
{
	if (!world->client.connected || !world->server.connected)
		return false;
	return world->server.authorized ||
	       adtls_engine_authorization(world->server_engine) ==
		       ADTLS_AUTHORIZATION_NONE;
}

bool simulation_connect(struct simulation *world, uint64_t until_us)
{
	while (!world->client.closed && !world->server.closed &&
	       !is_settled(world)) {
		if (!step(world, until_us))
			return false;
	}
	return !world->client.closed && !world->server.closed;
}

int simulation_send(struct simulation *world, adtls_role_t from,
		    const void *data, size_t len)
{
	int error;

	if (from == ADTLS_CLIENT)
		return adtls_engine_send(world->client_engine, world->now, data,
					 len);
	assert_non_null(world->server_engine);
	error = adtls_engine_send(world->server_engine, world->now, data, len);
	adtls_endpoint_touch(world->endpoint, world->server_engine);
	return error;
}
