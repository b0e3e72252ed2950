/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The job pool: threads that run an engine's slow jobs, for one loop.
 *
 * Sessions and servers bring their own (adtls_session_set_workers(),
 * adtls_server_set_workers()). Whoever drives engines from a loop writes:
 *
 *	on ADTLS_EVENT_JOB, if adtls_job_is_slow(event.job):
 *		adtls_job_pool_submit(pool, event.job, number_of_engine)
 *	when adtls_job_pool_fd(pool) is readable:
 *		while ((job = adtls_job_pool_take(pool, &number)) != NULL)
 *			adtls_engine_finish_job(engine, now, job)
 */
#ifndef ADTLS_JOB_POOL_H
#define ADTLS_JOB_POOL_H

#include <adtls/error.h>
#include <adtls/job.h>
#include <adtls/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct adtls_job_pool adtls_job_pool_t;

/**
 * Most jobs that a pool holds: waiting, running, and finished but not taken.
 * More would wait longer than the handshakes they belong to may last.
 */
#define ADTLS_JOB_POOL_MAX 1024

/** Most threads of a pool. */
#define ADTLS_JOB_POOL_THREADS_MAX 64

/**
 * adtls_job_pool_new:
 * @threads: workers, 1 to ADTLS_JOB_POOL_THREADS_MAX; they block all signals
 * @out: release with adtls_job_pool_free()
 *
 * All calls on one pool come from one thread, its loop's.
 *
 * Returns: ADTLS_OK, ADTLS_E_INVALID, ADTLS_E_MEMORY, or ADTLS_E_IO when the
 * system has no thread or file descriptor left (see errno).
 */
int adtls_job_pool_new(unsigned threads, adtls_job_pool_t **out);

/**
 * adtls_job_pool_free:
 * @pool: NULL is fine
 *
 * Waits for the jobs that are running; frees them and all others.
 */
void adtls_job_pool_free(adtls_job_pool_t *pool);

/**
 * adtls_job_pool_submit:
 * @job: the pool's from here on, unless this fails
 * @owner: any number of the caller's, given back with the job: that of its
 *   engine, say. A number and not a pointer, since engines may be freed while
 *   their jobs run.
 *
 * Jobs are started in the order of submission.
 *
 * Returns: ADTLS_OK, or ADTLS_E_AGAIN when ADTLS_JOB_POOL_MAX jobs are held.
 */
int adtls_job_pool_submit(adtls_job_pool_t *pool, adtls_job_t *job,
			  uint64_t owner);

/** adtls_job_pool_fd: Returns: a file descriptor that is readable while there is a job to take; the pool's own, not to be read. */
int adtls_job_pool_fd(const adtls_job_pool_t *pool);

/**
 * adtls_job_pool_take:
 * @out_owner: receives what the job was submitted with; may be NULL
 *
 * Returns: a job that was run and is the caller's now, to be handed to
 * adtls_engine_finish_job() or adtls_endpoint_finish_job(), or NULL.
 */
adtls_job_t *adtls_job_pool_take(adtls_job_pool_t *pool, uint64_t *out_owner);

#ifdef __cplusplus
}
#endif

#endif
