/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads CBOR that has passed the check, item by item and without copies. */
#include "rats/cbor_reader.h"

#include "rats/cbor_check.h"

void cbor_reader_init(struct cbor_reader *reader, adtls_bytes_t input)
{
	wire_reader_init_bytes(&reader->input, input);
	if (!cbor_check(input))
		cbor_reader_fail(reader);
}

static bool peek(const struct cbor_reader *reader, struct cbor_head *out)
{
	struct wire_reader ahead = reader->input;

	return wire_reader_more(&ahead) &&
	       cbor_head_read(wire_read_rest(&ahead), out);
}

bool cbor_reader_at(const struct cbor_reader *reader, enum cbor_kind kind)
{
	struct cbor_head head;

	return peek(reader, &head) && head.kind == kind;
}

bool cbor_reader_at_tag(const struct cbor_reader *reader, uint64_t tag)
{
	struct cbor_head head;

	return peek(reader, &head) && head.kind == CBOR_KIND_TAG &&
	       head.value == tag;
}

/* The next head, of whatever kind; zeroes on failure. */
static struct cbor_head take_any(struct cbor_reader *reader)
{
	struct cbor_head head;

	if (!peek(reader, &head)) {
		cbor_reader_fail(reader);
		return (struct cbor_head){ 0 };
	}
	wire_read_bytes(&reader->input, head.len);
	return head;
}

static struct cbor_head take(struct cbor_reader *reader, enum cbor_kind kind)
{
	if (!cbor_reader_at(reader, kind))
		cbor_reader_fail(reader);
	return take_any(reader);
}

uint64_t cbor_read_unsigned(struct cbor_reader *reader)
{
	return take(reader, CBOR_KIND_UNSIGNED).value;
}

int64_t cbor_read_integer(struct cbor_reader *reader)
{
	bool is_negative = cbor_reader_at(reader, CBOR_KIND_NEGATIVE);
	uint64_t value = take(reader, is_negative ? CBOR_KIND_NEGATIVE
						  : CBOR_KIND_UNSIGNED)
				 .value;

	if (value > INT64_MAX) {
		cbor_reader_fail(reader);
		return 0;
	}
	return is_negative ? -1 - (int64_t)value : (int64_t)value;
}

adtls_bytes_t cbor_read_bytes(struct cbor_reader *reader)
{
	return take(reader, CBOR_KIND_BYTES).string;
}

adtls_bytes_t cbor_read_text(struct cbor_reader *reader)
{
	return take(reader, CBOR_KIND_TEXT).string;
}

size_t cbor_read_array(struct cbor_reader *reader)
{
	return (size_t)take(reader, CBOR_KIND_ARRAY).value;
}

size_t cbor_read_map(struct cbor_reader *reader)
{
	return (size_t)take(reader, CBOR_KIND_MAP).value;
}

uint64_t cbor_read_tag(struct cbor_reader *reader)
{
	return take(reader, CBOR_KIND_TAG).value;
}

void cbor_skip(struct cbor_reader *reader)
{
	uint64_t pending = 1;

	/* The check has bounded the sum of all counts. */
	while (pending > 0 && !cbor_reader_failed(reader)) {
		struct cbor_head head = take_any(reader);

		pending += cbor_head_child_count(&head);
		pending--;
	}
}

void cbor_reader_fail(struct cbor_reader *reader)
{
	wire_reader_fail(&reader->input);
}

bool cbor_reader_failed(const struct cbor_reader *reader)
{
	return reader->input.failed;
}

bool cbor_reader_finished(const struct cbor_reader *reader)
{
	return wire_reader_finished(&reader->input);
}
