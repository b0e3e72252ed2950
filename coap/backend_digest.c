/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The digest of libcoap's cache keys: SHA-256. */
#include "libcoap_internal.h"

#include <gnutls/crypto.h>

coap_digest_ctx_t *coap_digest_setup(void)
{
	gnutls_hash_hd_t hash;

	return gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) < 0 ? NULL : hash;
}

void coap_digest_free(coap_digest_ctx_t *context)
{
	if (context != NULL)
		gnutls_hash_deinit(context, NULL);
}

int coap_digest_update(coap_digest_ctx_t *context, const uint8_t *data,
		       size_t len)
{
	return gnutls_hash(context, data, len) >= 0;
}

int coap_digest_final(coap_digest_ctx_t *context, coap_digest_t *out)
{
	gnutls_hash_deinit(context, out->key);
	return 1;
}
