/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wire reader and the wire writer, both with latched failure.
 *
 * After the first failure a reader yields zeroes and empty views, and a
 * writer writes nothing, so a codec reads straight down and asks once at its
 * end. All integers are in network byte order.
 *
 * What each record passes through is inline. */
#ifndef ADTLS_BASE_WIRE_H
#define ADTLS_BASE_WIRE_H

#include <string.h>

#include <adtls/types.h>

struct wire_reader {
	const uint8_t *data;
	size_t len;
	size_t pos;
	bool failed;
};

/* Start reading @len bytes at @data, which must outlive the reader. */
static inline void wire_reader_init(struct wire_reader *reader,
				    const void *data, size_t len)
{
	*reader = (struct wire_reader){ .data = data, .len = len };
}

/* Start reading a view. */
void wire_reader_init_bytes(struct wire_reader *reader, adtls_bytes_t bytes);

static inline size_t wire_reader_left(const struct wire_reader *reader)
{
	return reader->failed ? 0 : reader->len - reader->pos;
}

/* The next @len bytes, or NULL with the failure latched. */
static inline const uint8_t *wire_reader_take(struct wire_reader *reader,
					      size_t len)
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

static inline uint8_t wire_read_u8(struct wire_reader *reader)
{
	const uint8_t *at = wire_reader_take(reader, 1);

	return at != NULL ? at[0] : 0;
}

static inline uint16_t wire_read_u16(struct wire_reader *reader)
{
	const uint8_t *at = wire_reader_take(reader, 2);

	return at != NULL ? (uint16_t)(at[0] << 8 | at[1]) : 0;
}

uint32_t wire_read_u24(struct wire_reader *reader);
uint32_t wire_read_u32(struct wire_reader *reader);
uint64_t wire_read_u48(struct wire_reader *reader);
uint64_t wire_read_u64(struct wire_reader *reader);

/* A view of the next @len bytes; empty on failure. */
static inline adtls_bytes_t wire_read_bytes(struct wire_reader *reader,
					    size_t len)
{
	const uint8_t *at = wire_reader_take(reader, len);

	return (adtls_bytes_t){ .data = at, .len = at != NULL ? len : 0 };
}

/* Copy the next @len bytes out; zeroes on failure. */
void wire_read_copy(struct wire_reader *reader, uint8_t *out, size_t len);
/* The contents of a TLS vector with a length prefix of 1, 2 or 3 bytes. */
adtls_bytes_t wire_read_vector(struct wire_reader *reader, unsigned prefix_len);
/* The same, failing unless its length is within @min and @max. */
adtls_bytes_t wire_read_vector_bounded(struct wire_reader *reader,
				       unsigned prefix_len, size_t min,
				       size_t max);
/* Everything that is left. */
adtls_bytes_t wire_read_rest(struct wire_reader *reader);

/* True while there is more to read and nothing has failed: loop condition. */
bool wire_reader_more(const struct wire_reader *reader);
/* True only if nothing failed and nothing is left. */
bool wire_reader_finished(const struct wire_reader *reader);
/* Latch a failure that the caller found. */
void wire_reader_fail(struct wire_reader *reader);

struct wire_writer {
	uint8_t *data;
	size_t capacity;
	size_t len;
	bool failed;
};

/* Start writing at @data, which has room for @capacity bytes. */
static inline void wire_writer_init(struct wire_writer *writer, void *data,
				    size_t capacity)
{
	*writer = (struct wire_writer){ .data = data, .capacity = capacity };
}

/* Reserve @len bytes to be filled later; NULL on failure. */
static inline uint8_t *wire_write_reserve(struct wire_writer *writer,
					  size_t len)
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

static inline void wire_write_u8(struct wire_writer *writer, uint8_t value)
{
	uint8_t *at = wire_write_reserve(writer, 1);

	if (at != NULL)
		at[0] = value;
}

static inline void wire_write_u16(struct wire_writer *writer, uint16_t value)
{
	uint8_t *at = wire_write_reserve(writer, 2);

	if (at != NULL) {
		at[0] = (uint8_t)(value >> 8);
		at[1] = (uint8_t)value;
	}
}

/* A value that does not fit is a failure. */
void wire_write_u24(struct wire_writer *writer, uint32_t value);
void wire_write_u32(struct wire_writer *writer, uint32_t value);
void wire_write_u48(struct wire_writer *writer, uint64_t value);
void wire_write_u64(struct wire_writer *writer, uint64_t value);

static inline void wire_write_bytes(struct wire_writer *writer,
				    const void *data, size_t len)
{
	uint8_t *at = wire_write_reserve(writer, len);

	if (at != NULL && len > 0)
		memcpy(at, data, len);
}

/* A TLS vector with a length prefix of 1, 2 or 3 bytes. */
void wire_write_vector(struct wire_writer *writer, unsigned prefix_len,
		       const void *data, size_t len);
/* Begin a vector whose length is not yet known; returns a mark for
 * wire_write_end(), which fills the length in. Vectors may nest. */
size_t wire_write_begin(struct wire_writer *writer, unsigned prefix_len);
void wire_write_end(struct wire_writer *writer, unsigned prefix_len,
		    size_t mark);

/* Bytes written so far, as a view. */
adtls_bytes_t wire_written(const struct wire_writer *writer);

#endif
