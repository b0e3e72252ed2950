/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cipher suites and hashes of this build. A suite is a row here and, if
 * it brings a new cipher, a mask cipher. */
#include "crypto/suite.h"

#include <gnutls/gnutls.h>

#include "crypto/mask_cipher.h"

/* RFC 8446 §5.5: 2^24.5 records of AES-GCM under one key. */
#define AES_GCM_SEAL_LIMIT UINT64_C(23726566)
/* RFC 9147 §4.5.3: 2^36 records that fail authentication. */
#define AES_GCM_FORGERY_LIMIT (UINT64_C(1) << 36)

const struct crypto_hash crypto_sha256 = {
	.name = "SHA256",
	.len = 32,
	.gnutls_id = GNUTLS_DIG_SHA256,
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
	.forgery_limit = AES_GCM_FORGERY_LIMIT,
};

static const struct crypto_suite *const suites[] = {
	&aes_128_gcm_sha256,
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
