/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What credentials hold; for the files of crypto/ alone. */
#ifndef ADTLS_CRYPTO_CREDENTIALS_OBJECT_H
#define ADTLS_CRYPTO_CREDENTIALS_OBJECT_H

#include <stdatomic.h>

#include "crypto/credentials.h"
#include "crypto/credentials_psk.h"

/* Keys that were agreed on elsewhere, or who knows them. */
struct credentials_psk {
	adtls_psk_t own; /* none if its key is empty */
	atomic_uint own_roles; /* 1 << adtls_role_t, of the first to use it */
	adtls_psk_client_func find_as_client;
	void *client_context;
	adtls_psk_server_func find_as_server;
	void *server_context;
};

#define CREDENTIALS_IDENTITIES 2 /* X.509 and a raw public key */

/* What we show, and the key that goes with it. */
struct credentials_identity {
	struct buffer chain[CREDENTIALS_CHAIN_MAX]; /* DER, our own first */
	size_t chain_count;
	adtls_bytes_t spki; /* within chain[0] */
	struct crypto_private_key *key;
};

/* What a peer must fulfil, beyond trust. */
struct credentials_rules {
	unsigned tolerated; /* adtls_problem_t */
	gnutls_certificate_verification_profiles_t profile;
	char purpose[64]; /* OID; empty: by the peer's role */
	unsigned chain_limit;
	bool requires_crl;
	unsigned peer_types; /* adtls_peer_types_t; 0: by what is there */
};

enum trust_digest_state {
	TRUST_DIGEST_NONE,
	TRUST_DIGEST_BEING_KEPT,
	TRUST_DIGEST_KEPT
};

/* Made when first asked for. */
struct credentials_trust_digest {
	atomic_uint state; /* enum trust_digest_state */
	uint8_t bytes[CREDENTIALS_TRUST_DIGEST_LEN];
};

struct adtls_credentials {
	atomic_uint references;
	bool is_reproducible;

	struct credentials_identity identities[CREDENTIALS_IDENTITIES];

	gnutls_x509_trust_list_t trust;
	bool has_trust;
	struct credentials_rules rules;
	gnutls_x509_crl_t *crls;
	size_t crl_count;
	struct buffer pins; /* SHA-256 of SubjectPublicKeyInfos */
	struct credentials_trust_digest trust_digest;

	struct credentials_psk psk;
};

/* Show @visit each trust anchor until it says false; whether it never did. */
bool credentials_each_anchor(const struct adtls_credentials *credentials,
			     bool (*visit)(void *context,
					   gnutls_x509_crt_t anchor),
			     void *context);

/* Replace key and chain, if they are fit for use together. Takes over the
 * reference to @key, also on error; NULL is one. */
int credentials_set(struct adtls_credentials *credentials,
		    const gnutls_datum_t *chain, size_t chain_count,
		    struct crypto_private_key *key);

/* The same for a raw public key. */
int credentials_set_raw(struct adtls_credentials *credentials,
			adtls_bytes_t spki, struct crypto_private_key *key);

#endif
