/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The CA: it checks a request, signs a certificate and packs the answer.
 */
#include "est_server.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/pkcs7.h>
#include <stdlib.h>
#include <string.h>

#include "device_identity.h"
#include "est_request.h"

const char EST_REASON_TOO_LARGE[] = "csr-size";
const char EST_REASON_MALFORMED[] = "csr-malformed";
const char EST_REASON_SIGNATURE[] = "csr-signature";
const char EST_REASON_KEY_TYPE[] = "csr-key-type";
const char EST_REASON_IDENTITY[] = "csr-identity";
const char EST_REASON_NOT_ISSUED_HERE[] = "certificate-not-issued-here";
const char EST_REASON_FORMAT[] = "format-not-available";
const char EST_REASON_INTERNAL[] = "internal-error";

/* RFC 5280 §4.1.2.2 allows 20 octets; 16 random ones never collide. */
#define SERIAL_LEN 16

/* The length of a SHA-1 key identifier, as GnuTLS and most others make it. */
#define KEY_ID_SIZE 20

/* Devices without a good clock would refuse a certificate that starts now. */
#define CLOCK_SKEW_SECONDS 300

struct est_server {
	gnutls_x509_crt_t *chain; /* the CA first, then its issuers */
	unsigned chain_count;
	gnutls_privkey_t key;
	time_t validity_seconds;
};

/* Reads the CA certificate and its issuers. */
static bool load_chain(est_server_t *server, const gnutls_datum_t *chain,
		       struct est_refusal *refusal)
{
	int result = gnutls_x509_crt_list_import2(&server->chain,
						  &server->chain_count, chain,
						  GNUTLS_X509_FMT_PEM, 0);

	if (result < 0)
		return est_refuse(refusal, EST_REASON_MALFORMED,
				  "the CA certificate cannot be read (%s)",
				  gnutls_strerror(result));
	if (server->chain_count > EST_CERTIFICATES_MAX)
		return est_refuse(refusal, EST_REASON_TOO_LARGE,
				  "the CA file holds %u certificates; at most "
				  "%d are served",
				  server->chain_count, EST_CERTIFICATES_MAX);
	if (gnutls_x509_crt_get_ca_status(server->chain[0], NULL) <= 0)
		return est_refuse(refusal, EST_REASON_MALFORMED,
				  "the first certificate of the CA file is not "
				  "a CA's");
	return true;
}

/* Reads the CA's private key and checks that it is the certificate's. */
static bool load_key(est_server_t *server, const gnutls_datum_t *key,
		     struct est_refusal *refusal)
{
	gnutls_pubkey_t certified = NULL;
	gnutls_pubkey_t held = NULL;
	bool is_match;
	int result = gnutls_privkey_import_x509_raw(
		server->key, key, GNUTLS_X509_FMT_PEM, NULL, 0);

	if (result < 0)
		return est_refuse(refusal, EST_REASON_MALFORMED,
				  "the CA's private key cannot be read (%s)",
				  gnutls_strerror(result));
	is_match = gnutls_pubkey_init(&certified) >= 0 &&
		   gnutls_pubkey_init(&held) >= 0 &&
		   gnutls_pubkey_import_x509(certified, server->chain[0], 0) >=
			   0 &&
		   gnutls_pubkey_import_privkey(held, server->key, 0, 0) >= 0 &&
		   est_is_same_key(certified, held);
	gnutls_pubkey_deinit(certified);
	gnutls_pubkey_deinit(held);
	if (!is_match)
		return est_refuse(refusal, EST_REASON_MALFORMED,
				  "the CA's private key is not that of the CA "
				  "certificate");
	return true;
}

bool est_server_new(const gnutls_datum_t *chain, const gnutls_datum_t *key,
		    time_t validity_seconds, est_server_t **out_server,
		    struct est_refusal *refusal)
{
	est_server_t *server = calloc(1, sizeof(*server));

	*out_server = NULL;
	if (server == NULL)
		return est_refuse(refusal, EST_REASON_INTERNAL,
				  "out of memory");
	server->validity_seconds = validity_seconds;
	if (gnutls_privkey_init(&server->key) < 0)
		est_refuse(refusal, EST_REASON_INTERNAL, "out of memory");
	else if (load_chain(server, chain, refusal) &&
		 load_key(server, key, refusal))
		*out_server = server;
	if (*out_server == NULL)
		est_server_free(server);
	return *out_server != NULL;
}

void est_server_free(est_server_t *server)
{
	if (server == NULL)
		return;
	for (unsigned i = 0; i < server->chain_count; i++)
		gnutls_x509_crt_deinit(server->chain[i]);
	gnutls_free(server->chain);
	gnutls_privkey_deinit(server->key);
	free(server);
}

bool est_server_is_issuer(const est_server_t *server,
			  const gnutls_datum_t *certificate)
{
	return est_is_der_issued_by(certificate, server->chain, 1);
}

/* Packs certificates as a degenerate, certs-only PKCS#7 (RFC 7030 §4.1.3). */
static int pack_certs_only(gnutls_x509_crt_t *certificates, unsigned count,
			   gnutls_datum_t *out)
{
	gnutls_pkcs7_t pkcs7;
	int result = gnutls_pkcs7_init(&pkcs7);

	if (result < 0)
		return result;
	for (unsigned i = 0; i < count && result >= 0; i++)
		result = gnutls_pkcs7_set_crt(pkcs7, certificates[i]);
	if (result >= 0)
		result = gnutls_pkcs7_export2(pkcs7, GNUTLS_X509_FMT_DER, out);
	gnutls_pkcs7_deinit(pkcs7);
	return result;
}

/* Writes certificates in the format that was asked for. */
static bool pack(gnutls_x509_crt_t *certificates, unsigned count,
		 unsigned format, gnutls_datum_t *out,
		 struct est_refusal *refusal)
{
	int result;

	if (format == EST_FORMAT_CERTS_ONLY)
		result = pack_certs_only(certificates, count, out);
	else if (format == EST_FORMAT_PKIX_CERT && count == 1)
		result = gnutls_x509_crt_export2(certificates[0],
						 GNUTLS_X509_FMT_DER, out);
	else
		return est_refuse(refusal, EST_REASON_FORMAT,
				  "%u certificate(s) cannot be sent in "
				  "Content-Format %u",
				  count, format);
	if (result < 0)
		return est_refuse(refusal, EST_REASON_INTERNAL,
				  "the answer cannot be encoded (%s)",
				  gnutls_strerror(result));
	return true;
}

bool est_server_cacerts(const est_server_t *server, unsigned format,
			gnutls_datum_t *out, struct est_refusal *refusal)
{
	return pack(server->chain, server->chain_count, format, out, refusal);
}

/* Sets a random positive serial number. */
static int set_serial(gnutls_x509_crt_t certificate)
{
	unsigned char serial[SERIAL_LEN];
	int result = gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));

	if (result < 0)
		return result;
	/* Positive, and of fixed length in DER (RFC 5280 §4.1.2.2). */
	serial[0] = (unsigned char)((serial[0] & 0x3f) | 0x40);
	return gnutls_x509_crt_set_serial(certificate, serial, sizeof(serial));
}

/* Sets a validity that starts a little before now and that the CA outlives. */
static int set_validity(const est_server_t *server,
			gnutls_x509_crt_t certificate, time_t now)
{
	time_t ca_end = gnutls_x509_crt_get_expiration_time(server->chain[0]);
	time_t end = now + server->validity_seconds;
	int result = gnutls_x509_crt_set_activation_time(
		certificate, now - CLOCK_SKEW_SECONDS);

	if (result < 0)
		return result;
	return gnutls_x509_crt_set_expiration_time(certificate,
						   end < ca_end ? end : ca_end);
}

/* Copies the authenticated subject and names the device by its ueid's URN. */
static int set_names(gnutls_x509_crt_t certificate,
		     gnutls_x509_crt_t authenticated,
		     const struct device_identity *device)
{
	gnutls_datum_t subject = { NULL, 0 };
	char urn[DEVICE_URN_SIZE];
	int result = gnutls_x509_crt_get_dn3(authenticated, &subject, 0);

	if (result >= 0)
		result = gnutls_x509_crt_set_dn(certificate,
						(char *)subject.data, NULL);
	gnutls_free(subject.data);
	if (result < 0)
		return result;
	if (!device_identity_urn(device, urn))
		return GNUTLS_E_INTERNAL_ERROR;
	return gnutls_x509_crt_set_subject_alt_name(certificate, GNUTLS_SAN_URI,
						    urn, (unsigned)strlen(urn),
						    GNUTLS_FSAN_SET);
}

/* Limits the certificate to being a TLS client, and links it to its CA. */
static int set_extensions(const est_server_t *server,
			  gnutls_x509_crt_t certificate, gnutls_pubkey_t key)
{
	unsigned char id[KEY_ID_SIZE];
	size_t id_len = sizeof(id);
	int result = gnutls_x509_crt_set_basic_constraints(certificate, 0, -1);

	if (result >= 0)
		result = gnutls_x509_crt_set_key_usage(
			certificate, GNUTLS_KEY_DIGITAL_SIGNATURE);
	if (result >= 0)
		result = gnutls_x509_crt_set_key_purpose_oid(
			certificate, GNUTLS_KP_TLS_WWW_CLIENT, 0);
	if (result >= 0)
		result = gnutls_pubkey_get_key_id(key, 0, id, &id_len);
	if (result >= 0)
		result = gnutls_x509_crt_set_subject_key_id(certificate, id,
							    id_len);
	id_len = sizeof(id);
	if (result >= 0 && gnutls_x509_crt_get_subject_key_id(
				   server->chain[0], id, &id_len, NULL) >= 0)
		result = gnutls_x509_crt_set_authority_key_id(certificate, id,
							      id_len);
	return result;
}

/* Makes and signs the certificate for a request that passed every check. */
static int issue(const est_server_t *server, gnutls_pubkey_t key,
		 gnutls_x509_crt_t authenticated,
		 const struct device_identity *device, time_t now,
		 gnutls_x509_crt_t certificate)
{
	int result = gnutls_x509_crt_set_version(certificate, 3);

	if (result >= 0)
		result = gnutls_x509_crt_set_pubkey(certificate, key);
	if (result >= 0)
		result = set_serial(certificate);
	if (result >= 0)
		result = set_validity(server, certificate, now);
	if (result >= 0)
		result = set_names(certificate, authenticated, device);
	if (result >= 0)
		result = set_extensions(server, certificate, key);
	if (result >= 0)
		result = gnutls_x509_crt_privkey_sign(
			certificate, server->chain[0], server->key,
			GNUTLS_DIG_SHA256, 0);
	return result;
}

/* A rule that holds a request against the certificate of the connection. */
typedef bool (*identity_rule_t)(gnutls_x509_crq_t request,
				gnutls_x509_crt_t certificate,
				struct est_refusal *refusal);

/* Checks the request against the authenticated device and issues. */
static bool certify(const est_server_t *server,
		    const struct est_enrolment *enrolment,
		    gnutls_x509_crt_t authenticated, identity_rule_t rule,
		    gnutls_datum_t *out, struct est_refusal *refusal)
{
	struct device_identity device;
	gnutls_x509_crq_t request;
	gnutls_pubkey_t key;
	gnutls_x509_crt_t issued = NULL;
	bool is_done = false;
	int result;

	if (!device_identity_from_certificate(authenticated, &device))
		return est_refuse(refusal, EST_REASON_IDENTITY,
				  "the device's certificate has no ueid in "
				  "hexadecimal as its subject serialNumber");
	if (!est_request_open(&enrolment->request, &request, &key, refusal))
		return false;
	if (rule(request, authenticated, refusal)) {
		result = gnutls_x509_crt_init(&issued);
		if (result >= 0)
			result = issue(server, key, authenticated, &device,
				       enrolment->now, issued);
		is_done = result >= 0
				  ? pack(&issued, 1, enrolment->format, out,
					 refusal)
				  : est_refuse(refusal, EST_REASON_INTERNAL,
					       "the certificate cannot be made "
					       "(%s)",
					       gnutls_strerror(result));
	}
	gnutls_x509_crt_deinit(issued);
	gnutls_pubkey_deinit(key);
	gnutls_x509_crq_deinit(request);
	return is_done;
}

/* Parses the authenticated certificate and certifies under the rule. */
static bool answer(const est_server_t *server,
		   const struct est_enrolment *enrolment, identity_rule_t rule,
		   gnutls_datum_t *out, struct est_refusal *refusal)
{
	gnutls_x509_crt_t authenticated;
	bool is_done;

	out->data = NULL;
	out->size = 0;
	if (gnutls_x509_crt_init(&authenticated) < 0)
		return est_refuse(refusal, EST_REASON_INTERNAL,
				  "out of memory");
	if (gnutls_x509_crt_import(authenticated, &enrolment->certificate,
				   GNUTLS_X509_FMT_DER) < 0)
		is_done =
			est_refuse(refusal, EST_REASON_IDENTITY,
				   "the connection has no device certificate");
	else
		is_done = certify(server, enrolment, authenticated, rule, out,
				  refusal);
	gnutls_x509_crt_deinit(authenticated);
	return is_done;
}

bool est_server_enrol(const est_server_t *server,
		      const struct est_enrolment *enrolment,
		      gnutls_datum_t *out, struct est_refusal *refusal)
{
	return answer(server, enrolment, est_request_names_same_device, out,
		      refusal);
}

bool est_server_reenrol(const est_server_t *server,
			const struct est_enrolment *enrolment,
			gnutls_datum_t *out, struct est_refusal *refusal)
{
	if (!est_server_is_issuer(server, &enrolment->certificate))
		return est_refuse(refusal, EST_REASON_NOT_ISSUED_HERE,
				  "only a device that shows a certificate of "
				  "this CA can renew it");
	return answer(server, enrolment, est_request_renews, out, refusal);
}
