/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An endpoint's CIDs, found in datagrams; and the CIDs of one connection, which
 * are made for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "engine/cid_table.h"
#include "tests/support/seeded_random.h"

static const struct siphash_key key = { { 42, 43 } };

static adtls_bytes_t cid_of(uint32_t number)
{
	static uint8_t data[4];

	for (unsigned i = 0; i < 4; i++)
		data[i] = (uint8_t)(number >> (8 * i));
	return bytes_of(data, sizeof(data));
}

static bool find(const struct cid_table *table, uint8_t first, uint32_t number,
		 uint64_t *out)
{
	uint8_t datagram[5] = { first };

	memcpy(datagram + 1, cid_of(number).data, 4);
	return cid_table_find(table, datagram, sizeof(datagram), out);
}

static void thousands_are_found(void **state)
{
	struct cid_table table;
	uint64_t id;

	(void)state;
	assert_true(cid_table_init(&table, 4, &key));
	for (uint32_t i = 0; i < 5000; i++)
		assert_true(cid_table_add(&table, cid_of(i), 100 + i));
	assert_false(cid_table_add(&table, cid_of(17), 1));
	for (uint32_t i = 0; i < 5000; i += 2)
		cid_table_remove(&table, cid_of(i));
	cid_table_remove(&table, cid_of(0));
	for (uint32_t i = 0; i < 5000; i++) {
		assert_int_equal(find(&table, 0x3f, i, &id), i % 2 == 1);
		if (i % 2 == 1)
			assert_int_equal(id, 100 + i);
	}
	assert_int_equal(table.count, 2500);
	cid_table_clear(&table);
}

static void only_records_with_a_cid_have_one(void **state)
{
	uint8_t datagram[5] = { 0x30 };
	struct cid_table table, none;
	uint64_t id;

	(void)state;
	assert_true(cid_table_init(&table, 4, &key));
	assert_true(cid_table_add(&table, cid_of(7), 1));
	memcpy(datagram + 1, cid_of(7).data, 4);
	assert_true(cid_table_find(&table, datagram, 5, &id));
	for (size_t len = 0; len < 5; len++)
		assert_false(cid_table_find(&table, datagram, len, &id));
	/* Without the C bit, or no record of DTLS 1.3. */
	assert_false(find(&table, 0x2f, 7, &id));
	assert_false(find(&table, 22, 7, &id));
	assert_false(find(&table, 0x70, 7, &id));
	assert_false(find(&table, 0x30, 8, &id));
	assert_true(cid_table_init(&none, 0, &key));
	assert_false(cid_table_find(&none, datagram, 5, &id));
	cid_table_clear(&none);
	cid_table_clear(&table);
}

/* One connection's */

static int fill_random(void *context, uint8_t *out, size_t len)
{
	for (size_t i = 0; i < len; i++)
		out[i] = (uint8_t)seeded_random_next(context);
	return 0;
}

static bool add(void *context, adtls_bytes_t cid, uint64_t engine_id)
{
	return cid_table_add(context, cid, engine_id);
}

static void remove_cid(void *context, adtls_bytes_t cid)
{
	cid_table_remove(context, cid);
}

static void a_connections_cids_come_and_go(void **state)
{
	struct seeded_random seed = seeded_random_of(1);
	struct crypto_random random = { fill_random, &seed };
	struct cid_table table;
	struct cid_registry registry = { add, remove_cid, &table };
	struct connection_ids *ids;

	(void)state;
	assert_true(cid_table_init(&table, 4, &key));
	ids = connection_ids_new(4, &random, &registry, 5);
	assert_non_null(ids);
	for (unsigned i = 0; i < RECORD_CIDS_MAX; i++)
		assert_true(connection_ids_make(ids));
	assert_false(connection_ids_make(ids));
	assert_int_equal(table.count, RECORD_CIDS_MAX);
	/* Nothing is forgotten while the first is in use. */
	assert_int_equal(connection_ids_retire(ids, 10, 5), ADTLS_NEVER);
	ids->own.newest_used = 3;
	assert_int_equal(connection_ids_retire(ids, 10, 5), 15);
	ids->own.newest_used = 4;
	assert_int_equal(connection_ids_retire(ids, 15, 5), 20);
	assert_int_equal(table.count, RECORD_CIDS_MAX - 3);
	assert_int_equal(connection_ids_retire(ids, 20, 5), ADTLS_NEVER);
	assert_int_equal(table.count, RECORD_CIDS_MAX - 4);
	assert_int_equal(ids->own.newest_used, 0);
	assert_true(connection_ids_make(ids));
	connection_ids_leave_registry(ids);
	assert_int_equal(table.count, 0);
	assert_true(connection_ids_make(ids));
	assert_int_equal(table.count, 0);
	connection_ids_free(ids);
	connection_ids_free(NULL);
	cid_table_clear(&table);
}

static void the_peers_are_used_in_their_order(void **state)
{
	struct connection_ids *ids = connection_ids_new(0, NULL, NULL, 5);

	(void)state;
	assert_non_null(ids);
	assert_int_equal(connection_ids_peers(ids).len, 0);
	for (uint32_t i = 0; i < CONNECTION_IDS_PEERS_MAX + 3; i++)
		assert_true(connection_ids_add_peers(ids, cid_of(i)));
	/* What is there already does not count again. */
	assert_int_equal(ids->peer_count, CONNECTION_IDS_PEERS_MAX);
	for (uint32_t i = 0; i < CONNECTION_IDS_PEERS_MAX; i++) {
		assert_memory_equal(connection_ids_peers(ids).data,
				    cid_of(i).data, 4);
		assert_int_equal(connection_ids_use_next(ids),
				 i < CONNECTION_IDS_PEERS_MAX - 1);
	}
	assert_true(connection_ids_add_peers(
		ids, cid_of(CONNECTION_IDS_PEERS_MAX - 1)));
	assert_int_equal(ids->peer_count, 1);
	connection_ids_forget_peers(ids);
	assert_int_equal(connection_ids_peers(ids).len, 0);
	connection_ids_free(ids);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(thousands_are_found),
		cmocka_unit_test(only_records_with_a_cid_have_one),
		cmocka_unit_test(a_connections_cids_come_and_go),
		cmocka_unit_test(the_peers_are_used_in_their_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
