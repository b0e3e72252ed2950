/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The local Verifier: whose Evidence it believes, and that nothing else passes
 * it; and what every Verifier backend can rely on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "rats/cose_sign1.h"
#include "tests/unit/local_appraisal.h"
#include "tests/support/seeded_random.h"

static const char usual_policy[] = USUAL_POLICY;

/* Nothing that Evidence without a good signature says is in the verdict. */
static void assert_unauthenticated(adtls_verdict_t *verdict,
				   adtls_reason_t reason, const char *claim,
				   const char *expected, const char *got)
{
	assert_refusal(verdict, reason, claim, expected, got);
	assert_int_equal(adtls_verdict_check_count(verdict), 1);
	assert_string_equal(adtls_verdict_device(verdict), "");
	assert_string_equal(adtls_verdict_software(verdict), "");
	adtls_verdict_unref(verdict);
}

static void signature_must_be_an_anchors(void **state)
{
	static const char policy[] =
		POLICY_TEXT(POLICY_ANCHOR("other", POLICY_OTHER_KEY, ""),
			    POLICY_USUAL_REFERENCE, POLICY_ACCEPT_ECHO);

	(void)state;
	assert_unauthenticated(
		appraise_claims(policy, &usual_claims, KEY_ID, NOW),
		ADTLS_REASON_EVIDENCE_UNTRUSTED_KEY, "signature",
		"by a trust anchor's key", "key id " KEY_ID);
	assert_unauthenticated(
		appraise_claims(usual_policy, &usual_claims, OTHER_KEY_ID, NOW),
		ADTLS_REASON_EVIDENCE_UNTRUSTED_KEY, "signature",
		"by a trust anchor's key", "key id " OTHER_KEY_ID);
	assert_unauthenticated(appraise_claims(usual_policy, &usual_claims,
					       DIGITS("01") "02", NOW),
			       ADTLS_REASON_EVIDENCE_UNTRUSTED_KEY, "signature",
			       "by a trust anchor's key",
			       "key id too long to be one");
	assert_unauthenticated(
		appraise_claims(policy, &usual_claims, NO_KEY_ID, NOW),
		ADTLS_REASON_EVIDENCE_SIGNATURE, "signature",
		"by a trust anchor's key", "one that does not verify");
	assert_granted(usual_policy, &usual_claims, NO_KEY_ID, NOW);
}

static void damaged_signature_is_refused(void **state)
{
	struct buffer evidence = { 0 };

	(void)state;
	sign_claims(&usual_claims, KEY_ID, &evidence);
	evidence.data[evidence.len - 1] ^= 1;
	assert_unauthenticated(
		appraise(usual_policy, buffer_bytes(&evidence), NOW),
		ADTLS_REASON_EVIDENCE_SIGNATURE, "signature",
		"by a trust anchor's key", "one that does not verify");
	buffer_clear(&evidence);
}

/* @count anchors with another key, then the right one. */
static adtls_verdict_t *appraise_behind(size_t count, const char *key_id)
{
	char anchors[16 * 1024] = "";
	char policy[32 * 1024];
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(
			anchors + len, sizeof(anchors) - len,
			"{\"name\":\"%zu\",\"public-key\":" POLICY_OTHER_KEY
			",\"key-binding\":\"echo\"},",
			i);
	snprintf(policy, sizeof(policy),
		 "{\"version\":1,\"trust-anchors\":[%s" POLICY_USUAL_ANCHOR
		 "],\"reference-values\":[" POLICY_USUAL_REFERENCE
		 "]" POLICY_ACCEPT_ECHO "}",
		 anchors);
	return appraise_claims(policy, &usual_claims, key_id, NOW);
}

static void tries_are_bounded(void **state)
{
	adtls_verdict_t *verdict;

	(void)state;
	verdict = appraise_behind(15, NO_KEY_ID);
	assert_true(is_granted(verdict));
	adtls_verdict_unref(verdict);
	assert_unauthenticated(appraise_behind(16, NO_KEY_ID),
			       ADTLS_REASON_EVIDENCE_SIGNATURE, "signature",
			       "by a trust anchor's key",
			       "one that does not verify");
	/* A key id leads straight to it. */
	verdict = appraise_behind(16, KEY_ID);
	assert_true(is_granted(verdict));
	adtls_verdict_unref(verdict);
}

static void assert_hex_refused(const char *digits, adtls_reason_t reason,
			       const char *claim, const char *expected,
			       const char *got)
{
	struct test_bytes evidence = test_hex(digits);

	assert_unauthenticated(
		appraise(usual_policy, test_view(&evidence), NOW), reason,
		claim, expected, got);
}

static void malformed_evidence_is_refused(void **state)
{
	(void)state;
	assert_hex_refused("", ADTLS_REASON_EVIDENCE_MALFORMED, "evidence",
			   "a COSE_Sign1",
			   "not well-formed, deterministic CBOR");
	assert_hex_refused("9a10000000", ADTLS_REASON_EVIDENCE_MALFORMED,
			   "evidence", "a COSE_Sign1",
			   "not well-formed, deterministic CBOR");
	assert_hex_refused("a0", ADTLS_REASON_EVIDENCE_MALFORMED, "evidence",
			   "a COSE_Sign1", "no tag of COSE_Sign1");
	/* A payload that is no claims set. */
	assert_hex_refused("d28443a10126a04101"
			   "5840" DIGITS("01") DIGITS("01"),
			   ADTLS_REASON_EVIDENCE_MALFORMED, "evidence",
			   "an EAT",
			   "no claims set in well-formed, deterministic CBOR");
	/* ES384. */
	assert_hex_refused("d28444a1013822a041a0"
			   "5840" DIGITS("01") DIGITS("01"),
			   ADTLS_REASON_EVIDENCE_SIGNATURE, "algorithm",
			   "-7 (ES256)", "-35");
}

static void bad_policy_refuses_everything(void **state)
{
	struct buffer evidence = { 0 };
	adtls_verifier_t *verifier;
	adtls_policy_t *policy;

	(void)state;
	assert_int_equal(
		adtls_policy_load_mem(bytes_of("{", 1), NULL, &policy, NULL, 0),
		ADTLS_E_POLICY);
	assert_int_equal(adtls_local_verifier_new(policy, &verifier), ADTLS_OK);
	adtls_policy_unref(policy);
	sign_claims(&usual_claims, KEY_ID, &evidence);
	assert_unauthenticated(
		appraise_by(verifier, buffer_bytes(&evidence), NOW),
		ADTLS_REASON_POLICY_MISSING, "policy", "a policy",
		"none that could be read");
	adtls_verifier_unref(verifier);
	buffer_clear(&evidence);
}

static void accepts_eat_alone(void **state)
{
	static const adtls_evidence_type_t as_text = {
		.content_format = -1, .media_type = "application/eat+cwt"
	};
	static const adtls_evidence_type_t psa = { .content_format = 10003 };
	adtls_verifier_t *verifier = verifier_of(usual_policy);

	(void)state;
	assert_true(verifier_accepts(verifier, &eat_cwt));
	assert_true(verifier_accepts(verifier, &as_text));
	assert_false(verifier_accepts(verifier, &psa));
	assert_string_equal(verifier_name(verifier), "local");
	adtls_verifier_unref(verifier);
}

static void mutate(struct seeded_random *random, struct buffer *evidence)
{
	uint32_t count = 1 + seeded_random_below(random, 3);

	while (count-- > 0 && evidence->len > 0) {
		uint32_t at =
			seeded_random_below(random, (uint32_t)evidence->len);

		switch (seeded_random_below(random, 4)) {
		case 0:
			evidence->data[at] ^=
				(uint8_t)(1 << seeded_random_below(random, 8));
			break;
		case 1:
			evidence->data[at] =
				(uint8_t)seeded_random_next(random);
			break;
		case 2: /* leave a byte out */
			memmove(evidence->data + at, evidence->data + at + 1,
				evidence->len - at - 1);
			evidence->len--;
			break;
		default: /* cut it off, rarely */
			if (seeded_random_below(random, 8) == 0)
				evidence->len = at + 1;
		}
	}
}

/* What is granted says, under the signature, what was signed. */
static void mutations_are_never_granted(void **state)
{
	struct seeded_random random = seeded_random_of(20261);
	adtls_verifier_t *verifier = verifier_of(usual_policy);
	struct buffer original = { 0 };
	struct cose_sign1 signed_message;
	unsigned refused = 0;
	const char *problem;

	(void)state;
	sign_claims(&usual_claims, KEY_ID, &original);
	assert_true(cose_sign1_read(buffer_bytes(&original), &signed_message,
				    &problem));
	for (unsigned i = 0; i < 5000; i++) {
		struct buffer mutant = { 0 };
		adtls_verdict_t *verdict;
		struct cose_sign1 message;

		assert_true(buffer_set(&mutant, original.data, original.len));
		mutate(&random, &mutant);
		verdict = appraise_by(verifier, buffer_bytes(&mutant), NOW);
		if (is_granted(verdict)) {
			check_seeded(&random,
				     cose_sign1_read(buffer_bytes(&mutant),
						     &message, &problem));
			check_seeded(
				&random,
				bytes_equal(message.protected_header,
					    signed_message.protected_header));
			check_seeded(&random,
				     bytes_equal(message.payload,
						 signed_message.payload));
		} else {
			refused++;
		}
		adtls_verdict_unref(verdict);
		buffer_clear(&mutant);
	}
	/* Nearly all of them changed something that counts. */
	assert_true(refused > 4000);
	buffer_clear(&original);
	adtls_verifier_unref(verifier);
}

/* The rest of a backend's contract. */
struct backend {
	unsigned freed;
};

static bool backend_accepts(void *context, const adtls_evidence_type_t *type)
{
	(void)context;
	return type->content_format == 264;
}

static int backend_appraise(void *context, const adtls_appraisal_t *appraisal,
			    adtls_verdict_t *verdict)
{
	(void)context;
	(void)appraisal;
	(void)verdict;
	return ADTLS_E_IO;
}

static void backend_free(void *context)
{
	struct backend *backend = context;

	backend->freed++;
}

static void backends_are_called_and_freed(void **state)
{
	static const adtls_verifier_ops_t ops = {
		.name = "backend",
		.accepts = backend_accepts,
		.appraise = backend_appraise,
		.free = backend_free,
	};
	adtls_verifier_ops_t unusable = ops;
	struct backend backend = { 0 };
	adtls_appraisal_t appraisal = { .type = &eat_cwt };
	adtls_verifier_t *verifier;

	(void)state;
	assert_int_equal(adtls_verifier_new(&ops, &backend, &verifier),
			 ADTLS_OK);
	assert_string_equal(verifier_name(verifier), "backend");
	assert_false(verifier_accepts(verifier, &eat_cwt));
	assert_int_equal(verifier_appraise(verifier, &appraisal, NULL),
			 ADTLS_E_IO);
	assert_ptr_equal(adtls_verifier_ref(verifier), verifier);
	adtls_verifier_unref(verifier);
	assert_int_equal(backend.freed, 0);
	adtls_verifier_unref(verifier);
	assert_int_equal(backend.freed, 1);
	unusable.appraise = NULL;
	assert_int_equal(adtls_verifier_new(&unusable, &backend, &verifier),
			 ADTLS_E_INVALID);
	assert_null(verifier);
	assert_int_equal(backend.freed, 2);
	adtls_verifier_unref(NULL);
	assert_null(adtls_verifier_ref(NULL));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(signature_must_be_an_anchors),
		cmocka_unit_test(damaged_signature_is_refused),
		cmocka_unit_test(tries_are_bounded),
		cmocka_unit_test(malformed_evidence_is_refused),
		cmocka_unit_test(bad_policy_refuses_everything),
		cmocka_unit_test(accepts_eat_alone),
		cmocka_unit_test(mutations_are_never_granted),
		cmocka_unit_test(backends_are_called_and_freed),
	};

	return cmocka_run_group_tests(tests, signer_set_up, signer_tear_down);
}
