/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A timer in libcoap's epoll set. */
#include "backend_wake.h"

#include "backend_log.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* 2024-01-01: before this code. A device without a battery-backed clock
 * starts in 1970 or at its firmware's date, and then does not know UTC. */
#define EARLIEST_UTC_S INT64_C(1704067200)

#define US_PER_S  UINT64_C(1000000)
#define NS_PER_US 1000

adtls_time_t backend_now(void)
{
	struct timespec monotonic, utc;

	clock_gettime(CLOCK_MONOTONIC, &monotonic);
	clock_gettime(CLOCK_REALTIME, &utc);
	return (adtls_time_t){
		.monotonic_us = (uint64_t)monotonic.tv_sec * US_PER_S +
				(uint64_t)monotonic.tv_nsec / NS_PER_US,
		.utc_s = utc.tv_sec < EARLIEST_UTC_S ? ADTLS_UTC_UNKNOWN
						     : utc.tv_sec,
	};
}

bool backend_wake_watch(struct backend_wake *wake, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };

	if (wake->epoll_fd < 0)
		return false;
	if (epoll_ctl(wake->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0)
		return true;
	backend_log(BACKEND_LOG_ERROR, "epoll_ctl: %s", strerror(errno));
	return false;
}

void backend_wake_unwatch(struct backend_wake *wake, int fd)
{
	struct epoll_event event = { 0 };

	if (wake->epoll_fd >= 0)
		epoll_ctl(wake->epoll_fd, EPOLL_CTL_DEL, fd, &event);
}

bool backend_wake_init(struct backend_wake *wake, coap_context_t *coap)
{
	*wake = (struct backend_wake){
		.epoll_fd = coap_context_get_coap_fd(coap),
		.timer_fd = -1,
		.armed_us = ADTLS_NEVER,
	};
	if (wake->epoll_fd < 0)
		return true;
	wake->timer_fd = timerfd_create(CLOCK_MONOTONIC,
					TFD_NONBLOCK | TFD_CLOEXEC);
	if (wake->timer_fd < 0) {
		backend_log(BACKEND_LOG_ERROR, "timerfd_create: %s",
			    strerror(errno));
		return false;
	}
	return backend_wake_watch(wake, wake->timer_fd);
}

void backend_wake_clear(struct backend_wake *wake)
{
	if (wake->timer_fd < 0)
		return;
	backend_wake_unwatch(wake, wake->timer_fd);
	close(wake->timer_fd);
	wake->timer_fd = -1;
}

void backend_wake_set(struct backend_wake *wake, uint64_t at_us)
{
	struct itimerspec timer = { 0 };

	wake->armed_us = at_us;
	if (wake->timer_fd < 0)
		return;
	if (at_us != ADTLS_NEVER) {
		timer.it_value.tv_sec = (time_t)(at_us / US_PER_S);
		timer.it_value.tv_nsec = (long)(at_us % US_PER_S) * NS_PER_US;
		/* All zeros would stop it. */
		timer.it_value.tv_nsec |= 1;
	}
	timerfd_settime(wake->timer_fd, TFD_TIMER_ABSTIME, &timer, NULL);
}

void backend_wake_by(struct backend_wake *wake, uint64_t at_us)
{
	if (at_us < wake->armed_us)
		backend_wake_set(wake, at_us);
}

coap_tick_t backend_wake_ticks(const struct backend_wake *wake)
{
	uint64_t now_us = backend_now().monotonic_us;
	coap_tick_t now;

	if (wake->timer_fd >= 0 || wake->armed_us == ADTLS_NEVER)
		return 0;
	coap_ticks(&now);
	if (wake->armed_us <= now_us)
		return now + 1;
	return now + 1 +
	       (wake->armed_us - now_us) * COAP_TICKS_PER_SECOND / US_PER_S;
}
