/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server: several clients on one UDP socket, over the loopback. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <adtls/server.h>
#include <adtls/session.h>

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/test_authority.h"

#define CLIENTS 3

struct client {
	adtls_session_t *session;
	int fd;
};

struct fixture {
	struct test_authority authority;
	adtls_config_t *client_config;
	adtls_config_t *server_config;
	adtls_server_t *server;
	int fd;
	struct sockaddr_in6 address;
	struct client clients[CLIENTS];
};

static adtls_config_t *config_new(const struct test_authority *authority,
				  const char *name)
{
	adtls_credentials_t *credentials =
		test_authority_credentials(authority, name);
	adtls_config_t *config;

	assert_int_equal(adtls_config_new(&config), ADTLS_OK);
	assert_int_equal(adtls_config_set_credentials(config, credentials),
			 ADTLS_OK);
	adtls_credentials_unref(credentials);
	return config;
}

static int setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	socklen_t len = sizeof(fixture->address);

	assert_non_null(fixture);
	test_authority_init(&fixture->authority);
	fixture->client_config = config_new(&fixture->authority, NULL);
	fixture->server_config =
		config_new(&fixture->authority, "server.example");
	fixture->fd = socket(AF_INET6, SOCK_DGRAM, 0);
	fixture->address.sin6_family = AF_INET6;
	fixture->address.sin6_addr = in6addr_loopback;
	assert_int_equal(
		bind(fixture->fd, (struct sockaddr *)&fixture->address, len),
		0);
	getsockname(fixture->fd, (struct sockaddr *)&fixture->address, &len);
	for (int i = 0; i < CLIENTS; i++)
		fixture->clients[i].fd = -1;
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < CLIENTS; i++) {
		adtls_session_free(fixture->clients[i].session);
		if (fixture->clients[i].fd >= 0)
			close(fixture->clients[i].fd);
	}
	adtls_server_free(fixture->server);
	close(fixture->fd);
	adtls_config_unref(fixture->client_config);
	adtls_config_unref(fixture->server_config);
	test_authority_clear(&fixture->authority);
	free(fixture);
	return 0;
}

static void start_server(struct fixture *fixture)
{
	assert_int_equal(adtls_server_new(fixture->server_config, fixture->fd,
					  &fixture->server),
			 ADTLS_OK);
}

static void start_client(struct fixture *fixture, struct client *client)
{
	client->fd = socket(AF_INET6, SOCK_DGRAM, 0);
	assert_int_equal(connect(client->fd,
				 (struct sockaddr *)&fixture->address,
				 sizeof(fixture->address)),
			 0);
	assert_int_equal(adtls_session_new_client(
				 fixture->client_config, "server.example",
				 ADTLS_NONBLOCK, &client->session),
			 ADTLS_OK);
	adtls_session_set_fd(client->session, client->fd);
}

/* The server's next event, while the client's handshake goes on. */
static adtls_engine_t *serve(struct fixture *fixture, struct client *client,
			     adtls_event_t *out_event)
{
	adtls_engine_t *peer;
	int result;

	do {
		adtls_session_handshake(client->session);
		result =
			adtls_server_next(fixture->server, 1, &peer, out_event);
	} while (result == ADTLS_E_TIMEOUT);
	assert_int_equal(result, ADTLS_OK);
	return peer;
}

static adtls_engine_t *connect_client(struct fixture *fixture,
				      struct client *client)
{
	adtls_event_t event;
	adtls_engine_t *peer;

	start_client(fixture, client);
	peer = serve(fixture, client, &event);
	assert_int_equal(event.type, ADTLS_EVENT_CONNECTED);
	assert_int_equal(adtls_session_handshake(client->session), ADTLS_OK);
	return peer;
}

/* What comes to a client; the socket may take a moment. */
static void assert_receives(const struct client *client, const char *text)
{
	struct pollfd fd = { .fd = client->fd, .events = POLLIN };
	char got[64];
	ssize_t len;

	while ((len = adtls_session_recv(client->session, got, sizeof(got))) ==
	       ADTLS_E_AGAIN)
		poll(&fd, 1, -1);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(got, text, strlen(text));
}

static void clients_share_a_socket(void **state)
{
	static const char *const texts[CLIENTS] = { "one", "two", "three" };
	struct fixture *fixture = *state;
	adtls_engine_t *peers[CLIENTS];
	adtls_engine_t *peer;
	adtls_event_t event;

	start_server(fixture);
	for (int i = 0; i < CLIENTS; i++)
		peers[i] = connect_client(fixture, &fixture->clients[i]);
	assert_ptr_not_equal(peers[0], peers[1]);
	assert_ptr_not_equal(peers[1], peers[2]);
	for (int i = 0; i < CLIENTS; i++) {
		adtls_session_send(fixture->clients[i].session, texts[i],
				   strlen(texts[i]));
		assert_int_equal(
			adtls_server_next(fixture->server, -1, &peer, &event),
			ADTLS_OK);
		assert_int_equal(event.type, ADTLS_EVENT_DATA);
		assert_ptr_equal(peer, peers[i]);
		assert_int_equal(adtls_server_send(fixture->server, peer,
						   event.data.data,
						   event.data.len),
				 ADTLS_OK);
	}
	for (int i = 0; i < CLIENTS; i++)
		assert_receives(&fixture->clients[i], texts[i]);
}

static void addresses_are_told(void **state)
{
	struct fixture *fixture = *state;
	struct sockaddr_in6 own;
	socklen_t len = sizeof(own);
	char expected[80];
	char got[80];
	adtls_engine_t *peer;

	start_server(fixture);
	peer = connect_client(fixture, &fixture->clients[0]);
	getsockname(fixture->clients[0].fd, (struct sockaddr *)&own, &len);
	snprintf(expected, sizeof(expected), "[::1]:%u", ntohs(own.sin6_port));
	assert_string_equal(adtls_server_peer_address(fixture->server, peer,
						      got, sizeof(got)),
			    expected);
}

static void either_side_closes(void **state)
{
	struct fixture *fixture = *state;
	adtls_engine_t *peers[2];
	adtls_engine_t *peer;
	adtls_event_t event;
	char got[16];

	start_server(fixture);
	for (int i = 0; i < 2; i++)
		peers[i] = connect_client(fixture, &fixture->clients[i]);
	assert_int_equal(adtls_session_bye(fixture->clients[0].session),
			 ADTLS_OK);
	assert_int_equal(adtls_server_next(fixture->server, -1, &peer, &event),
			 ADTLS_OK);
	assert_ptr_equal(peer, peers[0]);
	assert_int_equal(event.type, ADTLS_EVENT_CLOSED);
	assert_int_equal(event.reason, ADTLS_REASON_CLOSED_BY_PEER);
	adtls_server_close(fixture->server, peers[1]);
	assert_int_equal(adtls_server_next(fixture->server, -1, &peer, &event),
			 ADTLS_OK);
	assert_ptr_equal(peer, peers[1]);
	assert_int_equal(event.reason, ADTLS_REASON_CLOSED_LOCALLY);
	assert_int_equal(adtls_session_recv(fixture->clients[1].session, got,
					    sizeof(got)),
			 0);
}

static void keys_are_updated(void **state)
{
	struct fixture *fixture = *state;
	struct client *client = &fixture->clients[0];
	adtls_engine_t *peer;
	adtls_event_t event;
	char got[16];

	start_server(fixture);
	peer = connect_client(fixture, client);
	assert_int_equal(adtls_server_update_keys(fixture->server, peer, true),
			 ADTLS_OK);
	assert_int_equal(adtls_server_update_keys(fixture->server, peer, true),
			 ADTLS_E_AGAIN);
	while (adtls_server_next(fixture->server, 1, &peer, &event) ==
	       ADTLS_E_TIMEOUT)
		assert_int_equal(adtls_session_recv(client->session, got,
						    sizeof(got)),
				 ADTLS_E_AGAIN);
	assert_int_equal(event.type, ADTLS_EVENT_KEYS_UPDATED);
	assert_int_equal(adtls_server_send(fixture->server, peer, "new", 3),
			 ADTLS_OK);
	assert_receives(client, "new");
}

static void refused_client_is_reported(void **state)
{
	struct fixture *fixture = *state;
	adtls_event_t event;

	assert_int_equal(adtls_config_set_client_authentication(
				 fixture->server_config,
				 ADTLS_CLIENT_AUTHENTICATION_REQUIRE),
			 ADTLS_OK);
	start_server(fixture);
	start_client(fixture, &fixture->clients[0]);
	serve(fixture, &fixture->clients[0], &event);
	assert_int_equal(event.type, ADTLS_EVENT_CLOSED);
	assert_int_equal(event.reason, ADTLS_REASON_CERTIFICATE_MISSING);
	assert_int_equal(event.alert, ADTLS_ALERT_CERTIFICATE_REQUIRED);
	assert_false(event.alert_received);
}

/* Junk costs nothing but its reading; the call ends in time all the same. */
static void junk_is_dropped(void **state)
{
	struct fixture *fixture = *state;
	adtls_endpoint_statistics_t statistics;
	adtls_engine_t *peer;
	adtls_event_t event;
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	start_server(fixture);
	for (int i = 0; i < 20; i++)
		sendto(fd, "junk", (size_t)i % 5, 0,
		       (struct sockaddr *)&fixture->address,
		       sizeof(fixture->address));
	assert_int_equal(adtls_server_next(fixture->server, 20, &peer, &event),
			 ADTLS_E_TIMEOUT);
	adtls_endpoint_statistics(adtls_server_endpoint(fixture->server),
				  &statistics);
	assert_int_equal(statistics.engines, 0);
	assert_int_equal(statistics.cookies_sent, 0);
	assert_int_equal(statistics.dropped, 20);
	close(fd);
}

/* For an application's own poll(): nothing waits, and all gets done. */
static void own_loop_drives_the_server(void **state)
{
	struct fixture *fixture = *state;
	struct client *client = &fixture->clients[0];
	struct pollfd fds[3];
	adtls_engine_t *peer;
	adtls_event_t event;
	int timeout_ms;

	start_server(fixture);
	assert_int_equal(adtls_server_worker_fd(fixture->server), -1);
	assert_int_equal(adtls_server_set_workers(fixture->server, 2),
			 ADTLS_OK);
	start_client(fixture, client);
	fds[0] = (struct pollfd){ fixture->fd, POLLIN, 0 };
	fds[1] = (struct pollfd){ client->fd, POLLIN, 0 };
	fds[2] = (struct pollfd){ adtls_server_worker_fd(fixture->server),
				  POLLIN, 0 };
	while (adtls_session_handshake(client->session) == ADTLS_E_AGAIN) {
		timeout_ms = adtls_server_get_timeout_ms(fixture->server);
		poll(fds, 3, timeout_ms);
		adtls_server_next(fixture->server, 0, &peer, &event);
	}
	assert_int_equal(adtls_session_handshake(client->session), ADTLS_OK);
}

static void broken_socket_is_an_error(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(
		adtls_server_new(fixture->server_config, -1, &fixture->server),
		ADTLS_E_IO);
	assert_null(fixture->server);
}

static void unusable_configuration_makes_no_server(void **state)
{
	struct fixture *fixture = *state;
	adtls_server_t *server;

	assert_int_not_equal(
		adtls_server_new(fixture->client_config, fixture->fd, &server),
		ADTLS_OK);
	assert_null(server);
	adtls_server_free(NULL);
}

#define CASE(function) \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(clients_share_a_socket),
		CASE(addresses_are_told),
		CASE(either_side_closes),
		CASE(keys_are_updated),
		CASE(refused_client_is_reported),
		CASE(junk_is_dropped),
		CASE(own_loop_drives_the_server),
		CASE(broken_socket_is_an_error),
		CASE(unusable_configuration_makes_no_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
