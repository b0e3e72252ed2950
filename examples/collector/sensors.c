/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sensors that are connected, found by their engines. */
#include "sensors.h"

#include <search.h>
#include <stdlib.h>

static int compare(const void *a, const void *b)
{
	uintptr_t left = (uintptr_t)((const struct sensor *)a)->peer;
	uintptr_t right = (uintptr_t)((const struct sensor *)b)->peer;

	return (left > right) - (left < right);
}

struct sensor *sensors_get(struct sensors *sensors, const adtls_engine_t *peer)
{
	struct sensor key = { .peer = peer };
	struct sensor **found = tfind(&key, &sensors->tree, compare);
	struct sensor *sensor;

	if (found != NULL)
		return *found;
	sensor = calloc(1, sizeof(*sensor));
	if (sensor == NULL)
		return NULL;
	sensor->peer = peer;
	if (tsearch(sensor, &sensors->tree, compare) == NULL) {
		free(sensor);
		return NULL;
	}
	return sensor;
}

void sensors_forget(struct sensors *sensors, const adtls_engine_t *peer)
{
	struct sensor key = { .peer = peer };
	struct sensor **found = tfind(&key, &sensors->tree, compare);
	struct sensor *sensor;

	if (found == NULL)
		return;
	sensor = *found;
	tdelete(&key, &sensors->tree, compare);
	free(sensor);
}

void sensors_clear(struct sensors *sensors)
{
	while (sensors->tree != NULL)
		sensors_forget(sensors,
			       (*(struct sensor **)sensors->tree)->peer);
}
