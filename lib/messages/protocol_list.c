/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names of application protocols. */
#include "messages/protocol_list.h"

#include "base/buffer.h"

static adtls_bytes_t read_name(struct wire_reader *reader)
{
	return wire_read_vector_bounded(reader, 1, 1, PROTOCOL_NAME_MAX);
}

bool protocol_list_read(adtls_bytes_t body, adtls_bytes_t *out_names)
{
	struct wire_reader outer, reader;

	wire_reader_init_bytes(&outer, body);
	*out_names = wire_read_vector_bounded(&outer, 2, 2, 0xffff);
	wire_reader_init_bytes(&reader, *out_names);
	while (wire_reader_more(&reader))
		read_name(&reader);
	return wire_reader_finished(&reader) && wire_reader_finished(&outer);
}

void protocol_list_write(struct wire_writer *writer, adtls_bytes_t names)
{
	wire_write_vector(writer, 2, names.data, names.len);
}

bool protocol_list_next(adtls_bytes_t *names, adtls_bytes_t *out_name)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, *names);
	*out_name = read_name(&reader);
	*names = wire_read_rest(&reader);
	return !reader.failed;
}

bool protocol_list_contains(adtls_bytes_t names, adtls_bytes_t name)
{
	adtls_bytes_t one;

	while (protocol_list_next(&names, &one)) {
		if (bytes_equal(one, name))
			return true;
	}
	return false;
}

void protocol_name_write(struct wire_writer *writer, adtls_bytes_t name)
{
	wire_write_vector(writer, 1, name.data, name.len);
}
