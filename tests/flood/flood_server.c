/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The server under the flood: it echoes, and watches its memory. */
#include "flood.h"

#include <malloc.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How often memory is looked at, and SIGTERM, which stops it. */
#define ROUND_MS 50

static adtls_server_t *the_server;

static void stop(int signal_number)
{
	(void)signal_number;
	adtls_server_stop(the_server);
}

/* One socket for IPv6 and IPv4, bound to no address in particular: the answers
 * have to find theirs. */
static int listen_anywhere(struct flood_board *board)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6 };
	struct sockaddr_in6 ipv6 = { .sin6_family = AF_INET6,
				     .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in ipv4 = { .sin_family = AF_INET };
	socklen_t len = sizeof(any);
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int off = 0;

	if (fd < 0 ||
	    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)) < 0 ||
	    bind(fd, (struct sockaddr *)&any, sizeof(any)) < 0 ||
	    getsockname(fd, (struct sockaddr *)&any, &len) < 0)
		flood_fail("the server has no socket");
	ipv6.sin6_port = ipv4.sin_port = any.sin6_port;
	ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	memcpy(&board->addresses[0], &ipv6, sizeof(ipv6));
	memcpy(&board->addresses[1], &ipv4, sizeof(ipv4));
	return fd;
}

static void set_limits(const struct flood_options *options,
		       adtls_endpoint_t *endpoint)
{
	adtls_endpoint_limits_t limits;

	adtls_endpoint_limits(endpoint, &limits);
	/* All clients come from one host, or two, and at once. */
	limits.handshakes_per_host = 0;
	limits.starts_per_second = 0;
	limits.connections = options->sessions;
	limits.memory = options->memory;
	if (adtls_endpoint_set_limits(endpoint, &limits) != ADTLS_OK)
		flood_fail("the limits are no good");
}

static uint64_t heap_in_use(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static void watch_memory(struct flood_board *board)
{
	uint64_t heap = heap_in_use();

	adtls_endpoint_statistics(adtls_server_endpoint(the_server),
				  &board->statistics);
	if (board->statistics.memory > board->memory_max)
		board->memory_max = board->statistics.memory;
	if (heap > board->heap_before + board->heap_max)
		board->heap_max = heap - board->heap_before;
}

static void take_event(struct flood_board *board, adtls_engine_t *peer,
		       const adtls_event_t *event)
{
	switch (event->type) {
	case ADTLS_EVENT_CONNECTED:
		atomic_fetch_add(&board->connected, 1);
		break;
	case ADTLS_EVENT_CLOSED:
		atomic_fetch_add(&board->closed, 1);
		break;
	case ADTLS_EVENT_DATA:
		adtls_server_send(the_server, peer, event->data.data,
				  event->data.len);
		break;
	default:
		break;
	}
}

static void serve(struct flood_board *board)
{
	uint64_t look_ms = 0;
	adtls_engine_t *peer;
	adtls_event_t event;
	int result;

	do {
		result = adtls_server_next(the_server, ROUND_MS, &peer, &event);
		if (result == ADTLS_OK)
			take_event(board, peer, &event);
		if (flood_now_ms() < look_ms)
			continue;
		look_ms = flood_now_ms() + ROUND_MS;
		watch_memory(board);
	} while (result == ADTLS_OK || result == ADTLS_E_TIMEOUT);
	if (result != ADTLS_E_CLOSED)
		flood_fail("the server: %s", adtls_strerror(result));
}

void flood_serve(const struct flood_options *options, adtls_config_t *config,
		 struct flood_board *board)
{
	struct timespec cpu;
	int fd = listen_anywhere(board);

	if (adtls_server_new(config, fd, &the_server) != ADTLS_OK)
		flood_fail("no server");
	set_limits(options, adtls_server_endpoint(the_server));
	board->heap_before = heap_in_use();
	signal(SIGTERM, stop);
	atomic_store(&board->is_listening, true);
	serve(board);
	watch_memory(board);
	board->lost = adtls_server_datagrams_lost(the_server);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
	board->cpu_ms = (uint64_t)cpu.tv_sec * 1000 +
			(uint64_t)cpu.tv_nsec / 1000000;
	adtls_server_free(the_server);
	close(fd);
}
