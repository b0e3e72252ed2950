/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Return routability checks. */
#include "messages/return_routability.h"

bool path_message_read(adtls_bytes_t content, struct path_message *out)
{
	struct wire_reader reader;

	*out = (struct path_message){ 0 };
	wire_reader_init_bytes(&reader, content);
	out->type = wire_read_u8(&reader);
	if (out->type > PATH_DROP)
		return !reader.failed;
	wire_read_copy(&reader, out->cookie, sizeof(out->cookie));
	return wire_reader_finished(&reader);
}

void path_message_write(struct wire_writer *writer,
			const struct path_message *message)
{
	wire_write_u8(writer, message->type);
	wire_write_bytes(writer, message->cookie, sizeof(message->cookie));
}
