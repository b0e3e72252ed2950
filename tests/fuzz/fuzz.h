/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the fuzz targets share: libFuzzer's entry point and how a rule is held.
 *
 * A target reads its input with the wire reader, which yields zeroes once the
 * input is used up: every input means something. It has no state between two
 * inputs and takes neither time nor randomness from outside, so that an input
 * does the same in every run. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/wire.h"

/* Runs one input; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A rule that no input may break. */
#define FUZZ_REQUIRE(condition)                                       \
	do {                                                          \
		if (!(condition)) {                                   \
			fprintf(stderr, "%s:%d: %s does not hold\n",  \
				__FILE__, __LINE__, #condition);      \
			abort();                                      \
		}                                                     \
	} while (0)

/* The next bytes of the input, at most @len. */
static inline adtls_bytes_t fuzz_take(struct wire_reader *input, size_t len)
{
	size_t left = wire_reader_left(input);

	return wire_read_bytes(input, len < left ? len : left);
}

/* Is @view empty, or all of it within @whole? */
static inline bool fuzz_is_within(adtls_bytes_t view, adtls_bytes_t whole)
{
	return view.len == 0 ||
	       (view.data >= whole.data && view.len <= whole.len &&
		(size_t)(view.data - whole.data) <= whole.len - view.len);
}

#endif
