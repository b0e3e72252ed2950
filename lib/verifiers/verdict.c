/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Verdicts: what an appraisal found, kept whole until it is asked for.
 *
 * A verdict is written by one thread, then handed over and only read; its
 * reference count alone is shared while it is written. All its strings are
 * made printable when they come in. */
#include "verifiers/verdict_object.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The local Verifier makes about ten. Of further ones only a failure counts. */
#define CHECK_MAX 32

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
	if (string != NULL)
		text_append_escaped(&text, string);
	copy = strdup(printable);
	if (copy == NULL)
		fail(verdict, ADTLS_REASON_INTERNAL);
	free(*place);
	*place = copy;
}

static void set_type(adtls_verdict_t *verdict,
		     const adtls_evidence_type_t *type)
{
	const char *name = type != NULL ? type->media_type : NULL;
	char number[16];

	if (type != NULL && type->content_format >= 0) {
		snprintf(number, sizeof(number), "%d", type->content_format);
		name = number;
	}
	set_string(verdict, &verdict->evidence_type, name);
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

/* Free the first of a list. */
static void check_free(struct verdict_check **list)
{
	struct verdict_check *check = *list;

	*list = check->next;
	free(check->claim);
	free(check->expected);
	free(check->got);
	free(check);
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
	while (verdict->first_check != NULL)
		check_free(&verdict->first_check);
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

/* A new check at the end of the list; NULL if there is no room for one. */
static struct verdict_check *add_check(adtls_verdict_t *verdict)
{
	struct verdict_check **end = &verdict->first_check;
	struct verdict_check *check;

	if (verdict->check_count == CHECK_MAX)
		return NULL;
	check = calloc(1, sizeof(*check));
	if (check == NULL) {
		fail(verdict, ADTLS_REASON_INTERNAL);
		return NULL;
	}
	while (*end != NULL)
		end = &(*end)->next;
	*end = check;
	verdict->check_count++;
	return check;
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
	struct verdict_check *check;

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
