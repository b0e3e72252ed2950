/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Private keys and signing, on GnuTLS.
 *
 * A key is only read once it is made, and GnuTLS's handle keeps locks of its
 * own where a token needs them, so threads may share one. */
#include <gnutls/crypto.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "crypto/datum.h"
#include "crypto/key.h"

struct crypto_private_key {
	atomic_uint references;
	gnutls_privkey_t key;
	struct crypto_key_kind kind;
};

/* The public half of @key, or NULL. */
static gnutls_pubkey_t public_half(gnutls_privkey_t key)
{
	gnutls_pubkey_t half;

	if (gnutls_pubkey_init(&half) < 0)
		return NULL;
	if (gnutls_pubkey_import_privkey(half, key, 0, 0) < 0) {
		gnutls_pubkey_deinit(half);
		return NULL;
	}
	return half;
}

struct crypto_private_key *crypto_private_key_adopt(gnutls_privkey_t key,
						    gnutls_pubkey_t certificate)
{
	struct crypto_private_key *adopted = calloc(1, sizeof(*adopted));
	gnutls_pubkey_t half = public_half(key);

	if (adopted == NULL || (half == NULL && certificate == NULL)) {
		gnutls_pubkey_deinit(half);
		gnutls_privkey_deinit(key);
		free(adopted);
		return NULL;
	}
	atomic_init(&adopted->references, 1);
	adopted->key = key;
	adopted->kind = crypto_key_kind_of(half != NULL ? half : certificate);
	gnutls_pubkey_deinit(half);
	if (!crypto_key_kind_has_size(&adopted->kind)) {
		crypto_private_key_unref(adopted);
		return NULL;
	}
	return adopted;
}

struct crypto_private_key *crypto_private_key_new(adtls_bytes_t encoded)
{
	gnutls_datum_t datum = datum_of(encoded);
	gnutls_privkey_t key;

	if (encoded.len == 0)
		return NULL;
	if (gnutls_privkey_init(&key) < 0)
		return NULL;
	if (gnutls_privkey_import_x509_raw(key, &datum, datum_format(encoded),
					   NULL, 0) < 0) {
		gnutls_privkey_deinit(key);
		return NULL;
	}
	return crypto_private_key_adopt(key, NULL);
}

struct crypto_private_key *
crypto_private_key_ref(struct crypto_private_key *key)
{
	atomic_fetch_add_explicit(&key->references, 1, memory_order_relaxed);
	return key;
}

void crypto_private_key_unref(struct crypto_private_key *key)
{
	if (key == NULL || atomic_fetch_sub_explicit(&key->references, 1,
						     memory_order_acq_rel) > 1)
		return;
	gnutls_privkey_deinit(key->key);
	free(key);
}

bool crypto_private_key_is_external(const struct crypto_private_key *key)
{
	return gnutls_privkey_get_type(key->key) != GNUTLS_PRIVKEY_X509;
}

bool crypto_private_key_fits(const struct crypto_private_key *key,
			     const struct crypto_scheme *scheme)
{
	return crypto_key_kind_fits(&key->kind, scheme);
}

bool crypto_private_key_spki(const struct crypto_private_key *key,
			     struct buffer *out)
{
	gnutls_pubkey_t half = public_half(key->key);
	gnutls_datum_t spki;
	bool ok = false;

	if (half != NULL &&
	    gnutls_pubkey_export2(half, GNUTLS_X509_FMT_DER, &spki) == 0) {
		ok = buffer_set(out, spki.data, spki.size);
		gnutls_free(spki.data);
	}
	gnutls_pubkey_deinit(half);
	return ok;
}

static bool sign(const struct crypto_private_key *key,
		 gnutls_sign_algorithm_t algorithm, bool reproducible,
		 adtls_bytes_t data, gnutls_datum_t *out)
{
	gnutls_datum_t datum = datum_of(data);
	unsigned flags = 0;

	/* GnuTLS makes PSS reproducible by leaving the salt out, which RFC
	 * 8446 §4.2.3 forbids. */
	if (reproducible && key->kind.algorithm == GNUTLS_PK_ECDSA)
		flags |= GNUTLS_PRIVKEY_FLAG_REPRODUCIBLE;
	return gnutls_privkey_sign_data2(key->key, algorithm, flags, &datum,
					 out) == 0;
}

bool crypto_sign(const struct crypto_private_key *key,
		 const struct crypto_scheme *scheme, bool reproducible,
		 adtls_bytes_t data, struct buffer *out)
{
	gnutls_datum_t signature;
	bool ok;

	if (!crypto_private_key_fits(key, scheme) ||
	    !sign(key, (gnutls_sign_algorithm_t)scheme->gnutls_sign,
		  reproducible, data, &signature))
		return false;
	ok = buffer_set(out, signature.data, signature.size);
	gnutls_free(signature.data);
	return ok;
}

bool crypto_sign_es256(const struct crypto_private_key *key, bool reproducible,
		       adtls_bytes_t data, uint8_t out[64])
{
	gnutls_datum_t signature;
	gnutls_datum_t r;
	gnutls_datum_t s;
	bool ok;

	if (key->kind.curve != GNUTLS_ECC_CURVE_SECP256R1 ||
	    !sign(key, GNUTLS_SIGN_ECDSA_SHA256, reproducible, data,
		  &signature))
		return false;
	ok = gnutls_decode_rs_value(&signature, &r, &s) == 0;
	gnutls_free(signature.data);
	if (!ok)
		return false;
	ok = crypto_fixed_integer(&r, out, P256_COORDINATE_LEN) &&
	     crypto_fixed_integer(&s, out + P256_COORDINATE_LEN,
				  P256_COORDINATE_LEN);
	gnutls_free(r.data);
	gnutls_free(s.data);
	return ok;
}
