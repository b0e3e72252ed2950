/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Compares types of conceptual messages, whichever way they are written. */
#include "rats/content_type.h"

#include "base/buffer.h"
#include "base/wire.h"

#include <string.h>

/* No registered type has more than one. */
#define PARAMETER_MAX 4

/* What Content-Formats stand for: RFC 9782 §6.3, draft-ietf-rats-msg-wrap
 * §12.6, RFC 9783 §12.3, RFC 9148 §9.1. */
static const struct registered_type {
	int content_format;
	const char *media_type;
} registered_types[] = {
	{ CONTENT_FORMAT_EAT_CWT, "application/eat+cwt" },
	{ 264, "application/eat+jwt" },
	{ 265, "application/eat-bun+cbor" },
	{ 266, "application/eat-bun+json" },
	{ 267, "application/eat-ucs+cbor" },
	{ 268, "application/eat-ucs+json" },
	{ 273, "application/cmw+cbor" },
	{ 274, "application/cmw+json" },
	{ 275, "application/cmw+cose" },
	{ 276, "application/cmw+jws" },
	{ 287, "application/pkix-cert" },
	{ 10003, "application/eat+cwt; "
		 "eat_profile=\"tag:psacertified.org,2023:psa#tfm\"" },
	{ 10004, "application/eat+cwt; "
		 "eat_profile=\"tag:psacertified.org,2019:psa#legacy\"" },
};

struct parameter {
	adtls_bytes_t name;
	adtls_bytes_t value; /* quoted: still with its backslashes */
	bool is_quoted;
};

/* A media type taken apart. */
struct media_type {
	adtls_bytes_t type;
	adtls_bytes_t subtype;
	struct parameter parameters[PARAMETER_MAX];
	size_t parameter_count;
};

static bool is_alphanumeric(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	       (c >= 'a' && c <= 'z');
}

static bool is_one_of(uint8_t c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

/* RFC 6838 §4.2 restricted-name-chars. */
static bool is_name_char(uint8_t c)
{
	return is_alphanumeric(c) || is_one_of(c, "!#$&-^_.+");
}

/* RFC 9110 §5.6.2 tchar. */
static bool is_token_char(uint8_t c)
{
	return is_alphanumeric(c) || is_one_of(c, "!#$%&'*+-.^_`|~");
}

static bool is_space(uint8_t c)
{
	return c == ' ';
}

/* Inside quotes; the caller looks after backslashes. */
static bool is_quoted_char(uint8_t c)
{
	return c >= ' ' && c <= '~' && c != '"';
}

static bool next_is(const struct wire_reader *reader, uint8_t c)
{
	struct wire_reader ahead = *reader;

	return wire_reader_more(&ahead) && wire_read_u8(&ahead) == c;
}

static void expect(struct wire_reader *reader, uint8_t c)
{
	if (wire_read_u8(reader) != c)
		wire_reader_fail(reader);
}

static adtls_bytes_t take_while(struct wire_reader *reader,
				bool (*accepts)(uint8_t c))
{
	struct wire_reader ahead = *reader;
	size_t len = 0;

	while (wire_reader_more(&ahead) && accepts(wire_read_u8(&ahead)))
		len++;
	return wire_read_bytes(reader, len);
}

/* At least one of them. */
static adtls_bytes_t take_some(struct wire_reader *reader,
			       bool (*accepts)(uint8_t c))
{
	adtls_bytes_t taken = take_while(reader, accepts);

	if (taken.len == 0)
		wire_reader_fail(reader);
	return taken;
}

static adtls_bytes_t take_quoted(struct wire_reader *reader)
{
	struct wire_reader ahead;
	size_t len = 0;
	adtls_bytes_t value;
	uint8_t c;

	expect(reader, '"');
	ahead = *reader;
	while (wire_reader_more(&ahead) && !next_is(&ahead, '"')) {
		c = wire_read_u8(&ahead);
		len++;
		if (c == '\\') {
			c = wire_read_u8(&ahead);
			len++;
		}
		if (!is_quoted_char(c) && c != '"')
			wire_reader_fail(reader);
	}
	value = wire_read_bytes(reader, len);
	expect(reader, '"');
	return value;
}

static void read_parameter(struct wire_reader *reader, struct parameter *out)
{
	out->name = take_some(reader, is_token_char);
	expect(reader, '=');
	out->is_quoted = next_is(reader, '"');
	out->value = out->is_quoted ? take_quoted(reader)
				    : take_some(reader, is_token_char);
}

static uint8_t to_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

static bool equal_ignoring_case(adtls_bytes_t a, adtls_bytes_t b)
{
	struct wire_reader in_a;
	struct wire_reader in_b;

	wire_reader_init_bytes(&in_a, a);
	wire_reader_init_bytes(&in_b, b);
	while (wire_reader_more(&in_a) && wire_reader_more(&in_b)) {
		if (to_lower(wire_read_u8(&in_a)) !=
		    to_lower(wire_read_u8(&in_b)))
			return false;
	}
	return a.len == b.len;
}

static const struct parameter *find_parameter(const struct media_type *type,
					      adtls_bytes_t name)
{
	for (size_t i = 0; i < type->parameter_count; i++) {
		if (equal_ignoring_case(type->parameters[i].name, name))
			return &type->parameters[i];
	}
	return NULL;
}

/* RFC 9193 §2: Content-Type. */
static bool read_media_type(adtls_bytes_t text, struct media_type *out)
{
	struct wire_reader reader;

	*out = (struct media_type){ 0 };
	wire_reader_init_bytes(&reader, text);
	out->type = take_some(&reader, is_name_char);
	expect(&reader, '/');
	out->subtype = take_some(&reader, is_name_char);
	while (wire_reader_more(&reader)) {
		struct parameter parameter = { 0 };

		take_while(&reader, is_space);
		expect(&reader, ';');
		take_while(&reader, is_space);
		read_parameter(&reader, &parameter);
		if (out->parameter_count == PARAMETER_MAX ||
		    find_parameter(out, parameter.name) != NULL)
			return false;
		out->parameters[out->parameter_count++] = parameter;
	}
	return wire_reader_finished(&reader);
}

static uint8_t next_value_char(struct wire_reader *reader, bool is_quoted)
{
	uint8_t c = wire_read_u8(reader);

	return is_quoted && c == '\\' ? wire_read_u8(reader) : c;
}

static bool values_equal(const struct parameter *a, const struct parameter *b)
{
	struct wire_reader in_a;
	struct wire_reader in_b;

	wire_reader_init_bytes(&in_a, a->value);
	wire_reader_init_bytes(&in_b, b->value);
	while (wire_reader_more(&in_a) && wire_reader_more(&in_b)) {
		if (next_value_char(&in_a, a->is_quoted) !=
		    next_value_char(&in_b, b->is_quoted))
			return false;
	}
	return !wire_reader_more(&in_a) && !wire_reader_more(&in_b);
}

static bool media_types_equal(adtls_bytes_t text_a, adtls_bytes_t text_b)
{
	struct media_type a;
	struct media_type b;

	if (!read_media_type(text_a, &a) || !read_media_type(text_b, &b) ||
	    !equal_ignoring_case(a.type, b.type) ||
	    !equal_ignoring_case(a.subtype, b.subtype) ||
	    a.parameter_count != b.parameter_count)
		return false;
	for (size_t i = 0; i < a.parameter_count; i++) {
		const struct parameter *other =
			find_parameter(&b, a.parameters[i].name);

		if (other == NULL || !values_equal(&a.parameters[i], other))
			return false;
	}
	return true;
}

/* Its media type; empty for a Content-Format that is not registered. */
static adtls_bytes_t media_type_text(const struct content_type *type)
{
	if (type->content_format < 0)
		return type->media_type;
	for (size_t i = 0;
	     i < sizeof(registered_types) / sizeof(registered_types[0]); i++) {
		const struct registered_type *known = &registered_types[i];

		if (known->content_format == type->content_format)
			return bytes_of(known->media_type,
					strlen(known->media_type));
	}
	return (adtls_bytes_t){ 0 };
}

struct content_type content_type_of(const adtls_evidence_type_t *type)
{
	struct content_type out = { .content_format = type->content_format };

	if (type->content_format < 0 && type->media_type != NULL)
		out.media_type =
			bytes_of(type->media_type, strlen(type->media_type));
	return out;
}

bool content_type_equal(const struct content_type *a,
			const struct content_type *b)
{
	if (a->content_format >= 0 && a->content_format == b->content_format)
		return true;
	return media_types_equal(media_type_text(a), media_type_text(b));
}

bool content_type_is(const struct content_type *type, int content_format)
{
	struct content_type other = { .content_format = content_format };

	return content_type_equal(type, &other);
}
