/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks on a certificate request, in the order in which they get dearer:
 * size, syntax, key type, signature, names.
 */
#include "est_request.h"

#include <string.h>

#include "est_server.h"

#define OID_SERIAL_NUMBER "2.5.4.5"

/* An X.520 serialNumber has at most 64 characters (RFC 5280, Appendix A). */
#define SERIAL_NUMBER_SIZE 65

/* A SubjectAltName that we would renew is one of ours, so short. */
#define ALTERNATIVE_NAME_SIZE 256

/* Checks that the key is on P-256, the one curve that every constrained
 * profile has (RFC 9148 §3). */
static bool check_key_type(gnutls_pubkey_t key, struct est_refusal *refusal)
{
	unsigned bits = 0;
	int algorithm = gnutls_pubkey_get_pk_algorithm(key, &bits);
	gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;

	if (algorithm == GNUTLS_PK_ECDSA &&
	    gnutls_pubkey_export_ecc_raw2(key, &curve, NULL, NULL, 0) >= 0 &&
	    curve == GNUTLS_ECC_CURVE_SECP256R1)
		return true;
	return est_refuse(refusal, EST_REASON_KEY_TYPE,
			  "the request is for a key of type %s, %u bit; only "
			  "ECDSA on P-256 is certified here",
			  gnutls_pk_algorithm_get_name(algorithm), bits);
}

/* Fills request and key from DER and runs every check on them. */
static bool open_into(const gnutls_datum_t *der, gnutls_x509_crq_t request,
		      gnutls_pubkey_t key, struct est_refusal *refusal)
{
	int result = gnutls_x509_crq_import(request, der, GNUTLS_X509_FMT_DER);

	if (result >= 0)
		result = gnutls_pubkey_import_x509_crq(key, request, 0);
	if (result < 0)
		return est_refuse(refusal, EST_REASON_MALFORMED,
				  "the request is not a PKCS#10 request in DER "
				  "(%s)",
				  gnutls_strerror(result));
	if (!check_key_type(key, refusal))
		return false;
	result = gnutls_x509_crq_verify(request, 0);
	if (result < 0)
		return est_refuse(refusal, EST_REASON_SIGNATURE,
				  "the request's signature does not prove "
				  "possession of its key (%s)",
				  gnutls_strerror(result));
	return true;
}

bool est_request_open(const gnutls_datum_t *der, gnutls_x509_crq_t *out_request,
		      gnutls_pubkey_t *out_key, struct est_refusal *refusal)
{
	*out_request = NULL;
	*out_key = NULL;
	if (der->size == 0 || der->size > EST_REQUEST_MAX)
		return est_refuse(refusal, EST_REASON_TOO_LARGE,
				  "the request has %u bytes; 1 to %d are "
				  "accepted",
				  der->size, EST_REQUEST_MAX);
	if (gnutls_x509_crq_init(out_request) < 0 ||
	    gnutls_pubkey_init(out_key) < 0)
		est_refuse(refusal, EST_REASON_INTERNAL, "out of memory");
	else if (open_into(der, *out_request, *out_key, refusal))
		return true;
	gnutls_pubkey_deinit(*out_key);
	gnutls_x509_crq_deinit(*out_request);
	*out_request = NULL;
	*out_key = NULL;
	return false;
}

bool est_request_names_same_device(gnutls_x509_crq_t request,
				   gnutls_x509_crt_t certificate,
				   struct est_refusal *refusal)
{
	char asked[SERIAL_NUMBER_SIZE] = "";
	char known[SERIAL_NUMBER_SIZE] = "";
	size_t asked_len = sizeof(asked);
	size_t known_len = sizeof(known);
	int result = gnutls_x509_crq_get_dn_by_oid(request, OID_SERIAL_NUMBER,
						   0, 0, asked, &asked_len);

	if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return true;
	if (result >= 0 &&
	    gnutls_x509_crt_get_dn_by_oid(certificate, OID_SERIAL_NUMBER, 0, 0,
					  known, &known_len) >= 0 &&
	    asked_len == known_len && memcmp(asked, known, known_len) == 0)
		return true;
	return est_refuse(refusal, EST_REASON_IDENTITY,
			  "the request names device \"%.64s\", but the "
			  "connection was authenticated as \"%.64s\"",
			  result >= 0 ? asked : "(unreadable)", known);
}

/* Compares one SubjectAltName by its index; sets *out_is_last past the end. */
static bool is_same_alternative_name(gnutls_x509_crq_t request,
				     gnutls_x509_crt_t certificate,
				     unsigned index, bool *out_is_last)
{
	char asked[ALTERNATIVE_NAME_SIZE];
	char known[ALTERNATIVE_NAME_SIZE];
	size_t asked_len = sizeof(asked);
	size_t known_len = sizeof(known);
	unsigned asked_type = 0;
	unsigned known_type = 0;
	int asked_result = gnutls_x509_crq_get_subject_alt_name(
		request, index, asked, &asked_len, &asked_type, NULL);
	int known_result = gnutls_x509_crt_get_subject_alt_name2(
		certificate, index, known, &known_len, &known_type, NULL);

	*out_is_last = false;
	if (asked_result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE &&
	    known_result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
		*out_is_last = true;
		return true;
	}
	return asked_result >= 0 && known_result >= 0 &&
	       asked_type == known_type && asked_len == known_len &&
	       memcmp(asked, known, known_len) == 0;
}

/* Compares the whole SubjectAltName extension, in order. */
static bool has_same_alternative_names(gnutls_x509_crq_t request,
				       gnutls_x509_crt_t certificate)
{
	bool is_last = false;

	for (unsigned i = 0; !is_last; i++)
		if (!is_same_alternative_name(request, certificate, i,
					      &is_last))
			return false;
	return true;
}

bool est_request_renews(gnutls_x509_crq_t request,
			gnutls_x509_crt_t certificate,
			struct est_refusal *refusal)
{
	gnutls_datum_t asked = { NULL, 0 };
	gnutls_datum_t known = { NULL, 0 };
	bool is_same = gnutls_x509_crq_get_dn3(request, &asked, 0) >= 0 &&
		       gnutls_x509_crt_get_dn3(certificate, &known, 0) >= 0 &&
		       asked.size == known.size &&
		       memcmp(asked.data, known.data, known.size) == 0;

	if (!is_same)
		est_refuse(
			refusal, EST_REASON_IDENTITY,
			"the renewal asks for the subject \"%.64s\", but the "
			"certificate to be renewed has \"%.64s\"",
			asked.data != NULL ? (char *)asked.data : "",
			known.data != NULL ? (char *)known.data : "");
	gnutls_free(asked.data);
	gnutls_free(known.data);
	if (is_same && !has_same_alternative_names(request, certificate))
		return est_refuse(refusal, EST_REASON_IDENTITY,
				  "the renewal's SubjectAltName differs from "
				  "that of the certificate to be renewed");
	return is_same;
}
