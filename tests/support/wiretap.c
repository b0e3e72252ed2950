/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The wiretap: key log in, a rule held against every record. */
#include "tests/support/wiretap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/priority.h"
#include "flight/ack.h"
#include "keys/key_log.h"
#include "keys/key_schedule.h"
#include "messages/handshake_header.h"

static void init_ear(struct wiretap_ear *ear)
{
	*ear = (struct wiretap_ear){ 0 };
	ear->openers.openers[0] = &ear->slots[0];
	ear->openers.count = 1;
}

void wiretap_init(struct wiretap *tap)
{
	*tap = (struct wiretap){ 0 };
	for (size_t i = 0; i < 2; i++) {
		struct wiretap_sender *sender = &tap->senders[i];

		init_ear(&sender->at_sending);
		init_ear(&sender->at_arrival);
		sender->fragments = calloc(WIRETAP_FRAGMENTS_MAX,
					   sizeof(*sender->fragments));
		assert_non_null(sender->fragments);
	}
}

static void clear_ear(struct wiretap_ear *ear)
{
	for (size_t i = 0; i < ear->openers.count; i++)
		record_keys_clear(&ear->slots[i].keys);
}

void wiretap_clear(struct wiretap *tap)
{
	for (size_t i = 0; i < 2; i++) {
		struct wiretap_sender *sender = &tap->senders[i];

		clear_ear(&sender->at_sending);
		clear_ear(&sender->at_arrival);
		free(sender->fragments);
		for (size_t j = 0; j < WIRETAP_MESSAGES; j++)
			range_set_clear(&sender->acknowledged[j]);
	}
}

/* The suite that two default configurations negotiate. */
static const struct crypto_suite *default_suite(void)
{
	struct priority priority;

	assert_int_equal(priority_parse(NULL, &priority, NULL, 0), ADTLS_OK);
	return priority.suites[0];
}

static void add_keys(struct wiretap_ear *ear, uint64_t epoch,
		     const struct secret *secret)
{
	struct record_opener *opener = &ear->slots[ear->openers.count];

	assert_true(ear->openers.count <= WIRETAP_EPOCHS);
	assert_true(record_keys_init(&opener->keys, epoch, default_suite(),
				     KEY_LABEL_PREFIX_DTLS13, secret));
	ear->openers.openers[ear->openers.count++] = opener;
}

static const struct {
	const char *label;
	enum simulation_direction direction;
	uint64_t epoch;
} logged[] = {
	{ KEY_LOG_CLIENT_HANDSHAKE, TO_SERVER, 2 },
	{ KEY_LOG_SERVER_HANDSHAKE, TO_CLIENT, 2 },
	{ KEY_LOG_CLIENT_TRAFFIC, TO_SERVER, 3 },
	{ KEY_LOG_SERVER_TRAFFIC, TO_CLIENT, 3 },
};

void wiretap_key_log(void *context, const char *line)
{
	struct wiretap *tap = context;
	char label[64], random[65], digits[2 * CRYPTO_HASH_MAX + 1];
	struct secret secret = { .len = default_suite()->hash->len };

	assert_int_equal(sscanf(line, "%63s %64s %96s", label, random, digits),
			 3);
	for (size_t i = 0; i < secret.len; i++)
		assert_int_equal(sscanf(digits + 2 * i, "%2hhx",
					&secret.data[i]),
				 1);
	for (size_t i = 0; i < sizeof(logged) / sizeof(logged[0]); i++) {
		struct wiretap_sender *sender =
			&tap->senders[logged[i].direction];

		if (strcmp(logged[i].label, label) != 0)
			continue;
		add_keys(&sender->at_sending, logged[i].epoch, &secret);
		add_keys(&sender->at_arrival, logged[i].epoch, &secret);
	}
}

static void see_fragment(struct wiretap *tap, struct wiretap_sender *sender,
			 struct record_number number,
			 const struct handshake_fragment *fragment)
{
	const struct range_set *acknowledged;
	struct wiretap_fragment *seen;
	uint32_t end = fragment->offset + (uint32_t)fragment->data.len;

	assert_true(fragment->message_seq < WIRETAP_MESSAGES);
	assert_true(sender->fragment_count < WIRETAP_FRAGMENTS_MAX);
	acknowledged = &sender->acknowledged[fragment->message_seq];
	for (uint32_t at = fragment->offset; at < end; at++) {
		if (!range_set_contains(acknowledged, at, at + 1))
			continue;
		if (tap->violations++ == 0)
			snprintf(tap->violation, sizeof(tap->violation),
				 "byte %u of %s was acknowledged and sent again",
				 (unsigned)at,
				 handshake_type_name(fragment->type));
		break;
	}
	seen = &sender->fragments[sender->fragment_count++];
	*seen = (struct wiretap_fragment){ number, fragment->message_seq,
					   fragment->offset, end };
}

static void see_handshake(struct wiretap *tap, struct wiretap_sender *sender,
			  const struct record *record)
{
	struct handshake_fragment fragment;
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, record->content);
	while (wire_reader_more(&reader)) {
		assert_true(handshake_fragment_read(&reader, &fragment));
		see_fragment(tap, sender, record->number, &fragment);
	}
}

struct acknowledging {
	struct wiretap *tap;
	struct wiretap_sender *sender;
};

static void see_acknowledged(void *context, struct record_number number)
{
	struct acknowledging *acknowledging = context;
	struct wiretap_sender *sender = acknowledging->sender;

	acknowledging->tap->acknowledgments++;
	for (size_t i = 0; i < sender->fragment_count; i++) {
		const struct wiretap_fragment *fragment =
			&sender->fragments[i];

		if (record_number_compare(fragment->number, number) == 0)
			assert_true(range_set_add(
				&sender->acknowledged[fragment->message_seq],
				fragment->start, fragment->end));
	}
}

typedef void (*see_record)(struct wiretap *tap,
			   enum simulation_direction direction,
			   const struct record *record);

static void listen(struct wiretap *tap, struct wiretap_ear *ear,
		   enum simulation_direction direction, const uint8_t *datagram,
		   size_t len, see_record see)
{
	uint8_t *copy = malloc(len);
	size_t at = 0;

	assert_non_null(copy);
	memcpy(copy, datagram, len);
	while (at < len) {
		struct record record;
		size_t consumed;

		if (record_open(&ear->openers, copy + at, len - at, &consumed,
				&record) == RECORD_ACCEPT)
			see(tap, direction, &record);
		at += consumed;
	}
	free(copy);
}

static void see_sent(struct wiretap *tap, enum simulation_direction direction,
		     const struct record *record)
{
	if (record->type == RECORD_HANDSHAKE)
		see_handshake(tap, &tap->senders[direction], record);
}

static void see_arrived(struct wiretap *tap,
			enum simulation_direction direction,
			const struct record *record)
{
	enum simulation_direction back = direction == TO_SERVER ? TO_CLIENT :
								  TO_SERVER;
	struct acknowledging acknowledging = { tap, &tap->senders[back] };

	if (record->type == RECORD_ACK)
		assert_true(ack_read(record->content, see_acknowledged,
				     &acknowledging));
}

void wiretap_sent(struct wiretap *tap, enum simulation_direction direction,
		  const uint8_t *datagram, size_t len)
{
	listen(tap, &tap->senders[direction].at_sending, direction, datagram,
	       len, see_sent);
}

void wiretap_arrived(struct wiretap *tap, enum simulation_direction direction,
		     const uint8_t *datagram, size_t len)
{
	listen(tap, &tap->senders[direction].at_arrival, direction, datagram,
	       len, see_arrived);
}
