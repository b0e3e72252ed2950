/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Filling credentials from files, memory and GnuTLS's own objects. */
#include <stdlib.h>

#include "crypto/certificate.h"
#include "crypto/credentials_object.h"
#include "crypto/datum.h"
#include "crypto/key.h"

int adtls_credentials_set_key(adtls_credentials_t *credentials,
			      const gnutls_pcert_st *chain,
			      unsigned chain_count, gnutls_privkey_t key)
{
	gnutls_datum_t certificates[CREDENTIALS_CHAIN_MAX];

	if (key == NULL || chain_count == 0 ||
	    chain_count > CREDENTIALS_CHAIN_MAX) {
		gnutls_privkey_deinit(key);
		return ADTLS_E_CREDENTIALS;
	}
	for (unsigned i = 0; i < chain_count; i++)
		certificates[i] = chain[i].cert;
	return credentials_set(credentials, certificates, chain_count,
			       crypto_private_key_adopt(key, chain[0].pubkey));
}

static void free_certificates(gnutls_x509_crt_t *certificates, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		gnutls_x509_crt_deinit(certificates[i]);
	gnutls_free(certificates);
}

/* Set a chain of GnuTLS's objects, as the bytes they were read from. Takes
 * over the reference to @key. */
static int set_certificates(struct adtls_credentials *credentials,
			    const gnutls_x509_crt_t *certificates,
			    unsigned count, struct crypto_private_key *key)
{
	gnutls_datum_t chain[CREDENTIALS_CHAIN_MAX] = { 0 };
	unsigned exported = 0;
	int error = ADTLS_E_CREDENTIALS;

	while (count <= CREDENTIALS_CHAIN_MAX && exported < count &&
	       gnutls_x509_crt_export2(certificates[exported],
				       GNUTLS_X509_FMT_DER,
				       &chain[exported]) == 0)
		exported++;
	if (exported == count)
		error = credentials_set(credentials, chain, count, key);
	else
		crypto_private_key_unref(key);
	for (unsigned i = 0; i < exported; i++)
		datum_clear(&chain[i]);
	return error;
}

int adtls_credentials_set_key_mem(adtls_credentials_t *credentials,
				  adtls_bytes_t certificate, adtls_bytes_t key)
{
	gnutls_datum_t datum = datum_of(certificate);
	gnutls_x509_crt_t *certificates;
	unsigned count;
	int error;

	if (gnutls_x509_crt_list_import2(
		    &certificates, &count, &datum, datum_format(certificate),
		    GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED) < 0)
		return ADTLS_E_CREDENTIALS;
	error = set_certificates(credentials, certificates, count,
				 crypto_private_key_new(key));
	free_certificates(certificates, count);
	return error;
}

/* A key that stays where its URL says, and the certificate for it. */
static int set_key_url(struct adtls_credentials *credentials,
		       const char *certificate_file, const char *key_url)
{
	gnutls_pcert_st chain[CREDENTIALS_CHAIN_MAX];
	unsigned count = CREDENTIALS_CHAIN_MAX;
	gnutls_privkey_t key;
	int error;

	if (gnutls_pcert_list_import_x509_file(chain, &count, certificate_file,
					       GNUTLS_X509_FMT_PEM, NULL, NULL,
					       0) < 0)
		return ADTLS_E_FILE;
	if (gnutls_privkey_init(&key) < 0) {
		error = ADTLS_E_MEMORY;
	} else if (gnutls_privkey_import_url(key, key_url, 0) < 0) {
		gnutls_privkey_deinit(key);
		error = ADTLS_E_FILE;
	} else {
		error = adtls_credentials_set_key(credentials, chain, count,
						  key);
	}
	for (unsigned i = 0; i < count; i++)
		gnutls_pcert_deinit(&chain[i]);
	return error;
}

int adtls_credentials_set_key_file(adtls_credentials_t *credentials,
				   const char *certificate_file,
				   const char *key_file)
{
	gnutls_datum_t certificate;
	gnutls_datum_t key;
	int error;

	if (gnutls_url_is_supported(key_file) != 0)
		return set_key_url(credentials, certificate_file, key_file);
	if (gnutls_load_file(certificate_file, &certificate) < 0)
		return ADTLS_E_FILE;
	if (gnutls_load_file(key_file, &key) < 0) {
		datum_clear(&certificate);
		return ADTLS_E_FILE;
	}
	error = adtls_credentials_set_key_mem(
		credentials, bytes_of(certificate.data, certificate.size),
		bytes_of(key.data, key.size));
	datum_clear(&certificate);
	datum_clear(&key);
	return error;
}

int adtls_credentials_set_raw_key(adtls_credentials_t *credentials,
				  adtls_bytes_t spki, gnutls_privkey_t key)
{
	struct crypto_private_key *adopted;
	struct buffer own = { 0 };
	gnutls_datum_t datum = datum_of(spki);
	gnutls_pubkey_t public = NULL;
	int error = ADTLS_E_CREDENTIALS;

	if (spki.len > 0 &&
	    (!certificate_is_spki(spki) || gnutls_pubkey_init(&public) < 0 ||
	     gnutls_pubkey_import(public, &datum, GNUTLS_X509_FMT_DER) < 0)) {
		gnutls_pubkey_deinit(public);
		gnutls_privkey_deinit(key);
		return error;
	}
	adopted = key != NULL ? crypto_private_key_adopt(key, public) : NULL;
	gnutls_pubkey_deinit(public);
	if (adopted == NULL)
		return error;
	if (spki.len > 0)
		return credentials_set_raw(credentials, spki, adopted);
	if (crypto_private_key_spki(adopted, &own))
		error = credentials_set_raw(credentials, buffer_bytes(&own),
					    adopted);
	else
		crypto_private_key_unref(adopted);
	buffer_clear(&own);
	return error;
}

int adtls_credentials_set_raw_key_mem(adtls_credentials_t *credentials,
				      adtls_bytes_t key)
{
	struct crypto_private_key *made = crypto_private_key_new(key);
	struct buffer spki = { 0 };
	int error = ADTLS_E_CREDENTIALS;

	if (made == NULL)
		return error;
	if (crypto_private_key_spki(made, &spki))
		error = credentials_set_raw(credentials, buffer_bytes(&spki),
					    made);
	else
		crypto_private_key_unref(made);
	buffer_clear(&spki);
	return error;
}

int adtls_credentials_set_raw_key_file(adtls_credentials_t *credentials,
				       const char *key_file)
{
	const adtls_bytes_t as_it_is = { 0 };
	gnutls_privkey_t token;
	gnutls_datum_t key;
	int error;

	if (gnutls_url_is_supported(key_file) != 0) {
		if (gnutls_privkey_init(&token) < 0)
			return ADTLS_E_MEMORY;
		if (gnutls_privkey_import_url(token, key_file, 0) >= 0)
			return adtls_credentials_set_raw_key(credentials,
							     as_it_is, token);
		gnutls_privkey_deinit(token);
		return ADTLS_E_FILE;
	}
	if (gnutls_load_file(key_file, &key) < 0)
		return ADTLS_E_FILE;
	error = adtls_credentials_set_raw_key_mem(
		credentials, bytes_of(key.data, key.size));
	datum_clear(&key);
	return error;
}

int adtls_credentials_set_trust(adtls_credentials_t *credentials,
				gnutls_x509_trust_list_t list)
{
	gnutls_x509_trust_list_deinit(credentials->trust, 1);
	credentials->trust = list;
	credentials->has_trust = true;
	return ADTLS_OK;
}

int adtls_credentials_add_trust_mem(adtls_credentials_t *credentials,
				    adtls_bytes_t certificates)
{
	gnutls_datum_t datum = datum_of(certificates);

	if (gnutls_x509_trust_list_add_trust_mem(
		    credentials->trust, &datum, NULL,
		    datum_format(certificates), 0, 0) <= 0)
		return ADTLS_E_CREDENTIALS;
	credentials->has_trust = true;
	return ADTLS_OK;
}

int adtls_credentials_add_trust_file(adtls_credentials_t *credentials,
				     const char *ca_file)
{
	gnutls_datum_t certificates;
	int error;

	if (gnutls_load_file(ca_file, &certificates) < 0)
		return ADTLS_E_FILE;
	error = adtls_credentials_add_trust_mem(
		credentials, bytes_of(certificates.data, certificates.size));
	datum_clear(&certificates);
	return error;
}

/* Add copies of all anchors of @source. */
static int import_trust(struct adtls_credentials *credentials,
			gnutls_x509_trust_list_t source)
{
	gnutls_x509_trust_list_iter_t iterator = NULL;
	gnutls_x509_crt_t anchor;
	int error = ADTLS_OK;

	while (error == ADTLS_OK && gnutls_x509_trust_list_iter_get_ca(
					    source, &iterator, &anchor) == 0) {
		if (gnutls_x509_trust_list_add_cas(credentials->trust, &anchor,
						   1, 0) == 1) {
			credentials->has_trust = true;
		} else {
			gnutls_x509_crt_deinit(anchor);
			error = ADTLS_E_MEMORY;
		}
	}
	gnutls_x509_trust_list_iter_deinit(iterator);
	return error;
}

/* The private key of the first certificate, or NULL. */
static struct crypto_private_key *
import_private_key(gnutls_certificate_credentials_t source)
{
	gnutls_x509_privkey_t readable;
	gnutls_privkey_t key;

	if (gnutls_certificate_get_x509_key(source, 0, &readable) < 0)
		return NULL;
	if (gnutls_privkey_init(&key) < 0) {
		gnutls_x509_privkey_deinit(readable);
		return NULL;
	}
	if (gnutls_privkey_import_x509(
		    key, readable, GNUTLS_PRIVKEY_IMPORT_AUTO_RELEASE) < 0) {
		gnutls_x509_privkey_deinit(readable);
		gnutls_privkey_deinit(key);
		return NULL;
	}
	return crypto_private_key_adopt(key, NULL);
}

static int import_key(struct adtls_credentials *credentials,
		      gnutls_certificate_credentials_t source)
{
	struct crypto_private_key *key;
	gnutls_x509_crt_t *certificates;
	unsigned count;
	int error = gnutls_certificate_get_x509_crt(source, 0, &certificates,
						    &count);

	if (error == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return ADTLS_OK;
	if (error < 0)
		return ADTLS_E_UNSUPPORTED;
	key = import_private_key(source);
	error = key != NULL ? set_certificates(credentials, certificates, count,
					       key)
			    : ADTLS_E_UNSUPPORTED;
	free_certificates(certificates, count);
	return error;
}

int adtls_credentials_import_gnutls(adtls_credentials_t *credentials,
				    gnutls_certificate_credentials_t source)
{
	gnutls_x509_trust_list_t trust;
	int error = import_key(credentials, source);

	if (error != ADTLS_OK)
		return error;
	gnutls_certificate_get_trust_list(source, &trust);
	error = import_trust(credentials, trust);
	if (error == ADTLS_OK && !credentials_has_key(credentials) &&
	    !credentials->has_trust)
		return ADTLS_E_UNSUPPORTED;
	return error;
}
