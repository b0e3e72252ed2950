/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CertificateRequest, Certificate, CertificateVerify (RFC 8446 §4.3.2, §4.4)
 * and Attestation (protocol §4). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "messages/authentication.h"
#include "tests/support/test_vectors.h"

/* Two certificates of three bytes and one, without extensions. */
static const char chain[] = "00 00000e 000003 c1c2c3 0000 000001 d1 0000";

/* One reader of a body; true if it takes it. */
typedef bool (*reads_func)(adtls_bytes_t body);

static bool reads_request(adtls_bytes_t body)
{
	struct certificate_request request;

	return certificate_request_read(body, &request);
}

static bool reads_certificate(adtls_bytes_t body)
{
	struct certificate_message message;

	return certificate_message_read(body, &message) == CERTIFICATE_OK;
}

static bool reads_verify(adtls_bytes_t body)
{
	struct certificate_verify verify;

	return certificate_verify_read(body, &verify);
}

static bool reads_attestation(adtls_bytes_t body)
{
	adtls_bytes_t cmw;

	return attestation_message_read(body, &cmw);
}

/* The whole is taken, each beginning of it and one byte more are not. */
static void assert_only_whole(reads_func reads, adtls_bytes_t bytes)
{
	for (size_t len = 0; len <= bytes.len + 1; len++) {
		uint8_t *copy = calloc(1, len > 0 ? len : 1);

		assert_non_null(copy);
		memcpy(copy, bytes.data, len < bytes.len ? len : bytes.len);
		if (reads(bytes_of(copy, len)) != (len == bytes.len))
			fail_msg("%zu of %zu bytes", len, bytes.len);
		free(copy);
	}
}

static void assert_only_whole_hex(reads_func reads, const char *digits)
{
	struct test_bytes bytes = test_hex(digits);

	assert_only_whole(reads, test_view(&bytes));
}

static void every_truncation_is_refused(void **state)
{
	(void)state;
	assert_only_whole_hex(reads_request, "02 abcd 0008 000d 0004 00020403");
	assert_only_whole_hex(reads_certificate, chain);
	assert_only_whole_hex(reads_verify, "0403 0004 01020304");
	assert_only_whole_hex(reads_attestation, "000004 01020304");
}

static void request_of_the_rfc(void **state)
{
	struct test_bytes body = test_hex("02 abcd 0008 000d 0004 00020403");
	struct certificate_request request;

	(void)state;
	assert_true(certificate_request_read(test_view(&body), &request));
	assert_int_equal(request.context.len, 2);
	assert_ptr_equal(request.context.data, body.data + 1);
	assert_int_equal(request.extensions.len, 8);
	assert_ptr_equal(request.extensions.data, body.data + 5);
	/* Extension extensions<2..2^16-1> */
	body = test_hex("00 0000");
	assert_false(certificate_request_read(test_view(&body), &request));
}

static void certificates_come_in_order(void **state)
{
	struct test_bytes body = test_hex(chain);
	struct certificate_message message;
	struct wire_writer writer;
	uint8_t written[64];

	(void)state;
	assert_int_equal(certificate_message_read(test_view(&body), &message),
			 CERTIFICATE_OK);
	assert_int_equal(message.context.len, 0);
	assert_int_equal(message.count, 2);
	assert_int_equal(message.chain[0].len, 3);
	assert_int_equal(message.chain[0].data[2], 0xc3);
	assert_int_equal(message.chain[1].len, 1);
	assert_int_equal(message.chain[1].data[0], 0xd1);
	assert_false(message.has_entry_extensions);
	wire_writer_init(&writer, written, sizeof(written));
	certificate_message_write(&writer, message.context, message.chain,
				  message.count);
	assert_false(writer.failed);
	assert_true(bytes_equal(wire_written(&writer), test_view(&body)));
	wire_writer_init(&writer, written, body.len - 1);
	certificate_message_write(&writer, message.context, message.chain,
				  message.count);
	assert_true(writer.failed);
}

static enum certificate_result read_hex(const char *digits,
					struct certificate_message *out)
{
	static struct test_bytes body; /* outlives the views */

	body = test_hex(digits);
	return certificate_message_read(test_view(&body), out);
}

static void no_certificate_is_a_certificate_message(void **state)
{
	struct certificate_message message;

	(void)state;
	assert_int_equal(read_hex("02 abcd 000000", &message), CERTIFICATE_OK);
	assert_int_equal(message.count, 0);
	assert_int_equal(message.context.len, 2);
	/* But there is none without a byte in it. */
	assert_int_equal(read_hex("00 000005 000000 0000", &message),
			 CERTIFICATE_MALFORMED);
}

static void entry_extensions_are_noticed(void **state)
{
	struct certificate_message message;

	(void)state;
	assert_int_equal(read_hex("00 000011 000001 c1 0005 0005 0001 01"
				  "000001 d1 0000",
				  &message),
			 CERTIFICATE_OK);
	assert_int_equal(message.count, 2);
	assert_true(message.has_entry_extensions);
	assert_int_equal(message.chain[1].data[0], 0xd1);
}

static void chains_have_a_bound(void **state)
{
	const adtls_bytes_t one = bytes_of("certificate", 11);
	adtls_bytes_t certificates[CERTIFICATE_CHAIN_MAX + 1];
	struct certificate_message message;
	struct wire_writer writer;
	uint8_t body[256];

	(void)state;
	for (size_t i = 0; i <= CERTIFICATE_CHAIN_MAX; i++)
		certificates[i] = one;
	wire_writer_init(&writer, body, sizeof(body));
	certificate_message_write(&writer, bytes_of(NULL, 0), certificates,
				  CERTIFICATE_CHAIN_MAX);
	assert_int_equal(
		certificate_message_read(wire_written(&writer), &message),
		CERTIFICATE_OK);
	assert_int_equal(message.count, CERTIFICATE_CHAIN_MAX);
	wire_writer_init(&writer, body, sizeof(body));
	certificate_message_write(&writer, bytes_of(NULL, 0), certificates,
				  CERTIFICATE_CHAIN_MAX + 1);
	assert_int_equal(
		certificate_message_read(wire_written(&writer), &message),
		CERTIFICATE_TOO_LONG);
	assert_int_equal(message.count, CERTIFICATE_CHAIN_MAX);
}

static void verify_names_its_scheme(void **state)
{
	struct test_bytes body = test_hex("0804 0003 0a0b0c");
	struct certificate_verify verify;
	struct wire_writer writer;
	uint8_t written[16];

	(void)state;
	assert_true(certificate_verify_read(test_view(&body), &verify));
	assert_int_equal(verify.scheme, 0x0804);
	assert_int_equal(verify.signature.len, 3);
	wire_writer_init(&writer, written, sizeof(written));
	certificate_verify_write(&writer, verify.scheme, verify.signature);
	assert_true(bytes_equal(wire_written(&writer), test_view(&body)));
}

/* The messages that the Python peer makes of its Evidence. */
static void check_attestation(const json_t *vector)
{
	struct test_bytes message =
		test_vector_bytes(vector, "attestation_message");
	adtls_bytes_t body = bytes_of(message.data + 4, message.len - 4);
	uint8_t written[TEST_BYTES_MAX];
	struct wire_writer writer;
	adtls_bytes_t cmw;

	assert_int_equal(message.data[0], 224);
	assert_true(attestation_message_read(body, &cmw));
	test_assert_field(vector, "cmw", cmw.data, cmw.len);
	wire_writer_init(&writer, written, sizeof(written));
	attestation_message_write(&writer, cmw);
	assert_true(bytes_equal(wire_written(&writer), body));
	assert_int_equal(body.len, ATTESTATION_PREFIX_LEN + cmw.len);
	assert_only_whole(reads_attestation, body);
}

static void attestation_of_the_peer(void **state)
{
	struct test_bytes empty = test_hex("000000");

	(void)state;
	assert_true(test_vectors_each("evidence", check_attestation) >= 1);
	/* opaque cmw_payload<1..2^24-1> */
	assert_false(reads_attestation(test_view(&empty)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(request_of_the_rfc),
		cmocka_unit_test(certificates_come_in_order),
		cmocka_unit_test(no_certificate_is_a_certificate_message),
		cmocka_unit_test(entry_extensions_are_noticed),
		cmocka_unit_test(chains_have_a_bound),
		cmocka_unit_test(verify_names_its_scheme),
		cmocka_unit_test(attestation_of_the_peer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
