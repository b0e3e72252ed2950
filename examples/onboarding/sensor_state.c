/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading and writing a sensor's state directory.
 */
#include "sensor_state.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

bool sensor_state_open(const char *directory, struct sensor_state *state)
{
	return file_make_directory(directory) &&
	       file_join(directory, "operational.pem",
			 state->operational_file) &&
	       file_join(directory, "authorities.pem", state->authorities_file);
}

/* Encodes a private key as PKCS#8 in PEM; free with file_release(). */
static bool encode_key(gnutls_privkey_t key, gnutls_datum_t *out)
{
	gnutls_x509_privkey_t exported;
	int result = gnutls_privkey_export_x509(key, &exported);

	if (result >= 0) {
		result = gnutls_x509_privkey_export2_pkcs8(
			exported, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN,
			out);
		gnutls_x509_privkey_deinit(exported);
	}
	if (result < 0)
		warnx("the new key cannot be encoded: %s",
		      gnutls_strerror(result));
	return result >= 0;
}

/* Appends a certificate in PEM; what was there before is wiped. */
static bool append_certificate(gnutls_datum_t *text,
			       gnutls_x509_crt_t certificate)
{
	gnutls_datum_t pem;
	unsigned char *joined;
	int result =
		gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &pem);

	if (result < 0) {
		warnx("the certificate cannot be encoded: %s",
		      gnutls_strerror(result));
		return false;
	}
	joined = malloc((size_t)text->size + pem.size);
	if (joined != NULL) {
		if (text->size > 0)
			memcpy(joined, text->data, text->size);
		memcpy(joined + text->size, pem.data, pem.size);
		pem.size += text->size;
		file_release(text);
		text->data = joined;
		text->size = pem.size;
	}
	gnutls_free(pem.data);
	return joined != NULL;
}

/* Keeps the CA certificates. */
static bool save_authorities(const struct sensor_state *state,
			     const struct est_certificates *authorities)
{
	gnutls_datum_t text = { NULL, 0 };
	bool is_saved = true;

	for (unsigned i = 0; is_saved && i < authorities->count; i++)
		is_saved = append_certificate(&text, authorities->list[i]);
	is_saved = is_saved && file_write(state->authorities_file, 0644, &text);
	file_release(&text);
	return is_saved;
}

bool sensor_state_save(const struct sensor_state *state, gnutls_privkey_t key,
		       gnutls_x509_crt_t certificate,
		       const struct est_certificates *authorities)
{
	gnutls_datum_t text = { NULL, 0 };
	bool is_saved = save_authorities(state, authorities) &&
			encode_key(key, &text) &&
			append_certificate(&text, certificate) &&
			file_write(state->operational_file, 0600, &text);

	file_release(&text);
	return is_saved;
}

bool sensor_state_certificate(const struct sensor_state *state,
			      gnutls_x509_crt_t *out)
{
	gnutls_datum_t text;
	int result;

	*out = NULL;
	if (!file_read(state->operational_file, "operational certificate",
		       &text))
		return false;
	result = gnutls_x509_crt_init(out);
	if (result >= 0)
		result = gnutls_x509_crt_import(*out, &text,
						GNUTLS_X509_FMT_PEM);
	file_release(&text);
	if (result >= 0)
		return true;
	warnx("operational certificate %s: %s", state->operational_file,
	      gnutls_strerror(result));
	gnutls_x509_crt_deinit(*out);
	*out = NULL;
	return false;
}
