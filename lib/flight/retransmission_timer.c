/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The retransmission timer. */
#include "flight/retransmission_timer.h"

void retransmission_timer_init(struct retransmission_timer *timer,
			       const struct timer_config *config)
{
	*timer = (struct retransmission_timer){ .config = config,
						.rto_us = config->initial_us,
						.deadline_us = ADTLS_NEVER };
}

void retransmission_timer_start(struct retransmission_timer *timer,
				uint64_t now_us)
{
	timer->deadline_us = now_us + timer->rto_us;
}

void retransmission_timer_stop(struct retransmission_timer *timer)
{
	timer->deadline_us = ADTLS_NEVER;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* The RTO without back-off. Measured, it is RFC 6298's sum plus the time for
 * which a peer may sit on an ACK: a quarter of its own RTO (RFC 9147 §7.1),
 * which starts from a value like ours. QUIC adds the peer's delay in the same
 * way (RFC 9002 §6.2.1). This is the only minimum: RFC 6298's second would
 * waste the fast links, and round trips alone would expire before such an
 * ACK can come. */
static uint64_t base_rto(const struct retransmission_timer *timer)
{
	const struct timer_config *config = timer->config;

	if (config->policy == TIMER_FIXED || timer->srtt_us == 0)
		return config->initial_us;
	return smaller(timer->srtt_us + 4 * timer->rttvar_us +
			       config->initial_us / 4,
		       config->max_us);
}

/* RFC 6298 §2.2 and §2.3. */
void retransmission_timer_measure(struct retransmission_timer *timer,
				  uint64_t rtt_us)
{
	uint64_t error_us;

	if (timer->config->policy == TIMER_FIXED)
		return;
	/* Zero means "not measured"; a longer time cannot raise the RTO. */
	rtt_us = smaller(rtt_us > 0 ? rtt_us : 1, timer->config->max_us);
	if (timer->min_rtt_us == 0 || rtt_us < timer->min_rtt_us)
		timer->min_rtt_us = rtt_us;
	if (timer->srtt_us == 0) {
		timer->srtt_us = rtt_us;
		timer->rttvar_us = rtt_us / 2;
	} else {
		error_us = rtt_us > timer->srtt_us ? rtt_us - timer->srtt_us
						   : timer->srtt_us - rtt_us;
		timer->rttvar_us =
			(3 * (uint64_t)timer->rttvar_us + error_us) / 4;
		timer->srtt_us = (7 * (uint64_t)timer->srtt_us + rtt_us) / 8;
	}
	timer->rto_us = base_rto(timer);
}

void retransmission_timer_progress(struct retransmission_timer *timer)
{
	timer->attempts = 0;
	if (timer->config->policy == TIMER_FIXED || timer->srtt_us > 0)
		timer->rto_us = base_rto(timer);
}

bool retransmission_timer_may_retransmit(
	const struct retransmission_timer *timer)
{
	return timer->config->attempts == 0 ||
	       timer->attempts < timer->config->attempts;
}

void retransmission_timer_attempt(struct retransmission_timer *timer,
				  uint64_t now_us)
{
	timer->attempts++;
	retransmission_timer_start(timer, now_us);
}

bool retransmission_timer_expire(struct retransmission_timer *timer,
				 uint64_t now_us)
{
	if (!retransmission_timer_may_retransmit(timer)) {
		retransmission_timer_stop(timer);
		return false;
	}
	timer->rto_us = smaller(2 * (uint64_t)timer->rto_us,
				timer->config->max_us);
	retransmission_timer_attempt(timer, now_us);
	return true;
}
