/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A figure is worth something only if what it measures has worked. */
#ifndef ADTLS_BENCH_BENCH_CHECK_H
#define ADTLS_BENCH_BENCH_CHECK_H

#include <stdbool.h>

/* Say why on stderr and end the program with status 1. */
_Noreturn void bench_fail(const char *format, ...)
	__attribute__((format(printf, 1, 2)));

/* The same, unless @ok. */
#define bench_check(ok, ...)                    \
	do {                                    \
		if (!(ok))                      \
			bench_fail(__VA_ARGS__); \
	} while (0)

#endif
