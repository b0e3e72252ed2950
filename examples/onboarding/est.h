/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The words that both ends of EST over CoAPS share (RFC 9148, RFC 7030):
 * paths, content formats and the bounds on what either end accepts.
 */
#ifndef ADTLS_ONBOARDING_EST_H
#define ADTLS_ONBOARDING_EST_H

#include <gnutls/abstract.h>
#include <gnutls/x509.h>
#include <stdbool.h>

/* RFC 9148 §4.1: the default root resource and the short resource names. */
#define EST_PATH_CACERTS ".well-known/est/crts"
#define EST_PATH_ENROL	 ".well-known/est/sen"
#define EST_PATH_REENROL ".well-known/est/sren"

/* RFC 9148 §8.1, CoAP Content-Formats. */
enum est_format {
	EST_FORMAT_CERTS_ONLY = 281, /* application/pkcs7-mime, certs-only */
	EST_FORMAT_PKCS10 = 286,     /* application/pkcs10 */
	EST_FORMAT_PKIX_CERT = 287,  /* application/pkix-cert */
};

/* A P-256 request is some 300 bytes; RSA 4096 with a rich subject, which we
 * want to refuse by name and not by size, stays below 2 KiB. */
#define EST_REQUEST_MAX 4096

/* Room for a CA chain of EST_CERTIFICATES_MAX ordinary certificates. */
#define EST_RESPONSE_MAX     16384
#define EST_CERTIFICATES_MAX 8

/* One sentence for the engineer who has to mend it. */
#define EST_SENTENCE_SIZE 256

/* Why one end turned down what the other sent. */
struct est_refusal {
	const char *reason; /* stable code such as "csr-signature" */
	char sentence[EST_SENTENCE_SIZE];
};

/* Notes why something is refused, in printf's manner; returns false, so that a
 * check can end with it. */
bool est_refuse(struct est_refusal *refusal, const char *reason,
		const char *format, ...) __attribute__((format(printf, 3, 4)));

/* True if one of the issuers signed the certificate. Times are not looked at:
 * the handshake did that. */
bool est_is_issued_by(gnutls_x509_crt_t certificate,
		      const gnutls_x509_crt_t *issuers, unsigned count);

/* The same for a certificate in DER, as a connection hands it out. */
bool est_is_der_issued_by(const gnutls_datum_t *certificate,
			  const gnutls_x509_crt_t *issuers, unsigned count);

/* True if both are the same public key. */
bool est_is_same_key(gnutls_pubkey_t one, gnutls_pubkey_t other);

#endif
