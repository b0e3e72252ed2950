/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signature schemes of this build (RFC 8446 §4.2.3). */
#include <gnutls/gnutls.h>
#include <string.h>

#include "crypto/key.h"

static const struct crypto_scheme ecdsa_secp256r1_sha256 = {
	.id = 0x0403,
	.name = "ECDSA-SECP256R1-SHA256",
	.gnutls_sign = GNUTLS_SIGN_ECDSA_SECP256R1_SHA256,
	.gnutls_key = GNUTLS_PK_ECDSA,
	.gnutls_curve = GNUTLS_ECC_CURVE_SECP256R1,
};

static const struct crypto_scheme *const schemes[] = {
	&ecdsa_secp256r1_sha256,
};

#define SCHEME_COUNT (sizeof(schemes) / sizeof(schemes[0]))

const struct crypto_scheme *crypto_scheme_find(uint16_t id)
{
	for (size_t i = 0; i < SCHEME_COUNT; i++) {
		if (schemes[i]->id == id)
			return schemes[i];
	}
	return NULL;
}

const struct crypto_scheme *const *crypto_schemes(size_t *out_count)
{
	*out_count = SCHEME_COUNT;
	return schemes;
}

bool crypto_key_kind_fits(const struct crypto_key_kind *kind,
			  const struct crypto_scheme *scheme)
{
	return (int)kind->algorithm == scheme->gnutls_key &&
	       (int)kind->curve == scheme->gnutls_curve;
}

struct crypto_key_kind crypto_key_kind_of(gnutls_pubkey_t key)
{
	struct crypto_key_kind kind = { .curve = GNUTLS_ECC_CURVE_INVALID };
	int algorithm = gnutls_pubkey_get_pk_algorithm(key, NULL);

	kind.algorithm = algorithm > 0 ? (gnutls_pk_algorithm_t)algorithm
				       : GNUTLS_PK_UNKNOWN;
	if (gnutls_pubkey_export_ecc_raw2(key, &kind.curve, NULL, NULL, 0) < 0)
		kind.curve = GNUTLS_ECC_CURVE_INVALID;
	return kind;
}

bool crypto_p256_integer(const gnutls_datum_t *integer,
			 uint8_t out[P256_COORDINATE_LEN])
{
	const uint8_t *at = integer->data;
	size_t len = integer->size;

	while (len > P256_COORDINATE_LEN && *at == 0) {
		at++;
		len--;
	}
	if (len > P256_COORDINATE_LEN)
		return false;
	memset(out, 0, P256_COORDINATE_LEN);
	memcpy(out + P256_COORDINATE_LEN - len, at, len);
	return true;
}
