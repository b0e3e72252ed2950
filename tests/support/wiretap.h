/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A wiretap with the keys: opens every record that is sent and every record
 * that arrives, by the secrets of a key log, and holds a rule against them: no
 * byte of a handshake message is sent again once its sender has got an ACK of a
 * record that carried it. */
#ifndef TESTS_SUPPORT_WIRETAP_H
#define TESTS_SUPPORT_WIRETAP_H

#include "flight/range_set.h"
#include "record/record.h"
#include "tests/support/simulation.h"

#define WIRETAP_EPOCHS 2
#define WIRETAP_MESSAGES 16
#define WIRETAP_FRAGMENTS_MAX 8192

/* Opens what one side sends, at one place of the way. */
struct wiretap_ear {
	struct record_opener slots[WIRETAP_EPOCHS + 1];
	struct record_openers openers;
};

/* A piece of a message in a record. */
struct wiretap_fragment {
	struct record_number number;
	uint16_t message_seq;
	uint32_t start;
	uint32_t end;
};

/* What is known of one sender. */
struct wiretap_sender {
	struct wiretap_ear at_sending;
	struct wiretap_ear at_arrival;
	struct wiretap_fragment *fragments;
	size_t fragment_count;
	struct range_set acknowledged[WIRETAP_MESSAGES];
};

struct wiretap {
	struct wiretap_sender senders[2];	/* by simulation_direction */
	unsigned acknowledgments;		/* record numbers in ACKs seen */
	unsigned violations;
	char violation[128];			/* the first */
};

void wiretap_init(struct wiretap *tap);
void wiretap_clear(struct wiretap *tap);
/* For adtls_config_set_key_log() of the server; @context is the wiretap. */
void wiretap_key_log(void *context, const char *line);
/* A datagram leaves, or arrives. */
void wiretap_sent(struct wiretap *tap, enum simulation_direction direction,
		  const uint8_t *datagram, size_t len);
void wiretap_arrived(struct wiretap *tap, enum simulation_direction direction,
		     const uint8_t *datagram, size_t len);

#endif
