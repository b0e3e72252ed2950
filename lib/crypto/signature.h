/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Signature schemes and public keys (RFC 8446 §4.2.3). */
#ifndef ADTLS_CRYPTO_SIGNATURE_H
#define ADTLS_CRYPTO_SIGNATURE_H

#include "base/buffer.h"
#include "crypto/suite.h"

/* Of RSA keys, in bits: below is too weak (RFC 9325 §4.5), above is work for
 * nothing. */
#define CRYPTO_RSA_MIN 2048
#define CRYPTO_RSA_MAX 8192
#define CRYPTO_SIGNATURE_MAX (CRYPTO_RSA_MAX / 8)

struct crypto_scheme {
	uint16_t id;		/* 0x0403 ecdsa_secp256r1_sha256 */
	const char *name;	/* "ECDSA-SECP256R1-SHA256" */
	int gnutls_sign;	/* gnutls_sign_algorithm_t */
	int gnutls_key;		/* gnutls_pk_algorithm_t of a fitting key */
	int gnutls_curve;	/* gnutls_ecc_curve_t of a fitting key, or 0 */
	/* Offered for the signatures in certificates; no key fits it. */
	bool is_for_certificates;
};

const struct crypto_scheme *crypto_scheme_find(uint16_t id);
const struct crypto_scheme *const *crypto_schemes(size_t *out_count);

/* A public key, parsed from a SubjectPublicKeyInfo in DER. */
struct crypto_public_key;

/* NULL: not a key, a point that is not of its curve, or RSA outside
 * CRYPTO_RSA_MIN to CRYPTO_RSA_MAX. */
struct crypto_public_key *crypto_public_key_new_spki(adtls_bytes_t spki);
/* A P-256 key from its affine coordinates, 32 bytes each, as COSE has it
 * (RFC 9053 §7.1.1). NULL: not a point of the curve. */
struct crypto_public_key *crypto_public_key_new_p256(const uint8_t *x,
						     const uint8_t *y);
void crypto_public_key_free(struct crypto_public_key *key);
/* May this key make signatures of @scheme? */
bool crypto_public_key_fits(const struct crypto_public_key *key,
			    const struct crypto_scheme *scheme);
/* The first scheme of this build that fits, or NULL. */
const struct crypto_scheme *
crypto_public_key_scheme(const struct crypto_public_key *key);
/* Affine coordinates of a P-256 key, 32 bytes each. False: another kind. */
bool crypto_public_key_p256(const struct crypto_public_key *key, uint8_t *x,
			    uint8_t *y);
/* Verify a TLS signature (RFC 8446 §4.2.3) over @data. */
bool crypto_verify(const struct crypto_public_key *key,
		   const struct crypto_scheme *scheme, adtls_bytes_t data,
		   adtls_bytes_t signature);
/* Verify a raw ES256 signature, r || s, 64 bytes (RFC 9053 §2.1). */
bool crypto_verify_es256(const struct crypto_public_key *key,
			 adtls_bytes_t data, adtls_bytes_t signature);

/* A private key that may be shared between threads. */
struct crypto_private_key;

/* From PEM or DER (PKCS#8 or traditional) in memory. NULL: unusable, or RSA
 * outside CRYPTO_RSA_MIN to CRYPTO_RSA_MAX. */
struct crypto_private_key *crypto_private_key_new(adtls_bytes_t encoded);
struct crypto_private_key *
crypto_private_key_ref(struct crypto_private_key *key);
void crypto_private_key_unref(struct crypto_private_key *key);
/* Does a signature leave this process (PKCS#11, TPM, a callback)? */
bool crypto_private_key_is_external(const struct crypto_private_key *key);
bool crypto_private_key_fits(const struct crypto_private_key *key,
			     const struct crypto_scheme *scheme);
/* The key's SubjectPublicKeyInfo in DER. */
bool crypto_private_key_spki(const struct crypto_private_key *key,
			     struct buffer *out);
/* Sign @data; at most CRYPTO_SIGNATURE_MAX bytes. @reproducible asks for RFC
 * 6979 ECDSA, and changes nothing for other kinds of key. */
bool crypto_sign(const struct crypto_private_key *key,
		 const struct crypto_scheme *scheme, bool reproducible,
		 adtls_bytes_t data, struct buffer *out);
/* A raw ES256 signature over @data, 64 bytes at @out. */
bool crypto_sign_es256(const struct crypto_private_key *key, bool reproducible,
		       adtls_bytes_t data, uint8_t out[64]);

#endif
