/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What an EST server must know of a certificate request (PKCS#10) before it
 * looks at policy: that it is one, that its sender holds the key, and that the
 * key is of the kind it certifies.
 */
#ifndef ADTLS_ONBOARDING_EST_REQUEST_H
#define ADTLS_ONBOARDING_EST_REQUEST_H

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdbool.h>

#include "est.h"

/*
 * Parses a request (DER) and checks proof of possession and key type. On
 * success the caller frees *out_request and *out_key; on failure both are
 * NULL.
 */
bool est_request_open(const gnutls_datum_t *der, gnutls_x509_crq_t *out_request,
		      gnutls_pubkey_t *out_key, struct est_refusal *refusal);

/* True unless the request's subject has a serialNumber other than the
 * certificate's: a first request may leave its subject empty. */
bool est_request_names_same_device(gnutls_x509_crq_t request,
				   gnutls_x509_crt_t certificate,
				   struct est_refusal *refusal);

/* True if subject and SubjectAltName are the certificate's, as a renewal's
 * must be (RFC 7030 §4.2.2). */
bool est_request_renews(gnutls_x509_crq_t request,
			gnutls_x509_crt_t certificate,
			struct est_refusal *refusal);

#endif
