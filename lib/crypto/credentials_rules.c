/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What credentials demand of a peer, beyond trust: setters. */
#include <stdio.h>
#include <string.h>

#include "crypto/credentials_object.h"

int adtls_credentials_set_tolerated(adtls_credentials_t *credentials,
				    unsigned problems)
{
	if ((problems & ~(unsigned)ADTLS_PROBLEMS_TOLERABLE) != 0)
		return ADTLS_E_INVALID;
	credentials->rules.tolerated = problems;
	return ADTLS_OK;
}

int adtls_credentials_set_security_level(adtls_credentials_t *credentials,
					 gnutls_sec_param_t level)
{
	switch (level) {
	case GNUTLS_SEC_PARAM_MEDIUM:
		credentials->rules.profile = GNUTLS_PROFILE_MEDIUM;
		return ADTLS_OK;
	case GNUTLS_SEC_PARAM_HIGH:
		credentials->rules.profile = GNUTLS_PROFILE_HIGH;
		return ADTLS_OK;
	case GNUTLS_SEC_PARAM_ULTRA:
		credentials->rules.profile = GNUTLS_PROFILE_ULTRA;
		return ADTLS_OK;
	case GNUTLS_SEC_PARAM_FUTURE:
		credentials->rules.profile = GNUTLS_PROFILE_FUTURE;
		return ADTLS_OK;
	default:
		return ADTLS_E_INVALID;
	}
}

int adtls_credentials_set_purpose(adtls_credentials_t *credentials,
				  const char *oid)
{
	char *purpose = credentials->rules.purpose;
	size_t len = oid != NULL ? strlen(oid) : 0;

	if (oid != NULL &&
	    (len == 0 || len >= sizeof(credentials->rules.purpose) ||
	     strspn(oid, "0123456789.") != len))
		return ADTLS_E_INVALID;
	snprintf(purpose, sizeof(credentials->rules.purpose), "%s",
		 oid != NULL ? oid : "");
	return ADTLS_OK;
}

int adtls_credentials_set_chain_limit(adtls_credentials_t *credentials,
				      unsigned certificates)
{
	if (certificates == 0 || certificates > CREDENTIALS_CHAIN_MAX)
		return ADTLS_E_INVALID;
	credentials->rules.chain_limit = certificates;
	return ADTLS_OK;
}

int adtls_credentials_set_crl_required(adtls_credentials_t *credentials,
				       bool on)
{
	credentials->rules.requires_crl = on;
	return ADTLS_OK;
}

int adtls_credentials_set_peer_types(adtls_credentials_t *credentials,
				     unsigned types)
{
	if ((types &
	     ~(unsigned)(ADTLS_PEER_X509 | ADTLS_PEER_RAW_PUBLIC_KEY)) != 0)
		return ADTLS_E_INVALID;
	credentials->rules.peer_types = types;
	return ADTLS_OK;
}

bool credentials_accepts(const struct adtls_credentials *credentials,
			 adtls_certificate_type_t type)
{
	bool has_pins = credentials->pins.len > 0;
	unsigned types = credentials->rules.peer_types;

	if (types == 0 && has_pins)
		types |= ADTLS_PEER_RAW_PUBLIC_KEY;
	/* With nothing at all, a certificate gets to hear that it is not
	 * trusted. */
	if (credentials->rules.peer_types == 0 &&
	    (credentials->has_trust || !has_pins))
		types |= ADTLS_PEER_X509;
	return (types & (type == ADTLS_CERTIFICATE_RAW_PUBLIC_KEY
				 ? ADTLS_PEER_RAW_PUBLIC_KEY
				 : ADTLS_PEER_X509)) != 0;
}
