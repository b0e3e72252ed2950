/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fuzzes the codecs of handshake messages, extensions, ACKs and tickets.
 *
 *   input: which codec, then the body
 *
 * Views stay within the body, and what a codec reads and writes again is the
 * body. */
#include "flight/ack.h"
#include "handshake/ticket_state.h"
#include "messages/authentication.h"
#include "messages/connection_id.h"
#include "messages/evidence_type.h"
#include "messages/extension.h"
#include "messages/handshake_header.h"
#include "messages/hello.h"
#include "messages/hello_extensions.h"
#include "messages/key_update.h"
#include "messages/new_session_ticket.h"
#include "messages/pre_shared_key.h"
#include "messages/protocol_list.h"
#include "messages/return_routability.h"
#include "tests/fuzz/fuzz.h"

#include <adtls/ticket.h>

#define WRITE_MAX 65536

static uint8_t written[WRITE_MAX];

static struct wire_writer start_writing(void)
{
	struct wire_writer writer;

	wire_writer_init(&writer, written, sizeof(written));
	return writer;
}

/* Inputs that are longer than the room for writing are not compared. */
static void require_written(const struct wire_writer *writer,
			    adtls_bytes_t expected)
{
	FUZZ_REQUIRE(writer->failed ? expected.len > sizeof(written) / 2 :
				      bytes_equal(wire_written(writer),
						  expected));
}

static void fuzz_extensions(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	struct extension_list list;

	if (extension_list_read(body, &list) != EXTENSION_LIST_OK)
		return;
	for (size_t i = 0; i < list.count; i++) {
		const struct extension *item = &list.items[i];
		size_t mark = extension_begin(&writer, item->type);

		FUZZ_REQUIRE(fuzz_is_within(item->body, body));
		FUZZ_REQUIRE(extension_list_find(&list, item->type) == item);
		wire_write_bytes(&writer, item->body.data, item->body.len);
		extension_end(&writer, mark);
	}
	require_written(&writer, body);
}

static void fuzz_client_hello(adtls_bytes_t body)
{
	struct client_hello hello;

	if (!client_hello_read(body, &hello))
		return;
	FUZZ_REQUIRE(hello.random.len == HELLO_RANDOM_LEN);
	FUZZ_REQUIRE(fuzz_is_within(hello.random, body));
	FUZZ_REQUIRE(fuzz_is_within(hello.session_id, body));
	FUZZ_REQUIRE(fuzz_is_within(hello.legacy_cookie, body));
	FUZZ_REQUIRE(fuzz_is_within(hello.suites, body));
	FUZZ_REQUIRE(fuzz_is_within(hello.compression, body));
	hello_list_contains(hello.suites, 0x1301);
	fuzz_extensions(hello.extensions);
}

static void fuzz_server_hello(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	struct server_hello hello;
	size_t mark;

	if (!server_hello_read(body, &hello))
		return;
	FUZZ_REQUIRE(fuzz_is_within(hello.random, body));
	FUZZ_REQUIRE(fuzz_is_within(hello.session_id, body));
	FUZZ_REQUIRE(fuzz_is_within(hello.extensions, body));
	fuzz_extensions(hello.extensions);
	/* One of DTLS 1.2 may have none, nor room for them. */
	if (hello.legacy_version != HELLO_LEGACY_VERSION ||
	    hello.compression != 0 || hello.extensions.len == 0)
		return;
	server_hello_write_start(&writer,
				 hello.is_retry ? NULL : hello.random.data,
				 hello.session_id, hello.suite);
	mark = wire_write_begin(&writer, 2);
	wire_write_bytes(&writer, hello.extensions.data, hello.extensions.len);
	wire_write_end(&writer, 2, mark);
	require_written(&writer, body);
}

static void fuzz_certificate_request(adtls_bytes_t body)
{
	struct certificate_request request;

	if (!certificate_request_read(body, &request))
		return;
	FUZZ_REQUIRE(fuzz_is_within(request.context, body));
	fuzz_extensions(request.extensions);
}

static void fuzz_certificate(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	struct certificate_message message;

	if (certificate_message_read(body, &message) != CERTIFICATE_OK)
		return;
	FUZZ_REQUIRE(message.count <= CERTIFICATE_CHAIN_MAX);
	for (size_t i = 0; i < message.count; i++)
		FUZZ_REQUIRE(message.chain[i].len > 0 &&
			     fuzz_is_within(message.chain[i], body));
	if (message.has_entry_extensions)
		return;
	certificate_message_write(&writer, message.context, message.chain,
				  message.count);
	require_written(&writer, body);
}

static void fuzz_certificate_verify(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	struct certificate_verify verify;

	if (!certificate_verify_read(body, &verify))
		return;
	certificate_verify_write(&writer, verify.scheme, verify.signature);
	require_written(&writer, body);
}

static void fuzz_attestation(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	adtls_bytes_t cmw;

	if (!attestation_message_read(body, &cmw))
		return;
	FUZZ_REQUIRE(cmw.len > 0);
	attestation_message_write(&writer, cmw);
	require_written(&writer, body);
}

static void fuzz_evidence_types(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	struct evidence_type types[EVIDENCE_TYPES_MAX];
	size_t count;

	if (evidence_type_list_read(body, types, &count) != EVIDENCE_TYPE_OK)
		return;
	FUZZ_REQUIRE(count > 0 && count <= EVIDENCE_TYPES_MAX);
	evidence_type_list_write(&writer, types, count);
	require_written(&writer, body);
}

static void fuzz_evidence_type(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	struct evidence_type type;

	if (evidence_type_read(body, &type) != EVIDENCE_TYPE_OK)
		return;
	FUZZ_REQUIRE(evidence_type_equal(&type, &type));
	evidence_type_write(&writer, &type);
	require_written(&writer, body);
}

static void fuzz_key_share(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	struct key_share share;
	size_t count;

	key_share_list_find(body, 0x001d, &share, &count);
	if (!key_share_read(body, &share))
		return;
	key_share_write(&writer, share.group, share.exchange);
	require_written(&writer, body);
}

static void fuzz_small_bodies(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	adtls_bytes_t view;
	uint16_t number;

	for (unsigned prefix = 1; prefix <= 2; prefix++)
		FUZZ_REQUIRE(!number_list_read(body, prefix, &view) ||
			     (view.len % 2 == 0 && fuzz_is_within(view, body)));
	number_read(body, &number);
	FUZZ_REQUIRE(!server_name_read(body, &view) ||
		     fuzz_is_within(view, body));
	if (!cookie_read(body, &view))
		return;
	cookie_write(&writer, view);
	require_written(&writer, body);
}

static void fuzz_fragments(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	struct handshake_fragment fragment;
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, body);
	while (wire_reader_more(&reader)) {
		size_t before = reader.pos;

		if (!handshake_fragment_read(&reader, &fragment))
			return;
		FUZZ_REQUIRE(fuzz_is_within(fragment.data, body));
		FUZZ_REQUIRE(reader.pos - before ==
			     HANDSHAKE_HEADER_LEN + fragment.data.len);
		handshake_type_name(fragment.type);
		handshake_fragment_write(&writer, &fragment);
	}
	require_written(&writer, body);
}

static void fuzz_psks(adtls_bytes_t body)
{
	struct offered_psks psks;
	bool has_dhe_ke;

	psk_modes_read(body, &has_dhe_ke);
	if (offered_psks_read(body, &psks) != OFFERED_PSKS_OK)
		return;
	FUZZ_REQUIRE(psks.count > 0 && psks.count <= PSK_OFFERS_MAX);
	FUZZ_REQUIRE(psks.binders_len < body.len);
	for (size_t i = 0; i < psks.count; i++) {
		const struct offered_psk *psk = &psks.items[i];

		FUZZ_REQUIRE(psk->identity.len > 0 &&
			     fuzz_is_within(psk->identity, body));
		FUZZ_REQUIRE(psk->binder.len >= PSK_BINDER_MIN &&
			     fuzz_is_within(psk->binder, body));
	}
}

static void fuzz_new_session_ticket(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	struct new_session_ticket message;

	if (!new_session_ticket_read(body, &message))
		return;
	FUZZ_REQUIRE(message.ticket.len > 0 &&
		     fuzz_is_within(message.ticket, body));
	FUZZ_REQUIRE(fuzz_is_within(message.nonce, body));
	if (body.len > NEW_SESSION_TICKET_OVERHEAD + message.nonce.len +
			       message.ticket.len)
		return;
	new_session_ticket_write(&writer, &message);
	require_written(&writer, body);
}

/* Of a file that a client kept. What is imported is exported the same. */
static void fuzz_ticket_import(adtls_bytes_t body)
{
	adtls_ticket_t *ticket;
	size_t len;

	if (adtls_ticket_import(body, &ticket) != ADTLS_OK) {
		FUZZ_REQUIRE(ticket == NULL);
		return;
	}
	FUZZ_REQUIRE(adtls_ticket_export(ticket, written, sizeof(written),
					 &len) == ADTLS_OK);
	FUZZ_REQUIRE(bytes_equal(bytes_of(written, len), body));
	adtls_ticket_free(ticket);
}

/* What only our own seal lets through, for the day that a key is stolen. */
static void fuzz_ticket_state(adtls_bytes_t body)
{
	struct ticket_state state;

	if (!ticket_state_read(body, &state))
		return;
	FUZZ_REQUIRE(state.psk.len == state.suite->hash->len);
	FUZZ_REQUIRE(fuzz_is_within(state.server_name, body));
	FUZZ_REQUIRE(fuzz_is_within(state.peer_identity, body));
	FUZZ_REQUIRE(fuzz_is_within(state.layer, body));
}

static void fuzz_protocols(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	adtls_bytes_t names, name;

	if (!protocol_list_read(body, &names))
		return;
	FUZZ_REQUIRE(names.len > 0 && fuzz_is_within(names, body));
	protocol_list_write(&writer, names);
	require_written(&writer, body);
	for (adtls_bytes_t left = names; protocol_list_next(&left, &name);) {
		FUZZ_REQUIRE(name.len > 0 && fuzz_is_within(name, body));
		FUZZ_REQUIRE(protocol_list_contains(names, name));
	}
}

static void fuzz_new_connection_id(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	struct new_connection_id message;
	uint8_t usage;
	adtls_bytes_t cid;
	size_t mark;

	if (!new_connection_id_read(body, &message))
		return;
	usage = message.usage;
	mark = new_connection_id_begin(&writer);
	while (new_connection_id_next(&message, &cid)) {
		FUZZ_REQUIRE(fuzz_is_within(cid, body));
		connection_id_write(&writer, cid);
	}
	new_connection_id_end(&writer, mark, (enum connection_id_usage)usage);
	require_written(&writer, body);
}

/* Of one byte, or one vector. */
static void fuzz_small_messages(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	adtls_bytes_t cid;
	uint8_t value;

	if (connection_id_read(body, &cid)) {
		FUZZ_REQUIRE(fuzz_is_within(cid, body));
		connection_id_write(&writer, cid);
		require_written(&writer, body);
	}
	writer = start_writing();
	if (request_connection_id_read(body, &value)) {
		request_connection_id_write(&writer, value);
		require_written(&writer, body);
	}
	writer = start_writing();
	if (key_update_read(body, &value)) {
		key_update_write(&writer, (enum key_update_request)value);
		require_written(&writer, body);
	}
}

static void fuzz_path_message(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	struct path_message message;

	if (!path_message_read(body, &message) || message.type > PATH_DROP)
		return;
	path_message_write(&writer, &message);
	require_written(&writer, body);
}

struct read_numbers {
	struct ack_list list;
	size_t count;
};

static void add_number(void *context, struct record_number number)
{
	struct read_numbers *read = context;

	read->count++;
	ack_list_add(&read->list, number);
}

/* What was read can be acknowledged in turn, in order, and read again. */
static void fuzz_ack(adtls_bytes_t body)
{
	struct wire_writer writer = start_writing();
	struct read_numbers read = { .count = 0 }, again = { .count = 0 };

	ack_list_init(&read.list);
	ack_list_init(&again.list);
	if (ack_read(body, add_number, &read)) {
		FUZZ_REQUIRE(read.count <= ACK_READ_MAX);
		FUZZ_REQUIRE(read.list.count <= ACK_NUMBERS_MAX);
		if (ack_list_write(&read.list, &writer))
			FUZZ_REQUIRE(ack_read(wire_written(&writer),
					      add_number, &again) &&
				     again.count == read.list.count);
	} else {
		FUZZ_REQUIRE(read.count == 0);
	}
	ack_list_clear(&read.list);
	ack_list_clear(&again.list);
}

static void (*const codecs[])(adtls_bytes_t body) = {
	fuzz_client_hello,
	fuzz_server_hello,
	fuzz_extensions,
	fuzz_certificate_request,
	fuzz_certificate,
	fuzz_certificate_verify,
	fuzz_attestation,
	fuzz_evidence_types,
	fuzz_evidence_type,
	fuzz_key_share,
	fuzz_small_bodies,
	fuzz_fragments,
	fuzz_ack,
	fuzz_psks,
	fuzz_new_session_ticket,
	fuzz_ticket_import,
	fuzz_ticket_state,
	fuzz_protocols,
	fuzz_new_connection_id,
	fuzz_small_messages,
	fuzz_path_message,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_reader input;
	size_t codec;

	wire_reader_init(&input, data, size);
	codec = wire_read_u8(&input) % (sizeof(codecs) / sizeof(codecs[0]));
	codecs[codec](wire_read_rest(&input));
	return 0;
}
