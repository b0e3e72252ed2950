/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Application-Layer Protocol Negotiation: the server picks, by its own order of
 * preference, one of the names that the client offers. */
#include "handshake/alpn.h"

#include "handshake/handshake.h"
#include "messages/protocol_list.h"

static adtls_bytes_t own_names(const struct handshake *hs)
{
	return buffer_bytes(&hs->config->alpn.names);
}

enum hs_extension_answer alpn_send(struct handshake *hs,
				   const struct hs_extension *row,
				   enum hs_extension_message message,
				   struct wire_writer *body)
{
	adtls_bytes_t selected = hs->facts->application_protocol;
	size_t mark;

	(void)row;
	if (message == IN_CLIENT_HELLO) {
		if (own_names(hs).len == 0)
			return EXTENSION_OMIT;
		protocol_list_write(body, own_names(hs));
		return EXTENSION_SEND;
	}
	if (selected.len == 0)
		return EXTENSION_OMIT;
	mark = wire_write_begin(body, 2);
	protocol_name_write(body, selected);
	wire_write_end(body, 2, mark);
	return EXTENSION_SEND;
}

/* The facts keep a view into the configuration, which outlives them. */
static bool select_protocol(struct handshake *hs, adtls_bytes_t offered)
{
	adtls_bytes_t names = own_names(hs);
	adtls_bytes_t name;

	while (protocol_list_next(&names, &name)) {
		if (protocol_list_contains(offered, name)) {
			hs->facts->application_protocol = name;
			return true;
		}
	}
	return false;
}

bool alpn_receive(struct handshake *hs, const struct hs_extension *row,
		  enum hs_extension_message message, adtls_bytes_t body)
{
	adtls_bytes_t names, rest, only;

	(void)row;
	if (!protocol_list_read(body, &names))
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE,
				 "application_layer_protocol_negotiation");
	if (message == IN_CLIENT_HELLO) {
		hs->offers_alpn = true;
		select_protocol(hs, names);
		return true;
	}
	rest = names;
	protocol_list_next(&rest, &only);
	if (rest.len != 0)
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE,
				 "the server selected more than one "
				 "application protocol");
	if (!select_protocol(hs, names))
		return hs_refuse(hs, ADTLS_ALERT_ILLEGAL_PARAMETER,
				 ADTLS_REASON_ILLEGAL_PARAMETER,
				 "the server selected an application protocol "
				 "that was not offered");
	return true;
}

bool alpn_settle(struct handshake *hs)
{
	const struct config_alpn *alpn = &hs->config->alpn;

	if (alpn->names.len == 0 || hs->facts->application_protocol.len > 0)
		return true;
	/* RFC 7301 §3.2: both use it, and have nothing in common. */
	if (hs->role == ADTLS_SERVER && hs->offers_alpn)
		return hs_refuse(hs, ADTLS_ALERT_NO_APPLICATION_PROTOCOL,
				 ADTLS_REASON_NO_APPLICATION_PROTOCOL,
				 "the client offers none of our application "
				 "protocols");
	if (alpn->is_mandatory)
		return hs_refuse(hs, ADTLS_ALERT_NO_APPLICATION_PROTOCOL,
				 ADTLS_REASON_NO_APPLICATION_PROTOCOL,
				 "the peer negotiates no application protocol");
	return true;
}

int adtls_config_set_alpn(adtls_config_t *config,
			  const adtls_bytes_t *protocols, size_t count,
			  unsigned flags)
{
	uint8_t names[ALPN_NAMES_MAX];
	struct wire_writer writer;
	adtls_bytes_t written;

	if (atomic_load(&config->is_sealed) ||
	    (flags & ~(unsigned)ADTLS_ALPN_MANDATORY) != 0)
		return ADTLS_E_INVALID;
	wire_writer_init(&writer, names, sizeof(names));
	for (size_t i = 0; i < count; i++) {
		if (protocols[i].len == 0 ||
		    protocols[i].len > PROTOCOL_NAME_MAX)
			return ADTLS_E_INVALID;
		protocol_name_write(&writer, protocols[i]);
	}
	if (writer.failed)
		return ADTLS_E_TOO_LARGE;
	written = wire_written(&writer);
	if (!buffer_set(&config->alpn.names, written.data, written.len))
		return ADTLS_E_MEMORY;
	config->alpn.is_mandatory = (flags & ADTLS_ALPN_MANDATORY) != 0;
	return ADTLS_OK;
}
