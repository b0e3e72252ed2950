/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The order of record numbers. */
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
