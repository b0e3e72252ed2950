/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes both engines from inside the encryption: a valid run in the simulator,
 * while records are opened with their sender's keys, edited and sealed again,
 * records of the input's own are sealed in between, and the attester hands out
 * edited Evidence.
 *
 *   input: scenario, edits of records, edits of Evidence, then what happens once
 *   both sides are connected: records sealed, and what applications do
 *
 * Whatever a peer that has the keys says, memory stays bounded, and only what a
 * genuine attester signed is granted. */
#include <string.h>

#include "attesters/attester.h"
#include "rats/cmw.h"
#include "rats/cose_sign1.h"
#include "tests/fuzz/edit.h"
#include "tests/fuzz/engine_rules.h"
#include "tests/fuzz/scenario.h"

#define SECOND SCENARIO_SECOND
#define DATAGRAM_MAX 8192
#define CONTENT_MAX 4096
#define EDITS_MAX 12
#define FORGED_MAX 24
#define RECORDS_MAX 64	/* of a datagram */

#define DELIVERS_OFTEN SCENARIO_OWN_40	/* forged records one by one */

/* What is done to a record beyond editing its content: bits of the kind. */
#define KIND_MESSAGE 0x80	/* the edit is of the message's body */
#define KIND_BEFORE 0x40	/* the bytes are a record before this one */

struct insider {
	struct edit edits[EDITS_MAX];
	size_t edit_count;
	unsigned records[2];	/* seen, by direction */
	struct edit evidence[EDITS_MAX];
	size_t evidence_count;
	adtls_attester_t *genuine;
	bool is_signed;		/* what was handed out is what was signed */
};

/* The attester */

static bool read_payload(adtls_bytes_t cmw, adtls_bytes_t *out)
{
	struct cmw_record record;
	struct cose_sign1 message;
	const char *problem;

	if (cmw_read(cmw, &record) != CMW_OK ||
	    !cose_sign1_read(record.value, &message, &problem))
		return false;
	*out = message.payload;
	return true;
}

static int make_edited_evidence(void *context,
				const adtls_evidence_request_t *request,
				adtls_evidence_t *out)
{
	struct insider *insider = context;
	adtls_evidence_t genuine = { 0 };
	uint8_t cmw[CONTENT_MAX];
	adtls_bytes_t before, after;
	size_t len;
	int error;

	FUZZ_REQUIRE(attester_make_evidence(insider->genuine, request,
					    &genuine) == ADTLS_OK);
	len = genuine.cmw.len;
	FUZZ_REQUIRE(len <= sizeof(cmw));
	memcpy(cmw, genuine.cmw.data, len);
	for (size_t i = 0; i < insider->evidence_count; i++)
		edit_apply(&insider->evidence[i], cmw, &len, sizeof(cmw));
	FUZZ_REQUIRE(read_payload(buffer_bytes(&genuine.cmw), &before));
	insider->is_signed = read_payload(bytes_of(cmw, len), &after) &&
			     bytes_equal(before, after);
	error = adtls_evidence_set(out, cmw, len);
	buffer_clear(&genuine.cmw);
	return error;
}

static const adtls_evidence_type_t eat_cwt = { .content_format = 263 };

static const adtls_attester_ops_t insider_ops = {
	.name = "insider",
	.key_binding = ADTLS_KEY_BINDING_ECHO,
	.binder_max = 64,
	.types = &eat_cwt,
	.type_count = 1,
	.make_evidence = make_edited_evidence,
};

/* Records in flight */

static adtls_engine_t *sender_of(const struct simulation *world,
				 enum simulation_direction direction)
{
	return direction == TO_SERVER ? world->client_engine :
					world->server_engine;
}

/* Those that it writes; longer ones than ours ever are nobody reads. */
static bool take_cid(const struct buffer *cid, struct record_cids *out)
{
	if (cid == NULL || cid->len == 0 || cid->len > RECORD_CID_LEN_MAX)
		return false;
	memcpy(out->values[0], cid->data, cid->len);
	out->len = cid->len;
	out->count = 1;
	return true;
}

/* Every record that the sender can have sealed can be opened with the keys it
 * sealed with. */
static bool open_record(adtls_engine_t *sender, uint8_t *data, size_t len,
			size_t *out_consumed, struct record *out)
{
	struct channel *channel = &sender->channel;
	struct record_opener slots[RECORD_OPENERS_MAX] = { 0 };
	struct record_openers openers = { .count = 0 };
	struct record_cids cids = { .is_optional = true };

	if (take_cid(channel_newest_sealer(channel)->cid, &cids))
		openers.cids = &cids;

	for (size_t i = 0; i < channel->sealer_count; i++) {
		/* Parked keys would wake in the copy, which nobody clears; epoch
		 * 0 has none. */
		FUZZ_REQUIRE(channel->sealers[i].keys.suite == NULL ||
			     record_keys_wake(&channel->sealers[i].keys));
		slots[i].keys = channel->sealers[i].keys;
		slots[i].window.next = channel->sealers[i].next_sequence;
		openers.openers[openers.count++] = &slots[i];
	}
	return record_open(&openers, data, len, out_consumed, out) ==
	       RECORD_ACCEPT;
}

static void seal(struct record_sealer *sealer, enum record_type type,
		 adtls_bytes_t content, struct record_datagram *out)
{
	struct record_number number;

	wire_write_bytes(record_begin(out, sealer), content.data, content.len);
	record_end(out, type, &number);
}

/* Edit the body of a message that is alone in its record, and its lengths. */
static void edit_message(const struct edit *edit, uint8_t *content, size_t *len)
{
	struct handshake_fragment fragment;
	struct wire_reader reader;
	struct wire_writer writer;
	uint8_t body[CONTENT_MAX];
	size_t body_len;

	wire_reader_init(&reader, content, *len);
	if (!handshake_fragment_read(&reader, &fragment) ||
	    !wire_reader_finished(&reader) ||
	    fragment.data.len != fragment.message_len)
		return;
	body_len = fragment.data.len;
	memcpy(body, fragment.data.data, body_len);
	edit_apply(edit, body, &body_len, sizeof(body) - HANDSHAKE_HEADER_LEN);
	fragment.data = bytes_of(body, body_len);
	fragment.message_len = (uint32_t)body_len;
	wire_writer_init(&writer, content, CONTENT_MAX);
	handshake_fragment_write(&writer, &fragment);
	*len = writer.len;
}

/* A record goes into the new datagram as the edits say. */
static void rewrite(struct insider *insider,
		    enum simulation_direction direction, adtls_engine_t *sender,
		    const struct record *record, struct record_sealer *sealer,
		    struct record_datagram *out)
{
	struct record_sealer *own =
		channel_sealer(&sender->channel, record->number.epoch);
	unsigned index = insider->records[direction]++;
	enum record_type type = record->type;
	uint8_t content[CONTENT_MAX];
	size_t len = record->content.len;

	FUZZ_REQUIRE(len <= sizeof(content));
	if (len > 0)
		memcpy(content, record->content.data, len);
	for (size_t i = 0; i < insider->edit_count; i++) {
		const struct edit *edit = &insider->edits[i];

		if (edit->target % 2 != direction || edit->target / 2 != index)
			continue;
		if ((edit->kind & KIND_BEFORE) != 0)
			seal(own, (enum record_type)(21 + edit->at % 7),
			     edit->bytes, out);
		else if ((edit->kind & KIND_MESSAGE) != 0)
			edit_message(edit, content, &len);
		else if (edit->kind % 64 == 63)
			type = (enum record_type)edit->value;
		else
			edit_apply(edit, content, &len, sizeof(content));
	}
	*sealer = *own;
	sealer->next_sequence = record->number.sequence;
	seal(sealer, type, bytes_of(content, len), out);
}

static enum simulation_fate filter(struct simulation *world,
				   enum simulation_direction direction,
				   unsigned index, uint8_t *datagram,
				   size_t *len)
{
	struct insider *insider = world->options.filter_context;
	adtls_engine_t *sender = sender_of(world, direction);
	struct record_sealer sealers[RECORDS_MAX];
	struct record_datagram out;
	uint8_t copy[DATAGRAM_MAX];
	size_t left = *len;
	size_t count = 0;

	(void)index;
	if (sender == NULL || *len > sizeof(copy) / 2)
		return DELIVER;
	memcpy(copy, datagram, *len);
	record_datagram_init(&out, datagram, DATAGRAM_MAX);
	for (uint8_t *at = copy; left > 0 && count < RECORDS_MAX;) {
		struct record record;
		size_t consumed;

		if (open_record(sender, at, left, &consumed, &record))
			rewrite(insider, direction, sender, &record,
				&sealers[count++], &out);
		at += consumed;
		left -= consumed;
	}
	*len = record_datagram_finish(&out);
	return DELIVER;
}

/* Records of the input's own */

#define FORGE_MESSAGE 0x80	/* the body of the sender's next message */
#define FORGE_CALL 0x40		/* no record: what its application may do */

/* The application of either side does something, or the client moves. */
static void call(struct simulation *world, adtls_engine_t *engine,
		 uint8_t choice)
{
	switch (choice % 8) {
	case 0:
		adtls_engine_send(engine, world->now, "data", 4);
		break;
	case 1:
	case 2:
		adtls_engine_update_keys(engine, world->now, choice % 8 == 1);
		break;
	case 3:
		adtls_engine_close(engine, world->now);
		break;
	case 4:
		adtls_engine_offer_connection_ids(engine, world->now, 2,
						  choice >= 128);
		break;
	case 5:
		adtls_engine_request_connection_ids(engine, world->now, 3);
		break;
	case 6:
		adtls_engine_use_new_connection_id(engine);
		break;
	default:
		world->client_address = choice >= 128 ? "sensor" : "elsewhere";
		break;
	}
	adtls_endpoint_touch(world->endpoint, engine);
}

static void forge(struct simulation *world, struct wire_reader *input)
{
	uint8_t choice = wire_read_u8(input);
	enum simulation_direction direction = choice % 2;
	adtls_engine_t *sender = sender_of(world, direction);
	uint8_t datagram[DATAGRAM_MAX], message[HANDSHAKE_HEADER_LEN + 256];
	struct handshake_fragment fragment = { 0 };
	enum record_type type = (enum record_type)wire_read_u8(input);
	struct record_number number;
	struct wire_writer writer;
	adtls_bytes_t content;
	size_t len;

	if (sender == NULL || sender->phase == ENGINE_CLOSED)
		return;
	if ((choice & FORGE_CALL) != 0) {
		call(world, sender, (uint8_t)type);
		return;
	}
	fragment.type = wire_read_u8(input);
	fragment.message_seq = (uint16_t)(sender->channel.next_send_seq +
					  wire_read_u8(input) / 64);
	content = fuzz_take(input, wire_read_u8(input));
	if ((choice & FORGE_MESSAGE) != 0) {
		type = RECORD_HANDSHAKE;
		fragment.data = content;
		fragment.message_len = (uint32_t)content.len;
		wire_writer_init(&writer, message, sizeof(message));
		handshake_fragment_write(&writer, &fragment);
		content = wire_written(&writer);
	}
	len = record_seal(&sender->channel.sealers[choice / 2 %
						   sender->channel.sealer_count],
			  type, content, datagram, sizeof(datagram), &number);
	simulation_inject(world, direction, datagram, len);
}

static void read_edits(struct wire_reader *input, struct edit *edits,
		       size_t *out_count)
{
	size_t count = wire_read_u8(input) % (EDITS_MAX + 1);

	for (*out_count = 0; *out_count < count; (*out_count)++)
		edits[*out_count] = edit_read(input);
}

/* The genuine attester stands behind one that edits. */
static void wrap_attester(struct insider *insider,
			  struct simulation_options *options)
{
	insider->genuine = options->attester;
	if (insider->genuine != NULL)
		FUZZ_REQUIRE(adtls_attester_new(&insider_ops, insider,
						&options->attester) ==
			     ADTLS_OK);
}

/* The first connection's ticket may have been edited. */
static void between(struct simulation *world)
{
	require_bounded(world->client_engine);
}

static void run(struct simulation *world, uint8_t bits,
		struct wire_reader *input)
{
	if (scenario_connect(world, between))
		require_agreement(world->client_engine, world->server_engine);
	for (size_t i = 0; i < FORGED_MAX && wire_reader_more(input); i++) {
		forge(world, input);
		if ((bits & DELIVERS_OFTEN) != 0)
			simulation_run(world,
				       world->now.monotonic_us + SECOND / 10);
	}
	simulation_run(world, world->now.monotonic_us + 2 * SECOND);
	require_bounded(world->client_engine);
	if (world->server_engine != NULL)
		require_bounded(world->server_engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct insider insider;
	struct simulation_options options;
	struct simulation world;
	struct wire_reader input;
	uint8_t bits;

	insider = (struct insider){ 0 };
	wire_reader_init(&input, data, size);
	options = scenario_read(&input, &bits);
	options.filter = filter;
	options.filter_context = &insider;
	read_edits(&input, insider.edits, &insider.edit_count);
	read_edits(&input, insider.evidence, &insider.evidence_count);
	wrap_attester(&insider, &options);
	simulation_init(&world, &options);
	run(&world, bits, &input);
	FUZZ_REQUIRE(!world.server.authorized ||
		     (insider.is_signed && (bits & SCENARIO_TAMPERED) == 0));
	simulation_clear(&world);
	adtls_attester_unref(options.attester);
	adtls_attester_unref(insider.genuine);
	adtls_policy_unref(options.policy);
	return 0;
}
