/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The number of a record: epoch and sequence number (RFC 9147 §4). */
#ifndef ADTLS_RECORD_RECORD_NUMBER_H
#define ADTLS_RECORD_RECORD_NUMBER_H

#include <adtls/types.h>

#define RECORD_SEQUENCE_MAX ((UINT64_C(1) << 48) - 1)	/* RFC 9147 §4 */

struct record_number {
	uint64_t epoch;
	uint64_t sequence;
};

/* Negative, zero or positive as @a is older than, equal to or newer than @b. */
int record_number_compare(struct record_number a, struct record_number b);

/* The sequence number nearest to @expected whose low @bits (8 or 16) are @low
 * (RFC 9147 §4.2.2). */
uint64_t record_sequence_reconstruct(uint64_t low, unsigned bits,
				     uint64_t expected);

#endif
