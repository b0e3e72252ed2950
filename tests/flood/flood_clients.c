/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sessions: half of them over IPv6, half over IPv4. */
#include "flood.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* Handshakes at once, so that none waits for a processor until it times out. */
#define AT_ONCE 32
/* How long for everything: only what hangs takes that long. */
#define PATIENCE_MS 120000
/* Datagrams get lost in a flood, and a little after: how often to try. */
#define ECHO_ATTEMPTS 40
#define ATTEMPT_MS    500
#define GENUINE	      "a genuine reading, number 1"

static adtls_time_t now(void)
{
	struct timespec monotonic, utc;

	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	clock_gettime(CLOCK_REALTIME, &utc);
	return (adtls_time_t){
		.monotonic_us = (uint64_t)monotonic.tv_sec * 1000000 +
				(uint64_t)monotonic.tv_nsec / 1000,
		.utc_s = utc.tv_sec,
	};
}

static void start(struct flood_client *client, adtls_config_t *config,
		  const struct sockaddr_storage *address)
{
	socklen_t len = address->ss_family == AF_INET6 ?
				sizeof(struct sockaddr_in6) :
				sizeof(struct sockaddr_in);

	client->fd = socket(address->ss_family,
			    SOCK_DGRAM | SOCK_NONBLOCK, 0);
	if (client->fd < 0 ||
	    connect(client->fd, (const struct sockaddr *)address, len) < 0)
		flood_fail("a client has no socket; raise ulimit -n");
	if (adtls_session_new_client(config, "server.example", ADTLS_NONBLOCK,
				     &client->session) != ADTLS_OK)
		flood_fail("no memory for a client");
	adtls_session_set_fd(client->session, client->fd);
}

/* Made, and then never sent: only the attacker has it. */
static void leave_record(struct flood_client *client,
			 struct flood_record *record)
{
	adtls_engine_t *engine = adtls_session_engine(client->session);
	uint8_t datagram[2048];
	size_t len;

	/* What is owed of the handshake goes first. */
	adtls_engine_send(engine, now(), GENUINE, strlen(GENUINE));
	len = adtls_engine_next_datagram(engine, now(), datagram,
					 sizeof(datagram));
	if (len == 0 || len > sizeof(record->data))
		flood_fail("a client has no record to give away");
	memcpy(record->data, datagram, len);
	record->len = len;
}

static void wait_a_moment(const struct flood_client *clients, unsigned from,
			  unsigned to)
{
	struct pollfd fds[AT_ONCE];
	unsigned count = 0;

	for (unsigned i = from; i < to && count < AT_ONCE; i++) {
		if (!clients[i].is_done)
			fds[count++] = (struct pollfd){ clients[i].fd, POLLIN,
							0 };
	}
	poll(fds, count, 10);
}

/* Returns how many of them are not connected yet. */
static unsigned shake_hands(struct flood_client *clients, unsigned from,
			    unsigned to)
{
	unsigned left = 0;

	for (unsigned i = from; i < to; i++) {
		int result;

		if (clients[i].is_done)
			continue;
		result = adtls_session_handshake(clients[i].session);
		if (result != ADTLS_OK && result != ADTLS_E_AGAIN)
			flood_fail("client %u: %s", i, adtls_strerror(result));
		clients[i].is_done = result == ADTLS_OK;
		left += !clients[i].is_done;
	}
	return left;
}

void flood_connect(const struct flood_options *options, adtls_config_t *config,
		   struct flood_board *board, struct flood_client *clients)
{
	uint64_t until_ms = flood_now_ms() + PATIENCE_MS;

	for (unsigned from = 0; from < options->sessions; from += AT_ONCE) {
		unsigned to = from + AT_ONCE < options->sessions ?
				      from + AT_ONCE :
				      options->sessions;

		for (unsigned i = from; i < to; i++)
			start(&clients[i], config, &board->addresses[i % 2]);
		while (shake_hands(clients, from, to) > 0) {
			if (flood_now_ms() > until_ms)
				flood_fail("the clients do not connect");
			wait_a_moment(clients, from, to);
		}
	}
	/* The last ACKs are in, and nobody has anything to say any more. */
	while (atomic_load(&board->connected) < options->sessions) {
		if (flood_now_ms() > until_ms)
			flood_fail("the server misses some clients");
		wait_a_moment(clients, 0, 0);
	}
}

void flood_leave_records(const struct flood_options *options,
			 struct flood_board *board,
			 struct flood_client *clients)
{
	for (unsigned i = 0; i < options->sessions; i++)
		leave_record(&clients[i], &board->records[i]);
}

/* Takes what there is; true once the echo of @text is among it. */
static bool has_echo(struct flood_client *client, const char *text)
{
	char got[256];
	ssize_t len;

	while ((len = adtls_session_recv(client->session, got, sizeof(got))) >
	       0) {
		if ((size_t)len == strlen(text) &&
		    memcmp(got, text, (size_t)len) == 0)
			return true;
	}
	if (len != ADTLS_E_AGAIN)
		flood_fail("a session has ended: %s", adtls_strerror((int)len));
	return false;
}

/* One attempt of all that have no echo yet; returns how many are left. */
static unsigned try_echo(const struct flood_options *options,
			 struct flood_client *clients, unsigned left)
{
	uint64_t until_ms = flood_now_ms() + ATTEMPT_MS;
	char text[32];

	for (unsigned i = 0; i < options->sessions; i++) {
		snprintf(text, sizeof(text), "echo %u", i);
		if (!clients[i].is_done)
			adtls_session_send(clients[i].session, text,
					   strlen(text));
		/* The server's socket has room for so many. */
		if (i % AT_ONCE == 0)
			poll(NULL, 0, 1);
	}
	while (left > 0 && flood_now_ms() < until_ms) {
		for (unsigned i = 0; i < options->sessions; i++) {
			snprintf(text, sizeof(text), "echo %u", i);
			if (clients[i].is_done || !has_echo(&clients[i], text))
				continue;
			clients[i].is_done = true;
			left--;
		}
		poll(NULL, 0, 5);
	}
	return left;
}

unsigned flood_echo(const struct flood_options *options,
		    struct flood_client *clients)
{
	unsigned left = options->sessions;

	for (unsigned i = 0; i < options->sessions; i++)
		clients[i].is_done = false;
	for (unsigned attempt = 0; attempt < ECHO_ATTEMPTS && left > 0;
	     attempt++)
		left = try_echo(options, clients, left);
	return options->sessions - left;
}
