/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many at one endpoint: clients side by side, one that comes again, results of
 * jobs that are late or not its own, and floods from strangers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "tests/scenario/crowd.h"
#include "tests/support/client_hello.h"
#include "tests/support/test_credentials.h"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)
#define FLOOD  20000
/* Growth of the heap that is no growth with the number of strangers: the whole
 * table of fragments is 128 KiB. */
#define SLACK (256 * 1024)

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

static void send_text(struct crowd_member *member, const char *text)
{
	assert_int_equal(adtls_engine_send(member->engine, crowd.now, text,
					   strlen(text)),
			 ADTLS_OK);
}

static void server_send(const struct crowd_member *member, const char *text)
{
	adtls_engine_t *engine = crowd_server_engine(&crowd, member);

	assert_non_null(engine);
	assert_int_equal(
		adtls_engine_send(engine, crowd.now, text, strlen(text)),
		ADTLS_OK);
	adtls_endpoint_touch(crowd.endpoint, engine);
}

static void assert_heard(const struct crowd_side *side, const char *text)
{
	assert_int_equal(side->data_count, 1);
	assert_int_equal(side->data_len, strlen(text));
	assert_memory_equal(side->data, text, side->data_len);
}

/* Side by side */

static void each_client_has_a_connection_of_its_own(void **state)
{
	struct crowd_member *members[CROWD_MEMBERS_MAX];
	char text[16];

	(void)state;
	for (size_t i = 0; i < CROWD_MEMBERS_MAX; i++) {
		snprintf(text, sizeof(text), "sensor %zu", i);
		members[i] = crowd_join(&crowd, text, TEST_SERVER_NAME);
	}
	crowd_run(&crowd); /* all at once */
	for (size_t i = 0; i < CROWD_MEMBERS_MAX; i++) {
		assert_int_equal(members[i]->client.connected, 1);
		assert_int_equal(members[i]->server.connected, 1);
		snprintf(text, sizeof(text), "reading %zu", i);
		send_text(members[i], text);
		snprintf(text, sizeof(text), "command %zu", i);
		server_send(members[i], text);
	}
	crowd_run(&crowd);
	for (size_t i = 0; i < CROWD_MEMBERS_MAX; i++) {
		snprintf(text, sizeof(text), "reading %zu", i);
		assert_heard(&members[i]->server, text);
		snprintf(text, sizeof(text), "command %zu", i);
		assert_heard(&members[i]->client, text);
	}
	assert_int_equal(crowd_statistics(&crowd).engines, CROWD_MEMBERS_MAX);
	assert_int_equal(crowd_statistics(&crowd).accepted, CROWD_MEMBERS_MAX);
	assert_int_equal(crowd_statistics(&crowd).cookies_sent,
			 CROWD_MEMBERS_MAX);
	assert_int_equal(crowd_statistics(&crowd).cookies_refused, 0);
}

static void engines_are_found_by_address(void **state)
{
	struct crowd_member *a, *b;
	const adtls_address_t *address;
	adtls_address_t nobody = { .data = "sensor", .len = 6 };

	(void)state;
	a = crowd_connect(&crowd, "sensor a");
	b = crowd_connect(&crowd, "sensor b");
	assert_non_null(crowd_server_engine(&crowd, a));
	assert_ptr_not_equal(crowd_server_engine(&crowd, a),
			     crowd_server_engine(&crowd, b));
	address = adtls_endpoint_address(crowd.endpoint,
					 crowd_server_engine(&crowd, b));
	assert_int_equal(address->len, 8);
	assert_memory_equal(address->data, "sensor b", 8);
	/* The beginning of an address is another address. */
	assert_null(adtls_endpoint_find(crowd.endpoint, &nobody));
}

/* The engine of one may be let go while the others stay. */
static void engines_come_and_go(void **state)
{
	struct crowd_member *a, *b;

	(void)state;
	a = crowd_connect(&crowd, "sensor a");
	b = crowd_connect(&crowd, "sensor b");
	adtls_endpoint_release(crowd.endpoint, crowd_server_engine(&crowd, a));
	assert_null(crowd_server_engine(&crowd, a));
	assert_int_equal(crowd_statistics(&crowd).engines, 1);
	send_text(a, "nobody hears");
	send_text(b, "reading");
	crowd_run(&crowd);
	assert_int_equal(a->server.data_count, 0);
	assert_heard(&b->server, "reading");
}

/* Detached, it is the caller's, who feeds it. */
static void a_detached_engine_is_fed_by_hand(void **state)
{
	uint8_t datagram[2048];
	struct crowd_member *member;
	adtls_engine_t *engine;
	adtls_event_t event;
	size_t len;

	(void)state;
	member = crowd_connect(&crowd, "sensor");
	engine = crowd_server_engine(&crowd, member);
	adtls_endpoint_detach(crowd.endpoint, engine);
	assert_int_equal(crowd_statistics(&crowd).engines, 0);
	assert_null(crowd_server_engine(&crowd, member));
	assert_null(adtls_endpoint_address(crowd.endpoint, engine));
	adtls_endpoint_touch(crowd.endpoint, engine);
	send_text(member, "reading");
	len = adtls_engine_next_datagram(member->engine, crowd.now, datagram,
					 sizeof(datagram));
	assert_int_equal(adtls_engine_receive(engine, crowd.now, datagram, len),
			 ADTLS_OK);
	assert_true(adtls_engine_next_event(engine, &event));
	assert_int_equal(event.type, ADTLS_EVENT_DATA);
	assert_int_equal(event.data.len, 7);
	adtls_engine_free(engine);
}

/* The endpoint's own engines go with it, whatever they are at. */
static void an_endpoint_frees_what_it_has(void **state)
{
	(void)state;
	crowd_connect(&crowd, "connected");
	crowd.keeps_jobs = true;
	crowd_join(&crowd, "handshaking", TEST_SERVER_NAME);
	crowd_run(&crowd);
	assert_int_equal(crowd_statistics(&crowd).engines, 2);
	assert_int_equal(crowd.job_count, 1);
	adtls_endpoint_free(crowd.endpoint);
	crowd.endpoint = NULL;
	/* A job outlives its engine. */
	adtls_job_run(crowd.jobs[0]);
}

static void a_datagram_says_whether_it_made_an_engine(void **state)
{
	uint8_t datagram[2048];
	struct crowd_member *member;
	adtls_engine_t *engine = NULL;
	adtls_address_t to;
	bool is_new = true;
	size_t len;

	(void)state;
	member = crowd_join(&crowd, "sensor", TEST_SERVER_NAME);
	for (unsigned hello = 0; hello < 2; hello++) {
		len = adtls_engine_next_datagram(member->engine, crowd.now,
						 datagram, sizeof(datagram));
		engine = adtls_endpoint_receive(crowd.endpoint, crowd.now,
						&member->address, datagram, len,
						&is_new);
		assert_int_equal(engine != NULL, hello == 1);
		assert_int_equal(is_new, hello == 1);
		if (hello == 1)
			break;
		len = adtls_endpoint_next_datagram(crowd.endpoint, crowd.now,
						   &to, datagram,
						   sizeof(datagram));
		assert_in_range(len, 50, 400);
		adtls_engine_receive(member->engine, crowd.now, datagram, len);
	}
	datagram[0] = 0x2c; /* encrypted, or nothing at all */
	assert_ptr_equal(adtls_endpoint_receive(crowd.endpoint, crowd.now,
						&member->address, datagram, 40,
						&is_new),
			 engine);
	assert_false(is_new);
}

/* One that comes again from its address (RFC 9147 §5.11) */

static void a_client_that_comes_again_is_served(void **state)
{
	struct crowd_member *before, *after;

	(void)state;
	before = crowd_connect(&crowd, "sensor");
	after = crowd_join(&crowd, "sensor", TEST_SERVER_NAME);
	crowd_run(&crowd);
	assert_int_equal(after->client.connected, 1);
	assert_int_equal(after->server.connected, 1);
	/* The one before is over, without a word. */
	assert_int_equal(after->server.closed, 1);
	assert_int_equal(after->server.reason, ADTLS_REASON_CLOSED_BY_PEER);
	assert_int_equal(before->client.closed, 0);
	crowd_wait(&crowd, SECOND);
	assert_int_equal(crowd_statistics(&crowd).engines, 1);
	send_text(after, "reading");
	server_send(after, "command");
	crowd_run(&crowd);
	assert_heard(&after->server, "reading");
	assert_heard(&after->client, "command");
}

/* Until the new one has proved itself the old one goes on, both ways. */
static void the_one_before_goes_on_meanwhile(void **state)
{
	struct crowd_member *before, *after;
	adtls_engine_t *engine;
	adtls_job_t *job;

	(void)state;
	before = crowd_connect(&crowd, "sensor");
	engine = crowd_server_engine(&crowd, before);
	crowd.keeps_jobs = true;
	after = crowd_join(&crowd, "sensor", TEST_SERVER_NAME);
	crowd_run(&crowd);
	assert_int_equal(crowd.job_count, 1); /* the new one is to be signed */
	assert_int_equal(crowd_statistics(&crowd).engines, 2);
	assert_int_equal(after->server.closed, 0);
	send_text(before, "reading");
	crowd_run(&crowd);
	assert_heard(&after->server, "reading");
	assert_true(adtls_engine_is_connected(engine));
	job = crowd.jobs[--crowd.job_count];
	adtls_job_run(job);
	adtls_endpoint_finish_job(crowd.endpoint, crowd.now, job);
	crowd_run(&crowd);
	assert_int_equal(after->client.connected, 1);
	assert_int_equal(after->server.connected, 1);
	assert_int_equal(after->server.closed, 1);
}

/* Jobs: late, and not its own */

static void a_result_may_come_too_late(void **state)
{
	struct crowd_member *member;

	(void)state;
	crowd.keeps_jobs = true;
	member = crowd_join(&crowd, "sensor", TEST_SERVER_NAME);
	crowd_wait(&crowd, 3 * MINUTE);
	assert_int_equal(member->server.reason, ADTLS_REASON_HANDSHAKE_TIMEOUT);
	assert_int_equal(crowd_statistics(&crowd).engines, 0);
	assert_int_equal(crowd.job_count, 1);
	adtls_job_run(crowd.jobs[0]);
	adtls_endpoint_finish_job(crowd.endpoint, crowd.now, crowd.jobs[0]);
	crowd.job_count = 0;
	crowd_run(&crowd);
	assert_int_equal(member->server.connected, 0);
	adtls_endpoint_finish_job(crowd.endpoint, crowd.now, NULL);
}

/* The engine is closed, but still there. */
static void a_result_may_come_after_the_end(void **state)
{
	struct crowd_member *member;
	adtls_engine_t *engine;

	(void)state;
	crowd.keeps_jobs = true;
	member = crowd_join(&crowd, "sensor", TEST_SERVER_NAME);
	crowd_run(&crowd);
	engine = crowd_server_engine(&crowd, member);
	adtls_engine_close(engine, crowd.now);
	adtls_job_run(crowd.jobs[0]);
	adtls_engine_finish_job(engine, crowd.now, crowd.jobs[0]);
	crowd.job_count = 0;
	adtls_endpoint_touch(crowd.endpoint, engine);
	crowd_run(&crowd);
	assert_int_equal(member->server.closed, 1);
	assert_int_equal(member->server.connected, 0);
}

static void results_of_others_are_dropped(void **state)
{
	struct crowd_member *a, *b;
	adtls_job_t *of_a, *of_b;

	(void)state;
	crowd.keeps_jobs = true;
	a = crowd_join(&crowd, "sensor a", TEST_SERVER_NAME);
	crowd_run(&crowd);
	b = crowd_join(&crowd, "sensor b", TEST_SERVER_NAME);
	crowd_run(&crowd);
	assert_int_equal(crowd.job_count, 2);
	of_a = crowd.jobs[0];
	of_b = crowd.jobs[1];
	crowd.job_count = 0;
	adtls_job_run(of_a);
	adtls_job_run(of_b);
	adtls_engine_finish_job(crowd_server_engine(&crowd, b), crowd.now,
				of_a);
	crowd_run(&crowd);
	assert_int_equal(a->client.connected + b->client.connected, 0);
	/* By way of the endpoint each finds its own. */
	adtls_endpoint_finish_job(crowd.endpoint, crowd.now, of_b);
	crowd_run(&crowd);
	assert_int_equal(b->client.connected, 1);
	assert_int_equal(b->server.connected, 1);
	assert_int_equal(a->client.connected, 0);
	crowd_wait(&crowd, 2 * MINUTE);
	assert_int_equal(a->server.reason, ADTLS_REASON_HANDSHAKE_TIMEOUT);
}

/* A job that comes back without having run has failed. */
static void a_job_that_did_not_run_has_failed(void **state)
{
	struct crowd_member *member;

	(void)state;
	crowd.keeps_jobs = true;
	member = crowd_join(&crowd, "sensor", TEST_SERVER_NAME);
	crowd_run(&crowd);
	adtls_endpoint_finish_job(crowd.endpoint, crowd.now, crowd.jobs[0]);
	crowd.job_count = 0;
	crowd_run(&crowd);
	assert_int_equal(member->server.reason, ADTLS_REASON_SIGNING_FAILED);
	assert_int_equal(member->client.alert, ADTLS_ALERT_INTERNAL_ERROR);
}

/* Floods */

/* Bytes in use on the heap; under a sanitizer always 0. */
static size_t heap_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static adtls_address_t stranger(uint32_t number)
{
	adtls_address_t address = { .len = sizeof(number) };

	memcpy(address.data, &number, sizeof(number));
	return address;
}

/* A datagram from a stranger: how many answer it, which must not be more than
 * twice its bytes. */
static unsigned answers_to(uint32_t number, struct test_bytes datagram)
{
	adtls_address_t from = stranger(number), to;
	size_t received = datagram.len, len;
	uint8_t answer[2048];
	unsigned count = 0;

	assert_null(adtls_endpoint_receive(crowd.endpoint, crowd.now, &from,
					   datagram.data, datagram.len, NULL));
	while ((len = adtls_endpoint_next_datagram(crowd.endpoint, crowd.now,
						   &to, answer,
						   sizeof(answer))) > 0) {
		assert_true(len <= 2 * received);
		assert_int_equal(to.len, from.len);
		assert_memory_equal(to.data, from.data, from.len);
		count++;
	}
	return count;
}

/* Hellos in the names of 20,000 addresses, each from another client. */
static void spoofed_hellos_leave_nothing(void **state)
{
	struct test_client_hello hello;
	struct crowd_member *member;
	size_t before;

	(void)state;
	member = crowd_connect(&crowd, "sensor");
	test_client_hello_init(&hello);
	before = heap_in_use();
	for (uint32_t i = 0; i < FLOOD; i++) {
		memcpy(hello.random, &i, sizeof(i));
		assert_int_equal(
			answers_to(i, test_client_hello_whole(&hello, 0)), 1);
		crowd.now.monotonic_us += 1000;
		assert_int_equal(crowd_statistics(&crowd).engines, 1);
	}
	assert_true(heap_in_use() <= before + SLACK);
	assert_int_equal(crowd_statistics(&crowd).cookies_sent, FLOOD + 1);
	assert_int_equal(crowd_statistics(&crowd).accepted, 1);
	/* Who was there before is served as before. */
	send_text(member, "reading");
	crowd_run(&crowd);
	assert_heard(&member->server, "reading");
	assert_int_equal(crowd_connect(&crowd, "new")->client.connected, 1);
}

/* Beginnings of hellos fill the table, and nothing else. */
static void fragments_of_hellos_fill_no_memory(void **state)
{
	struct test_client_hello hello;
	struct test_bytes body, part;
	size_t before;

	(void)state;
	crowd_connect(&crowd, "sensor");
	test_client_hello_init(&hello);
	body = test_client_hello_body(&hello);
	part = test_client_hello_datagram(&body, 0, 0, body.len - 1);
	before = heap_in_use();
	for (uint32_t i = 0; i < FLOOD; i++)
		assert_int_equal(answers_to(i, part), 0);
	assert_true(heap_in_use() <= before + SLACK);
	assert_int_equal(crowd_statistics(&crowd).engines, 1);
	assert_int_equal(crowd_statistics(&crowd).fragments_evicted,
			 FLOOD - 64);
	/* Hellos in one piece need no place in it. */
	assert_int_equal(crowd_connect(&crowd, "new")->client.connected, 1);
}

/* Cookies that are made up are refused and counted, one alert each. */
static void made_up_cookies_are_refused(void **state)
{
	struct test_client_hello hello;
	size_t before;

	(void)state;
	crowd_connect(&crowd, "sensor");
	test_client_hello_init(&hello);
	before = heap_in_use();
	for (uint32_t i = 0; i < FLOOD / 10; i++) {
		uint8_t cookie[2 + 124] = { 0, 124 };

		memcpy(cookie + 2, &i, sizeof(i));
		test_client_hello_set_bytes(&hello, 44,
					    (adtls_bytes_t){ cookie, 126 });
		assert_int_equal(
			answers_to(i, test_client_hello_whole(&hello, 1)), 1);
	}
	assert_true(heap_in_use() <= before + SLACK);
	assert_int_equal(crowd_statistics(&crowd).cookies_refused, FLOOD / 10);
	assert_int_equal(crowd_statistics(&crowd).engines, 1);
}

/* Without room for the answer there is none, rather than half of it. */
static void an_answer_that_does_not_fit_is_dropped(void **state)
{
	struct test_client_hello hello;
	struct test_bytes datagram;
	adtls_address_t from = stranger(1), to;
	uint8_t answer[40];

	(void)state;
	crowd_connect(&crowd, "sensor");
	test_client_hello_init(&hello);
	datagram = test_client_hello_whole(&hello, 0);
	adtls_endpoint_receive(crowd.endpoint, crowd.now, &from, datagram.data,
			       datagram.len, NULL);
	assert_int_equal(adtls_endpoint_deadline(crowd.endpoint), 0);
	assert_int_equal(adtls_endpoint_next_datagram(crowd.endpoint, crowd.now,
						      &to, answer,
						      sizeof(answer)),
			 0);
	assert_int_not_equal(adtls_endpoint_deadline(crowd.endpoint), 0);
}

/* Noise is counted and answered with nothing. */
static void noise_is_silence(void **state)
{
	struct seeded_random random = seeded_random_of(1);
	uint64_t dropped;

	(void)state;
	crowd_connect(&crowd, "sensor");
	dropped = crowd_statistics(&crowd).dropped;
	for (uint32_t i = 0; i < FLOOD; i++) {
		struct test_bytes datagram;

		datagram.len = seeded_random_below(&random, 300);
		for (size_t j = 0; j < datagram.len; j++)
			datagram.data[j] = (uint8_t)seeded_random_next(&random);
		check_seeded(&random, answers_to(i, datagram) == 0);
	}
	assert_int_equal(crowd_statistics(&crowd).dropped, dropped + FLOOD);
	assert_int_equal(crowd_statistics(&crowd).engines, 1);
}

/* An idle endpoint sleeps; a record keeps it awake for a minute at most. */
static void an_idle_endpoint_has_no_deadline(void **state)
{
	struct crowd_member *member;

	(void)state;
	member = crowd_connect(&crowd, "sensor");
	crowd_wait(&crowd, 5 * MINUTE);
	assert_int_equal(adtls_endpoint_deadline(crowd.endpoint), ADTLS_NEVER);
	assert_int_equal(adtls_engine_deadline(member->engine), ADTLS_NEVER);
	send_text(member, "reading");
	crowd_run(&crowd);
	assert_heard(&member->server, "reading");
	crowd_wait(&crowd, 2 * MINUTE);
	assert_int_equal(adtls_endpoint_deadline(crowd.endpoint), ADTLS_NEVER);
}

#define with_crowd(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_crowd(each_client_has_a_connection_of_its_own),
		with_crowd(engines_are_found_by_address),
		with_crowd(engines_come_and_go),
		with_crowd(a_detached_engine_is_fed_by_hand),
		with_crowd(an_endpoint_frees_what_it_has),
		with_crowd(a_datagram_says_whether_it_made_an_engine),
		with_crowd(a_client_that_comes_again_is_served),
		with_crowd(the_one_before_goes_on_meanwhile),
		with_crowd(a_result_may_come_too_late),
		with_crowd(a_result_may_come_after_the_end),
		with_crowd(results_of_others_are_dropped),
		with_crowd(a_job_that_did_not_run_has_failed),
		with_crowd(spoofed_hellos_leave_nothing),
		with_crowd(fragments_of_hellos_fill_no_memory),
		with_crowd(made_up_cookies_are_refused),
		with_crowd(an_answer_that_does_not_fit_is_dropped),
		with_crowd(noise_is_silence),
		with_crowd(an_idle_endpoint_has_no_deadline),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
