/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SipHash-2-4 (Aumasson and Bernstein, 2012): the hash of tables whose keys a
 * stranger chooses, so that nobody can choose collisions. */
#ifndef ADTLS_BASE_SIPHASH_H
#define ADTLS_BASE_SIPHASH_H

#include <adtls/types.h>

struct siphash_key {
	uint64_t half[2];	/* secret, random */
};

uint64_t siphash(const struct siphash_key *key, adtls_bytes_t data);

#endif
