/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts texts together; what is escaped cannot end a log line or move the
 * cursor of a terminal. */
#include "base/text.h"

#include "base/buffer.h"
#include "base/wire.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define ESCAPED_LEN 4 /* \xNN */

void text_init(struct text *text, char *data, size_t size)
{
	*text = (struct text){ .data = data, .size = size };
	if (size > 0)
		*data = '\0';
}

/* All of the piece or nothing, so that a cut leaves no half of an escape. */
static bool append_piece(struct text *text, const char *piece, size_t len)
{
	if (text->size == 0 || len >= text->size - text->len)
		return false;
	memcpy(text->data + text->len, piece, len + 1);
	text->len += len;
	return true;
}

void text_append_bytes(struct text *text, adtls_bytes_t bytes)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, bytes);
	while (wire_reader_more(&reader)) {
		char piece[2] = { (char)wire_read_u8(&reader), '\0' };

		if (!append_piece(text, piece, 1))
			break;
	}
}

void text_append(struct text *text, const char *string)
{
	text_append_bytes(text, bytes_of(string, strlen(string)));
}

static bool append_escaped_byte(struct text *text, uint8_t byte)
{
	char piece[ESCAPED_LEN + 1];
	bool is_plain = byte >= ' ' && byte <= '~' && byte != '\\';
	int len = snprintf(piece, sizeof(piece), is_plain ? "%c" : "\\x%02x",
			   byte);

	return append_piece(text, piece, (size_t)len);
}

void text_append_escaped(struct text *text, const char *string)
{
	for (; *string != '\0'; string++) {
		if (!append_escaped_byte(text, (uint8_t)*string))
			break;
	}
}

void text_append_hex(struct text *text, adtls_bytes_t bytes)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, bytes);
	while (wire_reader_more(&reader)) {
		char piece[3];

		snprintf(piece, sizeof(piece), "%02x", wire_read_u8(&reader));
		if (!append_piece(text, piece, 2))
			break;
	}
}

void text_append_number(struct text *text, int64_t number)
{
	char piece[32];
	int len = snprintf(piece, sizeof(piece), "%" PRId64, number);

	append_piece(text, piece, (size_t)len);
}

void text_append_time(struct text *text, int64_t utc_s)
{
	time_t seconds = (time_t)utc_s;
	struct tm parts;
	char piece[64];

	if (utc_s == ADTLS_UTC_UNKNOWN)
		text_append(text, "unknown");
	else if (gmtime_r(&seconds, &parts) != NULL &&
		 strftime(piece, sizeof(piece), "%Y-%m-%dT%H:%M:%SZ", &parts) >
			 0)
		text_append(text, piece);
	else
		text_append_number(text, utc_s);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool text_read_hex(const char *string, uint8_t *out, size_t max,
		   size_t *out_len)
{
	size_t len = strlen(string) / 2;

	if (len == 0 || len > max || strlen(string) % 2 != 0)
		return false;
	for (size_t i = 0; i < len; i++) {
		int high = hex_digit(string[2 * i]);
		int low = hex_digit(string[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	*out_len = len;
	return true;
}
