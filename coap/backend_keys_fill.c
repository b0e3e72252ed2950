/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Key material -> adtls_credentials_t. */
#include "backend_keys.h"

#include "backend_log.h"

#include <adtls/error.h>
#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <string.h>

/* What adtls_credentials_set_key() takes. */
#define CHAIN_MAX 8

static bool is_done_in_token(int error, const char *what)
{
	if (error >= 0)
		return true;
	backend_log(BACKEND_LOG_ERROR, "the %s in the token: %s", what,
		    gnutls_strerror(error));
	return false;
}

static adtls_bytes_t bytes_of(const gnutls_datum_t *datum)
{
	return (adtls_bytes_t){ datum->data, datum->size };
}

bool backend_keys_add_ca(adtls_credentials_t *credentials,
			 const struct backend_keys *keys)
{
	return keys->ca.size == 0 ||
	       backend_is_done(adtls_credentials_add_trust_mem(
				       credentials, bytes_of(&keys->ca)),
			       "CA certificate", NULL);
}

static bool import_token_key(const struct backend_keys *keys,
			     gnutls_privkey_t *out)
{
	if (!is_done_in_token(gnutls_privkey_init(out), "private key"))
		return false;
	if (is_done_in_token(gnutls_privkey_import_url(*out, keys->key_url, 0),
			     "private key"))
		return true;
	gnutls_privkey_deinit(*out);
	return false;
}

static bool set_token_key(adtls_credentials_t *credentials,
			  const struct backend_keys *keys)
{
	gnutls_x509_crt_fmt_t format = keys->certificate.data[0] == '-' ?
					       GNUTLS_X509_FMT_PEM :
					       GNUTLS_X509_FMT_DER;
	gnutls_pcert_st chain[CHAIN_MAX];
	unsigned count = CHAIN_MAX;
	gnutls_privkey_t key;
	bool ok;

	if (!is_done_in_token(gnutls_pcert_list_import_x509_raw(
				      chain, &count, &keys->certificate, format,
				      GNUTLS_X509_CRT_LIST_FAIL_IF_UNSORTED),
			      "certificate"))
		return false;
	ok = import_token_key(keys, &key) &&
	     backend_is_done(adtls_credentials_set_key(credentials, chain,
						       count, key),
			     "certificate and private key in the token", NULL);
	while (count > 0)
		gnutls_pcert_deinit(&chain[--count]);
	return ok;
}

bool backend_keys_set_certificate(adtls_credentials_t *credentials,
				  const struct backend_keys *keys)
{
	if (keys->certificate.size == 0)
		return true;
	if (keys->key_url != NULL)
		return set_token_key(credentials, keys);
	return backend_is_done(adtls_credentials_set_key_mem(
				       credentials,
				       bytes_of(&keys->certificate),
				       bytes_of(&keys->key)),
			       "certificate and private key", NULL);
}

/* The public key beside a private one, as sent; empty: there is none, or it is
 * the private key again, as libcoap allows. False: it cannot be read. */
static bool read_public_key(const gnutls_datum_t *text, gnutls_datum_t *out)
{
	static const char mark[] = "-----BEGIN PUBLIC KEY-----";
	bool is_pem = text->size > 0 && text->data[0] == '-';
	gnutls_pubkey_t key;
	int error;

	*out = (gnutls_datum_t){ 0 };
	if (text->size == 0 ||
	    (is_pem && memmem(text->data, text->size, mark,
			      sizeof(mark) - 1) == NULL))
		return true;
	if (gnutls_pubkey_init(&key) < 0)
		return false;
	error = gnutls_pubkey_import(key, text, is_pem ? GNUTLS_X509_FMT_PEM :
							 GNUTLS_X509_FMT_DER);
	if (error >= 0)
		error = gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, out);
	gnutls_pubkey_deinit(key);
	return error >= 0;
}

/* Of a key that is no PKCS#11 one: is @public its own? */
static bool is_pair(const struct backend_keys *keys,
		    const gnutls_datum_t *public)
{
	gnutls_datum_t own = { 0 };
	gnutls_privkey_t private;
	gnutls_pubkey_t key;
	bool ok;

	if (public->size == 0)
		return true;
	if (gnutls_privkey_init(&private) < 0)
		return false;
	if (gnutls_pubkey_init(&key) < 0) {
		gnutls_privkey_deinit(private);
		return false;
	}
	ok = gnutls_privkey_import_x509_raw(private, &keys->key,
					    keys->key.data[0] == '-' ?
						    GNUTLS_X509_FMT_PEM :
						    GNUTLS_X509_FMT_DER,
					    NULL, 0) >= 0 &&
	     gnutls_pubkey_import_privkey(key, private, 0, 0) >= 0 &&
	     gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &own) >= 0 &&
	     own.size == public->size &&
	     memcmp(own.data, public->data, own.size) == 0;
	gnutls_free(own.data);
	gnutls_pubkey_deinit(key);
	gnutls_privkey_deinit(private);
	return ok;
}

/* The key in a token signs once, which shows that the public one is its own. */
static int set_raw(adtls_credentials_t *credentials,
		   const struct backend_keys *keys,
		   const gnutls_datum_t *public)
{
	gnutls_privkey_t key;

	if (keys->key_url == NULL)
		return is_pair(keys, public) ?
			       adtls_credentials_set_raw_key_mem(
				       credentials, bytes_of(&keys->key)) :
			       ADTLS_E_CREDENTIALS;
	if (!import_token_key(keys, &key))
		return ADTLS_E_CREDENTIALS;
	return adtls_credentials_set_raw_key(credentials, bytes_of(public),
					     key);
}

bool backend_keys_set_raw(adtls_credentials_t *credentials,
			  const struct backend_keys *keys)
{
	gnutls_datum_t public;
	int error = ADTLS_E_CREDENTIALS;

	if (!backend_keys_have_key(keys))
		return true;
	if (read_public_key(&keys->certificate, &public))
		error = set_raw(credentials, keys, &public);
	gnutls_free(public.data);
	return backend_is_done(error, "raw public key and private key", NULL);
}
