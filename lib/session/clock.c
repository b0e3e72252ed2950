/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system's clocks in the library's units. */
#include "session/clock.h"

#include <limits.h>
#include <time.h>

/* 2024-01-01: before this code. A device without a battery-backed clock
 * starts in 1970 or at its firmware's date, and then does not know UTC. */
#define EARLIEST_UTC_S INT64_C(1704067200)

#define US_PER_S  UINT64_C(1000000)
#define US_PER_MS UINT64_C(1000)

static uint64_t monotonic_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * US_PER_S +
	       (uint64_t)now.tv_nsec / US_PER_MS;
}

adtls_time_t clock_now(void)
{
	adtls_time_t now = { .monotonic_us = monotonic_us() };
	struct timespec utc;

	clock_gettime(CLOCK_REALTIME, &utc);
	now.utc_s = utc.tv_sec < EARLIEST_UTC_S ? ADTLS_UTC_UNKNOWN
						: utc.tv_sec;
	return now;
}

uint64_t clock_after_ms(int timeout_ms)
{
	if (timeout_ms < 0)
		return ADTLS_NEVER;
	return monotonic_us() + (uint64_t)timeout_ms * US_PER_MS;
}

int clock_ms_until(uint64_t deadline_us)
{
	uint64_t now = monotonic_us();
	uint64_t left_ms;

	if (deadline_us == ADTLS_NEVER)
		return -1;
	if (deadline_us <= now)
		return 0;
	left_ms = (deadline_us - now - 1) / US_PER_MS + 1;
	return left_ms > INT_MAX ? INT_MAX : (int)left_ms;
}
