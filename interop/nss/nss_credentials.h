/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificates and a private key, read from PEM files into NSS's memory: no
 * certificate database is made or read.
 */
#ifndef ADTLS_NSS_CREDENTIALS_H
#define ADTLS_NSS_CREDENTIALS_H

#include <cert.h>
#include <keyhi.h>
#include <stdbool.h>

struct nss_credentials {
	CERTCertList *authorities; /* trusted for both roles */
	CERTCertList *chain;	   /* own certificate first */
	SECKEYPrivateKey *key;
};

/* Trust every certificate of the PEM file; false with a message on stderr. */
bool nss_credentials_trust(struct nss_credentials *credentials,
			   const char *path);

/* Read own chain and PKCS#8 key; false with a message on stderr. */
bool nss_credentials_own(struct nss_credentials *credentials,
			 const char *certificate_path, const char *key_path);

/* The certificate that goes with the private key, or NULL. */
CERTCertificate *
nss_credentials_leaf(const struct nss_credentials *credentials);

/* Drop every reference, so that NSS can shut down. */
void nss_credentials_clear(struct nss_credentials *credentials);

#endif
