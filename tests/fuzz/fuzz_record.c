/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes the opening of records with fixed keys.
 *
 *   input: suite and length of connection IDs, then steps; a step is a datagram
 *   from anybody, a record that the peer seals and somebody damages, or an
 *   earlier one again
 *
 * Only what the peer sealed is ever taken for encrypted, and only once. */
#include <string.h>

#include "record/record.h"
#include "tests/fuzz/fuzz.h"

#define EPOCHS 3
#define DATAGRAM_MAX 2048
#define SEALED_MAX 32
#define CIDS_FROM 128	/* first byte of inputs with connection IDs */

static const uint64_t epochs[EPOCHS] = { 0, 2, 3 };

/* What was sealed, to compare with what comes out. */
struct sealed {
	uint8_t datagram[DATAGRAM_MAX];
	size_t len;
	struct record_number number;
	enum record_type type;
	uint8_t content[DATAGRAM_MAX];
	size_t content_len;
	unsigned accepted;
};

struct peers {
	struct record_sealer sealers[EPOCHS];
	struct record_opener slots[EPOCHS];
	struct record_openers openers;
	struct record_cids cids;	/* which the peer may write */
	struct buffer cid;		/* that it does */
	struct sealed sealed[SEALED_MAX];
	size_t sealed_count;
};

/* Two, of which the peer writes the second. */
static void init_cids(struct peers *peers, size_t len)
{
	struct record_cids *cids = &peers->cids;

	cids->len = len;
	cids->count = 2;
	memset(cids->values[0], 0xc1, len);
	memset(cids->values[1], 0xc2, len);
	FUZZ_REQUIRE(buffer_set(&peers->cid, cids->values[1], len));
	peers->openers.cids = cids;
	for (size_t i = 1; i < EPOCHS; i++)
		peers->sealers[i].cid = &peers->cid;
}

static void init_peers(struct peers *peers, uint8_t suite_index)
{
	size_t suite_count;
	const struct crypto_suite *const *suites = crypto_suites(&suite_count);
	const struct crypto_suite *suite = suites[suite_index % suite_count];
	struct secret secret = { .len = suite->hash->len };

	*peers = (struct peers){ 0 };
	for (size_t i = 1; i < EPOCHS; i++) {
		memset(secret.data, (int)i, secret.len);
		FUZZ_REQUIRE(record_keys_init(&peers->sealers[i].keys,
					      epochs[i], suite, "dtls13",
					      &secret));
		FUZZ_REQUIRE(record_keys_init(&peers->slots[i].keys, epochs[i],
					      suite, "dtls13", &secret));
	}
	for (size_t i = 0; i < EPOCHS; i++)
		peers->openers.openers[i] = &peers->slots[i];
	peers->openers.count = EPOCHS;
	if (suite_index >= CIDS_FROM)
		init_cids(peers, 1 + suite_index % RECORD_CID_LEN_MAX);
}

static void clear_peers(struct peers *peers)
{
	for (size_t i = 1; i < EPOCHS; i++) {
		record_keys_clear(&peers->sealers[i].keys);
		record_keys_clear(&peers->slots[i].keys);
	}
	buffer_clear(&peers->cid);
}

static struct sealed *find_sealed(struct peers *peers,
				  struct record_number number)
{
	for (size_t i = 0; i < peers->sealed_count; i++) {
		if (record_number_compare(peers->sealed[i].number, number) == 0)
			return &peers->sealed[i];
	}
	return NULL;
}

/* An encrypted record that was accepted is one that the peer made. */
static void check_genuine(struct peers *peers, const struct record *record)
{
	struct sealed *sealed = find_sealed(peers, record->number);

	FUZZ_REQUIRE(sealed != NULL);
	FUZZ_REQUIRE(++sealed->accepted == 1);
	FUZZ_REQUIRE(sealed->type == record->type);
	FUZZ_REQUIRE(bytes_equal(bytes_of(sealed->content, sealed->content_len),
				 record->content));
}

static void open_datagram(struct peers *peers, uint8_t *datagram, size_t len)
{
	while (len > 0) {
		adtls_bytes_t whole = bytes_of(datagram, len);
		struct record record;
		size_t consumed = 0;
		enum record_verdict verdict =
			record_open(&peers->openers, datagram, len, &consumed,
				    &record);

		FUZZ_REQUIRE(consumed > 0 && consumed <= len);
		if (verdict == RECORD_ACCEPT) {
			FUZZ_REQUIRE(fuzz_is_within(record.content, whole));
			FUZZ_REQUIRE(record.content.len <=
				     RECORD_PLAINTEXT_MAX);
			FUZZ_REQUIRE(record.is_encrypted ==
				     (record.number.epoch != 0));
			if (record.is_encrypted)
				check_genuine(peers, &record);
		}
		datagram += consumed;
		len -= consumed;
	}
}

/* Opens a copy, as opening decrypts in place. */
static void open_copy(struct peers *peers, adtls_bytes_t datagram)
{
	uint8_t *copy = malloc(datagram.len + 1);

	FUZZ_REQUIRE(copy != NULL);
	if (datagram.len > 0)
		memcpy(copy, datagram.data, datagram.len);
	open_datagram(peers, copy, datagram.len);
	free(copy);
}

static enum record_type type_of(uint8_t choice)
{
	static const enum record_type types[] = {
		RECORD_ALERT, RECORD_HANDSHAKE, RECORD_APPLICATION_DATA,
		RECORD_ACK, RECORD_RETURN_ROUTABILITY_CHECK
	};

	return types[choice % 5];
}

/* The peer seals a record; numbers may jump ahead. */
static struct sealed *seal(struct peers *peers, struct wire_reader *input)
{
	struct sealed *sealed = &peers->sealed[peers->sealed_count];
	struct record_sealer *sealer =
		&peers->sealers[wire_read_u8(input) % EPOCHS];
	adtls_bytes_t content;

	if (peers->sealed_count == SEALED_MAX)
		return NULL;
	sealed->type = type_of(wire_read_u8(input));
	sealer->next_sequence += wire_read_u16(input);
	content = fuzz_take(input, wire_read_u8(input));
	sealed->len = record_seal(sealer, sealed->type, content,
				  sealed->datagram, sizeof(sealed->datagram),
				  &sealed->number);
	if (sealed->len == 0)
		return NULL;
	if (content.len > 0)
		memcpy(sealed->content, content.data, content.len);
	sealed->content_len = content.len;
	peers->sealed_count++;
	return sealed;
}

static void seal_and_damage(struct peers *peers, struct wire_reader *input)
{
	struct sealed *sealed = seal(peers, input);
	size_t at = wire_read_u8(input);
	uint8_t change = wire_read_u8(input);

	if (sealed == NULL)
		return;
	sealed->datagram[at % sealed->len] ^= change;
	open_copy(peers, bytes_of(sealed->datagram, sealed->len));
}

static void repeat(struct peers *peers, struct wire_reader *input)
{
	size_t index = wire_read_u8(input);
	const struct sealed *sealed;

	if (peers->sealed_count == 0)
		return;
	sealed = &peers->sealed[index % peers->sealed_count];
	open_copy(peers, bytes_of(sealed->datagram, sealed->len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct peers peers;
	struct wire_reader input;

	wire_reader_init(&input, data, size);
	init_peers(&peers, wire_read_u8(&input));
	while (wire_reader_more(&input)) {
		switch (wire_read_u8(&input) % 3) {
		case 0:
			open_copy(&peers,
				  fuzz_take(&input, wire_read_u16(&input)));
			break;
		case 1:
			seal_and_damage(&peers, &input);
			break;
		default:
			repeat(&peers, &input);
			break;
		}
	}
	clear_peers(&peers);
	return 0;
}
