/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The heap of deadlines against a naive model: a walk over all of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "engine/deadline_heap.h"
#include "tests/support/seeded_random.h"

#define DEADLINES 200
#define ROUNDS	  30000

static void an_empty_heap_has_no_first(void **state)
{
	struct deadline_heap heap = { 0 };

	(void)state;
	assert_null(deadline_heap_first(&heap));
	deadline_heap_clear(&heap);
	deadline_heap_clear(&heap);
}

static void the_earliest_is_first(void **state)
{
	struct deadline never = { .at_us = ADTLS_NEVER };
	struct deadline late = { .at_us = 20 }, early = { .at_us = 10 };
	struct deadline_heap heap = { 0 };

	(void)state;
	assert_true(deadline_heap_add(&heap, &never));
	assert_ptr_equal(deadline_heap_first(&heap), &never);
	assert_true(deadline_heap_add(&heap, &late));
	assert_true(deadline_heap_add(&heap, &early));
	assert_ptr_equal(deadline_heap_first(&heap), &early);
	deadline_heap_move(&heap, &early, 30);
	assert_ptr_equal(deadline_heap_first(&heap), &late);
	deadline_heap_move(&heap, &never, 0);
	assert_ptr_equal(deadline_heap_first(&heap), &never);
	deadline_heap_remove(&heap, &never);
	deadline_heap_remove(&heap, &late);
	assert_ptr_equal(deadline_heap_first(&heap), &early);
	deadline_heap_remove(&heap, &early);
	assert_null(deadline_heap_first(&heap));
	deadline_heap_clear(&heap);
}

struct model {
	struct deadline deadlines[DEADLINES];
	bool is_in[DEADLINES];
	size_t count;
};

static uint64_t some_time(struct seeded_random *random)
{
	/* Many are equal, some are never. */
	uint32_t time = seeded_random_below(random, 64);

	return time == 0 ? ADTLS_NEVER : time;
}

static void change(struct deadline_heap *heap, struct model *model,
		   struct seeded_random *random)
{
	size_t which = seeded_random_below(random, DEADLINES);
	struct deadline *deadline = &model->deadlines[which];

	if (!model->is_in[which]) {
		deadline->at_us = some_time(random);
		check_seeded(random, deadline_heap_add(heap, deadline));
		model->is_in[which] = true;
		model->count++;
	} else if (seeded_random_below(random, 3) == 0) {
		deadline_heap_remove(heap, deadline);
		model->is_in[which] = false;
		model->count--;
	} else {
		deadline_heap_move(heap, deadline, some_time(random));
	}
}

static void compare(const struct deadline_heap *heap, const struct model *model,
		    const struct seeded_random *random)
{
	const struct deadline *first = deadline_heap_first(heap);
	uint64_t earliest = ADTLS_NEVER;

	for (size_t i = 0; i < DEADLINES; i++) {
		const struct deadline *deadline = &model->deadlines[i];

		if (!model->is_in[i])
			continue;
		check_seeded(random, deadline->index < heap->count);
		check_seeded(random, heap->items[deadline->index] == deadline);
		if (deadline->at_us < earliest)
			earliest = deadline->at_us;
	}
	check_seeded(random, heap->count == model->count);
	check_seeded(random, (first == NULL) == (model->count == 0));
	check_seeded(random, first == NULL || first->at_us == earliest);
}

/* Emptied from the front, all come in order. */
static void drain(struct deadline_heap *heap,
		  const struct seeded_random *random)
{
	struct deadline *first;
	uint64_t last = 0;

	while ((first = deadline_heap_first(heap)) != NULL) {
		check_seeded(random, first->at_us >= last);
		last = first->at_us;
		deadline_heap_remove(heap, first);
	}
}

static void it_is_what_the_model_is(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct seeded_random random = seeded_random_of(seed);
		struct deadline_heap heap = { 0 };
		struct model model = { .count = 0 };

		for (unsigned i = 0; i < ROUNDS / 3; i++) {
			change(&heap, &model, &random);
			compare(&heap, &model, &random);
		}
		drain(&heap, &random);
		deadline_heap_clear(&heap);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_heap_has_no_first),
		cmocka_unit_test(the_earliest_is_first),
		cmocka_unit_test(it_is_what_the_model_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
