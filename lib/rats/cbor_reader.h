/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A reader of checked CBOR with latched failure, after the wire reader: it
 * yields zeroes and empty views once something was not what was asked for. */
#ifndef ADTLS_RATS_CBOR_READER_H
#define ADTLS_RATS_CBOR_READER_H

#include "base/wire.h"
#include "rats/cbor_head.h"

struct cbor_reader {
	struct wire_reader input;
};

/* Check @input (cbor_check.h) and start reading it; fails if it is bad. */
void cbor_reader_init(struct cbor_reader *reader, adtls_bytes_t input);

/* Is an item of @kind next? */
bool cbor_reader_at(const struct cbor_reader *reader, enum cbor_kind kind);
/* Is the tag @tag next? */
bool cbor_reader_at_tag(const struct cbor_reader *reader, uint64_t tag);

uint64_t cbor_read_unsigned(struct cbor_reader *reader);
/* An integer that fits int64_t, of either sign. */
int64_t cbor_read_integer(struct cbor_reader *reader);
/* Views into the input. */
adtls_bytes_t cbor_read_bytes(struct cbor_reader *reader);
adtls_bytes_t cbor_read_text(struct cbor_reader *reader);
/* Enter an array; its count of items. */
size_t cbor_read_array(struct cbor_reader *reader);
/* Enter a map; its count of pairs. */
size_t cbor_read_map(struct cbor_reader *reader);
uint64_t cbor_read_tag(struct cbor_reader *reader);
/* Pass over one item with all that is in it. */
void cbor_skip(struct cbor_reader *reader);

/* Latch a failure that the caller found. */
void cbor_reader_fail(struct cbor_reader *reader);
bool cbor_reader_failed(const struct cbor_reader *reader);
/* True only if nothing failed and nothing is left. */
bool cbor_reader_finished(const struct cbor_reader *reader);

#endif
