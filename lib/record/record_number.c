/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of record numbers, and how a short one becomes whole. */
#include "record/record_number.h"

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int record_number_compare(struct record_number a, struct record_number b)
{
	return a.epoch != b.epoch ? compare(a.epoch, b.epoch)
				  : compare(a.sequence, b.sequence);
}

uint64_t record_sequence_reconstruct(uint64_t low, unsigned bits,
				     uint64_t expected)
{
	uint64_t size = UINT64_C(1) << bits;
	uint64_t sequence = (expected & ~(size - 1)) | low;

	if (sequence >= size && sequence > expected + size / 2)
		return sequence - size;
	if (sequence + size / 2 < expected)
		return sequence + size;
	return sequence;
}
