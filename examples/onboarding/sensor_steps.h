/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a sensor does on a connection: enrol, renew, report.
 */
#ifndef ADTLS_ONBOARDING_SENSOR_STEPS_H
#define ADTLS_ONBOARDING_SENSOR_STEPS_H

#include "coap_client.h"
#include "sensor_options.h"
#include "sensor_state.h"

/* How a step ended, as the sensor's exit status. */
enum sensor_status {
	SENSOR_DONE = 0,
	SENSOR_LOCAL = 1,     /* a file or key of ours cannot be used */
	SENSOR_REFUSED = 3,   /* by the gateway */
	SENSOR_NETWORK = 4,   /* no answer in time */
	SENSOR_UNTRUSTED = 5, /* the gateway or its answer failed our checks */
};

/* Gets a certificate for a new key: a first one if current is NULL, else the
 * next one after current. */
enum sensor_status sensor_enrol(coap_client_t *client,
				const struct sensor_state *state,
				gnutls_x509_crt_t current,
				struct est_refusal *refusal);

/* Posts every reading of the command line. */
enum sensor_status sensor_report(coap_client_t *client,
				 const struct sensor_options *options,
				 const struct device_identity *device,
				 struct est_refusal *refusal);

#endif
