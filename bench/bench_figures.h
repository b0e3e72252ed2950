/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is measured: the figures of docs/bench.md. */
#ifndef ADTLS_BENCH_BENCH_FIGURES_H
#define ADTLS_BENCH_BENCH_FIGURES_H

#include "bench_report.h"

/* Measure all; @report says for how many seconds. */
void bench_figures_measure(struct bench_report *report);

#endif
