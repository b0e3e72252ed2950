/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Heads of CBOR data items by libcbor's streaming decoder, which neither
 * allocates nor looks further than the item it is asked for. */
#include "rats/cbor_head.h"

#include "base/wire.h"

#include <cbor.h>

/* libcbor 0.8 knows no tags from 6 to 20 in one byte, COSE_Sign1's among
 * them (RFC 8949 §3.4.6 has them in the registry). */
#define SMALL_TAG_FIRST 0xc6
#define SMALL_TAG_LAST	0xd4
#define SMALL_TAG_BASE	0xc0

/* What the callbacks of one call fill in. */
struct capture {
	struct cbor_head *head;
	bool is_indefinite;
};

static void capture_value(void *context, enum cbor_kind kind, uint64_t value)
{
	struct capture *capture = context;

	capture->head->kind = kind;
	capture->head->value = value;
}

static void on_uint8(void *context, uint8_t value)
{
	capture_value(context, CBOR_KIND_UNSIGNED, value);
}

static void on_uint16(void *context, uint16_t value)
{
	capture_value(context, CBOR_KIND_UNSIGNED, value);
}

static void on_uint32(void *context, uint32_t value)
{
	capture_value(context, CBOR_KIND_UNSIGNED, value);
}

static void on_uint64(void *context, uint64_t value)
{
	capture_value(context, CBOR_KIND_UNSIGNED, value);
}

static void on_negint8(void *context, uint8_t value)
{
	capture_value(context, CBOR_KIND_NEGATIVE, value);
}

static void on_negint16(void *context, uint16_t value)
{
	capture_value(context, CBOR_KIND_NEGATIVE, value);
}

static void on_negint32(void *context, uint32_t value)
{
	capture_value(context, CBOR_KIND_NEGATIVE, value);
}

static void on_negint64(void *context, uint64_t value)
{
	capture_value(context, CBOR_KIND_NEGATIVE, value);
}

static void capture_string(void *context, enum cbor_kind kind, cbor_data data,
			   size_t len)
{
	struct capture *capture = context;

	capture_value(context, kind, len);
	capture->head->string = (adtls_bytes_t){ .data = data, .len = len };
}

static void on_bytes(void *context, cbor_data data, size_t len)
{
	capture_string(context, CBOR_KIND_BYTES, data, len);
}

static void on_text(void *context, cbor_data data, size_t len)
{
	capture_string(context, CBOR_KIND_TEXT, data, len);
}

static void on_array(void *context, size_t count)
{
	capture_value(context, CBOR_KIND_ARRAY, count);
}

static void on_map(void *context, size_t count)
{
	capture_value(context, CBOR_KIND_MAP, count);
}

static void on_tag(void *context, uint64_t value)
{
	capture_value(context, CBOR_KIND_TAG, value);
}

static void on_float(void *context, float value)
{
	(void)value;
	capture_value(context, CBOR_KIND_OTHER, 0);
}

static void on_double(void *context, double value)
{
	(void)value;
	capture_value(context, CBOR_KIND_OTHER, 0);
}

static void on_boolean(void *context, bool value)
{
	(void)value;
	capture_value(context, CBOR_KIND_OTHER, 0);
}

static void on_simple(void *context)
{
	capture_value(context, CBOR_KIND_OTHER, 0);
}

static void on_indefinite(void *context)
{
	struct capture *capture = context;

	capture->is_indefinite = true;
}

static const struct cbor_callbacks callbacks = {
	.uint8 = on_uint8,
	.uint16 = on_uint16,
	.uint32 = on_uint32,
	.uint64 = on_uint64,
	.negint8 = on_negint8,
	.negint16 = on_negint16,
	.negint32 = on_negint32,
	.negint64 = on_negint64,
	.byte_string = on_bytes,
	.string = on_text,
	.array_start = on_array,
	.map_start = on_map,
	.tag = on_tag,
	.float2 = on_float,
	.float4 = on_float,
	.float8 = on_double,
	.undefined = on_simple,
	.null = on_simple,
	.boolean = on_boolean,
	.byte_string_start = on_indefinite,
	.string_start = on_indefinite,
	.indef_array_start = on_indefinite,
	.indef_map_start = on_indefinite,
	.indef_break = on_indefinite,
};

/* The length of the shortest head for an argument, RFC 8949 §3. */
static size_t shortest_head_len(uint64_t value)
{
	if (value < 24)
		return 1;
	if (value <= UINT8_MAX)
		return 2;
	if (value <= UINT16_MAX)
		return 3;
	return value <= UINT32_MAX ? 5 : 9;
}

static bool read_small_tag(adtls_bytes_t input, struct cbor_head *out)
{
	struct wire_reader reader;
	uint8_t first;

	wire_reader_init_bytes(&reader, input);
	first = wire_read_u8(&reader);
	if (first < SMALL_TAG_FIRST || first > SMALL_TAG_LAST)
		return false;
	*out = (struct cbor_head){ .kind = CBOR_KIND_TAG,
				   .value = first - SMALL_TAG_BASE,
				   .len = 1 };
	return true;
}

bool cbor_head_read(adtls_bytes_t input, struct cbor_head *out)
{
	struct capture capture = { .head = out };
	struct cbor_decoder_result result;

	if (read_small_tag(input, out))
		return true;
	*out = (struct cbor_head){ 0 };
	result =
		cbor_stream_decode(input.data, input.len, &callbacks, &capture);
	if (result.status != CBOR_DECODER_FINISHED || capture.is_indefinite)
		return false;
	out->len = result.read;
	return out->kind == CBOR_KIND_OTHER ||
	       out->len - out->string.len == shortest_head_len(out->value);
}

uint64_t cbor_head_child_count(const struct cbor_head *head)
{
	switch (head->kind) {
	case CBOR_KIND_ARRAY:
		return head->value;
	case CBOR_KIND_MAP:
		return head->value > UINT64_MAX / 2 ? UINT64_MAX
						    : head->value * 2;
	case CBOR_KIND_TAG:
		return 1;
	default:
		return 0;
	}
}
