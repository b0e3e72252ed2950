/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The size of datagrams. The path's MTU is unknown: what is configured holds
 * until a flight is lost again and again, which larger datagrams are where the
 * network drops them (RFC 9147 §4.4), or until the application has heard of a
 * smaller one. It never rises by itself: a path that was too narrow once would
 * cost the same time again. */
#include "engine/engine.h"

/* Time-outs in a row that make datagrams smaller: "2-3 seems appropriate". The
 * last step is for networks that fall short of IP's own minimum, so that it
 * needs more. */
#define TIMEOUTS 2
#define TIMEOUTS_LAST 4

/* What to fall back to, of UDP payload: IPv6's least MTU of 1280 bytes, what
 * every IPv4 host takes, 576, and the least that we go with. */
static const size_t steps[] = { 1232, 548, CONFIG_MTU_MIN };

/* The next smaller step; @mtu itself if there is none. */
static size_t step_below(size_t mtu)
{
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (steps[i] < mtu)
			return steps[i];
	}
	return mtu;
}

void engine_mtu_sent(struct adtls_engine *engine, size_t len)
{
	struct engine_mtu *mtu = &engine->mtu;

	if (engine->channel.outgoing.timer.attempts == 0)
		mtu->largest_flight = 0;
	if (len > mtu->largest_flight)
		mtu->largest_flight = (uint16_t)len;
}

void engine_mtu_timed_out(struct adtls_engine *engine)
{
	struct engine_mtu *mtu = &engine->mtu;
	unsigned attempts = engine->channel.outgoing.timer.attempts;
	size_t step = step_below(mtu->largest_flight);

	if (attempts < (step == CONFIG_MTU_MIN ? TIMEOUTS_LAST : TIMEOUTS) ||
	    mtu->largest_flight <= step)
		return;
	mtu->largest_flight = 0;
	if (step >= mtu->current)
		return;
	mtu->current = (uint16_t)step;
	config_trace(engine->config, "datagrams of at most %u bytes from now on",
		     (unsigned)step);
}

size_t engine_content_room(const struct adtls_engine *engine)
{
	const struct channel *channel = &engine->channel;

	return record_content_room(
		&channel->sealers[channel->sealer_count - 1],
		engine->mtu.current);
}

size_t adtls_engine_max_data(const adtls_engine_t *engine)
{
	return engine->phase == ENGINE_CONNECTED ? engine_content_room(engine) :
						   0;
}

size_t adtls_engine_mtu(const adtls_engine_t *engine)
{
	return engine->mtu.current;
}

int adtls_engine_set_mtu(adtls_engine_t *engine, adtls_time_t now, size_t mtu)
{
	size_t before = engine->mtu.current;

	if (mtu == 0) {
		mtu = step_below(before);
		if (mtu == before)
			return ADTLS_E_TOO_LARGE;
	}
	if (mtu < CONFIG_MTU_MIN || mtu > CONFIG_MTU_MAX)
		return ADTLS_E_INVALID;
	engine->mtu.current = (uint16_t)mtu;
	/* What was sent in larger ones is lost. */
	if (mtu < engine->mtu.largest_flight &&
	    !flight_is_empty(&engine->channel.outgoing))
		flight_lost(&engine->channel.outgoing, now.monotonic_us);
	if (mtu < before)
		engine->mtu.largest_flight = 0;
	return ADTLS_OK;
}
