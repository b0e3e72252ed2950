/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connection IDs. */
#include "messages/connection_id.h"

bool connection_id_read(adtls_bytes_t body, adtls_bytes_t *out)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, body);
	*out = wire_read_vector(&reader, 1);
	return wire_reader_finished(&reader);
}

void connection_id_write(struct wire_writer *writer, adtls_bytes_t cid)
{
	wire_write_vector(writer, 1, cid.data, cid.len);
}

bool new_connection_id_read(adtls_bytes_t body, struct new_connection_id *out)
{
	struct wire_reader reader, cids;

	wire_reader_init_bytes(&reader, body);
	out->cids = wire_read_vector(&reader, 2);
	out->usage = wire_read_u8(&reader);
	wire_reader_init_bytes(&cids, out->cids);
	while (wire_reader_more(&cids))
		wire_read_vector(&cids, 1);
	return wire_reader_finished(&reader) && wire_reader_finished(&cids);
}

bool new_connection_id_next(struct new_connection_id *message,
			    adtls_bytes_t *out)
{
	struct wire_reader reader;

	if (message->cids.len == 0)
		return false;
	wire_reader_init_bytes(&reader, message->cids);
	*out = wire_read_vector(&reader, 1);
	message->cids = wire_read_rest(&reader);
	return !reader.failed;
}

size_t new_connection_id_begin(struct wire_writer *writer)
{
	return wire_write_begin(writer, 2);
}

void new_connection_id_end(struct wire_writer *writer, size_t mark,
			   enum connection_id_usage usage)
{
	wire_write_end(writer, 2, mark);
	wire_write_u8(writer, (uint8_t)usage);
}

bool request_connection_id_read(adtls_bytes_t body, uint8_t *out_count)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, body);
	*out_count = wire_read_u8(&reader);
	return wire_reader_finished(&reader);
}

void request_connection_id_write(struct wire_writer *writer, uint8_t count)
{
	wire_write_u8(writer, count);
}
