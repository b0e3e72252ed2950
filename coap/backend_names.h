/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* validate_sni_call_back: credentials for each name that clients call.
 *
 * The callback is asked each time, as strangers may call any name; what it
 * answers is made into credentials once. */
#ifndef ADTLS_COAP_BACKEND_NAMES_H
#define ADTLS_COAP_BACKEND_NAMES_H

#include "backend_keys.h"

#include <sys/queue.h>

/* Sets of keys that are kept; over that the oldest goes. */
#define BACKEND_NAMES_MAX 64

struct backend_named {
	STAILQ_ENTRY(backend_named) link;
	uint8_t fingerprint[BACKEND_FINGERPRINT_LEN];
	adtls_credentials_t *credentials;
};
STAILQ_HEAD(backend_nameds, backend_named);

struct backend_names {
	struct backend_nameds known; /* the newest last */
	unsigned count;
};

void backend_names_init(struct backend_names *names);
void backend_names_clear(struct backend_names *names);
/* Credentials that were added with @fingerprint: borrowed, or NULL. */
adtls_credentials_t *
backend_names_find(const struct backend_names *names,
		   const uint8_t fingerprint[BACKEND_FINGERPRINT_LEN]);
/* Takes a reference. Without memory they are forgotten. */
void backend_names_add(struct backend_names *names,
		       const uint8_t fingerprint[BACKEND_FINGERPRINT_LEN],
		       adtls_credentials_t *credentials);

#endif
