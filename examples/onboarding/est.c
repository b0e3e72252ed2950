/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What both ends of EST need: saying why not, and comparing public keys.
 */
#include "est.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define SHA256_LEN 32

bool est_refuse(struct est_refusal *refusal, const char *reason,
		const char *format, ...)
{
	va_list arguments;

	refusal->reason = reason;
	va_start(arguments, format);
	vsnprintf(refusal->sentence, sizeof(refusal->sentence), format,
		  arguments);
	va_end(arguments);
	return false;
}

bool est_is_same_key(gnutls_pubkey_t one, gnutls_pubkey_t other)
{
	unsigned char one_id[SHA256_LEN];
	unsigned char other_id[SHA256_LEN];
	size_t one_len = sizeof(one_id);
	size_t other_len = sizeof(other_id);

	return gnutls_pubkey_get_key_id(one, GNUTLS_KEYID_USE_SHA256, one_id,
					&one_len) >= 0 &&
	       gnutls_pubkey_get_key_id(other, GNUTLS_KEYID_USE_SHA256,
					other_id, &other_len) >= 0 &&
	       memcmp(one_id, other_id, SHA256_LEN) == 0;
}

bool est_is_issued_by(gnutls_x509_crt_t certificate,
		      const gnutls_x509_crt_t *issuers, unsigned count)
{
	unsigned problems = 0;

	return count > 0 &&
	       gnutls_x509_crt_verify(certificate, issuers, (int)count,
				      GNUTLS_VERIFY_DISABLE_TIME_CHECKS,
				      &problems) >= 0 &&
	       problems == 0;
}

bool est_is_der_issued_by(const gnutls_datum_t *certificate,
			  const gnutls_x509_crt_t *issuers, unsigned count)
{
	gnutls_x509_crt_t parsed;
	bool is_issued = false;

	if (gnutls_x509_crt_init(&parsed) < 0)
		return false;
	if (gnutls_x509_crt_import(parsed, certificate, GNUTLS_X509_FMT_DER) >=
	    0)
		is_issued = est_is_issued_by(parsed, issuers, count);
	gnutls_x509_crt_deinit(parsed);
	return is_issued;
}
