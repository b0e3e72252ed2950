/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* certificate_authorities. There is one certificate to choose here, so that the
 * peer's list decides nothing; the trace says when it does not fit. */
#include "handshake/certificate_authorities.h"

#include "crypto/credentials.h"
#include "handshake/handshake.h"

int adtls_config_set_send_authorities(adtls_config_t *config, bool on)
{
	if (atomic_load(&config->is_sealed))
		return ADTLS_E_INVALID;
	config->sends_authorities = on;
	return ADTLS_OK;
}

bool authorities_fit(const adtls_credentials_t *credentials)
{
	struct buffer names = { 0 };
	bool fit = credentials_authorities(credentials, &names) &&
		   names.len <= AUTHORITIES_MAX;

	buffer_clear(&names);
	return fit;
}

enum hs_extension_answer authorities_send(struct handshake *hs,
					  const struct hs_extension *row,
					  enum hs_extension_message message,
					  struct wire_writer *body)
{
	struct buffer names = { 0 };
	bool is_known;

	(void)row;
	(void)message;
	if (!hs->config->sends_authorities)
		return EXTENSION_OMIT;
	is_known = credentials_authorities(hs->credentials, &names);
	if (is_known && names.len > 0 && names.len <= AUTHORITIES_MAX)
		wire_write_vector(body, 2, names.data, names.len);
	else
		is_known = false;
	buffer_clear(&names);
	return is_known ? EXTENSION_SEND : EXTENSION_OMIT;
}

bool authorities_receive(struct handshake *hs, const struct hs_extension *row,
			 enum hs_extension_message message, adtls_bytes_t body)
{
	struct wire_reader outer, reader;
	adtls_bytes_t names;

	(void)message;
	wire_reader_init_bytes(&outer, body);
	names = wire_read_vector_bounded(&outer, 2, 3, 0xffff);
	wire_reader_init_bytes(&reader, names);
	while (wire_reader_more(&reader))
		wire_read_vector_bounded(&reader, 2, 1, 0xffff);
	if (!wire_reader_finished(&outer) || !wire_reader_finished(&reader))
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE, "%s",
				 row->name);
	if (hs->config->trace.write != NULL &&
	    credentials_key(hs->credentials, ADTLS_CERTIFICATE_X509) != NULL &&
	    !credentials_have_issuer(hs->credentials, names))
		config_trace(hs->config, "our certificate comes from none of "
					 "the authorities that the peer names");
	return true;
}
