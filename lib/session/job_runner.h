/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The job runner: where a session's or server's jobs are run. */
#ifndef ADTLS_SESSION_JOB_RUNNER_H
#define ADTLS_SESSION_JOB_RUNNER_H

#include <adtls/job_pool.h>

/* Starts as zeroes. */
struct job_runner {
	adtls_job_pool_t *pool; /* NULL: everything is run at once */
	size_t in_pool;
};

/* Start worker threads; see adtls_job_pool_new(). */
int job_runner_start(struct job_runner *runner, unsigned threads);
/* Run @job here and return it, to be finished; or take it over and return
 * NULL. */
adtls_job_t *job_runner_run(struct job_runner *runner, adtls_job_t *job);
/* A job that a worker has run, to be finished, or NULL. */
adtls_job_t *job_runner_take(struct job_runner *runner);
/* Do so many jobs wait that no more work should be taken on? */
bool job_runner_is_busy(const struct job_runner *runner);
/* Readable when there is a job to take; -1 without workers. */
int job_runner_fd(const struct job_runner *runner);
/* Stop the workers and free their jobs. */
void job_runner_clear(struct job_runner *runner);

#endif
