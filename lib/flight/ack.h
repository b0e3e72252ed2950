/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ACKs: which records we owe an acknowledgment for, when it is due, and the
 * message itself (RFC 9147 §7). */
#ifndef ADTLS_FLIGHT_ACK_H
#define ADTLS_FLIGHT_ACK_H

#include "base/wire.h"
#include "record/record_number.h"

#define ACK_NUMBER_LEN 16	/* RecordNumber on the wire */
/* Record numbers kept for the current flight of the peer; a flight of 64 KiB
 * at MTU 256 has some 330, and the oldest are dropped first. */
#define ACK_NUMBERS_MAX 512
/* Numbers in an ACK that we are willing to read: what fits a record. */
#define ACK_READ_MAX 1024
/* Records of a paced flight that are acknowledged without waiting (protocol
 * §7). */
#define ACK_EVERY 10

/* Heap that a number in the list takes. */
#define ACK_LISTED_COST ((size_t)24)

struct ack_number;		/* one number, and whether it was sent */

struct ack_list {
	struct ack_number *numbers;	/* ascending */
	uint16_t count;
	uint16_t capacity;
	uint16_t unsent_count;	/* received since they were last acknowledged */
	uint64_t due_us;	/* ADTLS_NEVER: none owed */
};

void ack_list_init(struct ack_list *list);
void ack_list_clear(struct ack_list *list);
/* Forget all, as our next flight acknowledges the peer's implicitly. */
void ack_list_reset(struct ack_list *list);
/* Note a record whose handshake content was kept or known. Duplicates are
 * fine. The tenth since the last ACK makes one due at once (due_us is 0).
 * False: out of memory. */
bool ack_list_add(struct ack_list *list, struct record_number number);
/* An ACK is owed at the latest at @at_us (the earlier of two wins); none is
 * while nothing is listed, as it could never be written. */
void ack_list_schedule(struct ack_list *list, uint64_t at_us);
/* Is a record of an epoch before @epoch among those never acknowledged? */
bool ack_list_owes_before(const struct ack_list *list, uint64_t epoch);
bool ack_list_is_due(const struct ack_list *list, uint64_t now_us);
/* Write one ACK's content, in increasing order: numbers never sent before all
 * others, then the newest of those sent, as many as fit @writer's room, so that
 * a lost ACK is made up for by the next. Clears due_us once none is unsent; what
 * does not fit follows with the next call. False: nothing written (none, or no
 * room for one).
 *
 * deviation: protocol §7 lists all records of the flight in every ACK, which
 * takes more datagrams than a long flight itself. */
bool ack_list_write(struct ack_list *list, struct wire_writer *writer);

/* Read an ACK's content; calls @each for every number. False: malformed, and
 * @each has not been called at all. */
bool ack_read(adtls_bytes_t content,
	      void (*each)(void *context, struct record_number number),
	      void *context);

#endif
