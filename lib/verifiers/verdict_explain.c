/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A verdict as one line of a log. */
#include "base/text.h"
#include "verifiers/verdict.h"

/* device ueid:01ab (CN=sensor-2) */
static void append_subject(struct text *text, const adtls_verdict_t *verdict)
{
	const char *device = adtls_verdict_device(verdict);
	const char *identity = adtls_verdict_identity(verdict);

	text_append(text, "device ");
	text_append(text, *device != '\0' ? device : "unknown");
	text_append(text, " (");
	text_append(text, *identity != '\0' ? identity : "no identity");
	text_append(text, ") ");
}

static bool find_failed_check(const adtls_verdict_t *verdict,
			      adtls_check_t *out)
{
	for (size_t i = 0; adtls_verdict_check(verdict, i, out); i++) {
		if (out->reason != ADTLS_REASON_NONE)
			return true;
	}
	return false;
}

static void append_refusal(struct text *text, const adtls_verdict_t *verdict)
{
	adtls_check_t check;

	text_append(text, "refused: ");
	text_append(text, adtls_reason_name(adtls_verdict_reason(verdict)));
	if (!find_failed_check(verdict, &check))
		return;
	text_append(text, ": ");
	text_append(text, check.claim);
	text_append(text, ": expected ");
	text_append(text, check.expected);
	text_append(text, ", got ");
	text_append(text, check.got);
}

static void append_grant(struct text *text, const adtls_verdict_t *verdict)
{
	const char *software = adtls_verdict_software(verdict);
	int64_t expires_at = adtls_verdict_expires_at(verdict);

	text_append(text, "granted");
	if (expires_at != ADTLS_UTC_UNKNOWN) {
		text_append(text, " until ");
		text_append_time(text, expires_at);
	}
	if (*software != '\0') {
		text_append(text, ": ");
		text_append(text, software);
	}
}

/**
 * adtls_verdict_explain:
 * @verdict: a verdict, or %NULL
 * @out: receives one line for a log: identity, device, outcome, and for a
 *   refusal the reason, the claim, expected and got
 * @out_len: its size in bytes with NUL; 512 is plenty for the usual names,
 *   1280 for any; more is cut
 *
 * Says it all in printable ASCII, other bytes as \xNN, without a line end.
 *
 * Returns: the length of the line, without NUL.
 **/
size_t adtls_verdict_explain(const adtls_verdict_t *verdict, char *out,
			     size_t out_len)
{
	struct text text;

	text_init(&text, out, out_len);
	append_subject(&text, verdict);
	switch (adtls_verdict_authorization(verdict)) {
	case ADTLS_AUTHORIZATION_NONE:
		text_append(&text, "not asked for Evidence");
		break;
	case ADTLS_AUTHORIZATION_PENDING:
		text_append(&text, "waits for its appraisal");
		break;
	case ADTLS_AUTHORIZATION_GRANTED:
		append_grant(&text, verdict);
		break;
	case ADTLS_AUTHORIZATION_DENIED:
		append_refusal(&text, verdict);
		break;
	}
	return text.len;
}
