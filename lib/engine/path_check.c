/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The return routability check. */
#include "engine/path_check.h"

#include <string.h>

void path_check_init(struct path_check *check)
{
	*check = (struct path_check){ .next_us = ADTLS_NEVER,
				      .deadline_us = ADTLS_NEVER };
}

/* T (draft-ietf-tls-dtls-rrc, "Timer Choice"): three round trips, carefully
 * estimated, and at least a second. */
static uint64_t timeout_us(const struct path_check *check)
{
	uint64_t timeout = PATH_CHALLENGES_MAX * check->interval_us;

	return timeout > PATH_TIMEOUT_MIN_US ? timeout : PATH_TIMEOUT_MIN_US;
}

static void enter(struct path_check *check, enum path_stage stage,
		  uint64_t now_us)
{
	check->stage = stage;
	check->cookie_count = 0;
	check->next_us = now_us;
	check->deadline_us = now_us + timeout_us(check);
}

static void settle(struct path_check *check)
{
	check->stage = PATH_SETTLED;
	check->cookie_count = 0;
	check->next_us = ADTLS_NEVER;
	check->deadline_us = ADTLS_NEVER;
	check->received = 0;
	check->sent = 0;
}

bool path_check_may_start(const struct path_check *check, uint64_t now_us)
{
	return check->stage == PATH_SETTLED && now_us >= check->quiet_until_us;
}

void path_check_start(struct path_check *check, uint64_t now_us,
		      uint64_t interval_us, bool enhanced)
{
	check->interval_us = interval_us;
	check->received = 0;
	check->sent = 0;
	enter(check, enhanced ? PATH_ASKING_OLD : PATH_ASKING_NEW, now_us);
}

/* Whoever made us check in vain could do so again with every datagram. */
static enum path_verdict stay(struct path_check *check, uint64_t now_us)
{
	check->quiet_until_us = now_us + timeout_us(check);
	settle(check);
	return PATH_STAYS;
}

void path_check_stop(struct path_check *check, uint64_t now_us)
{
	if (check->stage != PATH_SETTLED)
		stay(check, now_us);
}

static void owe_reply(struct path_check *check, const uint8_t *cookie,
		      enum path path)
{
	struct path_reply *reply;

	if (check->reply_count == PATH_REPLIES_MAX)
		return;
	reply = &check->replies[check->reply_count++];
	reply->path = path;
	memcpy(reply->cookie, cookie, PATH_COOKIE_LEN);
}

static bool is_our_cookie(const struct path_check *check, const uint8_t *cookie)
{
	for (size_t i = 0; i < check->cookie_count; i++) {
		if (crypto_equal(check->cookies[i], cookie, PATH_COOKIE_LEN))
			return true;
	}
	return false;
}

enum path_verdict path_check_receive(struct path_check *check, uint64_t now_us,
				     const struct path_message *message,
				     enum path path)
{
	if (message->type == PATH_CHALLENGE)
		owe_reply(check, message->cookie, path);
	/* A cookie that went to the old address alone tells the same by
	 * whichever way it comes back: somebody may race copies of all
	 * datagrams. That the new address works takes an answer from there. */
	if (check->stage == PATH_SETTLED ||
	    (check->stage == PATH_ASKING_NEW && path != PATH_NEW) ||
	    !is_our_cookie(check, message->cookie))
		return PATH_UNDECIDED;
	if (message->type == PATH_DROP && check->stage == PATH_ASKING_OLD) {
		enter(check, PATH_ASKING_NEW, now_us);
		return PATH_UNDECIDED;
	}
	if (message->type != PATH_RESPONSE)
		return PATH_UNDECIDED;
	if (check->stage == PATH_ASKING_OLD)
		return stay(check, now_us);
	settle(check);
	return PATH_MOVED;
}

enum path_verdict path_check_tick(struct path_check *check, uint64_t now_us)
{
	if (check->stage == PATH_SETTLED || now_us < check->deadline_us)
		return PATH_UNDECIDED;
	if (check->stage == PATH_ASKING_NEW)
		return stay(check, now_us);
	enter(check, PATH_ASKING_NEW, now_us);
	return PATH_UNDECIDED;
}

uint64_t path_check_deadline(const struct path_check *check)
{
	uint64_t deadline = check->deadline_us;

	if (check->next_us < deadline)
		deadline = check->next_us;
	if (check->stage == PATH_SETTLED && check->quiet_until_us > 0)
		deadline = check->quiet_until_us;
	return deadline;
}

static bool wants_to_challenge(const struct path_check *check, uint64_t now_us)
{
	return check->stage != PATH_SETTLED && now_us >= check->next_us &&
	       check->cookie_count < PATH_CHALLENGES_MAX;
}

bool path_check_wants_to_send(const struct path_check *check, uint64_t now_us)
{
	return check->reply_count > 0 || wants_to_challenge(check, now_us);
}

static void next_reply(struct path_check *check, struct path_message *out,
		       enum path *out_path)
{
	*out_path = check->replies[0].path;
	out->type = PATH_RESPONSE;
	memcpy(out->cookie, check->replies[0].cookie, PATH_COOKIE_LEN);
	check->reply_count--;
	memmove(&check->replies[0], &check->replies[1],
		check->reply_count * sizeof(check->replies[0]));
}

/* One per round trip. */
static void schedule(struct path_check *check, uint64_t now_us)
{
	check->next_us = check->cookie_count < PATH_CHALLENGES_MAX ?
				 now_us + check->interval_us :
				 ADTLS_NEVER;
}

bool path_check_next(struct path_check *check, uint64_t now_us, size_t len,
		     const struct crypto_random *random,
		     struct path_message *out, enum path *out_path)
{
	uint8_t *cookie;

	if (check->reply_count > 0) {
		next_reply(check, out, out_path);
		return true;
	}
	if (!wants_to_challenge(check, now_us))
		return false;
	*out_path = check->stage == PATH_ASKING_OLD ? PATH_BOUND : PATH_NEW;
	cookie = check->cookies[check->cookie_count];
	/* None that the new address has not paid for. */
	if ((*out_path == PATH_NEW &&
	     check->sent + len > PATH_AMPLIFICATION * check->received) ||
	    !crypto_random_fill(random, cookie, PATH_COOKIE_LEN)) {
		check->next_us = now_us + check->interval_us;
		return false;
	}
	check->cookie_count++;
	if (*out_path == PATH_NEW)
		check->sent += len;
	schedule(check, now_us);
	out->type = PATH_CHALLENGE;
	memcpy(out->cookie, cookie, PATH_COOKIE_LEN);
	return true;
}

bool path_check_is_idle(const struct path_check *check, uint64_t now_us)
{
	return check->stage == PATH_SETTLED && check->reply_count == 0 &&
	       now_us >= check->quiet_until_us;
}
