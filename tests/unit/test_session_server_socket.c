/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server and its socket: IPv4 and IPv6 at once, answers that leave from
 * where they were called, bursts, peers that are gone, loops of an application's
 * own, and the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <adtls/server.h>
#include <adtls/session.h>

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
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
	in_port_t port;
	struct client clients[CLIENTS];
	size_t count;
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

	assert_non_null(fixture);
	test_authority_init(&fixture->authority);
	fixture->client_config = config_new(&fixture->authority, NULL);
	fixture->server_config =
		config_new(&fixture->authority, "server.example");
	fixture->fd = -1;
	*state = fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < fixture->count; i++) {
		adtls_session_free(fixture->clients[i].session);
		if (fixture->clients[i].fd >= 0)
			close(fixture->clients[i].fd);
	}
	adtls_server_free(fixture->server);
	if (fixture->fd >= 0)
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

/* Bound to no address in particular, for IPv6 and IPv4. */
static void serve_both(struct fixture *fixture)
{
	struct sockaddr_in6 own = { .sin6_family = AF_INET6 };
	socklen_t len = sizeof(own);
	int off = 0;

	fixture->fd = socket(AF_INET6, SOCK_DGRAM, 0);
	assert_int_equal(setsockopt(fixture->fd, IPPROTO_IPV6, IPV6_V6ONLY,
				    &off, sizeof(off)),
			 0);
	assert_int_equal(bind(fixture->fd, (struct sockaddr *)&own, len), 0);
	getsockname(fixture->fd, (struct sockaddr *)&own, &len);
	fixture->port = own.sin6_port;
	start_server(fixture);
}

/* The same of IPv4 alone. */
static void serve_ipv4(struct fixture *fixture)
{
	struct sockaddr_in own = { .sin_family = AF_INET };
	socklen_t len = sizeof(own);

	fixture->fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(fixture->fd, (struct sockaddr *)&own, len), 0);
	getsockname(fixture->fd, (struct sockaddr *)&own, &len);
	fixture->port = own.sin_port;
	start_server(fixture);
}

static struct client *add_client(struct fixture *fixture, int fd)
{
	struct client *client = &fixture->clients[fixture->count++];

	client->fd = fd;
	assert_int_equal(adtls_session_new_client(
				 fixture->client_config, "server.example",
				 ADTLS_NONBLOCK, &client->session),
			 ADTLS_OK);
	adtls_session_set_fd(client->session, fd);
	return client;
}

static struct client *call(struct fixture *fixture, const char *address)
{
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = fixture->port };
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = fixture->port };
	bool is_ipv6 = inet_pton(AF_INET6, address, &in6.sin6_addr) == 1;
	int fd = socket(is_ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);

	if (is_ipv6) {
		assert_int_equal(
			connect(fd, (struct sockaddr *)&in6, sizeof(in6)), 0);
	} else {
		assert_int_equal(inet_pton(AF_INET, address, &in.sin_addr), 1);
		assert_int_equal(connect(fd, (struct sockaddr *)&in,
					 sizeof(in)),
				 0);
	}
	return add_client(fixture, fd);
}

/* Run both until the server has an event. */
static adtls_engine_t *serve(struct fixture *fixture,
			     const struct client *client,
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
				      const struct client *client)
{
	adtls_event_t event;
	adtls_engine_t *peer = serve(fixture, client, &event);

	assert_int_equal(event.type, ADTLS_EVENT_CONNECTED);
	assert_int_equal(adtls_session_handshake(client->session), ADTLS_OK);
	return peer;
}

static void assert_echoed(struct fixture *fixture, const struct client *client,
			  const char *text)
{
	struct pollfd fd = { .fd = client->fd, .events = POLLIN };
	adtls_engine_t *peer;
	adtls_event_t event;
	char got[64];
	ssize_t len;

	assert_int_equal(
		adtls_session_send(client->session, text, strlen(text)),
		strlen(text));
	peer = serve(fixture, client, &event);
	assert_int_equal(event.type, ADTLS_EVENT_DATA);
	assert_int_equal(adtls_server_send(fixture->server, peer,
					   event.data.data, event.data.len),
			 ADTLS_OK);
	while ((len = adtls_session_recv(client->session, got, sizeof(got))) ==
	       ADTLS_E_AGAIN)
		poll(&fd, 1, -1);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(got, text, strlen(text));
}

static void assert_address(struct fixture *fixture, const adtls_engine_t *peer,
			   const struct client *client, const char *host)
{
	struct sockaddr_storage own;
	socklen_t len = sizeof(own);
	char expected[80], got[80];
	unsigned port;

	getsockname(client->fd, (struct sockaddr *)&own, &len);
	port = ntohs(own.ss_family == AF_INET6 ?
			     ((struct sockaddr_in6 *)&own)->sin6_port :
			     ((struct sockaddr_in *)&own)->sin_port);
	snprintf(expected, sizeof(expected), "%s:%u", host, port);
	assert_string_equal(adtls_server_peer_address(fixture->server, peer,
						      got, sizeof(got)),
			    expected);
}

static void one_socket_serves_both_families(void **state)
{
	struct fixture *fixture = *state;
	struct client *ipv6, *ipv4;

	serve_both(fixture);
	ipv6 = call(fixture, "::1");
	assert_address(fixture, connect_client(fixture, ipv6), ipv6,
		       "[::1]");
	ipv4 = call(fixture, "127.0.0.1");
	assert_address(fixture, connect_client(fixture, ipv4), ipv4,
		       "127.0.0.1");
	assert_echoed(fixture, ipv6, "over IPv6");
	assert_echoed(fixture, ipv4, "over IPv4");
}

/* A connected socket takes nothing from elsewhere. All of 127.0.0.0/8 is ours,
 * and the system's own choice would be 127.0.0.1. */
static void answers_leave_from_where_they_were_called(void **state)
{
	struct fixture *fixture = *state;
	struct client *client;

	serve_both(fixture);
	client = call(fixture, "127.0.0.2");
	connect_client(fixture, client);
	assert_echoed(fixture, client, "from the second");
	client = call(fixture, "127.0.0.3");
	connect_client(fixture, client);
	assert_echoed(fixture, client, "from the third");
}

static void answers_of_ipv4_sockets_do_so_too(void **state)
{
	struct fixture *fixture = *state;
	struct client *client;

	serve_ipv4(fixture);
	client = call(fixture, "127.0.0.2");
	connect_client(fixture, client);
	assert_echoed(fixture, client, "from the second");
}

/* More than a batch at once: all of it comes, in order. */
static void bursts_are_taken(void **state)
{
	struct fixture *fixture = *state;
	struct client *client;
	adtls_engine_t *peer;
	adtls_event_t event;
	unsigned number;

	serve_both(fixture);
	client = call(fixture, "::1");
	connect_client(fixture, client);
	for (number = 0; number < 90; number++)
		assert_int_equal(adtls_session_send(client->session, &number,
						    sizeof(number)),
				 sizeof(number));
	for (number = 0; number < 90; number++) {
		assert_int_equal(
			adtls_server_next(fixture->server, -1, &peer, &event),
			ADTLS_OK);
		assert_int_equal(event.type, ADTLS_EVENT_DATA);
		assert_memory_equal(event.data.data, &number, sizeof(number));
	}
}

/* Whoever is gone gives rise to ICMP errors, which end nothing. */
static void peers_that_are_gone_disturb_nobody(void **state)
{
	struct fixture *fixture = *state;
	adtls_engine_t *gone, *peer;
	struct client *client;
	adtls_event_t event;

	serve_both(fixture);
	client = call(fixture, "127.0.0.1");
	gone = connect_client(fixture, client);
	close(client->fd);
	client->fd = -1;
	client = call(fixture, "127.0.0.1");
	connect_client(fixture, client);
	for (int i = 0; i < 10; i++) {
		assert_int_equal(
			adtls_server_send(fixture->server, gone, "hello?", 6),
			ADTLS_OK);
		assert_echoed(fixture, client, "I am here");
	}
	assert_true(adtls_engine_is_connected(gone));
	assert_int_equal(adtls_server_next(fixture->server, 0, &peer, &event),
			 ADTLS_E_TIMEOUT);
}

/* One descriptor tells all: datagrams, workers, and timers. */
static void one_descriptor_tells_all(void **state)
{
	struct fixture *fixture = *state;
	struct pollfd fds[2];
	struct client *client;
	adtls_engine_t *peer;
	adtls_event_t event = { 0 };
	int result;

	assert_int_equal(adtls_config_set_idle_expiry(fixture->server_config,
						      100000, true),
			 ADTLS_OK);
	serve_both(fixture);
	assert_int_equal(adtls_server_set_workers(fixture->server, 1),
			 ADTLS_OK);
	client = call(fixture, "::1");
	fds[0] = (struct pollfd){ adtls_server_fd(fixture->server), POLLIN, 0 };
	fds[1] = (struct pollfd){ client->fd, POLLIN, 0 };
	while (event.type != ADTLS_EVENT_CONNECTED) {
		adtls_session_handshake(client->session);
		poll(fds, 2, -1);
		result = adtls_server_next(fixture->server, 0, &peer, &event);
		assert_true(result == ADTLS_OK || result == ADTLS_E_TIMEOUT);
	}
	/* Nothing more is to be read but the timer. */
	while (event.type != ADTLS_EVENT_CLOSED) {
		adtls_session_handshake(client->session);
		assert_int_equal(poll(fds, 1, -1), 1);
		result = adtls_server_next(fixture->server, 0, &peer, &event);
		assert_true(result == ADTLS_OK || result == ADTLS_E_TIMEOUT);
	}
	assert_int_equal(event.reason, ADTLS_REASON_IDLE);
	/* All is told: it is quiet again, until the tombstone's time is over. */
	assert_int_equal(adtls_server_next(fixture->server, 0, &peer, &event),
			 ADTLS_E_TIMEOUT);
	assert_int_equal(poll(fds, 1, 0), 0);
}

/* Echoes, and stops the server after the third. */
static void echo_thrice(void *context, adtls_server_t *server,
			adtls_engine_t *peer, const adtls_event_t *event)
{
	unsigned *count = context;

	if (event->type != ADTLS_EVENT_DATA)
		return;
	adtls_server_send(server, peer, event->data.data, event->data.len);
	if (++*count == 3)
		adtls_server_stop(server);
}

static void *run_client(void *context)
{
	struct client *client = context;
	struct pollfd fd = { .fd = client->fd, .events = POLLIN };
	char got[16];

	while (adtls_session_handshake(client->session) == ADTLS_E_AGAIN)
		poll(&fd, 1, 10);
	for (int i = 0; i < 3; i++) {
		adtls_session_send(client->session, "once more", 9);
		while (adtls_session_recv(client->session, got, sizeof(got)) ==
		       ADTLS_E_AGAIN)
			poll(&fd, 1, 10);
	}
	return NULL;
}

static void it_runs_until_it_is_stopped(void **state)
{
	struct fixture *fixture = *state;
	unsigned count = 0;
	pthread_t thread;

	serve_both(fixture);
	call(fixture, "::1");
	assert_int_equal(pthread_create(&thread, NULL, run_client,
					&fixture->clients[0]),
			 0);
	assert_int_equal(adtls_server_run(fixture->server, echo_thrice, &count),
			 ADTLS_OK);
	pthread_join(thread, NULL);
	assert_int_equal(count, 3);
}

static void a_stop_ends_one_wait(void **state)
{
	struct fixture *fixture = *state;
	adtls_engine_t *peer;
	adtls_event_t event;

	serve_both(fixture);
	adtls_server_stop(fixture->server);
	assert_int_equal(adtls_server_next(fixture->server, -1, &peer, &event),
			 ADTLS_E_CLOSED);
	assert_int_equal(adtls_server_next(fixture->server, 0, &peer, &event),
			 ADTLS_E_TIMEOUT);
}

/* Ports of one address are one host. */
static void limits_are_per_host(void **state)
{
	struct fixture *fixture = *state;
	adtls_endpoint_statistics_t statistics;
	adtls_endpoint_limits_t limits;
	adtls_endpoint_t *endpoint;
	struct client *client;
	adtls_engine_t *peer;
	adtls_event_t event;

	serve_both(fixture);
	endpoint = adtls_server_endpoint(fixture->server);
	adtls_endpoint_limits(endpoint, &limits);
	limits.starts_per_second = 1;
	limits.starts_at_once = 1;
	assert_int_equal(adtls_endpoint_set_limits(endpoint, &limits),
			 ADTLS_OK);
	connect_client(fixture, call(fixture, "127.0.0.1"));
	connect_client(fixture, call(fixture, "::1"));
	client = call(fixture, "127.0.0.1");
	do {
		adtls_session_handshake(client->session);
		assert_int_equal(adtls_server_next(fixture->server, 1, &peer,
						   &event),
				 ADTLS_E_TIMEOUT);
		adtls_endpoint_statistics(endpoint, &statistics);
	} while (statistics.refused == 0);
	assert_int_equal(statistics.refused_rate, 1);
	assert_int_equal(statistics.engines, 2);
	/* It gets in with the next attempt. */
	connect_client(fixture, client);
}

#define CASE(function) \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(one_socket_serves_both_families),
		CASE(answers_leave_from_where_they_were_called),
		CASE(answers_of_ipv4_sockets_do_so_too),
		CASE(bursts_are_taken),
		CASE(peers_that_are_gone_disturb_nobody),
		CASE(one_descriptor_tells_all),
		CASE(it_runs_until_it_is_stopped),
		CASE(a_stop_ends_one_wait),
		CASE(limits_are_per_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
