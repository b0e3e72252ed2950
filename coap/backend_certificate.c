/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading a certificate's name by GnuTLS. */
#include "backend_certificate.h"

#include <gnutls/x509.h>
#include <string.h>

static bool read_name(gnutls_x509_crt_t certificate, char *out, size_t out_len)
{
	size_t len = out_len;
	int kind;

	for (unsigned i = 0;; i++) {
		len = out_len;
		kind = gnutls_x509_crt_get_subject_alt_name(certificate, i, out,
							    &len, NULL);
		if (kind < 0)
			break;
		if (kind == GNUTLS_SAN_DNSNAME)
			return strlen(out) == len;
	}
	len = out_len;
	return gnutls_x509_crt_get_dn_by_oid(certificate,
					     GNUTLS_OID_X520_COMMON_NAME, 0, 0,
					     out, &len) >= 0 &&
	       strlen(out) == len;
}

bool backend_certificate_name(adtls_bytes_t der, char *out, size_t out_len)
{
	gnutls_datum_t datum = { (unsigned char *)(uintptr_t)der.data,
				 (unsigned)der.len };
	gnutls_x509_crt_t certificate;
	bool ok;

	if (gnutls_x509_crt_init(&certificate) < 0)
		return false;
	ok = gnutls_x509_crt_import(certificate, &datum,
				    GNUTLS_X509_FMT_DER) >= 0 &&
	     read_name(certificate, out, out_len);
	gnutls_x509_crt_deinit(certificate);
	return ok;
}
