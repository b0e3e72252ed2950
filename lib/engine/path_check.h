/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The return routability check (draft-ietf-tls-dtls-rrc): is a peer really at
 * the address that its datagrams come from, and does it want to be there?
 *
 *   a newer record from a new address -> start
 *   enhanced: challenge to the old address; "drop", or silence for T, goes on,
 *             a response ends it
 *   then:     challenge to the new address; a response from there moves the
 *             peer, silence for T ends it
 *
 * It knows paths, never addresses: whoever has the addresses keeps what they
 * stand for. */
#ifndef ADTLS_ENGINE_PATH_CHECK_H
#define ADTLS_ENGINE_PATH_CHECK_H

#include "crypto/hash.h"
#include "messages/return_routability.h"

enum path {
	PATH_BOUND,	/* where we send */
	PATH_NEW,	/* being checked */
	PATH_OTHER	/* anywhere else, just now */
};

/* Challenges in each stage, a round trip apart, each with a cookie of its own;
 * T is as many round trips. */
#define PATH_CHALLENGES_MAX 3
/* Answers owed at one time: a peer challenges us as rarely as we do. */
#define PATH_REPLIES_MAX 4
/* Bytes sent to a new address per byte received from there. */
#define PATH_AMPLIFICATION 3
/* T is at least this: a new path may be slower than the old one. */
#define PATH_TIMEOUT_MIN_US 1000000ull

enum path_stage {
	PATH_SETTLED,
	PATH_ASKING_OLD,
	PATH_ASKING_NEW
};

enum path_verdict {
	PATH_UNDECIDED,
	PATH_MOVED,	/* the new address is good */
	PATH_STAYS	/* it is not, or nobody answered */
};

struct path_reply {
	enum path path;		/* whence the challenge came */
	uint8_t cookie[PATH_COOKIE_LEN];
};

struct path_check {
	enum path_stage stage;
	uint8_t cookies[PATH_CHALLENGES_MAX][PATH_COOKIE_LEN];
	size_t cookie_count;	/* challenges sent in this stage */
	uint64_t interval_us;	/* between challenges */
	uint64_t next_us;	/* of the next challenge */
	uint64_t deadline_us;	/* T of the stage is over */
	uint64_t quiet_until_us;	/* no new check before, after a failure */
	uint64_t received;	/* bytes from the new address, authentic ones */
	uint64_t sent;		/* bytes to it */
	struct path_reply replies[PATH_REPLIES_MAX];
	size_t reply_count;
};

void path_check_init(struct path_check *check);
/* May a check begin? Not during one, nor shortly after one that failed. */
bool path_check_may_start(const struct path_check *check, uint64_t now_us);
/* @interval_us: a round trip, carefully estimated; @enhanced: ask at the old
 * address first. */
void path_check_start(struct path_check *check, uint64_t now_us,
		      uint64_t interval_us, bool enhanced);
/* The peer is still at the old address: it has sent a newer record from there. */
void path_check_stop(struct path_check *check, uint64_t now_us);
/* A challenge is owed an answer; an answer may decide. Anything invalid is
 * ignored. */
enum path_verdict path_check_receive(struct path_check *check, uint64_t now_us,
				     const struct path_message *message,
				     enum path path);
enum path_verdict path_check_tick(struct path_check *check, uint64_t now_us);
/* ADTLS_NEVER: none. */
uint64_t path_check_deadline(const struct path_check *check);
/* Would path_check_next() have a message? */
bool path_check_wants_to_send(const struct path_check *check, uint64_t now_us);
/* The next message to be sent, where to, in @len bytes of datagram. False:
 * none now, or @random failed. */
bool path_check_next(struct path_check *check, uint64_t now_us, size_t len,
		     const struct crypto_random *random,
		     struct path_message *out, enum path *out_path);
/* Nothing is under way, owed or remembered: it may be freed. */
bool path_check_is_idle(const struct path_check *check, uint64_t now_us);

#endif
