/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may do what at the gateway: a pure decision on what the connection has
 * shown.
 */
#ifndef ADTLS_ONBOARDING_ACCESS_H
#define ADTLS_ONBOARDING_ACCESS_H

#include <adtls/verdict.h>
#include <stdbool.h>

#include "device_identity.h"
#include "est.h"

/* Whose certificate the device has shown. */
enum access_certificate {
	ACCESS_CERTIFICATE_NONE,
	ACCESS_CERTIFICATE_UNKNOWN,
	ACCESS_CERTIFICATE_MANUFACTURER,
	ACCESS_CERTIFICATE_OPERATIONAL,
};

/* What a resource needs besides granted attestation. */
enum access_need {
	ACCESS_NEED_ANY_DEVICE,	  /* either certificate */
	ACCESS_NEED_MANUFACTURER, /* to enrol */
	ACCESS_NEED_OPERATIONAL,  /* to renew, to report */
};

/* What is known of a device that makes a request. */
struct access_peer {
	enum access_certificate certificate;
	bool has_identity;		 /* does the certificate name a ueid? */
	struct device_identity identity; /* by the certificate */
	const char *attested_device;	 /* by the Evidence: "ueid:..." */
	adtls_authorization_t authorization;
};

/* Which answer a device gets. */
enum access_decision {
	ACCESS_GRANTED,
	ACCESS_UNAUTHORIZED, /* prove more: 4.01 */
	ACCESS_FORBIDDEN,    /* you may not: 4.03 */
	ACCESS_LATER,	     /* appraisal is under way: 5.03 */
};

/* Decides, and says why if it does not grant. */
enum access_decision access_decide(const struct access_peer *peer,
				   enum access_need need,
				   struct est_refusal *refusal);

#endif
