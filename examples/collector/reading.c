/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readings as JSON. */
#include "reading.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool copy_name(const char *name, char out[READING_NAME_MAX])
{
	size_t len = strlen(name);

	if (len == 0 || len >= READING_NAME_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (name[i] < ' ' || name[i] > '~')
			return false;
	}
	memcpy(out, name, len + 1);
	return true;
}

/* A number that counts: not negative, not fractional. */
static bool get_seq(const json_t *object, uint64_t *out)
{
	const json_t *seq = json_object_get(object, "seq");

	if (!json_is_integer(seq) || json_integer_value(seq) < 0)
		return false;
	*out = (uint64_t)json_integer_value(seq);
	return true;
}

static bool get_reading(const json_t *object, struct reading *out)
{
	const char *name = json_string_value(json_object_get(object, "name"));
	const json_t *value = json_object_get(object, "value");

	out->value = json_number_value(value);
	return name != NULL && copy_name(name, out->name) &&
	       json_is_number(value) && get_seq(object, &out->seq);
}

bool reading_parse(const void *text, size_t len, struct reading *out)
{
	json_t *object;
	bool ok;

	if (len > READING_MAX)
		return false;
	object = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	ok = get_reading(object, out);
	json_decref(object);
	return ok;
}

static size_t write_object(json_t *object, char out[READING_MAX])
{
	size_t len = 0;

	if (object != NULL)
		len = json_dumpb(object, out, READING_MAX,
				 JSON_COMPACT | JSON_ENSURE_ASCII);
	json_decref(object);
	return len <= READING_MAX ? len : 0;
}

size_t reading_write(const struct reading *reading, char out[READING_MAX])
{
	if (!isfinite(reading->value))
		return 0;
	return write_object(json_pack("{s:I, s:s, s:f}", "seq",
				      (json_int_t)reading->seq, "name",
				      reading->name, "value", reading->value),
			    out);
}

bool reading_answer_parse(const void *text, size_t len, uint64_t *out_seq)
{
	json_t *object;
	bool ok;

	if (len > READING_MAX)
		return false;
	object = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	ok = get_seq(object, out_seq);
	json_decref(object);
	return ok;
}

size_t reading_answer_write(uint64_t seq, char out[READING_MAX])
{
	return write_object(json_pack("{s:I}", "seq", (json_int_t)seq), out);
}
