/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A flood over real sockets, on the loopback: a server with many sessions, and
 * one process that sends it garbage as fast as it can.
 *
 *	main process    the clients: connect, wait, and echo at the end
 *	first child     the server
 *	second child    the attacker, who shares the clients' sockets: so garbage
 *	                comes from the addresses of sessions, too */
#ifndef TESTS_FLOOD_FLOOD_H
#define TESTS_FLOOD_FLOOD_H

#include <adtls/adtls.h>
#include <signal.h>
#include <stdatomic.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <sys/socket.h>

#define FLOOD_SESSIONS_MAX 4000
/* Sockets of others, each at an address of its own. */
#define FLOOD_STRANGERS 64
/* A genuine record of each session, which the attacker damages. */
#define FLOOD_RECORD_MAX 128

struct flood_record {
	uint8_t data[FLOOD_RECORD_MAX];
	size_t len;
};

/* What the processes tell each other: in memory that they share. */
struct flood_board {
	/* The server's. */
	atomic_bool is_listening;
	atomic_uint connected;
	atomic_uint closed;
	atomic_bool is_done;
	struct sockaddr_storage addresses[2];	/* IPv6, IPv4 */
	adtls_endpoint_statistics_t statistics;	/* at the end */
	uint64_t memory_max;	/* the endpoint's account */
	uint64_t heap_before;	/* of the whole process, without peers */
	uint64_t heap_max;	/* what came on top of it */
	uint64_t lost;
	uint64_t cpu_ms;
	/* The attacker's. */
	uint64_t sent;
	/* The clients'. */
	struct flood_record records[FLOOD_SESSIONS_MAX];
};

struct flood_options {
	unsigned sessions;
	unsigned seconds;
	size_t memory;		/* the server's limit, in bytes */
};

/* Fails the whole flood, with a sentence. */
__attribute__((noreturn, format(printf, 1, 2))) void
flood_fail(const char *format, ...);
/* Milliseconds of the monotonic clock. */
uint64_t flood_now_ms(void);

/* Serve until SIGTERM. */
void flood_serve(const struct flood_options *options, adtls_config_t *config,
		 struct flood_board *board);

/* Send garbage for as long as the options say, from @fds, of which the first
 * @options->sessions are the clients'. */
void flood_attack(const struct flood_options *options, const int *fds,
		  struct flood_board *board);

struct flood_client {
	adtls_session_t *session;
	int fd;
	bool is_done;
};

/* Connect all. */
void flood_connect(const struct flood_options *options, adtls_config_t *config,
		   struct flood_board *board, struct flood_client *clients);
/* How many get an echo. */
unsigned flood_echo(const struct flood_options *options,
		    struct flood_client *clients);
/* Each leaves a genuine record on the board. */
void flood_leave_records(const struct flood_options *options,
			 struct flood_board *board,
			 struct flood_client *clients);

#endif
