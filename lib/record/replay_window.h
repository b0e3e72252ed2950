/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The anti-replay window (RFC 9147 §4.5.1): check first, update only once the
 * record has proved authentic. */
#ifndef ADTLS_RECORD_REPLAY_WINDOW_H
#define ADTLS_RECORD_REPLAY_WINDOW_H

#include <adtls/types.h>

#define REPLAY_WINDOW_LEN 64

struct replay_window {
	uint64_t next;		/* one past the highest sequence number seen */
	uint64_t seen;		/* bit n: next - 1 - n was seen */
};

/* True for a number that is neither seen nor too old. */
bool replay_window_is_new(const struct replay_window *window,
			  uint64_t sequence);
void replay_window_mark(struct replay_window *window, uint64_t sequence);

#endif
