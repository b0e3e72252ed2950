/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions, client and server, over a transport in memory that may lack room,
 * fail or lose datagrams; and over real sockets. */
#include "tests/unit/session_fixture.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "session/clock.h"

static void both_directions_carry_data(void **state)
{
	struct fixture *fixture = *state;
	adtls_parameters_t parameters;

	session_connect(fixture);
	session_assert_carries(fixture->client, fixture->server, "ping");
	session_assert_carries(fixture->server, fixture->client, "pong");
	session_assert_carries(fixture->client, fixture->server, "ping again");
	adtls_engine_parameters(adtls_session_engine(fixture->server),
				&parameters);
	assert_string_equal(parameters.suite, "TLS_AES_128_GCM_SHA256");
	assert_int_equal(adtls_session_wait_authorized(fixture->server),
			 ADTLS_OK);
}

static void records_keep_their_bounds(void **state)
{
	struct fixture *fixture = *state;
	char got[16];

	session_connect(fixture);
	adtls_session_send(fixture->client, "one", 3);
	adtls_session_send(fixture->client, "", 0);
	adtls_session_send(fixture->client, "three", 5);
	assert_int_equal(adtls_session_recv(fixture->server, got, 16), 3);
	assert_int_equal(adtls_session_recv(fixture->server, got, 4),
			 ADTLS_E_TOO_LARGE);
	assert_int_equal(adtls_session_recv(fixture->server, got, 4),
			 ADTLS_E_TOO_LARGE);
	assert_int_equal(adtls_session_recv(fixture->server, got, 5), 5);
	assert_memory_equal(got, "three", 5);
	assert_int_equal(adtls_session_recv(fixture->server, got, 16),
			 ADTLS_E_AGAIN);
}

static void records_fit_one_datagram(void **state)
{
	static const uint8_t data[2000];
	struct fixture *fixture = *state;
	uint8_t got[2000];
	size_t most;

	session_connect(fixture);
	most = adtls_engine_max_data(adtls_session_engine(fixture->client));
	assert_in_range(most, 1100, 1200);
	assert_int_equal(adtls_session_send(fixture->client, data, most + 1),
			 ADTLS_E_TOO_LARGE);
	assert_int_equal(adtls_session_send(fixture->client, data, most), most);
	assert_int_equal(adtls_session_recv(fixture->server, got, 2000), most);
	assert_in_range(fixture->client_end.longest, most + 1, 1200);
}

static void mtu_is_kept(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(adtls_config_set_mtu(fixture->client_config, 256),
			 ADTLS_OK);
	assert_int_equal(adtls_config_set_mtu(fixture->server_config, 300),
			 ADTLS_OK);
	session_connect(fixture);
	session_assert_carries(fixture->client, fixture->server, "small");
	assert_in_range(fixture->client_end.longest, 100, 256);
	assert_in_range(fixture->server_end.longest, 257, 300);
}

static void data_waits_for_the_handshake(void **state)
{
	struct fixture *fixture = *state;
	char got[16];

	session_start(fixture, NULL, ADTLS_NONBLOCK);
	assert_int_equal(adtls_session_send(fixture->client, "x", 1),
			 ADTLS_E_INVALID);
	assert_int_equal(adtls_session_recv(fixture->client, got, 16),
			 ADTLS_E_INVALID);
	assert_null(adtls_session_engine(fixture->server));
	assert_int_equal(adtls_session_handshake(fixture->server),
			 ADTLS_E_AGAIN);
	assert_int_equal(adtls_session_get_timeout_ms(fixture->server), -1);
	assert_int_equal(adtls_session_handshake(fixture->client),
			 ADTLS_E_AGAIN);
	assert_in_range(adtls_session_get_timeout_ms(fixture->client), 0, 20);
	assert_int_equal(adtls_session_worker_fd(fixture->client), -1);
}

/* Once more, which is accepted when the last one has been acknowledged. */
static void update_again(struct fixture *fixture, adtls_session_t *session)
{
	char got[16];

	while (adtls_session_update_keys(session, false) == ADTLS_E_AGAIN) {
		session_wait_for_timers(fixture);
		assert_int_equal(adtls_session_recv(fixture->server, got, 16),
				 ADTLS_E_AGAIN);
		assert_int_equal(adtls_session_recv(fixture->client, got, 16),
				 ADTLS_E_AGAIN);
	}
}

static void keys_are_updated(void **state)
{
	struct fixture *fixture = *state;

	session_start(fixture, NULL, ADTLS_NONBLOCK);
	assert_int_equal(adtls_session_update_keys(fixture->client, true),
			 ADTLS_E_INVALID);
	session_connect(fixture);
	session_assert_carries(fixture->client, fixture->server, "old keys");
	session_assert_carries(fixture->server, fixture->client, "old keys");
	assert_int_equal(adtls_session_update_keys(fixture->client, true),
			 ADTLS_OK);
	assert_int_equal(adtls_session_update_keys(fixture->client, true),
			 ADTLS_E_AGAIN);
	session_assert_carries(fixture->client, fixture->server, "meanwhile");
	update_again(fixture, fixture->client);
	session_assert_carries(fixture->client, fixture->server, "new keys");
	update_again(fixture, fixture->server);
	session_assert_carries(fixture->server, fixture->client, "new keys");
	assert_int_equal(adtls_session_bye(fixture->client), ADTLS_OK);
	assert_int_equal(adtls_session_update_keys(fixture->client, true),
			 ADTLS_E_CLOSED);
}

static void bye_ends_both(void **state)
{
	struct fixture *fixture = *state;
	char got[16];

	session_connect(fixture);
	assert_int_equal(adtls_session_send(fixture->client, "last", 4), 4);
	assert_int_equal(adtls_session_bye(fixture->client), ADTLS_OK);
	assert_int_equal(adtls_session_recv(fixture->server, got, 16), 4);
	assert_int_equal(adtls_session_recv(fixture->server, got, 16), 0);
	assert_int_equal(adtls_session_recv(fixture->server, got, 16), 0);
	assert_int_equal(adtls_session_send(fixture->server, "x", 1),
			 ADTLS_E_CLOSED);
	assert_int_equal(adtls_session_send(fixture->client, "x", 1),
			 ADTLS_E_CLOSED);
	assert_int_equal(adtls_session_recv(fixture->client, got, 16),
			 ADTLS_E_CLOSED);
	assert_int_equal(
		adtls_engine_reason(adtls_session_engine(fixture->client), NULL,
				    0),
		ADTLS_REASON_CLOSED_LOCALLY);
}

/* What found no room is kept, and goes out once there is some. */
static void transport_without_room_loses_nothing(void **state)
{
	struct fixture *fixture = *state;
	char got[16];

	session_connect(fixture);
	fixture->client_end.push_errno = EAGAIN;
	assert_int_equal(adtls_session_send(fixture->client, "one", 3), 3);
	assert_int_equal(adtls_session_send(fixture->client, "two", 3),
			 ADTLS_E_AGAIN);
	assert_int_equal(adtls_session_recv(fixture->server, got, 16),
			 ADTLS_E_AGAIN);
	/* It does not keep us from receiving. */
	session_assert_carries(fixture->server, fixture->client, "hello");
	assert_int_equal(adtls_session_bye(fixture->client), ADTLS_E_AGAIN);
	fixture->client_end.push_errno = 0;
	assert_int_equal(adtls_session_bye(fixture->client), ADTLS_OK);
	assert_int_equal(adtls_session_recv(fixture->server, got, 16), 3);
	assert_memory_equal(got, "one", 3);
	assert_int_equal(adtls_session_recv(fixture->server, got, 16), 0);
}

static void failing_transport_may_be_tried_again(void **state)
{
	struct fixture *fixture = *state;
	int client;
	int server;

	session_start(fixture, "server.example", ADTLS_NONBLOCK);
	fixture->client_end.push_errno = EMSGSIZE;
	assert_int_equal(adtls_session_handshake(fixture->client), ADTLS_E_IO);
	assert_int_equal(errno, EMSGSIZE);
	fixture->client_end.push_errno = 0;
	session_shake_hands(fixture, &client, &server);
	assert_int_equal(client, ADTLS_OK);
	assert_int_equal(server, ADTLS_OK);
	/* ICMP errors are no news for a connection. */
	fixture->client_end.push_errno = ECONNREFUSED;
	assert_int_equal(adtls_session_send(fixture->client, "lost", 4), 4);
	fixture->client_end.push_errno = 0;
	session_assert_carries(fixture->client, fixture->server, "found");
}

static void losses_are_made_up_for(void **state)
{
	struct fixture *fixture = *state;

	/* Every other datagram of the first four, each way: not Finished, as
	 * the client has returned from its handshake then. */
	fixture->client_end.lost = 0x05;
	fixture->server_end.lost = 0x0a;
	session_connect(fixture);
	fixture->client_end.lost = 0;
	fixture->server_end.lost = 0;
	session_assert_carries(fixture->client, fixture->server, "ping");
	session_assert_carries(fixture->server, fixture->client, "pong");
}

static void another_name_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char detail[200];
	int client;
	int server;

	session_start(fixture, "other.example", ADTLS_NONBLOCK);
	session_shake_hands(fixture, &client, &server);
	assert_int_equal(client, ADTLS_E_HANDSHAKE);
	assert_int_equal(
		adtls_engine_reason(adtls_session_engine(fixture->client),
				    detail, sizeof(detail)),
		ADTLS_REASON_CERTIFICATE_NAME);
	assert_non_null(strstr(detail, "other.example"));
	while (server == ADTLS_E_AGAIN) {
		session_wait_for_timers(fixture);
		server = adtls_session_handshake(fixture->server);
	}
	assert_int_equal(server, ADTLS_E_HANDSHAKE);
	assert_int_equal(
		adtls_engine_reason(adtls_session_engine(fixture->server), NULL,
				    0),
		ADTLS_REASON_ALERT_RECEIVED);
}

/* Nobody answers: each call ends in time, the connection does not. */
static void calls_time_out(void **state)
{
	struct fixture *fixture = *state;

	session_start(fixture, NULL, 0);
	adtls_session_set_timeout(fixture->client, 30);
	for (int i = 0; i < 3; i++)
		assert_int_equal(adtls_session_handshake(fixture->client),
				 ADTLS_E_TIMEOUT);
	assert_false(
		adtls_engine_is_closed(adtls_session_engine(fixture->client)));
	/* With its retransmissions; 90 ms have passed at least. */
	assert_true(fixture->client_end.pushed >= 2);
	adtls_session_set_timeout(fixture->server, 0);
	assert_int_equal(adtls_session_handshake(fixture->server),
			 ADTLS_E_TIMEOUT);
}

/* Junk that never ends holds a call no longer than it may take. */
static void flood_does_not_hold_a_call(void **state)
{
	struct fixture *fixture = *state;

	session_start(fixture, NULL, 0);
	fixture->client_end.has_endless_junk = true;
	adtls_session_set_timeout(fixture->client, 30);
	assert_int_equal(adtls_session_handshake(fixture->client),
			 ADTLS_E_TIMEOUT);
}

static void handshake_has_a_deadline(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(adtls_config_set_handshake_deadline(
				 fixture->client_config, 100000),
			 ADTLS_OK);
	session_start(fixture, NULL, 0);
	assert_int_equal(adtls_session_handshake(fixture->client),
			 ADTLS_E_TIMEOUT);
	assert_true(
		adtls_engine_is_closed(adtls_session_engine(fixture->client)));
	assert_int_equal(
		adtls_engine_reason(adtls_session_engine(fixture->client), NULL,
				    0),
		ADTLS_REASON_HANDSHAKE_TIMEOUT);
}

/* The port of a socket that was just closed. */
static void refused_connection_is_reported(void **state)
{
	struct fixture *fixture = *state;
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int closed = socket(AF_INET, SOCK_DGRAM, 0);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(closed, (struct sockaddr *)&address, len), 0);
	getsockname(closed, (struct sockaddr *)&address, &len);
	close(closed);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, len), 0);
	session_start(fixture, NULL, 0);
	adtls_session_set_fd(fixture->client, fd);
	assert_int_equal(adtls_session_handshake(fixture->client), ADTLS_E_IO);
	assert_int_equal(errno, ECONNREFUSED);
	close(fd);
}

static void *serve(void *context)
{
	adtls_session_t *server = context;
	char data[64];
	ssize_t len = adtls_session_handshake(server);

	while (len >= 0) {
		len = adtls_session_recv(server, data, sizeof(data));
		if (len <= 0)
			break;
		len = adtls_session_send(server, data, (size_t)len);
	}
	return (void *)(intptr_t)len;
}

static void blocking_sessions_talk_over_sockets(void **state)
{
	struct fixture *fixture = *state;
	pthread_t thread;
	void *server_result;
	char got[64];
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, fds), 0);
	session_start(fixture, "server.example", 0);
	adtls_session_set_fd(fixture->client, fds[0]);
	adtls_session_set_fd(fixture->server, fds[1]);
	assert_int_equal(pthread_create(&thread, NULL, serve, fixture->server),
			 0);
	assert_int_equal(adtls_session_handshake(fixture->client), ADTLS_OK);
	for (int i = 0; i < 100; i++) {
		assert_int_equal(
			adtls_session_send(fixture->client, &i, sizeof(i)),
			sizeof(i));
		assert_int_equal(
			adtls_session_recv(fixture->client, got, sizeof(got)),
			sizeof(i));
		assert_memory_equal(got, &i, sizeof(i));
	}
	assert_int_equal(adtls_session_bye(fixture->client), ADTLS_OK);
	pthread_join(thread, &server_result);
	assert_int_equal((intptr_t)server_result, 0);
	close(fds[0]);
	close(fds[1]);
}

static void unusable_configuration_makes_no_session(void **state)
{
	adtls_config_t *config;
	adtls_session_t *session;

	(void)state;
	assert_int_equal(adtls_config_new(&config), ADTLS_OK);
	assert_int_not_equal(
		adtls_session_new_client(config, NULL, 0, &session), ADTLS_OK);
	assert_null(session);
	assert_int_not_equal(adtls_session_new_server(config, 0, &session),
			     ADTLS_OK);
	assert_null(session);
	adtls_config_unref(config);
	adtls_session_free(NULL);
}

static void milliseconds_round_up(void **state)
{
	(void)state;
	assert_int_equal(clock_ms_until(ADTLS_NEVER), -1);
	assert_int_equal(clock_ms_until(0), 0);
	assert_int_equal(clock_ms_until(ADTLS_NEVER - 1), INT_MAX);
	assert_in_range(clock_ms_until(clock_after_ms(0) + 1), 0, 1);
	assert_true(clock_after_ms(-1) == ADTLS_NEVER);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		SESSION_TEST(both_directions_carry_data),
		SESSION_TEST(records_keep_their_bounds),
		SESSION_TEST(records_fit_one_datagram),
		SESSION_TEST(mtu_is_kept),
		SESSION_TEST(data_waits_for_the_handshake),
		SESSION_TEST(keys_are_updated),
		SESSION_TEST(bye_ends_both),
		SESSION_TEST(transport_without_room_loses_nothing),
		SESSION_TEST(failing_transport_may_be_tried_again),
		SESSION_TEST(losses_are_made_up_for),
		SESSION_TEST(another_name_is_refused),
		SESSION_TEST(calls_time_out),
		SESSION_TEST(flood_does_not_hold_a_call),
		SESSION_TEST(handshake_has_a_deadline),
		SESSION_TEST(refused_connection_is_reported),
		SESSION_TEST(blocking_sessions_talk_over_sockets),
		cmocka_unit_test(unusable_configuration_makes_no_session),
		cmocka_unit_test(milliseconds_round_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
