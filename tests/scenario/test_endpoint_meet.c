/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* adtls_endpoint_meet(): who feeds his engines himself learns which ClientHello
 * belongs to a handshake under way, and which starts another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/support/simulation.h"

#define DATAGRAM_MAX 2048

static const adtls_address_t home = { .data = "home", .len = 4 };

struct datagram {
	uint8_t data[DATAGRAM_MAX];
	size_t len;
};

static void next_of(struct simulation *world, adtls_engine_t *engine,
		    struct datagram *out)
{
	out->len = adtls_engine_next_datagram(engine, world->now, out->data,
					      sizeof(out->data));
	assert_true(out->len > 0);
}

/* The endpoint's only answer. */
static void reply_of(struct simulation *world, struct datagram *out)
{
	adtls_address_t to;

	out->len = adtls_endpoint_next_datagram(world->endpoint, world->now,
						&to, out->data,
						sizeof(out->data));
	assert_true(out->len > 0);
	assert_memory_equal(to.data, home.data, home.len);
}

static adtls_engine_t *meet(struct simulation *world, adtls_engine_t *known,
			    const struct datagram *hello)
{
	struct datagram copy = *hello;

	return adtls_endpoint_meet(world->endpoint, world->now, &home, known,
				   copy.data, copy.len);
}

static void answer_client(struct simulation *world, adtls_engine_t *client)
{
	struct datagram retry;

	reply_of(world, &retry);
	assert_int_equal(adtls_engine_receive(client, world->now, retry.data,
					      retry.len),
			 ADTLS_OK);
}

static adtls_engine_t *new_client(struct simulation *world)
{
	adtls_engine_t *client;

	assert_int_equal(adtls_engine_new_client(world->client_config, NULL,
						 world->now, &client),
			 ADTLS_OK);
	return client;
}

/* A client's first engine at the server, and the ClientHello that made it. */
static adtls_engine_t *begin(struct simulation *world, adtls_engine_t *client,
			     struct datagram *out_hello)
{
	struct datagram hello;
	adtls_engine_t *engine;

	next_of(world, client, &hello);
	assert_null(adtls_endpoint_receive(world->endpoint, world->now, &home,
					   hello.data, hello.len, NULL));
	answer_client(world, client);
	next_of(world, client, out_hello);
	hello = *out_hello;
	engine = adtls_endpoint_receive(world->endpoint, world->now, &home,
					hello.data, hello.len, NULL);
	assert_non_null(engine);
	adtls_endpoint_detach(world->endpoint, engine);
	return engine;
}

static void a_repeated_hello_belongs_to_its_handshake(void **state)
{
	struct simulation_options options = { .seed = 1 };
	struct simulation world;
	struct datagram hello;
	adtls_engine_t *client, *engine;

	(void)state;
	simulation_init(&world, &options);
	client = new_client(&world);
	engine = begin(&world, client, &hello);
	assert_ptr_equal(meet(&world, engine, &hello), engine);
	/* What cannot be read may be a part of it. */
	hello.len = 20;
	assert_ptr_equal(meet(&world, engine, &hello), engine);
	adtls_engine_free(engine);
	adtls_engine_free(client);
	simulation_clear(&world);
}

/* Not without a cookie: anybody could end a handshake that way. */
static void another_hello_starts_anew(void **state)
{
	struct simulation_options options = { .seed = 2 };
	struct simulation world;
	struct datagram hello;
	adtls_engine_t *first, *second, *engine, *next;

	(void)state;
	simulation_init(&world, &options);
	first = new_client(&world);
	engine = begin(&world, first, &hello);
	second = new_client(&world);
	next_of(&world, second, &hello);
	assert_null(meet(&world, engine, &hello));
	answer_client(&world, second);
	next_of(&world, second, &hello);
	next = meet(&world, engine, &hello);
	assert_non_null(next);
	assert_ptr_not_equal(next, engine);
	assert_int_equal(adtls_engine_role(next), ADTLS_SERVER);
	/* It is the caller's: the endpoint has no more of it. */
	assert_null(adtls_endpoint_find(world.endpoint, &home));
	adtls_engine_free(next);
	adtls_engine_free(engine);
	adtls_engine_free(second);
	adtls_engine_free(first);
	simulation_clear(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_repeated_hello_belongs_to_its_handshake),
		cmocka_unit_test(another_hello_starts_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
