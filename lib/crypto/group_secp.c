/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ECDH on secp256r1 and secp384r1 (RFC 8446 §4.2.8.2, §7.4.2), on nettle's
 * hogweed. A coordinate is as long as the secret, which is one. */
#include <nettle/bignum.h>
#include <nettle/ecc-curve.h>
#include <nettle/ecc.h>

#include "base/buffer.h"
#include "crypto/group_operations.h"

#define COORDINATE_MAX 48
#define UNCOMPRESSED   0x04

/* A scalar is out of range at most once in 2^32 draws: a source that fails
 * this often in a row is broken. */
#define DRAWS_MAX 16

/* nettle and GMP give memory back as it is, hence these. */
static void wipe_integer(mpz_t integer)
{
	size_t limbs = mpz_size(integer);

	if (limbs > 0)
		bytes_wipe(mpz_limbs_modify(integer, (mp_size_t)limbs),
			   limbs * sizeof(mp_limb_t));
	mpz_clear(integer);
}

static void wipe_scalar(struct ecc_scalar *scalar)
{
	bytes_wipe(scalar->p,
		   (size_t)ecc_size(scalar->ecc) * sizeof(mp_limb_t));
	ecc_scalar_clear(scalar);
}

static void wipe_point(struct ecc_point *point)
{
	bytes_wipe(point->p,
		   (size_t)ecc_size_a(point->ecc) * sizeof(mp_limb_t));
	ecc_point_clear(point);
}

/* False: zero, or not below the group's order. @out is initialised either
 * way. */
static bool read_scalar(const struct crypto_group *group, const uint8_t *bytes,
			struct ecc_scalar *out)
{
	mpz_t integer;
	bool in_range;

	ecc_scalar_init(out, group->operations->curve());
	nettle_mpz_init_set_str_256_u(integer, group->secret_len, bytes);
	in_range = ecc_scalar_set(out, integer);
	wipe_integer(integer);
	return in_range;
}

/* False: not a point of the curve. @out is initialised either way. */
static bool read_coordinates(const struct crypto_group *group,
			     const uint8_t *x_bytes, const uint8_t *y_bytes,
			     struct ecc_point *out)
{
	mpz_t x;
	mpz_t y;
	bool on_curve;

	ecc_point_init(out, group->operations->curve());
	nettle_mpz_init_set_str_256_u(x, group->secret_len, x_bytes);
	nettle_mpz_init_set_str_256_u(y, group->secret_len, y_bytes);
	on_curve = ecc_point_set(out, x, y);
	mpz_clear(x);
	mpz_clear(y);
	return on_curve;
}

bool crypto_group_has_point(const struct crypto_group *group, const uint8_t *x,
			    const uint8_t *y)
{
	struct ecc_point point;
	bool on_curve = read_coordinates(group, x, y, &point);

	ecc_point_clear(&point);
	return on_curve;
}

/* A share, always in uncompressed form; @out is initialised either way. */
static bool read_point(const struct crypto_group *group, const uint8_t *share,
		       struct ecc_point *out)
{
	return read_coordinates(group, share + 1, share + 1 + group->secret_len,
				out) &&
	       share[0] == UNCOMPRESSED;
}

static void write_coordinates(const struct crypto_group *group,
			      const struct ecc_point *point, uint8_t *out_x,
			      uint8_t *out_y)
{
	mpz_t x;
	mpz_t y;

	mpz_init(x);
	mpz_init(y);
	ecc_point_get(point, x, y);
	nettle_mpz_get_str_256(group->secret_len, out_x, x);
	nettle_mpz_get_str_256(group->secret_len, out_y, y);
	wipe_integer(x);
	wipe_integer(y);
}

static bool draw_scalar(const struct crypto_group *group,
			const struct crypto_random *random,
			uint8_t scalar[CRYPTO_SCALAR_MAX],
			struct ecc_scalar *out)
{
	for (int i = 0; i < DRAWS_MAX; i++) {
		if (!crypto_random_fill(random, scalar, group->secret_len))
			return false;
		if (read_scalar(group, scalar, out))
			return true;
		wipe_scalar(out);
	}
	return false;
}

static bool generate(const struct crypto_group *group,
		     const struct crypto_random *random,
		     uint8_t scalar[CRYPTO_SCALAR_MAX],
		     uint8_t share[CRYPTO_SHARE_MAX])
{
	struct ecc_scalar factor;
	struct ecc_point point;

	if (!draw_scalar(group, random, scalar, &factor))
		return false;
	ecc_point_init(&point, group->operations->curve());
	ecc_point_mul_g(&point, &factor);
	share[0] = UNCOMPRESSED;
	write_coordinates(group, &point, share + 1,
			  share + 1 + group->secret_len);
	ecc_point_clear(&point);
	wipe_scalar(&factor);
	return true;
}

/* The secret is the x coordinate. The order of these curves is prime, so that a
 * point times a scalar in range is never the point at infinity. */
static bool derive(const struct crypto_group *group, const uint8_t *scalar,
		   const uint8_t *peer_share,
		   uint8_t out[CRYPTO_SHARED_SECRET_MAX])
{
	struct ecc_scalar factor;
	struct ecc_point point;
	uint8_t y[COORDINATE_MAX];
	bool is_valid;

	is_valid = read_scalar(group, scalar, &factor);
	is_valid = read_point(group, peer_share, &point) && is_valid;
	if (is_valid) {
		ecc_point_mul(&point, &factor, &point);
		write_coordinates(group, &point, out, y);
		bytes_wipe(y, sizeof(y));
	}
	wipe_point(&point);
	wipe_scalar(&factor);
	return is_valid;
}

const struct crypto_group_operations crypto_secp256r1_operations = {
	.generate = generate,
	.derive = derive,
	.curve = nettle_get_secp_256r1,
};

const struct crypto_group_operations crypto_secp384r1_operations = {
	.generate = generate,
	.derive = derive,
	.curve = nettle_get_secp_384r1,
};
