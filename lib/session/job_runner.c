/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Quick jobs are run at once, slow ones by workers if there are any. */
#include "session/job_runner.h"

int job_runner_start(struct job_runner *runner, unsigned threads)
{
	if (runner->pool != NULL)
		return ADTLS_E_INVALID;
	return adtls_job_pool_new(threads, &runner->pool);
}

adtls_job_t *job_runner_run(struct job_runner *runner, adtls_job_t *job)
{
	if (runner->pool == NULL || !adtls_job_is_slow(job)) {
		adtls_job_run(job);
		return job;
	}
	/* With more jobs waiting than the pool holds, this one would come too
	 * late for its deadline, and running it here would stop all peers. */
	if (adtls_job_pool_submit(runner->pool, job, 0) == ADTLS_OK)
		runner->in_pool++;
	else
		adtls_job_free(job);
	return NULL;
}

adtls_job_t *job_runner_take(struct job_runner *runner)
{
	adtls_job_t *job = NULL;

	if (runner->pool != NULL)
		job = adtls_job_pool_take(runner->pool, NULL);
	if (job != NULL)
		runner->in_pool--;
	return job;
}

/* The other half is for work of connections that there are already. */
bool job_runner_is_busy(const struct job_runner *runner)
{
	return runner->in_pool >= ADTLS_JOB_POOL_MAX / 2;
}

int job_runner_fd(const struct job_runner *runner)
{
	return runner->pool != NULL ? adtls_job_pool_fd(runner->pool) : -1;
}

void job_runner_clear(struct job_runner *runner)
{
	adtls_job_pool_free(runner->pool);
	runner->pool = NULL;
}
