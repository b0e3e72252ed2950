/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The attestation layer: the hooks, and the authorization of the peer over the
 * life of a connection (protocol §4.3). */
#include "attestation/attestation.h"

#include "attesters/attester.h"
#include "messages/authentication.h"
#include "verifiers/policy.h"
#include "verifiers/verdict.h"
#include "verifiers/verifier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_attester(const adtls_config_t *config, char *out_message,
			  size_t message_len)
{
	const struct priority *priority = &config->priority;
	const adtls_attester_ops_t *ops;

	if (config->attestation.attester == NULL)
		return ADTLS_OK;
	ops = attester_ops(config->attestation.attester);
	if (!credentials_has_key(config->credentials)) {
		snprintf(out_message, message_len,
			 "attester %s is set, but the credentials have no key "
			 "for it to speak of", ops->name);
		return ADTLS_E_CREDENTIALS;
	}
	for (size_t i = 0; i < priority->suite_count; i++) {
		if (priority->suites[i]->hash->len <= ops->binder_max)
			continue;
		snprintf(out_message, message_len,
			 "a binder of %s does not fit attester %s",
			 priority->suites[i]->name, ops->name);
		return ADTLS_E_UNSUPPORTED;
	}
	return ADTLS_OK;
}

/* By whatever name they call us. */
static bool trusts_clients(const adtls_config_t *config)
{
	const adtls_credentials_t *credentials;

	for (size_t i = 0; (credentials = config_credentials(config, i)) != NULL;
	     i++) {
		if (!config_trusts_someone(config, credentials))
			return false;
	}
	return true;
}

static int check_config(const adtls_config_t *config, char *out_message,
			size_t message_len)
{
	char unwanted[1];

	if (out_message == NULL) {
		out_message = unwanted;
		message_len = sizeof(unwanted);
	}
	if (config->attestation.policy != NULL && !trusts_clients(config)) {
		snprintf(out_message, message_len,
			 "the policy speaks of clients' attestation, but the "
			 "credentials have no trust anchor or pinned key for "
			 "clients");
		return ADTLS_E_CREDENTIALS;
	}
	if (config->attestation.policy != NULL &&
	    config->attestation.policy->peer_attestation == POLICY_REQUIRE &&
	    credentials_can_serve(config->credentials) &&
	    !credentials_has_key(config->credentials)) {
		snprintf(out_message, message_len,
			 "the policy requires attestation, which a PSK has no "
			 "key for, and the credentials have no certificate");
		return ADTLS_E_CREDENTIALS;
	}
	return check_attester(config, out_message, message_len);
}

/* A PSK has no TLS identity key that Evidence could speak of (protocol §1). */
static bool allows_external_psk(const adtls_config_t *config, adtls_role_t role)
{
	const struct config_attestation *attestation = &config->attestation;

	if (role == ADTLS_CLIENT)
		return !attestation->is_required;
	return attestation->policy == NULL ||
	       attestation->policy->peer_attestation != POLICY_REQUIRE;
}

static void *new_attestation(const adtls_config_t *config, adtls_role_t role)
{
	struct attestation *attestation = calloc(1, sizeof(*attestation));

	if (attestation == NULL)
		return NULL;
	attestation->config = config;
	attestation->role = role;
	attestation->deadline_us = ADTLS_NEVER;
	attestation->attested_s = ADTLS_UTC_UNKNOWN;
	return attestation;
}

/* Whoever hangs up before its verdict keeps no tickets that a refusal would have
 * taken back (protocol §6). What was granted after the appraisal began was
 * granted to other Evidence. */
static void end(void *layer)
{
	struct attestation *attestation = layer;

	if (attestation->awaited == 0)
		return;
	attestation->awaited = 0;
	attestation_note_denial(attestation, attestation->began_s);
	config_trace(attestation->config,
		     "the connection ends before its verdict: tickets of this "
		     "device are refused");
}

static void free_attestation(void *layer)
{
	struct attestation *attestation = layer;

	end(attestation);
	buffer_clear(&attestation->message);
	adtls_job_free(attestation->appraisal);
	adtls_verdict_unref(attestation->verdict);
	adtls_verdict_unref(attestation->resumed);
	free(attestation);
}

static bool needs_client_certificate(const void *layer)
{
	const struct attestation *attestation = layer;

	return attestation->type != NULL;
}

static bool knows_keys(const adtls_config_t *config)
{
	return config->attestation.policy != NULL &&
	       config->attestation.policy->accepts_device_keys;
}

static bool takes_key(void *layer)
{
	struct attestation *attestation = layer;

	if (attestation->role != ADTLS_SERVER || attestation->type == NULL ||
	    !knows_keys(attestation->config))
		return false;
	attestation->must_name_device = true;
	return true;
}

static bool has_message(const void *layer, adtls_role_t sender)
{
	const struct attestation *attestation = layer;

	return sender == ADTLS_CLIENT && attestation->type != NULL;
}

static size_t message_limit(const void *layer)
{
	const struct attestation *attestation = layer;

	return attestation->config->attestation.limit;
}

static bool receive_message(void *layer, struct handshake *hs,
			    adtls_bytes_t body)
{
	struct attestation *attestation = layer;
	adtls_bytes_t cmw;

	if (!attestation_message_read(body, &cmw))
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE, "Attestation");
	if (!attestation_check_reflection(hs))
		return false;
	if (!buffer_set(&attestation->message, cmw.data, cmw.len)) {
		hs_fail_memory(hs);
		return false;
	}
	return true;
}

static adtls_job_t *next_job(void *layer)
{
	struct attestation *attestation = layer;
	adtls_job_t *job = attestation->appraisal;

	attestation->appraisal = NULL;
	return job;
}

static void set_verdict(struct attestation *attestation,
			adtls_verdict_t *verdict,
			adtls_authorization_t authorization)
{
	adtls_verdict_unref(attestation->verdict);
	attestation->verdict = verdict;
	attestation->authorization = authorization;
	attestation->awaited = 0;
}

/* Deny, with a verdict that says why nothing better came. Without memory for
 * it the old verdict stays; the denial does not depend on it. */
static void deny(struct attestation *attestation, adtls_time_t now,
		 const char *claim, const char *expected, const char *got,
		 adtls_reason_t reason)
{
	const struct config_attestation *config =
		&attestation->config->attestation;
	adtls_verdict_t *verdict =
		verdict_new(adtls_verdict_identity(attestation->verdict),
			    attestation->type, verifier_name(config->verifier),
			    now.utc_s);

	attestation->deadline_us = ADTLS_NEVER;
	/* A grant that ends was no mistake. */
	if (reason != ADTLS_REASON_GRANT_EXPIRED)
		attestation_note_denial(attestation, now.utc_s);
	if (verdict == NULL) {
		attestation->authorization = ADTLS_AUTHORIZATION_DENIED;
		return;
	}
	adtls_verdict_set_device(verdict,
				 adtls_verdict_device(attestation->verdict));
	adtls_verdict_add_check(verdict, claim, expected, got, reason);
	set_verdict(attestation, verdict, ADTLS_AUTHORIZATION_DENIED);
}

/* A grant ends when it says so, and no later than policy says, whether or not
 * there is a UTC to tell (protocol §6). The monotonic clock wakes us. */
static uint64_t grant_deadline(const struct attestation *attestation,
			       const adtls_verdict_t *verdict, adtls_time_t now)
{
	int64_t expires_at = adtls_verdict_expires_at(verdict);
	int64_t left = attestation->config->attestation.policy->grant_s;

	if (expires_at != ADTLS_UTC_UNKNOWN && now.utc_s != ADTLS_UTC_UNKNOWN &&
	    expires_at < now.utc_s + left)
		left = expires_at - now.utc_s;
	if (left < 0)
		left = 0;
	return now.monotonic_us + (uint64_t)left * 1000000;
}

/* The grant of the ticket goes on, until the end that it had (protocol §6). */
static void resume_grant(struct attestation *attestation, adtls_time_t now)
{
	set_verdict(attestation, attestation->resumed,
		    ADTLS_AUTHORIZATION_GRANTED);
	attestation->deadline_us =
		grant_deadline(attestation, attestation->resumed, now);
	attestation->resumed = NULL;
}

/* No Verifier works for a stranger: only now is the Evidence appraised. */
static bool peer_is_finished(void *layer, struct handshake *hs)
{
	struct attestation *attestation = layer;
	const adtls_policy_t *policy = attestation->config->attestation.policy;

	if (attestation->role != ADTLS_SERVER)
		return true;
	/* Another connection may have been denied while this one resumed. */
	if (attestation->resumed != NULL &&
	    attestation_is_denied_since(attestation))
		return hs_refuse(hs, ADTLS_ALERT_ATTESTATION_FAILED,
				 ADTLS_REASON_GRANT_WITHDRAWN,
				 "the device was denied meanwhile");
	if (attestation->resumed != NULL)
		resume_grant(attestation, hs->now);
	if (attestation->type == NULL)
		return true;
	attestation->verdict = verdict_new_pending(hs_facts_identity(hs->facts),
						   attestation->type);
	attestation->appraisal = attestation_new_appraisal(attestation, hs);
	if (attestation->appraisal == NULL || attestation->verdict == NULL ||
	    !attestation_note_identity_key(attestation,
					   buffer_bytes(&hs->peer.spki))) {
		hs_fail_memory(hs);
		return false;
	}
	attestation->awaited = attestation->appraisal->serial;
	attestation->began_s = hs->now.utc_s;
	attestation->deadline_us =
		hs->now.monotonic_us + policy->appraisal_deadline_us;
	return true;
}

static void tick(void *layer, adtls_time_t now)
{
	struct attestation *attestation = layer;

	if (now.monotonic_us < attestation->deadline_us)
		return;
	if (attestation->authorization == ADTLS_AUTHORIZATION_PENDING)
		deny(attestation, now, "appraisal", "a verdict in time",
		     "none before the deadline",
		     ADTLS_REASON_APPRAISAL_TIMEOUT);
	else
		deny(attestation, now, "grant", "a grant that holds",
		     "one that has expired", ADTLS_REASON_GRANT_EXPIRED);
}

static void begin_grant(struct attestation *attestation,
			const adtls_verdict_t *verdict, adtls_time_t now)
{
	const adtls_policy_t *policy = attestation->config->attestation.policy;
	int64_t expires_s = adtls_verdict_expires_at(verdict);

	attestation->deadline_us = grant_deadline(attestation, verdict, now);
	attestation->attested_s = now.utc_s;
	if (now.utc_s == ADTLS_UTC_UNKNOWN)
		return;
	attestation->expires_s = now.utc_s + policy->grant_s;
	if (expires_s != ADTLS_UTC_UNKNOWN && expires_s < attestation->expires_s)
		attestation->expires_s = expires_s;
}

static void refuse_tickets(struct attestation *attestation, adtls_time_t now)
{
	attestation->deadline_us = ADTLS_NEVER;
	attestation_note_denial(attestation, now.utc_s);
}

static bool finish_job(void *layer, adtls_time_t now, adtls_job_t *job)
{
	struct attestation *attestation = layer;
	adtls_authorization_t authorization;
	adtls_verdict_t *verdict;

	if (attestation->awaited == 0 || job->serial != attestation->awaited)
		return false;
	/* Too late, even if nobody has looked at the clock in between. */
	if (now.monotonic_us >= attestation->deadline_us) {
		tick(attestation, now);
		return true;
	}
	verdict = attestation_appraisal_verdict(job);
	if (verdict == NULL) {
		deny(attestation, now, "appraisal", "a verdict", "none",
		     ADTLS_REASON_VERIFIER_UNAVAILABLE);
		return true;
	}
	authorization = adtls_verdict_authorization(verdict);
	set_verdict(attestation, verdict, authorization);
	if (authorization == ADTLS_AUTHORIZATION_GRANTED)
		begin_grant(attestation, verdict, now);
	else
		refuse_tickets(attestation, now);
	return true;
}

static adtls_authorization_t authorization(const void *layer)
{
	const struct attestation *attestation = layer;

	return attestation->authorization;
}

static bool delivers_while_pending(const void *layer)
{
	const struct attestation *attestation = layer;

	return attestation->config->attestation.policy->delivers_while_pending;
}

static adtls_verdict_t *verdict(const void *layer)
{
	const struct attestation *attestation = layer;

	return attestation->verdict;
}

/* The reason stays with us; the peer is told more than that it failed only
 * where policy says so (protocol §2). */
static adtls_alert_t denial_alert(const void *layer)
{
	const struct attestation *attestation = layer;
	adtls_reason_t reason = adtls_verdict_reason(attestation->verdict);

	if (reason == ADTLS_REASON_GRANT_EXPIRED)
		return ADTLS_ALERT_ATTESTATION_REQUIRED;
	if (!attestation->config->attestation.policy->explains_to_peer)
		return ADTLS_ALERT_ATTESTATION_FAILED;
	switch (reason) {
	case ADTLS_REASON_EVIDENCE_STALE:
		return ADTLS_ALERT_EVIDENCE_STALE;
	case ADTLS_REASON_VERIFIER_UNAVAILABLE:
	case ADTLS_REASON_APPRAISAL_TIMEOUT:
		return ADTLS_ALERT_VERIFIER_UNAVAILABLE;
	case ADTLS_REASON_MEASUREMENT_MISMATCH:
	case ADTLS_REASON_SOFTWARE_UNKNOWN:
		return ADTLS_ALERT_MEASUREMENT_REJECTED;
	default:
		return ADTLS_ALERT_ATTESTATION_FAILED;
	}
}

static uint64_t deadline(const void *layer)
{
	const struct attestation *attestation = layer;

	return attestation->deadline_us;
}

static void describe(const void *layer, bool *out_sends, bool *out_receives)
{
	const struct attestation *attestation = layer;
	bool is_negotiated = attestation->type != NULL;

	*out_sends = is_negotiated && attestation->role == ADTLS_CLIENT;
	*out_receives = is_negotiated && attestation->role == ADTLS_SERVER;
}

const struct hs_layer attestation_layer = {
	.extensions = attestation_extensions,
	.extension_count = ATTESTATION_EXTENSIONS,
	.check_config = check_config,
	.allows_external_psk = allows_external_psk,
	.knows_keys = knows_keys,
	.new = new_attestation,
	.free = free_attestation,
	.end = end,
	.negotiate = attestation_negotiate,
	.needs_client_certificate = needs_client_certificate,
	.takes_key = takes_key,
	.has_message = has_message,
	.message_limit = message_limit,
	.start_message = attestation_start_evidence,
	.finish_message = attestation_finish_evidence,
	.receive_message = receive_message,
	.peer_is_finished = peer_is_finished,
	.accepts_ticket = attestation_accepts_ticket,
	.write_ticket = attestation_write_ticket,
	.next_job = next_job,
	.finish_job = finish_job,
	.authorization = authorization,
	.delivers_while_pending = delivers_while_pending,
	.verdict = verdict,
	.denial_alert = denial_alert,
	.deadline = deadline,
	.tick = tick,
	.describe = describe,
};
