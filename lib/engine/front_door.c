/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The front door of a server. */
#include "engine/front_door.h"

#include "crypto/credentials.h"
#include "handshake/hello_offer.h"
#include "handshake/retry_request.h"
#include "record/record.h"

#include <string.h>

/* Hellos, CertificateRequest, CertificateVerify, Finished and record headers
 * of a server's first flight, certificates aside. */
#define FLIGHT_WITHOUT_CHAIN 500

size_t front_door_estimate(const struct adtls_config *config,
			   adtls_bytes_t server_name)
{
	bool is_known;
	adtls_credentials_t *credentials =
		server_name_credentials(config, server_name, &is_known);
	adtls_bytes_t chain[CREDENTIALS_CHAIN_MAX];
	size_t count =
		credentials_chain(credentials, ADTLS_CERTIFICATE_X509, chain);
	size_t estimate = FLIGHT_WITHOUT_CHAIN;

	for (size_t i = 0; i < count; i++)
		estimate += chain[i].len;
	adtls_credentials_unref(credentials);
	return estimate;
}

bool front_door_init(struct front_door *door, const struct adtls_config *config,
		     uint64_t now_us)
{
	*door = (struct front_door){ .config = config };
	return cookie_keys_init(&door->keys, &config->random, now_us) &&
	       hello_table_init(&door->hellos);
}

void front_door_clear(struct front_door *door)
{
	cookie_keys_clear(&door->keys);
	hello_table_clear(&door->hellos);
}

void front_door_answer_clear(struct front_door_answer *answer)
{
	buffer_clear(&answer->hello);
}

/* One plaintext record, number 0: we keep no count for strangers. */
static void write_plaintext(struct front_door_answer *answer,
			    enum record_type type, const void *content,
			    size_t len)
{
	struct record_sealer sealer = { 0 };
	struct record_number number;

	answer->reply_len = record_seal(&sealer, type, bytes_of(content, len),
					answer->reply, sizeof(answer->reply),
					&number);
}

static enum front_door_result send_reply(struct front_door *door,
					 struct front_door_answer *answer)
{
	if (answer->reply_len == 0 ||
	    answer->reply_len > FRONT_DOOR_AMPLIFICATION * answer->received) {
		answer->reply_len = 0;
		door->count.unanswered++;
		return FRONT_DOOR_NOTHING;
	}
	return FRONT_DOOR_REPLY;
}

static enum front_door_result reply_alert(struct front_door *door,
					  struct front_door_answer *answer,
					  adtls_alert_t alert)
{
	uint8_t content[2] = { 2, (uint8_t)alert };

	write_plaintext(answer, RECORD_ALERT, content, sizeof(content));
	return send_reply(door, answer);
}

/* A client that we cannot serve. */
static enum front_door_result refuse_hello(struct front_door *door,
					   struct front_door_answer *answer,
					   adtls_alert_t alert)
{
	enum front_door_result result = reply_alert(door, answer, alert);

	if (result == FRONT_DOOR_REPLY)
		door->count.hellos_refused++;
	return result;
}

static bool hash_hello(const struct crypto_hash *hash, adtls_bytes_t body,
		       uint8_t out[CRYPTO_HASH_MAX])
{
	struct transcript transcript;
	bool ok;

	transcript_init(&transcript);
	ok = transcript_choose(&transcript, hash) &&
	     transcript_add(&transcript, HANDSHAKE_CLIENT_HELLO, body) &&
	     transcript_hash(&transcript, out);
	transcript_clear(&transcript);
	return ok;
}

static bool make_cookie(const struct front_door *door, adtls_time_t now,
			const adtls_address_t *from,
			const struct hello_offer *offer, adtls_bytes_t body,
			uint8_t out[COOKIE_MAX], size_t *out_len)
{
	struct cookie cookie = { .made_us = now.monotonic_us,
				 .suite = offer->suite };

	if (!offer->has_share)
		cookie.group = offer->group;
	if (!hash_hello(offer->suite->hash, body, cookie.client_hello_hash) ||
	    !hello_offer_digest(offer, cookie.hello_digest))
		return false;
	*out_len = cookie_seal(&door->keys, &cookie,
			       bytes_of(from->data, from->len), out);
	return *out_len > 0;
}

static enum front_door_result reply_retry(struct front_door *door,
					  adtls_time_t now,
					  const adtls_address_t *from,
					  const struct hello_offer *offer,
					  struct front_door_answer *answer)
{
	uint8_t body[RETRY_REQUEST_MAX], cookie[COOKIE_MAX];
	uint8_t message[HANDSHAKE_HEADER_LEN + RETRY_REQUEST_MAX];
	struct handshake_fragment fragment = { .type = HANDSHAKE_SERVER_HELLO };
	struct wire_writer writer;
	size_t cookie_len;

	if (!make_cookie(door, now, from, offer, buffer_bytes(&answer->hello),
			 cookie, &cookie_len)) {
		door->count.unanswered++;
		return FRONT_DOOR_NOTHING;
	}
	wire_writer_init(&writer, body, sizeof(body));
	retry_request_write(&writer, offer->suite,
			    offer->has_share ? NULL : offer->group,
			    bytes_of(cookie, cookie_len));
	fragment.data = wire_written(&writer);
	fragment.message_len = (uint32_t)fragment.data.len;
	wire_writer_init(&writer, message, sizeof(message));
	handshake_fragment_write(&writer, &fragment);
	write_plaintext(answer, RECORD_HANDSHAKE, message,
			wire_written(&writer).len);
	if (send_reply(door, answer) != FRONT_DOOR_REPLY)
		return FRONT_DOOR_NOTHING;
	door->count.cookies_sent++;
	return FRONT_DOOR_REPLY;
}

/* ClientHello2: its cookie must be ours, fresh, of this address, and of the same
 * hello in all that may not change (RFC 8446 §4.1.2). */
static bool check_cookie(struct front_door *door, adtls_time_t now,
			 const adtls_address_t *from,
			 const struct hello_offer *offer,
			 struct front_door_answer *answer)
{
	struct hs_start *start = &answer->start;
	struct cookie cookie;
	uint8_t digest[32];

	if (!cookie_open(&door->keys, offer->cookie,
			 bytes_of(from->data, from->len), now.monotonic_us,
			 &cookie) ||
	    !hello_offer_digest(offer, digest) ||
	    !crypto_equal(digest, cookie.hello_digest, sizeof(digest)))
		return false;
	start->has_cookie = true;
	start->suite = cookie.suite;
	start->retry_group = cookie.group;
	memcpy(start->client_hello_hash, cookie.client_hello_hash,
	       sizeof(start->client_hello_hash));
	start->cookie = offer->cookie;
	return true;
}

static bool needs_retry(const struct front_door *door,
			const struct front_door_visitor *visitor,
			const struct hello_offer *offer,
			const struct front_door_answer *answer)
{
	return door->config->uses_cookie || visitor->needs_cookie ||
	       !offer->has_share ||
	       front_door_estimate(door->config, offer->server_name) >
		       ENGINE_AMPLIFICATION * answer->received;
}

static bool is_repeated(const struct front_door_visitor *visitor,
			const struct hello_offer *offer)
{
	return visitor->random != NULL &&
	       bytes_equal(offer->hello.random,
			   bytes_of(visitor->random, HELLO_RANDOM_LEN));
}

static enum front_door_result
judge_hello(struct front_door *door, adtls_time_t now,
	    const struct front_door_visitor *visitor,
	    struct front_door_answer *answer)
{
	const adtls_address_t *from = visitor->address;
	struct hello_offer offer;

	answer->start.client_hello = buffer_bytes(&answer->hello);
	if (!hello_offer_read(door->config, answer->start.client_hello,
			      &offer)) {
		/* Garbage gets no answer, a client that we cannot serve does. */
		if (offer.alert != ADTLS_ALERT_DECODE_ERROR)
			return refuse_hello(door, answer, offer.alert);
		door->count.malformed++;
		return FRONT_DOOR_NOTHING;
	}
	if (is_repeated(visitor, &offer))
		return FRONT_DOOR_REPEATED;
	if (offer.cookie.len == 0) {
		if (needs_retry(door, visitor, &offer, answer))
			return reply_retry(door, now, from, &offer, answer);
		return FRONT_DOOR_ACCEPT;
	}
	if (!check_cookie(door, now, from, &offer, answer)) {
		door->count.cookies_refused++;
		return reply_alert(door, answer,
				   ADTLS_ALERT_ILLEGAL_PARAMETER);
	}
	return FRONT_DOOR_ACCEPT;
}

/* The (first) ClientHello, whole or as the last fragment of one. @received is
 * what this fragment adds to the bytes of datagram. */
static bool take_hello(struct front_door *door, const adtls_address_t *from,
		       const struct handshake_fragment *fragment,
		       size_t received, struct front_door_answer *answer)
{
	answer->received = received;
	answer->start.message_seq = fragment->message_seq;
	/* 0, or 1 after HelloRetryRequest (RFC 9147 §5.2). */
	if (fragment->type != HANDSHAKE_CLIENT_HELLO ||
	    fragment->message_seq > 1)
		return false;
	if (fragment->data.len == fragment->message_len)
		return buffer_set(&answer->hello, fragment->data.data,
				  fragment->data.len);
	return hello_table_add(&door->hellos, from, fragment, received,
			       &answer->hello, &answer->received);
}

/* A record's fragments, up to the one that makes a ClientHello whole. */
static bool take_record(struct front_door *door, const adtls_address_t *from,
			const struct record *record, size_t received,
			struct front_door_answer *answer)
{
	struct handshake_fragment fragment;
	struct wire_reader reader;

	if (record->type != RECORD_HANDSHAKE)
		return false;
	wire_reader_init_bytes(&reader, record->content);
	while (wire_reader_more(&reader)) {
		if (!handshake_fragment_read(&reader, &fragment))
			return false;
		if (take_hello(door, from, &fragment, received, answer))
			return true;
		received = 0;
	}
	return false;
}

/* No hello came out of a datagram: what was it? @kept and @refused are what the
 * table of fragments had counted before. */
static void count_nothing(struct front_door *door, uint64_t kept,
			  uint64_t refused)
{
	if (door->hellos.kept != kept)
		door->count.kept_fragments++;
	else if (door->hellos.refused != refused)
		door->count.bad_fragments++;
	else
		door->count.no_hello++;
}

uint64_t front_door_dropped(const struct front_door *door)
{
	return door->count.no_hello + door->count.malformed +
	       door->count.unanswered + door->count.bad_fragments;
}

enum front_door_result
front_door_receive(struct front_door *door, adtls_time_t now,
		   const struct front_door_visitor *visitor, uint8_t *datagram,
		   size_t len, struct front_door_answer *out)
{
	struct record_opener opener = { 0 };
	struct record_openers openers = { .openers = { &opener },
					   .count = 1 };
	uint64_t kept = door->hellos.kept, refused = door->hellos.refused;
	struct record record;
	size_t consumed;

	*out = (struct front_door_answer){ 0 };
	if (!cookie_keys_rotate(&door->keys, &door->config->random,
				now.monotonic_us)) {
		door->count.unanswered++;
		return FRONT_DOOR_NOTHING;
	}
	for (; len > 0; datagram += consumed, len -= consumed) {
		if (record_open(&openers, datagram, len, &consumed, &record) ==
			    RECORD_ACCEPT &&
		    take_record(door, visitor->address, &record, consumed, out))
			return judge_hello(door, now, visitor, out);
	}
	count_nothing(door, kept, refused);
	return FRONT_DOOR_NOTHING;
}
