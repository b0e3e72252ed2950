/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections that resume earlier ones: by whom, and for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include <adtls/ticket.h>

#include "handshake/config.h"
#include "tests/scenario/resuming.h"
#include "tests/support/test_credentials.h"

static void check_chain(bool no_cookie)
{
	struct simulation_options options = { .seed = 1,
					      .no_cookie = no_cookie,
					      .client_certificate = true,
					      .configure = configure_tickets };
	struct simulation world;

	give_as_usual();
	simulation_init(&world, &options);
	connect_both(&world);
	assert_false(is_resumed(&world));
	assert_int_equal(world.client.tickets, 1);
	for (unsigned i = 0; i < 3; i++) {
		assert_true(resumes(&world));
		assert_string_equal(
			adtls_engine_peer_identity(world.client_engine),
			"CN=gateway.test");
		assert_string_equal(
			adtls_engine_peer_identity(world.server_engine),
			"CN=sensor-1");
		echo(&world);
	}
	simulation_clear(&world);
}

static void connections_resume_one_another(void **state)
{
	(void)state;
	check_chain(false);
	check_chain(true);
}

static void who_does_not_ask_gets_no_ticket(void **state)
{
	struct simulation_options options = { .seed = 2 };
	struct simulation world;

	(void)state;
	simulation_init(&world, &options);
	connect_both(&world);
	assert_int_equal(world.client.tickets, 0);
	assert_null(adtls_engine_take_ticket(world.client_engine));
	simulation_clear(&world);
}

static void a_server_gives_as_many_as_it_is_told(void **state)
{
	struct simulation_options options = { .seed = 3,
					      .configure = configure_tickets };

	(void)state;
	give_as_usual();
	for (given.count = 0; given.count <= 4; given.count++) {
		struct simulation world;
		adtls_ticket_t *ticket;
		unsigned taken = 0;

		simulation_init(&world, &options);
		connect_both(&world);
		while ((ticket = adtls_engine_take_ticket(
				world.client_engine)) != NULL) {
			adtls_ticket_free(ticket);
			taken++;
		}
		assert_int_equal(taken, given.count);
		simulation_clear(&world);
	}
}

/* Each ticket is one of its own, good for one of several connections. */
static void each_of_several_tickets_is_good(void **state)
{
	struct simulation_options options = { .seed = 4,
					      .configure = configure_tickets };
	struct simulation world;
	adtls_ticket_t *first, *second;

	(void)state;
	give_as_usual();
	given.count = 2;
	simulation_init(&world, &options);
	connect_both(&world);
	second = take_ticket(&world);
	first = take_ticket(&world);
	simulation_reconnect(&world, first);
	connect_both(&world);
	assert_true(is_resumed(&world));
	simulation_reconnect(&world, second);
	connect_both(&world);
	assert_true(is_resumed(&world));
	simulation_clear(&world);
}

/* How long, and for whom */

static void a_ticket_expires(void **state)
{
	struct simulation_options options = { .seed = 5,
					      .configure = configure_tickets };
	struct simulation world;

	(void)state;
	give_as_usual();
	given.lifetime_s = 3600;
	simulation_init(&world, &options);
	connect_both(&world);
	simulation_run(&world, world.now.monotonic_us + 59 * MINUTE);
	assert_true(resumes(&world));
	simulation_run(&world, world.now.monotonic_us + 61 * MINUTE);
	assert_false(resumes(&world));
	simulation_clear(&world);
}

/* Seven days after the certificates were checked the chain ends, however new
 * the last ticket is. */
static void a_chain_ends(void **state)
{
	struct simulation_options options = { .seed = 6,
					      .configure = configure_tickets };
	struct simulation world;
	unsigned days = 0;

	(void)state;
	give_as_usual();
	given.lifetime_s = 4 * 86400;
	simulation_init(&world, &options);
	connect_both(&world);
	do {
		simulation_run(&world, world.now.monotonic_us + DAY);
		days++;
	} while (resumes(&world) && days < 20);
	assert_int_equal(days, 7);
	simulation_clear(&world);
}

static void keys_change_and_old_tickets_stay_good_for_a_while(void **state)
{
	struct simulation_options options = { .seed = 7,
					      .configure = configure_tickets };

	(void)state;
	give_as_usual();
	given.key = ticket_keys[0];
	for (unsigned changes = 0; changes <= 3; changes++) {
		struct simulation world;

		simulation_init(&world, &options);
		connect_both(&world);
		for (unsigned i = 1; i <= changes; i++)
			give_key(world.server_config, ticket_keys[i]);
		assert_int_equal(resumes(&world), changes < 3);
		simulation_clear(&world);
	}
}

/* Own keys change with the lifetime of tickets, and none dies before its time. */
static void own_keys_change_by_themselves(void **state)
{
	struct simulation_options options = { .seed = 8,
					      .configure = configure_tickets };
	struct simulation world;

	(void)state;
	give_as_usual();
	given.lifetime_s = 3600;
	simulation_init(&world, &options);
	connect_both(&world);
	for (unsigned i = 0; i < 10; i++) {
		simulation_run(&world, world.now.monotonic_us + 58 * MINUTE);
		assert_true(resumes(&world));
	}
	simulation_clear(&world);
}

/* A ticket of one process, in another that has the same key, or not. */
static bool resumes_elsewhere(const uint8_t *key)
{
	struct simulation_options options = { .seed = 9,
					      .configure = configure_tickets };
	struct simulation here, there;
	adtls_ticket_t *ticket;
	bool resumed;

	give_as_usual();
	given.key = ticket_keys[0];
	simulation_init(&here, &options);
	connect_both(&here);
	ticket = take_ticket(&here);
	given.key = key;
	options.seed = 10;
	simulation_init(&there, &options);
	connect_both(&there);
	simulation_reconnect(&there, copy_of(ticket));
	connect_both(&there);
	resumed = is_resumed(&there);
	adtls_ticket_free(ticket);
	simulation_clear(&here);
	simulation_clear(&there);
	return resumed;
}

static void (*change)(adtls_config_t *server);

static void configure_changed(adtls_config_t *client, adtls_config_t *server)
{
	configure_tickets(client, server);
	if (change != NULL)
		change(server);
}

static void another_pin(adtls_config_t *server)
{
	const uint8_t digest[32] = { 1 };

	adtls_credentials_add_pin_digest(server->credentials, digest);
}

static void another_anchor(adtls_config_t *server)
{
	struct test_bytes der = test_certificate_der(&test_root);

	assert_int_equal(adtls_credentials_add_trust_mem(server->credentials,
							 test_view(&der)),
			 ADTLS_OK);
}

static void another_list(adtls_config_t *server)
{
	const struct test_crl made = { .issuer = &test_intermediate };
	struct test_bytes der = test_crl_der(&made);

	assert_int_equal(adtls_credentials_add_crl_mem(server->credentials,
						       test_view(&der)),
			 ADTLS_OK);
}

static void another_rule(adtls_config_t *server)
{
	adtls_credentials_set_purpose(server->credentials, "1.2.3");
}

static void clients_are_asked(adtls_config_t *server)
{
	adtls_config_set_client_authentication(
		server, ADTLS_CLIENT_AUTHENTICATION_REQUEST);
}

/* A key may be shared; who decides otherwise about clients decides anew. */
static void a_ticket_is_for_those_who_decide_alike(void **state)
{
	static void (*const changes[])(adtls_config_t *) = {
		NULL,	      another_pin,  another_anchor,
		another_list, another_rule, clients_are_asked,
	};
	struct simulation_options options = { .seed = 19,
					      .configure = configure_changed };
	struct simulation here, there;
	adtls_ticket_t *ticket;

	(void)state;
	give_as_usual();
	given.key = ticket_keys[0];
	change = NULL;
	simulation_init(&here, &options);
	connect_both(&here);
	ticket = take_ticket(&here);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		change = changes[i];
		simulation_init(&there, &options);
		connect_both(&there);
		simulation_reconnect(&there, copy_of(ticket));
		connect_both(&there);
		assert_int_equal(is_resumed(&there), changes[i] == NULL);
		simulation_clear(&there);
	}
	adtls_ticket_free(ticket);
	simulation_clear(&here);
}

static void processes_share_a_key(void **state)
{
	(void)state;
	assert_true(resumes_elsewhere(ticket_keys[0]));
	assert_false(resumes_elsewhere(ticket_keys[1]));
	assert_false(resumes_elsewhere(NULL));
}

/* Damage */

/* A copy with one byte of its export changed, counted from the end. */
static adtls_ticket_t *damaged(const adtls_ticket_t *ticket, size_t from_end)
{
	uint8_t bytes[ADTLS_TICKET_EXPORT_MAX];
	adtls_ticket_t *copy;
	size_t len;

	assert_int_equal(adtls_ticket_export(ticket, bytes, sizeof(bytes),
					     &len),
			 ADTLS_OK);
	assert_true(from_end <= len);
	bytes[len - from_end] ^= 1;
	assert_int_equal(adtls_ticket_import(bytes_of(bytes, len), &copy),
			 ADTLS_OK);
	return copy;
}

static void a_damaged_ticket_is_none(void **state)
{
	static const size_t places[] = { 1, 20, 60, 100 };
	struct simulation_options options = { .seed = 11,
					      .configure = configure_tickets };
	struct simulation world;
	adtls_ticket_t *ticket;

	(void)state;
	give_as_usual();
	simulation_init(&world, &options);
	connect_both(&world);
	ticket = take_ticket(&world);
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		simulation_reconnect(&world, damaged(ticket, places[i]));
		connect_both(&world);
		assert_false(is_resumed(&world));
	}
	simulation_reconnect(&world, copy_of(ticket));
	connect_both(&world);
	assert_true(is_resumed(&world));
	adtls_ticket_free(ticket);
	simulation_clear(&world);
}

/* Who has the ticket and not its secret is found out by the binder. */
static void a_stolen_ticket_is_worth_nothing(void **state)
{
	struct simulation_options options = { .seed = 12,
					      .configure = configure_tickets,
					      .handshake_deadline_us =
						      5 * SECOND };
	uint8_t bytes[ADTLS_TICKET_EXPORT_MAX];
	struct simulation world;
	adtls_ticket_t *ticket, *changed;
	size_t len;

	(void)state;
	give_as_usual();
	simulation_init(&world, &options);
	connect_both(&world);
	ticket = take_ticket(&world);
	assert_int_equal(adtls_ticket_export(ticket, bytes, sizeof(bytes),
					     &len),
			 ADTLS_OK);
	bytes[8 + 5] ^= 1;	/* magic, version, suite, length: the secret */
	assert_int_equal(adtls_ticket_import(bytes_of(bytes, len), &changed),
			 ADTLS_OK);
	adtls_ticket_free(ticket);
	simulation_reconnect(&world, changed);
	assert_false(simulation_connect(&world,
					world.now.monotonic_us + MINUTE));
	assert_int_equal(world.server.alert, ADTLS_ALERT_DECRYPT_ERROR);
	assert_int_equal(world.server.reason, ADTLS_REASON_BAD_BINDER);
	simulation_clear(&world);
}

/* A client does not offer what is for another server; a server takes nothing
 * that was given under another name. */
static void a_ticket_is_for_one_name(void **state)
{
	struct simulation_options options = { .seed = 13,
					      .configure = configure_tickets };
	uint8_t bytes[ADTLS_TICKET_EXPORT_MAX];
	struct simulation world;
	adtls_ticket_t *ticket, *renamed;
	size_t len;

	(void)state;
	give_as_usual();
	simulation_init(&world, &options);
	connect_both(&world);
	ticket = take_ticket(&world);
	assert_string_equal(adtls_ticket_server_name(ticket), "gateway.test");
	assert_int_equal(adtls_ticket_export(ticket, bytes, sizeof(bytes),
					     &len),
			 ADTLS_OK);
	for (size_t i = 0; i + 12 <= len; i++) {
		if (bytes[i] == 'g' && memcmp(&bytes[i], "gateway.test", 12) == 0)
			bytes[i + 11] = 'u';
	}
	/* The client's own check: a full handshake. */
	assert_int_equal(adtls_ticket_import(bytes_of(bytes, len), &renamed),
			 ADTLS_OK);
	assert_string_equal(adtls_ticket_server_name(renamed), "gateway.tesu");
	simulation_reconnect(&world, renamed);
	connect_both(&world);
	assert_false(is_resumed(&world));
	/* The server's: a full handshake, in which the name is wrong. */
	assert_int_equal(adtls_ticket_import(bytes_of(bytes, len), &renamed),
			 ADTLS_OK);
	world.server_name = "gateway.tesu";
	simulation_reconnect(&world, renamed);
	assert_false(simulation_connect(&world,
					world.now.monotonic_us + MINUTE));
	assert_int_equal(world.client.reason, ADTLS_REASON_CERTIFICATE_NAME);
	adtls_ticket_free(ticket);
	simulation_clear(&world);
}

static void require_certificate(adtls_config_t *client, adtls_config_t *server)
{
	configure_tickets(client, server);
	assert_int_equal(adtls_config_set_client_authentication(
				 server, ADTLS_CLIENT_AUTHENTICATION_REQUIRE),
			 ADTLS_OK);
}

/* A ticket of a time when none was asked for does not stand for a certificate. */
static void a_ticket_is_no_certificate(void **state)
{
	struct simulation_options options = { .seed = 14,
					      .configure = configure_tickets };
	struct simulation here, there;
	adtls_ticket_t *ticket;

	(void)state;
	give_as_usual();
	given.key = ticket_keys[0];
	simulation_init(&here, &options);
	connect_both(&here);
	ticket = take_ticket(&here);
	options.configure = require_certificate;
	simulation_init(&there, &options);
	connect_both(&there);
	simulation_reconnect(&there, copy_of(ticket));
	connect_both(&there);
	assert_false(is_resumed(&there));
	assert_true(resumes(&there));
	adtls_ticket_free(ticket);
	simulation_clear(&here);
	simulation_clear(&there);
}

/* Export */

static void exports_are_read_with_care(void **state)
{
	struct simulation_options options = { .seed = 15,
					      .configure = configure_tickets };
	uint8_t bytes[ADTLS_TICKET_EXPORT_MAX + 1], small[16];
	struct simulation world;
	adtls_ticket_t *ticket, *copy;
	size_t len;

	(void)state;
	give_as_usual();
	simulation_init(&world, &options);
	connect_both(&world);
	ticket = take_ticket(&world);
	assert_int_equal(adtls_ticket_export(ticket, small, sizeof(small),
					     &len),
			 ADTLS_E_TOO_LARGE);
	assert_int_equal(adtls_ticket_export(ticket, bytes, sizeof(bytes),
					     &len),
			 ADTLS_OK);
	assert_int_equal(adtls_ticket_expires_at(ticket),
			 SIMULATION_UTC + 1 + 86400);
	for (size_t cut = 0; cut < len; cut++) {
		assert_int_equal(adtls_ticket_import(bytes_of(bytes, cut),
						     &copy),
				 ADTLS_E_DECODE);
		assert_null(copy);
	}
	bytes[len] = 0;
	assert_int_equal(adtls_ticket_import(bytes_of(bytes, len + 1), &copy),
			 ADTLS_E_DECODE);
	bytes[4]++;
	assert_int_equal(adtls_ticket_import(bytes_of(bytes, len), &copy),
			 ADTLS_E_UNSUPPORTED);
	bytes[4]--;
	bytes[5]++;
	assert_int_equal(adtls_ticket_import(bytes_of(bytes, len), &copy),
			 ADTLS_E_UNSUPPORTED);
	adtls_ticket_free(ticket);
	simulation_clear(&world);
}

/* Faults */

struct loss {
	enum simulation_direction direction;
	unsigned skip;		/* datagrams from now on */
	bool happened;
};

static enum simulation_fate lose_one(struct simulation *world,
				     enum simulation_direction direction,
				     unsigned index, uint8_t *datagram,
				     size_t *len)
{
	struct loss *loss = world->options.filter_context;

	(void)index;
	(void)datagram;
	(void)len;
	if (loss->happened || direction != loss->direction || loss->skip-- > 0)
		return DELIVER;
	loss->happened = true;
	return LOSE;
}

/* Lose one datagram of a resumed handshake, or of what follows it. The new
 * ticket comes all the same, and is good. */
static bool survives(enum simulation_direction direction, unsigned skip,
		     size_t mtu)
{
	struct loss loss = { .direction = direction, .happened = true };
	struct simulation_options options = { .seed = 30 + skip,
					      .client_mtu = mtu,
					      .server_mtu = mtu,
					      .filter = lose_one,
					      .filter_context = &loss,
					      .configure = configure_tickets };
	struct simulation world;
	bool happened;

	simulation_init(&world, &options);
	connect_both(&world);
	loss.skip = skip;
	loss.happened = false;
	simulation_reconnect(&world, take_ticket(&world));
	connect_both(&world);
	simulation_run(&world, world.now.monotonic_us + MINUTE);
	happened = loss.happened;
	loss.happened = true;
	if (!is_resumed(&world) || world.client.tickets != 1)
		fail_msg("direction %d, datagram %u, mtu %zu: %u tickets",
			 direction, skip, mtu, world.client.tickets);
	echo(&world);
	assert_true(resumes(&world));
	simulation_clear(&world);
	return happened;
}

static void each_datagram_may_get_lost(void **state)
{
	(void)state;
	give_as_usual();
	for (int direction = TO_SERVER; direction <= TO_CLIENT; direction++) {
		for (size_t mtu = 256; mtu <= 1200; mtu += 944) {
			unsigned skip = 0;

			while (survives(direction, skip, mtu))
				skip++;
			assert_true(skip >= 3);
		}
	}
}

/* Keys change while the ticket is still under way. */
static void a_ticket_and_new_keys_cross(void **state)
{
	struct simulation_options options = { .seed = 40,
					      .configure = configure_tickets };
	struct simulation world;

	(void)state;
	give_as_usual();
	given.count = 2;
	simulation_init(&world, &options);
	assert_true(simulation_connect(&world, MINUTE));
	assert_int_equal(adtls_engine_update_keys(world.server_engine,
						  world.now, true),
			 ADTLS_OK);
	adtls_endpoint_touch(world.endpoint, world.server_engine);
	simulation_run(&world, world.now.monotonic_us + MINUTE);
	assert_true(world.client.keys_updated > 0);
	echo(&world);
	adtls_ticket_free(take_ticket(&world));
	assert_true(resumes(&world));
	simulation_clear(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_resume_one_another),
		cmocka_unit_test(who_does_not_ask_gets_no_ticket),
		cmocka_unit_test(a_server_gives_as_many_as_it_is_told),
		cmocka_unit_test(each_of_several_tickets_is_good),
		cmocka_unit_test(a_ticket_expires),
		cmocka_unit_test(a_chain_ends),
		cmocka_unit_test(
			keys_change_and_old_tickets_stay_good_for_a_while),
		cmocka_unit_test(own_keys_change_by_themselves),
		cmocka_unit_test(processes_share_a_key),
		cmocka_unit_test(a_ticket_is_for_those_who_decide_alike),
		cmocka_unit_test(a_damaged_ticket_is_none),
		cmocka_unit_test(a_stolen_ticket_is_worth_nothing),
		cmocka_unit_test(a_ticket_is_for_one_name),
		cmocka_unit_test(a_ticket_is_no_certificate),
		cmocka_unit_test(exports_are_read_with_care),
		cmocka_unit_test(each_datagram_may_get_lost),
		cmocka_unit_test(a_ticket_and_new_keys_cross),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
