/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one place where the onboarding programs touch adtls: what they demand of
 * a peer, what they prove of themselves, and what came of it on a connection.
 */
#ifndef ADTLS_ONBOARDING_ATTESTATION_H
#define ADTLS_ONBOARDING_ATTESTATION_H

#include <adtls/coap.h>
#include <stdbool.h>

#include "device_identity.h"
#include "est.h"

/* Writes why a connection was refused, failed or closed, for a person. */
void attestation_explain(const adtls_coap_outcome_t *outcome,
			 char out_sentence[EST_SENTENCE_SIZE]);

/*
 * Checks that certificate and key belong together, and that there are
 * certificates in the CA files (ca_count of them), before libcoap is given
 * them; complains on standard error, naming the file at fault.
 */
bool attestation_check_files(const char *certificate_file, const char *key_file,
			     const char *const *ca_files, size_t ca_count);

/*
 * For a gateway: demands of every client what the policy file says, has its
 * Evidence appraised, and calls the watcher with what came of each connection.
 * Complains on standard error and returns false if the policy cannot be used.
 */
bool attestation_require(coap_context_t *context, const char *policy_file,
			 adtls_coap_outcome_func watcher, void *argument);

/* What a sensor's software attester says. */
struct attestation_claims {
	const char *key_file;
	const char *firmware_file;
	const char *software_name;
	struct device_identity device;
};

/* Whose doing the end of a sensor's connection was. */
enum attestation_end {
	ATTESTATION_END_NETWORK,
	ATTESTATION_END_GATEWAY, /* it refused us */
	ATTESTATION_END_SENSOR,	 /* we do not trust it */
	ATTESTATION_END_LOCAL,	 /* our own key or attester failed */
};

/* How a sensor's connection ended. */
struct attestation_ending {
	bool is_ended;
	enum attestation_end end;
	adtls_statistics_t statistics;
	struct est_refusal refusal;
};

/*
 * For a sensor: offers Evidence by the software attester on the context's
 * connection, and fills in *ending when that is over. Complains on standard
 * error and returns false if key or firmware cannot be used.
 */
bool attestation_offer(coap_context_t *context,
		       const struct attestation_claims *claims,
		       struct attestation_ending *ending);

#endif
