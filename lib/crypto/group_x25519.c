/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* X25519 (RFC 7748), on nettle. */
#include <nettle/curve25519.h>

#include "crypto/group_operations.h"

static bool generate(const struct crypto_group *group,
		     const struct crypto_random *random,
		     uint8_t scalar[CRYPTO_SCALAR_MAX],
		     uint8_t share[CRYPTO_SHARE_MAX])
{
	(void)group;
	if (!crypto_random_fill(random, scalar, CURVE25519_SIZE))
		return false;
	curve25519_mul_g(share, scalar);
	return true;
}

/* RFC 7748 §6.1 and RFC 8446 §7.4.2: an all-zero result means a share of
 * small order. */
static bool derive(const struct crypto_group *group, const uint8_t *scalar,
		   const uint8_t *peer_share,
		   uint8_t out[CRYPTO_SHARED_SECRET_MAX])
{
	static const uint8_t zero[CURVE25519_SIZE];

	(void)group;
	curve25519_mul(out, scalar, peer_share);
	return !crypto_equal(out, zero, sizeof(zero));
}

const struct crypto_group_operations crypto_x25519_operations = {
	.generate = generate,
	.derive = derive,
};
