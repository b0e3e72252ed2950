/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wire reader and writer: the only place, with wire.h and crypto/, that
 * indexes bytes. */
#include "base/wire.h"

void wire_reader_init_bytes(struct wire_reader *reader, adtls_bytes_t bytes)
{
	wire_reader_init(reader, bytes.data, bytes.len);
}

bool wire_reader_more(const struct wire_reader *reader)
{
	return wire_reader_left(reader) > 0;
}

bool wire_reader_finished(const struct wire_reader *reader)
{
	return !reader->failed && reader->pos == reader->len;
}

void wire_reader_fail(struct wire_reader *reader)
{
	reader->failed = true;
}

static uint64_t take_integer(struct wire_reader *reader, unsigned len)
{
	const uint8_t *at = wire_reader_take(reader, len);
	uint64_t value = 0;

	for (unsigned i = 0; at != NULL && i < len; i++)
		value = value << 8 | at[i];
	return value;
}

uint32_t wire_read_u24(struct wire_reader *reader)
{
	return (uint32_t)take_integer(reader, 3);
}

uint32_t wire_read_u32(struct wire_reader *reader)
{
	return (uint32_t)take_integer(reader, 4);
}

uint64_t wire_read_u48(struct wire_reader *reader)
{
	return take_integer(reader, 6);
}

uint64_t wire_read_u64(struct wire_reader *reader)
{
	return take_integer(reader, 8);
}

void wire_read_copy(struct wire_reader *reader, uint8_t *out, size_t len)
{
	const uint8_t *at = wire_reader_take(reader, len);

	if (len == 0)
		return;
	if (at != NULL)
		memcpy(out, at, len);
	else
		memset(out, 0, len);
}

adtls_bytes_t wire_read_vector(struct wire_reader *reader, unsigned prefix_len)
{
	return wire_read_bytes(reader,
			       (size_t)take_integer(reader, prefix_len));
}

adtls_bytes_t wire_read_vector_bounded(struct wire_reader *reader,
				       unsigned prefix_len, size_t min,
				       size_t max)
{
	adtls_bytes_t vector = wire_read_vector(reader, prefix_len);

	if (vector.len < min || vector.len > max) {
		reader->failed = true;
		return (adtls_bytes_t){ 0 };
	}
	return vector;
}

adtls_bytes_t wire_read_rest(struct wire_reader *reader)
{
	return wire_read_bytes(reader, wire_reader_left(reader));
}

static void put_integer(uint8_t *at, unsigned len, uint64_t value)
{
	for (unsigned i = len; i > 0; i--) {
		at[i - 1] = (uint8_t)value;
		value >>= 8;
	}
}

/* Write @value in @len bytes; a value that does not fit is a failure. */
static void write_integer(struct wire_writer *writer, unsigned len,
			  uint64_t value)
{
	uint8_t *at;

	if (len < 8 && value >> (8 * len) != 0) {
		writer->failed = true;
		return;
	}
	at = wire_write_reserve(writer, len);
	if (at != NULL)
		put_integer(at, len, value);
}

void wire_write_u24(struct wire_writer *writer, uint32_t value)
{
	write_integer(writer, 3, value);
}

void wire_write_u32(struct wire_writer *writer, uint32_t value)
{
	write_integer(writer, 4, value);
}

void wire_write_u48(struct wire_writer *writer, uint64_t value)
{
	write_integer(writer, 6, value);
}

void wire_write_u64(struct wire_writer *writer, uint64_t value)
{
	write_integer(writer, 8, value);
}

void wire_write_vector(struct wire_writer *writer, unsigned prefix_len,
		       const void *data, size_t len)
{
	write_integer(writer, prefix_len, len);
	wire_write_bytes(writer, data, len);
}

size_t wire_write_begin(struct wire_writer *writer, unsigned prefix_len)
{
	wire_write_reserve(writer, prefix_len);
	return writer->len;
}

void wire_write_end(struct wire_writer *writer, unsigned prefix_len,
		    size_t mark)
{
	uint64_t len = writer->len - mark;

	if (len >> (8 * prefix_len) != 0)
		writer->failed = true;
	if (!writer->failed)
		put_integer(writer->data + mark - prefix_len, prefix_len, len);
}

adtls_bytes_t wire_written(const struct wire_writer *writer)
{
	return (adtls_bytes_t){ .data = writer->data,
				.len = writer->failed ? 0 : writer->len };
}
