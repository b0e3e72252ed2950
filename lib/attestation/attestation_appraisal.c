/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* As the relying party: is this Evidence, is it of this connection, is it about
 * this TLS identity key (our own checks, protocol §4.2), and what does the
 * Verifier say? Runs as a job, on whatever thread. */
#include "attestation/attestation.h"

#include "base/text.h"
#include "rats/cmw.h"
#include "rats/evidence_claims.h"
#include "verifiers/eat_appraisal.h"
#include "verifiers/policy.h"
#include "verifiers/verdict.h"
#include "verifiers/verifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COORDINATE_LEN 32	/* P-256 */

struct appraisal_job {
	struct adtls_job base;
	adtls_verifier_t *verifier;
	adtls_policy_t *policy;
	const adtls_evidence_type_t *type;
	struct buffer cmw;
	struct secret binder;
	struct buffer tik;
	char identity[ADTLS_NAME_MAX];
	bool must_name_device;
	int64_t utc_s;
	adtls_verdict_t *verdict;
};

static void describe_type(const struct cmw_record *record, char *out,
			  size_t out_len)
{
	struct text text;

	text_init(&text, out, out_len);
	if (record->content_format >= 0)
		text_append_number(&text, record->content_format);
	else
		text_append_bytes(&text, record->media_type);
}

/* One CMW of the negotiated type that says it is Evidence (protocol §4). */
static bool open_cmw(const struct appraisal_job *job, adtls_verdict_t *verdict,
		     struct cmw_record *out)
{
	char got[ADTLS_NAME_MAX];

	switch (cmw_read(buffer_bytes(&job->cmw), out)) {
	case CMW_OK:
		break;
	case CMW_MALFORMED:
		adtls_verdict_add_check(verdict, "cmw", "a CMW record or tag",
					"malformed CBOR",
					ADTLS_REASON_CMW_MALFORMED);
		return false;
	case CMW_UNSUPPORTED:
		adtls_verdict_add_check(verdict, "cmw", "a CBOR record or tag",
					"a form that is not supported here",
					ADTLS_REASON_CMW_MALFORMED);
		return false;
	}
	if (!cmw_type_matches(out, job->type)) {
		describe_type(out, got, sizeof(got));
		adtls_verdict_add_check(verdict, "cmw type",
					adtls_verdict_evidence_type(verdict),
					got, ADTLS_REASON_CMW_TYPE);
		return false;
	}
	if (out->has_indicator &&
	    (out->indicator & CMW_INDICATOR_EVIDENCE) == 0) {
		adtls_verdict_add_check(verdict, "cmw indicator", "evidence",
					"something else",
					ADTLS_REASON_CMW_INDICATOR);
		return false;
	}
	return true;
}

static void check_binder(const struct appraisal_job *job,
			 const struct evidence_claims *claims,
			 adtls_verdict_t *verdict)
{
	char expected[2 * CRYPTO_HASH_MAX + 1], got[ADTLS_NAME_MAX];
	adtls_reason_t reason = ADTLS_REASON_NONE;
	struct text text;

	text_init(&text, expected, sizeof(expected));
	text_append_hex(&text, bytes_of(job->binder.data, job->binder.len));
	if (claims->nonce_count != 1) {
		adtls_verdict_add_check(verdict, "binder", expected,
					claims->nonce_count == 0 ?
						"no nonce" :
						"several nonces",
					ADTLS_REASON_BINDER_MISSING);
		return;
	}
	if (claims->nonce.len != job->binder.len ||
	    !crypto_equal(claims->nonce.data, job->binder.data,
			  job->binder.len))
		reason = ADTLS_REASON_BINDER_MISMATCH;
	text_init(&text, got, sizeof(got));
	text_append_hex(&text, claims->nonce);
	adtls_verdict_add_check(verdict, "binder", expected, got, reason);
}

static void show_key(const uint8_t *x, char *out, size_t out_len)
{
	struct text text;

	text_init(&text, out, out_len);
	text_append(&text, "P-256 x=");
	text_append_hex(&text, bytes_of(x, COORDINATE_LEN));
}

/* The key in the Evidence is the one that verified CertificateVerify. */
static void check_tik(const struct appraisal_job *job,
		      const struct evidence_claims *claims,
		      adtls_verdict_t *verdict)
{
	uint8_t x[COORDINATE_LEN], y[COORDINATE_LEN];
	char expected[ADTLS_NAME_MAX], got[ADTLS_NAME_MAX];
	struct crypto_public_key *key;
	bool is_p256, is_same;

	key = crypto_public_key_new_spki(buffer_bytes(&job->tik));
	is_p256 = key != NULL && crypto_public_key_p256(key, x, y);
	crypto_public_key_free(key);
	if (!is_p256) {
		adtls_verdict_add_check(verdict, "tik", "a P-256 key",
					"a TLS identity key of another kind",
					ADTLS_REASON_TIK_MISMATCH);
		return;
	}
	show_key(x, expected, sizeof(expected));
	if (!claims->has_tik) {
		adtls_verdict_add_check(verdict, "tik", expected, "no key",
					ADTLS_REASON_TIK_MISSING);
		return;
	}
	show_key(claims->tik_x, got, sizeof(got));
	is_same = crypto_equal(x, claims->tik_x, sizeof(x)) &&
		  crypto_equal(y, claims->tik_y, sizeof(y));
	adtls_verdict_add_check(verdict, "tik", expected, got,
				is_same ? ADTLS_REASON_NONE :
					  ADTLS_REASON_TIK_MISMATCH);
}

/* Our own checks; Evidence that fails them is not worth a Verifier's time. */
static bool check_ourselves(const struct appraisal_job *job,
			    const struct cmw_record *record,
			    adtls_verdict_t *verdict)
{
	struct evidence_claims claims;

	if (!evidence_claims_read(job->type, record->value, &claims)) {
		adtls_verdict_add_check(verdict, "evidence",
					"well-formed Evidence of its type",
					"something else",
					ADTLS_REASON_EVIDENCE_MALFORMED);
		return false;
	}
	check_binder(job, &claims, verdict);
	check_tik(job, &claims, verdict);
	return !verdict_has_failed(verdict);
}

static void ask_verifier(const struct appraisal_job *job,
			 const struct cmw_record *record,
			 adtls_verdict_t *verdict)
{
	adtls_appraisal_t appraisal = {
		.type = job->type,
		.evidence = record->value,
		.binder = bytes_of(job->binder.data, job->binder.len),
		.tik = buffer_bytes(&job->tik),
		.identity = job->identity,
		.utc_s = job->utc_s,
	};
	int error = verifier_appraise(job->verifier, &appraisal, verdict);

	if (error != ADTLS_OK)
		adtls_verdict_add_check(verdict, "verifier", "an answer",
					adtls_strerror(error),
					ADTLS_REASON_VERIFIER_UNAVAILABLE);
	else if (job->utc_s != ADTLS_UTC_UNKNOWN)
		verdict_clamp_expiry(verdict,
				     job->utc_s + job->policy->grant_s);
}

static bool names(const struct policy_trust_anchor *anchor, const char *device)
{
	char expected[ADTLS_NAME_MAX];

	eat_describe_device(buffer_bytes(&anchor->ueid), expected);
	return anchor->ueid.len > 0 && strcmp(expected, device) == 0;
}

/* Nobody has pinned the key: the peer is one that was meant if it is a device
 * that policy names, whatever the Verifier thinks of others (protocol §1). */
static void check_device(const struct appraisal_job *job,
			 adtls_verdict_t *verdict)
{
	const char *device = adtls_verdict_device(verdict);
	bool is_named = false;

	for (size_t i = 0; i < job->policy->trust_anchor_count; i++)
		is_named = is_named ||
			   names(&job->policy->trust_anchors[i], device);
	adtls_verdict_add_check(verdict, "key of a device",
				"a device that the policy names", device,
				is_named ? ADTLS_REASON_NONE :
					   ADTLS_REASON_DEVICE_UNKNOWN);
}

static void run_appraisal_job(struct adtls_job *base)
{
	struct appraisal_job *job = (struct appraisal_job *)base;
	struct cmw_record record;
	adtls_verdict_t *verdict;

	verdict = verdict_new(job->identity, job->type,
			      verifier_name(job->verifier), job->utc_s);
	if (verdict == NULL)
		return;
	if (job->policy->is_refusing)
		adtls_verdict_add_check(verdict, "policy", "a policy",
					"none that could be read",
					ADTLS_REASON_POLICY_MISSING);
	else if (open_cmw(job, verdict, &record) &&
		 check_ourselves(job, &record, verdict))
		ask_verifier(job, &record, verdict);
	if (job->must_name_device)
		check_device(job, verdict);
	job->verdict = verdict;
}

static void free_appraisal_job(struct adtls_job *base)
{
	struct appraisal_job *job = (struct appraisal_job *)base;

	adtls_verifier_unref(job->verifier);
	adtls_policy_unref(job->policy);
	adtls_verdict_unref(job->verdict);
	buffer_clear(&job->cmw);
	buffer_clear(&job->tik);
	secret_wipe(&job->binder);
	free(job);
}

adtls_job_t *attestation_new_appraisal(struct attestation *attestation,
				       struct handshake *hs)
{
	const struct config_attestation *config =
		&attestation->config->attestation;
	adtls_bytes_t tik = buffer_bytes(&hs->peer.spki);
	struct appraisal_job *job = calloc(1, sizeof(*job));

	if (job == NULL) {
		hs_fail_memory(hs);
		return NULL;
	}
	job->base.kind = ADTLS_JOB_APPRAISE;
	job->base.is_slow = true;
	job->base.run = run_appraisal_job;
	job->base.free = free_appraisal_job;
	job->base.owner = hs->engine_id;
	job->base.serial = ++*hs->job_serial;
	job->verifier = adtls_verifier_ref(config->verifier);
	job->policy = adtls_policy_ref(config->policy);
	job->type = attestation->type;
	job->must_name_device = attestation->must_name_device;
	job->utc_s = hs->now.utc_s;
	snprintf(job->identity, sizeof(job->identity), "%s",
		 hs_facts_identity(hs->facts));
	job->cmw = attestation->message;
	attestation->message = (struct buffer){ 0 };
	if (!hs_attestation_binder(hs, ADTLS_CLIENT, tik, &job->binder) ||
	    !buffer_set(&job->tik, tik.data, tik.len)) {
		free_appraisal_job(&job->base);
		hs_fail_memory(hs);
		return NULL;
	}
	return &job->base;
}

adtls_verdict_t *attestation_appraisal_verdict(const adtls_job_t *base)
{
	const struct appraisal_job *job = (const struct appraisal_job *)base;

	return job->verdict != NULL ? adtls_verdict_ref(job->verdict) : NULL;
}
