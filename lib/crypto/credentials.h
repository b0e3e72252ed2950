/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the handshake asks of credentials: our chain, our key, and the
 * validation of the peer's chain. */
#ifndef ADTLS_CRYPTO_CREDENTIALS_H
#define ADTLS_CRYPTO_CREDENTIALS_H

#include "base/buffer.h"
#include "crypto/signature.h"

#include <adtls/credentials.h>
#include <adtls/error.h>
#include <adtls/verification.h>

#define CREDENTIALS_CHAIN_MAX 8

/* Of any type. */
bool credentials_has_key(const struct adtls_credentials *credentials);
/* A trust anchor or a pinned key. */
bool credentials_has_trust(const struct adtls_credentials *credentials);
/* Our chain in DER, own certificate first, or our SubjectPublicKeyInfo alone;
 * views into the credentials. */
size_t credentials_chain(const struct adtls_credentials *credentials,
			 adtls_certificate_type_t type,
			 adtls_bytes_t out[CREDENTIALS_CHAIN_MAX]);
/* Our SubjectPublicKeyInfo in DER, as in our certificate; empty if none. */
adtls_bytes_t credentials_spki(const struct adtls_credentials *credentials,
			       adtls_certificate_type_t type);
/* Our key; NULL if none. Borrowed. */
struct crypto_private_key *
credentials_key(const struct adtls_credentials *credentials,
		adtls_certificate_type_t type);
/* May a peer show this type? */
bool credentials_accepts(const struct adtls_credentials *credentials,
			 adtls_certificate_type_t type);
/* Append the names of our trust anchors, as certificate_authorities has them.
 * False: out of memory, or a name without an end. */
bool credentials_authorities(const struct adtls_credentials *credentials,
			     struct buffer *out);
/* Did one of @authorities, a list like that, issue a certificate of our chain? */
bool credentials_have_issuer(const struct adtls_credentials *credentials,
			     adtls_bytes_t authorities);
/* A digest of all that decides about a peer: anchors, pins, revocation lists,
 * rules. For credentials in use, which change no more. False: out of memory. */
#define CREDENTIALS_TRUST_DIGEST_LEN 32
bool credentials_trust_digest(struct adtls_credentials *credentials,
			      uint8_t out[CREDENTIALS_TRUST_DIGEST_LEN]);
bool credentials_reproducible(const struct adtls_credentials *credentials);

/* The outcome of validating what a peer shows. */
struct certificate_verdict {
	adtls_alert_t alert;		/* ADTLS_ALERT_NONE: accepted */
	adtls_reason_t reason;
	unsigned problems;		/* all that was found */
	/* RFC 4514, printable, cut if long; "sha256:..." of a raw key */
	char subject[ADTLS_NAME_MAX];
	struct buffer spki;		/* as it was sent, not re-encoded */
	/* NULL: it cannot be read or used, so that nobody may accept it. */
	struct crypto_public_key *key;
};

/* Validate @chain (DER, the peer's own first): path to our anchors, times
 * against @utc_s, key usage, purpose of @peer_role, and, if not NULL, the DNS
 * name or IP address @name (RFC 5280, RFC 9147 inherits RFC 8446 §4.4.2).
 * Always fills @out; clear it with certificate_verdict_clear(). */
void credentials_validate(const struct adtls_credentials *credentials,
			  adtls_role_t peer_role, const adtls_bytes_t *chain,
			  size_t chain_count, const char *name, int64_t utc_s,
			  struct certificate_verdict *out);
/* The same for a raw public key: is it pinned? */
void credentials_validate_raw_key(const struct adtls_credentials *credentials,
				  adtls_bytes_t spki,
				  struct certificate_verdict *out);
void certificate_verdict_clear(struct certificate_verdict *verdict);

#endif
