/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose tickets are refused. */
#include "attestation/ticket_denials.h"

#include "base/buffer.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

struct ticket_denial {
	uint8_t tik_digest[TIK_DIGEST_LEN];
	int64_t denied_s;
};

struct ticket_denials {
	atomic_flag lock;	/* held for no longer than a look takes */
	struct ticket_denial items[TICKET_DENIALS_MAX];
	size_t count;
	int64_t all_until_s;	/* all issued until then are refused */
};

struct ticket_denials *ticket_denials_new(void)
{
	struct ticket_denials *denials = calloc(1, sizeof(*denials));

	if (denials == NULL)
		return NULL;
	atomic_flag_clear(&denials->lock);
	denials->all_until_s = INT64_MIN;
	return denials;
}

static void lock(struct ticket_denials *denials)
{
	while (atomic_flag_test_and_set_explicit(&denials->lock,
						 memory_order_acquire))
		continue;
}

static void unlock(struct ticket_denials *denials)
{
	atomic_flag_clear_explicit(&denials->lock, memory_order_release);
}

static struct ticket_denial *find(struct ticket_denials *denials,
				  const uint8_t tik_digest[TIK_DIGEST_LEN])
{
	for (size_t i = 0; i < denials->count; i++) {
		if (bytes_equal(bytes_of(denials->items[i].tik_digest,
					 TIK_DIGEST_LEN),
				bytes_of(tik_digest, TIK_DIGEST_LEN)))
			return &denials->items[i];
	}
	return NULL;
}

/* Tickets from before these denials have all expired. */
static void drop_old(struct ticket_denials *denials, int64_t before_s)
{
	size_t kept = 0;

	for (size_t i = 0; i < denials->count; i++) {
		if (denials->items[i].denied_s >= before_s)
			denials->items[kept++] = denials->items[i];
	}
	denials->count = kept;
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

void ticket_denials_add(struct ticket_denials *denials,
			const uint8_t tik_digest[TIK_DIGEST_LEN], int64_t utc_s,
			int64_t lifetime_s)
{
	struct ticket_denial *denial;

	/* Nobody knows when: whatever this key gets from here on too. */
	if (utc_s == ADTLS_UTC_UNKNOWN)
		utc_s = INT64_MAX;
	lock(denials);
	denial = find(denials, tik_digest);
	if (denial == NULL && denials->count == TICKET_DENIALS_MAX &&
	    utc_s != INT64_MAX)
		drop_old(denials, utc_s - lifetime_s);
	if (denial == NULL && denials->count < TICKET_DENIALS_MAX) {
		denial = &denials->items[denials->count++];
		memcpy(denial->tik_digest, tik_digest, TIK_DIGEST_LEN);
		denial->denied_s = utc_s;
	} else if (denial != NULL) {
		denial->denied_s = later(denial->denied_s, utc_s);
	} else {
		denials->all_until_s = later(denials->all_until_s, utc_s);
	}
	unlock(denials);
}

bool ticket_denials_has(struct ticket_denials *denials,
			const uint8_t tik_digest[TIK_DIGEST_LEN],
			int64_t attested_s)
{
	const struct ticket_denial *denial;
	bool has;

	lock(denials);
	denial = find(denials, tik_digest);
	has = attested_s <= denials->all_until_s ||
	      (denial != NULL && attested_s <= denial->denied_s);
	unlock(denials);
	return has;
}
