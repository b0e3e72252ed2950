/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* COSE_Sign1: the peer's messages, ours, and those that must not pass. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rats/cbor_writer.h"
#include "rats/cose_sign1.h"
#include "tests/support/test_vectors.h"
#include "tests/unit/evidence_keys.h"

#define SIGNATURE_HEX                                                      \
	"5840"                                                             \
	"0000000000000000000000000000000000000000000000000000000000000001" \
	"0000000000000000000000000000000000000000000000000000000000000001"

static bool reads(const char *digits, struct cose_sign1 *out)
{
	/* Views into it outlive this call. */
	static struct test_bytes bytes;
	const char *problem = NULL;
	bool is_read;

	bytes = test_hex(digits);
	is_read = cose_sign1_read(test_view(&bytes), out, &problem);
	assert_int_equal(is_read, problem == NULL);
	return is_read;
}

static void check_vector(const json_t *vector)
{
	struct test_bytes evidence = test_vector_bytes(vector, "evidence");
	struct test_bytes spki = test_vector_bytes(vector, "attestation_spki");
	struct test_bytes claims = test_vector_bytes(vector, "claims");
	struct crypto_private_key *key = evidence_private_key(vector);
	struct crypto_public_key *public_key =
		crypto_public_key_new_spki(test_view(&spki));
	uint8_t key_id[COSE_KEY_ID_LEN];
	struct buffer written = { 0 };
	struct cose_sign1 message;
	const char *problem;

	assert_true(cose_sign1_read(test_view(&evidence), &message, &problem));
	test_assert_field(vector, "protected_header",
			  message.protected_header.data,
			  message.protected_header.len);
	test_assert_field(vector, "key_id", message.key_id.data,
			  message.key_id.len);
	test_assert_field(vector, "claims", message.payload.data,
			  message.payload.len);
	assert_int_equal(message.algorithm, COSE_ALGORITHM_ES256);
	assert_true(cose_sign1_verify(&message, public_key));

	assert_true(cose_key_id(test_view(&spki), key_id));
	test_assert_field(vector, "key_id", key_id, sizeof(key_id));
	assert_true(cose_sign1_write(key, true,
				     bytes_of(key_id, sizeof(key_id)),
				     test_view(&claims), &written));
	test_assert_field(vector, "evidence", written.data, written.len);
	buffer_clear(&written);
	crypto_public_key_free(public_key);
	crypto_private_key_unref(key);
}

static void peer_agrees(void **state)
{
	(void)state;
	assert_true(test_vectors_each("evidence", check_vector) > 0);
}

static void every_signed_bit_counts(const json_t *vector)
{
	struct test_bytes evidence = test_vector_bytes(vector, "evidence");
	struct test_bytes spki = test_vector_bytes(vector, "attestation_spki");
	struct crypto_public_key *key =
		crypto_public_key_new_spki(test_view(&spki));
	struct cose_sign1 whole;
	const char *problem;

	assert_true(cose_sign1_read(test_view(&evidence), &whole, &problem));
	for (size_t i = 0; i < evidence.len; i++) {
		const uint8_t *at = evidence.data + i;
		bool is_key_id = at >= whole.key_id.data &&
				 at < whole.key_id.data + whole.key_id.len;
		struct cose_sign1 message;
		bool is_good;

		evidence.data[i] ^= (uint8_t)(1 << i % 8);
		is_good = cose_sign1_read(test_view(&evidence), &message,
					  &problem) &&
			  cose_sign1_verify(&message, key);
		evidence.data[i] ^= (uint8_t)(1 << i % 8);
		/* Outside the signature stand the key id and its label. */
		if (is_good && !is_key_id && at != whole.key_id.data - 2)
			fail_msg("byte %zu may change", i);
	}
	crypto_public_key_free(key);
}

static void signature_covers_the_rest(void **state)
{
	(void)state;
	assert_true(test_vectors_each("evidence", every_signed_bit_counts) > 0);
}

static void other_key_does_not_verify(const json_t *vector)
{
	struct test_bytes evidence = test_vector_bytes(vector, "evidence");
	struct test_bytes spki = test_vector_bytes(vector, "tls_spki");
	struct crypto_public_key *key =
		crypto_public_key_new_spki(test_view(&spki));
	struct cose_sign1 message;
	const char *problem;

	assert_true(cose_sign1_read(test_view(&evidence), &message, &problem));
	assert_false(cose_sign1_verify(&message, key));
	crypto_public_key_free(key);
}

static void key_must_be_the_signers(void **state)
{
	(void)state;
	assert_true(test_vectors_each("evidence", other_key_does_not_verify) >
		    0);
}

static void forms_are_read(void **state)
{
	struct cose_sign1 message;

	(void)state;
	assert_true(reads("d28443a10126a0420102" SIGNATURE_HEX, &message));
	assert_int_equal(message.key_id.len, 0);
	assert_int_equal(message.payload.len, 2);
	/* In a CWT tag. */
	assert_true(reads("d83dd28443a10126a040" SIGNATURE_HEX, &message));
	/* Key id in the protected header. */
	assert_true(reads("d28446a201260441aaa040" SIGNATURE_HEX, &message));
	assert_int_equal(message.key_id.len, 1);
	/* A content type, a text label, something nested: passed over. */
	assert_true(reads("d28445a2012603 00a2617801187b8101 40" SIGNATURE_HEX,
			  &message));
	/* RS256, ES384: read, to be refused by name. */
	assert_true(reads("d28445a101390100a040" SIGNATURE_HEX, &message));
	assert_int_equal(message.algorithm, -257);
	assert_true(reads("d28444a1013822a040" SIGNATURE_HEX, &message));
	assert_int_equal(message.algorithm, -35);
}

static void malformed_is_refused(void **state)
{
	static const struct {
		const char *what;
		const char *problem;
		const char *digits;
	} malformed[] = {
		{ "nothing", "deterministic", "" },
		{ "no tag", "no tag", "8443a10126a040" SIGNATURE_HEX },
		{ "COSE_Mac0", "no tag", "d18443a10126a040" SIGNATURE_HEX },
		{ "CWT tag alone", "no tag",
		  "d83d8443a10126a040" SIGNATURE_HEX },
		{ "tags in the other order", "attached payload",
		  "d2d83d8443a10126a040" SIGNATURE_HEX },
		{ "three members", "attached payload", "d28343a10126a040" },
		{ "five members", "attached payload",
		  "d28543a10126a040" SIGNATURE_HEX "00" },
		{ "protected header as map", "attached payload",
		  "d284a10126a040" SIGNATURE_HEX },
		{ "protected header empty", "bad protected",
		  "d28440a040" SIGNATURE_HEX },
		{ "protected header an empty map", "no algorithm",
		  "d28441a0a040" SIGNATURE_HEX },
		{ "protected header with a trailing byte", "bad protected",
		  "d28444a1012600a040" SIGNATURE_HEX },
		{ "protected header with a key twice", "bad protected",
		  "d28445a201260126a040" SIGNATURE_HEX },
		{ "protected header not shortest", "bad protected",
		  "d28444a1180126a040" SIGNATURE_HEX },
		{ "protected header an array", "bad protected",
		  "d28443820126a040" SIGNATURE_HEX },
		{ "unprotected header as bytes", "attached payload",
		  "d28443a1012641a040" SIGNATURE_HEX },
		{ "algorithm unprotected", "no algorithm",
		  "d28441a0a1012640" SIGNATURE_HEX },
		{ "algorithm in both", "no algorithm",
		  "d28443a10126a1012640" SIGNATURE_HEX },
		{ "algorithm as text", "bad protected",
		  "d28448a101654553323536a040" SIGNATURE_HEX },
		{ "critical header", "critical",
		  "d28447a2012602811863a040" SIGNATURE_HEX },
		{ "critical header, unprotected", "critical",
		  "d28443a10126a10281186340" SIGNATURE_HEX },
		{ "key id empty", "attached payload",
		  "d28443a10126a1044040" SIGNATURE_HEX },
		{ "key id as text", "attached payload",
		  "d28443a10126a104616140" SIGNATURE_HEX },
		{ "key id in both", "two key ids",
		  "d28446a201260441aaa10441aa40" SIGNATURE_HEX },
		{ "payload detached", "attached payload",
		  "d28443a10126a0f6" SIGNATURE_HEX },
		{ "payload as text", "attached payload",
		  "d28443a10126a060" SIGNATURE_HEX },
		{ "signature missing", "attached payload",
		  "d28443a10126a04040" },
		{ "signature of 63 bytes", "attached payload",
		  "d28443a10126a040583f"
		  "00000000000000000000000000000000000000000000000000000000"
		  "00000000000000000000000000000000000000000000000000000000"
		  "00000000000000" },
		{ "trailing byte", "deterministic",
		  "d28443a10126a040" SIGNATURE_HEX "00" },
	};
	struct cose_sign1 message;

	(void)state;
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		struct test_bytes bytes = test_hex(malformed[i].digits);
		const char *problem = "";

		if (cose_sign1_read(test_view(&bytes), &message, &problem) ||
		    strstr(problem, malformed[i].problem) == NULL)
			fail_msg("%s: %s", malformed[i].what, problem);
	}
}

/* A signature that is good for the bytes does not help under a false name of
 * the algorithm. */
static void other_algorithm_does_not_verify(const json_t *vector)
{
	struct test_bytes evidence = test_vector_bytes(vector, "evidence");
	struct test_bytes spki = test_vector_bytes(vector, "attestation_spki");
	struct crypto_public_key *key =
		crypto_public_key_new_spki(test_view(&spki));
	struct cose_sign1 message;
	const char *problem;

	assert_true(cose_sign1_read(test_view(&evidence), &message, &problem));
	assert_true(cose_sign1_verify(&message, key));
	message.algorithm = -35;
	assert_false(cose_sign1_verify(&message, key));
	crypto_public_key_free(key);
}

static void algorithm_is_es256(void **state)
{
	(void)state;
	assert_true(test_vectors_each("evidence",
				      other_algorithm_does_not_verify) > 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(peer_agrees),
		cmocka_unit_test(signature_covers_the_rest),
		cmocka_unit_test(key_must_be_the_signers),
		cmocka_unit_test(forms_are_read),
		cmocka_unit_test(malformed_is_refused),
		cmocka_unit_test(algorithm_is_es256),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
