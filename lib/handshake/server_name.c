/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* server_name: whom the client means, and the credentials that the server has
 * for it. */
#include "handshake/server_name.h"

#include "base/buffer.h"
#include "crypto/credentials_psk.h"
#include "handshake/handshake.h"
#include "messages/hello_extensions.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* The configuration */

void server_names_clear(struct config_server_names *names)
{
	for (size_t i = 0; i < names->count; i++) {
		free(names->names[i].pattern);
		adtls_credentials_unref(names->names[i].credentials);
	}
	free(names->names);
	*names = (struct config_server_names){ 0 };
}

adtls_credentials_t *config_credentials(const struct adtls_config *config,
					size_t index)
{
	if (index == 0)
		return config->credentials;
	return index <= config->server_names.count ?
		       config->server_names.names[index - 1].credentials :
		       NULL;
}

static bool has_wildcard(const char *pattern)
{
	return pattern[0] == '*' && pattern[1] == '.';
}

/* Letters, digits and hyphens, and the underscore that names in use have. */
bool server_name_is_valid(adtls_bytes_t name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789-_.";
	struct wire_reader reader;

	if (name.len == 0 || name.len > SERVER_NAME_MAX)
		return false;
	wire_reader_init_bytes(&reader, name);
	while (wire_reader_more(&reader)) {
		int c = wire_read_u8(&reader);

		if (c == '\0' || strchr(allowed, c) == NULL)
			return false;
	}
	return true;
}

int adtls_config_add_server_name(adtls_config_t *config, const char *name,
				 adtls_credentials_t *credentials)
{
	struct config_server_names *names = &config->server_names;
	const char *fixed = has_wildcard(name) ? name + 2 : name;
	struct server_name *grown;
	struct server_name *added;

	if (atomic_load(&config->is_sealed) || credentials == NULL ||
	    names->count == SERVER_NAMES_MAX || strlen(name) > SERVER_NAME_MAX ||
	    !server_name_is_valid(bytes_of(fixed, strlen(fixed))))
		return ADTLS_E_INVALID;
	if (!credentials_can_serve(credentials))
		return ADTLS_E_CREDENTIALS;
	grown = realloc(names->names, (names->count + 1) * sizeof(*grown));
	if (grown == NULL)
		return ADTLS_E_MEMORY;
	names->names = grown;
	added = &names->names[names->count];
	added->pattern = strdup(name);
	if (added->pattern == NULL)
		return ADTLS_E_MEMORY;
	added->credentials = adtls_credentials_ref(credentials);
	names->count++;
	return ADTLS_OK;
}

int adtls_config_set_server_name_callback(adtls_config_t *config,
					  adtls_server_name_func choose,
					  void *context)
{
	if (atomic_load(&config->is_sealed))
		return ADTLS_E_INVALID;
	config->server_names.choose = choose;
	config->server_names.context = context;
	return ADTLS_OK;
}

int adtls_config_set_refuse_unknown_names(adtls_config_t *config, bool on)
{
	if (atomic_load(&config->is_sealed))
		return ADTLS_E_INVALID;
	config->server_names.refuses_others = on;
	return ADTLS_OK;
}

/* The choice */

/* A wildcard stands for exactly one label (RFC 9525 §6.3). */
static bool matches(const char *pattern, const char *name)
{
	if (has_wildcard(pattern)) {
		pattern++;
		name += strcspn(name, ".");
	}
	return strcasecmp(pattern, name) == 0;
}

/* An exact name goes before any wildcard. */
static adtls_credentials_t *find(const struct config_server_names *names,
				 const char *name)
{
	const struct server_name *found = NULL;

	for (size_t i = 0; i < names->count; i++) {
		const struct server_name *one = &names->names[i];

		if (!matches(one->pattern, name))
			continue;
		if (!has_wildcard(one->pattern))
			return adtls_credentials_ref(one->credentials);
		if (found == NULL)
			found = one;
	}
	return found != NULL ? adtls_credentials_ref(found->credentials) : NULL;
}

adtls_credentials_t *server_name_credentials(const struct adtls_config *config,
					     adtls_bytes_t name,
					     bool *out_is_known)
{
	const struct config_server_names *names = &config->server_names;
	adtls_credentials_t *found = NULL;
	char text[SERVER_NAME_MAX + 1] = { 0 };

	if (name.len > 0 && name.len <= SERVER_NAME_MAX) {
		memcpy(text, name.data, name.len);
		found = find(names, text);
		if (found == NULL && names->choose != NULL)
			found = names->choose(names->context, text);
	}
	*out_is_known = found != NULL;
	return found != NULL ? found :
			       adtls_credentials_ref(config->credentials);
}

bool server_name_choose(struct handshake *hs, adtls_bytes_t name)
{
	adtls_credentials_t *chosen;

	if (name.len == 0)
		return true;
	free(hs->facts->server_name);
	hs->facts->server_name = strndup((const char *)name.data, name.len);
	if (hs->facts->server_name == NULL) {
		hs_fail_memory(hs);
		return false;
	}
	chosen = server_name_credentials(hs->config, name, &hs->knows_name);
	adtls_credentials_unref(hs->credentials);
	hs->credentials = chosen;
	if (!credentials_can_serve(chosen))
		return hs_refuse(hs, ADTLS_ALERT_INTERNAL_ERROR,
				 ADTLS_REASON_INTERNAL,
				 "the credentials for \"%.150s\" have no key "
				 "and no PSK",
				 hs->facts->server_name);
	return true;
}

bool server_name_settle(struct handshake *hs)
{
	if (!hs->config->server_names.refuses_others || hs->knows_name ||
	    hs->facts->server_name == NULL)
		return true;
	return hs_refuse(hs, ADTLS_ALERT_UNRECOGNIZED_NAME,
			 ADTLS_REASON_SERVER_NAME_UNKNOWN,
			 "the client called \"%.150s\"",
			 hs->facts->server_name);
}

/* The extension */

/* The address literal in certificates is checked, but never sent (RFC 6066 §3). */
static bool is_address_literal(const char *name)
{
	uint8_t address[16];

	return inet_pton(AF_INET, name, address) == 1 ||
	       inet_pton(AF_INET6, name, address) == 1;
}

enum hs_extension_answer server_name_send(struct handshake *hs,
					  const struct hs_extension *row,
					  enum hs_extension_message message,
					  struct wire_writer *body)
{
	(void)row;
	/* A server that used the name says so with an empty body. */
	if (message == IN_ENCRYPTED_EXTENSIONS)
		return hs->knows_name ? EXTENSION_SEND : EXTENSION_OMIT;
	if (hs->server_name == NULL || is_address_literal(hs->server_name))
		return EXTENSION_OMIT;
	server_name_write(body, hs->server_name);
	return EXTENSION_SEND;
}

/* A ClientHello's name has been taken from the offer already. */
bool server_name_receive(struct handshake *hs, const struct hs_extension *row,
			 enum hs_extension_message message, adtls_bytes_t body)
{
	adtls_bytes_t name;

	(void)row;
	if (message == IN_CLIENT_HELLO ? !server_name_read(body, &name) :
					 body.len != 0)
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE, "server_name");
	return true;
}
