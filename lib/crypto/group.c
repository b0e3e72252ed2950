/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The named groups of this build and ephemeral keys in them. */
#include "crypto/group.h"

#include <stdlib.h>

#include "base/buffer.h"
#include "crypto/group_operations.h"

static const struct crypto_group x25519 = {
	.id = 0x001d,
	.name = "X25519",
	.share_len = 32,
	.secret_len = 32,
	.operations = &crypto_x25519_operations,
};

const struct crypto_group crypto_secp256r1 = {
	.id = 0x0017,
	.name = "SECP256R1",
	.share_len = 65,
	.secret_len = 32,
	.operations = &crypto_secp256r1_operations,
};

const struct crypto_group crypto_secp384r1 = {
	.id = 0x0018,
	.name = "SECP384R1",
	.share_len = 97,
	.secret_len = 48,
	.operations = &crypto_secp384r1_operations,
};

static const struct crypto_group x448 = {
	.id = 0x001e,
	.name = "X448",
	.share_len = 56,
	.secret_len = 56,
	.operations = &crypto_x448_operations,
};

static const struct crypto_group *const groups[] = {
	&x25519,
	&crypto_secp256r1,
	&crypto_secp384r1,
	&x448,
};

#define GROUP_COUNT (sizeof(groups) / sizeof(groups[0]))

struct crypto_key_exchange {
	const struct crypto_group *group;
	uint8_t scalar[CRYPTO_SCALAR_MAX];
	uint8_t share[CRYPTO_SHARE_MAX];
};

const struct crypto_group *crypto_group_find(uint16_t id)
{
	for (size_t i = 0; i < GROUP_COUNT; i++) {
		if (groups[i]->id == id)
			return groups[i];
	}
	return NULL;
}

const struct crypto_group *const *crypto_groups(size_t *out_count)
{
	*out_count = GROUP_COUNT;
	return groups;
}

struct crypto_key_exchange *
crypto_key_exchange_new(const struct crypto_group *group,
			const struct crypto_random *random)
{
	struct crypto_key_exchange *exchange = calloc(1, sizeof(*exchange));

	if (exchange == NULL)
		return NULL;
	exchange->group = group;
	if (!group->operations->generate(group, random, exchange->scalar,
					 exchange->share)) {
		crypto_key_exchange_free(exchange);
		return NULL;
	}
	return exchange;
}

void crypto_key_exchange_free(struct crypto_key_exchange *exchange)
{
	if (exchange == NULL)
		return;
	bytes_wipe(exchange, sizeof(*exchange));
	free(exchange);
}

const struct crypto_group *
crypto_key_exchange_group(const struct crypto_key_exchange *exchange)
{
	return exchange->group;
}

adtls_bytes_t
crypto_key_exchange_share(const struct crypto_key_exchange *exchange)
{
	return bytes_of(exchange->share, exchange->group->share_len);
}

bool crypto_key_exchange_derive(const struct crypto_key_exchange *exchange,
				adtls_bytes_t peer_share,
				uint8_t out[CRYPTO_SHARED_SECRET_MAX],
				size_t *out_len)
{
	const struct crypto_group *group = exchange->group;

	*out_len = group->secret_len;
	return peer_share.len == group->share_len &&
	       group->operations->derive(group, exchange->scalar,
					 peer_share.data, out);
}
