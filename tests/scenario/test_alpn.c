/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Application-Layer Protocol Negotiation (RFC 7301): what is selected, and what
 * both sides learn where nothing is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/scenario/crowd.h"
#include "tests/support/test_credentials.h"

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

/* Names apart by spaces. */
static int set(adtls_config_t *config, const char *text, unsigned flags)
{
	adtls_bytes_t names[8];
	size_t count = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		assert_in_range(count, 0, 7);
		names[count++] =
			(adtls_bytes_t){ (const uint8_t *)text, len };
		text += len + strspn(text + len, " ");
	}
	return adtls_config_set_alpn(config, names, count, flags);
}

static void client_has(const char *names, unsigned flags)
{
	assert_int_equal(set(crowd.client_config, names, flags), ADTLS_OK);
}

static void server_has(const char *names, unsigned flags)
{
	assert_int_equal(set(crowd.server_config, names, flags), ADTLS_OK);
}

static void assert_selected(const adtls_engine_t *engine, const char *expected)
{
	adtls_parameters_t parameters;

	adtls_engine_parameters(engine, &parameters);
	assert_int_equal(parameters.application_protocol.len,
			 strlen(expected));
	if (*expected != '\0')
		assert_memory_equal(parameters.application_protocol.data,
				    expected, strlen(expected));
}

static void assert_agree(const char *expected)
{
	struct crowd_member *member = crowd_connect(&crowd, "sensor");

	assert_selected(member->engine, expected);
	assert_selected(crowd_server_engine(&crowd, member), expected);
}

static void assert_refused(const struct crowd_side *refusing,
			   const struct crowd_side *refused)
{
	assert_int_equal(refusing->closed, 1);
	assert_int_equal(refusing->connected, 0);
	assert_int_equal(refusing->reason,
			 ADTLS_REASON_NO_APPLICATION_PROTOCOL);
	assert_int_equal(refusing->alert, ADTLS_ALERT_NO_APPLICATION_PROTOCOL);
	assert_false(refusing->alert_received);
	/* It comes under handshake keys, so that the peer can believe it. */
	assert_int_equal(refused->closed, 1);
	assert_int_equal(refused->alert, ADTLS_ALERT_NO_APPLICATION_PROTOCOL);
	assert_true(refused->alert_received);
}

static struct crowd_member *meet(void)
{
	struct crowd_member *member =
		crowd_join(&crowd, "sensor", TEST_SERVER_NAME);

	crowd_run(&crowd);
	return member;
}

static void the_server_chooses(void **state)
{
	(void)state;
	client_has("h2 coap lwm2m", 0);
	server_has("mqtt lwm2m coap", 0);
	assert_agree("lwm2m");
}

static void who_has_not_heard_of_it_connects(void **state)
{
	(void)state;
	client_has("coap", 0);
	assert_agree("");
}

static void who_offers_nothing_connects(void **state)
{
	(void)state;
	server_has("coap", 0);
	assert_agree("");
}

static void nothing_in_common(void **state)
{
	struct crowd_member *member;

	(void)state;
	client_has("h2 coa coapp", 0);
	server_has("coap", 0);
	member = meet();
	assert_refused(&member->server, &member->client);
}

static void a_server_may_insist(void **state)
{
	struct crowd_member *member;

	(void)state;
	server_has("coap", ADTLS_ALPN_MANDATORY);
	member = meet();
	assert_refused(&member->server, &member->client);
}

static void a_client_may_insist(void **state)
{
	struct crowd_member *member;

	(void)state;
	client_has("coap", ADTLS_ALPN_MANDATORY);
	member = meet();
	assert_refused(&member->client, &member->server);
}

static void who_insists_is_content_with_an_answer(void **state)
{
	(void)state;
	client_has("coap", ADTLS_ALPN_MANDATORY);
	server_has("coap", ADTLS_ALPN_MANDATORY);
	assert_agree("coap");
}

static void names_are_bytes(void **state)
{
	static const uint8_t grease[] = { 0x0a, 0x00, 0x0a };
	const adtls_bytes_t name = { grease, sizeof(grease) };
	struct crowd_member *member;
	adtls_parameters_t parameters;

	(void)state;
	assert_int_equal(
		adtls_config_set_alpn(crowd.client_config, &name, 1, 0), 0);
	assert_int_equal(
		adtls_config_set_alpn(crowd.server_config, &name, 1, 0), 0);
	member = crowd_connect(&crowd, "sensor");
	adtls_engine_parameters(member->engine, &parameters);
	assert_int_equal(parameters.application_protocol.len, sizeof(grease));
	assert_memory_equal(parameters.application_protocol.data, grease,
			    sizeof(grease));
}

static void lists_are_bounded(void **state)
{
	static const uint8_t letters[256] = { 'x' };
	adtls_bytes_t names[3] = {
		{ letters, 255 }, { letters + 1, 254 }, { letters, 1 }
	};
	adtls_config_t *config = crowd.client_config;
	adtls_bytes_t bad;

	(void)state;
	assert_int_equal(adtls_config_set_alpn(config, names, 2, 0), ADTLS_OK);
	assert_int_equal(adtls_config_set_alpn(config, names, 3, 0),
			 ADTLS_E_TOO_LARGE);
	bad = (adtls_bytes_t){ letters, 256 };
	assert_int_equal(adtls_config_set_alpn(config, &bad, 1, 0),
			 ADTLS_E_INVALID);
	bad.len = 0;
	assert_int_equal(adtls_config_set_alpn(config, &bad, 1, 0),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_config_set_alpn(config, names, 1, 2),
			 ADTLS_E_INVALID);
	/* None at all takes it back. */
	assert_int_equal(adtls_config_set_alpn(config, NULL, 0, 0), ADTLS_OK);
	server_has("coap", 0);
	assert_agree("");
	assert_int_equal(adtls_config_set_alpn(config, names, 1, 0),
			 ADTLS_E_INVALID);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_server_chooses, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			who_has_not_heard_of_it_connects, setup, teardown),
		cmocka_unit_test_setup_teardown(who_offers_nothing_connects,
						setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_in_common, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_server_may_insist, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_client_may_insist, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			who_insists_is_content_with_an_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(names_are_bytes, setup,
						teardown),
		cmocka_unit_test_setup_teardown(lists_are_bounded, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
