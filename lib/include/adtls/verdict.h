/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The verdict: everything there is to say about a peer's attestation. */
#ifndef ADTLS_VERDICT_H
#define ADTLS_VERDICT_H

#include <adtls/error.h>
#include <adtls/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What the peer may do (protocol §4.3). */
typedef enum adtls_authorization {
	/** No attestation was asked of the peer: authentication alone decides. */
	ADTLS_AUTHORIZATION_NONE = 0,
	/** Evidence is being appraised; no data flows. */
	ADTLS_AUTHORIZATION_PENDING = 1,
	ADTLS_AUTHORIZATION_GRANTED = 2,
	ADTLS_AUTHORIZATION_DENIED = 3
} adtls_authorization_t;

/** One check of an appraisal. Strings belong to the verdict. */
typedef struct adtls_check {
	const char *claim;	/* "measurement", "binder", "tik", ... */
	const char *expected;
	const char *got;
	adtls_reason_t reason;	/* ADTLS_REASON_NONE: passed */
} adtls_check_t;

/** Reference-counted; immutable once the application sees it. */
typedef struct adtls_verdict adtls_verdict_t;

adtls_verdict_t *adtls_verdict_ref(adtls_verdict_t *verdict);
void adtls_verdict_unref(adtls_verdict_t *verdict);

/** adtls_verdict_authorization: NULL counts as ADTLS_AUTHORIZATION_NONE. */
adtls_authorization_t adtls_verdict_authorization(const adtls_verdict_t *verdict);
/**
 * adtls_verdict_reason: Why it is denied: the first failed check's reason, or
 * ADTLS_REASON_VERIFIER_UNAVAILABLE if the Verifier neither granted nor named
 * one. ADTLS_REASON_NONE unless it is denied.
 */
adtls_reason_t adtls_verdict_reason(const adtls_verdict_t *verdict);
/** adtls_verdict_identity: The name in the peer's certificate, never NULL. */
const char *adtls_verdict_identity(const adtls_verdict_t *verdict);
/** adtls_verdict_device: The device named by the Evidence, such as "ueid:01a4..."; never NULL. */
const char *adtls_verdict_device(const adtls_verdict_t *verdict);
/** adtls_verdict_software: What it runs, by the Evidence; never NULL. */
const char *adtls_verdict_software(const adtls_verdict_t *verdict);
/** adtls_verdict_evidence_type: "263" or a media type; never NULL. */
const char *adtls_verdict_evidence_type(const adtls_verdict_t *verdict);
/** adtls_verdict_verifier: Who appraised; never NULL. */
const char *adtls_verdict_verifier(const adtls_verdict_t *verdict);
/** adtls_verdict_appraised_at: UTC seconds, or ADTLS_UTC_UNKNOWN. */
int64_t adtls_verdict_appraised_at(const adtls_verdict_t *verdict);
/** adtls_verdict_expires_at: UTC seconds until which a grant holds, or ADTLS_UTC_UNKNOWN. */
int64_t adtls_verdict_expires_at(const adtls_verdict_t *verdict);
size_t adtls_verdict_check_count(const adtls_verdict_t *verdict);
/** adtls_verdict_check: Returns: false if there is no check @index. */
bool adtls_verdict_check(const adtls_verdict_t *verdict, size_t index,
			 adtls_check_t *out);
/**
 * adtls_verdict_explain:
 * @out: receives one line for a log: identity, device, outcome, and for a
 *   refusal the reason, the claim, expected and got
 * @out_len: its size in bytes with NUL; 512 is plenty, more is cut
 *
 * Returns: the length of the line, without NUL.
 */
size_t adtls_verdict_explain(const adtls_verdict_t *verdict, char *out,
			     size_t out_len);

/* For Verifiers (see verifier.h): each copies its strings, and a verdict that
 * ran out of memory is denied. */

/** adtls_verdict_add_check: @reason ADTLS_REASON_NONE says that it passed. */
void adtls_verdict_add_check(adtls_verdict_t *verdict, const char *claim,
			     const char *expected, const char *got,
			     adtls_reason_t reason);
void adtls_verdict_set_device(adtls_verdict_t *verdict, const char *device);
void adtls_verdict_set_software(adtls_verdict_t *verdict, const char *software);
/**
 * adtls_verdict_grant:
 * @expires_at_utc: until when, or ADTLS_UTC_UNKNOWN for as long as the policy says
 *
 * Without this call a verdict is denied; with a failed check it is denied
 * all the same.
 */
void adtls_verdict_grant(adtls_verdict_t *verdict, int64_t expires_at_utc);

#ifdef __cplusplus
}
#endif

#endif
