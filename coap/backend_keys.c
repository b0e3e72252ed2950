/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* coap_dtls_key_t -> what adtls_credentials_t takes. */
#include "backend_keys.h"

#include "backend_log.h"

#include <adtls/error.h>
#include <gnutls/abstract.h>
#include <gnutls/pkcs11.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What adtls_credentials_set_key() takes. */
#define CHAIN_MAX 8

bool backend_is_done(int error, const char *what, const char *name)
{
	if (error == ADTLS_OK)
		return true;
	backend_log(BACKEND_LOG_ERROR, "%s%s%s: %s", what,
		    name != NULL ? " " : "", name != NULL ? name : "",
		    adtls_strerror(error));
	return false;
}

static bool is_done_in_token(int error, const char *what)
{
	if (error >= 0)
		return true;
	backend_log(BACKEND_LOG_ERROR, "the %s in the token: %s", what,
		    gnutls_strerror(error));
	return false;
}

static void clear_datum(gnutls_datum_t *datum)
{
	if (datum->data != NULL)
		explicit_bzero(datum->data, datum->size);
	gnutls_free(datum->data);
	*datum = (gnutls_datum_t){ 0 };
}

void backend_keys_clear(struct backend_keys *keys)
{
	clear_datum(&keys->ca);
	clear_datum(&keys->certificate);
	clear_datum(&keys->key);
	if (keys->key_url != NULL)
		explicit_bzero(keys->key_url, strlen(keys->key_url));
	free(keys->key_url);
	*keys = (struct backend_keys){ 0 };
}

bool backend_keys_have_key(const struct backend_keys *keys)
{
	return keys->key.size > 0 || keys->key_url != NULL;
}

static bool read_file(gnutls_datum_t *out, const char *file, const char *what)
{
	if (file == NULL || *file == '\0')
		return true;
	if (gnutls_load_file(file, out) == GNUTLS_E_SUCCESS)
		return true;
	backend_log(BACKEND_LOG_ERROR, "cannot read the %s file '%s'", what,
		    file);
	return false;
}

static bool copy_bytes(gnutls_datum_t *out, const uint8_t *data, size_t len)
{
	/* libcoap's PEM buffers may count a NUL at their end. */
	while (data != NULL && len > 0 && data[len - 1] == '\0' &&
	       data[0] == '-')
		len--;
	if (data == NULL || len == 0)
		return true;
	out->data = gnutls_malloc(len);
	if (out->data == NULL)
		return false;
	memcpy(out->data, data, len);
	out->size = (unsigned)len;
	return true;
}

/* A token's objects: certificates are read now, the key stays in there. */

/* Writes @text as a value in a PKCS#11 URI (RFC 7512 §2.3). */
static char *append_escaped(char *end, const char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (; *text != '\0'; text++) {
		uint8_t byte = (uint8_t)*text;

		*end++ = '%';
		*end++ = digits[byte >> 4];
		*end++ = digits[byte & 15];
	}
	return end;
}

/* @url with the PIN, so that nobody has to be asked for it later. */
static char *url_with_pin(const char *url, const char *pin)
{
	static const char attribute[] = "pin-value=";
	bool has_query = strchr(url, '?') != NULL;
	char *out, *end;

	if (pin == NULL || *pin == '\0' || strstr(url, attribute) != NULL)
		return strdup(url);
	out = malloc(strlen(url) + 1 + sizeof(attribute) + 3 * strlen(pin));
	if (out == NULL)
		return NULL;
	end = stpcpy(out, url);
	*end++ = has_query ? '&' : '?';
	end = append_escaped(stpcpy(end, attribute), pin);
	*end = '\0';
	return out;
}

static void free_url(char *url)
{
	if (url != NULL)
		explicit_bzero(url, strlen(url));
	free(url);
}

static bool is_in_token(const char *url)
{
	return url != NULL && strncasecmp(url, "pkcs11:", 7) == 0;
}

/* Certificates may be in files all the same. */
static bool read_token(gnutls_datum_t *out, const char *url, const char *pin,
		       const char *what)
{
	gnutls_x509_crt_t certificate;
	char *full;
	int error;

	if (!is_in_token(url))
		return read_file(out, url, what);
	full = url_with_pin(url, pin);
	error = full != NULL ? gnutls_x509_crt_init(&certificate) :
			       GNUTLS_E_MEMORY_ERROR;
	if (error >= 0) {
		error = gnutls_x509_crt_import_url(certificate, full, 0);
		if (error >= 0)
			error = gnutls_x509_crt_export2(
				certificate, GNUTLS_X509_FMT_DER, out);
		gnutls_x509_crt_deinit(certificate);
	}
	free_url(full);
	return is_done_in_token(error, what);
}

static bool copy_token(struct backend_keys *out,
		       const coap_pki_key_pkcs11_t *from)
{
	if (is_in_token(from->private_key)) {
		out->key_url = url_with_pin(from->private_key, from->user_pin);
		if (out->key_url == NULL)
			return false;
	} else if (!read_file(&out->key, from->private_key, "private key")) {
		return false;
	}
	return read_token(&out->ca, from->ca, from->user_pin, "CA") &&
	       read_token(&out->certificate, from->public_cert, from->user_pin,
			  "certificate");
}

static bool copy_all(struct backend_keys *out, const coap_dtls_key_t *from)
{
	const coap_pki_key_pem_t *pem = &from->key.pem;
	const coap_pki_key_pem_buf_t *buffer = &from->key.pem_buf;
	const coap_pki_key_asn1_t *der = &from->key.asn1;

	switch (from->key_type) {
	case COAP_PKI_KEY_PEM:
		return read_file(&out->ca, pem->ca_file, "CA") &&
		       read_file(&out->certificate, pem->public_cert,
				 "certificate") &&
		       read_file(&out->key, pem->private_key, "private key");
	case COAP_PKI_KEY_PEM_BUF:
		return copy_bytes(&out->ca, buffer->ca_cert,
				  buffer->ca_cert_len) &&
		       copy_bytes(&out->certificate, buffer->public_cert,
				  buffer->public_cert_len) &&
		       copy_bytes(&out->key, buffer->private_key,
				  buffer->private_key_len);
	case COAP_PKI_KEY_ASN1:
		return copy_bytes(&out->ca, der->ca_cert, der->ca_cert_len) &&
		       copy_bytes(&out->certificate, der->public_cert,
				  der->public_cert_len) &&
		       copy_bytes(&out->key, der->private_key,
				  der->private_key_len);
	case COAP_PKI_KEY_PKCS11:
		return copy_token(out, &from->key.pkcs11);
	default:
		backend_log(BACKEND_LOG_ERROR,
			    "keys of coap_pki_key_t %d are not supported",
			    (int)from->key_type);
		return false;
	}
}

bool backend_keys_copy(struct backend_keys *out, const coap_dtls_key_t *from)
{
	if (copy_all(out, from))
		return true;
	backend_keys_clear(out);
	return false;
}

/* -> credentials */

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
