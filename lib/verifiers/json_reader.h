/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads JSON by tables of members. The first thing that is wrong becomes a
 * message with its path, such as "trust-anchors[0].ueid: not hexadecimal". */
#ifndef ADTLS_VERIFIERS_JSON_READER_H
#define ADTLS_VERIFIERS_JSON_READER_H

#include <adtls/types.h>

#include <jansson.h>

#define JSON_PATH_MAX 256

struct json_reader {
	char path[JSON_PATH_MAX];
	char *message; /* of the caller, always ends in NUL */
	size_t message_len;
};

/* One member that an object may have. */
struct json_member {
	const char *name;
	bool is_required;
	/* Read @value into @target. False: json_reader_fail() was called. */
	bool (*read)(struct json_reader *reader, const json_t *value,
		     void *target);
};

/* @message_len 0 keeps no message. */
void json_reader_init(struct json_reader *reader, char *message,
		      size_t message_len);
/* Says what is wrong at the path; false, to return it. */
bool json_reader_fail(struct json_reader *reader, const char *problem);

/* An object with these members alone. */
bool json_read_object(struct json_reader *reader, const json_t *value,
		      const struct json_member *members, size_t member_count,
		      void *target);
/* An array, item by item. */
bool json_read_array(struct json_reader *reader, const json_t *value,
		     bool (*read_item)(struct json_reader *reader,
				       const json_t *item, void *target),
		     void *target);
bool json_read_boolean(struct json_reader *reader, const json_t *value,
		       bool *out);
/* A whole number within bounds. */
bool json_read_integer(struct json_reader *reader, const json_t *value,
		       int64_t min, int64_t max, int64_t *out);
/* A text without control characters, not empty, of less than @size bytes;
 * lives as long as @value. */
bool json_read_text(struct json_reader *reader, const json_t *value,
		    size_t size, const char **out);
/* A copy of @text, to be freed by the caller. False: out of memory. */
bool json_copy_text(struct json_reader *reader, const char *text, char **out);
/* One of @words; its index. */
bool json_read_word(struct json_reader *reader, const json_t *value,
		    const char *const *words, size_t word_count, size_t *out);

#endif
