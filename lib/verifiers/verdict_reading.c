/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an application reads of a verdict. */
#include "verifiers/verdict_object.h"

static const char *text_or_empty(const char *string)
{
	return string != NULL ? string : "";
}

/**
 * adtls_verdict_authorization:
 * @verdict: a verdict; %NULL counts as %ADTLS_AUTHORIZATION_NONE
 *
 * Returns: what the peer may do.
 **/
adtls_authorization_t
adtls_verdict_authorization(const adtls_verdict_t *verdict)
{
	if (verdict == NULL)
		return ADTLS_AUTHORIZATION_NONE;
	if (verdict_has_failed(verdict))
		return ADTLS_AUTHORIZATION_DENIED;
	return verdict->authorization;
}

/**
 * adtls_verdict_reason:
 * @verdict: a verdict, or %NULL
 *
 * Returns: why the peer was denied: the first failed check's reason, or
 * %ADTLS_REASON_VERIFIER_UNAVAILABLE if the Verifier neither granted nor
 * named one; %ADTLS_REASON_NONE unless the peer was denied.
 **/
adtls_reason_t adtls_verdict_reason(const adtls_verdict_t *verdict)
{
	if (adtls_verdict_authorization(verdict) != ADTLS_AUTHORIZATION_DENIED)
		return ADTLS_REASON_NONE;
	if (verdict_has_failed(verdict))
		return verdict->failure;
	return ADTLS_REASON_VERIFIER_UNAVAILABLE;
}

/**
 * adtls_verdict_identity:
 * @verdict: a verdict, or %NULL
 *
 * Returns: the name in the peer's certificate, never %NULL.
 **/
const char *adtls_verdict_identity(const adtls_verdict_t *verdict)
{
	return verdict != NULL ? text_or_empty(verdict->identity) : "";
}

/**
 * adtls_verdict_device:
 * @verdict: a verdict, or %NULL
 *
 * Returns: the device that authentic Evidence names, such as "ueid:01a4...";
 * never %NULL.
 **/
const char *adtls_verdict_device(const adtls_verdict_t *verdict)
{
	return verdict != NULL ? text_or_empty(verdict->device) : "";
}

/**
 * adtls_verdict_software:
 * @verdict: a verdict, or %NULL
 *
 * Returns: what the device runs, by its Evidence; never %NULL.
 **/
const char *adtls_verdict_software(const adtls_verdict_t *verdict)
{
	return verdict != NULL ? text_or_empty(verdict->software) : "";
}

/**
 * adtls_verdict_evidence_type:
 * @verdict: a verdict, or %NULL
 *
 * Returns: the type of Evidence, "263" or a media type; never %NULL.
 **/
const char *adtls_verdict_evidence_type(const adtls_verdict_t *verdict)
{
	return verdict != NULL ? text_or_empty(verdict->evidence_type) : "";
}

/**
 * adtls_verdict_verifier:
 * @verdict: a verdict, or %NULL
 *
 * Returns: who appraised; never %NULL.
 **/
const char *adtls_verdict_verifier(const adtls_verdict_t *verdict)
{
	return verdict != NULL ? text_or_empty(verdict->verifier) : "";
}

/**
 * adtls_verdict_appraised_at:
 * @verdict: a verdict, or %NULL
 *
 * Returns: when, in UTC seconds, or %ADTLS_UTC_UNKNOWN.
 **/
int64_t adtls_verdict_appraised_at(const adtls_verdict_t *verdict)
{
	return verdict != NULL ? verdict->appraised_at : ADTLS_UTC_UNKNOWN;
}

/**
 * adtls_verdict_expires_at:
 * @verdict: a verdict, or %NULL
 *
 * Returns: until when a grant holds, in UTC seconds, or %ADTLS_UTC_UNKNOWN.
 **/
int64_t adtls_verdict_expires_at(const adtls_verdict_t *verdict)
{
	return verdict != NULL ? verdict->expires_at : ADTLS_UTC_UNKNOWN;
}

/**
 * adtls_verdict_check_count:
 * @verdict: a verdict, or %NULL
 *
 * Returns: how many checks adtls_verdict_check() can give, at most 32.
 **/
size_t adtls_verdict_check_count(const adtls_verdict_t *verdict)
{
	return verdict != NULL ? verdict->check_count : 0;
}

/**
 * adtls_verdict_check:
 * @verdict: a verdict, or %NULL
 * @index: from 0, in the order of the appraisal
 * @out: receives the check; its strings belong to @verdict
 *
 * Returns: false if there is no check @index.
 **/
bool adtls_verdict_check(const adtls_verdict_t *verdict, size_t index,
			 adtls_check_t *out)
{
	const struct verdict_check *check;

	if (index >= adtls_verdict_check_count(verdict))
		return false;
	check = verdict->first_check;
	while (index-- > 0)
		check = check->next;
	*out = (adtls_check_t){
		.claim = text_or_empty(check->claim),
		.expected = text_or_empty(check->expected),
		.got = text_or_empty(check->got),
		.reason = check->reason,
	};
	return true;
}
