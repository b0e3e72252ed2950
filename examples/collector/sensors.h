/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the collector remembers of each sensor that is connected. */
#ifndef ADTLS_COLLECTOR_SENSORS_H
#define ADTLS_COLLECTOR_SENSORS_H

#include <adtls/adtls.h>

struct sensor {
	const adtls_engine_t *peer;
	uint64_t readings;
	uint64_t malformed;
};

/* Starts as zeroes. */
struct sensors {
	void *tree;
};

/* The sensor behind @peer, made if need be; NULL without memory. */
struct sensor *sensors_get(struct sensors *sensors, const adtls_engine_t *peer);
void sensors_forget(struct sensors *sensors, const adtls_engine_t *peer);
void sensors_clear(struct sensors *sensors);

#endif
