/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The attestation key of a vector of evidence.json, in forms that the library
 * takes. Include after cmocka.h. */
#ifndef TESTS_UNIT_EVIDENCE_KEYS_H
#define TESTS_UNIT_EVIDENCE_KEYS_H

#include <string.h>

#include "crypto/signature.h"
#include "tests/support/test_vectors.h"

/* A SubjectPublicKeyInfo on P-256 ends in 04 || x || y. */
#define EVIDENCE_POINT_LEN 65

/* RFC 5915 ECPrivateKey in DER, from the vector's scalar and point. */
static inline struct test_bytes evidence_private_key_der(const json_t *vector)
{
	struct test_bytes scalar =
		test_vector_bytes(vector, "attestation_private_key");
	struct test_bytes spki = test_vector_bytes(vector, "attestation_spki");
	struct test_bytes der = test_hex("30770201010420");
	struct test_bytes middle =
		test_hex("a00a06082a8648ce3d030107a144034200");

	memcpy(der.data + der.len, scalar.data, scalar.len);
	der.len += scalar.len;
	memcpy(der.data + der.len, middle.data, middle.len);
	der.len += middle.len;
	memcpy(der.data + der.len, spki.data + spki.len - EVIDENCE_POINT_LEN,
	       EVIDENCE_POINT_LEN);
	der.len += EVIDENCE_POINT_LEN;
	return der;
}

static inline struct crypto_private_key *
evidence_private_key(const json_t *vector)
{
	struct test_bytes der = evidence_private_key_der(vector);
	struct crypto_private_key *key =
		crypto_private_key_new(test_view(&der));

	assert_non_null(key);
	return key;
}

#endif
