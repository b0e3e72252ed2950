/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An owned, growable run of bytes with a hard bound, and helpers for views.
 *
 * A buffer wipes what it held before it gives memory back, so it may hold
 * secrets. */
#ifndef ADTLS_BASE_BUFFER_H
#define ADTLS_BASE_BUFFER_H

#include <adtls/types.h>

struct buffer {
	uint8_t *data;
	size_t len;
	size_t capacity;
};

/* Make room for @len bytes in all; the length stays. False: out of memory. */
bool buffer_reserve(struct buffer *buffer, size_t len);
/* Append a copy of @len bytes. False: out of memory, nothing appended. */
bool buffer_append(struct buffer *buffer, const void *data, size_t len);
/* Replace the contents. False: out of memory, contents gone. */
bool buffer_set(struct buffer *buffer, const void *data, size_t len);
/* Wipe and free the contents; the buffer is empty and usable again. */
void buffer_clear(struct buffer *buffer);
/* A view, valid until the buffer changes. */
adtls_bytes_t buffer_bytes(const struct buffer *buffer);

/* Overwrite memory in a way that the compiler does not remove. */
void bytes_wipe(void *data, size_t len);
/* Compare public bytes; use crypto_equal() for secrets. */
bool bytes_equal(adtls_bytes_t a, adtls_bytes_t b);
/* A view of @len bytes at @data. */
static inline adtls_bytes_t bytes_of(const void *data, size_t len)
{
	return (adtls_bytes_t){ .data = data, .len = len };
}

#endif
