/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Putting blocks together.
 */
#include "body.h"

#include <stdlib.h>
#include <string.h>

void body_init(struct body *body, size_t max)
{
	memset(body, 0, sizeof(*body));
	body->max = max;
}

void body_clear(struct body *body)
{
	free(body->data);
	body_init(body, body->max);
}

/* Makes the body longer by a block; false if memory has run out. */
static bool append(struct body *body, const uint8_t *block, size_t block_len)
{
	uint8_t *data;

	if (block_len == 0)
		return true;
	data = realloc(body->data, body->len + block_len);
	if (data == NULL)
		return false;
	memcpy(data + body->len, block, block_len);
	body->data = data;
	body->len += block_len;
	return true;
}

enum body_progress body_add(struct body *body, size_t offset,
			    const uint8_t *block, size_t block_len,
			    bool is_last)
{
	if (offset == 0 && body->is_complete)
		body_clear(body);
	if (offset > body->max || block_len > body->max - offset)
		return BODY_TOO_LARGE;
	if (offset > body->len || body->is_complete)
		return BODY_GAP;
	if (offset == body->len) {
		if (!append(body, block, block_len))
			return BODY_TOO_LARGE;
	} else if (offset + block_len > body->len) {
		return BODY_GAP;
	}
	body->is_complete = is_last && offset + block_len == body->len;
	return body->is_complete ? BODY_COMPLETE : BODY_MORE;
}
