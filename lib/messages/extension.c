/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Extension lists. */
#include "messages/extension.h"

const struct extension *extension_list_find(const struct extension_list *list,
					    uint16_t type)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->items[i].type == type)
			return &list->items[i];
	}
	return NULL;
}

enum extension_list_result extension_list_read(adtls_bytes_t vector,
					       struct extension_list *out)
{
	struct wire_reader reader;

	out->count = 0;
	wire_reader_init_bytes(&reader, vector);
	while (wire_reader_more(&reader)) {
		struct extension item = { .type = wire_read_u16(&reader) };

		item.body = wire_read_vector(&reader, 2);
		if (reader.failed || out->count == EXTENSIONS_MAX)
			return EXTENSION_LIST_MALFORMED;
		if (extension_list_find(out, item.type) != NULL)
			return EXTENSION_LIST_DUPLICATE;
		out->items[out->count++] = item;
	}
	return wire_reader_finished(&reader) ? EXTENSION_LIST_OK :
					       EXTENSION_LIST_MALFORMED;
}

size_t extension_begin(struct wire_writer *writer, uint16_t type)
{
	wire_write_u16(writer, type);
	return wire_write_begin(writer, 2);
}

void extension_end(struct wire_writer *writer, size_t mark)
{
	wire_write_end(writer, 2, mark);
}
