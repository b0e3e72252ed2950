/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* coap_dtls_key_t, copied or named. */
#include "backend_keys.h"

#include "backend_log.h"

#include <adtls/error.h>
#include <gnutls/crypto.h>
#include <gnutls/pkcs11.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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

/* Fingerprints */

/* With its length, so that no two lists of parts are the same bytes. */
static int hash_part(gnutls_hash_hd_t hash, const void *data, size_t len)
{
	int error;

	if (data == NULL)
		len = 0;
	error = gnutls_hash(hash, &len, sizeof(len));
	return error >= 0 && len > 0 ? gnutls_hash(hash, data, len) : error;
}

static int hash_texts(gnutls_hash_hd_t hash, const char *const texts[],
		      size_t count)
{
	int error = 0;

	for (size_t i = 0; error >= 0 && i < count; i++)
		error = hash_part(hash, texts[i],
				  texts[i] != NULL ? strlen(texts[i]) : 0);
	return error;
}

static int hash_buffers(gnutls_hash_hd_t hash, const coap_dtls_key_t *key)
{
	const coap_pki_key_pem_buf_t *buffer = &key->key.pem_buf;
	const coap_pki_key_asn1_t *der = &key->key.asn1;
	bool is_pem = key->key_type == COAP_PKI_KEY_PEM_BUF;
	int error = hash_part(hash, is_pem ? buffer->ca_cert : der->ca_cert,
			      is_pem ? buffer->ca_cert_len :
				       der->ca_cert_len);

	if (error >= 0)
		error = hash_part(hash,
				  is_pem ? buffer->public_cert :
					   der->public_cert,
				  is_pem ? buffer->public_cert_len :
					   der->public_cert_len);
	if (error >= 0)
		error = hash_part(hash,
				  is_pem ? buffer->private_key :
					   der->private_key,
				  is_pem ? buffer->private_key_len :
					   der->private_key_len);
	return error;
}

static int hash_key(gnutls_hash_hd_t hash, const coap_dtls_key_t *key)
{
	const coap_pki_key_pem_t *pem = &key->key.pem;
	const coap_pki_key_pkcs11_t *token = &key->key.pkcs11;
	const char *const files[] = { pem->ca_file, pem->public_cert,
				      pem->private_key };
	int error = gnutls_hash(hash, &key->key_type, sizeof(key->key_type));

	if (error < 0)
		return error;
	if (key->key_type == COAP_PKI_KEY_PEM)
		return hash_texts(hash, files, 3);
	if (key->key_type == COAP_PKI_KEY_PKCS11) {
		const char *const urls[] = { token->ca, token->public_cert,
					     token->private_key,
					     token->user_pin };

		return hash_texts(hash, urls, 4);
	}
	return hash_buffers(hash, key);
}

bool backend_keys_fingerprint(const coap_dtls_key_t *key,
			      uint8_t out[BACKEND_FINGERPRINT_LEN])
{
	gnutls_hash_hd_t hash;
	int error;

	if (gnutls_hash_init(&hash, GNUTLS_DIG_SHA256) < 0)
		return false;
	error = hash_key(hash, key);
	gnutls_hash_deinit(hash, out);
	return error >= 0;
}
