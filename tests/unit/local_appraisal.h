/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Evidence that says what a test wants, signed by the attestation key of the
 * vectors, and its appraisal by the local Verifier. Every helper fails the
 * test that runs if it cannot do its work. */
#ifndef TESTS_UNIT_LOCAL_APPRAISAL_H
#define TESTS_UNIT_LOCAL_APPRAISAL_H

#include "base/buffer.h"
#include "tests/support/test_vectors.h"
#include "tests/unit/policy_text.h"
#include "verifiers/verdict.h"
#include "verifiers/verifier.h"

#define NOW 1790000000 /* when the vectors were issued */

#define USUAL_POLICY                                             \
	POLICY_TEXT(POLICY_USUAL_ANCHOR, POLICY_USUAL_REFERENCE, \
		    POLICY_ACCEPT_ECHO)

/* The vectors' key id, another one, or none. */
#define KEY_ID	     "089b6aeed6169bbf"
#define OTHER_KEY_ID "0000000000000001"
#define NO_KEY_ID    ""

#define DIGITS(d) \
	d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d d

/* What Evidence says, signed by the vectors' attestation key; a missing member
 * leaves the claim out. */
struct claims {
	const char *ueid;
	const char *name;
	const char *measurement;
	int64_t issued_at;
	int64_t expires_at;
	int64_t not_before;
};

#define USUAL_UEID "0101020304050607"

extern const struct claims usual_claims;

extern const adtls_evidence_type_t eat_cwt;

/* Group fixtures: the attestation key of the vectors. */
int signer_set_up(void **state);
int signer_tear_down(void **state);
/* Run @check with the vector of that name in evidence.json. */
void with_vector(const char *name, void (*check)(const json_t *vector));

/* A local Verifier with this policy, which has to be good. */
adtls_verifier_t *verifier_of(const char *policy_text);
adtls_verdict_t *appraise_by(const adtls_verifier_t *verifier,
			     adtls_bytes_t evidence, int64_t utc_s);
adtls_verdict_t *appraise(const char *policy_text, adtls_bytes_t evidence,
			  int64_t utc_s);
/* Append Evidence with these claims and this key id. */
void sign_claims(const struct claims *claims, const char *key_id_digits,
		 struct buffer *out);
adtls_verdict_t *appraise_claims(const char *policy_text,
				 const struct claims *claims,
				 const char *key_id, int64_t utc_s);

bool is_granted(const adtls_verdict_t *verdict);
/* The reason, and the first failed check. */
void assert_refusal(const adtls_verdict_t *verdict, adtls_reason_t reason,
		    const char *claim, const char *expected, const char *got);
/* The same for Evidence with these claims. */
void assert_refused(const char *policy_text, const struct claims *claims,
		    int64_t utc_s, adtls_reason_t reason, const char *claim,
		    const char *expected, const char *got);
void assert_granted(const char *policy_text, const struct claims *claims,
		    const char *key_id, int64_t utc_s);

#endif
