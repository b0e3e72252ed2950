/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys and certificates for both libraries, made anew in each run: P-256, one
 * root that issued a server's and a client's certificate, an attestation key.
 */
#ifndef ADTLS_BENCH_BENCH_CREDENTIALS_H
#define ADTLS_BENCH_BENCH_CREDENTIALS_H

#include <gnutls/gnutls.h>

#define BENCH_SERVER_NAME "gateway.example"
#define BENCH_CLIENT_NAME "sensor.example"

/* All in PEM, with a NUL behind. */
struct bench_identity {
	gnutls_datum_t certificate;
	gnutls_datum_t key;
};

struct bench_credentials {
	gnutls_datum_t root;
	struct bench_identity server;
	struct bench_identity client;
	gnutls_datum_t attestation_key;
	gnutls_datum_t attestation_public_key;
};

void bench_credentials_init(struct bench_credentials *credentials);
void bench_credentials_clear(struct bench_credentials *credentials);

#endif
