/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A reading on its way: one datagram, one object of JSON,
 *
 *	{"seq":7,"name":"temperature","value":21.5}
 *
 * and its answer: {"seq":7}. */
#ifndef ADTLS_COLLECTOR_READING_H
#define ADTLS_COLLECTOR_READING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A name with NUL, and a datagram of either kind. */
#define READING_NAME_MAX 64
#define READING_MAX	 256

struct reading {
	uint64_t seq;
	char name[READING_NAME_MAX];
	double value;
};

/* False: it is no reading: not such an object, or a name that is too long or not
 * printable ASCII. */
bool reading_parse(const void *text, size_t len, struct reading *out);
/* Returns: the length, or 0 when the value has no form in JSON. */
size_t reading_write(const struct reading *reading, char out[READING_MAX]);

bool reading_answer_parse(const void *text, size_t len, uint64_t *out_seq);
size_t reading_answer_write(uint64_t seq, char out[READING_MAX]);

#endif
