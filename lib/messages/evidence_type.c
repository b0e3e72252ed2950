/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* EvidenceType and the lists of it in hello extensions. */
#include "messages/evidence_type.h"

#include "base/buffer.h"

#define ENCODING_CONTENT_FORMAT 0
#define ENCODING_MEDIA_TYPE 1

static enum evidence_type_result read_type(struct wire_reader *reader,
					   struct evidence_type *out)
{
	uint8_t encoding = wire_read_u8(reader);

	*out = (struct evidence_type){
		.is_media_type = encoding == ENCODING_MEDIA_TYPE
	};
	if (reader->failed)
		return EVIDENCE_TYPE_MALFORMED;
	if (encoding > ENCODING_MEDIA_TYPE)
		return EVIDENCE_TYPE_ILLEGAL;
	if (out->is_media_type)
		out->media_type = wire_read_vector(reader, 2);
	else
		out->content_format = wire_read_u16(reader);
	if (reader->failed)
		return EVIDENCE_TYPE_MALFORMED;
	if (out->is_media_type && out->media_type.len == 0)
		return EVIDENCE_TYPE_ILLEGAL;
	return EVIDENCE_TYPE_OK;
}

enum evidence_type_result evidence_type_read(adtls_bytes_t body,
					     struct evidence_type *out)
{
	enum evidence_type_result result;
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, body);
	result = read_type(&reader, out);
	if (result == EVIDENCE_TYPE_OK && !wire_reader_finished(&reader))
		return EVIDENCE_TYPE_MALFORMED;
	return result;
}

enum evidence_type_result
evidence_type_list_read(adtls_bytes_t body,
			struct evidence_type out[EVIDENCE_TYPES_MAX],
			size_t *out_count)
{
	struct wire_reader outer, reader;

	*out_count = 0;
	wire_reader_init_bytes(&outer, body);
	wire_reader_init_bytes(&reader,
			       wire_read_vector_bounded(&outer, 1, 1, 255));
	if (!wire_reader_finished(&outer))
		return EVIDENCE_TYPE_MALFORMED;
	while (wire_reader_more(&reader)) {
		enum evidence_type_result result =
			read_type(&reader, &out[*out_count]);

		if (result != EVIDENCE_TYPE_OK)
			return result;
		(*out_count)++;
	}
	return EVIDENCE_TYPE_OK;
}

void evidence_type_write(struct wire_writer *writer,
			 const struct evidence_type *type)
{
	if (type->is_media_type) {
		wire_write_u8(writer, ENCODING_MEDIA_TYPE);
		wire_write_vector(writer, 2, type->media_type.data,
				  type->media_type.len);
	} else {
		wire_write_u8(writer, ENCODING_CONTENT_FORMAT);
		wire_write_u16(writer, type->content_format);
	}
}

void evidence_type_list_write(struct wire_writer *writer,
			      const struct evidence_type *types, size_t count)
{
	size_t mark = wire_write_begin(writer, 1);

	for (size_t i = 0; i < count; i++)
		evidence_type_write(writer, &types[i]);
	wire_write_end(writer, 1, mark);
}

bool evidence_type_equal(const struct evidence_type *a,
			 const struct evidence_type *b)
{
	if (a->is_media_type != b->is_media_type)
		return false;
	if (a->is_media_type)
		return bytes_equal(a->media_type, b->media_type);
	return a->content_format == b->content_format;
}
