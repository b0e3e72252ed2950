/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system's clocks: the only place of the library that reads them. */
#ifndef ADTLS_SESSION_CLOCK_H
#define ADTLS_SESSION_CLOCK_H

#include <adtls/types.h>

/* The time for calls on engines; UTC is unknown on a system whose clock was
 * never set. */
adtls_time_t clock_now(void);
/* The monotonic time in @timeout_ms, or ADTLS_NEVER for a negative one. */
uint64_t clock_after_ms(int timeout_ms);
/* Milliseconds until @deadline_us as poll() takes them: rounded up, 0 if it
 * has passed, -1 for ADTLS_NEVER. */
int clock_ms_until(uint64_t deadline_us);

#endif
