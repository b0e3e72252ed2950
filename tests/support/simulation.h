/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A deterministic world: a client's engine, a server's endpoint, a network with
 * faults between them, a virtual clock, jobs that take virtual time. The same
 * seed gives the same run, byte for byte.
 *
 *   simulation_init(&world, &options);
 *   simulation_run(&world, until_us);
 *   ... look at world.client, world.server ...
 *   simulation_clear(&world);
 *
 * Helpers that cannot do their work fail the test that runs. */
#ifndef TESTS_SUPPORT_SIMULATION_H
#define TESTS_SUPPORT_SIMULATION_H

#include <adtls/endpoint.h>
#include <adtls/engine.h>

#include "tests/support/seeded_random.h"

#define SIMULATION_UTC 1793000000	/* 2026-10-26 */
#define SIMULATION_DATAGRAM_MAX 65536
#define SIMULATION_DATA_MAX 64

enum simulation_direction {
	TO_SERVER,
	TO_CLIENT
};

enum simulation_fate {
	DELIVER,
	LOSE,
	DUPLICATE
};

struct simulation;

/* Decides about each datagram, may change its bytes. @index counts from 0 in
 * its direction. */
typedef enum simulation_fate (*simulation_filter)(
	struct simulation *world, enum simulation_direction direction,
	unsigned index, uint8_t *datagram, size_t *len);

/* Sees each datagram just before it is handed over. */
typedef void (*simulation_observer)(struct simulation *world,
				    enum simulation_direction direction,
				    const uint8_t *datagram, size_t len);

/* Sees each datagram that the server sends to an address where the client is not;
 * without one they are delivered all the same. */
typedef void (*simulation_stray)(struct simulation *world, const char *address,
				 const uint8_t *datagram, size_t len);

struct simulation_options {
	uint64_t seed;
	size_t client_mtu;		/* 0: the default */
	size_t server_mtu;
	unsigned loss_percent;		/* each way */
	unsigned duplicate_percent;
	uint64_t delay_us;		/* one way; 0: 20 ms */
	uint64_t jitter_us;		/* added at random: reorders */
	simulation_filter filter;	/* before loss; NULL: none */
	void *filter_context;
	simulation_observer observer;	/* NULL: none; same context */
	simulation_stray stray;

	bool no_cookie;
	bool client_certificate;	/* the server requires one */
	uint64_t timer_initial_us;	/* 0: the default */
	uint64_t handshake_deadline_us;	/* 0: the default */

	adtls_attester_t *attester;	/* client; reference taken */
	adtls_policy_t *policy;		/* server; reference taken */
	adtls_verifier_t *verifier;	/* server; NULL: local */
	size_t attestation_limit;	/* server; 0: the default */
	bool client_requires_attestation;
	uint64_t sign_us;		/* how long jobs take */
	uint64_t evidence_us;
	uint64_t appraisal_us;
	bool loses_appraisals;		/* jobs that never come back */

	/* The last word on the configurations. */
	void (*configure)(adtls_config_t *client, adtls_config_t *server);
	void (*trace)(void *context, const char *line);
};

/* What one side saw. */
struct simulation_side {
	bool connected;
	bool authorized;
	bool refused;
	bool closed;
	adtls_reason_t reason;
	adtls_alert_t alert;
	bool alert_received;
	char detail[256];
	unsigned keys_updated;
	unsigned tickets;
	unsigned moved;
	unsigned new_cids;
	unsigned data_count;
	uint8_t data[SIMULATION_DATA_MAX];	/* of the last record */
	size_t data_len;
	uint64_t connected_us;
	unsigned datagrams;		/* sent */
	uint64_t bytes;
};

struct simulation_packet;
struct simulation_job;

struct simulation {
	struct simulation_options options;
	struct seeded_random network;	/* network faults */
	struct seeded_random client_random;
	struct seeded_random server_random;
	adtls_time_t now;
	adtls_config_t *client_config;
	adtls_config_t *server_config;
	adtls_engine_t *client_engine;
	adtls_endpoint_t *endpoint;
	adtls_engine_t *server_engine;	/* of the client's connection, or NULL */
	const char *client_address;	/* as the server sees it; a string that stays */
	const char *server_name;	/* whom the client means */
	struct simulation_side client;
	struct simulation_side server;
	struct simulation_packet *packets;
	struct simulation_job *jobs;
	uint64_t packet_serial;
	unsigned idle_ticks;	/* in a row without time going on */
};

void simulation_init(struct simulation *world,
		     const struct simulation_options *options);
void simulation_clear(struct simulation *world);
/* Run until nothing is left to do or the clock reaches @until_us. */
void simulation_run(struct simulation *world, uint64_t until_us);
/* Run until both sides are connected and, where Evidence was negotiated, the
 * client is authorized; false if @until_us came first or somebody closed. */
bool simulation_connect(struct simulation *world, uint64_t until_us);
/* Connect to the same server again, once both sides have forgotten the connection
 * without a word: with a client that resumes with @ticket, which it takes over;
 * NULL: none. */
void simulation_reconnect(struct simulation *world, adtls_ticket_t *ticket);
/* Send @len bytes from one side; an adtls error code. */
int simulation_send(struct simulation *world, adtls_role_t from,
		    const void *data, size_t len);
/* Bring a datagram in from outside: an attacker's. */
void simulation_inject(struct simulation *world,
		       enum simulation_direction direction,
		       const uint8_t *datagram, size_t len);

/* The same to the server, from another address than the client's. */
void simulation_inject_from(struct simulation *world, const char *address,
			    const uint8_t *datagram, size_t len);

/* Ready-made parts; the caller owns a reference. */

/* A policy that requires Evidence and grants the genuine software attester. */
adtls_policy_t *simulation_policy(const char *peer_attestation);
/* The same for one device alone, by its UEID in hexadecimal, with more @members
 * (",\"name\": value"); the software attester's is SIMULATION_UEID. */
#define SIMULATION_UEID "010001020304050607"
adtls_policy_t *simulation_device_policy(const char *peer_attestation,
					 const char *ueid_hex,
					 const char *members);
/* The software attester; @measurement_byte 0xaa is the reference value. */
adtls_attester_t *simulation_attester(uint8_t measurement_byte);
/* An attester whose CMW, valid in every respect, has exactly @cmw_len bytes. */
adtls_attester_t *simulation_bulk_attester(size_t cmw_len);

#endif
