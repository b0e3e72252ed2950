/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The registration authority and CA behind EST over CoAPS (RFC 9148, RFC
 * 7030): bytes of a request in, bytes of a response out. It knows nothing of
 * CoAP, DTLS or attestation; whoever calls it has authenticated the device.
 */
#ifndef ADTLS_ONBOARDING_EST_SERVER_H
#define ADTLS_ONBOARDING_EST_SERVER_H

#include <gnutls/x509.h>
#include <stdbool.h>
#include <time.h>

#include "est.h"

typedef struct est_server est_server_t;

/* One enrolment: what was asked, and who was authenticated. */
struct est_enrolment {
	gnutls_datum_t request;	    /* PKCS#10, DER */
	gnutls_datum_t certificate; /* the device's, from the connection, DER */
	unsigned format;	    /* of the answer: EST_FORMAT_... */
	time_t now;		    /* UTC */
};

/* The reasons est_server refuses for; stable, for logs and for tests. */
extern const char EST_REASON_TOO_LARGE[];
extern const char EST_REASON_MALFORMED[];
extern const char EST_REASON_SIGNATURE[];
extern const char EST_REASON_KEY_TYPE[];
extern const char EST_REASON_IDENTITY[];
extern const char EST_REASON_NOT_ISSUED_HERE[];
extern const char EST_REASON_FORMAT[];
extern const char EST_REASON_INTERNAL[];

/*
 * Makes a server from its CA certificate followed by that CA's own issuers
 * (PEM) and the CA's private key (PEM). Certificates it issues are valid for
 * validity_seconds, never longer than the CA itself. On failure *out_server is
 * NULL and the refusal says why.
 */
bool est_server_new(const gnutls_datum_t *chain, const gnutls_datum_t *key,
		    time_t validity_seconds, est_server_t **out_server,
		    struct est_refusal *refusal);

void est_server_free(est_server_t *server);

/*
 * /crts (RFC 7030 §4.1): the CA certificates. The caller frees out->data with
 * gnutls_free().
 */
bool est_server_cacerts(const est_server_t *server, unsigned format,
			gnutls_datum_t *out, struct est_refusal *refusal);

/* True if this CA signed the certificate (DER). Times are not looked at. */
bool est_server_is_issuer(const est_server_t *server,
			  const gnutls_datum_t *certificate);

/*
 * /sen (RFC 7030 §4.2.1): a first certificate for the device whose
 * manufacturer certificate is given. The subject is the manufacturer
 * certificate's, whatever the request says; a request that names another
 * device is refused. The caller frees out->data with gnutls_free().
 */
bool est_server_enrol(const est_server_t *server,
		      const struct est_enrolment *enrolment,
		      gnutls_datum_t *out, struct est_refusal *refusal);

/*
 * /sren (RFC 7030 §4.2.2): renewal for a device that shows a certificate of
 * this CA. Subject and SubjectAltName of the request must be that
 * certificate's. The caller frees out->data with gnutls_free().
 */
bool est_server_reenrol(const est_server_t *server,
			const struct est_enrolment *enrolment,
			gnutls_datum_t *out, struct est_refusal *refusal);

#endif
