/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* NewSessionTicket. */
#include "messages/new_session_ticket.h"

#include "messages/extension.h"

bool new_session_ticket_read(adtls_bytes_t body,
			     struct new_session_ticket *out)
{
	struct extension_list extensions;
	struct wire_reader reader;
	adtls_bytes_t vector;

	wire_reader_init_bytes(&reader, body);
	out->lifetime_s = wire_read_u32(&reader);
	out->age_add = wire_read_u32(&reader);
	out->nonce = wire_read_vector(&reader, 1);
	out->ticket = wire_read_vector_bounded(&reader, 2, 1, 0xffff);
	vector = wire_read_vector_bounded(&reader, 2, 0, 0xfffe);
	return wire_reader_finished(&reader) &&
	       extension_list_read(vector, &extensions) == EXTENSION_LIST_OK;
}

void new_session_ticket_write(struct wire_writer *writer,
			      const struct new_session_ticket *message)
{
	wire_write_u32(writer, message->lifetime_s);
	wire_write_u32(writer, message->age_add);
	wire_write_vector(writer, 1, message->nonce.data, message->nonce.len);
	wire_write_vector(writer, 2, message->ticket.data, message->ticket.len);
	wire_write_u16(writer, 0);
}
