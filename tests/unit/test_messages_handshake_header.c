/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The handshake header of RFC 9147 §5.2.
 */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "messages/handshake_header.h"

/* The second of two fragments of a Certificate of 0x010203 bytes. */
static const uint8_t wire[] = {
	11,		  /* msg_type */
	0x01, 0x02, 0x03, /* length */
	0xfe, 0xff,	  /* message_seq */
	0x01, 0x02, 0x00, /* fragment_offset */
	0x00, 0x00, 0x03, /* fragment_length */
	'a',  'b',  'c',
};

static void fields_are_where_the_rfc_puts_them(void **state)
{
	struct handshake_fragment fragment;
	struct wire_reader reader;

	(void)state;
	wire_reader_init(&reader, wire, sizeof(wire));
	assert_true(handshake_fragment_read(&reader, &fragment));
	assert_true(wire_reader_finished(&reader));
	assert_int_equal(fragment.type, HANDSHAKE_CERTIFICATE);
	assert_int_equal(fragment.message_len, 0x010203);
	assert_int_equal(fragment.message_seq, 0xfeff);
	assert_int_equal(fragment.offset, 0x010200);
	assert_int_equal(fragment.data.len, 3);
	assert_ptr_equal(fragment.data.data, wire + HANDSHAKE_HEADER_LEN);
}

static void a_fragment_beyond_its_message_is_refused(void **state)
{
	struct handshake_fragment fragment;
	uint8_t beyond[sizeof(wire)];
	struct wire_reader reader;

	(void)state;
	memcpy(beyond, wire, sizeof(wire));
	beyond[8] = 0x01; /* one byte further */
	wire_reader_init(&reader, beyond, sizeof(beyond));
	assert_false(handshake_fragment_read(&reader, &fragment));
	beyond[7] = 0x03; /* begins behind the end */
	wire_reader_init(&reader, beyond, sizeof(beyond));
	assert_false(handshake_fragment_read(&reader, &fragment));
}

static void writing_gives_the_same_bytes(void **state)
{
	const struct handshake_fragment fragment = {
		.type = HANDSHAKE_CERTIFICATE,
		.message_len = 0x010203,
		.message_seq = 0xfeff,
		.offset = 0x010200,
		.data = { (const uint8_t *)"abc", 3 },
	};
	uint8_t written[sizeof(wire)];
	struct wire_writer writer;

	(void)state;
	wire_writer_init(&writer, written, sizeof(written));
	handshake_fragment_write(&writer, &fragment);
	assert_int_equal(wire_written(&writer).len, sizeof(wire));
	assert_memory_equal(written, wire, sizeof(wire));
	wire_writer_init(&writer, written, sizeof(written) - 1);
	handshake_fragment_write(&writer, &fragment);
	assert_true(writer.failed);
}

static void every_truncation_is_refused(void **state)
{
	(void)state;
	for (size_t len = 0; len < sizeof(wire); len++) {
		struct handshake_fragment fragment;
		struct wire_reader reader;

		wire_reader_init(&reader, wire, len);
		assert_false(handshake_fragment_read(&reader, &fragment));
		assert_int_equal(fragment.data.len, 0);
	}
}

static void a_record_may_hold_several(void **state)
{
	uint8_t record[sizeof(wire) + HANDSHAKE_HEADER_LEN];
	const struct handshake_fragment empty = {
		.type = HANDSHAKE_ENCRYPTED_EXTENSIONS, .message_seq = 7
	};
	struct handshake_fragment fragment;
	struct wire_reader reader;
	struct wire_writer writer;

	(void)state;
	wire_writer_init(&writer, record, sizeof(record));
	wire_write_bytes(&writer, wire, sizeof(wire));
	handshake_fragment_write(&writer, &empty);
	wire_reader_init_bytes(&reader, wire_written(&writer));
	assert_true(handshake_fragment_read(&reader, &fragment));
	assert_int_equal(fragment.type, HANDSHAKE_CERTIFICATE);
	assert_true(wire_reader_more(&reader));
	assert_true(handshake_fragment_read(&reader, &fragment));
	assert_int_equal(fragment.type, HANDSHAKE_ENCRYPTED_EXTENSIONS);
	assert_int_equal(fragment.message_seq, 7);
	assert_int_equal(fragment.data.len, 0);
	assert_true(wire_reader_finished(&reader));
	assert_false(handshake_fragment_read(&reader, &fragment));
}

static void names_are_the_rfcs_and_differ(void **state)
{
	unsigned known = 0;

	(void)state;
	assert_string_equal(handshake_type_name(1), "ClientHello");
	assert_string_equal(handshake_type_name(20), "Finished");
	assert_string_equal(handshake_type_name(224), "Attestation");
	for (unsigned a = 0; a <= 255; a++) {
		const char *name = handshake_type_name((uint8_t)a);

		if (strcmp(name, "unknown") == 0)
			continue;
		known++;
		for (unsigned b = 0; b < a; b++)
			assert_string_not_equal(
				name, handshake_type_name((uint8_t)b));
	}
	assert_int_equal(known, 13);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_where_the_rfc_puts_them),
		cmocka_unit_test(a_fragment_beyond_its_message_is_refused),
		cmocka_unit_test(writing_gives_the_same_bytes),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(a_record_may_hold_several),
		cmocka_unit_test(names_are_the_rfcs_and_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
