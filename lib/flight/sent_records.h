/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which fragment went out in which record: what an ACK's numbers mean. An
 * entry outlives the retransmission of its fragment, so that an ACK of any
 * earlier transmission counts (RFC 9147 §7.2). */
#ifndef ADTLS_FLIGHT_SENT_RECORDS_H
#define ADTLS_FLIGHT_SENT_RECORDS_H

#include "flight/range_set.h"
#include "record/record_number.h"

/* The newest entries kept: at 48 bytes each, 48 KiB for a large flight under
 * heavy loss. A forgotten entry costs a retransmission at worst. */
#define SENT_FRAGMENTS_MAX 1024

struct sent_fragment {
	struct record_number number;
	uint64_t sent_us;
	uint64_t order; /* of records sent; its fragments share it */
	struct range range;
	uint16_t message_seq;
	bool first_time;  /* none of these bytes had been sent before */
	bool outstanding; /* neither acknowledged nor taken for lost */
};

struct sent_records {
	struct sent_fragment *fragments; /* ascending order */
	uint64_t next_order;  /* of the record being made */
	uint16_t count;	      /* of fragments in sent records */
	uint16_t uncommitted; /* after them: of the record being made */
	uint16_t capacity;
};

void sent_records_clear(struct sent_records *records);
/* A fragment goes into the record being made. False: out of memory. */
bool sent_records_add(struct sent_records *records, uint16_t message_seq,
		      struct range range, bool first_time);
/* The record being made was sent. */
void sent_records_commit(struct sent_records *records,
			 struct record_number number, uint64_t now_us);
/* Records, not fragments, that are outstanding. */
size_t sent_records_outstanding(const struct sent_records *records);
/* Take out one fragment that went out in @number. False: there is none. */
bool sent_records_take(struct sent_records *records,
		       struct record_number number, struct sent_fragment *out);
/* Take for lost what is outstanding and was sent before the record of @order,
 * or @age_us ago or earlier. Returns how many fragments. */
size_t sent_records_lose(struct sent_records *records, uint64_t order,
			 uint64_t age_us, uint64_t now_us);
/* Forget the fragments that @is_settled. */
void sent_records_forget(
	struct sent_records *records,
	bool (*is_settled)(const void *context,
			   const struct sent_fragment *fragment),
	const void *context);

#endif
