/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An edit of a run of bytes, as an input describes it. */
#ifndef TESTS_FUZZ_EDIT_H
#define TESTS_FUZZ_EDIT_H

#include <string.h>

#include "tests/fuzz/fuzz.h"

enum edit_kind {
	EDIT_FLIP,
	EDIT_CUT,
	EDIT_INSERT,
	EDIT_REMOVE,
	EDIT_OVERWRITE,
	EDIT_KINDS
};

struct edit {
	uint8_t target;		/* of what: the fuzz target's own numbering */
	uint8_t kind;
	uint16_t at;		/* modulo the length */
	uint8_t value;		/* what to flip, or how many bytes */
	adtls_bytes_t bytes;	/* to insert, or to overwrite with */
};

static inline struct edit edit_read(struct wire_reader *input)
{
	struct edit edit = { .target = wire_read_u8(input) };

	edit.kind = wire_read_u8(input);
	edit.at = wire_read_u16(input);
	edit.value = wire_read_u8(input);
	if (edit.kind % EDIT_KINDS == EDIT_INSERT ||
	    edit.kind % EDIT_KINDS == EDIT_OVERWRITE)
		edit.bytes = fuzz_take(input, edit.value);
	return edit;
}

static inline size_t edit_smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Edit *@len bytes at @data, which has room for @capacity. */
static inline void edit_apply(const struct edit *edit, uint8_t *data,
			      size_t *len, size_t capacity)
{
	size_t at = *len > 0 ? edit->at % *len : 0;
	size_t count;

	switch (edit->kind % EDIT_KINDS) {
	case EDIT_FLIP:
		if (*len > 0)
			data[at] ^= edit->value;
		return;
	case EDIT_CUT:
		*len = at;
		return;
	case EDIT_INSERT:
		count = edit_smaller(edit->bytes.len, capacity - *len);
		memmove(data + at + count, data + at, *len - at);
		*len += count;
		break;
	case EDIT_REMOVE:
		count = edit_smaller(edit->value, *len - at);
		memmove(data + at, data + at + count, *len - at - count);
		*len -= count;
		return;
	default:
		count = edit_smaller(edit->bytes.len, *len - at);
		break;
	}
	if (count > 0)
		memcpy(data + at, edit->bytes.data, count);
}

#endif
