/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client that starts again without a cookie, with and without memory for it.
 * The program is linked with --wrap=handshake_new. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "tests/unit/lone_handshake.h"

static const adtls_time_t now = { 1000000, ADTLS_UTC_UNKNOWN };

static bool has_memory;
static struct lone_handshake lone;

struct handshake *__real_handshake_new(const struct adtls_config *config,
				       adtls_role_t role,
				       struct channel *channel,
				       struct hs_facts *facts, void *layer);
struct handshake *__wrap_handshake_new(const struct adtls_config *config,
				       adtls_role_t role,
				       struct channel *channel,
				       struct hs_facts *facts, void *layer);

struct handshake *__wrap_handshake_new(const struct adtls_config *config,
				       adtls_role_t role,
				       struct channel *channel,
				       struct hs_facts *facts, void *layer)
{
	return has_memory ? __real_handshake_new(config, role, channel, facts,
						 layer) :
			    NULL;
}

/* A client with a cookie that waits for its ServerHello. */
static adtls_engine_t *waiting_client(void)
{
	adtls_engine_t *engine;

	has_memory = true;
	assert_int_equal(adtls_engine_new_client(lone.config, NULL, now,
						 &engine),
			 ADTLS_OK);
	assert_int_equal(engine->hs->state, CLIENT_RECEIVE_SERVER_HELLO);
	assert_true(buffer_set(&engine->hs->cookie, (const uint8_t *)"c", 1));
	return engine;
}

static void it_starts_once(void **state)
{
	adtls_engine_t *engine = waiting_client();

	(void)state;
	assert_true(engine_restart_without_cookie(engine, now));
	assert_int_equal(engine->hs->cookie.len, 0);
	assert_false(engine_restart_without_cookie(engine, now));
	assert_int_equal(engine->phase, ENGINE_HANDSHAKING);
	adtls_engine_free(engine);
}

static void without_memory_it_ends(void **state)
{
	adtls_engine_t *engine = waiting_client();
	uint8_t datagram[1500];
	adtls_event_t event;

	(void)state;
	has_memory = false;
	assert_false(engine_restart_without_cookie(engine, now));
	assert_true(adtls_engine_next_event(engine, &event));
	assert_int_equal(event.type, ADTLS_EVENT_CLOSED);
	assert_int_equal(event.reason, ADTLS_REASON_INTERNAL);
	assert_false(adtls_engine_next_event(engine, &event));
	/* Whoever has it may go on calling. */
	adtls_engine_tick(engine, now);
	assert_int_equal(adtls_engine_next_datagram(engine, now, datagram,
						    sizeof(datagram)),
			 0);
	assert_int_equal(adtls_engine_deadline(engine), ADTLS_NEVER);
	adtls_engine_free(engine);
}

static int setup(void **state)
{
	(void)state;
	has_memory = true;
	lone_handshake_init(&lone);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	lone_handshake_clear(&lone);
	return 0;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_starts_once),
		cmocka_unit_test(without_memory_it_ends),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
