/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing records: bytes as the Python peer writes them, and limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "record/record.h"
#include "tests/support/test_vectors.h"

static struct record_sealer plaintext_sealer(void)
{
	return (struct record_sealer){ .next_sequence = 0 };
}

static struct record_sealer
protected_sealer_of(uint64_t epoch, const struct crypto_suite *suite)
{
	struct record_sealer sealer = { .next_sequence = 0 };
	struct secret secret = { .len = suite->hash->len };

	memset(secret.data, 0x5a, secret.len);
	assert_true(record_keys_init(&sealer.keys, epoch, suite, "dtls13",
				     &secret));
	return sealer;
}

static struct record_sealer protected_sealer(uint64_t epoch)
{
	return protected_sealer_of(epoch, crypto_suite_find(0x1301));
}

/* One record into @datagram. */
static bool seal(struct record_sealer *sealer, struct wire_writer *datagram,
		 enum record_type type, const void *content, size_t len,
		 struct record_number *out_number)
{
	size_t mark = record_begin(sealer, datagram);

	wire_write_bytes(datagram, content, len);
	return record_end(sealer, datagram, mark, type, out_number);
}

static void check_record(const json_t *vector)
{
	struct secret secret = test_vector_secret(vector, "secret");
	struct test_bytes content = test_vector_bytes(vector, "content");
	struct record_sealer sealer = { .next_sequence = 0 };
	struct record_number number;
	struct wire_writer datagram;
	uint8_t data[TEST_BYTES_MAX];

	/* The one shape that we write. */
	if (test_vector_flag(vector, "short_sequence") ||
	    !test_vector_flag(vector, "with_length") ||
	    test_vector_number(vector, "padding") != 0)
		return;
	assert_true(record_keys_init(
		&sealer.keys, test_vector_number(vector, "epoch"),
		crypto_suite_find(
			(uint16_t)test_vector_number(vector, "suite")),
		"dtls13", &secret));
	test_assert_field(vector, "iv", sealer.keys.iv, CRYPTO_NONCE_LEN);
	sealer.next_sequence = test_vector_number(vector, "sequence");
	/* The AEAD's limit is none of this vector's. */
	if (record_sealer_is_exhausted(&sealer)) {
		record_keys_clear(&sealer.keys);
		return;
	}
	wire_writer_init(&datagram, data, sizeof(data));
	assert_true(seal(
		&sealer, &datagram,
		(enum record_type)test_vector_number(vector, "content_type"),
		content.data, content.len, &number));
	test_assert_field(vector, "record", data, datagram.len);
	assert_true(datagram.len >= content.len + record_overhead(&sealer));
	assert_true(datagram.len ==
			    content.len + record_overhead(&sealer) ||
		    sealer.keys.suite->tag_len < CRYPTO_MASK_SAMPLE_LEN);
	assert_int_equal(number.epoch, test_vector_number(vector, "epoch"));
	assert_int_equal(number.sequence,
			 test_vector_number(vector, "sequence"));
	record_keys_clear(&sealer.keys);
}

static void records_of_the_peer(void **state)
{
	(void)state;
	assert_true(test_vectors_each("record_protection", check_record) >= 84);
}

/* RFC 9147 §4, Figure 2. */
static void plaintext_record(void **state)
{
	struct test_bytes expected = test_hex("16 fefd 0000 000000000102 0003"
					      "616263");
	struct record_sealer sealer = plaintext_sealer();
	struct record_number number;
	struct wire_writer datagram;
	uint8_t data[64];

	(void)state;
	sealer.next_sequence = 0x102;
	wire_writer_init(&datagram, data, sizeof(data));
	assert_true(
		seal(&sealer, &datagram, RECORD_HANDSHAKE, "abc", 3, &number));
	assert_int_equal(datagram.len, expected.len);
	assert_memory_equal(data, expected.data, expected.len);
	assert_int_equal(number.epoch, 0);
	assert_int_equal(number.sequence, 0x102);
	assert_int_equal(sealer.next_sequence, 0x103);
}

static void check_room(struct record_sealer *sealer, size_t room)
{
	static const uint8_t content[2000];
	size_t fits = record_content_room(sealer, room);
	struct record_number number;
	struct wire_writer datagram;
	uint8_t data[2000];

	assert_true(fits + record_overhead(sealer) <= room || fits == 0);
	if (fits > 0) {
		wire_writer_init(&datagram, data, room);
		assert_true(seal(sealer, &datagram, RECORD_HANDSHAKE, content,
				 fits, &number));
		assert_int_equal(datagram.len, room);
	}
	wire_writer_init(&datagram, data, room);
	assert_false(seal(sealer, &datagram, RECORD_HANDSHAKE, content,
			  fits + 1, &number));
	assert_int_equal(datagram.len, 0);
	assert_false(datagram.failed);
}

static void room_is_used_to_the_last_byte(void **state)
{
	struct record_sealer plaintext = plaintext_sealer();
	struct record_sealer protected = protected_sealer(2);

	(void)state;
	for (size_t room = 0; room < 300; room++) {
		check_room(&plaintext, room);
		check_room(&protected, room);
	}
	assert_int_equal(record_content_room(&plaintext, 13), 0);
	assert_int_equal(record_content_room(&plaintext, 14), 1);
	assert_int_equal(record_content_room(&protected, 22), 0);
	assert_int_equal(record_content_room(&protected, 23), 1);
	assert_int_equal(record_content_room(&plaintext, SIZE_MAX),
			 RECORD_PLAINTEXT_MAX);
	assert_int_equal(record_content_room(&protected, SIZE_MAX),
			 RECORD_PLAINTEXT_MAX);
	record_keys_clear(&protected.keys);
}

/* A record that does not fit leaves those before it as they were. */
static void failure_keeps_earlier_records(void **state)
{
	struct record_sealer sealer = protected_sealer(3);
	struct record_number number;
	struct wire_writer datagram;
	uint8_t data[64];
	uint8_t before[64];
	size_t len;

	(void)state;
	wire_writer_init(&datagram, data, sizeof(data));
	assert_true(seal(&sealer, &datagram, RECORD_ACK, "first", 5, &number));
	len = datagram.len;
	memcpy(before, data, len);
	assert_false(seal(&sealer, &datagram, RECORD_ACK, before, 20, &number));
	assert_int_equal(datagram.len, len);
	assert_memory_equal(data, before, len);
	assert_int_equal(sealer.next_sequence, 1);
	assert_true(seal(&sealer, &datagram, RECORD_ACK, "second", 6, &number));
	assert_int_equal(number.sequence, 1);
	record_keys_clear(&sealer.keys);
}

static bool seals_one(struct record_sealer *sealer)
{
	struct record_number number;
	struct wire_writer datagram;
	uint8_t data[64];

	wire_writer_init(&datagram, data, sizeof(data));
	return seal(sealer, &datagram, RECORD_ALERT, "\2\0", 2, &number);
}

static void check_aead_limit(const struct crypto_suite *suite)
{
	struct record_sealer sealer = protected_sealer_of(3, suite);

	sealer.next_sequence = suite->seal_limit - 1;
	assert_false(record_sealer_is_exhausted(&sealer));
	assert_true(seals_one(&sealer));
	assert_true(record_sealer_is_exhausted(&sealer));
	assert_false(seals_one(&sealer));
	record_keys_clear(&sealer.keys);
}

static void aead_limit(void **state)
{
	size_t count;
	const struct crypto_suite *const *suites = crypto_suites(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		check_aead_limit(suites[i]);
}

static void sequence_limit(void **state)
{
	struct record_sealer sealer = plaintext_sealer();

	(void)state;
	sealer.next_sequence = (UINT64_C(1) << 48) - 1;
	assert_true(seals_one(&sealer));
	assert_true(record_sealer_is_exhausted(&sealer));
	assert_false(seals_one(&sealer));
}

static void content_limit(void **state)
{
	static uint8_t content[RECORD_PLAINTEXT_MAX + 1];
	static uint8_t data[2 * RECORD_PLAINTEXT_MAX];
	struct record_sealer sealers[] = { plaintext_sealer(),
					   protected_sealer(2) };
	struct record_number number;
	struct wire_writer datagram;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		wire_writer_init(&datagram, data, sizeof(data));
		assert_true(seal(&sealers[i], &datagram, RECORD_HANDSHAKE,
				 content, RECORD_PLAINTEXT_MAX, &number));
		wire_writer_init(&datagram, data, sizeof(data));
		assert_false(seal(&sealers[i], &datagram, RECORD_HANDSHAKE,
				  content, RECORD_PLAINTEXT_MAX + 1, &number));
	}
	record_keys_clear(&sealers[1].keys);
}

/* A suite whose tag is too short to be the mask's sample alone: content is
 * padded (RFC 9147 §4.2.3). The tag's length is all that matters here. */
static void short_records_are_padded(void **state)
{
	struct crypto_suite short_tag = *crypto_suite_find(0x1301);
	struct record_sealer sealer = { .next_sequence = 0 };
	struct secret secret = { .len = 32 };
	struct record_number number;
	struct wire_writer datagram;
	uint8_t data[64];

	(void)state;
	short_tag.tag_len = 12;
	assert_true(record_keys_init(&sealer.keys, 2, &short_tag, "dtls13",
				     &secret));
	for (size_t len = 0; len < 8; len++) {
		size_t sealed = len + 1 + short_tag.tag_len;

		wire_writer_init(&datagram, data, sizeof(data));
		assert_true(seal(&sealer, &datagram, RECORD_ACK, "content", len,
				 &number));
		assert_int_equal(datagram.len, 5 + (sealed < 16 ? 16 : sealed));
	}
	assert_int_equal(record_content_room(&sealer, 20), 0);
	assert_int_equal(record_content_room(&sealer, 21), 3);
	record_keys_clear(&sealer.keys);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_the_peer),
		cmocka_unit_test(plaintext_record),
		cmocka_unit_test(room_is_used_to_the_last_byte),
		cmocka_unit_test(failure_keeps_earlier_records),
		cmocka_unit_test(aead_limit),
		cmocka_unit_test(sequence_limit),
		cmocka_unit_test(content_limit),
		cmocka_unit_test(short_records_are_padded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
