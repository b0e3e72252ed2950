/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ACKs: the list of records to acknowledge, and the message on the wire. */
#include "flight/ack.h"

#include <stdlib.h>
#include <string.h>

#define ACK_LENGTH_LEN 2 /* the length before the record numbers */

struct ack_number {
	struct record_number number;
	bool was_sent;
	bool is_chosen; /* for the ACK being written */
};

_Static_assert(sizeof(struct ack_number) <= ACK_LISTED_COST,
	       "numbers cost what is said");

void ack_list_init(struct ack_list *list)
{
	*list = (struct ack_list){ .due_us = ADTLS_NEVER };
}

void ack_list_clear(struct ack_list *list)
{
	free(list->numbers);
	ack_list_init(list);
}

void ack_list_reset(struct ack_list *list)
{
	ack_list_clear(list);
}

/* Room for one more number; when the list is full the oldest goes. */
static bool make_room(struct ack_list *list)
{
	uint16_t capacity =
		list->capacity > 0 ? (uint16_t)(2 * list->capacity) : 4;
	struct ack_number *grown;

	if (list->count < list->capacity)
		return true;
	if (list->count == ACK_NUMBERS_MAX) {
		if (!list->numbers[0].was_sent)
			list->unsent_count--;
		list->count--;
		memmove(&list->numbers[0], &list->numbers[1],
			list->count * sizeof(*list->numbers));
		return true;
	}
	if (capacity > ACK_NUMBERS_MAX)
		capacity = ACK_NUMBERS_MAX;
	grown = reallocarray(list->numbers, capacity, sizeof(*grown));
	if (grown == NULL)
		return false;
	list->numbers = grown;
	list->capacity = capacity;
	return true;
}

/* How many of the listed numbers are older than @number. */
static size_t count_older(const struct ack_list *list,
			  struct record_number number)
{
	size_t at = list->count;

	while (at > 0 &&
	       record_number_compare(list->numbers[at - 1].number, number) >= 0)
		at--;
	return at;
}

bool ack_list_add(struct ack_list *list, struct record_number number)
{
	size_t at = count_older(list, number);

	if (at < list->count &&
	    record_number_compare(list->numbers[at].number, number) == 0)
		return true;
	/* Older than everything in a full list: it would be the one to go. */
	if (at == 0 && list->count == ACK_NUMBERS_MAX)
		return true;
	if (!make_room(list))
		return false;
	at = count_older(list, number);
	memmove(&list->numbers[at + 1], &list->numbers[at],
		(list->count - at) * sizeof(*list->numbers));
	list->numbers[at] = (struct ack_number){ .number = number };
	list->count++;
	list->unsent_count++;
	if (list->unsent_count >= ACK_EVERY)
		list->due_us = 0;
	return true;
}

void ack_list_schedule(struct ack_list *list, uint64_t at_us)
{
	if (list->count > 0 && at_us < list->due_us)
		list->due_us = at_us;
}

bool ack_list_owes_before(const struct ack_list *list, uint64_t epoch)
{
	for (size_t i = 0; i < list->count; i++) {
		if (!list->numbers[i].was_sent &&
		    list->numbers[i].number.epoch < epoch)
			return true;
	}
	return false;
}

bool ack_list_is_due(const struct ack_list *list, uint64_t now_us)
{
	return list->count > 0 && list->due_us <= now_us;
}

/* Choose up to @room numbers, newest first: the unsent before the sent. */
static void choose(struct ack_list *list, size_t room)
{
	size_t unsent_room =
		list->unsent_count < room ? list->unsent_count : room;
	size_t sent_room = room - unsent_room;

	for (size_t i = list->count; i > 0; i--) {
		struct ack_number *number = &list->numbers[i - 1];
		size_t *left = number->was_sent ? &sent_room : &unsent_room;

		number->is_chosen = *left > 0;
		if (number->is_chosen)
			(*left)--;
	}
}

static void write_chosen(struct ack_list *list, struct wire_writer *writer)
{
	size_t mark = wire_write_begin(writer, ACK_LENGTH_LEN);

	for (size_t i = 0; i < list->count; i++) {
		struct ack_number *number = &list->numbers[i];

		if (!number->is_chosen)
			continue;
		wire_write_u64(writer, number->number.epoch);
		wire_write_u64(writer, number->number.sequence);
		if (!number->was_sent)
			list->unsent_count--;
		number->was_sent = true;
	}
	wire_write_end(writer, ACK_LENGTH_LEN, mark);
}

bool ack_list_write(struct ack_list *list, struct wire_writer *writer)
{
	size_t room = writer->failed ? 0 : writer->capacity - writer->len;

	if (list->count == 0 || room < ACK_LENGTH_LEN + ACK_NUMBER_LEN)
		return false;
	choose(list, (room - ACK_LENGTH_LEN) / ACK_NUMBER_LEN);
	write_chosen(list, writer);
	if (list->unsent_count == 0)
		list->due_us = ADTLS_NEVER;
	return true;
}

bool ack_read(adtls_bytes_t content,
	      void (*each)(void *context, struct record_number number),
	      void *context)
{
	struct wire_reader reader;
	adtls_bytes_t numbers;

	wire_reader_init_bytes(&reader, content);
	numbers = wire_read_vector(&reader, ACK_LENGTH_LEN);
	if (!wire_reader_finished(&reader) ||
	    numbers.len % ACK_NUMBER_LEN != 0 ||
	    numbers.len / ACK_NUMBER_LEN > ACK_READ_MAX)
		return false;
	wire_reader_init_bytes(&reader, numbers);
	while (wire_reader_more(&reader)) {
		struct record_number number;

		number.epoch = wire_read_u64(&reader);
		number.sequence = wire_read_u64(&reader);
		each(context, number);
	}
	return true;
}
