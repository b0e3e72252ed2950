/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Resolving SenML records (RFC 8428 §4.6) and storing them.
 */
#include "readings.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "file.h"

const char READINGS_REASON_MALFORMED[] = "reading-malformed";
const char READINGS_REASON_STORAGE[] = "reading-not-stored";

/* RFC 8428 §4.5.3: smaller times are relative to now. */
#define SENML_ABSOLUTE_TIME 268435456.0

/* RFC 8428 §4.5.1: what a name may consist of. */
#define SENML_NAME_CHARACTERS \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-:./_"
#define SENML_NAME_MAX 128

/* Base fields that hold for the records after them (RFC 8428 §4.1). */
struct senml_base {
	const char *name;
	const char *unit;
	double time;
	double value;
};

/* Takes a record's base fields; false if one has the wrong type. */
static bool take_base(const json_t *record, struct senml_base *base)
{
	const json_t *name = json_object_get(record, "bn");
	const json_t *unit = json_object_get(record, "bu");
	const json_t *when = json_object_get(record, "bt");
	const json_t *value = json_object_get(record, "bv");

	if ((name != NULL && !json_is_string(name)) ||
	    (unit != NULL && !json_is_string(unit)) ||
	    (when != NULL && !json_is_number(when)) ||
	    (value != NULL && !json_is_number(value)))
		return false;
	if (name != NULL)
		base->name = json_string_value(name);
	if (unit != NULL)
		base->unit = json_string_value(unit);
	if (when != NULL)
		base->time = json_number_value(when);
	if (value != NULL)
		base->value = json_number_value(value);
	return true;
}

/* Resolves one record into what is stored; NULL if it is not one. */
static json_t *resolve(const json_t *record, const struct senml_base *base,
		       time_t now)
{
	const json_t *name = json_object_get(record, "n");
	const json_t *unit = json_object_get(record, "u");
	const json_t *when = json_object_get(record, "t");
	const json_t *value = json_object_get(record, "v");
	char full_name[SENML_NAME_MAX + 1];
	double resolved_time = base->time + json_number_value(when);
	int length;

	if ((name != NULL && !json_is_string(name)) ||
	    (unit != NULL && !json_is_string(unit)) ||
	    (when != NULL && !json_is_number(when)) || !json_is_number(value))
		return NULL;
	length = snprintf(full_name, sizeof(full_name), "%s%s", base->name,
			  name != NULL ? json_string_value(name) : "");
	if (length < 1 || (size_t)length >= sizeof(full_name) ||
	    strspn(full_name, SENML_NAME_CHARACTERS) != (size_t)length)
		return NULL;
	if (resolved_time < SENML_ABSOLUTE_TIME)
		resolved_time += (double)now;
	return json_pack("{s:s, s:s, s:f, s:f, s:I}", "n", full_name, "u",
			 unit != NULL ? json_string_value(unit) : base->unit,
			 "v", base->value + json_number_value(value), "t",
			 resolved_time, "received", (json_int_t)now);
}

/* Resolves a whole SenML pack; NULL if anything in it is wrong. */
static json_t *resolve_pack(const struct readings_report *report)
{
	struct senml_base base = { "", "", 0, 0 };
	json_t *pack = json_loadb(report->body, report->body_len,
				  JSON_REJECT_DUPLICATES, NULL);
	json_t *resolved = json_array();
	bool is_good = json_is_array(pack) && json_array_size(pack) > 0 &&
		       json_array_size(pack) <= READINGS_RECORDS_MAX;

	for (size_t i = 0; is_good && i < json_array_size(pack); i++) {
		const json_t *record = json_array_get(pack, i);

		is_good = take_base(record, &base) &&
			  json_array_append_new(
				  resolved,
				  resolve(record, &base, report->now)) == 0;
	}
	json_decref(pack);
	if (is_good)
		return resolved;
	json_decref(resolved);
	return NULL;
}

/* Makes the one record of a report in plain text: a number. */
static json_t *resolve_text(const struct readings_report *report)
{
	char text[64] = "";
	char *end;
	double value;

	if (report->body_len == 0 || report->body_len >= sizeof(text))
		return NULL;
	memcpy(text, report->body, report->body_len);
	value = strtod(text, &end);
	if (strspn(text, "+-.0123456789eE") != report->body_len ||
	    end != text + report->body_len || !isfinite(value))
		return NULL;
	return json_pack("[{s:s, s:s, s:f, s:f, s:I}]", "n", "reading", "u", "",
			 "v", value, "t", (double)report->now, "received",
			 (json_int_t)report->now);
}

/* Writes all records as lines; NULL without memory. */
static char *to_lines(const json_t *records)
{
	char *lines = NULL;
	size_t lines_len = 0;
	FILE *stream = open_memstream(&lines, &lines_len);

	if (stream == NULL)
		return NULL;
	for (size_t i = 0; i < json_array_size(records); i++) {
		json_dumpf(json_array_get(records, i), stream, JSON_COMPACT);
		fputc('\n', stream);
	}
	if (fclose(stream) == 0)
		return lines;
	free(lines);
	return NULL;
}

/* Appends text to a file with one write, so that lines never mix. */
static bool append_text(const char *path, const char *text)
{
	size_t text_len = strlen(text);
	int descriptor =
		open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	bool is_written;

	if (descriptor < 0)
		return false;
	is_written = write(descriptor, text, text_len) == (ssize_t)text_len;
	return close(descriptor) == 0 && is_written;
}

/* Stores resolved records in the device's file. */
static bool store_records(const char *directory,
			  const struct device_identity *device,
			  const json_t *records, struct est_refusal *refusal)
{
	char name[DEVICE_UEID_HEX_SIZE + sizeof(".jsonl")];
	char path[FILE_PATH_SIZE];
	char *lines = to_lines(records);
	bool is_stored;

	snprintf(name, sizeof(name), "%s.jsonl", device->hex);
	is_stored = lines != NULL && file_join(directory, name, path) &&
		    append_text(path, lines);
	if (!is_stored)
		est_refuse(refusal, READINGS_REASON_STORAGE,
			   "the gateway cannot store the reading (%s)",
			   strerror(errno));
	free(lines);
	return is_stored;
}

bool readings_store(const char *directory, const struct readings_report *report,
		    size_t *out_count, struct est_refusal *refusal)
{
	json_t *records;
	bool is_stored;

	*out_count = 0;
	records = report->is_senml ? resolve_pack(report)
				   : resolve_text(report);
	if (records == NULL)
		return est_refuse(refusal, READINGS_REASON_MALFORMED,
				  "the report is not %s",
				  report->is_senml
					  ? "SenML JSON with numeric values"
					  : "a decimal number");
	is_stored = store_records(directory, report->device, records, refusal);
	if (is_stored)
		*out_count = json_array_size(records);
	json_decref(records);
	return is_stored;
}
