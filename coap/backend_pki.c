/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* coap_dtls_pki_t -> adtls_credentials_t. */
#include "backend_pki.h"

#include "backend_log.h"

#include <adtls/error.h>
#include <adtls/verification.h>
#include <stdlib.h>
#include <string.h>

/* The most certificates that adtls takes of a peer. */
#define CHAIN_MAX 8

static const char *role_name(coap_dtls_role_t role)
{
	return role == COAP_DTLS_ROLE_SERVER ? "server" : "client";
}

void backend_pki_clear(struct backend_pki *pki)
{
	backend_keys_clear(&pki->keys);
	free(pki->server_name);
	memset(pki, 0, sizeof(*pki));
}

/* What is let through, or what is done in adtls's own way. */
static void mention(const coap_dtls_pki_t *setup, coap_dtls_role_t role)
{
	bool verifies = setup->verify_peer_cert && !setup->is_rpk_not_cert;
	const struct {
		bool is_asked;
		enum backend_log_level level;
		const char *what;
	} mentioned[] = {
		{ role == COAP_DTLS_ROLE_CLIENT && !setup->verify_peer_cert,
		  BACKEND_LOG_WARNING,
		  "verify_peer_cert is 0: only validate_cn_call_back decides "
		  "which servers are good" },
		{ verifies && setup->allow_self_signed &&
			  !setup->check_common_ca,
		  BACKEND_LOG_WARNING,
		  "allow_self_signed lets in whoever makes a certificate" },
		{ verifies && setup->allow_expired_certs, BACKEND_LOG_INFO,
		  "allow_expired_certs: dates are not looked at" },
		{ verifies && setup->allow_bad_md_hash, BACKEND_LOG_INFO,
		  "allow_bad_md_hash has no effect: weak hashes are refused" },
		{ verifies && setup->allow_short_rsa_length, BACKEND_LOG_INFO,
		  "allow_short_rsa_length has no effect: short keys are "
		  "refused" },
	};

	for (size_t i = 0; i < sizeof(mentioned) / sizeof(mentioned[0]); i++) {
		if (mentioned[i].is_asked)
			backend_log(mentioned[i].level, "%s: %s",
				    role_name(role), mentioned[i].what);
	}
}

static bool has_what_it_needs(const struct backend_pki *pki,
			      coap_dtls_role_t role)
{
	bool is_raw = pki->setup.is_rpk_not_cert;
	bool has_key = backend_keys_have_key(&pki->keys);
	bool has_certificate = is_raw ? has_key :
					pki->keys.certificate.size > 0;

	if (has_certificate != has_key) {
		backend_log(BACKEND_LOG_ERROR,
			    "%s: a certificate needs its private key, and a "
			    "key its certificate",
			    role_name(role));
		return false;
	}
	if (role == COAP_DTLS_ROLE_SERVER && !has_key) {
		backend_log(BACKEND_LOG_ERROR, "a server needs %s private key",
			    is_raw ? "a" : "a certificate and a");
		return false;
	}
	return true;
}

static bool copy_name(struct backend_pki *pki, coap_dtls_role_t role)
{
	const char *name = pki->setup.client_sni;

	if (role == COAP_DTLS_ROLE_SERVER || name == NULL || *name == '\0')
		return true;
	pki->server_name = strdup(name);
	return pki->server_name != NULL;
}

bool backend_pki_set(struct backend_pki *pki, coap_dtls_role_t role,
		     const coap_dtls_pki_t *setup)
{
	backend_pki_clear(pki);
	pki->setup = *setup;
	pki->is_set = backend_keys_copy(&pki->keys, &setup->pki_key) &&
		      has_what_it_needs(pki, role) && copy_name(pki, role);
	if (pki->is_set)
		mention(setup, role);
	else
		backend_pki_clear(pki);
	return pki->is_set;
}

/* -> credentials */

static bool tolerates_self_signed(const coap_dtls_pki_t *setup)
{
	return setup->allow_self_signed && !setup->check_common_ca;
}

static unsigned tolerated_by(const coap_dtls_pki_t *setup)
{
	unsigned tolerated = 0;

	if (tolerates_self_signed(setup))
		tolerated |= ADTLS_PROBLEM_SELF_SIGNED;
	if (setup->allow_expired_certs)
		tolerated |= ADTLS_PROBLEM_EXPIRED |
			     ADTLS_PROBLEM_NOT_YET_VALID |
			     ADTLS_PROBLEM_NO_UTC;
	if (setup->allow_expired_crl)
		tolerated |= ADTLS_PROBLEM_CRL_EXPIRED;
	return tolerated;
}

static bool add_revocation(const struct backend_pki *pki,
			   const struct backend_keys *keys,
			   const struct backend_roots *roots,
			   adtls_credentials_t *credentials)
{
	bool is_required = !pki->setup.allow_no_crl;
	unsigned lists = 0;

	if (!pki->setup.check_cert_revocation)
		return true;
	if (!backend_roots_add_crls_of(&keys->ca, credentials, &lists) ||
	    (!pki->setup.check_common_ca &&
	     !backend_roots_add_crls(roots, credentials, &lists)))
		return false;
	if (is_required && lists == 0) {
		backend_log(BACKEND_LOG_ERROR,
			    "check_cert_revocation without allow_no_crl, and "
			    "there is no revocation list beside the CA");
		return false;
	}
	return backend_is_done(adtls_credentials_set_crl_required(credentials,
								  is_required),
			       "revocation lists", NULL);
}

static bool set_rules(const coap_dtls_pki_t *setup,
		      adtls_credentials_t *credentials)
{
	/* The peer's own certificate comes on top. */
	unsigned limit = setup->cert_chain_verify_depth + 1U;
	int error = adtls_credentials_set_tolerated(credentials,
						    tolerated_by(setup));

	if (error == ADTLS_OK && setup->cert_chain_validation)
		error = adtls_credentials_set_chain_limit(
			credentials, limit < CHAIN_MAX ? limit : CHAIN_MAX);
	return backend_is_done(error, "rules for certificates", NULL);
}

/* Somebody must know whether a peer is the right one. */
static bool is_checked(const struct backend_pki *pki,
		       const struct backend_pins *pins, bool has_anchor,
		       coap_dtls_role_t role)
{
	const coap_dtls_pki_t *setup = &pki->setup;
	bool has_callback = setup->validate_cn_call_back != NULL;
	const char *complaint = NULL;

	if (role == COAP_DTLS_ROLE_SERVER && !setup->verify_peer_cert)
		return true;
	if (setup->is_rpk_not_cert)
		complaint = !has_callback && pins->count == 0 ?
				    "raw public keys are not verified without "
				    "validate_cn_call_back or "
				    "adtls_coap_add_pin()" :
				    NULL;
	else if (!setup->verify_peer_cert)
		complaint = !has_callback && pins->count == 0 ?
				    "servers are not verified: set "
				    "verify_peer_cert and a CA, or "
				    "validate_cn_call_back" :
				    NULL;
	else if (!has_anchor && !tolerates_self_signed(setup) &&
		 pins->count == 0)
		complaint = "peers are to be verified, but there is no CA";
	if (complaint != NULL)
		backend_log(BACKEND_LOG_ERROR, "%s: %s", role_name(role),
			    complaint);
	return complaint == NULL;
}

/* With raw public keys of our own, a peer's certificate is still as good as its
 * CA. */
static bool set_peer_types(const coap_dtls_pki_t *setup,
			   const struct backend_pins *pins, bool has_anchor,
			   adtls_credentials_t *credentials)
{
	unsigned types = 0;

	if (setup->is_rpk_not_cert)
		types = ADTLS_PEER_RAW_PUBLIC_KEY |
			(has_anchor && setup->verify_peer_cert ?
				 (unsigned)ADTLS_PEER_X509 :
				 0);
	else if (!setup->verify_peer_cert || tolerates_self_signed(setup))
		types = ADTLS_PEER_X509 |
			(pins->count > 0 ? (unsigned)ADTLS_PEER_RAW_PUBLIC_KEY :
					   0);
	return backend_is_done(adtls_credentials_set_peer_types(credentials,
								types),
			       "types of certificates", NULL);
}

bool backend_pki_fill(const struct backend_pki *pki,
		      const struct backend_keys *keys,
		      const struct backend_roots *roots,
		      const struct backend_pins *pins, coap_dtls_role_t role,
		      adtls_credentials_t *credentials)
{
	const coap_dtls_pki_t *setup = &pki->setup;
	bool has_roots = !setup->check_common_ca &&
			 backend_roots_are_there(roots);
	bool has_anchor = keys->ca.size > 0 || has_roots;

	return is_checked(pki, pins, has_anchor, role) &&
	       (!has_roots || backend_roots_fill(roots, credentials)) &&
	       backend_keys_add_ca(credentials, keys) &&
	       backend_pins_fill(pins, credentials) &&
	       set_peer_types(setup, pins, has_anchor, credentials) &&
	       (!setup->verify_peer_cert ||
		(set_rules(setup, credentials) &&
		 add_revocation(pki, keys, roots, credentials))) &&
	       (setup->is_rpk_not_cert ?
			backend_keys_set_raw(credentials, keys) :
			backend_keys_set_certificate(credentials, keys));
}

adtls_client_authentication_t
backend_pki_client_authentication(const struct backend_pki *pki,
				  const struct backend_pins *pins)
{
	const coap_dtls_pki_t *setup = &pki->setup;

	if (setup->verify_peer_cert)
		return ADTLS_CLIENT_AUTHENTICATION_REQUIRE;
	if (setup->is_rpk_not_cert &&
	    (setup->validate_cn_call_back != NULL || pins->count > 0))
		return ADTLS_CLIENT_AUTHENTICATION_REQUEST;
	return ADTLS_CLIENT_AUTHENTICATION_NONE;
}
