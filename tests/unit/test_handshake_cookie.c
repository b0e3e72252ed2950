/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The cookie: whole, of its address, fresh, under one of two keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/buffer.h"
#include "handshake/cookie.h"
#include "tests/support/seeded_random.h"

#define MADE_US UINT64_C(5000000)

static int fill_random(void *context, uint8_t *out, size_t len)
{
	struct seeded_random *random = context;

	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)seeded_random_next(random);
	return 0;
}

static int fill_nothing(void *context, uint8_t *out, size_t len)
{
	(void)context;
	(void)out;
	(void)len;
	return -1;
}

struct fixture {
	struct seeded_random seeded;
	struct crypto_random random;
	struct cookie_keys keys;
};

static void init(struct fixture *fixture)
{
	fixture->seeded = seeded_random_of(1);
	fixture->random =
		(struct crypto_random){ fill_random, &fixture->seeded };
	assert_true(
		cookie_keys_init(&fixture->keys, &fixture->random, MADE_US));
}

static adtls_bytes_t address(const char *text)
{
	return bytes_of(text, strlen(text));
}

static struct cookie cookie_of(const struct crypto_suite *suite,
			       const struct crypto_group *group)
{
	struct cookie cookie = { .made_us = MADE_US,
				 .suite = suite,
				 .group = group };

	memset(cookie.client_hello_hash, 0xc1, suite->hash->len);
	memset(cookie.hello_digest, 0xd1, sizeof(cookie.hello_digest));
	return cookie;
}

static size_t seal(const struct fixture *fixture, uint8_t out[COOKIE_MAX])
{
	struct cookie cookie = cookie_of(crypto_suite_find(0x1301), NULL);
	size_t len =
		cookie_seal(&fixture->keys, &cookie, address("sensor"), out);

	assert_in_range(len, 1, COOKIE_MAX);
	return len;
}

static bool opens(const struct fixture *fixture, const uint8_t *sealed,
		  size_t len, const char *from, uint64_t now_us)
{
	struct cookie cookie;

	return cookie_open(&fixture->keys, bytes_of(sealed, len), address(from),
			   now_us, &cookie);
}

/* Of every suite, with every group asked for, and with none. */
static void what_is_sealed_is_read(void **state)
{
	struct fixture fixture;
	size_t suite_count, group_count;
	const struct crypto_suite *const *suites = crypto_suites(&suite_count);
	const struct crypto_group *const *groups = crypto_groups(&group_count);

	(void)state;
	init(&fixture);
	for (size_t i = 0; i < suite_count * (group_count + 1); i++) {
		size_t group = i % (group_count + 1);
		struct cookie cookie =
			cookie_of(suites[i / (group_count + 1)],
				  group < group_count ? groups[group] : NULL);
		uint8_t sealed[COOKIE_MAX];
		struct cookie opened;
		size_t len = cookie_seal(&fixture.keys, &cookie,
					 address("sensor"), sealed);

		assert_in_range(len, 1, COOKIE_MAX);
		assert_true(cookie_open(&fixture.keys, bytes_of(sealed, len),
					address("sensor"), MADE_US, &opened));
		assert_int_equal(opened.made_us, cookie.made_us);
		assert_ptr_equal(opened.suite, cookie.suite);
		assert_ptr_equal(opened.group, cookie.group);
		assert_memory_equal(opened.client_hello_hash,
				    cookie.client_hello_hash,
				    cookie.suite->hash->len);
		assert_memory_equal(opened.hello_digest, cookie.hello_digest,
				    sizeof(cookie.hello_digest));
	}
}

static void each_bit_counts(void **state)
{
	uint8_t sealed[COOKIE_MAX];
	struct fixture fixture;
	size_t len;

	(void)state;
	init(&fixture);
	len = seal(&fixture, sealed);
	assert_true(opens(&fixture, sealed, len, "sensor", MADE_US));
	for (size_t bit = 0; bit < 8 * len; bit++) {
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(opens(&fixture, sealed, len, "sensor", MADE_US));
		sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
}

static void other_lengths_are_refused(void **state)
{
	uint8_t sealed[COOKIE_MAX + 1] = { 0 };
	struct fixture fixture;
	size_t len;

	(void)state;
	init(&fixture);
	len = seal(&fixture, sealed);
	for (size_t other = 0; other <= COOKIE_MAX + 1; other++)
		assert_int_equal(
			opens(&fixture, sealed, other, "sensor", MADE_US),
			other == len);
}

static void it_is_of_one_address(void **state)
{
	uint8_t sealed[COOKIE_MAX];
	struct fixture fixture;
	size_t len;

	(void)state;
	init(&fixture);
	len = seal(&fixture, sealed);
	assert_false(opens(&fixture, sealed, len, "sensos", MADE_US));
	assert_false(opens(&fixture, sealed, len, "senso", MADE_US));
	assert_false(opens(&fixture, sealed, len, "sensor ", MADE_US));
	assert_false(opens(&fixture, sealed, len, "", MADE_US));
}

static void it_expires(void **state)
{
	uint8_t sealed[COOKIE_MAX];
	struct fixture fixture;
	size_t len;

	(void)state;
	init(&fixture);
	len = seal(&fixture, sealed);
	assert_true(opens(&fixture, sealed, len, "sensor",
			  MADE_US + COOKIE_LIFETIME_US));
	assert_false(opens(&fixture, sealed, len, "sensor",
			   MADE_US + COOKIE_LIFETIME_US + 1));
	/* Of before a restart of the clock */
	assert_false(opens(&fixture, sealed, len, "sensor", MADE_US - 1));
}

static void rotate(struct fixture *fixture, uint64_t now_us)
{
	assert_true(
		cookie_keys_rotate(&fixture->keys, &fixture->random, now_us));
}

/* Whatever its time says, a cookie ends with the second rotation. */
static void current_and_previous_keys_are_accepted(void **state)
{
	uint8_t first[COOKIE_MAX], second[COOKIE_MAX];
	struct fixture fixture;
	size_t len;

	(void)state;
	init(&fixture);
	len = seal(&fixture, first);
	rotate(&fixture, MADE_US + COOKIE_LIFETIME_US - 1); /* not yet */
	assert_int_equal(seal(&fixture, second), len);
	assert_memory_equal(first, second, len);
	rotate(&fixture, MADE_US + COOKIE_LIFETIME_US);
	assert_int_equal(seal(&fixture, second), len);
	assert_memory_not_equal(first, second, len);
	assert_true(opens(&fixture, first, len, "sensor", MADE_US));
	assert_true(opens(&fixture, second, len, "sensor", MADE_US));
	rotate(&fixture, MADE_US + 2 * COOKIE_LIFETIME_US);
	assert_false(opens(&fixture, first, len, "sensor", MADE_US));
	assert_true(opens(&fixture, second, len, "sensor", MADE_US));
	rotate(&fixture, MADE_US + 3 * COOKIE_LIFETIME_US);
	assert_false(opens(&fixture, second, len, "sensor", MADE_US));
}

/* Two endpoints know nothing of one another. */
static void keys_are_random(void **state)
{
	uint8_t sealed[COOKIE_MAX];
	struct fixture fixture;
	size_t len;

	(void)state;
	init(&fixture);
	assert_memory_not_equal(fixture.keys.current, fixture.keys.previous,
				COOKIE_KEY_LEN);
	len = seal(&fixture, sealed);
	assert_true(cookie_keys_init(&fixture.keys, &fixture.random, MADE_US));
	assert_false(opens(&fixture, sealed, len, "sensor", MADE_US));
}

static void a_random_source_may_fail(void **state)
{
	const struct crypto_random broken = { fill_nothing, NULL };
	struct fixture fixture;

	(void)state;
	init(&fixture);
	assert_false(cookie_keys_rotate(&fixture.keys, &broken,
					MADE_US + COOKIE_LIFETIME_US));
	assert_false(cookie_keys_init(&fixture.keys, &broken, MADE_US));
}

static void keys_are_wiped(void **state)
{
	static const struct cookie_keys zeroes;
	struct fixture fixture;

	(void)state;
	init(&fixture);
	cookie_keys_clear(&fixture.keys);
	assert_memory_equal(&fixture.keys, &zeroes, sizeof(zeroes));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_sealed_is_read),
		cmocka_unit_test(each_bit_counts),
		cmocka_unit_test(other_lengths_are_refused),
		cmocka_unit_test(it_is_of_one_address),
		cmocka_unit_test(it_expires),
		cmocka_unit_test(current_and_previous_keys_are_accepted),
		cmocka_unit_test(keys_are_random),
		cmocka_unit_test(a_random_source_may_fail),
		cmocka_unit_test(keys_are_wiped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
