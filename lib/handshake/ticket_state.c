/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a server puts into a ticket. Only tickets whose seal is ours get here. */
#include "handshake/ticket_state.h"

#define TICKET_STATE_VERSION 1
#define HAS_CLIENT_CERTIFICATE 1

bool ticket_state_read(adtls_bytes_t bytes, struct ticket_state *out)
{
	struct wire_reader reader;
	adtls_bytes_t psk;

	*out = (struct ticket_state){ 0 };
	wire_reader_init_bytes(&reader, bytes);
	if (wire_read_u8(&reader) != TICKET_STATE_VERSION)
		return false;
	out->suite = crypto_suite_find(wire_read_u16(&reader));
	psk = wire_read_vector_bounded(&reader, 1, 1, sizeof(out->psk.data));
	if (out->suite == NULL || psk.len != out->suite->hash->len)
		return false;
	out->age_add = wire_read_u32(&reader);
	out->issued_s = (int64_t)wire_read_u64(&reader);
	out->authenticated_s = (int64_t)wire_read_u64(&reader);
	out->has_client_certificate =
		(wire_read_u8(&reader) & HAS_CLIENT_CERTIFICATE) != 0;
	out->server_name = wire_read_vector(&reader, 1);
	out->peer_identity = wire_read_vector(&reader, 1);
	out->layer = wire_read_vector(&reader, 2);
	if (!wire_reader_finished(&reader))
		return false;
	wire_reader_init_bytes(&reader, psk);
	out->psk.len = psk.len;
	wire_read_copy(&reader, out->psk.data, psk.len);
	return true;
}

void ticket_state_write(struct wire_writer *writer,
			const struct ticket_state *state)
{
	wire_write_u8(writer, TICKET_STATE_VERSION);
	wire_write_u16(writer, state->suite->id);
	wire_write_vector(writer, 1, state->psk.data, state->psk.len);
	wire_write_u32(writer, state->age_add);
	wire_write_u64(writer, (uint64_t)state->issued_s);
	wire_write_u64(writer, (uint64_t)state->authenticated_s);
	wire_write_u8(writer, state->has_client_certificate ?
				      HAS_CLIENT_CERTIFICATE :
				      0);
	wire_write_vector(writer, 1, state->server_name.data,
			  state->server_name.len);
	wire_write_vector(writer, 1, state->peer_identity.data,
			  state->peer_identity.len);
	wire_write_vector(writer, 2, state->layer.data, state->layer.len);
}
