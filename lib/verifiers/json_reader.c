/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads JSON strictly: what is not named in a table is an error. */
#include "verifiers/json_reader.h"

#include "base/text.h"

#include <string.h>

void json_reader_init(struct json_reader *reader, char *message,
		      size_t message_len)
{
	*reader = (struct json_reader){ .message = message,
					.message_len = message_len };
	if (message_len > 0)
		*message = '\0';
}

bool json_reader_fail(struct json_reader *reader, const char *problem)
{
	struct text text;

	text_init(&text, reader->message, reader->message_len);
	text_append_escaped(&text, reader->path);
	if (reader->path[0] != '\0')
		text_append(&text, ": ");
	text_append_escaped(&text, problem);
	return false;
}

/* Go on from the path as it is; to be cut back to where it was. */
static struct text path_text(struct json_reader *reader)
{
	return (struct text){ .data = reader->path,
			      .size = sizeof(reader->path),
			      .len = strlen(reader->path) };
}

static void enter_member(struct json_reader *reader, const char *name)
{
	struct text path = path_text(reader);

	if (path.len > 0)
		text_append(&path, ".");
	text_append(&path, name);
}

static void enter_item(struct json_reader *reader, size_t index)
{
	struct text path = path_text(reader);

	text_append(&path, "[");
	text_append_number(&path, (int64_t)index);
	text_append(&path, "]");
}

static void leave(struct json_reader *reader, size_t path_len)
{
	reader->path[path_len] = '\0';
}

static const struct json_member *find_member(const struct json_member *members,
					     size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(members[i].name, name) == 0)
			return &members[i];
	}
	return NULL;
}

static bool read_member(struct json_reader *reader,
			const struct json_member *member, const char *name,
			const json_t *value, void *target)
{
	size_t path_len = strlen(reader->path);
	bool is_read;

	enter_member(reader, name);
	if (member == NULL)
		is_read = json_reader_fail(reader, "there is no such member");
	else
		is_read = member->read(reader, value, target);
	leave(reader, path_len);
	return is_read;
}

static bool has_required(struct json_reader *reader, const json_t *value,
			 const struct json_member *members, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (members[i].is_required &&
		    json_object_get(value, members[i].name) == NULL) {
			enter_member(reader, members[i].name);
			return json_reader_fail(reader, "is missing");
		}
	}
	return true;
}

bool json_read_object(struct json_reader *reader, const json_t *value,
		      const struct json_member *members, size_t member_count,
		      void *target)
{
	json_t *object = (json_t *)value; /* jansson iterates non-const only */
	const char *name;
	json_t *member_value;

	if (!json_is_object(value))
		return json_reader_fail(reader, "is not an object");
	json_object_foreach(object, name, member_value)
	{
		if (!read_member(reader,
				 find_member(members, member_count, name), name,
				 member_value, target))
			return false;
	}
	return has_required(reader, value, members, member_count);
}

bool json_read_array(struct json_reader *reader, const json_t *value,
		     bool (*read_item)(struct json_reader *reader,
				       const json_t *item, void *target),
		     void *target)
{
	size_t path_len = strlen(reader->path);

	if (!json_is_array(value))
		return json_reader_fail(reader, "is not an array");
	for (size_t i = 0; i < json_array_size(value); i++) {
		enter_item(reader, i);
		if (!read_item(reader, json_array_get(value, i), target))
			return false;
		leave(reader, path_len);
	}
	return true;
}

bool json_read_boolean(struct json_reader *reader, const json_t *value,
		       bool *out)
{
	if (!json_is_boolean(value))
		return json_reader_fail(reader, "is neither true nor false");
	*out = json_is_true(value);
	return true;
}

bool json_read_integer(struct json_reader *reader, const json_t *value,
		       int64_t min, int64_t max, int64_t *out)
{
	char problem[128];
	struct text text;

	*out = json_integer_value(value);
	if (json_is_integer(value) && *out >= min && *out <= max)
		return true;
	text_init(&text, problem, sizeof(problem));
	text_append(&text, "is not a whole number from ");
	text_append_number(&text, min);
	text_append(&text, " to ");
	text_append_number(&text, max);
	return json_reader_fail(reader, problem);
}

bool json_read_text(struct json_reader *reader, const json_t *value,
		    size_t size, const char **out)
{
	const char *text = json_string_value(value);

	if (text == NULL)
		return json_reader_fail(reader, "is not a text");
	if (*text == '\0' || strlen(text) >= size)
		return json_reader_fail(reader, "is empty or too long");
	for (const char *c = text; *c != '\0'; c++) {
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return json_reader_fail(reader,
						"contains a control character");
	}
	*out = text;
	return true;
}

bool json_copy_text(struct json_reader *reader, const char *text, char **out)
{
	char *copy = strdup(text);

	if (copy == NULL)
		return json_reader_fail(reader, "out of memory");
	*out = copy;
	return true;
}

bool json_read_word(struct json_reader *reader, const json_t *value,
		    const char *const *words, size_t word_count, size_t *out)
{
	const char *word = json_string_value(value);
	char problem[ADTLS_NAME_MAX];
	struct text text;

	text_init(&text, problem, sizeof(problem));
	text_append(&text, "is none of");
	for (size_t i = 0; i < word_count; i++) {
		if (word != NULL && strcmp(words[i], word) == 0) {
			*out = i;
			return true;
		}
		text_append(&text, " \"");
		text_append(&text, words[i]);
		text_append(&text, "\"");
	}
	return json_reader_fail(reader, problem);
}
