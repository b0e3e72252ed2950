/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Key exchange: published vectors, and shares that must be refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "crypto/group.h"
#include "tests/support/test_vectors.h"

#define X25519	  0x001d
#define SECP256R1 0x0017
#define SECP384R1 0x0018
#define X448	  0x001e

/* A random source that plays given bytes. */
static int play(void *context, uint8_t *out, size_t len)
{
	adtls_bytes_t *left = context;

	if (left->len < len)
		return -1;
	memcpy(out, left->data, len);
	*left = bytes_of(left->data + len, left->len - len);
	return 0;
}

static struct crypto_key_exchange *exchange_of(uint16_t group,
					       const char *random_digits)
{
	struct test_bytes bytes = test_hex(random_digits);
	adtls_bytes_t left = test_view(&bytes);
	struct crypto_random random = { .fill = play, .context = &left };

	return crypto_key_exchange_new(crypto_group_find(group), &random);
}

static void assert_share(const struct crypto_key_exchange *exchange,
			 const char *digits)
{
	struct test_bytes expected = test_hex(digits);
	adtls_bytes_t share = crypto_key_exchange_share(exchange);

	assert_int_equal(share.len, expected.len);
	assert_memory_equal(share.data, expected.data, share.len);
}

static bool derives(const struct crypto_key_exchange *exchange,
		    const char *share_digits, uint8_t *out)
{
	struct test_bytes share = test_hex(share_digits);
	size_t len;

	if (!crypto_key_exchange_derive(exchange, test_view(&share), out, &len))
		return false;
	assert_int_equal(len, crypto_key_exchange_group(exchange)->secret_len);
	return true;
}

static void groups_are_found(void **state)
{
	size_t count;
	const struct crypto_group *const *groups = crypto_groups(&count);

	(void)state;
	assert_int_equal(count, 4);
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(crypto_group_find(groups[i]->id), groups[i]);
		assert_in_range(groups[i]->share_len, 32, CRYPTO_SHARE_MAX);
		assert_in_range(groups[i]->secret_len, 32,
				CRYPTO_SHARED_SECRET_MAX);
	}
	assert_null(crypto_group_find(0));
	assert_string_equal(crypto_group_find(X25519)->name, "X25519");
	assert_string_equal(crypto_group_find(SECP256R1)->name, "SECP256R1");
	assert_string_equal(crypto_group_find(SECP384R1)->name, "SECP384R1");
	assert_string_equal(crypto_group_find(X448)->name, "X448");
}

/* RFC 7748 §6.1. */
#define ALICE_SCALAR \
	"77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"
#define ALICE_SHARE \
	"8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a"
#define BOB_SCALAR \
	"5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"
#define BOB_SHARE \
	"de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"
#define ALICE_BOB_SECRET \
	"4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742"

static void x25519_of_rfc7748(void **state)
{
	struct crypto_key_exchange *alice = exchange_of(X25519, ALICE_SCALAR);
	struct crypto_key_exchange *bob = exchange_of(X25519, BOB_SCALAR);
	struct test_bytes expected = test_hex(ALICE_BOB_SECRET);
	uint8_t out[CRYPTO_SHARED_SECRET_MAX];

	(void)state;
	assert_ptr_equal(crypto_key_exchange_group(alice),
			 crypto_group_find(X25519));
	assert_share(alice, ALICE_SHARE);
	assert_share(bob, BOB_SHARE);
	assert_true(derives(alice, BOB_SHARE, out));
	assert_memory_equal(out, expected.data, 32);
	assert_true(derives(bob, ALICE_SHARE, out));
	assert_memory_equal(out, expected.data, 32);
	crypto_key_exchange_free(alice);
	crypto_key_exchange_free(bob);
	crypto_key_exchange_free(NULL);
}

/* The points of small order, whose product is zero (RFC 7748 §6.1): 0, 1, the
 * two of order 8, p - 1, p, p + 1. */
static void x25519_refuses_small_order(void **state)
{
	static const char *const shares[] = {
		"00000000000000000000000000000000"
		"00000000000000000000000000000000",
		"01000000000000000000000000000000"
		"00000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46a"
		"da098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b"
		"04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffff"
		"ffffffffffffffffffffffffffffff7f",
	};
	struct crypto_key_exchange *alice = exchange_of(X25519, ALICE_SCALAR);
	uint8_t out[CRYPTO_SHARED_SECRET_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		assert_false(derives(alice, shares[i], out));
	crypto_key_exchange_free(alice);
}

/* RFC 7748 §6.2. */
#define ALICE_448_SCALAR                                           \
	"9a8f4925d1519f5775cf46b04b5800d4ee9ee8bae8bc5565d498c28d" \
	"d9c9baf574a9419744897391006382a6f127ab1d9ac2d8c0a598726b"
#define ALICE_448_SHARE                                            \
	"9b08f7cc31b7e3e67d22d5aea121074a273bd2b83de09c63faa73d2c" \
	"22c5d9bbc836647241d953d40c5b12da88120d53177f80e532c41fa0"
#define BOB_448_SCALAR                                             \
	"1c306a7ac2a0e2e0990b294470cba339e6453772b075811d8fad0d1d" \
	"6927c120bb5ee8972b0d3e21374c9c921b09d1b0366f10b65173992d"
#define BOB_448_SHARE                                              \
	"3eb7a829b0cd20f5bcfc0b599b6feccf6da4627107bdb0d4f345b430" \
	"27d8b972fc3e34fb4232a13ca706dcb57aec3dae07bdc1c67bf33609"
#define ALICE_BOB_448_SECRET                                       \
	"07fff4181ac6cc95ec1c16a94a0f74d12da232ce40a77552281d282b" \
	"b60c0b56fd2464c335543936521c24403085d59a449a5037514a879d"

static void x448_of_rfc7748(void **state)
{
	struct crypto_key_exchange *alice = exchange_of(X448, ALICE_448_SCALAR);
	struct crypto_key_exchange *bob = exchange_of(X448, BOB_448_SCALAR);
	struct test_bytes expected = test_hex(ALICE_BOB_448_SECRET);
	uint8_t out[CRYPTO_SHARED_SECRET_MAX];

	(void)state;
	assert_share(alice, ALICE_448_SHARE);
	assert_share(bob, BOB_448_SHARE);
	assert_true(derives(alice, BOB_448_SHARE, out));
	assert_memory_equal(out, expected.data, 56);
	assert_true(derives(bob, ALICE_448_SHARE, out));
	assert_memory_equal(out, expected.data, 56);
	crypto_key_exchange_free(alice);
	crypto_key_exchange_free(bob);
}

#define FF_28	"ffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define ZERO_28 "00000000000000000000000000000000000000000000000000000000"

/* 0, 1, p - 1, p, p + 1 (RFC 7748 §6.2); and a wrong length. */
static void x448_refuses_small_order(void **state)
{
	static const char *const shares[] = {
		ZERO_28 ZERO_28,
		"01000000000000000000000000000000"
		"000000000000000000000000" ZERO_28,
		"feffffffffffffffffffffffffffffffffffffffffffffffffffffff"
		"feffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		FF_28
		"feffffffffffffffffffffffffffffffffffffffffffffffffffffff",
		ZERO_28 FF_28,
		ALICE_SHARE,
		"",
	};
	struct crypto_key_exchange *alice = exchange_of(X448, ALICE_448_SCALAR);
	uint8_t out[CRYPTO_SHARED_SECRET_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		assert_false(derives(alice, shares[i], out));
	crypto_key_exchange_free(alice);
}

/* NIST CAVP, KAS_ECC_CDH_PrimitiveTest, P-256, count 0. */
#define CAVP_SCALAR \
	"7d7dc5f71eb29ddaf80d6214632eeae03d9058af1fb6d22ed80badb62bc1a534"
#define CAVP_SHARE                                                           \
	"04ead218590119e8876b29146ff89ca61770c4edbbf97d38ce385ed281d8a6b230" \
	"28af61281fd35e2fa7002523acc85a429cb06ee6648325389f59edfce1405141"
#define CAVP_PEER_X \
	"700c48f77f56584c5cc632ca65640db91b6bacce3a4df6b42ce7cc838833d287"
#define CAVP_PEER_Y \
	"db71e509e3fd9b060ddb20ba5c51dcc5948d46fbf640dfe0441782cab85fa4ac"
#define CAVP_SECRET \
	"46fc62106420ff012e54a434fbdd2d25ccc5852060561e68040dd7778997bd7b"

static void secp256r1_of_cavp(void **state)
{
	struct crypto_key_exchange *ours = exchange_of(SECP256R1, CAVP_SCALAR);
	struct test_bytes expected = test_hex(CAVP_SECRET);
	uint8_t out[CRYPTO_SHARED_SECRET_MAX];

	(void)state;
	assert_share(ours, CAVP_SHARE);
	assert_true(derives(ours, "04" CAVP_PEER_X CAVP_PEER_Y, out));
	assert_memory_equal(out, expected.data, 32);
	crypto_key_exchange_free(ours);
}

/* The prime of secp256r1, SEC 2 §2.4.2. */
#define PRIME "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
#define ZERO  "0000000000000000000000000000000000000000000000000000000000000000"
/* y for x = 0: the square root of b, SEC 2 §2.4.2. */
#define ROOT_OF_B \
	"66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4"

static void secp256r1_refuses_bad_points(void **state)
{
	static const char *const shares[] = {
		/* forms other than uncompressed; the point at infinity */
		"00" CAVP_PEER_X CAVP_PEER_Y,
		"02" CAVP_PEER_X CAVP_PEER_Y,
		"03" CAVP_PEER_X CAVP_PEER_Y,
		"06" CAVP_PEER_X CAVP_PEER_Y,
		"05" CAVP_PEER_X CAVP_PEER_Y,
		"02" CAVP_PEER_X,
		"00",
		/* not on the curve; coordinates swapped */
		"04" CAVP_PEER_X CAVP_PEER_X,
		"04" CAVP_PEER_Y CAVP_PEER_X,
		"04" ZERO ZERO,
		/* on the curve only if x is reduced modulo the prime */
		"04" PRIME ROOT_OF_B,
		"04" ZERO PRIME,
		/* a byte short, a byte long, nothing */
		"04" CAVP_PEER_X,
		"04" CAVP_PEER_X CAVP_PEER_Y "00",
		"",
	};
	struct crypto_key_exchange *ours = exchange_of(SECP256R1, CAVP_SCALAR);
	uint8_t out[CRYPTO_SHARED_SECRET_MAX];

	(void)state;
	assert_true(derives(ours, "04" ZERO ROOT_OF_B, out));
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		assert_false(derives(ours, shares[i], out));
	crypto_key_exchange_free(ours);
}

/* The order of secp256r1, SEC 2 §2.4.2. */
#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"

static void secp256r1_draws_until_in_range(void **state)
{
	struct crypto_key_exchange *ours =
		exchange_of(SECP256R1, ZERO ORDER CAVP_SCALAR ZERO);

	(void)state;
	assert_non_null(ours);
	assert_share(ours, CAVP_SHARE);
	crypto_key_exchange_free(ours);
	assert_null(exchange_of(SECP256R1, ZERO ORDER));
}

/* NIST CAVP, KAS_ECC_CDH_PrimitiveTest, P-384, count 0. */
#define CAVP_384_SCALAR                                    \
	"3cc3122a68f0d95027ad38c067916ba0eb8c38894d22e1b1" \
	"5618b6818a661774ad463b205da88cf699ab4d43c9cf98a1"
#define CAVP_384_SHARE                                     \
	"04"                                               \
	"9803807f2f6d2fd966cdd0290bd410c0190352fbec7ff624" \
	"7de1302df86f25d34fe4a97bef60cff548355c015dbb3e5f" \
	"ba26ca69ec2f5b5d9dad20cc9da711383a9dbe34ea3fa5a2" \
	"af75b46502629ad54dd8b7d73a8abb06a3a3be47d650cc99"
#define CAVP_384_PEER_X                                    \
	"a7c76b970c3b5fe8b05d2838ae04ab47697b9eaf52e76459" \
	"2efda27fe7513272734466b400091adbf2d68c58e0c50066"
#define CAVP_384_PEER_Y                                    \
	"ac68f19f2e1cb879aed43a9969b91a0839c4c38a49749b66" \
	"1efedf243451915ed0905a32b060992b468c64766fc8437a"
#define CAVP_384_SECRET                                    \
	"5f9d29dc5e31a163060356213669c8ce132e22f57c9a04f4" \
	"0ba7fcead493b457e5621e766c40a2e3d4d6a04b25e533f1"

static void secp384r1_of_cavp(void **state)
{
	struct crypto_key_exchange *ours =
		exchange_of(SECP384R1, CAVP_384_SCALAR);
	struct test_bytes expected = test_hex(CAVP_384_SECRET);
	uint8_t out[CRYPTO_SHARED_SECRET_MAX];

	(void)state;
	assert_share(ours, CAVP_384_SHARE);
	assert_true(derives(ours, "04" CAVP_384_PEER_X CAVP_384_PEER_Y, out));
	assert_memory_equal(out, expected.data, 48);
	crypto_key_exchange_free(ours);
}

/* SEC 2 §2.5.1: the prime; y for x = 0 is the square root of b. */
#define ZERO_48                                            \
	"000000000000000000000000000000000000000000000000" \
	"000000000000000000000000000000000000000000000000"
#define PRIME_384                                          \
	"ffffffffffffffffffffffffffffffffffffffffffffffff" \
	"fffffffffffffffeffffffff0000000000000000ffffffff"
#define ROOT_OF_B_384                                      \
	"c306610fb0ae5a159cf45c06069f22a6c5eb3641c602d42d" \
	"ea2c4b4f75550793406d80d2b91ad54f9048bd487af1ade1"

static void secp384r1_refuses_bad_points(void **state)
{
	static const char *const shares[] = {
		"02" CAVP_384_PEER_X CAVP_384_PEER_Y,
		"03" CAVP_384_PEER_X,
		"00",
		"04" CAVP_384_PEER_X CAVP_384_PEER_X,
		"04" CAVP_384_PEER_Y CAVP_384_PEER_X,
		"04" ZERO_48 ZERO_48,
		"04" PRIME_384 ROOT_OF_B_384,
		"04" CAVP_PEER_X CAVP_PEER_Y,
		"04" CAVP_384_PEER_X CAVP_384_PEER_Y "00",
		"",
	};
	struct crypto_key_exchange *ours =
		exchange_of(SECP384R1, CAVP_384_SCALAR);
	uint8_t out[CRYPTO_SHARED_SECRET_MAX];

	(void)state;
	assert_true(derives(ours, "04" ZERO_48 ROOT_OF_B_384, out));
	for (size_t i = 0; i < sizeof(shares) / sizeof(shares[0]); i++)
		assert_false(derives(ours, shares[i], out));
	crypto_key_exchange_free(ours);
}

static int zero_fill(void *context, uint8_t *out, size_t len)
{
	(void)context;
	memset(out, 0, len);
	return 0;
}

static void broken_randomness_makes_no_key(void **state)
{
	const struct crypto_random broken = { .fill = zero_fill };

	(void)state;
	assert_null(
		crypto_key_exchange_new(crypto_group_find(SECP256R1), &broken));
	assert_null(exchange_of(SECP256R1, ""));
	assert_null(exchange_of(X25519, ""));
	assert_null(
		crypto_key_exchange_new(crypto_group_find(SECP384R1), &broken));
	assert_null(exchange_of(SECP384R1, ""));
	assert_null(exchange_of(X448, ALICE_SCALAR));
}

static void check_secrets_agree(const struct crypto_group *group)
{
	struct crypto_key_exchange *a =
		crypto_key_exchange_new(group, &crypto_system_random);
	struct crypto_key_exchange *b =
		crypto_key_exchange_new(group, &crypto_system_random);
	uint8_t secret_a[CRYPTO_SHARED_SECRET_MAX];
	uint8_t secret_b[CRYPTO_SHARED_SECRET_MAX];
	size_t len_a;
	size_t len_b;

	assert_true(crypto_key_exchange_derive(a, crypto_key_exchange_share(b),
					       secret_a, &len_a));
	assert_true(crypto_key_exchange_derive(b, crypto_key_exchange_share(a),
					       secret_b, &len_b));
	assert_int_equal(len_a, group->secret_len);
	assert_int_equal(len_b, group->secret_len);
	assert_memory_equal(secret_a, secret_b, len_a);
	crypto_key_exchange_free(a);
	crypto_key_exchange_free(b);
}

static void both_sides_agree(void **state)
{
	size_t count;
	const struct crypto_group *const *groups = crypto_groups(&count);

	(void)state;
	for (size_t i = 0; i < count; i++)
		check_secrets_agree(groups[i]);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_are_found),
		cmocka_unit_test(x25519_of_rfc7748),
		cmocka_unit_test(x25519_refuses_small_order),
		cmocka_unit_test(x448_of_rfc7748),
		cmocka_unit_test(x448_refuses_small_order),
		cmocka_unit_test(secp256r1_of_cavp),
		cmocka_unit_test(secp256r1_refuses_bad_points),
		cmocka_unit_test(secp256r1_draws_until_in_range),
		cmocka_unit_test(secp384r1_of_cavp),
		cmocka_unit_test(secp384r1_refuses_bad_points),
		cmocka_unit_test(broken_randomness_makes_no_key),
		cmocka_unit_test(both_sides_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
