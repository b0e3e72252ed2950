/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text put together in fixed space, and made safe for a log line. */
#ifndef ADTLS_BASE_TEXT_H
#define ADTLS_BASE_TEXT_H

#include <adtls/types.h>

/* A line that is put together piece by piece and cut where it ends. */
struct text {
	char *data;  /* always ends in NUL */
	size_t size; /* with NUL */
	size_t len;
};

/* Start a text in @size bytes at @data; 0 holds nothing. */
void text_init(struct text *text, char *data, size_t size);
/* Append as it is; bytes contain no NUL. */
void text_append(struct text *text, const char *string);
void text_append_bytes(struct text *text, adtls_bytes_t bytes);
/* Append printable ASCII as it is, and other bytes and backslashes as \xNN. */
void text_append_escaped(struct text *text, const char *string);
/* Append bytes in hexadecimal. */
void text_append_hex(struct text *text, adtls_bytes_t bytes);
/* Append a decimal number. */
void text_append_number(struct text *text, int64_t number);
/* Append a UTC time in seconds as RFC 3339 has it, as a number if it has no
 * such year, or "unknown". */
void text_append_time(struct text *text, int64_t utc_s);

/* Read hexadecimal digits of either case, at most @max bytes of them, and at
 * least one. */
bool text_read_hex(const char *string, uint8_t *out, size_t max,
		   size_t *out_len);

#endif
