/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Slow jobs, on threads that are started with the first of them. */
#ifndef ADTLS_COAP_BACKEND_JOBS_H
#define ADTLS_COAP_BACKEND_JOBS_H

#include "backend_wake.h"

#include <adtls/job.h>
#include <adtls/job_pool.h>

#define BACKEND_THREADS_DEFAULT 2
/* Without epoll: how often finished jobs are looked for. */
#define BACKEND_JOB_POLL_US 20000

struct backend_jobs {
	unsigned threads;	/* 0: the default */
	adtls_job_pool_t *pool; /* NULL: no slow job yet */
	unsigned outstanding;
};

void backend_jobs_clear(struct backend_jobs *jobs, struct backend_wake *wake);
/* Give @job of engine @number to a thread. False: run it right here. */
bool backend_jobs_submit(struct backend_jobs *jobs, struct backend_wake *wake,
			 adtls_job_t *job, uint64_t number);
/* A job that was run, or NULL. */
adtls_job_t *backend_jobs_take(struct backend_jobs *jobs, uint64_t *out_number);
/* When to look for finished jobs, or ADTLS_NEVER: somebody will call. */
uint64_t backend_jobs_deadline(const struct backend_jobs *jobs,
			       const struct backend_wake *wake);

#endif
