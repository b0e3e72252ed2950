/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A writer of CBOR with latched failure. Heads are the shortest; the caller
 * writes map keys in the order of RFC 8949 §4.2.1. */
#ifndef ADTLS_RATS_CBOR_WRITER_H
#define ADTLS_RATS_CBOR_WRITER_H

#include "base/buffer.h"

struct cbor_writer {
	struct buffer *out;
	bool failed; /* out of memory */
};

/* Append to @out, which must outlive the writer. */
void cbor_writer_init(struct cbor_writer *writer, struct buffer *out);

void cbor_write_integer(struct cbor_writer *writer, int64_t value);
void cbor_write_bytes(struct cbor_writer *writer, adtls_bytes_t bytes);
/* @text is UTF-8. */
void cbor_write_text(struct cbor_writer *writer, adtls_bytes_t text);
/* The items, or pairs, follow. */
void cbor_write_array(struct cbor_writer *writer, size_t count);
void cbor_write_map(struct cbor_writer *writer, size_t count);
/* The tagged item follows. */
void cbor_write_tag(struct cbor_writer *writer, uint64_t tag);

#endif
