/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The check that all CBOR from the network passes first. */
#include "rats/cbor_check.h"

#include "base/buffer.h"
#include "base/wire.h"
#include "rats/cbor_head.h"

/* An array, map or tag whose contents are being read. */
struct frame {
	uint64_t left; /* items still to come */
	bool is_map;
	size_t first_key; /* where its keys begin among all */
};

struct check {
	struct wire_reader input;
	size_t item_count;
	struct frame frames[CBOR_CHECK_DEPTH_MAX];
	size_t depth;
	adtls_bytes_t keys[CBOR_CHECK_KEY_MAX];
	size_t key_count;
};

/* One character of UTF-8, by the table of RFC 3629 §4. */
static bool read_character(struct wire_reader *reader)
{
	uint8_t first = wire_read_u8(reader);
	uint8_t min = 0x80, max = 0xbf;
	unsigned more = first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;

	if (first < 0x80)
		return true;
	if (first < 0xc2 || first > 0xf4)
		return false;
	if (first == 0xe0)
		min = 0xa0;
	else if (first == 0xed)
		max = 0x9f;
	else if (first == 0xf0)
		min = 0x90;
	else if (first == 0xf4)
		max = 0x8f;
	for (; more > 0; more--, min = 0x80, max = 0xbf) {
		uint8_t next = wire_read_u8(reader);

		if (next < min || next > max)
			return false;
	}
	return true;
}

static bool is_utf8(adtls_bytes_t text)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, text);
	while (wire_reader_more(&reader)) {
		if (!read_character(&reader))
			return false;
	}
	return true;
}

/* The next item's head; the reader moves behind it. */
static bool next_head(struct check *check, struct cbor_head *out_head,
		      adtls_bytes_t *out_encoded)
{
	struct wire_reader ahead = check->input;

	if (check->item_count++ == CBOR_CHECK_ITEM_MAX ||
	    !cbor_head_read(wire_read_rest(&ahead), out_head) ||
	    (out_head->kind == CBOR_KIND_TEXT && !is_utf8(out_head->string)))
		return false;
	*out_encoded = wire_read_bytes(&check->input, out_head->len);
	return true;
}

/* Shortest heads make equal keys equal bytes. */
static bool add_key(struct check *check, const struct frame *frame,
		    const struct cbor_head *head, adtls_bytes_t encoded)
{
	if (head->kind > CBOR_KIND_TEXT ||
	    encoded.len > CBOR_CHECK_KEY_LEN_MAX ||
	    check->key_count == CBOR_CHECK_KEY_MAX)
		return false;
	for (size_t i = frame->first_key; i < check->key_count; i++) {
		if (bytes_equal(check->keys[i], encoded))
			return false;
	}
	check->keys[check->key_count++] = encoded;
	return true;
}

/* Count the item in the innermost frame, as a key if it stands there. */
static bool count_item(struct check *check, const struct cbor_head *head,
		       adtls_bytes_t encoded)
{
	struct frame *frame;

	if (check->depth == 0)
		return true;
	frame = &check->frames[check->depth - 1];
	if (frame->is_map && frame->left % 2 == 0 &&
	    !add_key(check, frame, head, encoded))
		return false;
	frame->left--;
	return true;
}

static bool open_frame(struct check *check, const struct cbor_head *head)
{
	uint64_t child_count = cbor_head_child_count(head);

	if (child_count == 0)
		return true;
	/* An item is at least a byte: a count that lies ends here. */
	if (child_count > wire_reader_left(&check->input) ||
	    check->depth == CBOR_CHECK_DEPTH_MAX)
		return false;
	check->frames[check->depth++] = (struct frame){
		.left = child_count,
		.is_map = head->kind == CBOR_KIND_MAP,
		.first_key = check->key_count,
	};
	return true;
}

static void close_frames(struct check *check)
{
	while (check->depth > 0 && check->frames[check->depth - 1].left == 0)
		check->key_count = check->frames[--check->depth].first_key;
}

bool cbor_check(adtls_bytes_t input)
{
	struct check check = { .depth = 0 };
	struct cbor_head head;
	adtls_bytes_t encoded;

	if (input.len > CBOR_CHECK_LEN_MAX)
		return false;
	wire_reader_init_bytes(&check.input, input);
	do {
		if (!next_head(&check, &head, &encoded) ||
		    !count_item(&check, &head, encoded) ||
		    !open_frame(&check, &head))
			return false;
		close_frames(&check);
	} while (check.depth > 0);
	return wire_reader_finished(&check.input);
}
