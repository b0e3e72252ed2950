/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A device's half of EST over CoAPS (RFC 9148, RFC 7030): makes keys and
 * requests, and believes no answer that it has not checked. Bytes in, bytes
 * out; no CoAP here.
 */
#ifndef ADTLS_ONBOARDING_EST_CLIENT_H
#define ADTLS_ONBOARDING_EST_CLIENT_H

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdbool.h>
#include <time.h>

#include "est.h"

/* The reasons est_client refuses for; stable, for logs and for tests. */
extern const char EST_REASON_ANSWER_SIZE[];
extern const char EST_REASON_ANSWER_MALFORMED[];
extern const char EST_REASON_ANSWER_KEY[];
extern const char EST_REASON_ANSWER_ISSUER[];
extern const char EST_REASON_ANSWER_COUNT[];
extern const char EST_REASON_LOCAL[];

/* Certificates that came together. */
struct est_certificates {
	gnutls_x509_crt_t list[EST_CERTIFICATES_MAX];
	unsigned count;
};

/* Frees the certificates; the struct itself is the caller's. */
void est_certificates_clear(struct est_certificates *certificates);

/* Makes a new P-256 key. The caller frees *out_key. */
bool est_client_generate_key(gnutls_privkey_t *out_key,
			     struct est_refusal *refusal);

/*
 * Makes a PKCS#10 request (DER) for the key, with the subject of the given
 * certificate, or an empty one if it is NULL; a renewal repeats the
 * certificate's SubjectAltName too (RFC 7030 §4.2.2). The caller frees
 * out->data with gnutls_free().
 */
bool est_client_request(gnutls_privkey_t key, gnutls_x509_crt_t certificate,
			gnutls_datum_t *out, struct est_refusal *refusal);

/* Reads an answer in certs-only or pkix-cert form. The caller clears *out. */
bool est_client_read(const gnutls_datum_t *answer, unsigned format,
		     struct est_certificates *out, struct est_refusal *refusal);

/*
 * Reads the answer to a request and checks that it is one certificate for our
 * key, valid now, issued by one of the authorities. The caller frees
 * *out_certificate.
 */
bool est_client_accept(const gnutls_datum_t *answer, unsigned format,
		       gnutls_privkey_t key,
		       const struct est_certificates *authorities, time_t now,
		       gnutls_x509_crt_t *out_certificate,
		       struct est_refusal *refusal);

#endif
