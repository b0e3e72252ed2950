/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making Evidence for tests of the local Verifier, and appraising it. */
#include "tests/unit/local_appraisal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rats/cbor_writer.h"
#include "rats/cose_sign1.h"
#include "tests/unit/evidence_keys.h"
#include "verifiers/policy.h"

const adtls_evidence_type_t eat_cwt = { .content_format = 263 };

const struct claims usual_claims = {
	.ueid = USUAL_UEID,
	.name = "sensor-firmware",
	.measurement = POLICY_GENUINE,
	.issued_at = NOW,
};

adtls_verifier_t *verifier_of(const char *policy_text)
{
	adtls_verifier_t *verifier;
	adtls_policy_t *policy;
	char message[512];

	if (adtls_policy_load_mem(bytes_of(policy_text, strlen(policy_text)),
				  NULL, &policy, message,
				  sizeof(message)) != ADTLS_OK)
		fail_msg("%s", message);
	assert_int_equal(adtls_local_verifier_new(policy, &verifier), ADTLS_OK);
	adtls_policy_unref(policy);
	return verifier;
}

adtls_verdict_t *appraise_by(const adtls_verifier_t *verifier,
			     adtls_bytes_t evidence, int64_t utc_s)
{
	adtls_appraisal_t appraisal = {
		.type = &eat_cwt,
		.evidence = evidence,
		.identity = "CN=sensor",
		.utc_s = utc_s,
	};
	adtls_verdict_t *verdict = verdict_new("CN=sensor", &eat_cwt,
					       verifier_name(verifier), utc_s);

	assert_non_null(verdict);
	assert_int_equal(verifier_appraise(verifier, &appraisal, verdict),
			 ADTLS_OK);
	return verdict;
}

adtls_verdict_t *appraise(const char *policy_text, adtls_bytes_t evidence,
			  int64_t utc_s)
{
	adtls_verifier_t *verifier = verifier_of(policy_text);
	adtls_verdict_t *verdict = appraise_by(verifier, evidence, utc_s);

	adtls_verifier_unref(verifier);
	return verdict;
}

bool is_granted(const adtls_verdict_t *verdict)
{
	return adtls_verdict_authorization(verdict) ==
	       ADTLS_AUTHORIZATION_GRANTED;
}

/* Runs @check with the vector of that name. */
static const char *wanted_name;
static void (*wanted_check)(const json_t *vector);
static size_t wanted_found;

static void run_if_wanted(const json_t *vector)
{
	if (strcmp(test_vector_text(vector, "name"), wanted_name) != 0)
		return;
	wanted_found++;
	wanted_check(vector);
}

void with_vector(const char *name, void (*check)(const json_t *vector))
{
	wanted_name = name;
	wanted_check = check;
	wanted_found = 0;
	test_vectors_each("evidence", run_if_wanted);
	assert_int_equal(wanted_found, 1);
}

static void write_bytes(struct cbor_writer *writer, const char *digits)
{
	struct test_bytes bytes = test_hex(digits);

	cbor_write_bytes(writer, test_view(&bytes));
}

static void write_time(struct cbor_writer *writer, int64_t label, int64_t time)
{
	if (time == 0)
		return;
	cbor_write_integer(writer, label);
	cbor_write_integer(writer, time);
}

static void write_claims(const struct claims *claims, struct buffer *out)
{
	struct cbor_writer writer;

	cbor_writer_init(&writer, out);
	cbor_write_map(&writer, (claims->ueid != NULL) +
					(claims->name != NULL) +
					(claims->measurement != NULL) +
					(claims->issued_at != 0) +
					(claims->expires_at != 0) +
					(claims->not_before != 0));
	write_time(&writer, 4, claims->expires_at);
	write_time(&writer, 5, claims->not_before);
	write_time(&writer, 6, claims->issued_at);
	if (claims->ueid != NULL) {
		cbor_write_integer(&writer, 256);
		write_bytes(&writer, claims->ueid);
	}
	if (claims->name != NULL) {
		cbor_write_integer(&writer, 270);
		cbor_write_text(&writer,
				bytes_of(claims->name, strlen(claims->name)));
	}
	if (claims->measurement != NULL) {
		cbor_write_integer(&writer, -70001);
		cbor_write_array(&writer, 2);
		cbor_write_integer(&writer, 1);
		write_bytes(&writer, claims->measurement);
	}
	assert_false(writer.failed);
}

static struct crypto_private_key *signer;

static void use_signer(const json_t *vector)
{
	signer = evidence_private_key(vector);
}

int signer_set_up(void **state)
{
	(void)state;
	with_vector("genuine", use_signer);
	return 0;
}

int signer_tear_down(void **state)
{
	(void)state;
	crypto_private_key_unref(signer);
	return 0;
}

void sign_claims(const struct claims *claims, const char *key_id_digits,
		 struct buffer *out)
{
	struct test_bytes key_id = test_hex(key_id_digits);
	struct buffer payload = { 0 };

	write_claims(claims, &payload);
	assert_true(cose_sign1_write(signer, true, test_view(&key_id),
				     buffer_bytes(&payload), out));
	buffer_clear(&payload);
	if (key_id.len > 0)
		return;
	/* d2 84 43a10126 a10440: an empty key id is malformed; leave the
	 * header empty instead. */
	assert_memory_equal(out->data + 6, "\xa1\x04\x40", 3);
	out->data[6] = 0xa0;
	memmove(out->data + 7, out->data + 9, out->len - 9);
	out->len -= 2;
}

adtls_verdict_t *appraise_claims(const char *policy_text,
				 const struct claims *claims,
				 const char *key_id, int64_t utc_s)
{
	struct buffer evidence = { 0 };
	adtls_verdict_t *verdict;

	sign_claims(claims, key_id, &evidence);
	verdict = appraise(policy_text, buffer_bytes(&evidence), utc_s);
	buffer_clear(&evidence);
	return verdict;
}

void assert_refusal(const adtls_verdict_t *verdict, adtls_reason_t reason,
		    const char *claim, const char *expected, const char *got)
{
	adtls_check_t check = { .reason = ADTLS_REASON_NONE };

	assert_false(is_granted(verdict));
	assert_string_equal(adtls_reason_name(adtls_verdict_reason(verdict)),
			    adtls_reason_name(reason));
	for (size_t i = 0; check.reason == ADTLS_REASON_NONE; i++)
		assert_true(adtls_verdict_check(verdict, i, &check));
	assert_string_equal(check.claim, claim);
	assert_string_equal(check.expected, expected);
	assert_string_equal(check.got, got);
}

void assert_refused(const char *policy_text, const struct claims *claims,
		    int64_t utc_s, adtls_reason_t reason, const char *claim,
		    const char *expected, const char *got)
{
	adtls_verdict_t *verdict =
		appraise_claims(policy_text, claims, KEY_ID, utc_s);

	assert_refusal(verdict, reason, claim, expected, got);
	adtls_verdict_unref(verdict);
}

void assert_granted(const char *policy_text, const struct claims *claims,
		    const char *key_id, int64_t utc_s)
{
	adtls_verdict_t *verdict =
		appraise_claims(policy_text, claims, key_id, utc_s);
	char line[1024];

	adtls_verdict_explain(verdict, line, sizeof(line));
	if (!is_granted(verdict))
		fail_msg("%s", line);
	adtls_verdict_unref(verdict);
}
