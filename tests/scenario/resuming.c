/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connections with tickets, for tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/scenario/resuming.h"

const uint8_t ticket_keys[4][ADTLS_TICKET_KEY_LEN] = {
	{ 1 }, { 2 }, { 3 }, { 4 }
};

struct given_tickets given;

void give_as_usual(void)
{
	memset(&given, 0, sizeof(given));
	given.count = 1;
	given.lifetime_s = 86400;
}

void give_key(adtls_config_t *config, const uint8_t *key)
{
	assert_int_equal(adtls_config_set_ticket_key(
				 config, bytes_of(key, ADTLS_TICKET_KEY_LEN)),
			 ADTLS_OK);
}

void configure_tickets(adtls_config_t *client, adtls_config_t *server)
{
	assert_int_equal(adtls_config_set_resumption(client, true), ADTLS_OK);
	assert_int_equal(adtls_config_set_tickets(server, given.count,
						  given.lifetime_s),
			 ADTLS_OK);
	if (given.key != NULL)
		give_key(server, given.key);
}

void connect_both(struct simulation *world)
{
	if (!simulation_connect(world, world->now.monotonic_us + MINUTE))
		fail_msg("client: %s; server: %s", world->client.detail,
			 world->server.detail);
	simulation_run(world, world->now.monotonic_us + 5 * SECOND);
}

bool is_resumed(struct simulation *world)
{
	adtls_parameters_t client, server;

	adtls_engine_parameters(world->client_engine, &client);
	adtls_engine_parameters(world->server_engine, &server);
	assert_int_equal(client.resumed, server.resumed);
	assert_false(client.psk);
	return client.resumed;
}

adtls_ticket_t *take_ticket(struct simulation *world)
{
	adtls_ticket_t *ticket = adtls_engine_take_ticket(world->client_engine);

	assert_non_null(ticket);
	assert_true(world->client.tickets > 0);
	return ticket;
}

bool resumes(struct simulation *world)
{
	simulation_reconnect(world, take_ticket(world));
	connect_both(world);
	return is_resumed(world);
}

void echo(struct simulation *world)
{
	unsigned client = world->client.data_count;
	unsigned server = world->server.data_count;

	assert_int_equal(simulation_send(world, ADTLS_CLIENT, "ping", 4),
			 ADTLS_OK);
	simulation_run(world, world->now.monotonic_us + 5 * SECOND);
	assert_int_equal(world->server.data_count, server + 1);
	assert_int_equal(simulation_send(world, ADTLS_SERVER, "pong", 4),
			 ADTLS_OK);
	simulation_run(world, world->now.monotonic_us + 5 * SECOND);
	assert_int_equal(world->client.data_count, client + 1);
}

adtls_ticket_t *copy_of(const adtls_ticket_t *ticket)
{
	uint8_t bytes[ADTLS_TICKET_EXPORT_MAX];
	adtls_ticket_t *copy;
	size_t len;

	assert_int_equal(adtls_ticket_export(ticket, bytes, sizeof(bytes),
					     &len),
			 ADTLS_OK);
	assert_int_equal(adtls_ticket_import(bytes_of(bytes, len), &copy),
			 ADTLS_OK);
	return copy;
}
