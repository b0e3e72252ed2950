/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of data and its end: what fits a record, what waits in the queue,
 * what is delivered before close_notify, and closing at any time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "tests/scenario/crowd.h"
#include "tests/support/test_credentials.h"

#define SECOND UINT64_C(1000000)

static struct crowd crowd;

static int setup(void **state)
{
	(void)state;
	crowd_init(&crowd);
	crowd_set_usual_credentials(&crowd);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	crowd_clear(&crowd);
	return 0;
}

static int send_bytes(adtls_engine_t *engine, size_t len)
{
	uint8_t *data = calloc(1, len + 1);
	int error;

	assert_non_null(data);
	error = adtls_engine_send(engine, crowd.now, data, len);
	free(data);
	return error;
}

static int server_send(const struct crowd_member *member, const char *text)
{
	adtls_engine_t *engine = crowd_server_engine(&crowd, member);
	int error = adtls_engine_send(engine, crowd.now, text, strlen(text));

	adtls_endpoint_touch(crowd.endpoint, engine);
	return error;
}

static void server_close(const struct crowd_member *member)
{
	adtls_engine_t *engine = crowd_server_engine(&crowd, member);

	adtls_engine_close(engine, crowd.now);
	adtls_endpoint_touch(crowd.endpoint, engine);
}

/* Records of data */

static void a_record_is_what_fits_a_datagram(void **state)
{
	static const size_t mtus[] = { 256, 257, 1200, 1500 };

	(void)state;
	for (size_t i = 0; i < sizeof(mtus) / sizeof(mtus[0]); i++) {
		struct crowd_member *member;
		size_t max;

		if (i > 0) {
			crowd_clear(&crowd);
			setup(NULL);
		}
		adtls_config_set_mtu(crowd.client_config, mtus[i]);
		member = crowd_connect(&crowd, "sensor");
		max = adtls_engine_max_data(member->engine);
		/* Header, content type and tag: RFC 9147 §4 */
		assert_in_range(max, mtus[i] - 24, mtus[i] - 17);
		assert_int_equal(send_bytes(member->engine, max), ADTLS_OK);
		assert_int_equal(send_bytes(member->engine, max + 1),
				 ADTLS_E_TOO_LARGE);
		crowd_run(&crowd);
		assert_int_equal(member->server.data_count, 1);
		assert_int_equal(member->server.data_len,
				 sizeof(member->server.data));
	}
}

/* 2^14 bytes, whatever the datagram could carry (RFC 8446 §5.1). */
static void a_record_has_a_limit_of_its_own(void **state)
{
	struct crowd_member *member;

	(void)state;
	adtls_config_set_mtu(crowd.client_config, 65507);
	member = crowd_connect(&crowd, "sensor");
	assert_int_equal(adtls_engine_max_data(member->engine), 16384);
	assert_int_equal(send_bytes(member->engine, 16385), ADTLS_E_TOO_LARGE);
}

static void empty_records_are_delivered(void **state)
{
	struct crowd_member *member;

	(void)state;
	member = crowd_connect(&crowd, "sensor");
	assert_int_equal(adtls_engine_send(member->engine, crowd.now, NULL, 0),
			 ADTLS_OK);
	assert_int_equal(server_send(member, ""), ADTLS_OK);
	crowd_run(&crowd);
	assert_int_equal(member->server.data_count, 1);
	assert_int_equal(member->server.data_len, 0);
	/* One that finds its datagram full takes the next. */
	assert_int_equal(send_bytes(member->engine,
				    adtls_engine_max_data(member->engine)),
			 ADTLS_OK);
	assert_int_equal(send_bytes(member->engine, 0), ADTLS_OK);
	crowd_run(&crowd);
	assert_int_equal(member->server.data_count, 3);
	assert_int_equal(member->client.data_count, 1);
	assert_int_equal(member->client.data_len, 0);
}

static void the_queue_has_an_end(void **state)
{
	struct crowd_member *member;

	(void)state;
	member = crowd_connect(&crowd, "sensor");
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(send_bytes(member->engine, 10), ADTLS_OK);
	assert_int_equal(send_bytes(member->engine, 10), ADTLS_E_AGAIN);
	crowd_run(&crowd);
	assert_int_equal(member->server.data_count, 64);
	assert_int_equal(send_bytes(member->engine, 10), ADTLS_OK);
}

static void nothing_is_sent_before_the_handshake_ends(void **state)
{
	struct crowd_member *member;
	uint8_t out[16];

	(void)state;
	member = crowd_join(&crowd, "sensor", TEST_SERVER_NAME);
	assert_int_equal(send_bytes(member->engine, 1), ADTLS_E_AGAIN);
	assert_int_equal(adtls_engine_max_data(member->engine), 0);
	assert_int_equal(adtls_engine_export(member->engine, "label",
					     (adtls_bytes_t){ 0 }, out,
					     sizeof(out)),
			 ADTLS_E_AGAIN);
	crowd_run(&crowd);
	assert_int_equal(send_bytes(member->engine, 1), ADTLS_OK);
}

/* Closing */

static void a_client_says_goodbye(void **state)
{
	struct crowd_member *member;

	(void)state;
	member = crowd_connect(&crowd, "sensor");
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(send_bytes(member->engine, 300), ADTLS_OK);
	adtls_engine_close(member->engine, crowd.now);
	assert_int_equal(send_bytes(member->engine, 1), ADTLS_E_CLOSED);
	assert_int_equal(adtls_engine_max_data(member->engine), 0);
	crowd_run(&crowd);
	/* Queued data goes first, in several datagrams. */
	assert_int_equal(member->server.data_count, 20);
	assert_int_equal(member->server.closed, 1);
	assert_int_equal(member->server.reason, ADTLS_REASON_CLOSED_BY_PEER);
	assert_int_equal(member->server.alert, ADTLS_ALERT_CLOSE_NOTIFY);
	assert_true(member->server.alert_received);
	assert_int_equal(member->client.closed, 1);
	assert_int_equal(member->client.reason, ADTLS_REASON_CLOSED_LOCALLY);
	assert_false(member->client.alert_received);
	assert_true(adtls_engine_is_closed(member->engine));
}

static void a_server_says_goodbye(void **state)
{
	struct crowd_member *member;

	(void)state;
	member = crowd_connect(&crowd, "sensor");
	assert_int_equal(server_send(member, "last words"), ADTLS_OK);
	server_close(member);
	assert_int_equal(server_send(member, "more"), ADTLS_E_CLOSED);
	crowd_run(&crowd);
	assert_int_equal(member->client.data_count, 1);
	assert_memory_equal(member->client.data, "last words", 10);
	assert_int_equal(member->client.closed, 1);
	assert_int_equal(member->client.reason, ADTLS_REASON_CLOSED_BY_PEER);
	assert_int_equal(member->server.reason, ADTLS_REASON_CLOSED_LOCALLY);
}

static void both_say_goodbye(void **state)
{
	struct crowd_member *member;

	(void)state;
	member = crowd_connect(&crowd, "sensor");
	adtls_engine_close(member->engine, crowd.now);
	server_close(member);
	crowd_run(&crowd);
	assert_int_equal(member->client.closed, 1);
	assert_int_equal(member->server.closed, 1);
	assert_int_equal(member->client.data_count, 0);
}

static void closing_again_does_nothing(void **state)
{
	struct crowd_member *member;
	adtls_statistics_t before, after;

	(void)state;
	member = crowd_connect(&crowd, "sensor");
	adtls_engine_close(member->engine, crowd.now);
	adtls_engine_close(member->engine, crowd.now);
	crowd_run(&crowd);
	adtls_engine_statistics(member->engine, &before);
	adtls_engine_close(member->engine, crowd.now);
	crowd_wait(&crowd, 100 * SECOND);
	adtls_engine_statistics(member->engine, &after);
	assert_int_equal(after.datagrams_sent, before.datagrams_sent);
	assert_int_equal(member->client.closed, 1);
}

static void what_is_closed_stays_closed(void **state)
{
	struct crowd_member *member;
	uint8_t datagram[32] = { 0 }, out[16];

	(void)state;
	member = crowd_connect(&crowd, "sensor");
	adtls_engine_close(member->engine, crowd.now);
	crowd_run(&crowd);
	assert_int_equal(adtls_engine_receive(member->engine, crowd.now,
					      datagram, sizeof(datagram)),
			 ADTLS_E_CLOSED);
	assert_int_equal(adtls_engine_export(member->engine, "label",
					     (adtls_bytes_t){ 0 }, out,
					     sizeof(out)),
			 ADTLS_E_CLOSED);
	assert_int_equal(send_bytes(member->engine, 1), ADTLS_E_CLOSED);
	crowd_wait(&crowd, 200 * SECOND);
	assert_int_equal(adtls_engine_deadline(member->engine), ADTLS_NEVER);
	/* Nothing of it is left at the endpoint either. */
	assert_int_equal(crowd_statistics(&crowd).engines, 0);
	assert_int_equal(adtls_endpoint_deadline(crowd.endpoint), ADTLS_NEVER);
}

/* Whose goodbye was lost goes on, and is not answered. */
static void a_lost_goodbye_leaves_the_other_side_alone(void **state)
{
	struct crowd_member *member;

	(void)state;
	member = crowd_connect(&crowd, "sensor");
	member->is_away = true;
	adtls_engine_close(member->engine, crowd.now);
	crowd_run(&crowd);
	member->is_away = false;
	assert_int_equal(member->server.closed, 0);
	assert_int_equal(server_send(member, "hello?"), ADTLS_OK);
	crowd_run(&crowd);
	assert_int_equal(member->client.data_count, 0);
	assert_int_equal(member->server.closed, 0);
}

/* Data and goodbye overtake the end of the handshake: what happened comes out in
 * its order all the same. */
static void an_early_goodbye_comes_after_its_data(void **state)
{
	uint8_t finished[2048], goodbye[2048];
	size_t finished_len, goodbye_len;
	struct crowd_member *member;
	adtls_event_t event;

	(void)state;
	crowd.keeps_jobs = true;
	member = crowd_join(&crowd, "sensor", TEST_SERVER_NAME);
	crowd_run(&crowd);
	adtls_job_run(crowd.jobs[0]);
	adtls_endpoint_finish_job(crowd.endpoint, crowd.now, crowd.jobs[0]);
	crowd.job_count = 0;
	crowd_pass_to_clients(&crowd);
	assert_true(adtls_engine_is_connected(member->engine));
	finished_len = adtls_engine_next_datagram(member->engine, crowd.now,
						  finished, sizeof(finished));
	assert_int_equal(
		adtls_engine_send(member->engine, crowd.now, "last", 4),
		ADTLS_OK);
	adtls_engine_close(member->engine, crowd.now);
	goodbye_len = adtls_engine_next_datagram(member->engine, crowd.now,
						 goodbye, sizeof(goodbye));
	adtls_endpoint_receive(crowd.endpoint, crowd.now, &member->address,
			       goodbye, goodbye_len, NULL);
	adtls_endpoint_receive(crowd.endpoint, crowd.now, &member->address,
			       finished, finished_len, NULL);
	for (unsigned i = 0; i < 3; i++) {
		static const adtls_event_type_t types[] = {
			ADTLS_EVENT_CONNECTED,
			ADTLS_EVENT_DATA,
			ADTLS_EVENT_CLOSED,
		};
		adtls_engine_t *engine;

		assert_true(adtls_endpoint_next_event(crowd.endpoint, &engine,
						      &event));
		assert_int_equal(event.type, types[i]);
	}
}

/* Closing during the handshake */

static void a_client_gives_up_at_once(void **state)
{
	struct crowd_member *member;

	(void)state;
	member = crowd_join(&crowd, "sensor", TEST_SERVER_NAME);
	adtls_engine_close(member->engine, crowd.now);
	crowd_run(&crowd);
	assert_int_equal(member->client.closed, 1);
	assert_int_equal(member->client.connected, 0);
	assert_int_equal(member->client.reason, ADTLS_REASON_CLOSED_LOCALLY);
	assert_int_equal(member->client.alert, ADTLS_ALERT_USER_CANCELED);
}

/* RFC 8446 §6.1: close_notify follows user_canceled, and ends it for the other
 * side too, which need not wait for its deadline. */
static void a_client_gives_up_in_between(void **state)
{
	struct crowd_member *member;

	(void)state;
	adtls_config_set_client_authentication(
		crowd.server_config, ADTLS_CLIENT_AUTHENTICATION_REQUIRE);
	crowd.keeps_jobs = true;
	member = crowd_join(&crowd, "sensor", TEST_SERVER_NAME);
	crowd_run(&crowd);
	assert_int_equal(crowd.job_count, 1);
	adtls_job_run(crowd.jobs[0]);
	adtls_endpoint_finish_job(crowd.endpoint, crowd.now, crowd.jobs[0]);
	crowd.job_count = 0;
	crowd_run(&crowd);
	assert_int_equal(crowd.job_count, 1); /* the client is to sign */
	adtls_engine_close(member->engine, crowd.now);
	crowd_run(&crowd);
	assert_int_equal(member->client.closed, 1);
	assert_int_equal(member->client.alert, ADTLS_ALERT_USER_CANCELED);
	assert_int_equal(member->server.closed, 1);
	assert_int_equal(member->server.connected, 0);
	assert_int_equal(member->server.reason, ADTLS_REASON_CLOSED_BY_PEER);
	assert_true(member->server.alert_received);
}

static void a_server_gives_up_in_between(void **state)
{
	struct crowd_member *member;

	(void)state;
	crowd.keeps_jobs = true;
	member = crowd_join(&crowd, "sensor", TEST_SERVER_NAME);
	crowd_run(&crowd);
	assert_int_equal(crowd.job_count, 1); /* the server is to sign */
	server_close(member);
	crowd_run(&crowd);
	assert_int_equal(member->server.closed, 1);
	assert_int_equal(member->server.reason, ADTLS_REASON_CLOSED_LOCALLY);
	assert_int_equal(member->client.closed, 1);
	assert_int_equal(member->client.reason, ADTLS_REASON_CLOSED_BY_PEER);
	assert_int_equal(member->client.connected, 0);
}

#define with_crowd(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_crowd(a_record_is_what_fits_a_datagram),
		with_crowd(a_record_has_a_limit_of_its_own),
		with_crowd(empty_records_are_delivered),
		with_crowd(the_queue_has_an_end),
		with_crowd(nothing_is_sent_before_the_handshake_ends),
		with_crowd(a_client_says_goodbye),
		with_crowd(a_server_says_goodbye),
		with_crowd(both_say_goodbye),
		with_crowd(closing_again_does_nothing),
		with_crowd(what_is_closed_stays_closed),
		with_crowd(a_lost_goodbye_leaves_the_other_side_alone),
		with_crowd(an_early_goodbye_comes_after_its_data),
		with_crowd(a_client_gives_up_at_once),
		with_crowd(a_client_gives_up_in_between),
		with_crowd(a_server_gives_up_in_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
