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

static size_t seal(struct record_sealer *sealer, uint8_t *out, size_t room,
		   enum record_type type, const void *content, size_t len,
		   struct record_number *out_number)
{
	return record_seal(sealer, type, bytes_of(content, len), out, room,
			   out_number);
}

/* One more record; the last is sealed when the datagram is finished. */
static bool add(struct record_datagram *datagram, struct record_sealer *sealer,
		enum record_type type, const char *content)
{
	struct record_number number;

	wire_write_bytes(record_begin(datagram, sealer), content,
			 strlen(content));
	return record_end(datagram, type, &number);
}

static size_t shapes[2][2]; /* records compared: short number, with length */

static void check_record(const json_t *vector)
{
	struct secret secret = test_vector_secret(vector, "secret");
	struct test_bytes content = test_vector_bytes(vector, "content");
	struct test_bytes expected = test_vector_bytes(vector, "record");
	bool is_short = test_vector_flag(vector, "short_sequence");
	bool with_length = test_vector_flag(vector, "with_length");
	struct record_sealer sealer = { .next_sequence = 0 };
	struct record_datagram datagram;
	struct record_number number;
	uint8_t data[TEST_BYTES_MAX + 64];

	assert_true(record_keys_init(
		&sealer.keys, test_vector_number(vector, "epoch"),
		crypto_suite_find(
			(uint16_t)test_vector_number(vector, "suite")),
		"dtls13", &secret));
	test_assert_field(vector, "iv", sealer.keys.iv, CRYPTO_NONCE_LEN);
	sealer.next_sequence = test_vector_number(vector, "sequence");
	/* Those that we write: no padding, 8 bits where they are safe. The
	 * AEAD's limit is none of the vector's. */
	if (test_vector_number(vector, "padding") != 0 ||
	    is_short != (sealer.next_sequence < 128) ||
	    record_sealer_is_exhausted(&sealer)) {
		record_keys_clear(&sealer.keys);
		return;
	}
	record_datagram_init(&datagram, data, sizeof(data));
	wire_write_bytes(record_begin(&datagram, &sealer), content.data,
			 content.len);
	assert_true(record_end(
		&datagram,
		(enum record_type)test_vector_number(vector, "content_type"),
		&number));
	assert_int_equal(number.epoch, test_vector_number(vector, "epoch"));
	assert_int_equal(number.sequence,
			 test_vector_number(vector, "sequence"));
	if (with_length)
		assert_true(add(&datagram, &sealer, RECORD_ALERT, "next"));
	assert_in_range(record_datagram_finish(&datagram), expected.len,
			expected.len + (with_length ? 64 : 0));
	assert_memory_equal(data, expected.data, expected.len);
	shapes[is_short][with_length]++;
	record_keys_clear(&sealer.keys);
}

static void records_of_the_peer(void **state)
{
	(void)state;
	assert_true(test_vectors_each("record_protection", check_record) >= 84);
	for (int i = 0; i < 4; i++)
		assert_true(shapes[i / 2][i % 2] >= 2);
}

/* RFC 9147 §4, Figure 2. */
static void plaintext_record(void **state)
{
	struct test_bytes expected = test_hex("16 fefd 0000 000000000102 0003"
					      "616263");
	struct record_sealer sealer = plaintext_sealer();
	struct record_number number;
	uint8_t data[64];

	(void)state;
	sealer.next_sequence = 0x102;
	assert_int_equal(seal(&sealer, data, sizeof(data), RECORD_HANDSHAKE,
			      "abc", 3, &number),
			 expected.len);
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
	uint8_t data[2000];

	assert_true(fits + record_overhead(sealer) <= room || fits == 0);
	if (fits > 0)
		assert_int_equal(seal(sealer, data, room, RECORD_HANDSHAKE,
				      content, fits, &number),
				 room);
	assert_int_equal(seal(sealer, data, room, RECORD_HANDSHAKE, content,
			      fits + 1, &number),
			 0);
}

static void room_is_used_to_the_last_byte(void **state)
{
	struct record_sealer plaintext = plaintext_sealer();
	struct record_sealer protected = protected_sealer(2);

	(void)state;
	protected.next_sequence = 128;
	for (size_t room = 0; room < 300; room++) {
		check_room(&plaintext, room);
		check_room(&protected, room);
	}
	assert_int_equal(record_content_room(&plaintext, 13), 0);
	assert_int_equal(record_content_room(&plaintext, 14), 1);
	assert_int_equal(record_content_room(&protected, 20), 0);
	assert_int_equal(record_content_room(&protected, 21), 1);
	assert_int_equal(record_content_room(&plaintext, SIZE_MAX),
			 RECORD_PLAINTEXT_MAX);
	assert_int_equal(record_content_room(&protected, SIZE_MAX),
			 RECORD_PLAINTEXT_MAX);
	record_keys_clear(&protected.keys);
}

/* What record_room() promises behind other records is there, to the byte. */
static void room_behind_other_records(void **state)
{
	static const uint8_t content[300];
	struct record_sealer sealer = protected_sealer(3);
	struct record_number number;
	uint8_t data[300];

	(void)state;
	for (size_t room = 30; room < 300; room++) {
		struct record_datagram datagram;
		size_t fits;

		sealer.next_sequence = 127;
		record_datagram_init(&datagram, data, room);
		assert_true(add(&datagram, &sealer, RECORD_ACK, "first"));
		fits = record_room(&datagram, &sealer);
		wire_write_bytes(record_begin(&datagram, &sealer), content,
				 fits + 1);
		assert_false(record_end(&datagram, RECORD_ALERT, &number));
		assert_int_equal(sealer.next_sequence, 128);
		if (fits > 0) {
			wire_write_bytes(record_begin(&datagram, &sealer),
					 content, fits);
			assert_true(
				record_end(&datagram, RECORD_ALERT, &number));
		}
		/* header, content, type and tag of the first alone: 24 */
		assert_int_equal(record_datagram_finish(&datagram),
				 fits > 0 ? room : 24);
	}
	record_keys_clear(&sealer.keys);
}

/* Only the last record goes without a length. */
static void headers_of_a_datagram(void **state)
{
	struct record_sealer sealer = protected_sealer(3);
	struct record_datagram datagram;
	uint8_t data[200];

	(void)state;
	sealer.next_sequence = 127;
	record_datagram_init(&datagram, data, sizeof(data));
	assert_true(add(&datagram, &sealer, RECORD_ACK, "first"));
	assert_true(add(&datagram, &sealer, RECORD_ACK, "second"));
	assert_true(add(&datagram, &sealer, RECORD_ACK, "third"));
	assert_int_equal(record_datagram_finish(&datagram),
			 (4 + 22) + (5 + 23) + (3 + 22));
	assert_int_equal(data[0], 0x27);
	assert_memory_equal(data + 2, "\0\x16", 2);
	assert_int_equal(data[26], 0x2f);
	assert_memory_equal(data + 26 + 3, "\0\x17", 2);
	assert_int_equal(data[54], 0x2b);
	record_keys_clear(&sealer.keys);
}

/* 8 bits of a number for as long as they are unambiguous, whatever was lost. */
static void short_numbers_are_never_ambiguous(void **state)
{
	struct record_sealer sealer = protected_sealer(3);

	(void)state;
	for (uint64_t sequence = 0; sequence < 300; sequence++) {
		struct record_number number;
		uint8_t data[64];

		sealer.next_sequence = sequence;
		assert_int_not_equal(seal(&sealer, data, sizeof(data),
					  RECORD_ACK, "", 0, &number),
				     0);
		assert_int_equal(data[0] & 8, sequence < 128 ? 0 : 8);
		for (uint64_t next = 0; next <= sequence && (data[0] & 8) == 0;
		     next++)
			assert_int_equal(record_sequence_reconstruct(
						 sequence & 0xff, 8, next),
					 sequence);
	}
	record_keys_clear(&sealer.keys);
}

/* A record that does not fit leaves those before it as they were. */
static void failure_keeps_earlier_records(void **state)
{
	struct record_sealer sealer = protected_sealer(3);
	struct record_datagram datagram;
	uint8_t data[64], alone[64];
	struct record_number number;

	(void)state;
	assert_int_equal(seal(&sealer, alone, sizeof(alone), RECORD_ACK,
			      "first", 5, &number),
			 24);
	sealer.next_sequence = 0;
	record_datagram_init(&datagram, data, sizeof(data));
	assert_true(add(&datagram, &sealer, RECORD_ACK, "first"));
	assert_false(add(&datagram, &sealer, RECORD_ACK,
			 "twenty bytes of that."));
	record_begin(&datagram, &sealer);
	record_cancel(&datagram);
	assert_int_equal(sealer.next_sequence, 1);
	assert_int_equal(record_datagram_finish(&datagram), 24);
	assert_memory_equal(data, alone, 24);
	record_keys_clear(&sealer.keys);
}

static bool seals_one(struct record_sealer *sealer)
{
	struct record_number number;
	uint8_t data[64];

	return seal(sealer, data, sizeof(data), RECORD_ALERT, "\2\0", 2,
		    &number) > 0;
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

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		assert_int_not_equal(seal(&sealers[i], data, sizeof(data),
					  RECORD_HANDSHAKE, content,
					  RECORD_PLAINTEXT_MAX, &number),
				     0);
		assert_int_equal(seal(&sealers[i], data, sizeof(data),
				      RECORD_HANDSHAKE, content,
				      RECORD_PLAINTEXT_MAX + 1, &number),
				 0);
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
	uint8_t data[64];

	(void)state;
	short_tag.tag_len = 12;
	assert_true(record_keys_init(&sealer.keys, 2, &short_tag, "dtls13",
				     &secret));
	for (size_t len = 0; len < 8; len++) {
		size_t sealed = len + 1 + short_tag.tag_len;

		assert_int_equal(seal(&sealer, data, sizeof(data), RECORD_ACK,
				      "content", len, &number),
				 2 + (sealed < 16 ? 16 : sealed));
	}
	assert_int_equal(record_content_room(&sealer, 18), 0);
	assert_int_equal(record_content_room(&sealer, 19), 3);
	record_keys_clear(&sealer.keys);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_the_peer),
		cmocka_unit_test(plaintext_record),
		cmocka_unit_test(room_is_used_to_the_last_byte),
		cmocka_unit_test(room_behind_other_records),
		cmocka_unit_test(headers_of_a_datagram),
		cmocka_unit_test(short_numbers_are_never_ambiguous),
		cmocka_unit_test(failure_keeps_earlier_records),
		cmocka_unit_test(aead_limit),
		cmocka_unit_test(sequence_limit),
		cmocka_unit_test(content_limit),
		cmocka_unit_test(short_records_are_padded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
