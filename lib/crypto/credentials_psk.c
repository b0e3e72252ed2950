/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pre-shared keys of credentials. */
#include <adtls/psk.h>

#include <gnutls/gnutls.h>
#include <string.h>

#include "crypto/credentials_object.h"
#include "crypto/datum.h"

static bool is_fit(const adtls_psk_t *psk)
{
	return psk->key_len > 0 && psk->key_len <= ADTLS_PSK_KEY_MAX &&
	       psk->identity_len <= ADTLS_PSK_IDENTITY_MAX &&
	       (psk->hash == ADTLS_PSK_SHA256 || psk->hash == ADTLS_PSK_SHA384);
}

void credentials_psk_wipe(adtls_psk_t *psk)
{
	bytes_wipe(psk, sizeof(*psk));
}

const struct crypto_hash *credentials_psk_hash(const adtls_psk_t *psk)
{
	return psk->hash == ADTLS_PSK_SHA384 ? &crypto_sha384 : &crypto_sha256;
}

int adtls_credentials_set_psk(adtls_credentials_t *credentials,
			      adtls_bytes_t identity, adtls_bytes_t key,
			      adtls_psk_hash_t hash)
{
	adtls_psk_t psk = { .hash = hash };

	if (identity.len == 0 || identity.len > sizeof(psk.identity) ||
	    key.len == 0 || key.len > sizeof(psk.key) ||
	    (hash != ADTLS_PSK_SHA256 && hash != ADTLS_PSK_SHA384))
		return ADTLS_E_INVALID;
	memcpy(psk.identity, identity.data, identity.len);
	psk.identity_len = identity.len;
	memcpy(psk.key, key.data, key.len);
	psk.key_len = key.len;
	credentials->psk.own = psk;
	credentials_psk_wipe(&psk);
	return ADTLS_OK;
}

static bool is_space(uint8_t byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static adtls_bytes_t trim(adtls_bytes_t text)
{
	while (text.len > 0 && is_space(text.data[text.len - 1]))
		text.len--;
	while (text.len > 0 && is_space(text.data[0])) {
		text.data++;
		text.len--;
	}
	return text;
}

int adtls_credentials_set_psk_file(adtls_credentials_t *credentials,
				   adtls_bytes_t identity, const char *key_file,
				   adtls_psk_hash_t hash)
{
	gnutls_datum_t text, digits, key = { 0 };
	int error = ADTLS_E_DECODE;

	if (gnutls_load_file(key_file, &text) < 0)
		return ADTLS_E_FILE;
	digits = datum_of(trim(bytes_of(text.data, text.size)));
	if (gnutls_hex_decode2(&digits, &key) == 0) {
		error = adtls_credentials_set_psk(
			credentials, identity, bytes_of(key.data, key.size),
			hash);
		datum_clear(&key);
	}
	datum_clear(&text);
	return error;
}

int adtls_credentials_set_psk_client(adtls_credentials_t *credentials,
				     adtls_psk_client_func find, void *context)
{
	credentials->psk.find_as_client = find;
	credentials->psk.client_context = context;
	return ADTLS_OK;
}

int adtls_credentials_set_psk_server(adtls_credentials_t *credentials,
				     adtls_psk_server_func find, void *context)
{
	credentials->psk.find_as_server = find;
	credentials->psk.server_context = context;
	return ADTLS_OK;
}

bool credentials_has_client_psk(const struct adtls_credentials *credentials)
{
	return credentials->psk.own.key_len > 0 ||
	       credentials->psk.find_as_client != NULL;
}

bool credentials_has_server_psk(const struct adtls_credentials *credentials)
{
	return credentials->psk.own.key_len > 0 ||
	       credentials->psk.find_as_server != NULL;
}

bool credentials_can_serve(const struct adtls_credentials *credentials)
{
	return credentials_has_key(credentials) ||
	       credentials_has_server_psk(credentials);
}

const adtls_psk_t *
credentials_own_psk(const struct adtls_credentials *credentials)
{
	return credentials->psk.own.key_len > 0 ? &credentials->psk.own : NULL;
}

bool credentials_take_psk_role(struct adtls_credentials *credentials,
			       adtls_role_t role)
{
	unsigned wanted = 1U << role, before = 0;

	return credentials->psk.own.key_len == 0 ||
	       atomic_compare_exchange_strong(&credentials->psk.own_roles,
					      &before, wanted) ||
	       before == wanted;
}

static enum credentials_psk_result judge(int answer, adtls_psk_t *psk)
{
	if (answer == 1 && is_fit(psk))
		return CREDENTIALS_PSK_FOUND;
	credentials_psk_wipe(psk);
	return answer == 0 ? CREDENTIALS_PSK_NONE : CREDENTIALS_PSK_FAILED;
}

enum credentials_psk_result
credentials_client_psk(const struct adtls_credentials *credentials,
		       const char *server_name, adtls_psk_t *out)
{
	const struct credentials_psk *psk = &credentials->psk;
	enum credentials_psk_result result;

	*out = (adtls_psk_t){ 0 };
	if (psk->find_as_client == NULL) {
		*out = psk->own;
		return psk->own.key_len > 0 ? CREDENTIALS_PSK_FOUND :
					      CREDENTIALS_PSK_NONE;
	}
	result = judge(psk->find_as_client(psk->client_context, server_name,
					   out),
		       out);
	return result == CREDENTIALS_PSK_FOUND && out->identity_len == 0 ?
		       CREDENTIALS_PSK_FAILED :
		       result;
}

enum credentials_psk_result
credentials_server_psk(const struct adtls_credentials *credentials,
		       const char *server_name, adtls_bytes_t identity,
		       adtls_psk_t *out)
{
	const struct credentials_psk *psk = &credentials->psk;

	*out = psk->own;
	if (psk->own.key_len > 0 &&
	    bytes_equal(identity,
			bytes_of(psk->own.identity, psk->own.identity_len)))
		return CREDENTIALS_PSK_FOUND;
	*out = (adtls_psk_t){ 0 };
	if (psk->find_as_server == NULL)
		return CREDENTIALS_PSK_NONE;
	return judge(psk->find_as_server(psk->server_context, server_name,
					 identity, out),
		     out);
}
