/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A server's endpoint and several clients. */
#include "tests/scenario/crowd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/test_credentials.h"

#define DATAGRAM_MAX 2048
#define START_US     1000000

static int fill_random(void *context, uint8_t *out, size_t len)
{
	struct seeded_random *random = context;

	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)seeded_random_next(random);
	return 0;
}

static adtls_config_t *make_config(struct crowd *crowd)
{
	adtls_config_t *config;

	assert_int_equal(adtls_config_new(&config), ADTLS_OK);
	assert_int_equal(
		adtls_config_set_random(config, fill_random, &crowd->random),
		ADTLS_OK);
	return config;
}

void crowd_init(struct crowd *crowd)
{
	*crowd = (struct crowd){ .now = { START_US, TEST_UTC },
				 .random = seeded_random_of(1) };
	crowd->client_config = make_config(crowd);
	crowd->server_config = make_config(crowd);
}

void crowd_set_credentials(adtls_config_t *config,
			   adtls_credentials_t *credentials)
{
	assert_int_equal(adtls_config_set_credentials(config, credentials),
			 ADTLS_OK);
	adtls_credentials_unref(credentials);
}

void crowd_set_usual_credentials(struct crowd *crowd)
{
	crowd_set_credentials(crowd->client_config,
			      test_credentials(&test_client));
	crowd_set_credentials(crowd->server_config,
			      test_credentials(&test_server));
}

void crowd_clear(struct crowd *crowd)
{
	while (crowd->job_count > 0)
		adtls_job_free(crowd->jobs[--crowd->job_count]);
	for (size_t i = 0; i < crowd->count; i++)
		adtls_engine_free(crowd->members[i].engine);
	adtls_endpoint_free(crowd->endpoint);
	adtls_config_unref(crowd->client_config);
	adtls_config_unref(crowd->server_config);
}

struct crowd_member *crowd_join(struct crowd *crowd, const char *address,
				const char *server_name)
{
	struct crowd_member *member = &crowd->members[crowd->count++];

	assert_in_range(crowd->count, 1, CROWD_MEMBERS_MAX);
	if (crowd->endpoint == NULL)
		assert_int_equal(adtls_endpoint_new(crowd->server_config,
						    crowd->now,
						    &crowd->endpoint),
				 ADTLS_OK);
	member->address.len = strlen(address);
	memcpy(member->address.data, address, member->address.len);
	assert_int_equal(adtls_engine_new_client(crowd->client_config,
						 server_name, crowd->now,
						 &member->engine),
			 ADTLS_OK);
	return member;
}

static void take_job(struct crowd *crowd, adtls_engine_t *engine,
		     adtls_job_t *job)
{
	if (crowd->keeps_jobs) {
		assert_in_range(crowd->job_count, 0, CROWD_JOBS_MAX - 1);
		crowd->jobs[crowd->job_count++] = job;
		return;
	}
	adtls_job_run(job);
	if (adtls_engine_role(engine) == ADTLS_SERVER)
		adtls_endpoint_finish_job(crowd->endpoint, crowd->now, job);
	else
		adtls_engine_finish_job(engine, crowd->now, job);
}

static void note_data(struct crowd_side *side, adtls_bytes_t data)
{
	side->data_count++;
	side->data_len = data.len < sizeof(side->data) ? data.len
						       : sizeof(side->data);
	if (side->data_len > 0)
		memcpy(side->data, data.data, side->data_len);
}

static void greet(const struct crowd *crowd, adtls_engine_t *engine)
{
	if (crowd->greeting == NULL ||
	    adtls_engine_role(engine) != ADTLS_CLIENT)
		return;
	assert_int_equal(adtls_engine_send(engine, crowd->now, crowd->greeting,
					   strlen(crowd->greeting)),
			 ADTLS_OK);
}

static void note_event(struct crowd *crowd, struct crowd_side *side,
		       adtls_engine_t *engine, const adtls_event_t *event)
{
	switch (event->type) {
	case ADTLS_EVENT_CONNECTED:
		side->connected++;
		greet(crowd, engine);
		return;
	case ADTLS_EVENT_DATA:
		note_data(side, event->data);
		return;
	case ADTLS_EVENT_JOB:
		take_job(crowd, engine, event->job);
		return;
	case ADTLS_EVENT_CLOSED:
		side->closed++;
		side->reason = event->reason;
		side->alert = event->alert;
		side->alert_received = event->alert_received;
		adtls_engine_reason(engine, side->detail, sizeof(side->detail));
		return;
	default:
		return;
	}
}

static bool is_at(const struct crowd_member *member,
		  const adtls_address_t *address)
{
	return member->address.len == address->len &&
	       memcmp(member->address.data, address->data, address->len) == 0;
}

/* The newest member at an address. */
static struct crowd_member *member_at(struct crowd *crowd,
				      const adtls_address_t *address)
{
	for (size_t i = crowd->count; i > 0; i--) {
		if (is_at(&crowd->members[i - 1], address))
			return &crowd->members[i - 1];
	}
	return NULL;
}

static bool take_client_events(struct crowd *crowd, struct crowd_member *member)
{
	adtls_event_t event;
	bool any = false;

	while (adtls_engine_next_event(member->engine, &event)) {
		note_event(crowd, &member->client, member->engine, &event);
		any = true;
	}
	return any;
}

static bool take_server_events(struct crowd *crowd)
{
	struct crowd_member *member;
	adtls_engine_t *engine;
	adtls_event_t event;
	bool any = false;

	while (adtls_endpoint_next_event(crowd->endpoint, &engine, &event)) {
		member = member_at(
			crowd, adtls_endpoint_address(crowd->endpoint, engine));
		assert_non_null(member);
		note_event(crowd, &member->server, engine, &event);
		any = true;
	}
	return any;
}

/* After each datagram all that it brings is taken, as it lends its bytes to
 * events, and as the front door has one answer at a time. */

static bool run_endpoint(struct crowd *crowd)
{
	bool any = take_server_events(crowd);
	uint8_t datagram[DATAGRAM_MAX];
	struct crowd_member *member;
	adtls_address_t to;
	size_t len;

	while ((len = adtls_endpoint_next_datagram(crowd->endpoint, crowd->now,
						   &to, datagram,
						   sizeof(datagram))) > 0) {
		any = true;
		member = member_at(crowd, &to);
		if (member == NULL || member->is_away)
			continue;
		adtls_engine_receive(member->engine, crowd->now, datagram, len);
		take_client_events(crowd, member);
	}
	return any;
}

static bool run_member(struct crowd *crowd, struct crowd_member *member)
{
	bool any = take_client_events(crowd, member);
	uint8_t datagram[DATAGRAM_MAX];
	size_t len;

	while ((len = adtls_engine_next_datagram(member->engine, crowd->now,
						 datagram, sizeof(datagram))) >
	       0) {
		any = true;
		if (member->is_away)
			continue;
		adtls_endpoint_receive(crowd->endpoint, crowd->now,
				       &member->address, datagram, len, NULL);
		run_endpoint(crowd);
	}
	return any;
}

void crowd_run(struct crowd *crowd)
{
	bool any;

	do {
		any = run_endpoint(crowd);
		for (size_t i = 0; i < crowd->count; i++)
			any = run_member(crowd, &crowd->members[i]) || any;
	} while (any);
}

void crowd_pass_to_clients(struct crowd *crowd)
{
	run_endpoint(crowd);
}

static uint64_t next_deadline(const struct crowd *crowd)
{
	uint64_t deadline = adtls_endpoint_deadline(crowd->endpoint);

	for (size_t i = 0; i < crowd->count; i++) {
		uint64_t other =
			adtls_engine_deadline(crowd->members[i].engine);

		if (other < deadline)
			deadline = other;
	}
	return deadline;
}

void crowd_wait(struct crowd *crowd, uint64_t us)
{
	uint64_t until_us = crowd->now.monotonic_us + us;
	uint64_t deadline;

	crowd_run(crowd);
	while ((deadline = next_deadline(crowd)) <= until_us) {
		if (deadline > crowd->now.monotonic_us)
			crowd->now.monotonic_us = deadline;
		for (size_t i = 0; i < crowd->count; i++)
			adtls_engine_tick(crowd->members[i].engine, crowd->now);
		adtls_endpoint_tick(crowd->endpoint, crowd->now);
		crowd_run(crowd);
	}
	crowd->now.monotonic_us = until_us;
}

struct crowd_member *crowd_connect(struct crowd *crowd, const char *address)
{
	struct crowd_member *member =
		crowd_join(crowd, address, TEST_SERVER_NAME);

	crowd_run(crowd);
	if (member->client.connected != 1 || member->server.connected != 1)
		fail_msg("%s: client \"%s\", server \"%s\"", address,
			 member->client.detail, member->server.detail);
	return member;
}

adtls_engine_t *crowd_server_engine(const struct crowd *crowd,
				    const struct crowd_member *member)
{
	return adtls_endpoint_find(crowd->endpoint, &member->address);
}

adtls_endpoint_statistics_t crowd_statistics(const struct crowd *crowd)
{
	adtls_endpoint_statistics_t statistics;

	adtls_endpoint_statistics(crowd->endpoint, &statistics);
	return statistics;
}
