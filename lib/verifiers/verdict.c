/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verdicts: what an appraisal found, kept whole until it is asked for.
 *
 * A verdict is written by one thread, then handed over and only read; its
 * reference count alone is shared while it is written. All its strings are
 * made printable when they come in. */
#include "verifiers/verdict.h"

#include "verifiers/text.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* The local Verifier makes about ten; further ones are dropped, but a failed
 * one still denies. */
#define CHECK_MAX 32

struct check {
	char *claim;
	char *expected;
	char *got;
	adtls_reason_t reason;
};

struct adtls_verdict {
	atomic_uint references;
	adtls_authorization_t authorization; /* as set; see the getter */
	adtls_reason_t failure;		     /* of the first failed check */
	char *identity;
	char *device;
	char *software;
	char *evidence_type;
	char *verifier;
	int64_t appraised_at;
	int64_t expires_at;
	struct check *checks;
	size_t check_count;
};

static const char *text_or_empty(const char *string)
{
	return string != NULL ? string : "";
}

/* What has gone wrong first stays the reason. */
static void fail(adtls_verdict_t *verdict, adtls_reason_t reason)
{
	if (verdict->failure == ADTLS_REASON_NONE)
		verdict->failure = reason;
}

/* A printable, bounded copy in place of *@place; NULL counts as empty. */
static void set_string(adtls_verdict_t *verdict, char **place,
		       const char *string)
{
	char printable[ADTLS_NAME_MAX];
	struct text text;
	char *copy;

	text_init(&text, printable, sizeof(printable));
	text_append_escaped(&text, text_or_empty(string));
	copy = strdup(printable);
	if (copy == NULL)
		fail(verdict, ADTLS_REASON_INTERNAL);
	free(*place);
	*place = copy;
}

static void set_type(adtls_verdict_t *verdict,
		     const adtls_evidence_type_t *type)
{
	char number[ADTLS_NAME_MAX];
	struct text text;

	if (type == NULL || type->content_format < 0) {
		set_string(verdict, &verdict->evidence_type,
			   type != NULL ? type->media_type : NULL);
		return;
	}
	text_init(&text, number, sizeof(number));
	text_append_number(&text, type->content_format);
	set_string(verdict, &verdict->evidence_type, number);
}

adtls_verdict_t *verdict_new(const char *identity,
			     const adtls_evidence_type_t *type,
			     const char *verifier, int64_t appraised_at)
{
	adtls_verdict_t *verdict = calloc(1, sizeof(*verdict));

	if (verdict == NULL)
		return NULL;
	atomic_init(&verdict->references, 1);
	verdict->authorization = ADTLS_AUTHORIZATION_DENIED;
	verdict->appraised_at = appraised_at;
	verdict->expires_at = ADTLS_UTC_UNKNOWN;
	set_string(verdict, &verdict->identity, identity);
	set_string(verdict, &verdict->verifier, verifier);
	set_type(verdict, type);
	if (verdict->failure != ADTLS_REASON_NONE) {
		adtls_verdict_unref(verdict);
		return NULL;
	}
	return verdict;
}

adtls_verdict_t *verdict_new_pending(const char *identity,
				     const adtls_evidence_type_t *type)
{
	adtls_verdict_t *verdict =
		verdict_new(identity, type, NULL, ADTLS_UTC_UNKNOWN);

	if (verdict != NULL)
		verdict->authorization = ADTLS_AUTHORIZATION_PENDING;
	return verdict;
}

/**
 * adtls_verdict_ref:
 * @verdict: a verdict, or %NULL
 *
 * Takes a reference; from any thread.
 *
 * Returns: @verdict.
 **/
adtls_verdict_t *adtls_verdict_ref(adtls_verdict_t *verdict)
{
	if (verdict != NULL)
		atomic_fetch_add(&verdict->references, 1);
	return verdict;
}

/**
 * adtls_verdict_unref:
 * @verdict: a verdict, or %NULL
 *
 * Gives a reference back; the last one frees. From any thread.
 **/
void adtls_verdict_unref(adtls_verdict_t *verdict)
{
	if (verdict == NULL || atomic_fetch_sub(&verdict->references, 1) != 1)
		return;
	for (size_t i = 0; i < verdict->check_count; i++) {
		free(verdict->checks[i].claim);
		free(verdict->checks[i].expected);
		free(verdict->checks[i].got);
	}
	free(verdict->checks);
	free(verdict->identity);
	free(verdict->device);
	free(verdict->software);
	free(verdict->evidence_type);
	free(verdict->verifier);
	free(verdict);
}

bool verdict_has_failed(const adtls_verdict_t *verdict)
{
	return verdict->failure != ADTLS_REASON_NONE;
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
 * @index: from 0, in the order in which the checks were made
 * @out: receives the check; its strings belong to @verdict
 *
 * Returns: false if there is no check @index.
 **/
bool adtls_verdict_check(const adtls_verdict_t *verdict, size_t index,
			 adtls_check_t *out)
{
	const struct check *check;

	if (index >= adtls_verdict_check_count(verdict))
		return false;
	check = &verdict->checks[index];
	*out = (adtls_check_t){
		.claim = text_or_empty(check->claim),
		.expected = text_or_empty(check->expected),
		.got = text_or_empty(check->got),
		.reason = check->reason,
	};
	return true;
}

/* Room for one more check; NULL if there is none. */
static struct check *add_check(adtls_verdict_t *verdict)
{
	struct check *grown;

	if (verdict->check_count == CHECK_MAX)
		return NULL;
	grown = realloc(verdict->checks,
			(verdict->check_count + 1) * sizeof(*grown));
	if (grown == NULL) {
		fail(verdict, ADTLS_REASON_INTERNAL);
		return NULL;
	}
	verdict->checks = grown;
	grown += verdict->check_count++;
	*grown = (struct check){ 0 };
	return grown;
}

/**
 * adtls_verdict_add_check:
 * @verdict: a verdict that is being made
 * @claim: what was checked, such as "measurement"
 * @expected: what it had to be
 * @got: what it was
 * @reason: %ADTLS_REASON_NONE says that it passed
 *
 * Adds one check; strings are copied, made printable and cut at 255 bytes,
 * %NULL counts as empty. Beyond 32 checks only @reason is kept.
 **/
void adtls_verdict_add_check(adtls_verdict_t *verdict, const char *claim,
			     const char *expected, const char *got,
			     adtls_reason_t reason)
{
	struct check *check;

	if (reason != ADTLS_REASON_NONE)
		fail(verdict, reason);
	check = add_check(verdict);
	if (check == NULL)
		return;
	check->reason = reason;
	set_string(verdict, &check->claim, claim);
	set_string(verdict, &check->expected, expected);
	set_string(verdict, &check->got, got);
}

/**
 * adtls_verdict_set_device:
 * @verdict: a verdict that is being made
 * @device: by authentic Evidence; copied as in adtls_verdict_add_check()
 *
 * Says which device this is.
 **/
void adtls_verdict_set_device(adtls_verdict_t *verdict, const char *device)
{
	set_string(verdict, &verdict->device, device);
}

/**
 * adtls_verdict_set_software:
 * @verdict: a verdict that is being made
 * @software: by authentic Evidence; copied as in adtls_verdict_add_check()
 *
 * Says what the device runs.
 **/
void adtls_verdict_set_software(adtls_verdict_t *verdict, const char *software)
{
	set_string(verdict, &verdict->software, software);
}

/**
 * adtls_verdict_grant:
 * @verdict: a verdict that is being made
 * @expires_at_utc: until when, in UTC seconds, or %ADTLS_UTC_UNKNOWN for as
 *   long as the policy says
 *
 * Grants. Without this call a verdict is denied; with a failed check, before
 * or after, it is denied all the same.
 **/
void adtls_verdict_grant(adtls_verdict_t *verdict, int64_t expires_at_utc)
{
	verdict->authorization = ADTLS_AUTHORIZATION_GRANTED;
	verdict_clamp_expiry(verdict, expires_at_utc);
}

void verdict_clamp_expiry(adtls_verdict_t *verdict, int64_t expires_at)
{
	bool is_sooner = verdict->expires_at == ADTLS_UTC_UNKNOWN ||
			 expires_at < verdict->expires_at;

	if (expires_at != ADTLS_UTC_UNKNOWN && is_sooner)
		verdict->expires_at = expires_at;
}
