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

static const struct crypto_scheme ecdsa_secp384r1_sha384 = {
	.id = 0x0503,
	.name = "ECDSA-SECP384R1-SHA384",
	.gnutls_sign = GNUTLS_SIGN_ECDSA_SECP384R1_SHA384,
	.gnutls_key = GNUTLS_PK_ECDSA,
	.gnutls_curve = GNUTLS_ECC_CURVE_SECP384R1,
};

static const struct crypto_scheme ed25519 = {
	.id = 0x0807,
	.name = "EdDSA-Ed25519",
	.gnutls_sign = GNUTLS_SIGN_EDDSA_ED25519,
	.gnutls_key = GNUTLS_PK_EDDSA_ED25519,
	.gnutls_curve = GNUTLS_ECC_CURVE_ED25519,
};

static const struct crypto_scheme rsa_pss_rsae_sha256 = {
	.id = 0x0804,
	.name = "RSA-PSS-RSAE-SHA256",
	.gnutls_sign = GNUTLS_SIGN_RSA_PSS_RSAE_SHA256,
	.gnutls_key = GNUTLS_PK_RSA,
};

static const struct crypto_scheme rsa_pss_rsae_sha384 = {
	.id = 0x0805,
	.name = "RSA-PSS-RSAE-SHA384",
	.gnutls_sign = GNUTLS_SIGN_RSA_PSS_RSAE_SHA384,
	.gnutls_key = GNUTLS_PK_RSA,
};

static const struct crypto_scheme rsa_pss_rsae_sha512 = {
	.id = 0x0806,
	.name = "RSA-PSS-RSAE-SHA512",
	.gnutls_sign = GNUTLS_SIGN_RSA_PSS_RSAE_SHA512,
	.gnutls_key = GNUTLS_PK_RSA,
};

/* RFC 8446 §4.2.3: these never sign a handshake, but a chain may contain them,
 * and peers read what a chain may contain from the same list. */
static const struct crypto_scheme rsa_pkcs1_sha256 = {
	.id = 0x0401,
	.name = "RSA-SHA256",
	.gnutls_sign = GNUTLS_SIGN_RSA_SHA256,
	.gnutls_key = GNUTLS_PK_RSA,
	.is_for_certificates = true,
};

static const struct crypto_scheme rsa_pkcs1_sha384 = {
	.id = 0x0501,
	.name = "RSA-SHA384",
	.gnutls_sign = GNUTLS_SIGN_RSA_SHA384,
	.gnutls_key = GNUTLS_PK_RSA,
	.is_for_certificates = true,
};

static const struct crypto_scheme rsa_pkcs1_sha512 = {
	.id = 0x0601,
	.name = "RSA-SHA512",
	.gnutls_sign = GNUTLS_SIGN_RSA_SHA512,
	.gnutls_key = GNUTLS_PK_RSA,
	.is_for_certificates = true,
};

static const struct crypto_scheme *const schemes[] = {
	&ecdsa_secp256r1_sha256, &ecdsa_secp384r1_sha384, &ed25519,
	&rsa_pss_rsae_sha256,	 &rsa_pss_rsae_sha384,	  &rsa_pss_rsae_sha512,
	&rsa_pkcs1_sha256,	 &rsa_pkcs1_sha384,	  &rsa_pkcs1_sha512,
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
	return !scheme->is_for_certificates &&
	       (int)kind->algorithm == scheme->gnutls_key &&
	       (int)kind->curve == scheme->gnutls_curve;
}

struct crypto_key_kind crypto_key_kind_of(gnutls_pubkey_t key)
{
	struct crypto_key_kind kind = { .curve = GNUTLS_ECC_CURVE_INVALID };
	int algorithm = gnutls_pubkey_get_pk_algorithm(key, &kind.bits);

	kind.algorithm = algorithm > 0 ? (gnutls_pk_algorithm_t)algorithm
				       : GNUTLS_PK_UNKNOWN;
	if (gnutls_pubkey_export_ecc_raw2(key, &kind.curve, NULL, NULL, 0) < 0)
		kind.curve = GNUTLS_ECC_CURVE_INVALID;
	return kind;
}

bool crypto_key_kind_has_size(const struct crypto_key_kind *kind)
{
	return kind->algorithm != GNUTLS_PK_RSA ||
	       (kind->bits >= CRYPTO_RSA_MIN && kind->bits <= CRYPTO_RSA_MAX);
}

bool crypto_fixed_integer(const gnutls_datum_t *integer, uint8_t *out,
			  size_t len)
{
	const uint8_t *at = integer->data;
	size_t left = integer->size;

	while (left > len && *at == 0) {
		at++;
		left--;
	}
	if (left > len)
		return false;
	memset(out, 0, len);
	memcpy(out + len - left, at, left);
	return true;
}
