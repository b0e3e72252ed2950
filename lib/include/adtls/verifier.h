/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verifiers: what appraises a peer's Evidence. */
#ifndef ADTLS_VERIFIER_H
#define ADTLS_VERIFIER_H

#include <adtls/attester.h>
#include <adtls/policy.h>
#include <adtls/verdict.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What is to be appraised. Everything is borrowed for the call. */
typedef struct adtls_appraisal {
	const adtls_evidence_type_t *type;	/* as negotiated */
	/** The Evidence, taken out of its CMW. */
	adtls_bytes_t evidence;
	adtls_bytes_t binder;			/* as expected of its nonce */
	adtls_bytes_t tik;			/* key that signed CertificateVerify, SPKI DER */
	const char *identity;			/* the peer's certificate subject */
	int64_t utc_s;				/* now, or ADTLS_UTC_UNKNOWN */
} adtls_appraisal_t;

/** A backend; const, with static storage. */
typedef struct adtls_verifier_ops {
	const char *name;
	/** May it appraise Evidence of @type? Decides what is negotiated. */
	bool (*accepts)(void *context, const adtls_evidence_type_t *type);
	/**
	 * Appraise: may take seconds, is called from any thread, and by
	 * several at once. Adds its checks to @verdict and grants or not.
	 * Returns: ADTLS_OK, or an error that counts as verifier-unavailable.
	 */
	int (*appraise)(void *context, const adtls_appraisal_t *appraisal,
			adtls_verdict_t *verdict);
	void (*free)(void *context);
} adtls_verifier_ops_t;

/** Shared by any number of configurations; reference-counted. */
typedef struct adtls_verifier adtls_verifier_t;

/** adtls_verifier_new: Own backends start here; @context is freed by ops->free with the last reference, also on error. */
int adtls_verifier_new(const adtls_verifier_ops_t *ops, void *context,
		       adtls_verifier_t **out);
adtls_verifier_t *adtls_verifier_ref(adtls_verifier_t *verifier);
void adtls_verifier_unref(adtls_verifier_t *verifier);

/**
 * adtls_local_verifier_new:
 * @policy: trust anchors, reference values and ages; a reference is taken
 * @out: release with adtls_verifier_unref()
 *
 * Appraises EAT (CWT, Content-Format 263) in this process against @policy.
 *
 * Returns: ADTLS_OK or ADTLS_E_MEMORY.
 */
int adtls_local_verifier_new(adtls_policy_t *policy, adtls_verifier_t **out);

#ifdef __cplusplus
}
#endif

#endif
