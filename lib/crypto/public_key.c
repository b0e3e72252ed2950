/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Public keys and the verification of signatures, on GnuTLS. */
#include <gnutls/crypto.h>
#include <stdlib.h>

#include "crypto/datum.h"
#include "crypto/group.h"
#include "crypto/key.h"

#define ES256_LEN      64 /* r and s */
#define COORDINATE_MAX 48 /* P-384 */

struct crypto_public_key {
	gnutls_pubkey_t key;
	struct crypto_key_kind kind;
};

/* An empty key for one of GnuTLS's imports. */
static struct crypto_public_key *public_key_new(void)
{
	struct crypto_public_key *key = calloc(1, sizeof(*key));

	if (key == NULL)
		return NULL;
	if (gnutls_pubkey_init(&key->key) < 0) {
		free(key);
		return NULL;
	}
	return key;
}

/* Affine coordinates, of @len bytes each. */
static bool export_point(const struct crypto_public_key *key, uint8_t *x,
			 uint8_t *y, size_t len)
{
	gnutls_datum_t x_datum = { 0 };
	gnutls_datum_t y_datum = { 0 };
	bool ok;

	ok = gnutls_pubkey_export_ecc_raw2(key->key, NULL, &x_datum, &y_datum,
					   0) == 0 &&
	     crypto_fixed_integer(&x_datum, x, len) &&
	     crypto_fixed_integer(&y_datum, y, len);
	gnutls_free(x_datum.data);
	gnutls_free(y_datum.data);
	return ok;
}

bool crypto_public_key_p256(const struct crypto_public_key *key, uint8_t *x,
			    uint8_t *y)
{
	return key->kind.curve == GNUTLS_ECC_CURVE_SECP256R1 &&
	       export_point(key, x, y, P256_COORDINATE_LEN);
}

/* GnuTLS imports points that are on no curve and fails when it uses them. */
static bool has_point(const struct crypto_public_key *key,
		      const struct crypto_group *group)
{
	uint8_t x[COORDINATE_MAX];
	uint8_t y[COORDINATE_MAX];

	return export_point(key, x, y, group->secret_len) &&
	       crypto_group_has_point(group, x, y);
}

/* What GnuTLS lets pass. Kinds that no scheme uses are of no concern. */
static bool is_sound(const struct crypto_public_key *key)
{
	switch (key->kind.curve) {
	case GNUTLS_ECC_CURVE_SECP256R1:
		return has_point(key, &crypto_secp256r1);
	case GNUTLS_ECC_CURVE_SECP384R1:
		return has_point(key, &crypto_secp384r1);
	default:
		return crypto_key_kind_has_size(&key->kind);
	}
}

/* The imported key; NULL, and @key gone, if @result is an error. */
static struct crypto_public_key *imported(struct crypto_public_key *key,
					  int result)
{
	if (result >= 0) {
		key->kind = crypto_key_kind_of(key->key);
		if (is_sound(key))
			return key;
	}
	crypto_public_key_free(key);
	return NULL;
}

struct crypto_public_key *crypto_public_key_new_spki(adtls_bytes_t spki)
{
	gnutls_datum_t datum = datum_of(spki);
	struct crypto_public_key *key = public_key_new();

	if (key == NULL)
		return NULL;
	return imported(key, gnutls_pubkey_import(key->key, &datum,
						  GNUTLS_X509_FMT_DER));
}

struct crypto_public_key *crypto_public_key_new_p256(const uint8_t *x,
						     const uint8_t *y)
{
	gnutls_datum_t x_datum = datum_of(bytes_of(x, P256_COORDINATE_LEN));
	gnutls_datum_t y_datum = datum_of(bytes_of(y, P256_COORDINATE_LEN));
	struct crypto_public_key *key = public_key_new();

	if (key == NULL)
		return NULL;
	return imported(key, gnutls_pubkey_import_ecc_raw(
				     key->key, GNUTLS_ECC_CURVE_SECP256R1,
				     &x_datum, &y_datum));
}

void crypto_public_key_free(struct crypto_public_key *key)
{
	if (key == NULL)
		return;
	gnutls_pubkey_deinit(key->key);
	free(key);
}

bool crypto_public_key_fits(const struct crypto_public_key *key,
			    const struct crypto_scheme *scheme)
{
	return crypto_key_kind_fits(&key->kind, scheme);
}

const struct crypto_scheme *
crypto_public_key_scheme(const struct crypto_public_key *key)
{
	size_t count;
	const struct crypto_scheme *const *schemes = crypto_schemes(&count);

	for (size_t i = 0; i < count; i++) {
		if (crypto_public_key_fits(key, schemes[i]))
			return schemes[i];
	}
	return NULL;
}

static bool verify(const struct crypto_public_key *key,
		   gnutls_sign_algorithm_t algorithm, adtls_bytes_t data,
		   const gnutls_datum_t *signature)
{
	gnutls_datum_t data_datum = datum_of(data);

	return gnutls_pubkey_verify_data2(key->key, algorithm, 0, &data_datum,
					  signature) >= 0;
}

/* A signature of RSA is as long as the modulus (RFC 8017 §8.1.2). */
static bool has_signature_len(const struct crypto_public_key *key,
			      adtls_bytes_t signature)
{
	return key->kind.algorithm != GNUTLS_PK_RSA ||
	       signature.len == (key->kind.bits + 7) / 8;
}

bool crypto_verify(const struct crypto_public_key *key,
		   const struct crypto_scheme *scheme, adtls_bytes_t data,
		   adtls_bytes_t signature)
{
	gnutls_datum_t datum = datum_of(signature);

	return crypto_public_key_fits(key, scheme) &&
	       has_signature_len(key, signature) &&
	       verify(key, (gnutls_sign_algorithm_t)scheme->gnutls_sign, data,
		      &datum);
}

bool crypto_verify_es256(const struct crypto_public_key *key,
			 adtls_bytes_t data, adtls_bytes_t signature)
{
	gnutls_datum_t r;
	gnutls_datum_t s;
	gnutls_datum_t encoded;
	bool ok;

	if (signature.len != ES256_LEN ||
	    key->kind.curve != GNUTLS_ECC_CURVE_SECP256R1)
		return false;
	r = datum_of(bytes_of(signature.data, P256_COORDINATE_LEN));
	s = datum_of(bytes_of(signature.data + P256_COORDINATE_LEN,
			      P256_COORDINATE_LEN));
	if (gnutls_encode_rs_value(&encoded, &r, &s) < 0)
		return false;
	ok = verify(key, GNUTLS_SIGN_ECDSA_SHA256, data, &encoded);
	gnutls_free(encoded.data);
	return ok;
}
