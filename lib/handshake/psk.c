/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pre_shared_key and psk_key_exchange_modes, for both roles. */
#include "handshake/psk.h"

#include "base/text.h"
#include "handshake/handshake.h"
#include "messages/hello_extensions.h"

#include <stdio.h>
#include <string.h>

#define PEER_PREFIX "psk:"

static bool has_suite_of(const struct priority *priority,
			 const struct crypto_hash *hash)
{
	for (size_t i = 0; i < priority->suite_count; i++) {
		if (priority->suites[i]->hash == hash)
			return true;
	}
	return false;
}

int hs_psk_check_config(const struct adtls_config *config,
			const adtls_credentials_t *credentials,
			char *out_message, size_t message_len)
{
	const adtls_psk_t *psk = credentials_own_psk(credentials);
	const char *complaint = NULL;
	int error = ADTLS_E_CREDENTIALS;

	if (psk != NULL && !has_suite_of(&config->priority,
					 credentials_psk_hash(psk))) {
		complaint = "the priority string leaves no suite with the hash "
			    "of the PSK";
		error = ADTLS_E_PRIORITY;
	}
	if (config->attestation.is_required &&
	    credentials_has_client_psk(credentials) &&
	    !credentials_has_trust(credentials))
		complaint = "attestation is required, which a PSK has no key "
			    "for, and the credentials trust no certificate";
	if (complaint == NULL)
		return ADTLS_OK;
	if (out_message != NULL)
		snprintf(out_message, message_len, "%s", complaint);
	return error;
}

void hs_psk_clear(struct hs_psk *psk)
{
	buffer_clear(&psk->identity);
	bytes_wipe(psk, sizeof(*psk));
}

void hs_psks_clear(struct hs_psks *psks)
{
	for (size_t i = 0; i < HS_PSK_OFFERS; i++)
		hs_psk_clear(&psks->offers[i]);
	hs_psk_clear(&psks->selected);
	psks->offer_count = 0;
}

adtls_bytes_t hs_psk_key(const struct hs_psk *psk)
{
	return bytes_of(psk->key, psk->key_len);
}

bool hs_has_psk(const struct handshake *hs)
{
	return hs->psk.selected.kind != HS_PSK_NONE;
}

/* Two identities must not look the same because they are cut. */
static bool describe_by_digest(adtls_bytes_t identity, char out[ADTLS_NAME_MAX])
{
	uint8_t digest[CRYPTO_HASH_MAX];
	struct text text;

	if (!crypto_hash_compute(&crypto_sha256, identity, digest))
		return false;
	text_init(&text, out, ADTLS_NAME_MAX);
	text_append(&text, "psk-sha256:");
	text_append_hex(&text, bytes_of(digest, crypto_sha256.len));
	return true;
}

bool hs_psk_describe_peer(adtls_bytes_t identity, char out[ADTLS_NAME_MAX])
{
	struct wire_reader reader;
	size_t len = strlen(PEER_PREFIX);

	memcpy(out, PEER_PREFIX, sizeof(PEER_PREFIX));
	wire_reader_init_bytes(&reader, identity);
	while (wire_reader_more(&reader)) {
		uint8_t byte = wire_read_u8(&reader);
		bool is_plain = byte >= 0x20 && byte < 0x7f && byte != '\\';
		int written = snprintf(out + len, ADTLS_NAME_MAX - len,
				       is_plain ? "%c" : "\\x%02x", byte);

		if (written < 0 || len + (size_t)written >= ADTLS_NAME_MAX)
			return describe_by_digest(identity, out);
		len += (size_t)written;
	}
	return true;
}

bool hs_psk_use(struct handshake *hs, struct hs_psk *psk)
{
	hs->facts->psk = psk->kind;
	hs->psk.selected = *psk;
	bytes_wipe(psk, sizeof(*psk));
	if (hs_facts_set_identity(hs->facts, hs->psk.selected.peer_identity))
		return true;
	hs_fail_memory(hs);
	return false;
}

static enum hs_extension_answer send_modes(struct handshake *hs,
					   const struct hs_extension *row,
					   enum hs_extension_message message,
					   struct wire_writer *body)
{
	(void)row;
	/* Also without an offer: it is how a client asks for tickets. */
	if (message != IN_CLIENT_HELLO ||
	    (hs->psk.offer_count == 0 && !hs->config->tickets.are_wanted))
		return EXTENSION_OMIT;
	psk_modes_write(body);
	return EXTENSION_SEND;
}

/* A server reads ClientHello's in hello_offer.c. */
const struct hs_extension hs_psk_modes_row = {
	EXTENSION_PSK_KEY_EXCHANGE_MODES, "psk_key_exchange_modes",
	IN_CLIENT_HELLO, send_modes, NULL, 0
};

static enum hs_extension_answer send_psk(struct handshake *hs,
					 const struct hs_extension *row,
					 enum hs_extension_message message,
					 struct wire_writer *body)
{
	(void)row;
	if (message == IN_CLIENT_HELLO) {
		if (hs->psk.offer_count == 0)
			return EXTENSION_OMIT;
		hs_psk_write_offers(hs, body);
		return EXTENSION_SEND;
	}
	if (!hs_has_psk(hs))
		return EXTENSION_OMIT;
	wire_write_u16(body, hs->psk.selected_index);
	return EXTENSION_SEND;
}

static bool receive_psk(struct handshake *hs, const struct hs_extension *row,
			enum hs_extension_message message, adtls_bytes_t body)
{
	uint16_t index;

	(void)row;
	if (message == IN_CLIENT_HELLO)
		return true;
	if (!number_read(body, &index))
		return hs_refuse(hs, ADTLS_ALERT_DECODE_ERROR,
				 ADTLS_REASON_MALFORMED_MESSAGE,
				 "pre_shared_key");
	return hs_psk_take_selection(hs, index);
}

const struct hs_extension hs_psk_row = {
	EXTENSION_PRE_SHARED_KEY, "pre_shared_key",
	IN_CLIENT_HELLO | IN_SERVER_HELLO, send_psk, receive_psk, 0
};
