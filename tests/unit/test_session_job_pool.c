/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The job pool: every job is run once, comes back once, and is freed once. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <adtls/job_pool.h>

#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "handshake/job.h"

/* A job that tells what became of it. */
struct probe {
	struct adtls_job job;
	atomic_int *run_count;
	atomic_int *free_count;
	sem_t *started;		    /* posted when it is run; may be NULL */
	sem_t *gate;		    /* waited for when it is run; may be NULL */
	pthread_barrier_t *meeting; /* may be NULL */
	bool blocks_signals;
	int turn; /* how many were run before it */
};

struct counts {
	atomic_int run;
	atomic_int freed;
};

static void probe_run(struct adtls_job *job)
{
	struct probe *probe = (struct probe *)job;
	sigset_t blocked;

	pthread_sigmask(SIG_BLOCK, NULL, &blocked);
	probe->blocks_signals = sigismember(&blocked, SIGINT) == 1 &&
				sigismember(&blocked, SIGALRM) == 1;
	if (probe->started != NULL)
		sem_post(probe->started);
	if (probe->gate != NULL)
		sem_wait(probe->gate);
	if (probe->meeting != NULL)
		pthread_barrier_wait(probe->meeting);
	probe->turn = atomic_fetch_add(probe->run_count, 1);
}

static void probe_free(struct adtls_job *job)
{
	atomic_fetch_add(((struct probe *)job)->free_count, 1);
	free(job);
}

static struct probe *probe_new(struct counts *counts)
{
	struct probe *probe = calloc(1, sizeof(*probe));

	assert_non_null(probe);
	probe->job.run = probe_run;
	probe->job.free = probe_free;
	probe->run_count = &counts->run;
	probe->free_count = &counts->freed;
	return probe;
}

static adtls_job_pool_t *pool_new(unsigned threads)
{
	adtls_job_pool_t *pool;

	assert_int_equal(adtls_job_pool_new(threads, &pool), ADTLS_OK);
	return pool;
}

static bool is_readable(const adtls_job_pool_t *pool, int timeout_ms)
{
	struct pollfd fd = { .fd = adtls_job_pool_fd(pool), .events = POLLIN };

	return poll(&fd, 1, timeout_ms) == 1;
}

/* Waits for the next finished job as a loop would. */
static struct probe *take(adtls_job_pool_t *pool, uint64_t *out_owner)
{
	adtls_job_t *job;

	assert_true(is_readable(pool, -1));
	job = adtls_job_pool_take(pool, out_owner);
	assert_non_null(job);
	return (struct probe *)job;
}

static void thread_counts_are_bounded(void **state)
{
	adtls_job_pool_t *pool;

	(void)state;
	assert_int_equal(adtls_job_pool_new(0, &pool), ADTLS_E_INVALID);
	assert_null(pool);
	assert_int_equal(
		adtls_job_pool_new(ADTLS_JOB_POOL_THREADS_MAX + 1, &pool),
		ADTLS_E_INVALID);
	adtls_job_pool_free(pool_new(ADTLS_JOB_POOL_THREADS_MAX));
	adtls_job_pool_free(NULL);
}

static void finished_job_wakes_its_owner(void **state)
{
	struct counts counts = { 0 };
	adtls_job_pool_t *pool = pool_new(1);
	struct probe *probe = probe_new(&counts);
	uint64_t owner;

	(void)state;
	assert_false(is_readable(pool, 0));
	assert_null(adtls_job_pool_take(pool, NULL));
	assert_int_equal(
		adtls_job_pool_submit(pool, &probe->job, UINT64_MAX - 1),
		ADTLS_OK);
	assert_ptr_equal(take(pool, &owner), probe);
	assert_int_equal(owner, UINT64_MAX - 1);
	assert_int_equal(counts.run, 1);
	assert_int_equal(counts.freed, 0);
	assert_true(probe->blocks_signals);
	assert_false(is_readable(pool, 0));
	assert_null(adtls_job_pool_take(pool, NULL));
	adtls_job_free(&probe->job);
	adtls_job_pool_free(pool);
	assert_int_equal(counts.freed, 1);
}

static void jobs_start_in_order(void **state)
{
	enum { COUNT = 100 };
	struct counts counts = { 0 };
	adtls_job_pool_t *pool = pool_new(1);
	struct probe *probe;
	uint64_t owner;

	(void)state;
	for (uint64_t i = 0; i < COUNT; i++)
		assert_int_equal(adtls_job_pool_submit(
					 pool, &probe_new(&counts)->job, i),
				 ADTLS_OK);
	for (uint64_t i = 0; i < COUNT; i++) {
		probe = take(pool, &owner);
		assert_int_equal(owner, i);
		assert_int_equal(probe->turn, i);
		adtls_job_free(&probe->job);
	}
	adtls_job_pool_free(pool);
}

/* Each job ends only when all are running. */
static void threads_work_side_by_side(void **state)
{
	enum { THREADS = 4 };
	struct counts counts = { 0 };
	adtls_job_pool_t *pool = pool_new(THREADS);
	pthread_barrier_t meeting;

	(void)state;
	pthread_barrier_init(&meeting, NULL, THREADS);
	for (int i = 0; i < THREADS; i++) {
		struct probe *probe = probe_new(&counts);

		probe->meeting = &meeting;
		adtls_job_pool_submit(pool, &probe->job, 0);
	}
	for (int i = 0; i < THREADS; i++)
		adtls_job_free(&take(pool, NULL)->job);
	adtls_job_pool_free(pool);
	pthread_barrier_destroy(&meeting);
}

/* The bound counts jobs that wait, run, and are finished but not taken. */
static void full_pool_refuses(void **state)
{
	struct counts counts = { 0 };
	adtls_job_pool_t *pool = pool_new(1);
	struct probe *first = probe_new(&counts);
	struct probe *over = probe_new(&counts);
	sem_t gate;

	(void)state;
	sem_init(&gate, 0, 0);
	first->gate = &gate;
	assert_int_equal(adtls_job_pool_submit(pool, &first->job, 0), ADTLS_OK);
	for (int i = 1; i < ADTLS_JOB_POOL_MAX; i++)
		assert_int_equal(adtls_job_pool_submit(
					 pool, &probe_new(&counts)->job, 0),
				 ADTLS_OK);
	assert_int_equal(adtls_job_pool_submit(pool, &over->job, 0),
			 ADTLS_E_AGAIN);
	sem_post(&gate);
	adtls_job_free(&take(pool, NULL)->job);
	assert_int_equal(adtls_job_pool_submit(pool, &over->job, 7), ADTLS_OK);
	for (int i = 0; i < ADTLS_JOB_POOL_MAX; i++)
		adtls_job_free(&take(pool, NULL)->job);
	assert_false(is_readable(pool, 0));
	assert_int_equal(counts.run, ADTLS_JOB_POOL_MAX + 1);
	assert_int_equal(counts.freed, ADTLS_JOB_POOL_MAX + 1);
	adtls_job_pool_free(pool);
	sem_destroy(&gate);
}

static void *open_gate(void *gate)
{
	sem_post(gate);
	return NULL;
}

/* One is finished, one runs until after adtls_job_pool_free() was called or
 * just before, and the rest never starts. */
static void jobs_left_behind_are_freed(void **state)
{
	enum { WAITING = 10 };
	struct counts counts = { 0 };
	adtls_job_pool_t *pool = pool_new(1);
	struct probe *running = probe_new(&counts);
	pthread_t opener;
	sem_t gate;
	sem_t started;

	(void)state;
	sem_init(&gate, 0, 0);
	sem_init(&started, 0, 0);
	running->gate = &gate;
	running->started = &started;
	adtls_job_pool_submit(pool, &probe_new(&counts)->job, 0);
	assert_true(is_readable(pool, -1));
	adtls_job_pool_submit(pool, &running->job, 0);
	for (int i = 0; i < WAITING; i++)
		adtls_job_pool_submit(pool, &probe_new(&counts)->job, 0);
	sem_wait(&started);
	assert_int_equal(pthread_create(&opener, NULL, open_gate, &gate), 0);
	adtls_job_pool_free(pool);
	pthread_join(opener, NULL);
	assert_int_equal(counts.freed, WAITING + 2);
	assert_in_range(counts.run, 2, WAITING + 2);
	sem_destroy(&gate);
	sem_destroy(&started);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(thread_counts_are_bounded),
		cmocka_unit_test(finished_job_wakes_its_owner),
		cmocka_unit_test(jobs_start_in_order),
		cmocka_unit_test(threads_work_side_by_side),
		cmocka_unit_test(full_pool_refuses),
		cmocka_unit_test(jobs_left_behind_are_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
