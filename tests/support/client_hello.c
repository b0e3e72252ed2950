/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ClientHellos, made field by field (RFC 8446 §4.1.2, RFC 9147 §5.3). */
#include "tests/support/client_hello.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "messages/extension.h"

#define PLAINTEXT_HANDSHAKE 22
#define CLIENT_HELLO	    1

/* RFC 7748 §6.1, Alice's public key. */
#define SHARE            \
	"0024 001d 0020" \
	"8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"

void test_client_hello_init(struct test_client_hello *hello)
{
	*hello = (struct test_client_hello){
		.compression_count = 1,
		.suites = { 0x1301 },
		.suite_count = 1,
	};
	for (size_t i = 0; i < sizeof(hello->random); i++)
		hello->random[i] = (uint8_t)i;
	test_client_hello_set(hello, EXTENSION_SUPPORTED_VERSIONS, "02 fefc");
	test_client_hello_set(hello, EXTENSION_SUPPORTED_GROUPS,
			      "0004 001d 0017");
	test_client_hello_set(hello, EXTENSION_SIGNATURE_ALGORITHMS,
			      "0002 0403");
	test_client_hello_set(hello, EXTENSION_KEY_SHARE, SHARE);
}

static struct test_hello_extension *find(struct test_client_hello *hello,
					 uint16_t type)
{
	for (size_t i = 0; i < hello->extension_count; i++) {
		if (hello->extensions[i].type == type)
			return &hello->extensions[i];
	}
	return NULL;
}

void test_client_hello_set_bytes(struct test_client_hello *hello, uint16_t type,
				 adtls_bytes_t body)
{
	struct test_hello_extension *extension = find(hello, type);

	if (extension == NULL) {
		assert_in_range(hello->extension_count, 0,
				TEST_HELLO_EXTENSIONS_MAX - 1);
		extension = &hello->extensions[hello->extension_count++];
		extension->type = type;
	}
	assert_in_range(body.len, 0, sizeof(extension->body));
	if (body.len > 0)
		memcpy(extension->body, body.data, body.len);
	extension->len = body.len;
}

void test_client_hello_set(struct test_client_hello *hello, uint16_t type,
			   const char *digits)
{
	struct test_bytes bytes = test_hex(digits);

	test_client_hello_set_bytes(hello, type, test_view(&bytes));
}

void test_client_hello_remove(struct test_client_hello *hello, uint16_t type)
{
	struct test_hello_extension *extension = find(hello, type);
	size_t index;

	assert_non_null(extension);
	index = (size_t)(extension - hello->extensions);
	hello->extension_count--;
	memmove(extension, extension + 1,
		(hello->extension_count - index) * sizeof(*extension));
}

static void write_fields(const struct test_client_hello *hello,
			 struct wire_writer *writer)
{
	static const uint8_t zeroes[256];
	size_t mark;

	wire_write_u16(writer, HELLO_LEGACY_VERSION);
	wire_write_bytes(writer, hello->random, sizeof(hello->random));
	wire_write_vector(writer, 1, zeroes, hello->session_id_len);
	wire_write_vector(writer, 1, zeroes, hello->legacy_cookie_len);
	mark = wire_write_begin(writer, 2);
	for (size_t i = 0; i < hello->suite_count; i++)
		wire_write_u16(writer, hello->suites[i]);
	wire_write_end(writer, 2, mark);
	wire_write_vector(writer, 1, zeroes, hello->compression_count);
}

struct test_bytes test_client_hello_body(const struct test_client_hello *hello)
{
	struct test_bytes body;
	struct wire_writer writer;
	size_t mark;

	wire_writer_init(&writer, body.data, sizeof(body.data));
	write_fields(hello, &writer);
	mark = wire_write_begin(&writer, 2);
	for (size_t i = 0; i < hello->extension_count; i++) {
		wire_write_u16(&writer, hello->extensions[i].type);
		wire_write_vector(&writer, 2, hello->extensions[i].body,
				  hello->extensions[i].len);
	}
	wire_write_end(&writer, 2, mark);
	assert_false(writer.failed);
	body.len = wire_written(&writer).len;
	return body;
}

struct test_bytes test_client_hello_datagram(const struct test_bytes *body,
					     uint16_t message_seq,
					     size_t offset, size_t len)
{
	struct test_bytes datagram;
	struct wire_writer writer;
	size_t mark;

	assert_in_range(offset + len, 0, body->len);
	wire_writer_init(&writer, datagram.data, sizeof(datagram.data));
	wire_write_u8(&writer, PLAINTEXT_HANDSHAKE);
	wire_write_u16(&writer, HELLO_LEGACY_VERSION);
	wire_write_u16(&writer, 0);	      /* epoch */
	wire_write_u48(&writer, message_seq); /* sequence number */
	mark = wire_write_begin(&writer, 2);
	wire_write_u8(&writer, CLIENT_HELLO);
	wire_write_u24(&writer, (uint32_t)body->len);
	wire_write_u16(&writer, message_seq);
	wire_write_u24(&writer, (uint32_t)offset);
	wire_write_vector(&writer, 3, body->data + offset, len);
	wire_write_end(&writer, 2, mark);
	assert_false(writer.failed);
	datagram.len = wire_written(&writer).len;
	return datagram;
}

struct test_bytes test_client_hello_whole(const struct test_client_hello *hello,
					  uint16_t message_seq)
{
	struct test_bytes body = test_client_hello_body(hello);

	return test_client_hello_datagram(&body, message_seq, 0, body.len);
}
