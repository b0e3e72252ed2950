/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How often something can be done in a second of processor time. */
#ifndef ADTLS_BENCH_BENCH_RATE_H
#define ADTLS_BENCH_BENCH_RATE_H

#include "bench_report.h"

/* Odd, so that the median is one of them. */
#define BENCH_ROUNDS 9

struct bench_task {
	void (*run)(void *context);	/* NULL: the library cannot do it */
	void *context;
};

/* Measure each column's task for @seconds, in short turns that alternate, so
 * that whatever else the machine does meets all alike. */
void bench_rate_compare(const struct bench_task tasks[BENCH_COLUMNS],
			double seconds, struct bench_figure *out);

#endif
