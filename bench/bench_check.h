/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A figure is worth something only if what it measures has worked. */
#ifndef ADTLS_BENCH_BENCH_CHECK_H
#define ADTLS_BENCH_BENCH_CHECK_H

#include <stdbool.h>

/* Unless @ok, say why on stderr and end the program with status 1. */
void bench_check(bool ok, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
