/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sensor readings: SenML JSON (RFC 8428) or a bare number in, one JSON line
 * for each in a file per device.
 */
#ifndef ADTLS_ONBOARDING_READINGS_H
#define ADTLS_ONBOARDING_READINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "device_identity.h"
#include "est.h"

/* Bytes of one report, and records in it. */
#define READINGS_BODY_MAX    2048
#define READINGS_RECORDS_MAX 32

/* One report as it came in. */
struct readings_report {
	const struct device_identity *device;
	bool is_senml; /* else text */
	const char *body;
	size_t body_len;
	time_t now; /* UTC */
};

/*
 * Checks a report and appends it to DIRECTORY/<ueid>.jsonl, one line for each
 * record, all or none; *out_count receives how many. On failure nothing is
 * stored and the refusal's reason is one of READINGS_REASON_...
 */
bool readings_store(const char *directory, const struct readings_report *report,
		    size_t *out_count, struct est_refusal *refusal);

extern const char READINGS_REASON_MALFORMED[];
extern const char READINGS_REASON_STORAGE[];

#endif
