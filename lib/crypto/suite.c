/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cipher suites and hashes of this build. A suite is a row here and, if
 * it brings a new cipher, a mask cipher. */
#include "crypto/suite.h"

#include <gnutls/gnutls.h>

#include "crypto/mask_cipher.h"

/* RFC 8446 §5.5: 2^24.5 records of AES-GCM under one key. */
#define AES_GCM_SEAL_LIMIT UINT64_C(23726566)
/* RFC 8446 §5.5: the sequence numbers run out first. */
#define CHACHA20_POLY1305_SEAL_LIMIT (UINT64_C(1) << 48)
/* RFC 9147 §4.5.3: 2^36 records that fail authentication, of either. */
#define COMMON_FORGERY_LIMIT (UINT64_C(1) << 36)
/* RFC 9147 §4.5.3, §B.1: 2^23. */
#define AES_CCM_SEAL_LIMIT (UINT64_C(1) << 23)
/* RFC 9147 §4.5.3, §B.2: 2^23.5. */
#define AES_CCM_FORGERY_LIMIT UINT64_C(11863283)

const struct crypto_hash crypto_sha256 = {
	.name = "SHA256",
	.len = 32,
	.gnutls_id = GNUTLS_DIG_SHA256,
};

const struct crypto_hash crypto_sha384 = {
	.name = "SHA384",
	.len = 48,
	.gnutls_id = GNUTLS_DIG_SHA384,
};

static const struct crypto_suite aes_128_gcm_sha256 = {
	.id = 0x1301,
	.name = "TLS_AES_128_GCM_SHA256",
	.hash = &crypto_sha256,
	.gnutls_cipher = GNUTLS_CIPHER_AES_128_GCM,
	.mask_cipher = &crypto_mask_aes_128,
	.key_len = 16,
	.tag_len = 16,
	.seal_limit = AES_GCM_SEAL_LIMIT,
	.forgery_limit = COMMON_FORGERY_LIMIT,
};

static const struct crypto_suite aes_256_gcm_sha384 = {
	.id = 0x1302,
	.name = "TLS_AES_256_GCM_SHA384",
	.hash = &crypto_sha384,
	.gnutls_cipher = GNUTLS_CIPHER_AES_256_GCM,
	.mask_cipher = &crypto_mask_aes_256,
	.key_len = 32,
	.tag_len = 16,
	.seal_limit = AES_GCM_SEAL_LIMIT,
	.forgery_limit = COMMON_FORGERY_LIMIT,
};

static const struct crypto_suite chacha20_poly1305_sha256 = {
	.id = 0x1303,
	.name = "TLS_CHACHA20_POLY1305_SHA256",
	.hash = &crypto_sha256,
	.gnutls_cipher = GNUTLS_CIPHER_CHACHA20_POLY1305,
	.mask_cipher = &crypto_mask_chacha20,
	.key_len = 32,
	.tag_len = 16,
	.seal_limit = CHACHA20_POLY1305_SEAL_LIMIT,
	.forgery_limit = COMMON_FORGERY_LIMIT,
};

static const struct crypto_suite aes_128_ccm_sha256 = {
	.id = 0x1304,
	.name = "TLS_AES_128_CCM_SHA256",
	.hash = &crypto_sha256,
	.gnutls_cipher = GNUTLS_CIPHER_AES_128_CCM,
	.mask_cipher = &crypto_mask_aes_128,
	.key_len = 16,
	.tag_len = 16,
	.seal_limit = AES_CCM_SEAL_LIMIT,
	.forgery_limit = AES_CCM_FORGERY_LIMIT,
};

/* 64 bits of tag: RFC 9147 §4.5.3 forbids it but with further safeguards, and
 * §B.3 has no limit that suits everyone. */
static const struct crypto_suite aes_128_ccm_8_sha256 = {
	.id = 0x1305,
	.name = "TLS_AES_128_CCM_8_SHA256",
	.hash = &crypto_sha256,
	.gnutls_cipher = GNUTLS_CIPHER_AES_128_CCM_8,
	.mask_cipher = &crypto_mask_aes_128,
	.key_len = 16,
	.tag_len = 8,
	.seal_limit = AES_CCM_SEAL_LIMIT,
	.forgery_limit = AES_CCM_FORGERY_LIMIT,
	.needs_forgery_limit = true,
};

static const struct crypto_suite *const suites[] = {
	&aes_128_gcm_sha256, &aes_256_gcm_sha384,   &chacha20_poly1305_sha256,
	&aes_128_ccm_sha256, &aes_128_ccm_8_sha256,
};

#define SUITE_COUNT (sizeof(suites) / sizeof(suites[0]))

const struct crypto_suite *crypto_suite_find(uint16_t id)
{
	for (size_t i = 0; i < SUITE_COUNT; i++) {
		if (suites[i]->id == id)
			return suites[i];
	}
	return NULL;
}

const struct crypto_suite *const *crypto_suites(size_t *out_count)
{
	*out_count = SUITE_COUNT;
	return suites;
}
