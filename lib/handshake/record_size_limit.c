/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* record_size_limit, and what else configuration says about records' size. */
#include "handshake/record_size_limit.h"

#include "handshake/handshake.h"
#include "messages/hello_extensions.h"

/* What we tell the peer; without a configured one, what the protocol allows. */
static uint16_t own_limit(const struct handshake *hs)
{
	return hs->config->record_size_limit != 0 ?
		       hs->config->record_size_limit :
		       RECORD_INNER_MAX;
}

enum hs_extension_answer
record_size_limit_send(struct handshake *hs, const struct hs_extension *row,
		       enum hs_extension_message message,
		       struct wire_writer *body)
{
	(void)row;
	if (message == IN_CLIENT_HELLO && hs->config->record_size_limit == 0)
		return EXTENSION_OMIT;
	wire_write_u16(body, own_limit(hs));
	return EXTENSION_SEND;
}

/* Both have named a limit then, so that both hold from here on: no record of
 * the peer's but that of EncryptedExtensions itself can have come before. */
bool record_size_limit_receive(struct handshake *hs,
			       const struct hs_extension *row,
			       enum hs_extension_message message,
			       adtls_bytes_t body)
{
	uint16_t limit;

	(void)row;
	if (!number_read(body, &limit))
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE,
				 "record_size_limit");
	/* A client may know of larger records than we do; a server may not
	 * (RFC 8449 §4). */
	if (limit < RECORD_SIZE_LIMIT_MIN ||
	    (message != IN_CLIENT_HELLO && limit > RECORD_INNER_MAX))
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_ILLEGAL_EXTENSION,
				 "the peer asks for records of at most %u "
				 "bytes", limit);
	channel_limit_sending(hs->channel,
			      limit < RECORD_INNER_MAX ? limit :
							 RECORD_INNER_MAX);
	channel_limit_receiving(hs->channel, own_limit(hs));
	return true;
}

int adtls_config_set_record_size_limit(adtls_config_t *config, size_t limit)
{
	if (atomic_load(&config->is_sealed) ||
	    (limit != 0 && (limit < RECORD_SIZE_LIMIT_MIN ||
			    limit > RECORD_INNER_MAX)))
		return ADTLS_E_INVALID;
	config->record_size_limit = (uint16_t)limit;
	return ADTLS_OK;
}

int adtls_config_set_record_padding(adtls_config_t *config, size_t block)
{
	if (atomic_load(&config->is_sealed) || block > RECORD_PLAINTEXT_MAX)
		return ADTLS_E_INVALID;
	config->padding_block = (uint16_t)block;
	return ADTLS_OK;
}
