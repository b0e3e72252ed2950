/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Credentials: what they hold and how long they live. */
#include "crypto/credentials.h"

#include <stdlib.h>

#include "crypto/certificate.h"
#include "crypto/credentials_object.h"
#include "crypto/credentials_revocation.h"
#include "crypto/datum.h"
#include "crypto/key.h"

int adtls_credentials_new(unsigned flags, adtls_credentials_t **out)
{
	struct adtls_credentials *credentials = calloc(1, sizeof(*credentials));

	*out = NULL;
	if (credentials == NULL)
		return ADTLS_E_MEMORY;
	if (gnutls_x509_trust_list_init(&credentials->trust, 0) < 0) {
		free(credentials);
		return ADTLS_E_MEMORY;
	}
	atomic_init(&credentials->references, 1);
	credentials->rules.profile = GNUTLS_PROFILE_MEDIUM;
	credentials->rules.chain_limit = CREDENTIALS_CHAIN_MAX;
	credentials->is_reproducible =
		(flags & ADTLS_CREDENTIALS_REPRODUCIBLE) != 0;
	*out = credentials;
	return ADTLS_OK;
}

bool credentials_each_anchor(const struct adtls_credentials *credentials,
			     bool (*visit)(void *context,
					   gnutls_x509_crt_t anchor),
			     void *context)
{
	gnutls_x509_trust_list_t trust = credentials->trust;
	gnutls_x509_trust_list_iter_t iterator = NULL;
	gnutls_x509_crt_t anchor;
	bool goes_on = true;

	while (goes_on && gnutls_x509_trust_list_iter_get_ca(trust, &iterator,
							     &anchor) == 0) {
		goes_on = visit(context, anchor);
		gnutls_x509_crt_deinit(anchor);
	}
	gnutls_x509_trust_list_iter_deinit(iterator);
	return goes_on;
}

adtls_credentials_t *adtls_credentials_ref(adtls_credentials_t *credentials)
{
	atomic_fetch_add_explicit(&credentials->references, 1,
				  memory_order_relaxed);
	return credentials;
}

static void clear_chain(struct buffer *chain)
{
	for (size_t i = 0; i < CREDENTIALS_CHAIN_MAX; i++)
		buffer_clear(&chain[i]);
}

static void clear_identity(struct credentials_identity *identity)
{
	clear_chain(identity->chain);
	crypto_private_key_unref(identity->key);
	*identity = (struct credentials_identity){ 0 };
}

void adtls_credentials_unref(adtls_credentials_t *credentials)
{
	if (credentials == NULL ||
	    atomic_fetch_sub_explicit(&credentials->references, 1,
				      memory_order_acq_rel) > 1)
		return;
	for (size_t i = 0; i < CREDENTIALS_IDENTITIES; i++)
		clear_identity(&credentials->identities[i]);
	revocation_lists_clear(credentials);
	buffer_clear(&credentials->pins);
	gnutls_x509_trust_list_deinit(credentials->trust, 1);
	credentials_psk_wipe(&credentials->psk.own);
	free(credentials);
}

static bool copy_chain(const gnutls_datum_t *chain, size_t count,
		       struct buffer *out)
{
	for (size_t i = 0; i < count; i++) {
		if (!buffer_set(&out[i], chain[i].data, chain[i].size))
			return false;
	}
	return true;
}

/* Can the peer verify what @key signs, with the key @spki? Tried
 * rather than compared, as a token need not show its public half. */
static bool matches(adtls_bytes_t spki, const struct crypto_private_key *key)
{
	static const char sample[] = "does this key fit this certificate?";
	struct crypto_public_key *public = crypto_public_key_new_spki(spki);
	adtls_bytes_t data = bytes_of(sample, sizeof(sample) - 1);
	const struct crypto_scheme *scheme = NULL;
	struct buffer signature = { 0 };
	bool match;

	if (public != NULL)
		scheme = crypto_public_key_scheme(public);
	match = scheme != NULL &&
		crypto_sign(key, scheme, false, data, &signature) &&
		crypto_verify(public, scheme, data, buffer_bytes(&signature));
	crypto_public_key_free(public);
	buffer_clear(&signature);
	return match;
}

/* Takes over the reference to @key, also on error. */
static int set_identity(struct credentials_identity *identity,
			const gnutls_datum_t *chain, size_t chain_count,
			bool is_raw, struct crypto_private_key *key)
{
	struct credentials_identity made = { .chain_count = chain_count,
					     .key = key };
	int error = ADTLS_E_CREDENTIALS;

	if (key == NULL || chain_count == 0 ||
	    chain_count > CREDENTIALS_CHAIN_MAX)
		goto refuse;
	error = ADTLS_E_MEMORY;
	if (!copy_chain(chain, chain_count, made.chain))
		goto refuse;
	error = ADTLS_E_CREDENTIALS;
	made.spki = buffer_bytes(&made.chain[0]);
	if (!is_raw &&
	    !certificate_find_spki(buffer_bytes(&made.chain[0]), &made.spki))
		goto refuse;
	if (!matches(made.spki, key))
		goto refuse;
	clear_identity(identity);
	*identity = made;
	return ADTLS_OK;

refuse:
	clear_identity(&made);
	return error;
}

static struct credentials_identity *
identity_of(const struct adtls_credentials *credentials,
	    adtls_certificate_type_t type)
{
	size_t index = type == ADTLS_CERTIFICATE_RAW_PUBLIC_KEY ? 1 : 0;

	return (struct credentials_identity *)&credentials->identities[index];
}

int credentials_set(struct adtls_credentials *credentials,
		    const gnutls_datum_t *chain, size_t chain_count,
		    struct crypto_private_key *key)
{
	return set_identity(identity_of(credentials, ADTLS_CERTIFICATE_X509),
			    chain, chain_count, false, key);
}

int credentials_set_raw(struct adtls_credentials *credentials,
			adtls_bytes_t spki, struct crypto_private_key *key)
{
	gnutls_datum_t datum = datum_of(spki);

	return set_identity(
		identity_of(credentials, ADTLS_CERTIFICATE_RAW_PUBLIC_KEY),
		&datum, 1, true, key);
}

bool credentials_has_key(const struct adtls_credentials *credentials)
{
	return credentials_key(credentials, ADTLS_CERTIFICATE_X509) != NULL ||
	       credentials_key(credentials,
			       ADTLS_CERTIFICATE_RAW_PUBLIC_KEY) != NULL;
}

bool credentials_has_trust(const struct adtls_credentials *credentials)
{
	return credentials->has_trust || credentials->pins.len > 0;
}

size_t credentials_chain(const struct adtls_credentials *credentials,
			 adtls_certificate_type_t type,
			 adtls_bytes_t out[CREDENTIALS_CHAIN_MAX])
{
	const struct credentials_identity *identity =
		identity_of(credentials, type);

	for (size_t i = 0; i < identity->chain_count; i++)
		out[i] = buffer_bytes(&identity->chain[i]);
	return identity->chain_count;
}

adtls_bytes_t credentials_spki(const struct adtls_credentials *credentials,
			       adtls_certificate_type_t type)
{
	return identity_of(credentials, type)->spki;
}

struct crypto_private_key *
credentials_key(const struct adtls_credentials *credentials,
		adtls_certificate_type_t type)
{
	return identity_of(credentials, type)->key;
}

bool credentials_reproducible(const struct adtls_credentials *credentials)
{
	return credentials->is_reproducible;
}
