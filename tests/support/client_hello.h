/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ClientHellos as no client of ours would send them: field by field, in any
 * number of fragments. What cannot be made fails the test that runs. */
#ifndef TESTS_SUPPORT_CLIENT_HELLO_H
#define TESTS_SUPPORT_CLIENT_HELLO_H

#include "base/wire.h"
#include "messages/hello.h"
#include "tests/support/test_vectors.h"

#define TEST_HELLO_EXTENSIONS_MAX 16
#define TEST_HELLO_BODY_MAX	  320

struct test_hello_extension {
	uint16_t type;
	uint8_t body[TEST_HELLO_BODY_MAX];
	size_t len;
};

struct test_client_hello {
	uint8_t random[HELLO_RANDOM_LEN];
	size_t session_id_len;	  /* zeroes */
	size_t legacy_cookie_len; /* zeroes */
	size_t compression_count; /* zeroes: null */
	uint16_t suites[8];
	size_t suite_count;
	struct test_hello_extension extensions[TEST_HELLO_EXTENSIONS_MAX];
	size_t extension_count;
};

/* One that every server takes: X25519 with a share, secp256r1 without,
 * TLS_AES_128_GCM_SHA256, ECDSA with P-256. */
void test_client_hello_init(struct test_client_hello *hello);
/* Add an extension, or give it another body in hexadecimal digits. */
void test_client_hello_set(struct test_client_hello *hello, uint16_t type,
			   const char *digits);
/* The same with bytes. */
void test_client_hello_set_bytes(struct test_client_hello *hello, uint16_t type,
				 adtls_bytes_t body);
void test_client_hello_remove(struct test_client_hello *hello, uint16_t type);
/* The body of the message. */
struct test_bytes test_client_hello_body(const struct test_client_hello *hello);

/* One fragment of a ClientHello in a plaintext record: @len bytes of @body from
 * @offset on. */
struct test_bytes test_client_hello_datagram(const struct test_bytes *body,
					     uint16_t message_seq,
					     size_t offset, size_t len);
/* All of it in one. */
struct test_bytes test_client_hello_whole(const struct test_client_hello *hello,
					  uint16_t message_seq);

#endif
