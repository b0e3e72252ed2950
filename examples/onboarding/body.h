/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A request or response body that arrives in blocks (RFC 7959), put together
 * under a bound of ours and not under the size that the peer announces.
 */
#ifndef ADTLS_ONBOARDING_BODY_H
#define ADTLS_ONBOARDING_BODY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct body {
	uint8_t *data;
	size_t len;
	size_t max;
	bool is_complete;
};

enum body_progress {
	BODY_MORE,	/* more blocks to come */
	BODY_COMPLETE,	/* the last block is in */
	BODY_TOO_LARGE, /* more than the bound, or than memory has */
	BODY_GAP,	/* a block is missing before this one */
};

/* Starts an empty body of at most max bytes; nothing is allocated yet. */
void body_init(struct body *body, size_t max);

/* Frees the bytes; the body is then as after body_init(). */
void body_clear(struct body *body);

/*
 * Adds a block that starts at offset. A block at offset 0 starts anew once the
 * body was complete; one that is there already changes nothing.
 */
enum body_progress body_add(struct body *body, size_t offset,
			    const uint8_t *block, size_t block_len,
			    bool is_last);

#endif
