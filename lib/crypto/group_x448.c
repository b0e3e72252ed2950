/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* X448 (RFC 7748), on nettle. */
#include <nettle/curve448.h>

#include "crypto/group_operations.h"

static bool generate(const struct crypto_group *group,
		     const struct crypto_random *random,
		     uint8_t scalar[CRYPTO_SCALAR_MAX],
		     uint8_t share[CRYPTO_SHARE_MAX])
{
	(void)group;
	if (!crypto_random_fill(random, scalar, CURVE448_SIZE))
		return false;
	curve448_mul_g(share, scalar);
	return true;
}

/* RFC 7748 §6.2 and RFC 8446 §7.4.2: an all-zero result means a share of
 * small order. */
static bool derive(const struct crypto_group *group, const uint8_t *scalar,
		   const uint8_t *peer_share,
		   uint8_t out[CRYPTO_SHARED_SECRET_MAX])
{
	static const uint8_t zero[CURVE448_SIZE];

	(void)group;
	curve448_mul(out, scalar, peer_share);
	return !crypto_equal(out, zero, sizeof(zero));
}

const struct crypto_group_operations crypto_x448_operations = {
	.generate = generate,
	.derive = derive,
};
