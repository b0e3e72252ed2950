/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys that seal tickets: which open what, and when they change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "handshake/ticket_keys.h"
#include "tests/support/seeded_random.h"

#define UTC 1790000000

static int fill_random(void *context, uint8_t *out, size_t len)
{
	struct seeded_random *random = context;

	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)seeded_random_next(random);
	return 0;
}

struct fixture {
	struct seeded_random seeded;
	struct crypto_random random;
	struct ticket_keys *keys;
	struct buffer sealed;
	struct buffer opened;
};

static int setup(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ .keys = ticket_keys_new() };
	fixture.seeded = seeded_random_of(1);
	fixture.random = (struct crypto_random){ fill_random, &fixture.seeded };
	assert_non_null(fixture.keys);
	*state = &fixture;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	ticket_keys_free(fixture->keys);
	buffer_clear(&fixture->sealed);
	buffer_clear(&fixture->opened);
	return 0;
}

static const uint8_t one_binding[TICKET_BINDING_LEN] = { 1 };

static bool seal(struct fixture *fixture, const char *text)
{
	buffer_clear(&fixture->sealed);
	return ticket_keys_seal(fixture->keys, &fixture->random, one_binding,
				bytes_of(text, strlen(text)), &fixture->sealed);
}

static bool opens(struct fixture *fixture, const char *text)
{
	buffer_clear(&fixture->opened);
	return ticket_keys_open(fixture->keys, one_binding,
				buffer_bytes(&fixture->sealed),
				&fixture->opened) &&
	       bytes_equal(buffer_bytes(&fixture->opened),
			   bytes_of(text, strlen(text)));
}

static void give(struct fixture *fixture, uint8_t first)
{
	uint8_t secret[TICKET_KEY_LEN] = { first };

	assert_true(ticket_keys_give(fixture->keys, secret));
}

static void rotate(struct fixture *fixture, int64_t utc_s)
{
	assert_true(ticket_keys_rotate(fixture->keys, &fixture->random, utc_s,
				       3600));
}

static void what_is_sealed_is_opened(void **state)
{
	struct fixture *fixture = *state;
	uint8_t copy[64];

	assert_false(seal(fixture, "state"));
	rotate(fixture, UTC);
	assert_true(seal(fixture, "state"));
	assert_int_equal(fixture->sealed.len, TICKET_OVERHEAD + 5);
	assert_true(opens(fixture, "state"));
	/* Each ticket is sealed with a key of its own. */
	memcpy(copy, fixture->sealed.data, fixture->sealed.len);
	assert_true(seal(fixture, "state"));
	assert_memory_equal(copy, fixture->sealed.data, TICKET_KEY_NAME_LEN);
	assert_memory_not_equal(copy + TICKET_KEY_NAME_LEN,
				fixture->sealed.data + TICKET_KEY_NAME_LEN,
				fixture->sealed.len - TICKET_KEY_NAME_LEN);
}

static void a_ticket_is_for_its_binding(void **state)
{
	const uint8_t other[TICKET_BINDING_LEN] = { 1, [31] = 1 };
	struct fixture *fixture = *state;

	rotate(fixture, UTC);
	assert_true(seal(fixture, "state"));
	assert_false(ticket_keys_open(fixture->keys, other,
				      buffer_bytes(&fixture->sealed),
				      &fixture->opened));
	assert_true(opens(fixture, "state"));
}

static void every_bit_counts(void **state)
{
	struct fixture *fixture = *state;

	rotate(fixture, UTC);
	assert_true(seal(fixture, "state"));
	for (size_t bit = 0; bit < 8 * fixture->sealed.len; bit++) {
		fixture->sealed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(opens(fixture, "state"));
		assert_int_equal(fixture->opened.len, 0);
		fixture->sealed.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	while (fixture->sealed.len-- > 0)
		assert_false(opens(fixture, "state"));
	fixture->sealed.len = 0;
}

static void two_older_keys_still_open(void **state)
{
	struct fixture *fixture = *state;

	give(fixture, 1);
	assert_true(seal(fixture, "state"));
	give(fixture, 2);
	assert_true(opens(fixture, "state"));
	give(fixture, 3);
	assert_true(opens(fixture, "state"));
	give(fixture, 4);
	assert_false(opens(fixture, "state"));
}

static void own_keys_change_with_time(void **state)
{
	struct fixture *fixture = *state;
	uint8_t name[TICKET_KEY_NAME_LEN];

	rotate(fixture, UTC);
	assert_true(seal(fixture, "state"));
	memcpy(name, fixture->sealed.data, sizeof(name));
	rotate(fixture, UTC + 3599);
	assert_true(seal(fixture, "state"));
	assert_memory_equal(name, fixture->sealed.data, sizeof(name));
	rotate(fixture, UTC + 3600);
	assert_true(opens(fixture, "state"));
	assert_true(seal(fixture, "state"));
	assert_memory_not_equal(name, fixture->sealed.data, sizeof(name));
}

/* Who gives keys changes them. */
static void given_keys_stay(void **state)
{
	struct fixture *fixture = *state;
	uint8_t name[TICKET_KEY_NAME_LEN];

	give(fixture, 1);
	assert_true(seal(fixture, "state"));
	memcpy(name, fixture->sealed.data, sizeof(name));
	rotate(fixture, UTC);
	rotate(fixture, UTC + 36000);
	assert_true(seal(fixture, "state"));
	assert_memory_equal(name, fixture->sealed.data, sizeof(name));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_sealed_is_opened,
						setup, teardown),
		cmocka_unit_test_setup_teardown(a_ticket_is_for_its_binding,
						setup, teardown),
		cmocka_unit_test_setup_teardown(every_bit_counts, setup,
						teardown),
		cmocka_unit_test_setup_teardown(two_older_keys_still_open,
						setup, teardown),
		cmocka_unit_test_setup_teardown(own_keys_change_with_time,
						setup, teardown),
		cmocka_unit_test_setup_teardown(given_keys_stay, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
