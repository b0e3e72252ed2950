/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An application's own hello extensions, there and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/scenario/crowd.h"
#include "tests/support/test_credentials.h"

#define TENANT 0xfafa
#define OTHER  0xfafb
#define BOTH   (ADTLS_EXT_CLIENT_HELLO | ADTLS_EXT_ENCRYPTED_EXTENSIONS)

/* What one side sends, and what it has got. */
struct end {
	const char *says; /* NULL: leaves it out */
	int fails;	  /* an error to return in place */
	size_t claims;	  /* bytes it says it has written, if not 0 */
	adtls_alert_t refuses;
	unsigned asked;
	unsigned told;
	char heard[64];
	adtls_role_t role;
};

static struct crowd crowd;
static struct end client;
static struct end server;

static int setup(void **state)
{
	(void)state;
	crowd_init(&crowd);
	crowd_set_usual_credentials(&crowd);
	client = (struct end){ .refuses = ADTLS_ALERT_NONE };
	server = (struct end){ .refuses = ADTLS_ALERT_NONE };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	crowd_clear(&crowd);
	return 0;
}

static int say(void *context, adtls_engine_t *engine, uint8_t *out,
	       size_t out_len, size_t *out_written)
{
	struct end *end = context;

	end->asked++;
	end->role = adtls_engine_role(engine);
	if (end->fails != 0)
		return end->fails;
	if (end->says == NULL)
		return 0;
	*out_written = strlen(end->says);
	assert_true(*out_written <= out_len);
	memcpy(out, end->says, *out_written);
	if (end->claims != 0)
		*out_written = end->claims;
	return 1;
}

static adtls_alert_t hear(void *context, adtls_engine_t *engine,
			  adtls_bytes_t body)
{
	struct end *end = context;

	end->told++;
	end->role = adtls_engine_role(engine);
	assert_in_range(body.len, 0, sizeof(end->heard) - 1);
	memcpy(end->heard, body.data, body.len);
	end->heard[body.len] = '\0';
	return end->refuses;
}

static void add(adtls_config_t *config, uint16_t id, unsigned messages,
		struct end *end)
{
	assert_int_equal(adtls_ext_register(config, "tenant", id, messages, say,
					    hear, end),
			 ADTLS_OK);
}

static struct crowd_member *meet(void)
{
	struct crowd_member *member =
		crowd_join(&crowd, "sensor", TEST_SERVER_NAME);

	crowd_run(&crowd);
	return member;
}

static void assert_connected(const struct crowd_member *member)
{
	if (member->client.connected != 1 || member->server.connected != 1 ||
	    member->client.closed != 0 || member->server.closed != 0)
		fail_msg("client \"%s\", server \"%s\"", member->client.detail,
			 member->server.detail);
}

static void there_and_back(void **state)
{
	(void)state;
	client.says = "tenant 7?";
	server.says = "tenant 7.";
	add(crowd.client_config, TENANT, BOTH, &client);
	add(crowd.server_config, TENANT, BOTH, &server);
	assert_connected(meet());
	assert_string_equal(server.heard, "tenant 7?");
	assert_string_equal(client.heard, "tenant 7.");
	assert_int_equal(client.role, ADTLS_CLIENT);
	assert_int_equal(server.role, ADTLS_SERVER);
	/* Its second ClientHello repeats the first, it does not ask again. */
	assert_int_equal(client.asked, 1);
	assert_int_equal(client.told, 1);
	assert_int_equal(server.asked, 1);
	assert_int_equal(server.told, 1);
}

static void empty_bodies_are_sent(void **state)
{
	(void)state;
	client.says = "";
	server.says = "";
	add(crowd.client_config, TENANT, BOTH, &client);
	add(crowd.server_config, TENANT, BOTH, &server);
	assert_connected(meet());
	assert_int_equal(server.told, 1);
	assert_int_equal(client.told, 1);
}

/* Who has not heard of it ignores it, and is not asked. */

static void a_server_that_does_not_know_it(void **state)
{
	(void)state;
	client.says = "tenant 7?";
	add(crowd.client_config, TENANT, BOTH, &client);
	add(crowd.server_config, OTHER, BOTH, &server);
	assert_connected(meet());
	assert_int_equal(client.told, 0);
	assert_int_equal(server.told, 0);
	assert_int_equal(server.asked, 0);
}

static void a_client_that_does_not_know_it(void **state)
{
	(void)state;
	server.says = "tenant 7.";
	add(crowd.server_config, TENANT, BOTH, &server);
	assert_connected(meet());
	assert_int_equal(server.asked, 0);
	assert_int_equal(server.told, 0);
}

static void a_client_that_leaves_it_out(void **state)
{
	(void)state;
	server.says = "tenant 7.";
	add(crowd.client_config, TENANT, BOTH, &client);
	add(crowd.server_config, TENANT, BOTH, &server);
	assert_connected(meet());
	assert_int_equal(client.asked, 1);
	assert_int_equal(server.asked, 0);
}

static void a_server_that_does_not_answer(void **state)
{
	(void)state;
	client.says = "tenant 7?";
	add(crowd.client_config, TENANT, BOTH, &client);
	add(crowd.server_config, TENANT, ADTLS_EXT_CLIENT_HELLO, &server);
	assert_connected(meet());
	assert_string_equal(server.heard, "tenant 7?");
	assert_int_equal(server.asked, 0);
	assert_int_equal(client.told, 0);
}

/* Neither function is needed. */
static void one_that_is_neither_sent_nor_read(void **state)
{
	(void)state;
	assert_int_equal(adtls_ext_register(crowd.client_config, "quiet", OTHER,
					    BOTH, NULL, NULL, NULL),
			 ADTLS_OK);
	assert_int_equal(adtls_ext_register(crowd.server_config, "quiet",
					    TENANT, BOTH, NULL, NULL, NULL),
			 ADTLS_OK);
	client.says = "tenant 7?";
	add(crowd.client_config, TENANT, BOTH, &client);
	assert_connected(meet());
	assert_int_equal(client.told, 0);
}

/* The order of registration is that of the calls. */
static void several_at_once(void **state)
{
	struct end more = { .says = "more", .refuses = ADTLS_ALERT_NONE };

	(void)state;
	client.says = "tenant 7?";
	server.says = "tenant 7.";
	add(crowd.client_config, TENANT, BOTH, &client);
	add(crowd.client_config, OTHER, BOTH, &more);
	add(crowd.server_config, OTHER, BOTH, &more);
	add(crowd.server_config, TENANT, BOTH, &server);
	assert_connected(meet());
	assert_string_equal(server.heard, "tenant 7?");
	assert_string_equal(client.heard, "tenant 7.");
	assert_string_equal(more.heard, "more");
	assert_int_equal(more.told, 2);
}

/* An application's refusals */

/* Before it answers the server has no keys: its alert is in plaintext, which
 * the client only remembers. */
static void the_server_refuses(void **state)
{
	struct crowd_member *member;

	(void)state;
	client.says = "tenant 7?";
	server.refuses = ADTLS_ALERT_ACCESS_DENIED;
	add(crowd.client_config, TENANT, BOTH, &client);
	add(crowd.server_config, TENANT, BOTH, &server);
	member = meet();
	assert_int_equal(member->server.closed, 1);
	assert_int_equal(member->server.alert, ADTLS_ALERT_ACCESS_DENIED);
	assert_int_equal(member->server.reason, ADTLS_REASON_ILLEGAL_EXTENSION);
	assert_non_null(strstr(member->server.detail, "tenant"));
	assert_int_equal(member->client.closed, 0);
	crowd_wait(&crowd, 70 * UINT64_C(1000000));
	assert_int_equal(member->client.closed, 1);
	assert_int_equal(member->client.reason, ADTLS_REASON_HANDSHAKE_TIMEOUT);
	assert_non_null(strstr(member->client.detail, "access_denied"));
}

static void the_client_refuses(void **state)
{
	struct crowd_member *member;

	(void)state;
	client.says = "tenant 7?";
	client.refuses = ADTLS_ALERT_ILLEGAL_PARAMETER;
	server.says = "tenant 8.";
	add(crowd.client_config, TENANT, BOTH, &client);
	add(crowd.server_config, TENANT, BOTH, &server);
	member = meet();
	assert_int_equal(member->client.closed, 1);
	assert_int_equal(member->client.alert, ADTLS_ALERT_ILLEGAL_PARAMETER);
	assert_int_equal(member->client.reason, ADTLS_REASON_ILLEGAL_EXTENSION);
	assert_true(member->server.alert_received);
	assert_int_equal(member->server.alert, ADTLS_ALERT_ILLEGAL_PARAMETER);
}

static void assert_internal(const struct crowd_side *side)
{
	assert_int_equal(side->closed, 1);
	assert_int_equal(side->alert, ADTLS_ALERT_INTERNAL_ERROR);
	assert_int_equal(side->reason, ADTLS_REASON_INTERNAL);
	assert_non_null(strstr(side->detail, "tenant"));
}

static void a_client_that_cannot_write_it(void **state)
{
	(void)state;
	client.fails = ADTLS_E_IO;
	add(crowd.client_config, TENANT, BOTH, &client);
	assert_internal(&meet()->client);
}

static void a_server_that_cannot_write_it(void **state)
{
	struct crowd_member *member;

	(void)state;
	client.says = "tenant 7?";
	server.fails = ADTLS_E_IO;
	add(crowd.client_config, TENANT, BOTH, &client);
	add(crowd.server_config, TENANT, BOTH, &server);
	member = meet();
	assert_internal(&member->server);
	/* Under handshake keys, so that the client believes it. */
	assert_int_equal(member->client.alert, ADTLS_ALERT_INTERNAL_ERROR);
	assert_true(member->client.alert_received);
}

/* More than there was room for: nothing behind the buffer is sent. */
static void a_client_that_claims_too_much(void **state)
{
	(void)state;
	client.says = "tenant 7?";
	client.claims = SIZE_MAX;
	add(crowd.client_config, TENANT, BOTH, &client);
	assert_internal(&meet()->client);
}

#define with_crowd(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		with_crowd(there_and_back),
		with_crowd(empty_bodies_are_sent),
		with_crowd(a_server_that_does_not_know_it),
		with_crowd(a_client_that_does_not_know_it),
		with_crowd(a_client_that_leaves_it_out),
		with_crowd(a_server_that_does_not_answer),
		with_crowd(one_that_is_neither_sent_nor_read),
		with_crowd(several_at_once),
		with_crowd(the_server_refuses),
		with_crowd(the_client_refuses),
		with_crowd(a_client_that_cannot_write_it),
		with_crowd(a_server_that_cannot_write_it),
		with_crowd(a_client_that_claims_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
