/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an application may do with a job. */
#include "handshake/job.h"

adtls_job_kind_t adtls_job_kind(const adtls_job_t *job)
{
	return job->kind;
}

bool adtls_job_is_slow(const adtls_job_t *job)
{
	return job->is_slow;
}

void adtls_job_run(adtls_job_t *job)
{
	if (job->has_run)
		return;
	job->run(job);
	job->has_run = true;
}

void adtls_job_free(adtls_job_t *job)
{
	if (job != NULL)
		job->free(job);
}
