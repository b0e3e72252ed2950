/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An application's own hello extensions, behind rows like our own. */
#include "handshake/handshake.h"

#include <stdio.h>

/* Largest body that an application may write. */
#define BODY_MAX 1024

static const struct application_extension *
extension_of(const struct hs_extension *row)
{
	return (const struct application_extension *)row;
}

static enum hs_extension_answer send_extension(struct handshake *hs,
					       const struct hs_extension *row,
					       enum hs_extension_message message,
					       struct wire_writer *body)
{
	const struct application_extension *extension = extension_of(row);
	uint8_t content[BODY_MAX];
	size_t written = 0;
	int answer;

	(void)message;
	answer = extension->send(extension->context, hs->engine, content,
				 sizeof(content), &written);
	if (answer < 0 || written > sizeof(content)) {
		hs_fail(hs, ADTLS_ALERT_INTERNAL_ERROR, ADTLS_REASON_INTERNAL,
			"the application's extension %s could not be written",
			extension->name);
		return EXTENSION_FAIL;
	}
	if (answer == 0)
		return EXTENSION_OMIT;
	wire_write_bytes(body, content, written);
	return EXTENSION_SEND;
}

static bool receive_extension(struct handshake *hs,
			      const struct hs_extension *row,
			      enum hs_extension_message message,
			      adtls_bytes_t body)
{
	const struct application_extension *extension = extension_of(row);
	adtls_alert_t alert = extension->receive(extension->context, hs->engine,
						 body);

	(void)message;
	if (alert != ADTLS_ALERT_NONE)
		return hs_refuse(hs, alert, ADTLS_REASON_ILLEGAL_EXTENSION,
				 "the application refused extension %s",
				 extension->name);
	return true;
}

static bool is_taken(const struct adtls_config *config, uint16_t id)
{
	for (size_t i = 0; i < config->extension_count; i++) {
		if (config->extensions[i].row.type == id)
			return true;
	}
	return hs_extension_is_ours(id);
}

int adtls_ext_register(adtls_config_t *config, const char *name, uint16_t id,
		       unsigned messages, adtls_ext_send_func send,
		       adtls_ext_receive_func receive, void *context)
{
	struct application_extension *extension;

	if (atomic_load(&config->is_sealed) || name == NULL ||
	    config->extension_count == CONFIG_APPLICATION_EXTENSIONS_MAX ||
	    is_taken(config, id) ||
	    (messages & ADTLS_EXT_CLIENT_HELLO) == 0 ||
	    (messages & ~(unsigned)(ADTLS_EXT_CLIENT_HELLO |
				    ADTLS_EXT_ENCRYPTED_EXTENSIONS)) != 0)
		return ADTLS_E_INVALID;
	extension = &config->extensions[config->extension_count++];
	*extension = (struct application_extension){
		.send = send, .receive = receive, .context = context
	};
	snprintf(extension->name, sizeof(extension->name), "%s", name);
	extension->row.type = id;
	extension->row.name = extension->name;
	if (messages & ADTLS_EXT_CLIENT_HELLO)
		extension->row.allowed |= IN_CLIENT_HELLO;
	if (messages & ADTLS_EXT_ENCRYPTED_EXTENSIONS)
		extension->row.allowed |= IN_ENCRYPTED_EXTENSIONS;
	extension->row.send = send != NULL ? send_extension : NULL;
	extension->row.receive = receive != NULL ? receive_extension : NULL;
	return ADTLS_OK;
}
