/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ACKs: the list of records to acknowledge, and the message on the wire. */
#include "flight/ack.h"

#include <stdlib.h>
#include <string.h>

#define ACK_LENGTH_LEN 2 /* the length before the record numbers */

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
	size_t capacity = list->capacity > 0 ? 2 * list->capacity : 16;
	struct record_number *grown;

	if (list->count < list->capacity)
		return true;
	if (list->count == ACK_NUMBERS_MAX) {
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
	       record_number_compare(list->numbers[at - 1], number) >= 0)
		at--;
	return at;
}

bool ack_list_add(struct ack_list *list, struct record_number number)
{
	size_t at = count_older(list, number);

	if (at < list->count &&
	    record_number_compare(list->numbers[at], number) == 0)
		return true;
	/* Older than everything in a full list: it would be the one to go. */
	if (at == 0 && list->count == ACK_NUMBERS_MAX)
		return true;
	if (!make_room(list))
		return false;
	at = count_older(list, number);
	memmove(&list->numbers[at + 1], &list->numbers[at],
		(list->count - at) * sizeof(*list->numbers));
	list->numbers[at] = number;
	list->count++;
	list->unsent_count++;
	list->cursor = 0;
	if (list->unsent_count >= ACK_EVERY)
		list->due_us = 0;
	return true;
}

void ack_list_schedule(struct ack_list *list, uint64_t at_us)
{
	if (at_us < list->due_us)
		list->due_us = at_us;
}

bool ack_list_is_due(const struct ack_list *list, uint64_t now_us)
{
	return list->count > 0 && list->due_us <= now_us;
}

bool ack_list_write(struct ack_list *list, struct wire_writer *writer)
{
	size_t room = writer->failed ? 0 : writer->capacity - writer->len;
	size_t first;
	size_t mark;

	if (list->count == 0 || room < ACK_LENGTH_LEN + ACK_NUMBER_LEN)
		return false;
	if (list->cursor == 0)
		list->cursor = list->count;
	first = (room - ACK_LENGTH_LEN) / ACK_NUMBER_LEN;
	first = first < list->cursor ? list->cursor - first : 0;
	/* The newest numbers, but in increasing order (RFC 9147 §7). */
	mark = wire_write_begin(writer, ACK_LENGTH_LEN);
	for (size_t i = first; i < list->cursor; i++) {
		wire_write_u64(writer, list->numbers[i].epoch);
		wire_write_u64(writer, list->numbers[i].sequence);
	}
	wire_write_end(writer, ACK_LENGTH_LEN, mark);
	list->cursor = first;
	if (first == 0) {
		list->unsent_count = 0;
		list->due_us = ADTLS_NEVER;
	}
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
