/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* EAT claims, and what a relying party reads out of Evidence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "rats/eat.h"
#include "rats/evidence_claims.h"
#include "tests/support/test_vectors.h"

static const adtls_evidence_type_t eat_cwt = { .content_format = 263 };

static bool reads(const char *digits, struct eat *out)
{
	/* Views into it outlive this call. */
	static struct test_bytes bytes;
	const char *problem = NULL;
	bool is_read;

	bytes = test_hex(digits);
	is_read = eat_read(test_view(&bytes), out, &problem);
	assert_int_equal(is_read, problem == NULL);
	return is_read;
}

static void check_vector(const json_t *vector)
{
	struct test_bytes claims = test_vector_bytes(vector, "claims");
	struct test_bytes spki = test_vector_bytes(vector, "tls_spki");
	const char *name = test_vector_text(vector, "software_name");
	const char *version = test_vector_text(vector, "software_version");
	struct buffer written = { 0 };
	const char *problem;
	struct eat eat;

	assert_true(eat_read(test_view(&claims), &eat, &problem));
	assert_int_equal(eat.nonce_count, 1);
	test_assert_field(vector, "binder", eat.nonce.data, eat.nonce.len);
	test_assert_field(vector, "ueid", eat.ueid.data, eat.ueid.len);
	test_assert_field(vector, "measurement", eat.measurement.data,
			  eat.measurement.len);
	assert_int_equal(eat.issued_at,
			 test_vector_number(vector, "issued_at"));
	assert_true(eat.expires_at == ADTLS_UTC_UNKNOWN);
	assert_true(eat.not_before == ADTLS_UTC_UNKNOWN);
	assert_true(
		bytes_equal(eat.software_name, bytes_of(name, strlen(name))));
	assert_true(bytes_equal(eat.software_version,
				bytes_of(version, strlen(version))));
	assert_true(bytes_equal(eat.key_x,
				bytes_of(spki.data + spki.len - 64, 32)));
	assert_true(bytes_equal(eat.key_y,
				bytes_of(spki.data + spki.len - 32, 32)));

	assert_true(eat_write(&eat, &written));
	test_assert_field(vector, "claims", written.data, written.len);
	buffer_clear(&written);
}

static void peer_agrees(void **state)
{
	(void)state;
	assert_true(test_vectors_each("evidence", check_vector) > 0);
}

static void check_evidence(const json_t *vector)
{
	struct test_bytes evidence = test_vector_bytes(vector, "evidence");
	struct test_bytes spki = test_vector_bytes(vector, "tls_spki");
	struct evidence_claims claims;

	assert_true(
		evidence_claims_read(&eat_cwt, test_view(&evidence), &claims));
	test_assert_field(vector, "binder", claims.nonce.data,
			  claims.nonce.len);
	assert_int_equal(claims.nonce_count, 1);
	assert_true(claims.has_tik);
	assert_memory_equal(claims.tik_x, spki.data + spki.len - 64, 32);
	assert_memory_equal(claims.tik_y, spki.data + spki.len - 32, 32);
	/* The last byte of the signature is missing. */
	evidence.len--;
	assert_false(
		evidence_claims_read(&eat_cwt, test_view(&evidence), &claims));
	assert_int_equal(claims.nonce.len, 0);
	assert_false(claims.has_tik);
}

static void relying_party_reads_evidence(void **state)
{
	(void)state;
	assert_true(test_vectors_each("evidence", check_evidence) > 0);
}

static void relying_party_reads_eat_alone(void **state)
{
	static const adtls_evidence_type_t as_text = {
		.content_format = -1, .media_type = "Application/EAT+CWT"
	};
	static const adtls_evidence_type_t psa = { .content_format = 10003 };
	static const adtls_evidence_type_t jwt = { .content_format = 264 };
	static const adtls_evidence_type_t nothing = { .content_format = -1 };
	struct evidence_claims claims;

	(void)state;
	assert_true(evidence_claims_can_read(&eat_cwt));
	assert_true(evidence_claims_can_read(&as_text));
	assert_false(evidence_claims_can_read(&psa));
	assert_false(evidence_claims_can_read(&jwt));
	assert_false(evidence_claims_can_read(&nothing));
	assert_false(evidence_claims_read(&psa, bytes_of(NULL, 0), &claims));
}

static void claims_may_be_missing(void **state)
{
	struct eat eat;

	(void)state;
	assert_true(reads("a0", &eat));
	assert_int_equal(eat.nonce_count, 0);
	assert_int_equal(eat.nonce.len, 0);
	assert_int_equal(eat.key_x.len, 0);
	assert_int_equal(eat.ueid.len, 0);
	assert_int_equal(eat.software_name.len, 0);
	assert_int_equal(eat.software_version.len, 0);
	assert_int_equal(eat.measurement.len, 0);
	assert_true(eat.issued_at == ADTLS_UTC_UNKNOWN);
}

static void unknown_claims_are_passed_over(void **state)
{
	struct eat eat;

	(void)state;
	/* {1: "a", "x": {2: [3]}, -5: 1(6), 6: 7, 265: h'00', 1000: true} */
	assert_true(reads("a60161616178a102810324c106 0607"
			  "1901094100 1903e8f5",
			  &eat));
	assert_int_equal(eat.issued_at, 7);
	/* cnf by key id alone, with a text label beside it. */
	assert_true(reads("a108a2034100617800", &eat));
	assert_int_equal(eat.key_x.len, 0);
}

static void several_nonces_are_counted(void **state)
{
	struct eat eat;

	(void)state;
	assert_true(reads("a10a8148 0102030405060708", &eat));
	assert_int_equal(eat.nonce_count, 1);
	assert_true(reads("a10a8248010203040506070848 1112131415161718", &eat));
	assert_int_equal(eat.nonce_count, 2);
	assert_int_equal(eat.nonce.data[0], 1);
	assert_true(reads("a10a80", &eat));
	assert_int_equal(eat.nonce_count, 0);
	assert_int_equal(eat.nonce.len, 0);
}

static void times_are_read(void **state)
{
	struct eat eat;

	(void)state;
	assert_true(reads("a3040105020603", &eat));
	assert_int_equal(eat.expires_at, 1);
	assert_int_equal(eat.not_before, 2);
	assert_int_equal(eat.issued_at, 3);
}

#define X32 "0101010101010101010101010101010101010101010101010101010101010101"

static void malformed_is_refused(void **state)
{
	static const struct {
		const char *what;
		const char *problem;
		const char *digits;
	} malformed[] = {
		{ "nothing", "claims set", "" },
		{ "no map", "claims set", "80" },
		{ "trailing byte", "claims set", "a000" },
		{ "a claim twice", "claims set", "a206010602" },
		{ "nonce of 7 bytes", "nonce", "a10a4701020304050607" },
		{ "nonce of 65 bytes", "nonce", "a10a5841" X32 X32 "01" },
		{ "nonce as text", "nonce", "a10a683031323334353637" },
		{ "nonce as integer", "nonce", "a10a00" },
		{ "short second nonce", "nonce",
		  "a10a824801020304050607084100" },
		{ "ueid of 6 bytes", "ueid", "a119010046010203040506" },
		{ "ueid of 34 bytes", "ueid", "a11901005822" X32 "0101" },
		{ "ueid of type 0", "ueid", "a11901004700020304050607" },
		{ "ueid of type 4", "ueid", "a11901004704020304050607" },
		{ "ueid as text", "ueid", "a11901006701020304050607" },
		{ "iat as float", "iat", "a106fb41d6ab13b8000000" },
		{ "iat tagged", "iat", "a106c101" },
		{ "iat negative", "iat", "a10620" },
		{ "iat as the lowest integer", "iat",
		  "a1063b7fffffffffffffff" },
		{ "iat beyond 63 bits", "iat", "a1061b8000000000000000" },
		{ "exp as text", "exp", "a1046131" },
		{ "nbf negative", "nbf", "a10520" },
		{ "swname empty", "swname", "a119010e60" },
		{ "swname as bytes", "swname", "a119010e4161" },
		{ "swname with a line feed", "swname", "a119010e63610a62" },
		{ "swname with NUL", "swname", "a119010e6100" },
		{ "swname with DEL", "swname", "a119010e617f" },
		{ "swversion as text", "swversion", "a119010f6131" },
		{ "swversion empty", "swversion", "a119010f80" },
		{ "swversion with three", "swversion", "a119010f8361310102" },
		{ "swversion with escape", "swversion", "a119010f81611b" },
		{ "measurement of 31 bytes", "measurement",
		  "a13a000111708201581f"
		  "01010101010101010101010101010101010101010101010101010101"
		  "010101" },
		{ "measurement by SHA-384", "measurement",
		  "a13a0001117082075820" X32 },
		{ "measurement alone", "measurement", "a13a000111705820" X32 },
		{ "measurement with three", "measurement",
		  "a13a0001117083015820" X32 "00" },
		{ "cnf as bytes", "cnf", "a10840" },
		{ "cnf's key as bytes", "cnf", "a108a10140" },
		{ "cnf's key empty", "cnf", "a108a101a0" },
		{ "cnf's key without y", "cnf",
		  "a108a101a301022001215820" X32 },
		{ "cnf's key with sign of y", "cnf",
		  "a108a101a401022001215820" X32 "22f5" },
		{ "cnf's key with short x", "cnf",
		  "a108a101a401022001214101225820" X32 },
		{ "cnf's key on P-384", "cnf",
		  "a108a101a401022002215820" X32 "225820" X32 },
		{ "cnf's key of type OKP", "cnf",
		  "a108a101a401012001215820" X32 "225820" X32 },
		{ "cnf's key without type", "cnf",
		  "a108a101a32001215820" X32 "225820" X32 },
	};
	struct eat eat;

	(void)state;
	for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
		struct test_bytes claims = test_hex(malformed[i].digits);
		const char *problem = "";

		if (eat_read(test_view(&claims), &eat, &problem) ||
		    strstr(problem, malformed[i].problem) == NULL)
			fail_msg("%s: %s", malformed[i].what, problem);
	}
	assert_true(reads("a108a101a401022001215820" X32 "225820" X32, &eat));
	assert_true(reads("a13a0001117082015820" X32, &eat));
}

/* ADTLS_NAME_MAX counts the NUL. */
static void texts_are_bounded(void **state)
{
	char text[ADTLS_NAME_MAX];

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_false(eat_text_is_valid(bytes_of(text, 0)));
	assert_true(eat_text_is_valid(bytes_of(text, 1)));
	assert_true(eat_text_is_valid(bytes_of(text, ADTLS_NAME_MAX - 1)));
	assert_false(eat_text_is_valid(bytes_of(text, ADTLS_NAME_MAX)));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(peer_agrees),
		cmocka_unit_test(relying_party_reads_evidence),
		cmocka_unit_test(relying_party_reads_eat_alone),
		cmocka_unit_test(claims_may_be_missing),
		cmocka_unit_test(unknown_claims_are_passed_over),
		cmocka_unit_test(several_nonces_are_counted),
		cmocka_unit_test(times_are_read),
		cmocka_unit_test(malformed_is_refused),
		cmocka_unit_test(texts_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
