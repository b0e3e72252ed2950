/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Validation of the peer's certificates: path and signatures by GnuTLS, time
 * by us, as adtls reads no clock (RFC 5280 §6, RFC 8446 §4.4.2). */
#include <string.h>

#include "crypto/certificate.h"
#include "crypto/credentials_object.h"
#include "crypto/datum.h"

/* 112 bits of security: RSA of 2048 bits, SHA-256. */
#define VERIFY_FLAGS                                 \
	(GNUTLS_VERIFY_DISABLE_TIME_CHECKS |         \
	 GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS | \
	 GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_MEDIUM))

/* What the peer presented, and what it must be good for. */
struct presentation {
	const struct adtls_credentials *credentials;
	adtls_role_t role;
	const char *name;
	int64_t utc_s;
	const adtls_bytes_t *chain;
	size_t chain_count;
	gnutls_x509_crt_t certificates[CREDENTIALS_CHAIN_MAX];
	unsigned imported;
};

struct refusal {
	adtls_alert_t alert;
	adtls_reason_t reason;
};

static const struct refusal accepted = { ADTLS_ALERT_NONE, ADTLS_REASON_NONE };

static struct refusal refuse(adtls_alert_t alert, adtls_reason_t reason)
{
	return (struct refusal){ .alert = alert, .reason = reason };
}

/* A server must not show nothing (RFC 8446 §4.4.2.4); a client may, but it was
 * required. */
static struct refusal check_count(const struct presentation *presented)
{
	if (presented->chain_count == 0)
		return refuse(presented->role == ADTLS_SERVER
				      ? ADTLS_ALERT_DECODE_ERROR
				      : ADTLS_ALERT_CERTIFICATE_REQUIRED,
			      ADTLS_REASON_CERTIFICATE_MISSING);
	if (presented->chain_count > CREDENTIALS_CHAIN_MAX)
		return refuse(ADTLS_ALERT_BAD_CERTIFICATE,
			      ADTLS_REASON_MESSAGE_TOO_LARGE);
	return accepted;
}

static struct refusal import(struct presentation *presented)
{
	while (presented->imported < presented->chain_count) {
		unsigned i = presented->imported;
		gnutls_datum_t der = datum_of(presented->chain[i]);

		if (gnutls_x509_crt_init(&presented->certificates[i]) < 0)
			return refuse(ADTLS_ALERT_INTERNAL_ERROR,
				      ADTLS_REASON_INTERNAL);
		presented->imported++;
		if (gnutls_x509_crt_import(presented->certificates[i], &der,
					   GNUTLS_X509_FMT_DER) < 0)
			return refuse(ADTLS_ALERT_BAD_CERTIFICATE,
				      ADTLS_REASON_CERTIFICATE_MALFORMED);
	}
	return accepted;
}

/* The name goes to logs, so control characters do not. */
static void describe_subject(gnutls_x509_crt_t certificate,
			     char out[ADTLS_NAME_MAX])
{
	gnutls_datum_t subject;
	size_t len;

	if (gnutls_x509_crt_get_dn3(certificate, &subject, 0) < 0)
		return;
	len = subject.size < ADTLS_NAME_MAX ? subject.size : ADTLS_NAME_MAX - 1;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = subject.data[i];

		out[i] = '?';
		if (c >= ' ' && c != 0x7f)
			memcpy(&out[i], &c, 1);
	}
	out[len] = '\0';
	datum_clear(&subject);
}

/* What GnuTLS says is wrong, the most telling first. */
static struct refusal refusal_of(unsigned status)
{
	static const struct {
		unsigned status;
		struct refusal refusal;
	} table[] = {
		{ GNUTLS_CERT_REVOKED,
		  { ADTLS_ALERT_CERTIFICATE_REVOKED,
		    ADTLS_REASON_CERTIFICATE_REVOKED } },
		{ GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA,
		  { ADTLS_ALERT_UNKNOWN_CA,
		    ADTLS_REASON_CERTIFICATE_UNTRUSTED } },
		{ GNUTLS_CERT_PURPOSE_MISMATCH,
		  { ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		    ADTLS_REASON_CERTIFICATE_PURPOSE } },
		{ GNUTLS_CERT_INSECURE_ALGORITHM,
		  { ADTLS_ALERT_BAD_CERTIFICATE,
		    ADTLS_REASON_CERTIFICATE_KEY } },
		{ GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS,
		  { ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		    ADTLS_REASON_CERTIFICATE_UNTRUSTED } },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if ((status & table[i].status) != 0)
			return table[i].refusal;
	}
	return refuse(ADTLS_ALERT_BAD_CERTIFICATE,
		      ADTLS_REASON_CERTIFICATE_UNTRUSTED);
}

static struct refusal check_path(struct presentation *presented)
{
	const char *purpose = presented->role == ADTLS_SERVER
				      ? GNUTLS_KP_TLS_WWW_SERVER
				      : GNUTLS_KP_TLS_WWW_CLIENT;
	gnutls_typed_vdata_st data = { 0 };
	unsigned status;

	data.type = GNUTLS_DT_KEY_PURPOSE_OID;
	data.data = (unsigned char *)purpose;

	if (gnutls_x509_trust_list_verify_crt2(presented->credentials->trust,
					       presented->certificates,
					       presented->imported, &data, 1,
					       VERIFY_FLAGS, &status, NULL) < 0)
		return refuse(ADTLS_ALERT_BAD_CERTIFICATE,
			      ADTLS_REASON_CERTIFICATE_MALFORMED);
	return status == 0 ? accepted : refusal_of(status);
}

static struct refusal check_time(gnutls_x509_crt_t certificate, int64_t utc_s)
{
	time_t from = gnutls_x509_crt_get_activation_time(certificate);
	time_t until = gnutls_x509_crt_get_expiration_time(certificate);

	if (from == (time_t)-1 || until == (time_t)-1)
		return refuse(ADTLS_ALERT_BAD_CERTIFICATE,
			      ADTLS_REASON_CERTIFICATE_MALFORMED);
	if (utc_s < from)
		return refuse(ADTLS_ALERT_CERTIFICATE_EXPIRED,
			      ADTLS_REASON_CERTIFICATE_NOT_YET_VALID);
	/* RFC 5280 §4.1.2.5: 99991231235959Z is no expiry at all. */
	if (utc_s > until && until != GNUTLS_X509_NO_WELL_DEFINED_EXPIRATION)
		return refuse(ADTLS_ALERT_CERTIFICATE_EXPIRED,
			      ADTLS_REASON_CERTIFICATE_EXPIRED);
	return accepted;
}

/* Every certificate shown, whichever GnuTLS made the path of. */
static struct refusal check_times(struct presentation *presented)
{
	struct refusal refusal = accepted;

	if (presented->utc_s == ADTLS_UTC_UNKNOWN)
		return refuse(ADTLS_ALERT_CERTIFICATE_UNKNOWN,
			      ADTLS_REASON_NO_UTC);
	for (unsigned i = 0;
	     i < presented->imported && refusal.alert == ADTLS_ALERT_NONE; i++)
		refusal = check_time(presented->certificates[i],
				     presented->utc_s);
	return refusal;
}

/* RFC 8446 §4.4.2.2: digitalSignature, where key usage is stated. */
static struct refusal check_usage(struct presentation *presented)
{
	unsigned usage;
	int result = gnutls_x509_crt_get_key_usage(presented->certificates[0],
						   &usage, NULL);

	if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return accepted;
	if (result < 0)
		return refuse(ADTLS_ALERT_BAD_CERTIFICATE,
			      ADTLS_REASON_CERTIFICATE_MALFORMED);
	if ((usage & GNUTLS_KEY_DIGITAL_SIGNATURE) == 0)
		return refuse(ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
			      ADTLS_REASON_CERTIFICATE_PURPOSE);
	return accepted;
}

static struct refusal check_name(struct presentation *presented)
{
	if (presented->name == NULL ||
	    gnutls_x509_crt_check_hostname2(presented->certificates[0],
					    presented->name, 0) != 0)
		return accepted;
	return refuse(ADTLS_ALERT_BAD_CERTIFICATE,
		      ADTLS_REASON_CERTIFICATE_NAME);
}

/* The key comes from the very bytes that the binder covers. */
static struct refusal take_key(const struct presentation *presented,
			       struct certificate_verdict *out)
{
	adtls_bytes_t spki;

	if (!certificate_find_spki(presented->chain[0], &spki))
		return refuse(ADTLS_ALERT_BAD_CERTIFICATE,
			      ADTLS_REASON_CERTIFICATE_MALFORMED);
	out->key = crypto_public_key_new_spki(spki);
	if (out->key == NULL || crypto_public_key_scheme(out->key) == NULL)
		return refuse(ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
			      ADTLS_REASON_CERTIFICATE_KEY);
	if (!buffer_set(&out->spki, spki.data, spki.len))
		return refuse(ADTLS_ALERT_INTERNAL_ERROR,
			      ADTLS_REASON_INTERNAL);
	return accepted;
}

static struct refusal validate(struct presentation *presented,
			       struct certificate_verdict *out)
{
	static struct refusal (*const checks[])(struct presentation *) = {
		check_path,
		check_times,
		check_usage,
		check_name,
	};
	struct refusal refusal = check_count(presented);

	if (refusal.alert == ADTLS_ALERT_NONE)
		refusal = import(presented);
	if (refusal.alert != ADTLS_ALERT_NONE)
		return refusal;
	describe_subject(presented->certificates[0], out->subject);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		refusal = checks[i](presented);
		if (refusal.alert != ADTLS_ALERT_NONE)
			return refusal;
	}
	return take_key(presented, out);
}

void credentials_validate(const struct adtls_credentials *credentials,
			  adtls_role_t peer_role, const adtls_bytes_t *chain,
			  size_t chain_count, const char *name, int64_t utc_s,
			  struct certificate_verdict *out)
{
	struct presentation presented = {
		.credentials = credentials,
		.role = peer_role,
		.name = name,
		.utc_s = utc_s,
		.chain = chain,
		.chain_count = chain_count,
	};
	struct refusal refusal;

	*out = (struct certificate_verdict){ 0 };
	refusal = validate(&presented, out);
	out->alert = refusal.alert;
	out->reason = refusal.reason;
	if (refusal.alert != ADTLS_ALERT_NONE) {
		crypto_public_key_free(out->key);
		out->key = NULL;
	}
	for (unsigned i = 0; i < presented.imported; i++)
		gnutls_x509_crt_deinit(presented.certificates[i]);
}

void certificate_verdict_clear(struct certificate_verdict *verdict)
{
	buffer_clear(&verdict->spki);
	crypto_public_key_free(verdict->key);
	*verdict = (struct certificate_verdict){ 0 };
}
