/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wire reader and writer: the only place, with crypto/, that indexes
 * bytes. */
#include "base/wire.h"

#include <string.h>

void wire_reader_init(struct wire_reader *reader, const void *data, size_t len)
{
	*reader = (struct wire_reader){ .data = data, .len = len };
}

void wire_reader_init_bytes(struct wire_reader *reader, adtls_bytes_t bytes)
{
	wire_reader_init(reader, bytes.data, bytes.len);
}

size_t wire_reader_left(const struct wire_reader *reader)
{
	return reader->failed ? 0 : reader->len - reader->pos;
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

/* The next @len bytes, or NULL with the failure latched. */
static const uint8_t *take(struct wire_reader *reader, size_t len)
{
	const uint8_t *at;

	if (len > wire_reader_left(reader) || reader->failed) {
		reader->failed = true;
		return NULL;
	}
	/* An empty view may be NULL, to which C adds nothing, not even 0. */
	at = reader->pos > 0 ? reader->data + reader->pos : reader->data;
	reader->pos += len;
	return at;
}

static uint64_t take_integer(struct wire_reader *reader, unsigned len)
{
	const uint8_t *at = take(reader, len);
	uint64_t value = 0;

	for (unsigned i = 0; at != NULL && i < len; i++)
		value = value << 8 | at[i];
	return value;
}

uint8_t wire_read_u8(struct wire_reader *reader)
{
	return (uint8_t)take_integer(reader, 1);
}

uint16_t wire_read_u16(struct wire_reader *reader)
{
	return (uint16_t)take_integer(reader, 2);
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

adtls_bytes_t wire_read_bytes(struct wire_reader *reader, size_t len)
{
	const uint8_t *at = take(reader, len);

	return (adtls_bytes_t){ .data = at, .len = at != NULL ? len : 0 };
}

void wire_read_copy(struct wire_reader *reader, uint8_t *out, size_t len)
{
	const uint8_t *at = take(reader, len);

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

void wire_writer_init(struct wire_writer *writer, void *data, size_t capacity)
{
	*writer = (struct wire_writer){ .data = data, .capacity = capacity };
}

uint8_t *wire_write_reserve(struct wire_writer *writer, size_t len)
{
	uint8_t *at;

	if (writer->failed || len > writer->capacity - writer->len) {
		writer->failed = true;
		return NULL;
	}
	at = writer->len > 0 ? writer->data + writer->len : writer->data;
	writer->len += len;
	return at;
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

void wire_write_u8(struct wire_writer *writer, uint8_t value)
{
	write_integer(writer, 1, value);
}

void wire_write_u16(struct wire_writer *writer, uint16_t value)
{
	write_integer(writer, 2, value);
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

void wire_write_bytes(struct wire_writer *writer, const void *data, size_t len)
{
	uint8_t *at = wire_write_reserve(writer, len);

	if (at != NULL && len > 0)
		memcpy(at, data, len);
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
