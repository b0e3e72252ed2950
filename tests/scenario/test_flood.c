/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A hundred thousand ClientHellos in others' names, whole and in fragments:
 * nothing is kept of them but the fixed table, each gets one datagram at most,
 * and who means it gets in meanwhile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "engine/endpoint.h"
#include "tests/scenario/crowd.h"
#include "tests/support/client_hello.h"
#include "tests/support/test_credentials.h"

#define HELLOS 100000
/* So many come between two clients that mean it. */
#define HELLOS_BETWEEN 20000
/* The table of fragments, at its largest, and what a connection takes. */
#define TABLE_MAX     (HELLO_TABLE_ENTRIES * (HELLO_TABLE_BYTES + 512))
#define CONNECTION_MAX 32768

static struct crowd crowd;
static struct test_client_hello hello;
static struct test_bytes body;

static int setup(void **state)
{
	(void)state;
	crowd_init(&crowd);
	crowd_set_usual_credentials(&crowd);
	test_client_hello_init(&hello);
	body = test_client_hello_body(&hello);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	crowd_clear(&crowd);
	return 0;
}

/* Bytes in use on the heap; under a sanitizer always 0. */
static size_t heap_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* Shows the endpoint @len bytes of the hello of client @number, in the name of
 * an address of its own. Returns how many bytes answer it. */
static size_t spoof(uint32_t number, size_t offset, size_t len)
{
	adtls_address_t from = { .len = 8, .host_len = 6 }, to;
	struct test_bytes datagram;
	uint8_t answer[2048], more[2048];
	size_t answered;

	memcpy(body.data + 2, &number, sizeof(number)); /* random */
	memcpy(from.data, &number, sizeof(number));
	datagram = test_client_hello_datagram(&body, 0, offset, len);
	assert_null(adtls_endpoint_receive(crowd.endpoint, crowd.now, &from,
					   datagram.data, datagram.len, NULL));
	answered = adtls_endpoint_next_datagram(crowd.endpoint, crowd.now, &to,
						answer, sizeof(answer));
	assert_int_equal(adtls_endpoint_next_datagram(crowd.endpoint, crowd.now,
						      &to, more, sizeof(more)),
			 0);
	/* Of a fragmented hello, what came before counts as well. */
	assert_true(answered <= 2 * (datagram.len + offset));
	return answered;
}

static void connect_one(unsigned number)
{
	char address[16];

	snprintf(address, sizeof(address), "sensor %u", number);
	crowd_connect(&crowd, address);
}

static void assert_nothing_is_kept(size_t heap_before, size_t connections)
{
	assert_int_equal(crowd_statistics(&crowd).engines, connections);
	assert_int_equal(crowd_statistics(&crowd).handshakes, 0);
	assert_int_equal(crowd.endpoint->sources.count,
			 crowd.endpoint->sources.quiet_count);
	assert_true(crowd.endpoint->sources.count <= connections);
	assert_true(heap_in_use() <= heap_before + TABLE_MAX +
					     connections * CONNECTION_MAX);
}

static void whole_hellos_get_a_cookie_each(void **state)
{
	size_t before = 0, connections = 0;

	(void)state;
	for (uint32_t i = 0; i < HELLOS; i++) {
		if (i % HELLOS_BETWEEN == 0) {
			connect_one((unsigned)connections++);
			if (i == 0)
				before = heap_in_use();
		}
		assert_int_not_equal(spoof(i, 0, body.len), 0);
		crowd.now.monotonic_us += 100;
	}
	assert_nothing_is_kept(before, connections);
	assert_int_equal(crowd_statistics(&crowd).cookies_sent,
			 HELLOS + connections);
	assert_int_equal(crowd_statistics(&crowd).accepted, connections);
}

/* Halves: the first of each gets no answer, the second one, if both stand in the
 * table; others only ever send their first. */
static void fragments_stay_in_their_table(void **state)
{
	size_t before = 0, connections = 0, half = body.len / 2;
	uint64_t answers = 0;

	(void)state;
	for (uint32_t i = 0; i < HELLOS; i++) {
		if (i % HELLOS_BETWEEN == 0) {
			connect_one((unsigned)connections++);
			if (i == 0)
				before = heap_in_use();
		}
		assert_int_equal(spoof(i, 0, half), 0);
		if (i % 4 == 0)
			answers += spoof(i, half, body.len - half) > 0;
		crowd.now.monotonic_us += 100;
	}
	assert_nothing_is_kept(before, connections);
	assert_int_equal(answers, HELLOS / 4);
	assert_int_equal(crowd_statistics(&crowd).cookies_sent,
			 answers + connections);
	assert_true(crowd_statistics(&crowd).fragments_evicted >
		    HELLOS * 3 / 4 - 100);
}

#define with_crowd(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_crowd(whole_hellos_get_a_cookie_each),
		with_crowd(fragments_stay_in_their_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
