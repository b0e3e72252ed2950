/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server waits for. */
#include "session/server_watch.h"

#include <adtls/error.h>

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "session/clock.h"

#define US_PER_S 1000000u

int server_watch_add(struct server_watch *watch, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(watch->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0 ?
		       ADTLS_OK :
		       ADTLS_E_IO;
}

int server_watch_init(struct server_watch *watch, int socket_fd)
{
	*watch = (struct server_watch){
		.epoll_fd = epoll_create1(EPOLL_CLOEXEC),
		.socket_fd = socket_fd,
		.timer_fd = timerfd_create(CLOCK_MONOTONIC,
					   TFD_CLOEXEC | TFD_NONBLOCK),
		.stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.timer_us = ADTLS_NEVER,
	};
	if (watch->epoll_fd < 0 || watch->timer_fd < 0 || watch->stop_fd < 0 ||
	    server_watch_add(watch, socket_fd) != ADTLS_OK ||
	    server_watch_add(watch, watch->timer_fd) != ADTLS_OK ||
	    server_watch_add(watch, watch->stop_fd) != ADTLS_OK)
		return ADTLS_E_IO;
	return ADTLS_OK;
}

static void close_one(int *fd)
{
	if (*fd > 0)
		close(*fd);
	*fd = -1;
}

void server_watch_clear(struct server_watch *watch)
{
	close_one(&watch->epoll_fd);
	close_one(&watch->timer_fd);
	close_one(&watch->stop_fd);
}

void server_watch_room(struct server_watch *watch, bool wants_room)
{
	struct epoll_event event = {
		.events = EPOLLIN | (wants_room ? EPOLLOUT : 0),
		.data.fd = watch->socket_fd,
	};

	if (wants_room == watch->wants_room)
		return;
	watch->wants_room = wants_room;
	(void)epoll_ctl(watch->epoll_fd, EPOLL_CTL_MOD, watch->socket_fd,
			&event);
}

/* Set anew only when it would go off too late: that it goes off too early now
 * and then costs less than a call for each datagram. */
void server_watch_time(struct server_watch *watch, uint64_t deadline_us)
{
	/* 0 would stop it. */
	uint64_t at_us = deadline_us > 0 ? deadline_us : 1;
	struct itimerspec at = {
		.it_value = { .tv_sec = (time_t)(at_us / US_PER_S),
			      .tv_nsec = (long)(at_us % US_PER_S) * 1000 },
	};

	if (!watch->is_timed || deadline_us >= watch->timer_us)
		return;
	watch->timer_us = deadline_us;
	(void)timerfd_settime(watch->timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

void server_watch_read_timer(struct server_watch *watch)
{
	uint64_t count;

	if (watch->is_timed &&
	    read(watch->timer_fd, &count, sizeof(count)) == sizeof(count))
		watch->timer_us = ADTLS_NEVER;
}

int server_watch_wait(struct server_watch *watch, uint64_t until_us)
{
	struct epoll_event event;

	if (epoll_wait(watch->epoll_fd, &event, 1, clock_ms_until(until_us)) <
		    0 &&
	    errno != EINTR)
		return ADTLS_E_IO;
	return ADTLS_OK;
}

void server_watch_rouse(const struct server_watch *watch)
{
	int before = errno;

	(void)eventfd_write(watch->stop_fd, 1);
	errno = before;
}

void server_watch_calm(const struct server_watch *watch)
{
	eventfd_t count;

	(void)eventfd_read(watch->stop_fd, &count);
}
