/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The gateway's CoAP resources: EST over CoAPS (RFC 9148) and /reading.
 */
#ifndef ADTLS_ONBOARDING_GATEWAY_RESOURCES_H
#define ADTLS_ONBOARDING_GATEWAY_RESOURCES_H

#include <coap3/coap.h>
#include <gnutls/x509.h>
#include <stdbool.h>

#include "est_server.h"
#include "event_log.h"

/* Everything that answering a request needs. */
struct gateway {
	est_server_t *est;
	gnutls_x509_crt_t *manufacturers;
	unsigned manufacturer_count;
	const char *readings_directory;
	event_log_t *log;
};

/* Adds the resources to a context; the gateway must outlive it. */
bool gateway_resources_add(coap_context_t *context, struct gateway *gateway);

#endif
