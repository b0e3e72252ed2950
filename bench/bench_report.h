/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The figures, for people and for machines. */
#ifndef ADTLS_BENCH_BENCH_REPORT_H
#define ADTLS_BENCH_BENCH_REPORT_H

#include <stdbool.h>
#include <stddef.h>

/* The order of values in a figure: the libraries, and what the primitives take
 * alone. */
enum {
	BENCH_ADTLS,
	BENCH_GNUTLS,
	BENCH_OPENSSL,
	BENCH_WOLFSSL,
	BENCH_LIBRARIES,
	BENCH_BOUND = BENCH_LIBRARIES,
	BENCH_COLUMNS
};

struct bench_value {
	bool is_known;
	double median;
	double lowest;	/* as the median, where there are no rounds */
	double highest;
};

struct bench_figure {
	char name[64];		/* a stable key of the JSON (docs/bench.md) */
	const char *unit;
	bool is_better_higher;
	struct bench_value values[BENCH_COLUMNS];
};

#define BENCH_FIGURES_MAX 32

struct bench_report {
	double seconds;
	const char *group;	/* of all libraries' key exchanges */
	struct bench_figure figures[BENCH_FIGURES_MAX];
	size_t figure_count;
};

/* Add a figure without values; the name is made as by printf(). */
struct bench_figure *bench_report_add(struct bench_report *report,
				      const char *unit, bool is_better_higher,
				      const char *name, ...)
	__attribute__((format(printf, 4, 5)));
struct bench_value bench_value_exact(double number);

void bench_report_print(const struct bench_report *report);
void bench_report_print_json(const struct bench_report *report);

#endif
