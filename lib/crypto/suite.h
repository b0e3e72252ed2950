/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Cipher suites and hashes, as const descriptors. */
#ifndef ADTLS_CRYPTO_SUITE_H
#define ADTLS_CRYPTO_SUITE_H

#include <adtls/types.h>

#define CRYPTO_HASH_MAX 48	/* SHA-384, the longest of any suite */
#define CRYPTO_KEY_MAX 32	/* AES-256, ChaCha20 */
#define CRYPTO_NONCE_LEN 12	/* every TLS 1.3 AEAD, RFC 8446 §5.3 */
#define CRYPTO_TAG_MAX 16

struct crypto_hash {
	const char *name;	/* "SHA256" */
	size_t len;
	int gnutls_id;		/* gnutls_digest_algorithm_t, same for MAC */
};

extern const struct crypto_hash crypto_sha256;
extern const struct crypto_hash crypto_sha384;

/* How record numbers are masked (RFC 9147 §4.2.3); known to crypto/ only. */
struct crypto_mask_cipher;

struct crypto_suite {
	uint16_t id;			/* RFC 8446 §B.4 */
	const char *name;		/* "TLS_AES_128_GCM_SHA256" */
	const struct crypto_hash *hash;
	int gnutls_cipher;		/* gnutls_cipher_algorithm_t */
	const struct crypto_mask_cipher *mask_cipher;
	size_t key_len;
	size_t tag_len;
	/* Records under one key (RFC 9147 §4.5.3): sealed, not authentic. */
	uint64_t seal_limit;
	uint64_t forgery_limit;
	/* Not without a lower forgery limit of the deployment's own. */
	bool needs_forgery_limit;
};

/* NULL unless this build has the suite. */
const struct crypto_suite *crypto_suite_find(uint16_t id);
/* All suites of this build in default order; sets *@out_count. */
const struct crypto_suite *const *crypto_suites(size_t *out_count);

#endif
