/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keys, requests and the checks on a CA's answers, for the device.
 */
#include "est_client.h"

#include <gnutls/pkcs7.h>
#include <string.h>

const char EST_REASON_ANSWER_SIZE[] = "answer-size";
const char EST_REASON_ANSWER_MALFORMED[] = "answer-malformed";
const char EST_REASON_ANSWER_KEY[] = "answer-for-another-key";
const char EST_REASON_ANSWER_ISSUER[] = "answer-issuer-unknown";
const char EST_REASON_ANSWER_COUNT[] = "answer-count";
const char EST_REASON_LOCAL[] = "local-error";

/* A SubjectAltName that we repeat came from our own certificate, so short. */
#define ALTERNATIVE_NAME_SIZE 256

void est_certificates_clear(struct est_certificates *certificates)
{
	for (unsigned i = 0; i < certificates->count; i++)
		gnutls_x509_crt_deinit(certificates->list[i]);
	memset(certificates, 0, sizeof(*certificates));
}

bool est_client_generate_key(gnutls_privkey_t *out_key,
			     struct est_refusal *refusal)
{
	int result = gnutls_privkey_init(out_key);

	if (result >= 0)
		result = gnutls_privkey_generate(
			*out_key, GNUTLS_PK_ECDSA,
			GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
	if (result >= 0)
		return true;
	gnutls_privkey_deinit(*out_key);
	*out_key = NULL;
	return est_refuse(refusal, EST_REASON_LOCAL,
			  "no key could be generated (%s)",
			  gnutls_strerror(result));
}

/* Copies subject and SubjectAltName of a certificate into a request. */
static int copy_names(gnutls_x509_crt_t certificate, gnutls_x509_crq_t request)
{
	gnutls_datum_t subject = { NULL, 0 };
	char name[ALTERNATIVE_NAME_SIZE];
	int result = gnutls_x509_crt_get_dn3(certificate, &subject, 0);

	if (result >= 0)
		result = gnutls_x509_crq_set_dn(request, (char *)subject.data,
						NULL);
	gnutls_free(subject.data);
	for (unsigned i = 0; result >= 0; i++) {
		size_t name_len = sizeof(name);
		unsigned type = 0;

		result = gnutls_x509_crt_get_subject_alt_name2(
			certificate, i, name, &name_len, &type, NULL);
		if (result >= 0)
			result = gnutls_x509_crq_set_subject_alt_name(
				request, type, name, (unsigned)name_len,
				i == 0 ? GNUTLS_FSAN_SET : GNUTLS_FSAN_APPEND);
	}
	return result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE ? 0 : result;
}

/* Fills, signs and encodes a request. */
static int build_request(gnutls_x509_crq_t request, gnutls_pubkey_t public_key,
			 gnutls_privkey_t key, gnutls_x509_crt_t certificate,
			 gnutls_datum_t *out)
{
	int result = gnutls_pubkey_import_privkey(public_key, key, 0, 0);

	if (result >= 0)
		result = gnutls_x509_crq_set_version(request, 1);
	if (result >= 0)
		result = gnutls_x509_crq_set_pubkey(request, public_key);
	if (result >= 0 && certificate != NULL)
		result = copy_names(certificate, request);
	if (result >= 0)
		result = gnutls_x509_crq_privkey_sign(request, key,
						      GNUTLS_DIG_SHA256, 0);
	if (result >= 0)
		result = gnutls_x509_crq_export2(request, GNUTLS_X509_FMT_DER,
						 out);
	return result;
}

bool est_client_request(gnutls_privkey_t key, gnutls_x509_crt_t certificate,
			gnutls_datum_t *out, struct est_refusal *refusal)
{
	gnutls_x509_crq_t request = NULL;
	gnutls_pubkey_t public_key = NULL;
	int result = gnutls_x509_crq_init(&request);

	out->data = NULL;
	out->size = 0;
	if (result >= 0)
		result = gnutls_pubkey_init(&public_key);
	if (result >= 0)
		result = build_request(request, public_key, key, certificate,
				       out);
	gnutls_pubkey_deinit(public_key);
	gnutls_x509_crq_deinit(request);
	if (result < 0)
		return est_refuse(refusal, EST_REASON_LOCAL,
				  "the certificate request cannot be made (%s)",
				  gnutls_strerror(result));
	return true;
}

/* Appends one certificate in DER. */
static int append_certificate(const gnutls_datum_t *der,
			      struct est_certificates *out)
{
	gnutls_x509_crt_t certificate;
	int result = gnutls_x509_crt_init(&certificate);

	if (result < 0)
		return result;
	result = gnutls_x509_crt_import(certificate, der, GNUTLS_X509_FMT_DER);
	if (result < 0)
		gnutls_x509_crt_deinit(certificate);
	else
		out->list[out->count++] = certificate;
	return result;
}

/* Takes the certificates out of a certs-only PKCS#7. */
static int read_certs_only(const gnutls_datum_t *answer,
			   struct est_certificates *out)
{
	gnutls_pkcs7_t pkcs7;
	gnutls_datum_t der;
	int count;
	int result = gnutls_pkcs7_init(&pkcs7);

	if (result < 0)
		return result;
	result = gnutls_pkcs7_import(pkcs7, answer, GNUTLS_X509_FMT_DER);
	count = result < 0 ? result : gnutls_pkcs7_get_crt_count(pkcs7);
	if (count > EST_CERTIFICATES_MAX)
		result = GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE;
	for (int i = 0; i < count && result >= 0; i++) {
		result = gnutls_pkcs7_get_crt_raw2(pkcs7, (unsigned)i, &der);
		if (result < 0)
			break;
		result = append_certificate(&der, out);
		gnutls_free(der.data);
	}
	gnutls_pkcs7_deinit(pkcs7);
	return count < 0 ? count : result;
}

bool est_client_read(const gnutls_datum_t *answer, unsigned format,
		     struct est_certificates *out, struct est_refusal *refusal)
{
	int result;

	memset(out, 0, sizeof(*out));
	if (answer->size == 0 || answer->size > EST_RESPONSE_MAX)
		return est_refuse(refusal, EST_REASON_ANSWER_SIZE,
				  "the gateway's answer has %u bytes; 1 to %d "
				  "are accepted",
				  answer->size, EST_RESPONSE_MAX);
	if (format == EST_FORMAT_CERTS_ONLY)
		result = read_certs_only(answer, out);
	else if (format == EST_FORMAT_PKIX_CERT)
		result = append_certificate(answer, out);
	else
		return est_refuse(refusal, EST_REASON_ANSWER_MALFORMED,
				  "the gateway answered in Content-Format %u, "
				  "which holds no certificates",
				  format);
	if (result >= 0 && out->count > 0)
		return true;
	est_certificates_clear(out);
	return est_refuse(refusal, EST_REASON_ANSWER_MALFORMED,
			  "the gateway's answer holds no readable certificates "
			  "(%s)",
			  result < 0 ? gnutls_strerror(result) : "empty");
}

/* True if the certificate is for the private key. */
static bool is_for_key(gnutls_x509_crt_t certificate, gnutls_privkey_t key)
{
	gnutls_pubkey_t certified = NULL;
	gnutls_pubkey_t held = NULL;
	bool is_match = gnutls_pubkey_init(&certified) >= 0 &&
			gnutls_pubkey_init(&held) >= 0 &&
			gnutls_pubkey_import_x509(certified, certificate, 0) >=
				0 &&
			gnutls_pubkey_import_privkey(held, key, 0, 0) >= 0 &&
			est_is_same_key(certified, held);

	gnutls_pubkey_deinit(certified);
	gnutls_pubkey_deinit(held);
	return is_match;
}

/* True if one of the authorities signed the certificate and it is valid. */
static bool is_acceptable(gnutls_x509_crt_t certificate,
			  const struct est_certificates *authorities,
			  time_t now)
{
	return est_is_issued_by(certificate, authorities->list,
				authorities->count) &&
	       now >= gnutls_x509_crt_get_activation_time(certificate) &&
	       now <= gnutls_x509_crt_get_expiration_time(certificate);
}

bool est_client_accept(const gnutls_datum_t *answer, unsigned format,
		       gnutls_privkey_t key,
		       const struct est_certificates *authorities, time_t now,
		       gnutls_x509_crt_t *out_certificate,
		       struct est_refusal *refusal)
{
	struct est_certificates issued;
	bool is_good = false;

	*out_certificate = NULL;
	if (!est_client_read(answer, format, &issued, refusal))
		return false;
	if (issued.count != 1)
		est_refuse(refusal, EST_REASON_ANSWER_COUNT,
			   "the gateway sent %u certificates instead of one",
			   issued.count);
	else if (!is_for_key(issued.list[0], key))
		est_refuse(refusal, EST_REASON_ANSWER_KEY,
			   "the gateway sent a certificate for another key");
	else if (!is_acceptable(issued.list[0], authorities, now))
		est_refuse(
			refusal, EST_REASON_ANSWER_ISSUER,
			"the certificate is not valid now, or was not issued "
			"by an authority that the gateway announced");
	else
		is_good = true;
	if (is_good) {
		*out_certificate = issued.list[0];
		issued.count = 0;
	}
	est_certificates_clear(&issued);
	return is_good;
}
