/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of peers against a naive model: a walk over all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "engine/peer_table.h"
#include "tests/support/seeded_random.h"

#define PEERS	  500
#define ADDRESSES 120
#define ROUNDS	  5000

static const struct siphash_key any = { { 7, 8 } };

static adtls_address_t address_of(uint32_t number)
{
	adtls_address_t address = { .len = 4 + number % 3 };

	/* Some are the beginning of others. */
	memcpy(address.data, &(uint32_t){ number / 3 }, sizeof(uint32_t));
	return address;
}

static void an_empty_table_finds_nobody(void **state)
{
	adtls_address_t address = address_of(1);
	struct peer_table table;

	(void)state;
	assert_true(peer_table_init(&table, &any));
	assert_null(peer_table_find(&table, &address));
	assert_null(peer_table_find_id(&table, 1));
	assert_null(peer_table_any(&table));
	peer_table_clear(&table);
}

static void the_newest_of_an_address_is_found_first(void **state)
{
	struct endpoint_peer peers[3] = { { .id = 1 },
					  { .id = 2 },
					  { .id = 3 } };
	struct peer_table table;

	(void)state;
	assert_true(peer_table_init(&table, &any));
	for (size_t i = 0; i < 3; i++) {
		peers[i].address = address_of(5);
		assert_true(peer_table_add(&table, &peers[i]));
	}
	assert_ptr_equal(peer_table_find(&table, &peers[0].address), &peers[2]);
	assert_ptr_equal(peer_table_older(&peers[2]), &peers[1]);
	assert_ptr_equal(peer_table_older(&peers[1]), &peers[0]);
	assert_null(peer_table_older(&peers[0]));
	peer_table_remove(&table, &peers[1]);
	assert_ptr_equal(peer_table_older(&peers[2]), &peers[0]);
	peer_table_remove(&table, &peers[2]);
	assert_ptr_equal(peer_table_find(&table, &peers[0].address), &peers[0]);
	peer_table_remove(&table, &peers[0]);
	assert_int_equal(table.count, 0);
	peer_table_clear(&table);
}

struct model {
	struct endpoint_peer peers[PEERS];
	uint32_t address[PEERS];
	uint64_t added[PEERS]; /* when; 0: not in the table */
	size_t count;
};

static void change(struct peer_table *table, struct model *model,
		   struct seeded_random *random, uint64_t step)
{
	size_t which = seeded_random_below(random, PEERS);
	struct endpoint_peer *peer = &model->peers[which];

	if (model->added[which] == 0) {
		model->address[which] = seeded_random_below(random, ADDRESSES);
		*peer = (struct endpoint_peer){
			.id = step, .address = address_of(model->address[which])
		};
		check_seeded(random, peer_table_add(table, peer));
		model->added[which] = step;
		model->count++;
	} else if (seeded_random_below(random, 4) == 0) {
		peer_table_remove(table, peer);
		model->added[which] = 0;
		model->count--;
	}
}

/* The newest of @address that was added before @before. */
static struct endpoint_peer *model_newest(struct model *model, uint32_t address,
					  uint64_t before)
{
	struct endpoint_peer *newest = NULL;
	uint64_t added = 0;

	for (size_t i = 0; i < PEERS; i++) {
		if (model->added[i] > added && model->added[i] < before &&
		    model->address[i] == address) {
			newest = &model->peers[i];
			added = model->added[i];
		}
	}
	return newest;
}

static void compare(struct peer_table *table, struct model *model,
		    struct seeded_random *random)
{
	uint32_t number = seeded_random_below(random, ADDRESSES);
	adtls_address_t address = address_of(number);
	const struct endpoint_peer *found = peer_table_find(table, &address);
	uint64_t before = UINT64_MAX;

	for (;;) {
		const struct endpoint_peer *expected =
			model_newest(model, number, before);

		check_seeded(random, found == expected);
		if (found == NULL)
			break;
		check_seeded(random,
			     peer_table_find_id(table, found->id) == found);
		before = found->id;
		found = peer_table_older(found);
	}
	check_seeded(random, table->count == model->count);
	check_seeded(random,
		     (peer_table_any(table) != NULL) == (model->count > 0));
}

/* It grows meanwhile, from 64 buckets. */
static void it_is_what_the_model_is(void **state)
{
	static struct model model;
	struct seeded_random random = seeded_random_of(1);
	struct endpoint_peer *peer;
	struct peer_table table;

	(void)state;
	assert_true(peer_table_init(&table, &any));
	for (uint64_t step = 1; step <= ROUNDS; step++) {
		change(&table, &model, &random, step);
		compare(&table, &model, &random);
	}
	assert_true(table.bucket_count > 64);
	while ((peer = peer_table_any(&table)) != NULL) {
		peer_table_remove(&table, peer);
		model.count--;
	}
	assert_int_equal(model.count, 0);
	assert_int_equal(table.count, 0);
	peer_table_clear(&table);
}

/* Chains depend on all of the key: nobody can choose addresses that collide. */

static void fill(struct peer_table *table, struct endpoint_peer peers[64],
		 struct siphash_key key)
{
	assert_true(peer_table_init(table, &key));
	memset(peers, 0, 64 * sizeof(peers[0]));
	for (uint32_t i = 0; i < 64; i++) {
		peers[i].id = i;
		peers[i].address = address_of(3 * i);
		assert_true(peer_table_add(table, &peers[i]));
	}
}

/* Two peers in one chain. */
static void find_collision(const struct peer_table *table,
			   const struct endpoint_peer *peers, size_t *out_a,
			   size_t *out_b)
{
	for (size_t i = 0; i < table->bucket_count; i++) {
		const struct endpoint_peer *first = table->by_address[i];

		if (first == NULL || first->next_by_address == NULL)
			continue;
		*out_a = (size_t)(first - peers);
		*out_b = (size_t)(first->next_by_address - peers);
		return;
	}
	fail_msg("64 addresses in 64 buckets, and no collision");
}

static void buckets_depend_on_the_key(void **state)
{
	struct endpoint_peer peers[64];
	struct peer_table table;
	size_t a = 0, b = 0, together = 0;

	(void)state;
	fill(&table, peers, any);
	find_collision(&table, peers, &a, &b);
	peer_table_clear(&table);
	for (unsigned bit = 0; bit < 128; bit += 4) {
		struct siphash_key key = any;

		key.half[bit / 64] ^= (uint64_t)1 << bit % 64;
		fill(&table, peers, key);
		for (const struct endpoint_peer *at = &peers[a]; at != NULL;
		     at = at->next_by_address)
			together += at == &peers[b] ? 1 : 0;
		peer_table_clear(&table);
	}
	assert_true(together < 8);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_table_finds_nobody),
		cmocka_unit_test(the_newest_of_an_address_is_found_first),
		cmocka_unit_test(it_is_what_the_model_is),
		cmocka_unit_test(buckets_depend_on_the_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
