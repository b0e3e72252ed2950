/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AEAD and record-number mask of a suite (RFC 8446 §5.2, RFC 9147 §4.2.3). */
#ifndef ADTLS_CRYPTO_AEAD_H
#define ADTLS_CRYPTO_AEAD_H

#include "crypto/suite.h"

#define CRYPTO_MASK_SAMPLE_LEN 16

struct crypto_aead;
struct crypto_mask;

/* @key is suite->key_len bytes. NULL: out of memory or refused key. */
struct crypto_aead *crypto_aead_new(const struct crypto_suite *suite,
				    const uint8_t *key);
void crypto_aead_free(struct crypto_aead *aead);

/* Seal @len bytes in place at @data, which has room for the tag behind them.
 * @nonce is CRYPTO_NONCE_LEN bytes. */
bool crypto_aead_seal(struct crypto_aead *aead, const uint8_t *nonce,
		      adtls_bytes_t additional, uint8_t *data, size_t len);
/* Open @len bytes (ciphertext and tag) in place. False: not authentic, and
 * the bytes at @data are then unspecified. */
bool crypto_aead_open(struct crypto_aead *aead, const uint8_t *nonce,
		      adtls_bytes_t additional, uint8_t *data, size_t len);

/* The record-number cipher; @key is the "sn" key, suite->key_len bytes. */
struct crypto_mask *crypto_mask_new(const struct crypto_suite *suite,
				    const uint8_t *key);
void crypto_mask_free(struct crypto_mask *mask);
/* Mask or unmask @len bytes of a record number, at most the sample's length.
 * @sample is CRYPTO_MASK_SAMPLE_LEN bytes of ciphertext. */
void crypto_mask_apply(const struct crypto_mask *mask, const uint8_t *sample,
		       uint8_t *number, size_t len);

#endif
