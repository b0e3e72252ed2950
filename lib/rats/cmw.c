/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads and writes the CBOR forms of one wrapped conceptual message: a record
 * (draft-ietf-rats-msg-wrap §3.1) and a tag (§3.2). */
#include "rats/cmw.h"

#include "rats/cbor_reader.h"
#include "rats/cbor_writer.h"
#include "rats/content_type.h"

/* RFC 9277 Appendix B: the tag of a Content-Format leaves out every 256th
 * number, so that no byte of it is 0xff. */
#define TAG_BASE	 UINT64_C(0x63740101)
#define TAG_STEP	 256
#define FORMATS_PER_STEP 255
/* The last Content-Format that has a tag; those above are experimental. */
#define TAGGED_FORMAT_MAX 65024

/* How a JSON record or collection begins; no CBOR CMW begins so. */
#define JSON_ARRAY  '['
#define JSON_OBJECT '{'

static bool content_format_of_tag(uint64_t tag, int *out_content_format)
{
	uint64_t offset = tag - TAG_BASE;
	uint64_t format =
		offset / TAG_STEP * FORMATS_PER_STEP + offset % TAG_STEP;

	if (tag < TAG_BASE || offset % TAG_STEP >= FORMATS_PER_STEP ||
	    format > TAGGED_FORMAT_MAX)
		return false;
	*out_content_format = (int)format;
	return true;
}

static void read_tagged(struct cbor_reader *reader, struct cmw_record *out)
{
	if (!content_format_of_tag(cbor_read_tag(reader), &out->content_format))
		cbor_reader_fail(reader);
	out->value = cbor_read_bytes(reader);
}

static void read_type(struct cbor_reader *reader, struct cmw_record *out)
{
	uint64_t content_format;

	if (cbor_reader_at(reader, CBOR_KIND_TEXT)) {
		out->content_format = -1;
		out->media_type = cbor_read_text(reader);
		if (out->media_type.len == 0)
			cbor_reader_fail(reader);
		return;
	}
	content_format = cbor_read_unsigned(reader);
	if (content_format > UINT16_MAX)
		cbor_reader_fail(reader);
	else
		out->content_format = (int)content_format;
}

static void read_record(struct cbor_reader *reader, struct cmw_record *out)
{
	size_t count = cbor_read_array(reader);

	if (count != 2 && count != 3)
		cbor_reader_fail(reader);
	read_type(reader, out);
	out->value = cbor_read_bytes(reader);
	if (count == 3) {
		uint64_t indicator = cbor_read_unsigned(reader);

		if (indicator == 0 || indicator > UINT32_MAX)
			cbor_reader_fail(reader);
		out->has_indicator = true;
		out->indicator = (uint32_t)indicator;
	}
}

static bool is_json(adtls_bytes_t payload)
{
	struct wire_reader reader;
	uint8_t first;

	wire_reader_init_bytes(&reader, payload);
	do
		first = wire_read_u8(&reader);
	while (first == ' ' || first == '\t' || first == '\r' || first == '\n');
	return first == JSON_ARRAY || first == JSON_OBJECT;
}

enum cmw_result cmw_read(adtls_bytes_t payload, struct cmw_record *out)
{
	struct cbor_reader reader;

	*out = (struct cmw_record){ 0 };
	if (is_json(payload))
		return CMW_UNSUPPORTED;
	cbor_reader_init(&reader, payload);
	if (cbor_reader_at(&reader, CBOR_KIND_MAP))
		return CMW_UNSUPPORTED;
	if (cbor_reader_at(&reader, CBOR_KIND_TAG))
		read_tagged(&reader, out);
	else
		read_record(&reader, out);
	if (!cbor_reader_finished(&reader)) {
		*out = (struct cmw_record){ 0 };
		return CMW_MALFORMED;
	}
	return CMW_OK;
}

bool cmw_write_record(uint16_t content_format, adtls_bytes_t value,
		      uint32_t indicator, struct buffer *out)
{
	struct cbor_writer writer;

	cbor_writer_init(&writer, out);
	cbor_write_array(&writer, 3);
	cbor_write_integer(&writer, content_format);
	cbor_write_bytes(&writer, value);
	cbor_write_integer(&writer, indicator);
	return !writer.failed;
}

bool cmw_type_matches(const struct cmw_record *record,
		      const adtls_evidence_type_t *type)
{
	struct content_type said = {
		.content_format = record->content_format,
		.media_type = record->media_type,
	};
	struct content_type negotiated = content_type_of(type);

	return content_type_equal(&said, &negotiated);
}
