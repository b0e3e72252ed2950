/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Appraises the claims of an authentic EAT, and says for each what was
 * expected and what was found. */
#include "verifiers/eat_appraisal.h"

#include "base/text.h"
#include "verifiers/policy_schema.h"
#include "verifiers/verdict.h"

#include <string.h>

/* As many reference values as fit a check's text are shown. */
#define REFERENCES_SHOWN_MAX 3

/* What all checks look at. */
struct appraisal {
	const struct eat *eat;
	const struct policy_trust_anchor *anchor;
	const adtls_policy_t *policy;
	int64_t utc_s;
	adtls_verdict_t *verdict;
};

/* A check's two sides, made up in place. */
struct sides {
	struct text expected;
	struct text got;
	char expected_data[ADTLS_NAME_MAX];
	char got_data[ADTLS_NAME_MAX];
};

static void sides_init(struct sides *sides)
{
	text_init(&sides->expected, sides->expected_data,
		  sizeof(sides->expected_data));
	text_init(&sides->got, sides->got_data, sizeof(sides->got_data));
}

static void add_check(const struct appraisal *appraisal, const char *claim,
		      const struct sides *sides, adtls_reason_t reason)
{
	adtls_verdict_add_check(appraisal->verdict, claim, sides->expected_data,
				sides->got_data, reason);
}

static adtls_reason_t reason_unless(bool is_good, adtls_reason_t reason)
{
	return is_good ? ADTLS_REASON_NONE : reason;
}

static void append_measurement(struct text *text, adtls_bytes_t measurement)
{
	text_append(text, "sha-256:");
	text_append_hex(text, measurement);
}

static void append_or_none(struct text *text, adtls_bytes_t string)
{
	if (string.len > 0)
		text_append_bytes(text, string);
	else
		text_append(text, "none");
}

static void check_key_binding(const struct appraisal *appraisal)
{
	const bool *accepts = appraisal->policy->accepts_key_binding;
	adtls_key_binding_t binding = appraisal->anchor->key_binding;
	struct sides sides;

	sides_init(&sides);
	for (size_t i = 0; i < POLICY_KEY_BINDING_COUNT; i++) {
		if (!accepts[i])
			continue;
		if (sides.expected.len > 0)
			text_append(&sides.expected, " or ");
		text_append(&sides.expected, policy_key_binding_names[i]);
	}
	text_append(&sides.got, policy_key_binding_names[binding]);
	add_check(appraisal, "key-binding", &sides,
		  reason_unless(accepts[binding],
				ADTLS_REASON_KEY_BINDING_TOO_WEAK));
}

static void check_ueid(const struct appraisal *appraisal)
{
	adtls_bytes_t expected = buffer_bytes(&appraisal->anchor->ueid);
	adtls_bytes_t got = appraisal->eat->ueid;
	struct sides sides;

	if (expected.len == 0)
		return;
	sides_init(&sides);
	text_append_hex(&sides.expected, expected);
	if (got.len == 0) {
		text_append(&sides.got, "none");
		add_check(appraisal, "ueid", &sides,
			  ADTLS_REASON_CLAIM_MISSING);
		return;
	}
	text_append_hex(&sides.got, got);
	add_check(appraisal, "ueid", &sides,
		  reason_unless(bytes_equal(expected, got),
				ADTLS_REASON_DEVICE_UNKNOWN));
}

/* The time of a claim against a bound: it is to be at most, or at least, so. */
static void check_time(const struct appraisal *appraisal, const char *claim,
		       const char *relation, int64_t bound, int64_t time,
		       adtls_reason_t reason)
{
	struct sides sides;

	sides_init(&sides);
	text_append(&sides.expected, relation);
	text_append_time(&sides.expected, bound);
	text_append_time(&sides.got, time);
	add_check(appraisal, claim, &sides, reason);
}

/* @time + @seconds for a positive count, without overflow. */
static int64_t later(int64_t time, int64_t seconds)
{
	return time > INT64_MAX - seconds ? INT64_MAX : time + seconds;
}

static int64_t earlier(int64_t time, int64_t seconds)
{
	return time < INT64_MIN + seconds ? INT64_MIN : time - seconds;
}

static void check_issued_at(const struct appraisal *appraisal)
{
	const adtls_policy_t *policy = appraisal->policy;
	int64_t issued_at = appraisal->eat->issued_at;
	int64_t latest = later(appraisal->utc_s, policy->clock_skew_s);
	int64_t oldest =
		earlier(earlier(appraisal->utc_s, policy->maximum_age_s),
			policy->clock_skew_s);

	if (issued_at == ADTLS_UTC_UNKNOWN) {
		if (policy->maximum_age_s > 0)
			adtls_verdict_add_check(appraisal->verdict, "age",
						"a time of issue", "none",
						ADTLS_REASON_CLAIM_MISSING);
		return;
	}
	check_time(appraisal, "age", "issued by ", latest, issued_at,
		   reason_unless(issued_at <= latest,
				 ADTLS_REASON_EVIDENCE_FROM_FUTURE));
	if (policy->maximum_age_s > 0)
		check_time(appraisal, "age", "issued since ", oldest, issued_at,
			   reason_unless(issued_at >= oldest,
					 ADTLS_REASON_EVIDENCE_STALE));
}

/* RFC 8392 §3.1.4 and §3.1.5. */
static void check_validity(const struct appraisal *appraisal)
{
	const struct eat *eat = appraisal->eat;
	int64_t skew = appraisal->policy->clock_skew_s;
	int64_t latest = later(appraisal->utc_s, skew);
	int64_t earliest = earlier(appraisal->utc_s, skew);

	if (eat->expires_at != ADTLS_UTC_UNKNOWN)
		check_time(appraisal, "expiry", "after ", earliest,
			   eat->expires_at,
			   reason_unless(eat->expires_at > earliest,
					 ADTLS_REASON_EVIDENCE_STALE));
	if (eat->not_before != ADTLS_UTC_UNKNOWN)
		check_time(appraisal, "not-before", "by ", latest,
			   eat->not_before,
			   reason_unless(eat->not_before <= latest,
					 ADTLS_REASON_EVIDENCE_FROM_FUTURE));
}

/* Without a clock whatever depends on one is refused. */
static void check_times(const struct appraisal *appraisal)
{
	const struct eat *eat = appraisal->eat;
	bool needs_utc = appraisal->policy->maximum_age_s > 0 ||
			 eat->expires_at != ADTLS_UTC_UNKNOWN ||
			 eat->not_before != ADTLS_UTC_UNKNOWN;

	if (appraisal->utc_s != ADTLS_UTC_UNKNOWN) {
		check_issued_at(appraisal);
		check_validity(appraisal);
	} else if (needs_utc) {
		adtls_verdict_add_check(appraisal->verdict, "age",
					"the time of day", "no UTC source",
					ADTLS_REASON_NO_UTC);
	}
}

static bool is_of_software(const struct policy_reference_value *reference,
			   adtls_bytes_t software_name)
{
	return bytes_equal(bytes_of(reference->software_name,
				    strlen(reference->software_name)),
			   software_name);
}

static void check_software_name(const struct appraisal *appraisal)
{
	const adtls_policy_t *policy = appraisal->policy;
	adtls_bytes_t name = appraisal->eat->software_name;
	bool is_known = false;
	struct sides sides;

	sides_init(&sides);
	text_append(&sides.expected, "software with reference values");
	append_or_none(&sides.got, name);
	for (size_t i = 0; i < policy->reference_value_count; i++)
		is_known = is_known ||
			   is_of_software(&policy->reference_values[i], name);
	add_check(appraisal, "software-name", &sides,
		  reason_unless(is_known,
				name.len > 0 ? ADTLS_REASON_SOFTWARE_UNKNOWN
					     : ADTLS_REASON_CLAIM_MISSING));
}

/* Puts the reference values of the software into @expected; is the measurement
 * one of them? */
static bool compare_measurement(const struct appraisal *appraisal,
				struct text *expected)
{
	const adtls_policy_t *policy = appraisal->policy;
	const struct eat *eat = appraisal->eat;
	size_t count = 0;
	bool is_known = false;

	for (size_t i = 0; i < policy->reference_value_count; i++) {
		const struct policy_reference_value *reference =
			&policy->reference_values[i];
		adtls_bytes_t measurement = bytes_of(
			reference->measurement, sizeof(reference->measurement));

		if (!is_of_software(reference, eat->software_name))
			continue;
		if (bytes_equal(measurement, eat->measurement))
			is_known = true;
		if (count++ >= REFERENCES_SHOWN_MAX)
			continue;
		if (count > 1)
			text_append(expected, " or ");
		append_measurement(expected, measurement);
	}
	if (count > REFERENCES_SHOWN_MAX)
		text_append(expected, " or another");
	if (count == 0)
		text_append(expected, "a reference value");
	return is_known;
}

static void check_measurement(const struct appraisal *appraisal)
{
	adtls_bytes_t measurement = appraisal->eat->measurement;
	struct sides sides;
	bool is_known;

	sides_init(&sides);
	is_known = compare_measurement(appraisal, &sides.expected);
	if (measurement.len == 0) {
		text_append(&sides.got, "none");
		add_check(appraisal, "measurement", &sides,
			  ADTLS_REASON_CLAIM_MISSING);
		return;
	}
	append_measurement(&sides.got, measurement);
	add_check(appraisal, "measurement", &sides,
		  reason_unless(is_known, ADTLS_REASON_MEASUREMENT_MISMATCH));
}

void eat_describe_device(adtls_bytes_t ueid, char out[ADTLS_NAME_MAX])
{
	struct text text;

	text_init(&text, out, ADTLS_NAME_MAX);
	text_append(&text, "ueid:");
	text_append_hex(&text, ueid);
}

/* Who and what the verdict is about. */
static void name_device(const struct appraisal *appraisal)
{
	const struct eat *eat = appraisal->eat;
	char device[ADTLS_NAME_MAX];
	char software[2 * ADTLS_NAME_MAX];
	struct text text;

	if (eat->ueid.len > 0) {
		eat_describe_device(eat->ueid, device);
		adtls_verdict_set_device(appraisal->verdict, device);
	}
	text_init(&text, software, sizeof(software));
	text_append_bytes(&text, eat->software_name);
	if (eat->software_version.len > 0) {
		text_append(&text, " ");
		text_append_bytes(&text, eat->software_version);
	}
	adtls_verdict_set_software(appraisal->verdict, software);
}

void eat_appraise(const struct eat *eat,
		  const struct policy_trust_anchor *anchor,
		  const adtls_policy_t *policy, int64_t utc_s,
		  adtls_verdict_t *verdict)
{
	struct appraisal appraisal = { .eat = eat,
				       .anchor = anchor,
				       .policy = policy,
				       .utc_s = utc_s,
				       .verdict = verdict };

	name_device(&appraisal);
	check_key_binding(&appraisal);
	check_ueid(&appraisal);
	check_times(&appraisal);
	check_software_name(&appraisal);
	check_measurement(&appraisal);
	if (verdict_has_failed(verdict))
		return;
	adtls_verdict_grant(verdict, utc_s == ADTLS_UTC_UNKNOWN
					     ? ADTLS_UTC_UNKNOWN
					     : later(utc_s, policy->grant_s));
}
