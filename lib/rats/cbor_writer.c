/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes deterministic CBOR, its heads by libcbor. */
#include "rats/cbor_writer.h"

#include <cbor.h>

#define HEAD_MAX 9 /* RFC 8949 §3: one byte and a 64-bit argument */

void cbor_writer_init(struct cbor_writer *writer, struct buffer *out)
{
	*writer = (struct cbor_writer){ .out = out };
}

static void append(struct cbor_writer *writer, const void *data, size_t len)
{
	if (!writer->failed && !buffer_append(writer->out, data, len))
		writer->failed = true;
}

void cbor_write_integer(struct cbor_writer *writer, int64_t value)
{
	uint8_t head[HEAD_MAX];
	size_t len;

	if (value < 0)
		len = cbor_encode_negint((uint64_t)(-1 - value), head,
					 sizeof(head));
	else
		len = cbor_encode_uint((uint64_t)value, head, sizeof(head));
	append(writer, head, len);
}

void cbor_write_bytes(struct cbor_writer *writer, adtls_bytes_t bytes)
{
	uint8_t head[HEAD_MAX];

	append(writer, head,
	       cbor_encode_bytestring_start(bytes.len, head, sizeof(head)));
	append(writer, bytes.data, bytes.len);
}

void cbor_write_text(struct cbor_writer *writer, adtls_bytes_t text)
{
	uint8_t head[HEAD_MAX];

	append(writer, head,
	       cbor_encode_string_start(text.len, head, sizeof(head)));
	append(writer, text.data, text.len);
}

void cbor_write_array(struct cbor_writer *writer, size_t count)
{
	uint8_t head[HEAD_MAX];

	append(writer, head,
	       cbor_encode_array_start(count, head, sizeof(head)));
}

void cbor_write_map(struct cbor_writer *writer, size_t count)
{
	uint8_t head[HEAD_MAX];

	append(writer, head, cbor_encode_map_start(count, head, sizeof(head)));
}

void cbor_write_tag(struct cbor_writer *writer, uint64_t tag)
{
	uint8_t head[HEAD_MAX];

	append(writer, head, cbor_encode_tag(tag, head, sizeof(head)));
}
