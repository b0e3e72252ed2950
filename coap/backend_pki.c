/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* coap_dtls_pki_t -> adtls_credentials_t. */
#include "backend_pki.h"

#include "backend_log.h"

#include <adtls/error.h>
#include <stdlib.h>
#include <string.h>

static const char *role_name(coap_dtls_role_t role)
{
	return role == COAP_DTLS_ROLE_SERVER ? "server" : "client";
}

static bool copy_text(char **out, const char *text)
{
	*out = NULL;
	if (text == NULL || *text == '\0')
		return true;
	*out = strdup(text);
	return *out != NULL;
}

bool backend_roots_set(struct backend_roots *roots, const char *file,
		       const char *dir)
{
	backend_roots_clear(roots);
	return copy_text(&roots->file, file) && copy_text(&roots->dir, dir);
}

void backend_roots_clear(struct backend_roots *roots)
{
	free(roots->file);
	free(roots->dir);
	*roots = (struct backend_roots){ 0 };
}

void backend_pki_clear(struct backend_pki *pki)
{
	backend_keys_clear(&pki->keys);
	free(pki->server_name);
	memset(pki, 0, sizeof(*pki));
}

/* What would make checks stricter than adtls makes them. */
static bool can_be_done(const coap_dtls_pki_t *setup, coap_dtls_role_t role)
{
	const struct {
		bool is_asked;
		const char *what;
	} refused[] = {
		{ setup->is_rpk_not_cert, "raw public keys (is_rpk_not_cert)" },
		{ setup->check_cert_revocation && !setup->allow_no_crl,
		  "revocation lists (check_cert_revocation without "
		  "allow_no_crl)" },
		{ setup->additional_tls_setup_call_back != NULL,
		  "additional_tls_setup_call_back" },
		{ role == COAP_DTLS_ROLE_CLIENT && !setup->verify_peer_cert,
		  "servers that are not verified: set verify_peer_cert and a "
		  "CA; that" },
	};

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (!refused[i].is_asked)
			continue;
		backend_log(BACKEND_LOG_ERROR, "%s: %s is not supported",
			    role_name(role), refused[i].what);
		return false;
	}
	return true;
}

/* What adtls does in its own way, for those who wonder. */
static void mention_limits(const coap_dtls_pki_t *setup, coap_dtls_role_t role)
{
	const struct {
		bool is_asked;
		const char *what;
	} mentioned[] = {
		{ setup->allow_self_signed && !setup->check_common_ca,
		  "allow_self_signed has no effect: a certificate that is not "
		  "an anchor itself needs a path to one" },
		{ setup->allow_expired_certs,
		  "allow_expired_certs has no effect: expired certificates are "
		  "refused" },
		{ setup->allow_bad_md_hash,
		  "allow_bad_md_hash has no effect: weak hashes are refused" },
		{ setup->allow_short_rsa_length,
		  "allow_short_rsa_length has no effect: short keys are "
		  "refused" },
		{ setup->cert_chain_validation,
		  "cert_chain_verify_depth has no effect: chains of up to 8 "
		  "certificates are accepted" },
		{ setup->validate_sni_call_back != NULL,
		  "validate_sni_call_back is not called: all names get the "
		  "same certificate" },
	};

	for (size_t i = 0; i < sizeof(mentioned) / sizeof(mentioned[0]); i++) {
		if (mentioned[i].is_asked)
			backend_log(BACKEND_LOG_INFO, "%s: %s",
				    role_name(role), mentioned[i].what);
	}
}

static bool has_what_it_needs(const struct backend_pki *pki,
			      coap_dtls_role_t role)
{
	bool has_certificate = pki->keys.certificate.size > 0;

	if (has_certificate != backend_keys_have_key(&pki->keys)) {
		backend_log(BACKEND_LOG_ERROR,
			    "%s: a certificate needs its private key, and a "
			    "key its certificate",
			    role_name(role));
		return false;
	}
	if (role == COAP_DTLS_ROLE_SERVER && !has_certificate) {
		backend_log(BACKEND_LOG_ERROR,
			    "a server needs a certificate and a private key");
		return false;
	}
	return true;
}

bool backend_pki_set(struct backend_pki *pki, coap_dtls_role_t role,
		     const coap_dtls_pki_t *setup)
{
	backend_pki_clear(pki);
	if (!can_be_done(setup, role))
		return false;
	mention_limits(setup, role);
	pki->verifies_peer = setup->verify_peer_cert;
	pki->own_ca_only = setup->check_common_ca;
	pki->validate_name = setup->validate_cn_call_back;
	pki->validate_name_argument = setup->cn_call_back_arg;
	pki->is_set = backend_keys_copy(&pki->keys, &setup->pki_key) &&
		      has_what_it_needs(pki, role) &&
		      (role == COAP_DTLS_ROLE_SERVER ||
		       copy_text(&pki->server_name, setup->client_sni));
	if (!pki->is_set)
		backend_pki_clear(pki);
	return pki->is_set;
}

static bool add_directory(adtls_credentials_t *credentials, const char *dir)
{
	gnutls_x509_trust_list_t list;

	if (gnutls_x509_trust_list_init(&list, 0) < 0)
		return backend_is_done(ADTLS_E_MEMORY, "trust list", NULL);
	if (gnutls_x509_trust_list_add_trust_dir(
		    list, dir, NULL, GNUTLS_X509_FMT_PEM, 0, 0) <= 0) {
		backend_log(BACKEND_LOG_ERROR,
			    "there is no CA certificate in '%s'", dir);
		gnutls_x509_trust_list_deinit(list, 1);
		return false;
	}
	return backend_is_done(adtls_credentials_set_trust(credentials, list),
			       "CA directory", dir);
}

static bool add_roots(adtls_credentials_t *credentials,
		      const struct backend_roots *roots)
{
	/* The directory comes first: it replaces what is there. */
	if (roots->dir != NULL && !add_directory(credentials, roots->dir))
		return false;
	return roots->file == NULL ||
	       backend_is_done(adtls_credentials_add_trust_file(credentials,
								roots->file),
			       "CA file", roots->file);
}

static bool fill(adtls_credentials_t *credentials,
		 const struct backend_pki *pki,
		 const struct backend_roots *roots)
{
	if (!pki->own_ca_only && !add_roots(credentials, roots))
		return false;
	return backend_keys_add_ca(credentials, &pki->keys) &&
	       backend_keys_set_certificate(credentials, &pki->keys);
}

adtls_credentials_t *backend_pki_credentials(const struct backend_pki *pki,
					     const struct backend_roots *roots,
					     bool verifies_peer)
{
	bool has_roots = !pki->own_ca_only &&
			 (roots->file != NULL || roots->dir != NULL);
	adtls_credentials_t *credentials;

	if (verifies_peer && pki->keys.ca.size == 0 && !has_roots) {
		backend_log(BACKEND_LOG_ERROR,
			    "peers are to be verified, but there is no CA");
		return NULL;
	}
	if (!backend_is_done(adtls_credentials_new(0, &credentials),
			     "credentials", NULL))
		return NULL;
	if (!fill(credentials, pki, roots)) {
		adtls_credentials_unref(credentials);
		return NULL;
	}
	return credentials;
}
