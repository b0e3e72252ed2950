/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Pre-shared keys, both roles. */
#include "backend_psk.h"

#include "backend_log.h"

#include <stdlib.h>
#include <string.h>

/* As libcoap frees them: it has no function for keys that wipes. */
static void free_secret(coap_bin_const_t *secret)
{
	if (secret == NULL)
		return;
	explicit_bzero((uint8_t *)(uintptr_t)secret->s, secret->length);
	coap_delete_bin_const(secret);
}

/* NULL for what is empty; false without memory. */
static bool copy_binary(coap_bin_const_t **out, const coap_bin_const_t *from)
{
	*out = NULL;
	if (from == NULL || from->s == NULL)
		return true;
	*out = coap_new_bin_const(from->s, from->length);
	return *out != NULL;
}

static bool fits(const coap_bin_const_t *part, size_t most, const char *what)
{
	if (part != NULL && part->s != NULL && part->length > 0 &&
	    part->length <= most)
		return true;
	backend_log(BACKEND_LOG_ERROR,
		    "a pre-shared key needs its %s, of 1 to %zu bytes", what,
		    most);
	return false;
}

/* Clients */

void backend_client_psk_clear(struct backend_client_psk *psk)
{
	free(psk->server_name);
	explicit_bzero(psk, sizeof(*psk));
}

bool backend_client_psk_set(struct backend_client_psk *psk,
			    const coap_dtls_cpsk_t *setup)
{
	const char *name = setup->client_sni;
	bool has_name = name != NULL && *name != '\0';

	backend_client_psk_clear(psk);
	if (!fits(&setup->psk_info.identity, ADTLS_PSK_IDENTITY_MAX,
		  "identity") ||
	    !fits(&setup->psk_info.key, ADTLS_PSK_KEY_MAX, "key"))
		return false;
	psk->validate_hint = setup->validate_ih_call_back;
	psk->validate_hint_argument = setup->ih_call_back_arg;
	psk->server_name = has_name ? strdup(name) : NULL;
	psk->is_set = !has_name || psk->server_name != NULL;
	return psk->is_set;
}

bool backend_psk_is_of(const coap_session_t *session)
{
	const coap_bin_const_t *key = coap_session_get_psk_key(session);

	return key != NULL && key->length > 0;
}

/* There is no hint in DTLS 1.3, which the callback hears of as of servers of
 * DTLS 1.2 that have none. */
static bool ask_about_hint(const struct backend_client_psk *psk,
			   coap_session_t *session)
{
	coap_str_const_t none = { 0, (const uint8_t *)"" };
	const coap_dtls_cpsk_info_t *info;

	if (psk->validate_hint == NULL)
		return true;
	info = psk->validate_hint(&none, session, psk->validate_hint_argument);
	if (info == NULL) {
		backend_log_session(BACKEND_LOG_ERROR, session,
				    "validate_ih_call_back wants a hint, which "
				    "DTLS 1.3 does not have");
		return false;
	}
	return coap_session_refresh_psk_identity(session, &info->identity) &&
	       coap_session_refresh_psk_key(session, &info->key);
}

static bool is_same(const adtls_psk_t *a, const adtls_psk_t *b)
{
	return a->identity_len == b->identity_len &&
	       memcmp(a->identity, b->identity, a->identity_len) == 0 &&
	       a->key_len == b->key_len &&
	       gnutls_memcmp(a->key, b->key, a->key_len) == 0;
}

bool backend_client_psk_take(struct backend_client_psk *psk,
			     coap_session_t *session, bool *out_changed)
{
	const coap_bin_const_t *identity, *key;
	adtls_psk_t taken = { .hash = ADTLS_PSK_SHA256 };

	if (!ask_about_hint(psk, session))
		return false;
	identity = coap_session_get_psk_identity(session);
	key = coap_session_get_psk_key(session);
	if (!fits(identity, sizeof(taken.identity), "identity") ||
	    !fits(key, sizeof(taken.key), "key"))
		return false;
	memcpy(taken.identity, identity->s, identity->length);
	taken.identity_len = identity->length;
	memcpy(taken.key, key->s, key->length);
	taken.key_len = key->length;
	*out_changed = !is_same(&psk->current, &taken);
	psk->current = taken;
	explicit_bzero(&taken, sizeof(taken));
	return true;
}

/* Servers */

void backend_server_psk_clear(struct backend_server_psk *psk)
{
	coap_delete_bin_const(psk->hint);
	free_secret(psk->key);
	*psk = (struct backend_server_psk){ 0 };
}

bool backend_server_psk_set(struct backend_server_psk *psk,
			    const coap_dtls_spsk_t *setup)
{
	const coap_bin_const_t *key = &setup->psk_info.key;
	bool has_key = key->s != NULL && key->length > 0;

	backend_server_psk_clear(psk);
	if (!has_key && setup->validate_id_call_back == NULL &&
	    setup->validate_sni_call_back == NULL) {
		backend_log(BACKEND_LOG_ERROR,
			    "a server needs a pre-shared key, or "
			    "validate_id_call_back to ask for it");
		return false;
	}
	if (has_key && !fits(key, ADTLS_PSK_KEY_MAX, "key"))
		return false;
	psk->validate_identity = setup->validate_id_call_back;
	psk->validate_identity_argument = setup->id_call_back_arg;
	psk->validate_name = setup->validate_sni_call_back;
	psk->validate_name_argument = setup->sni_call_back_arg;
	psk->is_set = copy_binary(&psk->hint, &setup->psk_info.hint) &&
		      copy_binary(&psk->key, has_key ? key : NULL);
	if (!psk->is_set)
		backend_server_psk_clear(psk);
	return psk->is_set;
}

void backend_psk_choice_clear(struct backend_psk_choice *choice)
{
	coap_delete_bin_const(choice->identity);
	free_secret(choice->key);
	coap_delete_bin_const(choice->hint);
	*choice = (struct backend_psk_choice){ 0 };
}

void backend_psk_choice_apply(const struct backend_psk_choice *choice,
			      coap_session_t *session)
{
	coap_session_refresh_psk_identity(session, choice->identity);
	coap_session_refresh_psk_key(session, choice->key);
	coap_session_refresh_psk_hint(session, choice->hint);
}

/* What @session says now. */
static bool note(const coap_session_t *session, struct backend_psk_choice *out)
{
	*out = (struct backend_psk_choice){ 0 };
	return copy_binary(&out->identity,
			   coap_session_get_psk_identity(session)) &&
	       copy_binary(&out->key, coap_session_get_psk_key(session)) &&
	       copy_binary(&out->hint, coap_session_get_psk_hint(session));
}

/* The key for clients that call @name, which with its hint goes to the session.
 * False: no client may. */
static bool key_for_name(const struct backend_server_psk *psk,
			 coap_session_t *session, const char *name,
			 const coap_bin_const_t **out)
{
	const coap_dtls_spsk_info_t *info;

	*out = psk->key;
	if (psk->validate_name == NULL)
		return coap_session_refresh_psk_hint(session, psk->hint);
	info = psk->validate_name(name != NULL ? name : "", session,
				  psk->validate_name_argument);
	if (info == NULL ||
	    !coap_session_refresh_psk_hint(session, &info->hint) ||
	    !coap_session_refresh_psk_key(session, &info->key))
		return false;
	*out = coap_session_get_psk_key(session);
	return true;
}

static const coap_bin_const_t *find_key(const struct backend_server_psk *psk,
					coap_session_t *session,
					const char *name,
					coap_bin_const_t *identity)
{
	const coap_bin_const_t *key;

	/* As if it had none yet: a callback may look. */
	backend_psk_choice_apply(&(struct backend_psk_choice){ 0 }, session);
	if (!key_for_name(psk, session, name, &key) ||
	    !coap_session_refresh_psk_identity(session, identity))
		return NULL;
	if (psk->validate_identity == NULL)
		return key;
	return psk->validate_identity(identity, session,
				      psk->validate_identity_argument);
}

static bool choose(const coap_bin_const_t *key, coap_session_t *session,
		   adtls_psk_t *out, struct backend_psk_choice *choice)
{
	memcpy(out->key, key->s, key->length);
	out->key_len = key->length;
	coap_session_refresh_psk_key(session, key);
	backend_psk_choice_clear(choice);
	return note(session, choice);
}

int backend_server_psk_find(const struct backend_server_psk *psk,
			    coap_session_t *session, const char *server_name,
			    adtls_bytes_t identity, adtls_psk_t *out,
			    struct backend_psk_choice *choice)
{
	uint8_t text[ADTLS_PSK_IDENTITY_MAX + 1];
	coap_bin_const_t known = { identity.len, text };
	struct backend_psk_choice before;
	const coap_bin_const_t *key;
	int answer = -1;

	if (identity.len >= sizeof(text))
		return 0;
	/* Applications may count on a NUL behind it. */
	memcpy(text, identity.data, identity.len);
	text[identity.len] = '\0';
	if (note(session, &before)) {
		key = find_key(psk, session, server_name, &known);
		if (key == NULL || key->s == NULL)
			answer = 0;
		else if (fits(key, sizeof(out->key), "key") &&
			 choose(key, session, out, choice))
			answer = 1;
		backend_psk_choice_apply(&before, session);
	}
	backend_psk_choice_clear(&before);
	return answer;
}
