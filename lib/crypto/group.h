/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Named groups for (EC)DHE, on nettle (RFC 8446 §4.2.7, §7.4). */
#ifndef ADTLS_CRYPTO_GROUP_H
#define ADTLS_CRYPTO_GROUP_H

#include "crypto/hash.h"

#define CRYPTO_SHARE_MAX 97	/* secp384r1, uncompressed point */
#define CRYPTO_SHARED_SECRET_MAX 56	/* X448 */

/* How shares are made and combined; known to crypto/ only. */
struct crypto_group_operations;

struct crypto_group {
	uint16_t id;		/* RFC 8446 §4.2.7 */
	const char *name;	/* "X25519", "SECP256R1": GnuTLS's names */
	size_t share_len;
	size_t secret_len;
	const struct crypto_group_operations *operations;
};

extern const struct crypto_group crypto_secp256r1;
extern const struct crypto_group crypto_secp384r1;

const struct crypto_group *crypto_group_find(uint16_t id);
const struct crypto_group *const *crypto_groups(size_t *out_count);

/* Is this a point of @group, secp256r1 or secp384r1, in affine coordinates of
 * group->secret_len bytes each? */
bool crypto_group_has_point(const struct crypto_group *group, const uint8_t *x,
			    const uint8_t *y);

/* One ephemeral key, used once and wiped when freed. */
struct crypto_key_exchange;

/* NULL: out of memory or no randomness. */
struct crypto_key_exchange *
crypto_key_exchange_new(const struct crypto_group *group,
			const struct crypto_random *random);
void crypto_key_exchange_free(struct crypto_key_exchange *exchange);
const struct crypto_group *
crypto_key_exchange_group(const struct crypto_key_exchange *exchange);
/* Our public share, group->share_len bytes, owned by @exchange. */
adtls_bytes_t
crypto_key_exchange_share(const struct crypto_key_exchange *exchange);
/* The shared secret with @peer_share. False: wrong length, not on the curve,
 * or an all-zero X25519 or X448 result (RFC 7748 §6). @out gets secret_len bytes,
 * *@out_len is set; the caller wipes them. */
bool crypto_key_exchange_derive(const struct crypto_key_exchange *exchange,
				adtls_bytes_t peer_share,
				uint8_t out[CRYPTO_SHARED_SECRET_MAX],
				size_t *out_len);

#endif
