/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The local Verifier: appraises EAT in this process against a policy.
 *
 * Whether the Evidence is for this connection and this TLS identity key is
 * the relying party's own check (protocol §4.2), made for every Verifier. */
#include "base/text.h"
#include "rats/content_type.h"
#include "rats/cose_sign1.h"
#include "rats/eat.h"
#include "verifiers/eat_appraisal.h"
#include "verifiers/policy.h"
#include "verifiers/verifier.h"

/* A key id names one key; more have the same by malice or group use. Without
 * a key id all anchors are tried, but each try costs a verification. */
#define VERIFICATION_MAX 16

/* Longest key id that is shown. */
#define KEY_ID_SHOWN_MAX 32

struct signature_search {
	const struct cose_sign1 *message;
	const adtls_policy_t *policy;
	size_t tried_count;
};

static bool key_id_fits(const struct policy_trust_anchor *anchor,
			const struct cose_sign1 *message)
{
	return message->key_id.len == 0 ||
	       bytes_equal(message->key_id,
			   bytes_of(anchor->key_id, sizeof(anchor->key_id)));
}

static bool ueid_fits(const struct policy_trust_anchor *anchor,
		      adtls_bytes_t ueid)
{
	return anchor->ueid.len == 0 ||
	       bytes_equal(buffer_bytes(&anchor->ueid), ueid);
}

/* An anchor whose key made the signature, among those that speak for @ueid,
 * or among the others. */
static const struct policy_trust_anchor *
search_signer(struct signature_search *search, adtls_bytes_t ueid,
	      bool wants_ueid)
{
	const adtls_policy_t *policy = search->policy;

	for (size_t i = 0; i < policy->trust_anchor_count; i++) {
		const struct policy_trust_anchor *anchor =
			&policy->trust_anchors[i];

		if (!key_id_fits(anchor, search->message) ||
		    ueid_fits(anchor, ueid) != wants_ueid)
			continue;
		if (search->tried_count == VERIFICATION_MAX)
			return NULL;
		search->tried_count++;
		if (cose_sign1_verify(search->message, anchor->key))
			return anchor;
	}
	return NULL;
}

/* The ueid is not authentic yet: here it only picks whom to try first, as the
 * key id does. */
static const struct policy_trust_anchor *
find_signer(struct signature_search *search, adtls_bytes_t ueid)
{
	const struct policy_trust_anchor *anchor =
		search_signer(search, ueid, true);

	return anchor != NULL ? anchor : search_signer(search, ueid, false);
}

static void refuse_signature(const struct signature_search *search,
			     adtls_verdict_t *verdict)
{
	adtls_bytes_t key_id = search->message->key_id;
	char got[ADTLS_NAME_MAX];
	struct text text;

	if (search->tried_count > 0) {
		adtls_verdict_add_check(verdict, "signature",
					"by a trust anchor's key",
					"one that does not verify",
					ADTLS_REASON_EVIDENCE_SIGNATURE);
		return;
	}
	text_init(&text, got, sizeof(got));
	text_append(&text, "key id ");
	if (key_id.len <= KEY_ID_SHOWN_MAX)
		text_append_hex(&text, key_id);
	else
		text_append(&text, "too long to be one");
	adtls_verdict_add_check(verdict, "signature", "by a trust anchor's key",
				got, ADTLS_REASON_EVIDENCE_UNTRUSTED_KEY);
}

static bool check_algorithm(const struct cose_sign1 *message,
			    adtls_verdict_t *verdict)
{
	char got[ADTLS_NAME_MAX];
	struct text text;

	if (message->algorithm == COSE_ALGORITHM_ES256)
		return true;
	text_init(&text, got, sizeof(got));
	text_append_number(&text, message->algorithm);
	adtls_verdict_add_check(verdict, "algorithm", "-7 (ES256)", got,
				ADTLS_REASON_EVIDENCE_SIGNATURE);
	return false;
}

/* Read the Evidence; a refusal is in the verdict. */
static bool read_evidence(adtls_bytes_t evidence, struct cose_sign1 *message,
			  struct eat *eat, adtls_verdict_t *verdict)
{
	const char *problem;

	if (!cose_sign1_read(evidence, message, &problem)) {
		adtls_verdict_add_check(verdict, "evidence", "a COSE_Sign1",
					problem,
					ADTLS_REASON_EVIDENCE_MALFORMED);
		return false;
	}
	if (!check_algorithm(message, verdict))
		return false;
	if (!eat_read(message->payload, eat, &problem)) {
		adtls_verdict_add_check(verdict, "evidence", "an EAT", problem,
					ADTLS_REASON_EVIDENCE_MALFORMED);
		return false;
	}
	return true;
}

static int local_verifier_appraise(void *context,
				   const adtls_appraisal_t *appraisal,
				   adtls_verdict_t *verdict)
{
	const adtls_policy_t *policy = context;
	const struct policy_trust_anchor *anchor;
	struct cose_sign1 message;
	struct eat eat;
	struct signature_search search = { .message = &message,
					   .policy = policy };

	if (policy->is_refusing) {
		adtls_verdict_add_check(verdict, "policy", "a policy",
					"none that could be read",
					ADTLS_REASON_POLICY_MISSING);
		return ADTLS_OK;
	}
	if (!read_evidence(appraisal->evidence, &message, &eat, verdict))
		return ADTLS_OK;
	anchor = find_signer(&search, eat.ueid);
	if (anchor == NULL) {
		refuse_signature(&search, verdict);
		return ADTLS_OK;
	}
	adtls_verdict_add_check(verdict, "signature", "by a trust anchor's key",
				anchor->name, ADTLS_REASON_NONE);
	eat_appraise(&eat, anchor, policy, appraisal->utc_s, verdict);
	return ADTLS_OK;
}

static bool local_verifier_accepts(void *context,
				   const adtls_evidence_type_t *type)
{
	struct content_type content_type = content_type_of(type);

	(void)context;
	return content_type_is(&content_type, CONTENT_FORMAT_EAT_CWT);
}

static void local_verifier_free(void *context)
{
	adtls_policy_unref(context);
}

static const adtls_verifier_ops_t local_verifier_ops = {
	.name = "local",
	.accepts = local_verifier_accepts,
	.appraise = local_verifier_appraise,
	.free = local_verifier_free,
};

/**
 * adtls_local_verifier_new:
 * @policy: trust anchors, reference values and ages; a reference is taken
 * @out: release with adtls_verifier_unref()
 *
 * Appraises EAT (CWT, Content-Format 263) in this process against @policy.
 * With the policy of a load that failed it refuses everything.
 *
 * Returns: %ADTLS_OK or %ADTLS_E_MEMORY.
 **/
int adtls_local_verifier_new(adtls_policy_t *policy, adtls_verifier_t **out)
{
	return adtls_verifier_new(&local_verifier_ops, adtls_policy_ref(policy),
				  out);
}
