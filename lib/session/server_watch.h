/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server waits for, in one epoll set: its socket, its workers, a timer
 * for those who watch the set in a loop of their own, and a call to stop. */
#ifndef ADTLS_SESSION_SERVER_WATCH_H
#define ADTLS_SESSION_SERVER_WATCH_H

#include <adtls/types.h>

struct server_watch {
	int epoll_fd;
	int socket_fd;		/* the caller's */
	int timer_fd;
	int stop_fd;
	bool is_timed;		/* somebody watches the set itself */
	uint64_t timer_us;	/* when it goes off; ADTLS_NEVER */
	bool wants_room;
};

/* Returns: ADTLS_OK or ADTLS_E_IO. */
int server_watch_init(struct server_watch *watch, int socket_fd);
/* Fine for what was never initialised but by this. */
void server_watch_clear(struct server_watch *watch);
/* Wait for @fd, too. Returns: ADTLS_OK or ADTLS_E_IO. */
int server_watch_add(struct server_watch *watch, int fd);
/* Whether to wait for room in the socket as well. */
void server_watch_room(struct server_watch *watch, bool wants_room);
/* If the set is watched: it is to be readable at @deadline_us at the latest. */
void server_watch_time(struct server_watch *watch, uint64_t deadline_us);
/* The timer has gone off, maybe: the set is to be readable for it no more. */
void server_watch_read_timer(struct server_watch *watch);
/* Wait until there is something, but not past @until_us. Returns: ADTLS_OK or
 * ADTLS_E_IO. */
int server_watch_wait(struct server_watch *watch, uint64_t until_us);
/* Wake who waits; from any thread or signal handler. */
void server_watch_rouse(const struct server_watch *watch);
/* They are awake. */
void server_watch_calm(const struct server_watch *watch);

#endif
