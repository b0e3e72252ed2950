/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pre_shared_key and psk_key_exchange_modes. */
#include "messages/pre_shared_key.h"

static size_t read_identities(struct wire_reader *reader,
			      struct offered_psks *out)
{
	size_t count = 0;

	for (; wire_reader_more(reader); count++) {
		struct offered_psk offer = { 0 };

		offer.identity = wire_read_vector_bounded(reader, 2, 1, 0xffff);
		offer.obfuscated_age = wire_read_u32(reader);
		if (!reader->failed && count < PSK_OFFERS_MAX)
			out->items[out->count++] = offer;
	}
	return count;
}

static size_t read_binders(struct wire_reader *reader, struct offered_psks *out)
{
	size_t count = 0;

	for (; wire_reader_more(reader); count++) {
		adtls_bytes_t binder = wire_read_vector_bounded(
			reader, 1, PSK_BINDER_MIN, 255);

		if (count < out->count)
			out->items[count].binder = binder;
	}
	return count;
}

enum offered_psks_result offered_psks_read(adtls_bytes_t body,
					   struct offered_psks *out)
{
	struct wire_reader reader, identities, binders;
	size_t identity_count, binder_count;

	*out = (struct offered_psks){ 0 };
	wire_reader_init_bytes(&reader, body);
	wire_reader_init_bytes(&identities,
			       wire_read_vector_bounded(&reader, 2, 7, 0xffff));
	out->binders_len = wire_reader_left(&reader);
	wire_reader_init_bytes(&binders, wire_read_vector_bounded(
						 &reader, 2, 33, 0xffff));
	identity_count = read_identities(&identities, out);
	binder_count = read_binders(&binders, out);
	if (!wire_reader_finished(&reader) ||
	    !wire_reader_finished(&identities) ||
	    !wire_reader_finished(&binders))
		return OFFERED_PSKS_MALFORMED;
	return identity_count == binder_count ? OFFERED_PSKS_OK :
						OFFERED_PSKS_UNEQUAL;
}

void offered_psks_write(struct wire_writer *writer,
			const struct offered_psk *offers, size_t count)
{
	static const uint8_t zero[255];
	size_t mark = wire_write_begin(writer, 2);

	for (size_t i = 0; i < count; i++) {
		wire_write_vector(writer, 2, offers[i].identity.data,
				  offers[i].identity.len);
		wire_write_u32(writer, offers[i].obfuscated_age);
	}
	wire_write_end(writer, 2, mark);
	mark = wire_write_begin(writer, 2);
	for (size_t i = 0; i < count; i++)
		wire_write_vector(writer, 1, zero, offers[i].binder.len);
	wire_write_end(writer, 2, mark);
}

bool psk_modes_read(adtls_bytes_t body, bool *out_has_dhe_ke)
{
	struct wire_reader outer, reader;

	*out_has_dhe_ke = false;
	wire_reader_init_bytes(&outer, body);
	wire_reader_init_bytes(&reader,
			       wire_read_vector_bounded(&outer, 1, 1, 255));
	while (wire_reader_more(&reader)) {
		if (wire_read_u8(&reader) == PSK_MODE_DHE_KE)
			*out_has_dhe_ke = true;
	}
	return wire_reader_finished(&outer) && !reader.failed;
}

void psk_modes_write(struct wire_writer *writer)
{
	static const uint8_t modes[] = { PSK_MODE_DHE_KE };

	wire_write_vector(writer, 1, modes, sizeof(modes));
}
