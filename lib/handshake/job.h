/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The part that all jobs share; each kind embeds it as its first member. */
#ifndef ADTLS_HANDSHAKE_JOB_H
#define ADTLS_HANDSHAKE_JOB_H

#include <adtls/job.h>

struct adtls_job {
	adtls_job_kind_t kind;
	bool is_slow;
	bool has_run;
	uint64_t owner;		/* the engine's id */
	uint64_t serial;	/* within that engine */
	void (*run)(struct adtls_job *job);
	void (*free)(struct adtls_job *job);
};

#endif
