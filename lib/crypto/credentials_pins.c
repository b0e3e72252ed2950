/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw public keys (RFC 7250): those that are pinned, and a look at what a peer
 * shows. A pin is the SHA-256 of a SubjectPublicKeyInfo. */
#include <string.h>

#include "base/text.h"
#include "crypto/certificate.h"
#include "crypto/credentials_object.h"
#include "crypto/datum.h"
#include "crypto/hash.h"
#include "crypto/pem.h"

#define PIN_LEN 32
#define PEM_END "-----END PUBLIC KEY-----"

int adtls_credentials_add_pin_digest(adtls_credentials_t *credentials,
				     const uint8_t sha256[32])
{
	return buffer_append(&credentials->pins, sha256, PIN_LEN)
		       ? ADTLS_OK
		       : ADTLS_E_MEMORY;
}

/* A key that could never be used is a mistake in the configuration. */
static int add_spki(struct adtls_credentials *credentials, adtls_bytes_t spki)
{
	struct crypto_public_key *key = NULL;
	uint8_t digest[PIN_LEN];
	bool is_usable;

	if (certificate_is_spki(spki))
		key = crypto_public_key_new_spki(spki);
	is_usable = key != NULL && crypto_public_key_scheme(key) != NULL;
	crypto_public_key_free(key);
	if (!is_usable)
		return ADTLS_E_CREDENTIALS;
	if (!crypto_hash_compute(&crypto_sha256, spki, digest))
		return ADTLS_E_CRYPTO;
	return adtls_credentials_add_pin_digest(credentials, digest);
}

/* What stands behind the first public key in @pem. */
static adtls_bytes_t behind_first(adtls_bytes_t pem)
{
	const uint8_t *end =
		memmem(pem.data, pem.len, PEM_END, strlen(PEM_END));
	size_t skip = end != NULL ? (size_t)(end - pem.data) + strlen(PEM_END)
				  : pem.len;

	return bytes_of(pem.data + skip, pem.len - skip);
}

static int add_pem(struct adtls_credentials *credentials, adtls_bytes_t pem)
{
	int error = ADTLS_E_CREDENTIALS;

	while (memmem(pem.data, pem.len, PEM_END, strlen(PEM_END)) != NULL) {
		struct buffer spki = { 0 };

		error = crypto_pem_public_key(pem, &spki)
				? add_spki(credentials, buffer_bytes(&spki))
				: ADTLS_E_CREDENTIALS;
		buffer_clear(&spki);
		if (error != ADTLS_OK)
			return error;
		pem = behind_first(pem);
	}
	return error;
}

int adtls_credentials_add_pin_mem(adtls_credentials_t *credentials,
				  adtls_bytes_t key)
{
	size_t before = credentials->pins.len;
	int error = datum_format(key) == GNUTLS_X509_FMT_PEM
			    ? add_pem(credentials, key)
			    : add_spki(credentials, key);

	if (error != ADTLS_OK)
		credentials->pins.len = before;
	return error;
}

int adtls_credentials_add_pin_file(adtls_credentials_t *credentials,
				   const char *key_file)
{
	gnutls_datum_t key;
	int error;

	if (gnutls_load_file(key_file, &key) < 0)
		return ADTLS_E_FILE;
	error = adtls_credentials_add_pin_mem(credentials,
					      bytes_of(key.data, key.size));
	datum_clear(&key);
	return error;
}

/* Public data: no need for constant time. */
static bool is_pinned(const struct adtls_credentials *credentials,
		      const uint8_t digest[PIN_LEN])
{
	adtls_bytes_t wanted = bytes_of(digest, PIN_LEN);

	for (size_t at = 0; at < credentials->pins.len; at += PIN_LEN) {
		if (bytes_equal(bytes_of(credentials->pins.data + at, PIN_LEN),
				wanted))
			return true;
	}
	return false;
}

static void describe_key(const uint8_t digest[PIN_LEN],
			 char out[ADTLS_NAME_MAX])
{
	struct text text;

	text_init(&text, out, ADTLS_NAME_MAX);
	text_append(&text, "sha256:");
	text_append_hex(&text, bytes_of(digest, PIN_LEN));
}

static void refuse(struct certificate_verdict *verdict, adtls_alert_t alert,
		   adtls_reason_t reason)
{
	verdict->alert = alert;
	verdict->reason = reason;
}

void credentials_validate_raw_key(const struct adtls_credentials *credentials,
				  adtls_bytes_t spki,
				  struct certificate_verdict *out)
{
	uint8_t digest[PIN_LEN];

	*out = (struct certificate_verdict){ .alert = ADTLS_ALERT_NONE };
	if (!certificate_is_spki(spki)) {
		refuse(out, ADTLS_ALERT_BAD_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_MALFORMED);
		return;
	}
	if (!crypto_hash_compute(&crypto_sha256, spki, digest) ||
	    !buffer_set(&out->spki, spki.data, spki.len)) {
		refuse(out, ADTLS_ALERT_INTERNAL_ERROR, ADTLS_REASON_INTERNAL);
		return;
	}
	describe_key(digest, out->subject);
	out->key = crypto_public_key_new_spki(spki);
	if (out->key == NULL || crypto_public_key_scheme(out->key) == NULL) {
		crypto_public_key_free(out->key);
		out->key = NULL;
		refuse(out, ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		       ADTLS_REASON_CERTIFICATE_KEY);
		return;
	}
	if (!is_pinned(credentials, digest)) {
		out->problems = ADTLS_PROBLEM_NOT_PINNED;
		refuse(out, ADTLS_ALERT_CERTIFICATE_UNKNOWN,
		       ADTLS_REASON_KEY_NOT_PINNED);
	}
}
