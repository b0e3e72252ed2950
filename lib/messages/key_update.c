/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* KeyUpdate. */
#include "messages/key_update.h"

bool key_update_read(adtls_bytes_t body, uint8_t *out_request)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, body);
	*out_request = wire_read_u8(&reader);
	return wire_reader_finished(&reader);
}

void key_update_write(struct wire_writer *writer,
		      enum key_update_request request)
{
	wire_write_u8(writer, (uint8_t)request);
}
