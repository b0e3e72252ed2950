/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ClientHello, ServerHello and HelloRetryRequest. */
#include "messages/hello.h"

#include "base/buffer.h"

/* SHA-256 of "HelloRetryRequest", RFC 8446 §4.1.3. */
static const uint8_t retry_random[HELLO_RANDOM_LEN] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
	0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
	0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c
};

bool client_hello_read(adtls_bytes_t body, struct client_hello *out)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, body);
	wire_read_u16(&reader);	/* legacy_version: supported_versions rules */
	out->random = wire_read_bytes(&reader, HELLO_RANDOM_LEN);
	out->session_id = wire_read_vector_bounded(&reader, 1, 0, 32);
	out->legacy_cookie = wire_read_vector(&reader, 1);
	out->suites = wire_read_vector_bounded(&reader, 2, 2, 0xfffe);
	out->compression = wire_read_vector_bounded(&reader, 1, 1, 255);
	out->extensions = (adtls_bytes_t){ 0 };
	/* A DTLS 1.2 ClientHello may end here. */
	if (wire_reader_more(&reader))
		out->extensions = wire_read_vector(&reader, 2);
	return wire_reader_finished(&reader) && out->suites.len % 2 == 0;
}

bool hello_list_contains(adtls_bytes_t list, uint16_t value)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, list);
	while (wire_reader_more(&reader)) {
		if (wire_read_u16(&reader) == value && !reader.failed)
			return true;
	}
	return false;
}

void client_hello_write_start(struct wire_writer *writer,
			      const uint8_t random[HELLO_RANDOM_LEN],
			      const uint16_t *suites, size_t suite_count)
{
	size_t mark;

	wire_write_u16(writer, HELLO_LEGACY_VERSION);
	wire_write_bytes(writer, random, HELLO_RANDOM_LEN);
	wire_write_u8(writer, 0);	/* legacy_session_id: empty */
	wire_write_u8(writer, 0);	/* legacy_cookie: empty */
	mark = wire_write_begin(writer, 2);
	for (size_t i = 0; i < suite_count; i++)
		wire_write_u16(writer, suites[i]);
	wire_write_end(writer, 2, mark);
	wire_write_u8(writer, 1);	/* compression: null */
	wire_write_u8(writer, 0);
}

bool server_hello_read(adtls_bytes_t body, struct server_hello *out)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, body);
	out->legacy_version = wire_read_u16(&reader);
	out->random = wire_read_bytes(&reader, HELLO_RANDOM_LEN);
	out->session_id = wire_read_vector_bounded(&reader, 1, 0, 32);
	out->suite = wire_read_u16(&reader);
	out->compression = wire_read_u8(&reader);
	out->extensions = (adtls_bytes_t){ 0 };
	/* A DTLS 1.2 ServerHello may end here. */
	if (wire_reader_more(&reader))
		out->extensions = wire_read_vector(&reader, 2);
	out->is_retry = bytes_equal(
		out->random, bytes_of(retry_random, sizeof(retry_random)));
	return wire_reader_finished(&reader);
}

void server_hello_write_start(struct wire_writer *writer, const uint8_t *random,
			      adtls_bytes_t session_id, uint16_t suite)
{
	wire_write_u16(writer, HELLO_LEGACY_VERSION);
	wire_write_bytes(writer, random != NULL ? random : retry_random,
			 HELLO_RANDOM_LEN);
	wire_write_vector(writer, 1, session_id.data, session_id.len);
	wire_write_u16(writer, suite);
	wire_write_u8(writer, 0);
}
