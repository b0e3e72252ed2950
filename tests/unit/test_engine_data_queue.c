/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The bounded queue of byte runs: order, bounds, and a naive model. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "engine/data_queue.h"
#include "tests/support/seeded_random.h"

#define COUNT_MAX 8
#define BYTES_MAX 100
#define ROUNDS	  20000

static const struct data_queue_bounds bounds = { .count = COUNT_MAX,
						 .bytes = BYTES_MAX };

static bool push(struct data_queue *queue, const char *text)
{
	return data_queue_push(queue, &bounds, bytes_of(text, strlen(text)));
}

static void assert_oldest(const struct data_queue *queue, const char *text)
{
	adtls_bytes_t oldest;

	assert_true(data_queue_peek(queue, &oldest));
	assert_true(bytes_equal(oldest, bytes_of(text, strlen(text))));
}

static void first_in_is_first_out(void **state)
{
	char text[] = "second";
	struct data_queue queue = { 0 };
	adtls_bytes_t oldest;

	(void)state;
	assert_false(data_queue_peek(&queue, &oldest));
	assert_true(push(&queue, "first"));
	assert_true(push(&queue, text));
	memset(text, 'x', sizeof(text) - 1); /* it has a copy */
	assert_oldest(&queue, "first");
	assert_oldest(&queue, "first");
	data_queue_drop(&queue);
	assert_oldest(&queue, "second");
	assert_true(push(&queue, "third"));
	data_queue_drop(&queue);
	assert_oldest(&queue, "third");
	data_queue_drop(&queue);
	assert_false(data_queue_peek(&queue, &oldest));
	assert_true(push(&queue, "again"));
	assert_oldest(&queue, "again");
	data_queue_clear(&queue);
	assert_int_equal(queue.count, 0);
	assert_int_equal(queue.bytes, 0);
	data_queue_clear(&queue);
}

/* Empty records exist, and take a place (RFC 8446 §5.1). */
static void empty_runs_count(void **state)
{
	static const struct data_queue_bounds two = { .count = 2 };
	struct data_queue queue = { 0 };
	adtls_bytes_t oldest;

	(void)state;
	assert_true(data_queue_push(&queue, &two, bytes_of(NULL, 0)));
	assert_true(data_queue_push(&queue, &two, bytes_of("", 0)));
	assert_false(data_queue_push(&queue, &two, bytes_of("", 0)));
	assert_true(data_queue_peek(&queue, &oldest));
	assert_int_equal(oldest.len, 0);
	data_queue_clear(&queue);
}

static void bounds_are_inclusive(void **state)
{
	uint8_t bytes[BYTES_MAX + 1] = { 0 };
	struct data_queue queue = { 0 };

	(void)state;
	assert_false(data_queue_push(&queue, &bounds,
				    bytes_of(bytes, BYTES_MAX + 1)));
	assert_true(data_queue_push(&queue, &bounds,
				    bytes_of(bytes, BYTES_MAX - 1)));
	assert_false(data_queue_push(&queue, &bounds,
				    bytes_of(bytes, 2)));
	assert_true(data_queue_push(&queue, &bounds,
				    bytes_of(bytes, 1)));
	assert_false(data_queue_push(&queue, &bounds,
				    bytes_of(bytes, SIZE_MAX)));
	data_queue_drop(&queue);
	assert_true(data_queue_push(&queue, &bounds,
				    bytes_of(bytes, BYTES_MAX - 1)));
	data_queue_clear(&queue);
	for (unsigned i = 0; i < COUNT_MAX; i++)
		assert_true(push(&queue, "x"));
	assert_false(push(&queue, "x"));
	data_queue_clear(&queue);
}

/* The model: an array that moves up. */
struct model {
	struct {
		uint8_t fill;
		size_t len;
	} runs[COUNT_MAX];
	size_t count;
	size_t bytes;
};

static void push_both(struct data_queue *queue, struct model *model,
		      struct seeded_random *random)
{
	size_t len = seeded_random_below(random, BYTES_MAX / 2);
	uint8_t fill = (uint8_t)seeded_random_next(random);
	uint8_t data[BYTES_MAX];
	bool fits = model->count < COUNT_MAX && model->bytes + len <= BYTES_MAX;

	memset(data, fill, sizeof(data));
	check_seeded(random,
		     data_queue_push(queue, &bounds, bytes_of(data, len)) ==
			     fits);
	if (!fits)
		return;
	model->runs[model->count].fill = fill;
	model->runs[model->count++].len = len;
	model->bytes += len;
}

static void drop_both(struct data_queue *queue, struct model *model,
		      struct seeded_random *random)
{
	adtls_bytes_t oldest;

	check_seeded(random,
		     data_queue_peek(queue, &oldest) == (model->count > 0));
	if (model->count == 0)
		return;
	check_seeded(random, oldest.len == model->runs[0].len);
	for (size_t i = 0; i < oldest.len; i++)
		check_seeded(random, oldest.data[i] == model->runs[0].fill);
	data_queue_drop(queue);
	model->bytes -= model->runs[0].len;
	model->count--;
	memmove(&model->runs[0], &model->runs[1],
		model->count * sizeof(model->runs[0]));
}

static void it_is_what_the_model_is(void **state)
{
	struct seeded_random random = seeded_random_of(1);
	struct model model = { .count = 0 };
	struct data_queue queue = { 0 };

	(void)state;
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (seeded_random_below(&random, 2) == 0)
			push_both(&queue, &model, &random);
		else
			drop_both(&queue, &model, &random);
		check_seeded(&random, queue.count == model.count);
		check_seeded(&random, queue.bytes == model.bytes);
	}
	data_queue_clear(&queue);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_in_is_first_out),
		cmocka_unit_test(empty_runs_count),
		cmocka_unit_test(bounds_are_inclusive),
		cmocka_unit_test(it_is_what_the_model_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
