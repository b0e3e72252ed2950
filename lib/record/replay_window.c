/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The anti-replay window (RFC 9147 §4.5.1, RFC 4303 §3.4.3). */
#include "record/replay_window.h"

bool replay_window_is_new(const struct replay_window *window, uint64_t sequence)
{
	uint64_t age;

	if (sequence >= window->next)
		return true;
	age = window->next - 1 - sequence;
	return age < REPLAY_WINDOW_LEN && (window->seen >> age & 1) == 0;
}

/* Move the right edge so that it is just behind @sequence. */
static void slide(struct replay_window *window, uint64_t sequence)
{
	uint64_t distance = sequence - window->next + 1;

	window->seen = distance < REPLAY_WINDOW_LEN ? window->seen << distance
						    : 0;
	window->next = sequence + 1;
}

void replay_window_mark(struct replay_window *window, uint64_t sequence)
{
	uint64_t age;

	if (sequence >= window->next)
		slide(window, sequence);
	age = window->next - 1 - sequence;
	if (age < REPLAY_WINDOW_LEN)
		window->seen |= UINT64_C(1) << age;
}
