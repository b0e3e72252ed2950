/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What makes libcoap's loop, or the application's around it, come back to the
 * backend in time.
 *
 * libcoap asks each time round for a time-out, but clamps it to 100 ms and
 * only waits for its own descriptors. It also ignores events in its epoll set
 * that carry no socket, so a timer and workers of our own fit in there. */
#ifndef ADTLS_COAP_BACKEND_WAKE_H
#define ADTLS_COAP_BACKEND_WAKE_H

#include "libcoap_internal.h"

#include <adtls/types.h>

struct backend_wake {
	int epoll_fd; /* libcoap's; -1 when it was built without epoll */
	int timer_fd;
	uint64_t armed_us; /* monotonic, or ADTLS_NEVER */
};

bool backend_wake_init(struct backend_wake *wake, coap_context_t *coap);
void backend_wake_clear(struct backend_wake *wake);
/* Come back at @at_us, and not before. */
void backend_wake_set(struct backend_wake *wake, uint64_t at_us);
/* Come back at @at_us at the latest. */
void backend_wake_by(struct backend_wake *wake, uint64_t at_us);
/* Come back when @fd is readable; false when libcoap has no epoll. */
bool backend_wake_watch(struct backend_wake *wake, int fd);
void backend_wake_unwatch(struct backend_wake *wake, int fd);
/* The time-out for libcoap to wait for, in its ticks; 0: none is needed. */
coap_tick_t backend_wake_ticks(const struct backend_wake *wake);

/* The system's clocks in the library's units. */
adtls_time_t backend_now(void);

#endif
