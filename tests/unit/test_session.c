/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sessions, client and server, over a transport in memory that may lack room,
 * fail or lose datagrams; and the client's over a real socket. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <adtls/session.h>

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buffer.h"
#include "session/clock.h"
#include "tests/support/test_authority.h"

#define QUEUE_MAX  64
#define ROUNDS_MAX 100

/* Datagrams on their way to one side. */
struct queue {
	struct buffer datagrams[QUEUE_MAX];
	size_t count;
};

/* One side's view of the wire, and how it is out of order. */
struct end {
	struct queue *in;
	struct queue *out;
	int push_errno;		/* 0: works */
	unsigned pushed;	/* datagrams until now */
	uint64_t lost;		/* bit n: the nth pushed, from 0, gets lost */
	size_t longest;		/* pushed */
	unsigned waits;		/* calls of pull_timeout */
	unsigned fed_each_wait; /* junk datagrams that arrive in one */
};

struct fixture {
	struct test_authority authority;
	struct queue to_client;
	struct queue to_server;
	struct end client_end;
	struct end server_end;
	adtls_config_t *client_config;
	adtls_config_t *server_config;
	adtls_session_t *client;
	adtls_session_t *server;
};

static void queue_put(struct queue *queue, const void *datagram, size_t len)
{
	assert_true(queue->count < QUEUE_MAX);
	assert_true(buffer_set(&queue->datagrams[queue->count], datagram, len));
	queue->count++;
}

static ssize_t push(void *context, const void *datagram, size_t len)
{
	struct end *end = context;

	if (end->push_errno != 0) {
		errno = end->push_errno;
		return -1;
	}
	if (len > end->longest)
		end->longest = len;
	if (end->pushed >= 64 || (end->lost >> end->pushed & 1) == 0)
		queue_put(end->out, datagram, len);
	end->pushed++;
	return (ssize_t)len;
}

static ssize_t pull(void *context, void *out, size_t out_len)
{
	struct queue *queue = ((struct end *)context)->in;
	size_t len = queue->datagrams[0].len;

	if (queue->count == 0) {
		errno = EAGAIN;
		return -1;
	}
	assert_true(len <= out_len);
	memcpy(out, queue->datagrams[0].data, len);
	buffer_clear(&queue->datagrams[0]);
	queue->count--;
	memmove(queue->datagrams, queue->datagrams + 1,
		queue->count * sizeof(queue->datagrams[0]));
	queue->datagrams[queue->count] = (struct buffer){ 0 };
	return (ssize_t)len;
}

static int pull_timeout(void *context, unsigned timeout_ms)
{
	struct end *end = context;

	end->waits++;
	for (unsigned i = 0; i < end->fed_each_wait; i++)
		queue_put(end->in, "junk", 4);
	if (end->in->count == 0)
		poll(NULL, 0, (int)timeout_ms);
	return end->in->count > 0;
}

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
	/* Losses are made up for soon. */
	assert_int_equal(
		adtls_config_set_timer(config, ADTLS_TIMER_FIXED, 20000, 0),
		ADTLS_OK);
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
	fixture->client_end.in = &fixture->to_client;
	fixture->client_end.out = &fixture->to_server;
	fixture->server_end.in = &fixture->to_server;
	fixture->server_end.out = &fixture->to_client;
	*state = fixture;
	return 0;
}

static void queue_clear(struct queue *queue)
{
	for (size_t i = 0; i < queue->count; i++)
		buffer_clear(&queue->datagrams[i]);
	queue->count = 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	adtls_session_free(fixture->client);
	adtls_session_free(fixture->server);
	adtls_config_unref(fixture->client_config);
	adtls_config_unref(fixture->server_config);
	queue_clear(&fixture->to_client);
	queue_clear(&fixture->to_server);
	test_authority_clear(&fixture->authority);
	free(fixture);
	return 0;
}

static void start(struct fixture *fixture, const char *server_name,
		  unsigned flags)
{
	assert_int_equal(adtls_session_new_client(fixture->client_config,
						  server_name, flags,
						  &fixture->client),
			 ADTLS_OK);
	assert_int_equal(adtls_session_new_server(fixture->server_config, flags,
						  &fixture->server),
			 ADTLS_OK);
	adtls_session_set_transport(fixture->client, &fixture->client_end, push,
				    pull, pull_timeout);
	adtls_session_set_transport(fixture->server, &fixture->server_end, push,
				    pull, pull_timeout);
}

/* Sleeps until a timer of either side is due, unless a datagram waits. */
static void wait_for_timers(const struct fixture *fixture)
{
	int client_ms = adtls_session_get_timeout_ms(fixture->client);
	int server_ms = adtls_session_get_timeout_ms(fixture->server);

	if (fixture->to_client.count + fixture->to_server.count > 0)
		return;
	if (client_ms < 0 || (server_ms >= 0 && server_ms < client_ms))
		client_ms = server_ms;
	assert_true(client_ms >= 0);
	poll(NULL, 0, client_ms);
}

/* Both handshakes by turns, until neither says ADTLS_E_AGAIN. With doubling
 * time-outs the rounds last longer than any loss here can. */
static void shake_hands(struct fixture *fixture, int *out_client,
			int *out_server)
{
	for (int i = 0; i < ROUNDS_MAX; i++) {
		*out_client = adtls_session_handshake(fixture->client);
		*out_server = adtls_session_handshake(fixture->server);
		if (*out_client != ADTLS_E_AGAIN &&
		    *out_server != ADTLS_E_AGAIN)
			return;
		wait_for_timers(fixture);
	}
	fail_msg("the handshake gets nowhere");
}

static void connect_both(struct fixture *fixture)
{
	int client;
	int server;

	start(fixture, "server.example", ADTLS_NONBLOCK);
	shake_hands(fixture, &client, &server);
	assert_int_equal(client, ADTLS_OK);
	assert_int_equal(server, ADTLS_OK);
}

/* Sends a text one way and finds it at the other end. */
static void assert_carries(adtls_session_t *from, adtls_session_t *to,
			   const char *text)
{
	char got[256];

	assert_int_equal(adtls_session_send(from, text, strlen(text)),
			 strlen(text));
	assert_int_equal(adtls_session_recv(to, got, sizeof(got)),
			 strlen(text));
	assert_memory_equal(got, text, strlen(text));
}

static void both_directions_carry_data(void **state)
{
	struct fixture *fixture = *state;
	adtls_parameters_t parameters;

	connect_both(fixture);
	assert_carries(fixture->client, fixture->server, "ping");
	assert_carries(fixture->server, fixture->client, "pong");
	assert_carries(fixture->client, fixture->server, "ping again");
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

	connect_both(fixture);
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

	connect_both(fixture);
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
	connect_both(fixture);
	assert_carries(fixture->client, fixture->server, "small");
	assert_in_range(fixture->client_end.longest, 100, 256);
	assert_in_range(fixture->server_end.longest, 257, 300);
}

static void data_waits_for_the_handshake(void **state)
{
	struct fixture *fixture = *state;
	char got[16];

	start(fixture, NULL, ADTLS_NONBLOCK);
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

static void bye_ends_both(void **state)
{
	struct fixture *fixture = *state;
	char got[16];

	connect_both(fixture);
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

	connect_both(fixture);
	fixture->client_end.push_errno = EAGAIN;
	assert_int_equal(adtls_session_send(fixture->client, "one", 3), 3);
	assert_int_equal(adtls_session_send(fixture->client, "two", 3),
			 ADTLS_E_AGAIN);
	assert_int_equal(adtls_session_recv(fixture->server, got, 16),
			 ADTLS_E_AGAIN);
	/* It does not keep us from receiving. */
	assert_carries(fixture->server, fixture->client, "hello");
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

	start(fixture, "server.example", ADTLS_NONBLOCK);
	fixture->client_end.push_errno = EMSGSIZE;
	assert_int_equal(adtls_session_handshake(fixture->client), ADTLS_E_IO);
	assert_int_equal(errno, EMSGSIZE);
	fixture->client_end.push_errno = 0;
	shake_hands(fixture, &client, &server);
	assert_int_equal(client, ADTLS_OK);
	assert_int_equal(server, ADTLS_OK);
	/* ICMP errors are no news for a connection. */
	fixture->client_end.push_errno = ECONNREFUSED;
	assert_int_equal(adtls_session_send(fixture->client, "lost", 4), 4);
	fixture->client_end.push_errno = 0;
	assert_carries(fixture->client, fixture->server, "found");
}

static void losses_are_made_up_for(void **state)
{
	struct fixture *fixture = *state;

	/* Every other datagram of the first eight, each way. */
	fixture->client_end.lost = 0x55;
	fixture->server_end.lost = 0xaa;
	connect_both(fixture);
	fixture->client_end.lost = 0;
	fixture->server_end.lost = 0;
	assert_carries(fixture->client, fixture->server, "ping");
	assert_carries(fixture->server, fixture->client, "pong");
}

static void another_name_is_refused(void **state)
{
	struct fixture *fixture = *state;
	char detail[200];
	int client;
	int server;

	start(fixture, "other.example", ADTLS_NONBLOCK);
	shake_hands(fixture, &client, &server);
	assert_int_equal(client, ADTLS_E_HANDSHAKE);
	assert_int_equal(
		adtls_engine_reason(adtls_session_engine(fixture->client),
				    detail, sizeof(detail)),
		ADTLS_REASON_CERTIFICATE_NAME);
	assert_non_null(strstr(detail, "other.example"));
	while (server == ADTLS_E_AGAIN) {
		wait_for_timers(fixture);
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

	start(fixture, NULL, 0);
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

	start(fixture, NULL, 0);
	fixture->client_end.fed_each_wait = 2;
	adtls_session_set_timeout(fixture->client, 30);
	assert_int_equal(adtls_session_handshake(fixture->client),
			 ADTLS_E_TIMEOUT);
	assert_true(fixture->client_end.waits > 1);
}

static void handshake_has_a_deadline(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(adtls_config_set_handshake_deadline(
				 fixture->client_config, 100000),
			 ADTLS_OK);
	start(fixture, NULL, 0);
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
	start(fixture, NULL, 0);
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
	start(fixture, "server.example", 0);
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

/* A key outside of GnuTLS, such as a TPM's, that signs when it is let. */
struct slow_key {
	gnutls_privkey_t key;
	sem_t may_sign;
	pthread_t signer;
};

static int slow_sign(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm,
		     void *context, unsigned flags, const gnutls_datum_t *hash,
		     gnutls_datum_t *out)
{
	struct slow_key *slow = context;

	(void)key;
	sem_wait(&slow->may_sign);
	slow->signer = pthread_self();
	return gnutls_privkey_sign_hash2(slow->key, algorithm, flags, hash,
					 out);
}

static int slow_info(gnutls_privkey_t key, unsigned info, void *context)
{
	(void)key;
	(void)context;
	if (info == GNUTLS_PRIVKEY_INFO_PK_ALGO)
		return GNUTLS_PK_ECDSA;
	if (info == GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS)
		return 256;
	if (info == GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO ||
	    (info & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO))
		return GNUTLS_FLAGS_TO_SIGN_ALGO(info) ==
		       GNUTLS_SIGN_ECDSA_SHA256;
	return -1;
}

static void use_slow_key(struct fixture *fixture, struct slow_key *slow)
{
	adtls_credentials_t *credentials =
		test_authority_credentials(&fixture->authority, NULL);
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t certificate;
	gnutls_privkey_t external;
	gnutls_pcert_st chain;

	/* once for adtls_credentials_set_key(), which tries the key */
	sem_init(&slow->may_sign, 0, 1);
	test_authority_issue(&fixture->authority, "server.example", &key,
			     &certificate);
	gnutls_privkey_init(&slow->key);
	gnutls_privkey_import_x509(slow->key, key,
				   GNUTLS_PRIVKEY_IMPORT_AUTO_RELEASE);
	gnutls_privkey_init(&external);
	assert_int_equal(gnutls_privkey_import_ext4(external, slow, NULL,
						    slow_sign, NULL, NULL,
						    slow_info, 0),
			 0);
	assert_int_equal(gnutls_pcert_import_x509(&chain, certificate, 0), 0);
	assert_int_equal(
		adtls_credentials_set_key(credentials, &chain, 1, external),
		ADTLS_OK);
	assert_int_equal(adtls_config_set_credentials(fixture->server_config,
						      credentials),
			 ADTLS_OK);
	adtls_credentials_unref(credentials);
	gnutls_pcert_deinit(&chain);
	gnutls_x509_crt_deinit(certificate);
}

/* The handshake waits for the worker and for nothing else: the client's
 * retransmissions are answered meanwhile. */
static void slow_jobs_run_on_workers(void **state)
{
	struct fixture *fixture = *state;
	struct slow_key slow;
	struct pollfd worker = { .events = POLLIN };
	unsigned before;
	int client;
	int server;

	use_slow_key(fixture, &slow);
	start(fixture, "server.example", ADTLS_NONBLOCK);
	assert_int_equal(adtls_session_set_workers(fixture->server, 1),
			 ADTLS_OK);
	assert_int_equal(adtls_session_set_workers(fixture->server, 1),
			 ADTLS_E_INVALID);
	worker.fd = adtls_session_worker_fd(fixture->server);
	for (int i = 0; i < 6; i++) {
		client = adtls_session_handshake(fixture->client);
		server = adtls_session_handshake(fixture->server);
		assert_int_equal(client, ADTLS_E_AGAIN);
		assert_int_equal(server, ADTLS_E_AGAIN);
		wait_for_timers(fixture);
	}
	assert_int_equal(poll(&worker, 1, 0), 0);
	before = fixture->server_end.pushed;
	sem_post(&slow.may_sign);
	assert_int_equal(poll(&worker, 1, -1), 1);
	shake_hands(fixture, &client, &server);
	assert_int_equal(client, ADTLS_OK);
	assert_int_equal(server, ADTLS_OK);
	assert_true(fixture->server_end.pushed > before);
	assert_false(pthread_equal(slow.signer, pthread_self()));
	assert_carries(fixture->client, fixture->server, "ping");
	gnutls_privkey_deinit(slow.key);
	sem_destroy(&slow.may_sign);
}

static void without_workers_jobs_run_in_the_call(void **state)
{
	struct fixture *fixture = *state;
	struct slow_key slow;

	use_slow_key(fixture, &slow);
	sem_post(&slow.may_sign);
	connect_both(fixture);
	assert_true(pthread_equal(slow.signer, pthread_self()));
	gnutls_privkey_deinit(slow.key);
	sem_destroy(&slow.may_sign);
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

#define CASE(function) \
	cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		CASE(both_directions_carry_data),
		CASE(records_keep_their_bounds),
		CASE(records_fit_one_datagram),
		CASE(mtu_is_kept),
		CASE(data_waits_for_the_handshake),
		CASE(bye_ends_both),
		CASE(transport_without_room_loses_nothing),
		CASE(failing_transport_may_be_tried_again),
		CASE(losses_are_made_up_for),
		CASE(another_name_is_refused),
		CASE(calls_time_out),
		CASE(flood_does_not_hold_a_call),
		CASE(handshake_has_a_deadline),
		CASE(refused_connection_is_reported),
		CASE(blocking_sessions_talk_over_sockets),
		CASE(slow_jobs_run_on_workers),
		CASE(without_workers_jobs_run_in_the_call),
		cmocka_unit_test(unusable_configuration_makes_no_session),
		cmocka_unit_test(milliseconds_round_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
