/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Owned buffers that wipe themselves, and helpers for views. */
#include "base/buffer.h"

#include <stdlib.h>
#include <string.h>

bool buffer_reserve(struct buffer *buffer, size_t len)
{
	size_t capacity = buffer->capacity > 0 ? buffer->capacity : 64;
	uint8_t *grown;

	if (len <= buffer->capacity)
		return true;
	while (capacity < len)
		capacity = capacity > SIZE_MAX / 2 ? len : capacity * 2;
	/* Not realloc(), which would leave a copy of a secret behind. */
	grown = malloc(capacity);
	if (grown == NULL)
		return false;
	if (buffer->len > 0)
		memcpy(grown, buffer->data, buffer->len);
	bytes_wipe(buffer->data, buffer->capacity);
	free(buffer->data);
	buffer->data = grown;
	buffer->capacity = capacity;
	return true;
}

bool buffer_append(struct buffer *buffer, const void *data, size_t len)
{
	if (len == 0)
		return true;
	if (len > PTRDIFF_MAX || buffer->len > PTRDIFF_MAX - len ||
	    !buffer_reserve(buffer, buffer->len + len))
		return false;
	memcpy(buffer->data + buffer->len, data, len);
	buffer->len += len;
	return true;
}

bool buffer_set(struct buffer *buffer, const void *data, size_t len)
{
	if (len <= buffer->capacity) {
		buffer->len = 0;
		return buffer_append(buffer, data, len);
	}
	/* What is set as a whole seldom grows: no more room than it needs. */
	buffer_clear(buffer);
	buffer->data = malloc(len);
	if (buffer->data == NULL)
		return false;
	buffer->capacity = len;
	return buffer_append(buffer, data, len);
}

void buffer_clear(struct buffer *buffer)
{
	bytes_wipe(buffer->data, buffer->capacity);
	free(buffer->data);
	*buffer = (struct buffer){ 0 };
}

adtls_bytes_t buffer_bytes(const struct buffer *buffer)
{
	return bytes_of(buffer->data, buffer->len);
}

void bytes_wipe(void *data, size_t len)
{
	if (len > 0)
		explicit_bzero(data, len);
}

bool bytes_equal(adtls_bytes_t a, adtls_bytes_t b)
{
	return a.len == b.len &&
	       (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}
