/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Credentials: our certificate chain and key, and whom we trust. */
#ifndef ADTLS_CREDENTIALS_H
#define ADTLS_CREDENTIALS_H

#include <adtls/types.h>
#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Shared by any number of configurations; reference-counted. */
typedef struct adtls_credentials adtls_credentials_t;

typedef enum adtls_credentials_flags {
	/** Deterministic ECDSA (RFC 6979): for simulations that replay. */
	ADTLS_CREDENTIALS_REPRODUCIBLE = 1
} adtls_credentials_flags_t;

/**
 * adtls_credentials_new:
 * @flags: or-ed adtls_credentials_flags_t, or 0
 * @out: receives the credentials; release with adtls_credentials_unref()
 *
 * Returns: ADTLS_OK or ADTLS_E_MEMORY.
 */
int adtls_credentials_new(unsigned flags, adtls_credentials_t **out);

/** adtls_credentials_ref: Returns: @credentials, with one more reference. */
adtls_credentials_t *adtls_credentials_ref(adtls_credentials_t *credentials);

/** adtls_credentials_unref: Drop a reference; NULL is fine. Keys are wiped with the last. */
void adtls_credentials_unref(adtls_credentials_t *credentials);

/**
 * adtls_credentials_set_key:
 * @credentials: not yet in use by a sealed configuration
 * @chain: certificates, our own first; their DER is copied
 * @chain_count: 1 to 8
 * @key: the private key; owned by the credentials from here on, also on error
 *
 * Signs once, as the only way to know that a key in a token fits the
 * certificate.
 *
 * Returns: ADTLS_OK; ADTLS_E_CREDENTIALS when key and certificate do not
 * match or the key is of a kind that no signature scheme here can use.
 */
int adtls_credentials_set_key(adtls_credentials_t *credentials,
			      const gnutls_pcert_st *chain,
			      unsigned chain_count, gnutls_privkey_t key);

/**
 * adtls_credentials_set_key_file:
 * @certificate_file: PEM chain, each certificate before its issuer, or one
 *   certificate in DER
 * @key_file: PEM or DER private key, unencrypted; or the URL of a key that
 *   GnuTLS uses where it is ("pkcs11:...", "tpmkey:..."), and then
 *   @certificate_file may be one too
 *
 * Returns: ADTLS_OK, ADTLS_E_FILE (not readable), or ADTLS_E_CREDENTIALS.
 */
int adtls_credentials_set_key_file(adtls_credentials_t *credentials,
				   const char *certificate_file,
				   const char *key_file);

/** adtls_credentials_set_key_mem: The same from memory, PEM or DER. */
int adtls_credentials_set_key_mem(adtls_credentials_t *credentials,
				  adtls_bytes_t certificate, adtls_bytes_t key);

/**
 * adtls_credentials_set_raw_key:
 * @spki: its SubjectPublicKeyInfo in DER, as it is to be sent; empty: as the
 *   key gives it, which a token need not do
 * @key: the private key; owned by the credentials from here on, also on error
 *
 * A raw public key (RFC 7250) to be shown to peers that take one, beside the
 * certificate or without any. Peers pin it (adtls_credentials_add_pin_mem()).
 *
 * Returns: ADTLS_OK or ADTLS_E_CREDENTIALS, as adtls_credentials_set_key().
 */
int adtls_credentials_set_raw_key(adtls_credentials_t *credentials,
				  adtls_bytes_t spki, gnutls_privkey_t key);

/** adtls_credentials_set_raw_key_mem: The same from memory, PEM or DER. */
int adtls_credentials_set_raw_key_mem(adtls_credentials_t *credentials,
				      adtls_bytes_t key);

/** adtls_credentials_set_raw_key_file: The same from a file or the URL of a key in a token; also ADTLS_E_FILE. */
int adtls_credentials_set_raw_key_file(adtls_credentials_t *credentials,
				       const char *key_file);

/**
 * adtls_credentials_set_trust:
 * @list: trust anchors; owned by the credentials from here on
 *
 * Returns: ADTLS_OK.
 */
int adtls_credentials_set_trust(adtls_credentials_t *credentials,
				gnutls_x509_trust_list_t list);

/**
 * adtls_credentials_add_trust_file:
 * @ca_file: PEM or DER certificates
 *
 * Returns: ADTLS_OK, ADTLS_E_FILE, or ADTLS_E_CREDENTIALS (no certificate in it).
 */
int adtls_credentials_add_trust_file(adtls_credentials_t *credentials,
				     const char *ca_file);

/** adtls_credentials_add_trust_mem: The same from memory, PEM or DER. */
int adtls_credentials_add_trust_mem(adtls_credentials_t *credentials,
				    adtls_bytes_t certificates);

/**
 * adtls_credentials_import_gnutls:
 * @source: GnuTLS certificate credentials; not changed, may be freed afterwards
 *
 * Takes over the trust anchors and the first certificate with its key, where
 * GnuTLS lets them be read back. It says nothing of callbacks and revocation
 * lists: use adtls_credentials_set_key() and adtls_credentials_set_trust() if
 * there are any.
 *
 * Returns: ADTLS_OK; ADTLS_E_UNSUPPORTED when there is a key that GnuTLS does
 * not give back (PKCS#11, TPM), or nothing that it does; ADTLS_E_CREDENTIALS
 * as adtls_credentials_set_key().
 */
int adtls_credentials_import_gnutls(adtls_credentials_t *credentials,
				    gnutls_certificate_credentials_t source);

#ifdef __cplusplus
}
#endif

#endif
