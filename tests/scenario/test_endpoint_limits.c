/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an endpoint takes on: over each limit newcomers wait, and those who are
 * connected notice nothing; peers take turns; idle ones go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "tests/scenario/crowd.h"
#include "tests/support/test_credentials.h"

#define SECOND UINT64_C(1000000)
#define MINUTE (60 * SECOND)

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

static adtls_endpoint_limits_t limits_now(void)
{
	adtls_endpoint_limits_t limits;

	adtls_endpoint_limits(crowd.endpoint, &limits);
	return limits;
}

static void set_limits(adtls_endpoint_limits_t limits)
{
	assert_int_equal(adtls_endpoint_set_limits(crowd.endpoint, &limits),
			 ADTLS_OK);
}

static struct crowd_member *join(const char *address)
{
	return crowd_join(&crowd, address, TEST_SERVER_NAME);
}

/* Of the host that the part before the colon names. */
static struct crowd_member *join_of_host(const char *address)
{
	struct crowd_member *member = join(address);

	member->address.host_len = strcspn(address, ":");
	return member;
}

static bool is_connected(const struct crowd_member *member)
{
	return member->client.connected == 1 && member->server.connected == 1;
}

static void finish_jobs(void)
{
	while (crowd.job_count > 0) {
		adtls_job_t *job = crowd.jobs[--crowd.job_count];

		adtls_job_run(job);
		adtls_endpoint_finish_job(crowd.endpoint, crowd.now, job);
	}
}

static void send_text(struct crowd_member *member, const char *text)
{
	assert_int_equal(adtls_engine_send(member->engine, crowd.now, text,
					   strlen(text)),
			 ADTLS_OK);
}

/* The handshakes that wait for a signature fill the house; who has to wait
 * repeats his hello, with the cookie that he has, and gets in. */
static void newcomers_wait_for_handshakes_under_way(void **state)
{
	adtls_endpoint_limits_t limits;
	struct crowd_member *members[3];

	(void)state;
	members[0] = join("a");
	limits = limits_now();
	limits.handshakes = 2;
	set_limits(limits);
	crowd.keeps_jobs = true;
	members[1] = join("b");
	members[2] = join("c");
	crowd_run(&crowd);
	assert_int_equal(crowd_statistics(&crowd).engines, 2);
	assert_int_equal(crowd_statistics(&crowd).handshakes, 2);
	assert_int_equal(crowd_statistics(&crowd).cookies_sent, 3);
	assert_int_equal(crowd_statistics(&crowd).refused_handshakes, 1);
	assert_int_equal(crowd_statistics(&crowd).refused, 1);
	crowd.keeps_jobs = false;
	finish_jobs();
	crowd_wait(&crowd, 10 * SECOND);
	for (size_t i = 0; i < 3; i++)
		assert_true(is_connected(members[i]));
	assert_int_equal(crowd_statistics(&crowd).cookies_sent, 3);
	assert_int_equal(crowd_statistics(&crowd).handshakes, 0);
}

/* A handshake that failed makes room, too, and one that was abandoned. */
static void failed_handshakes_make_room(void **state)
{
	adtls_endpoint_limits_t limits;
	struct crowd_member *member;

	(void)state;
	crowd.keeps_jobs = true;
	join("a");
	limits = limits_now();
	limits.handshakes = 1;
	set_limits(limits);
	crowd_run(&crowd);
	assert_int_equal(crowd_statistics(&crowd).handshakes, 1);
	adtls_engine_close(
		adtls_endpoint_find(crowd.endpoint, &crowd.members[0].address),
		crowd.now);
	adtls_endpoint_touch(
		crowd.endpoint,
		adtls_endpoint_find(crowd.endpoint, &crowd.members[0].address));
	crowd_run(&crowd);
	assert_int_equal(crowd_statistics(&crowd).handshakes, 0);
	member = join("b");
	crowd_wait(&crowd, 2 * MINUTE);
	assert_int_equal(member->server.reason, ADTLS_REASON_HANDSHAKE_TIMEOUT);
	assert_int_equal(crowd_statistics(&crowd).handshakes, 0);
	crowd.keeps_jobs = false;
	assert_true(is_connected(crowd_connect(&crowd, "c")));
}

/* One host fills its share, not that of others; ports do not count. */
static void a_host_has_its_share(void **state)
{
	adtls_endpoint_limits_t limits;
	struct crowd_member *other;

	(void)state;
	crowd.keeps_jobs = true;
	join_of_host("one:1");
	limits = limits_now();
	limits.handshakes_per_host = 2;
	set_limits(limits);
	join_of_host("one:2");
	join_of_host("one:3");
	crowd_run(&crowd);
	assert_int_equal(crowd_statistics(&crowd).engines, 2);
	assert_int_equal(crowd_statistics(&crowd).refused_host, 1);
	other = join_of_host("two:1");
	crowd_run(&crowd);
	assert_int_equal(crowd_statistics(&crowd).engines, 3);
	crowd.keeps_jobs = false;
	finish_jobs();
	crowd_run(&crowd);
	assert_true(is_connected(other));
}

static void a_host_starts_at_its_rate(void **state)
{
	adtls_endpoint_limits_t limits;
	struct crowd_member *members[3], *other;

	(void)state;
	members[0] = join_of_host("one:1");
	limits = limits_now();
	limits.starts_per_second = 1;
	limits.starts_at_once = 2;
	set_limits(limits);
	members[1] = join_of_host("one:2");
	members[2] = join_of_host("one:3");
	other = join_of_host("two:1");
	crowd_run(&crowd);
	assert_true(is_connected(members[0]));
	assert_true(is_connected(members[1]));
	assert_false(is_connected(members[2]));
	assert_true(is_connected(other));
	assert_int_equal(crowd_statistics(&crowd).refused_rate, 1);
	crowd_wait(&crowd, 2 * SECOND);
	assert_true(is_connected(members[2]));
}

/* A full house: those who are in may come anew, as after a reboot. */
static void only_who_is_in_may_come_anew(void **state)
{
	adtls_endpoint_limits_t limits;
	struct crowd_member *stranger, *again;

	(void)state;
	crowd_connect(&crowd, "a");
	limits = limits_now();
	limits.connections = 2;
	set_limits(limits);
	crowd_connect(&crowd, "b");
	stranger = join("c");
	again = join("a");
	crowd_run(&crowd);
	assert_int_equal(stranger->client.connected, 0);
	assert_int_equal(crowd_statistics(&crowd).refused_connections, 1);
	assert_int_equal(again->client.connected, 1);
	/* The one before leaves no room, as it has been replaced. */
	crowd_wait(&crowd, SECOND);
	assert_int_equal(crowd_statistics(&crowd).engines, 2);
	assert_int_equal(stranger->client.connected, 0);
	adtls_endpoint_release(crowd.endpoint,
			       crowd_server_engine(&crowd, again));
	crowd_wait(&crowd, 10 * SECOND);
	assert_true(is_connected(stranger));
}

static void a_busy_application_keeps_newcomers_waiting(void **state)
{
	struct crowd_member *member;

	(void)state;
	crowd_connect(&crowd, "a");
	adtls_endpoint_set_busy(crowd.endpoint, true);
	member = join("b");
	crowd_run(&crowd);
	assert_int_equal(crowd_statistics(&crowd).refused_busy, 1);
	assert_int_equal(crowd_statistics(&crowd).cookies_sent, 2);
	adtls_endpoint_set_busy(crowd.endpoint, false);
	crowd_wait(&crowd, 2 * SECOND);
	assert_true(is_connected(member));
}

/* With cookies off, strangers fill half of the places at most. */

static int write_padding(void *context, adtls_engine_t *engine, uint8_t *out,
			 size_t out_len, size_t *out_written)
{
	(void)context;
	(void)engine;
	assert_true(out_len >= 800);
	memset(out, 0, 800);
	*out_written = 800;
	return 1;
}

static void cookies_are_asked_for_under_load(void **state)
{
	adtls_endpoint_limits_t limits;

	(void)state;
	assert_int_equal(adtls_config_set_cookie(crowd.server_config, false),
			 ADTLS_OK);
	/* So long that a whole flight may answer it. */
	assert_int_equal(adtls_ext_register(crowd.client_config, "padding",
					    0xff99, ADTLS_EXT_CLIENT_HELLO,
					    write_padding, NULL, NULL),
			 ADTLS_OK);
	crowd.keeps_jobs = true;
	join("a");
	limits = limits_now();
	limits.handshakes = 4;
	set_limits(limits);
	join("b");
	crowd_run(&crowd);
	assert_int_equal(crowd_statistics(&crowd).handshakes, 2);
	assert_int_equal(crowd_statistics(&crowd).cookies_sent, 0);
	join("c");
	crowd_run(&crowd);
	assert_int_equal(crowd_statistics(&crowd).handshakes, 3);
	assert_int_equal(crowd_statistics(&crowd).cookies_sent, 1);
}

/* Memory */

/* Bytes in use on the heap; under a sanitizer always 0. */
static size_t heap_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* What the endpoint says that it holds is what comes back. */
static void memory_is_counted_honestly(void **state)
{
	adtls_endpoint_statistics_t statistics;
	char address[16];
	size_t before, freed;

	(void)state;
	for (size_t i = 0; i < CROWD_MEMBERS_MAX; i++) {
		snprintf(address, sizeof(address), "%zu", i);
		crowd_connect(&crowd, address);
	}
	crowd_wait(&crowd, 2 * MINUTE);
	statistics = crowd_statistics(&crowd);
	assert_int_equal(statistics.engines, CROWD_MEMBERS_MAX);
	before = heap_in_use();
	for (size_t i = 0; i < CROWD_MEMBERS_MAX; i++)
		adtls_endpoint_release(
			crowd.endpoint,
			crowd_server_engine(&crowd, &crowd.members[i]));
	freed = before - heap_in_use();
	assert_int_equal(crowd_statistics(&crowd).memory, 0);
	if (freed > 0 && (statistics.memory < freed ||
			  statistics.memory > 2 * freed))
		fail_msg("%zu bytes were held, not %zu", freed,
			 (size_t)statistics.memory);
}

/* The same while handshakes are under way, which are counted for more than they
 * hold yet. */
static void handshakes_are_counted_for_what_they_need(void **state)
{
	size_t before, freed;

	(void)state;
	crowd.keeps_jobs = true;
	join("a");
	join("b");
	crowd_run(&crowd);
	assert_int_equal(crowd_statistics(&crowd).handshakes, 2);
	before = heap_in_use();
	for (size_t i = 0; i < 2; i++)
		adtls_endpoint_release(
			crowd.endpoint,
			crowd_server_engine(&crowd, &crowd.members[i]));
	freed = before - heap_in_use();
	assert_true(freed <= crowd_statistics(&crowd).memory + 2 * 24576);
	assert_int_equal(crowd_statistics(&crowd).memory, 0);
}

static void no_handshake_starts_without_memory(void **state)
{
	adtls_endpoint_limits_t limits;
	struct crowd_member *member;

	(void)state;
	crowd.keeps_jobs = true;
	join("a");
	limits = limits_now();
	limits.memory = 60000;
	set_limits(limits);
	join("b");
	member = join("c");
	crowd_run(&crowd);
	assert_int_equal(crowd_statistics(&crowd).engines, 2);
	assert_int_equal(crowd_statistics(&crowd).refused_memory, 1);
	assert_true(crowd_statistics(&crowd).memory <= limits.memory);
	crowd.keeps_jobs = false;
	finish_jobs();
	crowd_wait(&crowd, 10 * SECOND);
	assert_true(is_connected(member));
}

/* A peer that takes nothing of what it is sent holds up to its limit. */
static void queues_stop_at_the_limit(void **state)
{
	static const uint8_t data[1000];
	adtls_endpoint_limits_t limits;
	struct crowd_member *member;
	adtls_engine_t *engine;
	unsigned sent = 0;

	(void)state;
	member = crowd_connect(&crowd, "a");
	limits = limits_now();
	limits.memory_per_peer = ADTLS_MEMORY_PER_PEER_MIN;
	set_limits(limits);
	engine = crowd_server_engine(&crowd, member);
	while (adtls_engine_send(engine, crowd.now, data, sizeof(data)) ==
	       ADTLS_OK)
		sent++;
	assert_in_range(sent, 16, 32);
	assert_true(crowd_statistics(&crowd).memory <= limits.memory_per_peer);
	assert_int_equal(crowd_statistics(&crowd).memory_refusals, 1);
	/* Once they have gone there is room again. */
	adtls_endpoint_touch(crowd.endpoint, engine);
	crowd_run(&crowd);
	assert_int_equal(member->client.data_count, sent);
	assert_int_equal(
		adtls_engine_send(engine, crowd.now, data, sizeof(data)),
		ADTLS_OK);
}

static void limits_that_cannot_work_are_refused(void **state)
{
	adtls_endpoint_limits_t good, bad;

	(void)state;
	crowd_connect(&crowd, "a");
	good = limits_now();
	bad = good;
	bad.memory_per_peer = ADTLS_MEMORY_PER_PEER_MIN - 1;
	assert_int_equal(adtls_endpoint_set_limits(crowd.endpoint, &bad),
			 ADTLS_E_INVALID);
	bad = good;
	bad.memory = 1000;
	assert_int_equal(adtls_endpoint_set_limits(crowd.endpoint, &bad),
			 ADTLS_E_INVALID);
	bad = good;
	bad.starts_at_once = 0;
	assert_int_equal(adtls_endpoint_set_limits(crowd.endpoint, &bad),
			 ADTLS_E_INVALID);
	bad = good;
	bad.starts_per_second = 1000001;
	assert_int_equal(adtls_endpoint_set_limits(crowd.endpoint, &bad),
			 ADTLS_E_INVALID);
	bad = limits_now();
	assert_memory_equal(&bad, &good, sizeof(good));
	set_limits((adtls_endpoint_limits_t){ 0 });
	assert_true(is_connected(crowd_connect(&crowd, "b")));
}

/* Turns */

/* One peer has a lot to be sent and another a little: nobody waits for more than
 * one datagram of each other. */
static void peers_take_turns_to_send(void **state)
{
	static const uint8_t data[1000];
	struct crowd_member *members[3];
	adtls_engine_t *engine;
	uint8_t datagram[2048];
	adtls_address_t to;

	(void)state;
	members[0] = crowd_connect(&crowd, "a");
	members[1] = crowd_connect(&crowd, "b");
	members[2] = crowd_connect(&crowd, "c");
	for (size_t i = 0; i < 3; i++) {
		engine = crowd_server_engine(&crowd, members[i]);
		for (size_t n = 0; n < (i == 0 ? 20 : 2); n++)
			assert_int_equal(adtls_engine_send(engine, crowd.now,
							   data, sizeof(data)),
					 ADTLS_OK);
		adtls_endpoint_touch(crowd.endpoint, engine);
	}
	for (size_t i = 0; i < 6; i++) {
		assert_int_not_equal(
			adtls_endpoint_next_datagram(crowd.endpoint, crowd.now,
						     &to, datagram,
						     sizeof(datagram)),
			0);
		assert_int_equal(to.data[0], "abc"[i % 3]);
	}
}

/* The same with what came from them. */
static void peers_take_turns_to_be_heard(void **state)
{
	static uint8_t datagrams[12][2048];
	struct crowd_member *members[2];
	adtls_engine_t *engine;
	adtls_event_t event;
	size_t len;

	(void)state;
	members[0] = crowd_connect(&crowd, "a");
	members[1] = crowd_connect(&crowd, "b");
	for (size_t i = 0; i < 12; i++) {
		struct crowd_member *member = members[i < 10 ? 0 : 1];

		send_text(member, "reading");
		len = adtls_engine_next_datagram(member->engine, crowd.now,
						 datagrams[i],
						 sizeof(datagrams[i]));
		adtls_endpoint_receive(crowd.endpoint, crowd.now,
				       &member->address, datagrams[i], len,
				       NULL);
	}
	for (size_t i = 0; i < 12; i++) {
		assert_true(adtls_endpoint_next_event(crowd.endpoint, &engine,
						      &event));
		assert_int_equal(event.type, ADTLS_EVENT_DATA);
		assert_memory_equal(event.data.data, "reading", 7);
		assert_ptr_equal(engine,
				 crowd_server_engine(&crowd,
						     members[i < 4 ? i % 2 :
								     0]));
	}
	assert_false(
		adtls_endpoint_next_event(crowd.endpoint, &engine, &event));
}

/* Idle peers */

static void expire_after(uint64_t idle_us, bool tells_peer)
{
	assert_int_equal(adtls_config_set_idle_expiry(crowd.server_config,
						      idle_us, tells_peer),
			 ADTLS_OK);
}

static void who_says_nothing_is_told_goodbye(void **state)
{
	struct crowd_member *quiet, *busy;

	(void)state;
	expire_after(10 * MINUTE, true);
	quiet = crowd_connect(&crowd, "quiet");
	busy = crowd_connect(&crowd, "busy");
	for (int i = 0; i < 3; i++) {
		crowd_wait(&crowd, 5 * MINUTE);
		send_text(busy, "reading");
		crowd_run(&crowd);
	}
	assert_int_equal(quiet->server.closed, 1);
	assert_int_equal(quiet->server.reason, ADTLS_REASON_IDLE);
	assert_int_equal(quiet->client.closed, 1);
	assert_int_equal(quiet->client.reason, ADTLS_REASON_CLOSED_BY_PEER);
	assert_int_equal(busy->server.closed, 0);
	assert_int_equal(busy->server.data_count, 3);
	assert_int_equal(crowd_statistics(&crowd).closed_idle, 1);
	assert_int_equal(crowd_statistics(&crowd).engines, 1);
}

static void or_goes_in_silence(void **state)
{
	struct crowd_member *member;

	(void)state;
	expire_after(MINUTE, false);
	member = crowd_connect(&crowd, "sensor");
	crowd_wait(&crowd, MINUTE - 1);
	assert_int_equal(member->server.closed, 0);
	crowd_wait(&crowd, 1);
	assert_int_equal(member->server.reason, ADTLS_REASON_IDLE);
	assert_int_equal(member->client.closed, 0);
	crowd_wait(&crowd, 0);
	assert_int_equal(crowd_statistics(&crowd).engines, 0);
}

/* Noise in a peer's name keeps nothing alive. */
static void noise_is_no_sign_of_life(void **state)
{
	uint8_t noise[40];
	struct crowd_member *member;

	(void)state;
	expire_after(MINUTE, false);
	member = crowd_connect(&crowd, "sensor");
	crowd_wait(&crowd, MINUTE / 2);
	memset(noise, 0x2f, sizeof(noise));
	adtls_endpoint_receive(crowd.endpoint, crowd.now, &member->address,
			       noise, sizeof(noise), NULL);
	crowd_run(&crowd);
	assert_int_equal(crowd_statistics(&crowd).records_dropped, 1);
	crowd_wait(&crowd, MINUTE / 2);
	assert_int_equal(member->server.reason, ADTLS_REASON_IDLE);
}

#define with_crowd(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_crowd(newcomers_wait_for_handshakes_under_way),
		with_crowd(failed_handshakes_make_room),
		with_crowd(a_host_has_its_share),
		with_crowd(a_host_starts_at_its_rate),
		with_crowd(only_who_is_in_may_come_anew),
		with_crowd(a_busy_application_keeps_newcomers_waiting),
		with_crowd(cookies_are_asked_for_under_load),
		with_crowd(memory_is_counted_honestly),
		with_crowd(handshakes_are_counted_for_what_they_need),
		with_crowd(no_handshake_starts_without_memory),
		with_crowd(queues_stop_at_the_limit),
		with_crowd(limits_that_cannot_work_are_refused),
		with_crowd(peers_take_turns_to_send),
		with_crowd(peers_take_turns_to_be_heard),
		with_crowd(who_says_nothing_is_told_goodbye),
		with_crowd(or_goes_in_silence),
		with_crowd(noise_is_no_sign_of_life),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
