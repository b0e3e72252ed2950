/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Values to test against: tests/vectors/NAME.json, which an independent
 * implementation wrote, and hexadecimal literals. A helper that cannot do its
 * work fails the test that runs. */
#ifndef TESTS_SUPPORT_TEST_VECTORS_H
#define TESTS_SUPPORT_TEST_VECTORS_H

#include <adtls/types.h>
#include <jansson.h>

#include "crypto/hash.h"

/* Longest byte string in a vector. */
#define TEST_BYTES_MAX 2048

struct test_bytes {
	uint8_t data[TEST_BYTES_MAX];
	size_t len;
};

/* Run @check for each vector of a file; returns how many there were. A vector
 * that fails is named. */
size_t test_vectors_each(const char *name, void (*check)(const json_t *vector));

struct test_bytes test_vector_bytes(const json_t *vector, const char *field);
const char *test_vector_text(const json_t *vector, const char *field);
uint64_t test_vector_number(const json_t *vector, const char *field);
bool test_vector_flag(const json_t *vector, const char *field);
/* A field as a secret of the key schedule. */
struct secret test_vector_secret(const json_t *vector, const char *field);

/* Bytes from hexadecimal digits; spaces are ignored. */
struct test_bytes test_hex(const char *digits);
/* A view, valid as long as @bytes. */
adtls_bytes_t test_view(const struct test_bytes *bytes);
/* Fail unless @actual is the field's bytes. */
void test_assert_field(const json_t *vector, const char *field,
		       const void *actual, size_t len);

#endif
