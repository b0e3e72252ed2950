/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How a peer's certificate or raw public key is verified, beyond the trust
 * anchors in <adtls/credentials.h>: revocation, pins, what is tolerated, and
 * the application's own word. */
#ifndef ADTLS_VERIFICATION_H
#define ADTLS_VERIFICATION_H

#include <adtls/config.h>
#include <adtls/credentials.h>
#include <adtls/error.h>
#include <adtls/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What can be wrong with what a peer shows; or-ed. */
typedef enum adtls_problem {
	/** No path to a trust anchor. */
	ADTLS_PROBLEM_UNTRUSTED = 0x0001,
	/** In place of it: one certificate, which names itself as its issuer. */
	ADTLS_PROBLEM_SELF_SIGNED = 0x0002,
	/** The path breaks a rule: a signature, a constraint. */
	ADTLS_PROBLEM_PATH = 0x0004,
	/** A critical extension that nobody here understands. */
	ADTLS_PROBLEM_EXTENSION = 0x0008,
	ADTLS_PROBLEM_REVOKED = 0x0010,
	/** Key usage or extended key usage do not allow it. */
	ADTLS_PROBLEM_PURPOSE = 0x0020,
	/** A key or signature below the security level. */
	ADTLS_PROBLEM_WEAK = 0x0040,
	/** More certificates than adtls_credentials_set_chain_limit() allows. */
	ADTLS_PROBLEM_CHAIN_LIMIT = 0x0080,
	/** The time is not known. */
	ADTLS_PROBLEM_NO_UTC = 0x0100,
	ADTLS_PROBLEM_NOT_YET_VALID = 0x0200,
	ADTLS_PROBLEM_EXPIRED = 0x0400,
	/** Another name than the one that was called. */
	ADTLS_PROBLEM_NAME = 0x0800,
	/** There is no revocation list of the issuer, and one is required. */
	ADTLS_PROBLEM_CRL_MISSING = 0x1000,
	/** All that there are have a newer one that should be here. */
	ADTLS_PROBLEM_CRL_EXPIRED = 0x2000,
	/** There are some, and none was signed by the issuer. */
	ADTLS_PROBLEM_CRL_INVALID = 0x4000,
	/** A raw public key that is not among the pinned ones. */
	ADTLS_PROBLEM_NOT_PINNED = 0x8000
} adtls_problem_t;

/** The problems that adtls_credentials_set_tolerated() takes. */
#define ADTLS_PROBLEMS_TOLERABLE                                     \
	(ADTLS_PROBLEM_SELF_SIGNED | ADTLS_PROBLEM_PURPOSE |         \
	 ADTLS_PROBLEM_NO_UTC | ADTLS_PROBLEM_NOT_YET_VALID |        \
	 ADTLS_PROBLEM_EXPIRED | ADTLS_PROBLEM_NAME |                \
	 ADTLS_PROBLEM_CRL_MISSING | ADTLS_PROBLEM_CRL_EXPIRED)

/**
 * adtls_credentials_set_tolerated:
 * @problems: or-ed adtls_problem_t, of ADTLS_PROBLEMS_TOLERABLE; 0 by default
 *
 * Problems that do not count. SELF_SIGNED lets in whoever makes a certificate.
 *
 * Returns: ADTLS_OK, or ADTLS_E_INVALID for problems that must count.
 */
int adtls_credentials_set_tolerated(adtls_credentials_t *credentials,
				    unsigned problems);

/**
 * adtls_credentials_set_security_level:
 * @level: GNUTLS_SEC_PARAM_MEDIUM (112 bits, the default), _HIGH (128), _ULTRA
 *   (192) or _FUTURE (256)
 *
 * What keys and signatures of a peer's path must reach. SHA-1 does not reach
 * any of them.
 *
 * Returns: ADTLS_OK or ADTLS_E_INVALID.
 */
int adtls_credentials_set_security_level(adtls_credentials_t *credentials,
					 gnutls_sec_param_t level);

/**
 * adtls_credentials_set_purpose:
 * @oid: extended key usage that a peer's certificate must allow, in digits and
 *   dots; NULL (default): id-kp-serverAuth of servers, id-kp-clientAuth of
 *   clients. A certificate without extended key usage is for every purpose
 *   (RFC 5280 §4.2.1.12).
 *
 * Returns: ADTLS_OK, ADTLS_E_INVALID (not an OID, over 63 bytes).
 */
int adtls_credentials_set_purpose(adtls_credentials_t *credentials,
				  const char *oid);

/** adtls_credentials_set_chain_limit: Largest number of certificates that a peer may show, its own included, 1 to 8; 8 by default. Returns: ADTLS_OK or ADTLS_E_INVALID. */
int adtls_credentials_set_chain_limit(adtls_credentials_t *credentials,
				      unsigned certificates);

/* Revocation */

/**
 * adtls_credentials_add_crl_mem:
 * @crls: certificate revocation lists, PEM or DER; at most 256 in all
 *
 * A certificate with a list of its issuer is looked up in it, up to the trust
 * anchor. A list counts if the issuer's key signed it: where that is an anchor
 * that is there already, it is checked now, else when a path shows the issuer.
 * A list that is past its nextUpdate is refused (CRL_EXPIRED), but what it
 * revokes stays revoked.
 *
 * Returns: ADTLS_OK; ADTLS_E_CREDENTIALS (no list in it, or not signed by the
 * anchor of its name); ADTLS_E_UNSUPPORTED (a delta list, or one with another
 * critical extension); ADTLS_E_TOO_LARGE; ADTLS_E_MEMORY.
 */
int adtls_credentials_add_crl_mem(adtls_credentials_t *credentials,
				  adtls_bytes_t crls);

/** adtls_credentials_add_crl_file: The same from a file; also ADTLS_E_FILE. */
int adtls_credentials_add_crl_file(adtls_credentials_t *credentials,
				   const char *crl_file);

/** adtls_credentials_set_crl_required: Whether each certificate of a path, but for anchors, needs a list of its issuer (CRL_MISSING). False by default. */
int adtls_credentials_set_crl_required(adtls_credentials_t *credentials,
				       bool on);

/* Raw public keys (RFC 7250) */

/**
 * adtls_credentials_add_pin_mem:
 * @key: SubjectPublicKeyInfo in DER, or "PUBLIC KEY" in PEM, one or several
 *
 * Public keys that a peer may show without a certificate. The bytes of its
 * SubjectPublicKeyInfo must be the same.
 *
 * Returns: ADTLS_OK, ADTLS_E_CREDENTIALS (not a key that can sign here), or
 * ADTLS_E_MEMORY.
 */
int adtls_credentials_add_pin_mem(adtls_credentials_t *credentials,
				  adtls_bytes_t key);

/** adtls_credentials_add_pin_file: The same from a file; also ADTLS_E_FILE. */
int adtls_credentials_add_pin_file(adtls_credentials_t *credentials,
				   const char *key_file);

/** adtls_credentials_add_pin_digest: The same by the SHA-256 of the SubjectPublicKeyInfo, which adtls_engine_peer_identity() shows too. */
int adtls_credentials_add_pin_digest(adtls_credentials_t *credentials,
				     const uint8_t sha256[32]);

/** Kinds of certificate that a peer may show; or-ed. */
typedef enum adtls_peer_types {
	ADTLS_PEER_X509 = 1,
	ADTLS_PEER_RAW_PUBLIC_KEY = 2
} adtls_peer_types_t;

/**
 * adtls_credentials_set_peer_types:
 * @types: or-ed adtls_peer_types_t; 0 (default): raw public keys if any is
 *   pinned, X.509 if there is a trust anchor or no pin
 *
 * Returns: ADTLS_OK or ADTLS_E_INVALID.
 */
int adtls_credentials_set_peer_types(adtls_credentials_t *credentials,
				     unsigned types);

/* The application's own word */

struct adtls_engine;

/** What a peer has shown, and what was found; lent during the call. */
typedef struct adtls_presented {
	adtls_role_t role;		/* the peer's */
	adtls_certificate_type_t type;
	/** Certificates in DER, the peer's own first, or one
	 * SubjectPublicKeyInfo. */
	const adtls_bytes_t *chain;
	size_t chain_count;
	/** As adtls_engine_peer_identity(); for people and logs. */
	const char *identity;
	const char *server_name;	/* that a client called; NULL: none */
	unsigned problems;		/* all of them, tolerated ones too */
	/** What it is refused for, or ADTLS_REASON_NONE. */
	adtls_reason_t reason;
} adtls_presented_t;

/**
 * Called once for each certificate or key that a peer shows, in the thread that
 * received it, before the peer has proved that it holds the key. Must not call
 * the engine but for asking it.
 *
 * Returns: whether to accept.
 */
typedef bool (*adtls_verify_func)(void *context, struct adtls_engine *engine,
				  const adtls_presented_t *presented);

/**
 * adtls_config_set_verify_callback:
 * @verify: NULL: none
 * @may_accept: whether its true counts where @presented has a reason for
 *   refusal. With true, @verify alone decides whom to trust; without, it can
 *   only refuse what was found good (access_denied).
 *
 * What cannot be read, and keys that cannot be used, are refused in any case.
 *
 * Returns: ADTLS_OK or ADTLS_E_INVALID.
 */
int adtls_config_set_verify_callback(adtls_config_t *config,
				     adtls_verify_func verify, bool may_accept,
				     void *context);

#ifdef __cplusplus
}
#endif

#endif
