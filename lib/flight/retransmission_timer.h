/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* When to retransmit (RFC 9147 §5.8.2, RFC 6298, protocol §7). */
#ifndef ADTLS_FLIGHT_RETRANSMISSION_TIMER_H
#define ADTLS_FLIGHT_RETRANSMISSION_TIMER_H

#include <adtls/types.h>

enum timer_policy {
	TIMER_MEASURED,	/* RTO from measured RTT, exponential back-off */
	TIMER_FIXED	/* RTO doubles from a given value, ignoring RTT */
};

struct timer_config {
	enum timer_policy policy;
	uint64_t initial_us;	/* default 1 s */
	uint64_t max_us;	/* default 60 s */
	unsigned attempts;	/* retransmissions at most; 0: no limit */
};

struct retransmission_timer {
	const struct timer_config *config;
	/* None is longer than config->max_us, a few minutes at most. */
	uint32_t srtt_us;	/* 0 until measured */
	uint32_t rttvar_us;
	uint32_t min_rtt_us;	/* the shortest; 0 until measured */
	uint32_t rto_us;
	unsigned attempts;	/* retransmissions since the last progress */
	uint64_t deadline_us;	/* ADTLS_NEVER: not running */
};

void retransmission_timer_init(struct retransmission_timer *timer,
			       const struct timer_config *config);
/* (Re)start: one RTO from now. */
void retransmission_timer_start(struct retransmission_timer *timer,
				uint64_t now_us);
void retransmission_timer_stop(struct retransmission_timer *timer);
/* A round trip of a record sent exactly once (Karn's rule). */
void retransmission_timer_measure(struct retransmission_timer *timer,
				  uint64_t rtt_us);
/* The peer acknowledged something new: attempts count anew, and the back-off
 * ends, unless no round trip has been measured yet (RFC 9147 §5.8.2: "retain
 * the current timer value"). */
void retransmission_timer_progress(struct retransmission_timer *timer);
/* The deadline has passed: back off and restart. False: attempts exhausted,
 * and the timer is stopped. */
bool retransmission_timer_expire(struct retransmission_timer *timer,
				 uint64_t now_us);
/* Are attempts left? */
bool retransmission_timer_may_retransmit(
	const struct retransmission_timer *timer);
/* Something is retransmitted before the deadline: count it as an attempt, and
 * restart without back-off. */
void retransmission_timer_attempt(struct retransmission_timer *timer,
				  uint64_t now_us);

#endif
