/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a verdict holds, for the files that make and read it. */
#ifndef ADTLS_VERIFIERS_VERDICT_OBJECT_H
#define ADTLS_VERIFIERS_VERDICT_OBJECT_H

#include "verifiers/verdict.h"

#include <stdatomic.h>

/* Strings are printable; NULL where memory ran out or nothing was said. */
struct verdict_check {
	struct verdict_check *next;
	char *claim;
	char *expected;
	char *got;
	adtls_reason_t reason;
};

struct adtls_verdict {
	atomic_uint references;
	adtls_authorization_t authorization; /* as set; see the getter */
	adtls_reason_t failure;		     /* of the first failed check */
	char *identity;
	char *device;
	char *software;
	char *evidence_type;
	char *verifier;
	int64_t appraised_at;
	int64_t expires_at;
	struct verdict_check *first_check;
	size_t check_count;
};

#endif
