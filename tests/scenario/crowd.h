/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server's endpoint and several clients, each at an address of its own. The
 * network loses nothing and takes no time, jobs are done at once unless the
 * test keeps them, and the clock stands where the test puts it. For losses and
 * delays there is tests/support/simulation.h. */
#ifndef TESTS_SCENARIO_CROWD_H
#define TESTS_SCENARIO_CROWD_H

#include <adtls/endpoint.h>

#include "tests/support/seeded_random.h"

#define CROWD_MEMBERS_MAX 8
#define CROWD_JOBS_MAX	  32

/* What has happened to one end of a connection. */
struct crowd_side {
	unsigned connected;
	unsigned closed;
	adtls_reason_t reason; /* of the last */
	adtls_alert_t alert;
	bool alert_received;
	char detail[256];
	unsigned data_count;
	uint8_t data[64]; /* of the last */
	size_t data_len;
};

struct crowd_member {
	adtls_engine_t *engine;
	adtls_address_t address;
	bool is_away; /* datagrams to it are lost */
	struct crowd_side client;
	struct crowd_side server; /* of all connections at its address */
};

struct crowd {
	adtls_time_t now;
	struct seeded_random random;
	adtls_config_t *client_config;
	adtls_config_t *server_config;
	adtls_endpoint_t *endpoint;
	struct crowd_member members[CROWD_MEMBERS_MAX];
	size_t count;
	const char *greeting; /* what clients send once connected; NULL */
	bool keeps_jobs;      /* in @jobs, where the test takes them */
	adtls_job_t *jobs[CROWD_JOBS_MAX];
	size_t job_count;
};

/* Configurations with fixed randomness; the test adds credentials. */
void crowd_init(struct crowd *crowd);
/* Set the credentials of one side; takes the reference over. */
void crowd_set_credentials(adtls_config_t *config,
			   adtls_credentials_t *credentials);
/* The same with those of server.example and client.example. */
void crowd_set_usual_credentials(struct crowd *crowd);
void crowd_clear(struct crowd *crowd);

/* A client that calls @server_name from @address; its first datagram waits for
 * crowd_run(). The first also makes the endpoint. */
struct crowd_member *crowd_join(struct crowd *crowd, const char *address,
				const char *server_name);
/* Pass datagrams and events until nobody has any. */
void crowd_run(struct crowd *crowd);
/* Pass what the endpoint has, and leave it at that. */
void crowd_pass_to_clients(struct crowd *crowd);
/* Let time go by, timers included. */
void crowd_wait(struct crowd *crowd, uint64_t us);
/* Join and run; fails unless both sides are connected. */
struct crowd_member *crowd_connect(struct crowd *crowd, const char *address);
/* The server's engine for a member, or NULL. */
adtls_engine_t *crowd_server_engine(const struct crowd *crowd,
				    const struct crowd_member *member);
adtls_endpoint_statistics_t crowd_statistics(const struct crowd *crowd);

#endif
