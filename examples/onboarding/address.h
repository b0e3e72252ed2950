/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Network addresses from names and numbers.
 */
#ifndef ADTLS_ONBOARDING_ADDRESS_H
#define ADTLS_ONBOARDING_ADDRESS_H

#include <coap3/coap.h>
#include <stdbool.h>

/* Finds the UDP address of a numeric host; complains on standard error. */
bool address_from_number(const char *host, unsigned port, coap_address_t *out);

/* The same for a host that may also be a name to be looked up. */
bool address_from_name(const char *host, unsigned port, coap_address_t *out);

#endif
