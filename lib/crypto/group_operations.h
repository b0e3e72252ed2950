/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a named group brings to crypto/group.c. */
#ifndef ADTLS_CRYPTO_GROUP_OPERATIONS_H
#define ADTLS_CRYPTO_GROUP_OPERATIONS_H

#include "crypto/group.h"

#define CRYPTO_SCALAR_MAX 56 /* X448 */

struct ecc_curve;

struct crypto_group_operations {
	/* Draw a scalar and compute its share. False: no randomness. */
	bool (*generate)(const struct crypto_group *group,
			 const struct crypto_random *random,
			 uint8_t scalar[CRYPTO_SCALAR_MAX],
			 uint8_t share[CRYPTO_SHARE_MAX]);
	/* The shared secret with a share of the right length. False: the share
	 * is not one that RFC 8446 §4.2.8 allows. */
	bool (*derive)(const struct crypto_group *group, const uint8_t *scalar,
		       const uint8_t *peer_share,
		       uint8_t out[CRYPTO_SHARED_SECRET_MAX]);
	/* Nettle's curve, where shares are its points. */
	const struct ecc_curve *(*curve)(void);
};

extern const struct crypto_group_operations crypto_x25519_operations;
extern const struct crypto_group_operations crypto_x448_operations;
extern const struct crypto_group_operations crypto_secp256r1_operations;
extern const struct crypto_group_operations crypto_secp384r1_operations;

#endif
