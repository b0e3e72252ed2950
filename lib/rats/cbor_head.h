/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The head of one CBOR data item (RFC 8949 §3), taken apart by libcbor. */
#ifndef ADTLS_RATS_CBOR_HEAD_H
#define ADTLS_RATS_CBOR_HEAD_H

#include <adtls/types.h>

enum cbor_kind {
	CBOR_KIND_UNSIGNED,
	CBOR_KIND_NEGATIVE,
	CBOR_KIND_BYTES,
	CBOR_KIND_TEXT,
	CBOR_KIND_ARRAY,
	CBOR_KIND_MAP,
	CBOR_KIND_TAG,
	CBOR_KIND_OTHER /* false, true, null, undefined, floats */
};

struct cbor_head {
	enum cbor_kind kind;
	/* The integer, -1 - n for a negative one; the count of items or
	 * pairs; the tag; the string's length. */
	uint64_t value;
	adtls_bytes_t string; /* view */
	size_t len;	      /* bytes of the head, and of the string */
};

/* Read the head at the start of @input. False: cut off, reserved, of
 * indefinite length, or not in its shortest form. Allocates nothing. */
bool cbor_head_read(adtls_bytes_t input, struct cbor_head *out);
/* How many data items follow as contents of this one; a map has two for each
 * pair. Saturates. */
uint64_t cbor_head_child_count(const struct cbor_head *head);

#endif
