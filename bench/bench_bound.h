/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bound: what the primitives of a task take alone, as adtls calls them. */
#ifndef ADTLS_BENCH_BENCH_BOUND_H
#define ADTLS_BENCH_BENCH_BOUND_H

#include "bench_credentials.h"

#include <stdbool.h>
#include <stddef.h>

struct bench_bound;

struct bench_bound *bench_bound_new(const struct bench_credentials *credentials);
void bench_bound_free(struct bench_bound *bound);

/* Seal and open @len bytes by AES-128-GCM, and make a mask on either side. */
void bench_bound_record(struct bench_bound *bound, size_t len);
/* The primitives of a handshake with a server certificate, a cookie and key
 * exchange in X25519. */
void bench_bound_handshake(struct bench_bound *bound);

#endif
