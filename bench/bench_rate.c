/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rates, by the clock that stops while others have the processor. */
#include "bench_rate.h"

#include <stdint.h>
#include <stdlib.h>
#include <time.h>

/* Between readings of the clock: long beside a reading, short beside a turn. */
#define BATCH_S 0.0002

static double processor_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* At least once, whatever @seconds says. */
static double measure(const struct bench_task *task, double seconds)
{
	double start = processor_s(), last = start, now;
	uint64_t batch = 1, done = 0;

	do {
		for (uint64_t i = 0; i < batch; i++)
			task->run(task->context);
		done += batch;
		now = processor_s();
		if (now - last < BATCH_S)
			batch *= 2;
		last = now;
	} while (now - start < seconds);
	return (double)done / (now - start);
}

static int compare_numbers(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static struct bench_value value_of(double samples[BENCH_ROUNDS])
{
	qsort(samples, BENCH_ROUNDS, sizeof(samples[0]), compare_numbers);
	return (struct bench_value){
		.is_known = true,
		.median = samples[BENCH_ROUNDS / 2],
		.lowest = samples[0],
		.highest = samples[BENCH_ROUNDS - 1],
	};
}

void bench_rate_compare(const struct bench_task tasks[BENCH_COLUMNS],
			double seconds, struct bench_figure *out)
{
	double samples[BENCH_COLUMNS][BENCH_ROUNDS];
	double turn_s = seconds / BENCH_ROUNDS;

	for (size_t i = 0; i < BENCH_COLUMNS; i++) {
		if (tasks[i].run != NULL)
			measure(&tasks[i], turn_s);	/* to warm up */
	}
	for (size_t round = 0; round < BENCH_ROUNDS; round++) {
		for (size_t i = 0; i < BENCH_COLUMNS; i++) {
			/* Nobody is always first. */
			size_t turn = (i + round) % BENCH_COLUMNS;

			if (tasks[turn].run != NULL)
				samples[turn][round] =
					measure(&tasks[turn], turn_s);
		}
	}
	for (size_t i = 0; i < BENCH_COLUMNS; i++) {
		if (tasks[i].run != NULL)
			out->values[i] = value_of(samples[i]);
	}
}
