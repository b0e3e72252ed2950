/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading records: those of the Python peer, and everything that is dropped
 * without effect. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "record/record.h"
#include "tests/support/test_vectors.h"

#define AES_128_GCM   0x1301
#define AES_128_CCM_8 0x1305

/* Both directions of an epoch under the same secret, and epoch 0. */
struct pair {
	struct record_sealer sealer;
	struct record_opener opener;
	struct record_opener plaintext;
	struct record_openers openers;
	uint8_t data[2048];
	size_t len;
};

static struct secret secret_of(uint8_t value)
{
	struct secret secret = { .len = 32 };

	memset(secret.data, value, secret.len);
	return secret;
}

static void init_keys(struct record_keys *keys, uint64_t epoch, uint16_t suite,
		      const struct secret *secret)
{
	assert_true(record_keys_init(keys, epoch, crypto_suite_find(suite),
				     "dtls13", secret));
}

static void pair_init_suite(struct pair *pair, uint64_t epoch, uint16_t suite)
{
	struct secret secret = secret_of(0x5a);

	memset(pair, 0, sizeof(*pair));
	init_keys(&pair->sealer.keys, epoch, suite, &secret);
	init_keys(&pair->opener.keys, epoch, suite, &secret);
	pair->openers.openers[0] = &pair->plaintext;
	pair->openers.openers[1] = &pair->opener;
	pair->openers.count = 2;
}

static void pair_init(struct pair *pair, uint64_t epoch)
{
	pair_init_suite(pair, epoch, AES_128_GCM);
}

static void pair_clear(struct pair *pair)
{
	record_keys_clear(&pair->sealer.keys);
	record_keys_clear(&pair->opener.keys);
}

/* A datagram of records, one for each string of @contents up to NULL. */
static void add_records(struct pair *pair, enum record_type type,
			const char *const *contents)
{
	struct record_datagram datagram;
	struct record_number number;

	record_datagram_init(&datagram, pair->data, sizeof(pair->data));
	for (; *contents != NULL; contents++) {
		wire_write_bytes(record_begin(&datagram, &pair->sealer),
				 *contents, strlen(*contents));
		assert_true(record_end(&datagram, type, &number));
	}
	pair->len = record_datagram_finish(&datagram);
	assert_int_not_equal(pair->len, 0);
}

static void add_record(struct pair *pair, enum record_type type,
		       const char *content)
{
	add_records(pair, type, (const char *const[]){ content, NULL });
}

static enum record_verdict open_at(struct pair *pair, size_t *at,
				   struct record *out)
{
	size_t consumed;
	enum record_verdict verdict =
		record_open(&pair->openers, pair->data + *at, pair->len - *at,
			    &consumed, out);

	assert_in_range(consumed, 1, pair->len - *at);
	*at += consumed;
	return verdict;
}

static enum record_verdict open_first(struct pair *pair)
{
	struct record record;
	size_t at = 0;

	return open_at(pair, &at, &record);
}

/* Open a datagram of given bytes; drops must consume something. */
static enum record_verdict open_hex(struct pair *pair, const char *digits)
{
	struct test_bytes bytes = test_hex(digits);

	assert_in_range(bytes.len, 1, sizeof(pair->data));
	memcpy(pair->data, bytes.data, bytes.len);
	pair->len = bytes.len;
	return open_first(pair);
}

static void assert_record(const struct record *record, enum record_type type,
			  uint64_t sequence, const char *content)
{
	assert_int_equal(record->type, type);
	assert_int_equal(record->number.sequence, sequence);
	assert_int_equal(record->content.len, strlen(content));
	assert_memory_equal(record->content.data, content, record->content.len);
}

static void check_record(const json_t *vector)
{
	struct secret secret = test_vector_secret(vector, "secret");
	struct test_bytes data = test_vector_bytes(vector, "record");
	struct record_opener opener = { .forgeries = 0 };
	struct record_openers openers = { .openers = { &opener }, .count = 1 };
	uint64_t sequence = test_vector_number(vector, "sequence");
	struct record record;
	size_t consumed;

	init_keys(&opener.keys, test_vector_number(vector, "epoch"),
		  (uint16_t)test_vector_number(vector, "suite"), &secret);
	opener.window.next = sequence;
	assert_int_equal(
		record_open(&openers, data.data, data.len, &consumed, &record),
		RECORD_ACCEPT);
	assert_int_equal(consumed, data.len);
	assert_true(record.is_encrypted);
	assert_int_equal(record.type,
			 test_vector_number(vector, "content_type"));
	assert_int_equal(record.number.epoch,
			 test_vector_number(vector, "epoch"));
	assert_int_equal(record.number.sequence, sequence);
	test_assert_field(vector, "content", record.content.data,
			  record.content.len);
	assert_false(replay_window_is_new(&opener.window, sequence));
	record_keys_clear(&opener.keys);
}

static void records_of_the_peer(void **state)
{
	(void)state;
	assert_true(test_vectors_each("record_protection", check_record) >= 84);
}

static void several_records_in_a_datagram(void **state)
{
	struct pair pair;
	struct record record;
	size_t at = 0;

	(void)state;
	pair_init(&pair, 2);
	add_records(&pair, RECORD_ACK,
		    (const char *const[]){ "one", "", "three", NULL });
	assert_int_equal(open_at(&pair, &at, &record), RECORD_ACCEPT);
	assert_record(&record, RECORD_ACK, 0, "one");
	assert_int_equal(open_at(&pair, &at, &record), RECORD_ACCEPT);
	assert_record(&record, RECORD_ACK, 1, "");
	assert_int_equal(open_at(&pair, &at, &record), RECORD_ACCEPT);
	assert_record(&record, RECORD_ACK, 2, "three");
	assert_int_equal(at, pair.len);
	pair_clear(&pair);
}

/* A forged record in the middle hides none behind it. */
static void a_forged_record_is_stepped_over(void **state)
{
	struct pair pair;
	struct record record;
	/* header with length, content, type, tag */
	const size_t first_len = 4 + 3 + 1 + 16;
	size_t at = 0;

	(void)state;
	pair_init(&pair, 2);
	add_records(&pair, RECORD_HANDSHAKE,
		    (const char *const[]){ "one", "two", NULL });
	pair.data[first_len - 1] ^= 1;
	assert_int_equal(open_at(&pair, &at, &record), RECORD_DROP_FORGED);
	assert_int_equal(at, first_len);
	assert_int_equal(pair.opener.forgeries, 1);
	assert_int_equal(pair.opener.window.next, 0);
	assert_int_equal(open_at(&pair, &at, &record), RECORD_ACCEPT);
	assert_record(&record, RECORD_HANDSHAKE, 1, "two");
	pair_clear(&pair);
}

static void every_changed_bit_is_noticed(void **state)
{
	struct pair pair;
	uint8_t original[64];
	size_t len;

	(void)state;
	pair_init(&pair, 2);
	add_record(&pair, RECORD_HANDSHAKE, "content");
	len = pair.len;
	memcpy(original, pair.data, len);
	for (size_t bit = 0; bit < 8 * len; bit++) {
		memcpy(pair.data, original, len);
		pair.len = len;
		pair.data[bit / 8] ^= (uint8_t)(1U << bit % 8);
		assert_int_not_equal(open_first(&pair), RECORD_ACCEPT);
		assert_int_equal(pair.opener.window.next, 0);
	}
	memcpy(pair.data, original, len);
	assert_int_equal(open_first(&pair), RECORD_ACCEPT);
	pair_clear(&pair);
}

static void every_truncation_is_dropped(void **state)
{
	struct pair pair;
	uint8_t original[64];
	size_t len = 4 + 7 + 1 + 16;

	(void)state;
	pair_init(&pair, 2);
	add_records(&pair, RECORD_HANDSHAKE,
		    (const char *const[]){ "content", "next", NULL });
	memcpy(original, pair.data, len);
	for (pair.len = 1; pair.len < len; pair.len++) {
		memcpy(pair.data, original, pair.len);
		assert_int_equal(open_first(&pair), RECORD_DROP_MALFORMED);
	}
	assert_int_equal(pair.opener.forgeries, 0);
	pair_clear(&pair);
}

/* One without a length is as long as its datagram, so that it looks forged. */
static void every_truncation_without_a_length(void **state)
{
	struct pair pair;
	uint8_t original[64];
	size_t len;

	(void)state;
	pair_init(&pair, 2);
	add_record(&pair, RECORD_HANDSHAKE, "content");
	len = pair.len;
	memcpy(original, pair.data, len);
	for (pair.len = 2; pair.len < len; pair.len++) {
		memcpy(pair.data, original, pair.len);
		assert_int_equal(open_first(&pair), RECORD_DROP_FORGED);
	}
	pair_clear(&pair);
}

static void replays_are_dropped(void **state)
{
	struct pair pair;
	uint8_t original[64];

	(void)state;
	pair_init(&pair, 3);
	add_record(&pair, RECORD_APPLICATION_DATA, "once");
	memcpy(original, pair.data, pair.len);
	assert_int_equal(open_first(&pair), RECORD_ACCEPT);
	for (int i = 0; i < 3; i++) {
		memcpy(pair.data, original, pair.len);
		assert_int_equal(open_first(&pair), RECORD_DROP_REPLAY);
	}
	assert_int_equal(pair.opener.forgeries, 0);
	pair_clear(&pair);
}

/* 70,000 records, of which one in a thousand arrives: the number is found
 * although 16 bits of it are sent. */
static void gaps_are_bridged(void **state)
{
	struct pair pair;
	struct record record;

	(void)state;
	pair_init(&pair, 3);
	for (uint64_t sequence = 0; sequence < 70000; sequence += 1000) {
		size_t at = 0;

		pair.sealer.next_sequence = sequence;
		pair.len = 0;
		add_record(&pair, RECORD_APPLICATION_DATA, "data");
		assert_int_equal(open_at(&pair, &at, &record), RECORD_ACCEPT);
		assert_record(&record, RECORD_APPLICATION_DATA, sequence,
			      "data");
	}
	pair_clear(&pair);
}

/* Epochs 3 and 7 look alike on the wire: the newest with keys is meant. */
static void epochs_by_their_low_bits(void **state)
{
	struct secret other = secret_of(0x77);
	struct record_opener newer = { .forgeries = 0 };
	struct pair pair;

	(void)state;
	pair_init(&pair, 3);
	add_record(&pair, RECORD_APPLICATION_DATA, "three");
	init_keys(&newer.keys, 4, AES_128_GCM, &other);
	pair.openers.openers[pair.openers.count++] = &newer;
	assert_int_equal(open_first(&pair), RECORD_ACCEPT);
	record_keys_clear(&newer.keys);

	init_keys(&newer.keys, 7, AES_128_GCM, &other);
	pair.len = 0;
	add_record(&pair, RECORD_APPLICATION_DATA, "three");
	assert_int_equal(open_first(&pair), RECORD_DROP_FORGED);
	assert_int_equal(newer.forgeries, 1);
	assert_int_equal(pair.opener.forgeries, 0);
	record_keys_clear(&newer.keys);
	pair_clear(&pair);
}

static void unknown_epochs_are_dropped(void **state)
{
	struct record_openers none = { .count = 0 };
	struct record record;
	struct pair pair;
	size_t consumed;

	(void)state;
	pair_init(&pair, 2);
	add_record(&pair, RECORD_HANDSHAKE, "content");
	pair.openers.count = 1;
	assert_int_equal(open_first(&pair), RECORD_DROP_UNKNOWN_EPOCH);
	assert_int_equal(
		record_open(&none, pair.data, pair.len, &consumed, &record),
		RECORD_DROP_UNKNOWN_EPOCH);
	assert_int_equal(consumed, pair.len);
	/* epoch 4 has the low bits of epoch 0, which has no keys */
	assert_int_equal(open_hex(&pair, "2c 0000 0010"
					 "00000000000000000000000000000000"),
			 RECORD_DROP_UNKNOWN_EPOCH);
	assert_int_equal(open_hex(&pair, "16 fefd 0000 000000000000 0001 aa"),
			 RECORD_ACCEPT);
	assert_int_equal(open_hex(&pair, "16 fefd 0001 000000000000 0001 aa"),
			 RECORD_DROP_UNKNOWN_EPOCH);
	pair.openers.count = 0;
	assert_int_equal(open_hex(&pair, "16 fefd 0000 000000000000 0001 aa"),
			 RECORD_DROP_UNKNOWN_EPOCH);
	pair_clear(&pair);
}

static void plaintext_records(void **state)
{
	struct pair pair;
	struct record record;
	struct test_bytes bytes =
		test_hex("16 feff 0000 000000000007 0003 616263"
			 "15 0000 0000 ffffffffffff 0002 0228"
			 "1a fefd 0000 000000000009 0002 0000");
	size_t at = 0;

	(void)state;
	pair_init(&pair, 2);
	memcpy(pair.data, bytes.data, bytes.len);
	pair.len = bytes.len;
	assert_int_equal(open_at(&pair, &at, &record), RECORD_ACCEPT);
	assert_record(&record, RECORD_HANDSHAKE, 7, "abc");
	assert_false(record.is_encrypted);
	assert_int_equal(record.number.epoch, 0);
	assert_int_equal(open_at(&pair, &at, &record), RECORD_ACCEPT);
	assert_record(&record, RECORD_ALERT, (UINT64_C(1) << 48) - 1, "\2(");
	assert_int_equal(open_at(&pair, &at, &record), RECORD_ACCEPT);
	assert_int_equal(record.type, RECORD_ACK);
	assert_int_equal(at, pair.len);
	/* Not authentic, so not a replay either. */
	at = 0;
	assert_int_equal(open_at(&pair, &at, &record), RECORD_ACCEPT);
	pair_clear(&pair);
}

static void malformed_records_are_dropped(void **state)
{
	static const char *const datagrams[] = {
		/* whole, but for a first byte that DTLS 1.3 has not */
		"00 fefd 0000 000000000000 0001 aa",
		"14 fefd 0000 000000000000 0001 01",
		"17 fefd 0000 000000000000 0001 aa",
		"17 fefd 0001 000000000000 0001 aa",
		"18 fefd 0000 000000000000 0001 aa",
		"19 fefd 0001 000000000000 0001 aa",
		"1f fefd 0000 000000000000 0001 aa",
		"40 0000 0010 00000000000000000000000000000000",
		"80 0000 0010 00000000000000000000000000000000",
		"ff",
		/* DTLSPlaintext: cut short, too long, empty */
		"16",
		"16 fefd",
		"16 fefd 0000 0000000000",
		"16 fefd 0000 000000000000 00",
		"16 fefd 0000 000000000000 0002 aa",
		"16 fefd 0000 000000000000 ffff aa",
		"16 fefd 0000 000000000000 0000",
		/* DTLSCiphertext: cut short, too long */
		"2e",
		"2e 00",
		"2e 0000 00",
		"2e 0000 0011 00000000000000000000000000000000",
		"26 00 0011 00000000000000000000000000000000",
		"26 00",
		"2a",
		"2a 00",
		"22",
	};
	struct pair pair;

	(void)state;
	pair_init(&pair, 2);
	for (size_t i = 0; i < sizeof(datagrams) / sizeof(datagrams[0]); i++) {
		print_message("# %s\n", datagrams[i]);
		assert_int_equal(open_hex(&pair, datagrams[i]),
				 RECORD_DROP_MALFORMED);
	}
	assert_int_equal(pair.opener.forgeries, 0);
	pair_clear(&pair);
}

static void an_empty_datagram_is_nothing(void **state)
{
	struct pair pair;
	struct record record;
	size_t consumed;

	(void)state;
	pair_init(&pair, 2);
	assert_int_equal(
		record_open(&pair.openers, pair.data, 0, &consumed, &record),
		RECORD_DROP_MALFORMED);
	assert_int_equal(consumed, 0);
	pair_clear(&pair);
}

/* Less than the sample of the mask: dropped alone, and no forgery, for no key
 * was tried (RFC 9147 §4.2.3). */
static void short_ciphertexts_are_dropped(void **state)
{
	struct pair pair;
	struct record record;
	size_t at = 0;
	struct test_bytes bytes =
		test_hex("2e 0000 000f 000000000000000000000000000000"
			 "2e 0000 0000"
			 "22 00 000000000000000000000000000000");

	(void)state;
	pair_init(&pair, 2);
	memcpy(pair.data, bytes.data, bytes.len);
	pair.len = bytes.len;
	assert_int_equal(open_at(&pair, &at, &record), RECORD_DROP_FORGED);
	assert_int_equal(open_at(&pair, &at, &record), RECORD_DROP_FORGED);
	assert_int_equal(open_at(&pair, &at, &record), RECORD_DROP_FORGED);
	assert_int_equal(at, pair.len);
	assert_int_equal(pair.opener.forgeries, 0);
	pair_clear(&pair);
}

/* Seal @inner as it is, as a peer with other habits or faults would. */
static void add_inner(struct pair *pair, const uint8_t *inner, size_t len)
{
	struct record_keys *keys = &pair->sealer.keys;
	uint8_t *record = pair->data;
	uint8_t nonce[CRYPTO_NONCE_LEN];

	memcpy(nonce, keys->iv, sizeof(nonce));
	record[0] = 0x2a;
	record[1] = 0;
	record[2] = 0;
	memcpy(record + 3, inner, len);
	assert_true(crypto_aead_seal(keys->aead, nonce, bytes_of(record, 3),
				     record + 3, len));
	crypto_mask_apply(keys->mask, record + 3, record + 1, 2);
	pair->len = 3 + len + keys->suite->tag_len;
}

static void check_inner(const char *digits, enum record_type type,
			const char *content)
{
	struct test_bytes inner = test_hex(digits);
	struct record record;
	struct pair pair;
	size_t at = 0;

	pair_init(&pair, 2);
	add_inner(&pair, inner.data, inner.len);
	assert_int_equal(open_at(&pair, &at, &record), RECORD_ACCEPT);
	assert_int_equal(record.type, type);
	if (content != NULL)
		assert_record(&record, type, 0, content);
	pair_clear(&pair);
}

static void inner_plaintexts(void **state)
{
	(void)state;
	check_inner("6162 17", RECORD_APPLICATION_DATA, "ab");
	check_inner("6162 17 000000000000", RECORD_APPLICATION_DATA, "ab");
	check_inner("16", RECORD_HANDSHAKE, "");
	check_inner("1600", RECORD_HANDSHAKE, "");
	/* no content type, or none of DTLS 1.3 */
	check_inner("00", RECORD_INVALID, "");
	check_inner("00000000000000000000", RECORD_INVALID, "");
	check_inner("", RECORD_INVALID, "");
	check_inner("01 14", RECORD_INVALID, NULL);
	check_inner("6162 18", RECORD_INVALID, NULL);
	check_inner("6162 ff 00", RECORD_INVALID, NULL);
}

/* Open a datagram of one record without length that seals @len zeroes and a
 * content type. */
static enum record_verdict open_large(size_t len)
{
	static uint8_t inner[RECORD_PLAINTEXT_MAX + 64];
	static uint8_t data[RECORD_PLAINTEXT_MAX + 128];
	struct secret secret = secret_of(1);
	struct record_opener opener = { .forgeries = 0 };
	struct record_openers openers = { .openers = { &opener }, .count = 1 };
	struct record record;
	enum record_verdict verdict;
	size_t consumed;

	init_keys(&opener.keys, 2, AES_128_GCM, &secret);
	memset(inner, 0, sizeof(inner));
	inner[len] = RECORD_APPLICATION_DATA;
	memcpy(data, "\x2a\0\0", 3);
	memcpy(data + 3, inner, len + 1);
	assert_true(crypto_aead_seal(opener.keys.aead, opener.keys.iv,
				     bytes_of(data, 3), data + 3, len + 1));
	crypto_mask_apply(opener.keys.mask, data + 3, data + 1, 2);
	verdict = record_open(&openers, data, 3 + len + 1 + 16, &consumed,
			      &record);
	assert_int_equal(consumed, 3 + len + 1 + 16);
	record_keys_clear(&opener.keys);
	return verdict;
}

static void size_limits(void **state)
{
	static uint8_t data[RECORD_PLAINTEXT_HEADER_LEN + 65535];
	struct record_opener opener = { .forgeries = 0 };
	struct record_openers openers = { .openers = { &opener }, .count = 1 };
	struct record record;
	size_t consumed;

	(void)state;
	assert_int_equal(open_large(RECORD_PLAINTEXT_MAX), RECORD_ACCEPT);
	assert_int_equal(open_large(RECORD_PLAINTEXT_MAX + 1),
			 RECORD_DROP_TOO_LARGE);
	memcpy(data, "\x16\xfe\xfd\0\0\0\0\0\0\0\0\x40\x00", 13);
	assert_int_equal(
		record_open(&openers, data, sizeof(data), &consumed, &record),
		RECORD_ACCEPT);
	assert_int_equal(consumed, 13 + 16384);
	data[12] = 1;
	assert_int_equal(
		record_open(&openers, data, sizeof(data), &consumed, &record),
		RECORD_DROP_TOO_LARGE);
	assert_int_equal(consumed, 13 + 16385);
}

/* The last number is read; none is behind it, whoever seals one (RFC 9147 §4).
 * 16 bits of it are sent, so that the nearest number decides. */
static void the_last_sequence_number(void **state)
{
	const uint64_t last = (UINT64_C(1) << 48) - 1;
	struct record_keys *keys;
	uint8_t nonce[CRYPTO_NONCE_LEN];
	struct record record;
	struct pair pair;
	size_t at = 0;

	(void)state;
	/* ChaCha20 has no limit of its own below it. */
	pair_init_suite(&pair, 3, 0x1303);
	keys = &pair.sealer.keys;
	pair.opener.window.next = last - 1;
	pair.sealer.next_sequence = last;
	add_record(&pair, RECORD_APPLICATION_DATA, "last");
	assert_true(record_sealer_is_exhausted(&pair.sealer));
	assert_int_equal(open_at(&pair, &at, &record), RECORD_ACCEPT);
	assert_record(&record, RECORD_APPLICATION_DATA, last, "last");
	assert_int_equal(pair.opener.window.next, last + 1);
	/* 2^48, which would be 0 in 16 bits. */
	memcpy(nonce, keys->iv, sizeof(nonce));
	nonce[CRYPTO_NONCE_LEN - 7] ^= 1;
	memcpy(pair.data, "\x2b\0\0\x17", 4);
	assert_true(record_keys_wake(keys));
	assert_true(crypto_aead_seal(keys->aead, nonce,
				     bytes_of(pair.data, 3), pair.data + 3, 1));
	crypto_mask_apply(keys->mask, pair.data + 3, pair.data + 1, 2);
	pair.len = 3 + 1 + 16;
	assert_int_equal(open_first(&pair), RECORD_DROP_FORGED);
	assert_int_equal(pair.opener.window.next, last + 1);
	pair_clear(&pair);
}

static void forgery_limit(void **state)
{
	struct pair pair;
	uint8_t original[64];

	(void)state;
	pair_init(&pair, 3);
	add_record(&pair, RECORD_APPLICATION_DATA, "genuine");
	memcpy(original, pair.data, pair.len);
	/* 2^36, RFC 9147 §4.5.3. */
	pair.opener.forgeries = (UINT64_C(1) << 36) - 1;
	pair.data[pair.len - 1] ^= 1;
	assert_int_equal(open_first(&pair), RECORD_DROP_FORGED);
	memcpy(pair.data, original, pair.len);
	assert_int_equal(open_first(&pair), RECORD_DROP_KEY_LIMIT);
	/* No configuration raises it. */
	pair.opener.forgery_limit = UINT64_C(1) << 37;
	memcpy(pair.data, original, pair.len);
	assert_int_equal(open_first(&pair), RECORD_DROP_KEY_LIMIT);
	pair.opener.forgeries--;
	memcpy(pair.data, original, pair.len);
	assert_int_equal(open_first(&pair), RECORD_ACCEPT);
	pair_clear(&pair);
}

/* What configuration sets for a tag of 64 bits (RFC 9147 §4.5.3). */
static void configured_forgery_limit(void **state)
{
	struct pair pair;
	uint8_t original[64];

	(void)state;
	pair_init_suite(&pair, 3, AES_128_CCM_8);
	pair.opener.forgery_limit = 3;
	add_record(&pair, RECORD_APPLICATION_DATA, "genuine");
	memcpy(original, pair.data, pair.len);
	for (int i = 0; i < 3; i++) {
		memcpy(pair.data, original, pair.len);
		pair.data[pair.len - 1] ^= 1;
		assert_int_equal(open_first(&pair), RECORD_DROP_FORGED);
	}
	memcpy(pair.data, original, pair.len);
	assert_int_equal(open_first(&pair), RECORD_DROP_KEY_LIMIT);
	pair_clear(&pair);
}

/* A tag of 64 bits needs padding before the mask has its sample (RFC 9147
 * §4.2.3). */
static void short_tags_are_padded(void **state)
{
	struct pair pair;
	struct record record;
	size_t at = 0;

	(void)state;
	pair_init_suite(&pair, 3, AES_128_CCM_8);
	add_records(&pair, RECORD_ACK,
		    (const char *const[]){ "", "eight...", NULL });
	assert_int_equal(pair.len, (4 + 16) + (2 + 17));
	assert_int_equal(open_at(&pair, &at, &record), RECORD_ACCEPT);
	assert_record(&record, RECORD_ACK, 0, "");
	assert_int_equal(open_at(&pair, &at, &record), RECORD_ACCEPT);
	assert_record(&record, RECORD_ACK, 1, "eight...");
	pair_clear(&pair);
}

/* Any bytes: never accepted, never beyond the datagram (under a sanitizer),
 * always some progress. */
static void noise(void **state)
{
	uint32_t random = 1;
	struct pair pair;

	(void)state;
	pair_init(&pair, 2);
	pair.openers.openers[0] = &pair.opener;
	pair.openers.count = 1;
	for (int round = 0; round < 20000; round++) {
		struct record record;
		size_t consumed;
		size_t len;
		uint8_t *data;

		random = random * 1664525 + 1013904223;
		len = 1 + (random >> 16) % 80;
		data = malloc(len);
		assert_non_null(data);
		for (size_t i = 0; i < len; i++) {
			random = random * 1664525 + 1013904223;
			data[i] = (uint8_t)(random >> 24);
		}
		if (round % 2 == 0)
			data[0] = (uint8_t)(0x20 | (data[0] & 0x1f));
		assert_int_not_equal(record_open(&pair.openers, data, len,
						 &consumed, &record),
				     RECORD_ACCEPT);
		assert_in_range(consumed, 1, len);
		free(data);
	}
	assert_true(pair.opener.forgeries > 100);
	assert_int_equal(pair.opener.window.next, 0);
	pair_clear(&pair);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_the_peer),
		cmocka_unit_test(several_records_in_a_datagram),
		cmocka_unit_test(a_forged_record_is_stepped_over),
		cmocka_unit_test(every_changed_bit_is_noticed),
		cmocka_unit_test(every_truncation_is_dropped),
		cmocka_unit_test(every_truncation_without_a_length),
		cmocka_unit_test(replays_are_dropped),
		cmocka_unit_test(gaps_are_bridged),
		cmocka_unit_test(epochs_by_their_low_bits),
		cmocka_unit_test(unknown_epochs_are_dropped),
		cmocka_unit_test(plaintext_records),
		cmocka_unit_test(malformed_records_are_dropped),
		cmocka_unit_test(an_empty_datagram_is_nothing),
		cmocka_unit_test(short_ciphertexts_are_dropped),
		cmocka_unit_test(inner_plaintexts),
		cmocka_unit_test(size_limits),
		cmocka_unit_test(the_last_sequence_number),
		cmocka_unit_test(forgery_limit),
		cmocka_unit_test(configured_forgery_limit),
		cmocka_unit_test(short_tags_are_padded),
		cmocka_unit_test(noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
