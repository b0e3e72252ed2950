/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The job pool behind a context. */
#include "backend_jobs.h"

#include "backend_log.h"

#include <adtls/error.h>

static bool start(struct backend_jobs *jobs, struct backend_wake *wake)
{
	unsigned threads = jobs->threads > 0 ? jobs->threads :
					       BACKEND_THREADS_DEFAULT;
	int error = adtls_job_pool_new(threads, &jobs->pool);

	if (error != ADTLS_OK) {
		jobs->pool = NULL;
		backend_log(BACKEND_LOG_WARNING,
			    "no worker threads, slow jobs run in the loop: %s",
			    adtls_strerror(error));
		return false;
	}
	backend_wake_watch(wake, adtls_job_pool_fd(jobs->pool));
	return true;
}

void backend_jobs_clear(struct backend_jobs *jobs, struct backend_wake *wake)
{
	if (jobs->pool != NULL)
		backend_wake_unwatch(wake, adtls_job_pool_fd(jobs->pool));
	adtls_job_pool_free(jobs->pool);
	*jobs = (struct backend_jobs){ 0 };
}

bool backend_jobs_submit(struct backend_jobs *jobs, struct backend_wake *wake,
			 adtls_job_t *job, uint64_t number)
{
	if (jobs->pool == NULL && !start(jobs, wake))
		return false;
	if (adtls_job_pool_submit(jobs->pool, job, number) == ADTLS_OK) {
		jobs->outstanding++;
		return true;
	}
	/* Whoever waits behind so many would time out anyway. */
	backend_log(BACKEND_LOG_WARNING, "too many jobs: one is dropped");
	adtls_job_free(job);
	return true;
}

adtls_job_t *backend_jobs_take(struct backend_jobs *jobs, uint64_t *out_number)
{
	adtls_job_t *job = NULL;

	if (jobs->outstanding > 0)
		job = adtls_job_pool_take(jobs->pool, out_number);
	if (job != NULL)
		jobs->outstanding--;
	return job;
}

uint64_t backend_jobs_deadline(const struct backend_jobs *jobs,
			       const struct backend_wake *wake)
{
	if (jobs->outstanding == 0 || wake->epoll_fd >= 0)
		return ADTLS_NEVER;
	return backend_now().monotonic_us + BACKEND_JOB_POLL_US;
}
