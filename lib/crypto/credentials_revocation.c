/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificate revocation lists (RFC 5280 §5, §6.3). Signatures by GnuTLS, dates
 * by us, as adtls reads no clock. */
#include "crypto/credentials_revocation.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/datum.h"

#define CRLS_MAX 256

/* GnuTLS looks at a list's dates by its own clock whatever it is told. */
#define ABOUT_DATES                              \
	(GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED | \
	 GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE | GNUTLS_CERT_INVALID)

typedef int (*dn_func)(gnutls_x509_crt_t, gnutls_datum_t *);

static bool has_name(gnutls_x509_crt_t certificate, dn_func get,
		     const gnutls_datum_t *name)
{
	gnutls_datum_t own;
	bool is_same;

	if (get(certificate, &own) < 0)
		return false;
	is_same = bytes_equal(bytes_of(own.data, own.size),
			      bytes_of(name->data, name->size));
	datum_clear(&own);
	return is_same;
}

static bool is_signed_by(gnutls_x509_crl_t crl, gnutls_x509_crt_t issuer)
{
	unsigned status;

	return gnutls_x509_crl_verify(crl, &issuer, 1,
				      GNUTLS_VERIFY_DISABLE_TIME_CHECKS,
				      &status) == 0 &&
	       (status & ~(unsigned)ABOUT_DATES) == 0;
}

/* Lists for something else than all certificates of their issuer say so in a
 * critical extension (RFC 5280 §5.2.4, §5.2.5). */
static bool is_complete(gnutls_x509_crl_t crl)
{
	for (unsigned i = 0;; i++) {
		char oid[128];
		size_t oid_len = sizeof(oid);
		unsigned critical = 0;
		int result = gnutls_x509_crl_get_extension_info(
			crl, i, oid, &oid_len, &critical);

		if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return true;
		if (result < 0 || critical != 0)
			return false;
	}
}

/* Is there an anchor of the issuer's name, and has none of them signed it? */
static bool contradicts_anchors(const struct adtls_credentials *credentials,
				gnutls_x509_crl_t crl)
{
	gnutls_x509_trust_list_iter_t iterator = NULL;
	bool is_named = false, is_genuine = false;
	gnutls_x509_crt_t anchor;
	gnutls_datum_t issuer;

	if (gnutls_x509_crl_get_raw_issuer_dn(crl, &issuer) < 0)
		return true;
	while (!is_genuine &&
	       gnutls_x509_trust_list_iter_get_ca(
		       credentials->trust, &iterator, &anchor) == 0) {
		if (has_name(anchor, gnutls_x509_crt_get_raw_dn, &issuer)) {
			is_named = true;
			is_genuine = is_signed_by(crl, anchor);
		}
		gnutls_x509_crt_deinit(anchor);
	}
	gnutls_x509_trust_list_iter_deinit(iterator);
	datum_clear(&issuer);
	return is_named && !is_genuine;
}

static int check_lists(const struct adtls_credentials *credentials,
		       const gnutls_x509_crl_t *crls, unsigned count)
{
	if (credentials->crl_count + count > CRLS_MAX)
		return ADTLS_E_TOO_LARGE;
	for (unsigned i = 0; i < count; i++) {
		if (!is_complete(crls[i]))
			return ADTLS_E_UNSUPPORTED;
		if (contradicts_anchors(credentials, crls[i]))
			return ADTLS_E_CREDENTIALS;
	}
	return ADTLS_OK;
}

int adtls_credentials_add_crl_mem(adtls_credentials_t *credentials,
				  adtls_bytes_t crls)
{
	gnutls_datum_t datum = datum_of(crls);
	gnutls_x509_crl_t *list = NULL;
	gnutls_x509_crl_t *grown;
	unsigned count = 0;
	int error;

	if (gnutls_x509_crl_list_import2(&list, &count, &datum,
					 datum_format(crls), 0) < 0 ||
	    count == 0)
		return ADTLS_E_CREDENTIALS;
	error = check_lists(credentials, list, count);
	if (error == ADTLS_OK) {
		grown = realloc(credentials->crls,
				(credentials->crl_count + count) *
					sizeof(gnutls_x509_crl_t));
		if (grown != NULL)
			credentials->crls = grown;
		else
			error = ADTLS_E_MEMORY;
	}
	for (unsigned i = 0; i < count; i++) {
		if (error == ADTLS_OK)
			credentials->crls[credentials->crl_count++] = list[i];
		else
			gnutls_x509_crl_deinit(list[i]);
	}
	gnutls_free(list);
	return error;
}

int adtls_credentials_add_crl_file(adtls_credentials_t *credentials,
				   const char *crl_file)
{
	gnutls_datum_t crls;
	int error;

	if (gnutls_load_file(crl_file, &crls) < 0)
		return ADTLS_E_FILE;
	error = adtls_credentials_add_crl_mem(credentials,
					      bytes_of(crls.data, crls.size));
	datum_clear(&crls);
	return error;
}

void revocation_lists_clear(struct adtls_credentials *credentials)
{
	for (size_t i = 0; i < credentials->crl_count; i++)
		gnutls_x509_crl_deinit(credentials->crls[i]);
	free(credentials->crls);
	credentials->crls = NULL;
	credentials->crl_count = 0;
}

/* Has one of those who may have issued certificate @index signed @crl? Whose key
 * it was is the path's business. */
static bool is_genuine(const struct adtls_credentials *credentials,
		       gnutls_x509_crl_t crl, const gnutls_datum_t *issuer,
		       const gnutls_x509_crt_t *chain, size_t count,
		       size_t index)
{
	gnutls_x509_crt_t anchor;

	for (size_t i = 0; i < count; i++) {
		if (has_name(chain[i], gnutls_x509_crt_get_raw_dn, issuer) &&
		    is_signed_by(crl, chain[i]))
			return true;
	}
	return gnutls_x509_trust_list_get_issuer(credentials->trust,
						 chain[index], &anchor, 0) ==
		       0 &&
	       is_signed_by(crl, anchor);
}

static bool is_expired(gnutls_x509_crl_t crl, int64_t utc_s)
{
	time_t next = gnutls_x509_crl_get_next_update(crl);

	return utc_s != ADTLS_UTC_UNKNOWN && next != (time_t)-1 && utc_s > next;
}

/* Certificate @index of the chain against all lists of its issuer. */
static unsigned check_certificate(const struct adtls_credentials *credentials,
				  const gnutls_x509_crt_t *chain, size_t count,
				  size_t index, const gnutls_datum_t *issuer,
				  int64_t utc_s)
{
	bool is_listed = false, is_usable = false, is_current = false;
	unsigned problems = 0;

	for (size_t i = 0; i < credentials->crl_count; i++) {
		gnutls_x509_crl_t crl = credentials->crls[i];
		gnutls_datum_t name;
		bool is_issuers;

		if (gnutls_x509_crl_get_raw_issuer_dn(crl, &name) < 0)
			continue;
		is_issuers = bytes_equal(bytes_of(name.data, name.size),
					 bytes_of(issuer->data, issuer->size));
		datum_clear(&name);
		if (!is_issuers)
			continue;
		is_listed = true;
		if (!is_genuine(credentials, crl, issuer, chain, count, index))
			continue;
		is_usable = true;
		is_current = is_current || !is_expired(crl, utc_s);
		if (gnutls_x509_crt_check_revocation(chain[index], &crl, 1) !=
		    0)
			problems |= ADTLS_PROBLEM_REVOKED;
	}
	if (!is_listed)
		return credentials->rules.requires_crl
			       ? ADTLS_PROBLEM_CRL_MISSING
			       : 0;
	if (!is_usable)
		problems |= ADTLS_PROBLEM_CRL_INVALID;
	else if (!is_current)
		problems |= ADTLS_PROBLEM_CRL_EXPIRED;
	return problems;
}

/* Can nobody have issued certificate @index but itself? It is an anchor then, or
 * not trusted. By its names alone it may also be its issuer's namesake. */
static bool is_end_of_path(const struct adtls_credentials *credentials,
			   const gnutls_x509_crt_t *chain, size_t count,
			   size_t index, const gnutls_datum_t *issuer)
{
	gnutls_x509_crt_t anchor;

	if (!has_name(chain[index], gnutls_x509_crt_get_raw_dn, issuer))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (i != index &&
		    has_name(chain[i], gnutls_x509_crt_get_raw_dn, issuer))
			return false;
	}
	return gnutls_x509_trust_list_get_issuer(credentials->trust,
						 chain[index], &anchor,
						 0) != 0 ||
	       gnutls_x509_crt_equals(anchor, chain[index]) != 0;
}

unsigned revocation_check(const struct adtls_credentials *credentials,
			  const gnutls_x509_crt_t *chain, size_t count,
			  int64_t utc_s)
{
	unsigned problems = 0;

	if (credentials->crl_count == 0 && !credentials->rules.requires_crl)
		return 0;
	for (size_t i = 0; i < count; i++) {
		gnutls_datum_t issuer;

		if (gnutls_x509_crt_get_raw_issuer_dn(chain[i], &issuer) < 0)
			return problems | ADTLS_PROBLEM_CRL_INVALID;
		if (!is_end_of_path(credentials, chain, count, i, &issuer))
			problems |= check_certificate(credentials, chain, count,
						      i, &issuer, utc_s);
		datum_clear(&issuer);
	}
	return problems;
}
