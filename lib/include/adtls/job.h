/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Jobs: slow work that an engine hands out, so that it never blocks.
 *
 * A job carries all it needs, may run on any thread, and may outlive its
 * engine: a result for a connection that is gone is dropped. */
#ifndef ADTLS_JOB_H
#define ADTLS_JOB_H

#include <adtls/types.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct adtls_job adtls_job_t;

typedef enum adtls_job_kind {
	ADTLS_JOB_SIGN = 0,		/* CertificateVerify */
	ADTLS_JOB_EVIDENCE = 1,		/* make Evidence */
	ADTLS_JOB_APPRAISE = 2		/* appraise the peer's */
} adtls_job_kind_t;

adtls_job_kind_t adtls_job_kind(const adtls_job_t *job);

/** adtls_job_is_slow: Whether it may take longer than a millisecond and is better run on another thread. */
bool adtls_job_is_slow(const adtls_job_t *job);

/** adtls_job_run: Do the work; call once, from any thread. Then hand the job to adtls_engine_finish_job() or adtls_endpoint_finish_job(). */
void adtls_job_run(adtls_job_t *job);

/** adtls_job_free: Drop a job, run or not, that nobody will finish; its engine goes on to its deadline. */
void adtls_job_free(adtls_job_t *job);

#ifdef __cplusplus
}
#endif

#endif
