/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CertificateRequest, Certificate, CertificateVerify and Attestation. */
#include "messages/authentication.h"

bool certificate_request_read(adtls_bytes_t body,
			      struct certificate_request *out)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, body);
	out->context = wire_read_vector(&reader, 1);
	out->extensions = wire_read_vector_bounded(&reader, 2, 2, 0xffff);
	return wire_reader_finished(&reader);
}

enum certificate_result
certificate_message_read(adtls_bytes_t body, struct certificate_message *out)
{
	struct wire_reader outer, reader;

	*out = (struct certificate_message){ 0 };
	wire_reader_init_bytes(&outer, body);
	out->context = wire_read_vector(&outer, 1);
	wire_reader_init_bytes(&reader, wire_read_vector(&outer, 3));
	if (!wire_reader_finished(&outer))
		return CERTIFICATE_MALFORMED;
	while (wire_reader_more(&reader)) {
		adtls_bytes_t certificate, extensions;

		certificate = wire_read_vector_bounded(&reader, 3, 1, 0xffffff);
		extensions = wire_read_vector(&reader, 2);
		if (reader.failed)
			return CERTIFICATE_MALFORMED;
		if (out->count == CERTIFICATE_CHAIN_MAX)
			return CERTIFICATE_TOO_LONG;
		if (extensions.len > 0)
			out->has_entry_extensions = true;
		out->chain[out->count++] = certificate;
	}
	return wire_reader_finished(&reader) ? CERTIFICATE_OK :
					       CERTIFICATE_MALFORMED;
}

void certificate_message_write(struct wire_writer *writer,
			       adtls_bytes_t context,
			       const adtls_bytes_t *chain, size_t count)
{
	size_t mark;

	wire_write_vector(writer, 1, context.data, context.len);
	mark = wire_write_begin(writer, 3);
	for (size_t i = 0; i < count; i++) {
		wire_write_vector(writer, 3, chain[i].data, chain[i].len);
		wire_write_u16(writer, 0);	/* no extensions */
	}
	wire_write_end(writer, 3, mark);
}

bool certificate_verify_read(adtls_bytes_t body, struct certificate_verify *out)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, body);
	out->scheme = wire_read_u16(&reader);
	out->signature = wire_read_vector(&reader, 2);
	return wire_reader_finished(&reader);
}

void certificate_verify_write(struct wire_writer *writer, uint16_t scheme,
			      adtls_bytes_t signature)
{
	wire_write_u16(writer, scheme);
	wire_write_vector(writer, 2, signature.data, signature.len);
}

bool attestation_message_read(adtls_bytes_t body, adtls_bytes_t *out_cmw)
{
	struct wire_reader reader;

	wire_reader_init_bytes(&reader, body);
	*out_cmw = wire_read_vector_bounded(&reader, 3, 1, 0xffffff);
	return wire_reader_finished(&reader);
}

void attestation_message_write(struct wire_writer *writer, adtls_bytes_t cmw)
{
	wire_write_vector(writer, 3, cmw.data, cmw.len);
}
