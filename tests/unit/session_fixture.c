/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two sessions and the transport between them. */
#include "tests/unit/session_fixture.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAX 100

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
	struct end *end = context;
	struct queue *queue = end->in;
	size_t len = queue->datagrams[0].len;

	if (end->has_endless_junk) {
		memset(out, 0x2f, 100);
		return 100;
	}
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

	if (end->in->count == 0)
		poll(NULL, 0, (int)timeout_ms);
	return end->in->count > 0;
}

adtls_config_t *session_config(const struct test_authority *authority,
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

int session_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	test_authority_init(&fixture->authority);
	fixture->client_config = session_config(&fixture->authority, NULL);
	fixture->server_config =
		session_config(&fixture->authority, "server.example");
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

int session_teardown(void **state)
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

void session_start(struct fixture *fixture, const char *server_name,
		   unsigned flags)
{
	adtls_session_free(fixture->client);
	adtls_session_free(fixture->server);
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

void session_wait_for_timers(const struct fixture *fixture)
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
void session_shake_hands(struct fixture *fixture, int *out_client,
			 int *out_server)
{
	for (int i = 0; i < ROUNDS_MAX; i++) {
		*out_client = adtls_session_handshake(fixture->client);
		*out_server = adtls_session_handshake(fixture->server);
		if (*out_client != ADTLS_E_AGAIN &&
		    *out_server != ADTLS_E_AGAIN)
			return;
		session_wait_for_timers(fixture);
	}
	fail_msg("the handshake gets nowhere");
}

void session_connect(struct fixture *fixture)
{
	int client;
	int server;

	session_start(fixture, "server.example", ADTLS_NONBLOCK);
	session_shake_hands(fixture, &client, &server);
	assert_int_equal(client, ADTLS_OK);
	assert_int_equal(server, ADTLS_OK);
}

void session_assert_carries(adtls_session_t *from, adtls_session_t *to,
			    const char *text)
{
	char got[256];

	assert_int_equal(adtls_session_send(from, text, strlen(text)),
			 strlen(text));
	assert_int_equal(adtls_session_recv(to, got, sizeof(got)),
			 strlen(text));
	assert_memory_equal(got, text, strlen(text));
}
