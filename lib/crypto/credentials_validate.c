/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Validation of the peer's certificates: path and signatures by GnuTLS, time
 * by us, as adtls reads no clock (RFC 5280 §6, RFC 8446 §4.4.2). */
#include <string.h>

#include "crypto/certificate.h"
#include "crypto/credentials_object.h"
#include "crypto/credentials_revocation.h"
#include "crypto/datum.h"

#define VERIFY_FLAGS                         \
	(GNUTLS_VERIFY_DISABLE_TIME_CHECKS | \
	 GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS)

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

/* The refusal for all the problems together: the most telling first. */
static struct refusal refusal_of(unsigned problems)
{
	static const struct {
		unsigned problems;
		struct refusal refusal;
	} table[] = {
		{ ADTLS_PROBLEM_REVOKED,
		  { ADTLS_ALERT_CERTIFICATE_REVOKED,
		    ADTLS_REASON_CERTIFICATE_REVOKED } },
		{ ADTLS_PROBLEM_UNTRUSTED | ADTLS_PROBLEM_SELF_SIGNED,
		  { ADTLS_ALERT_UNKNOWN_CA,
		    ADTLS_REASON_CERTIFICATE_UNTRUSTED } },
		{ ADTLS_PROBLEM_PURPOSE,
		  { ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		    ADTLS_REASON_CERTIFICATE_PURPOSE } },
		{ ADTLS_PROBLEM_WEAK,
		  { ADTLS_ALERT_BAD_CERTIFICATE,
		    ADTLS_REASON_CERTIFICATE_KEY } },
		{ ADTLS_PROBLEM_EXTENSION,
		  { ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		    ADTLS_REASON_CERTIFICATE_UNTRUSTED } },
		{ ADTLS_PROBLEM_PATH,
		  { ADTLS_ALERT_BAD_CERTIFICATE,
		    ADTLS_REASON_CERTIFICATE_UNTRUSTED } },
		{ ADTLS_PROBLEM_CHAIN_LIMIT,
		  { ADTLS_ALERT_BAD_CERTIFICATE,
		    ADTLS_REASON_CERTIFICATE_CHAIN_LIMIT } },
		{ ADTLS_PROBLEM_NO_UTC,
		  { ADTLS_ALERT_CERTIFICATE_UNKNOWN, ADTLS_REASON_NO_UTC } },
		{ ADTLS_PROBLEM_NOT_YET_VALID,
		  { ADTLS_ALERT_CERTIFICATE_EXPIRED,
		    ADTLS_REASON_CERTIFICATE_NOT_YET_VALID } },
		{ ADTLS_PROBLEM_EXPIRED,
		  { ADTLS_ALERT_CERTIFICATE_EXPIRED,
		    ADTLS_REASON_CERTIFICATE_EXPIRED } },
		{ ADTLS_PROBLEM_NAME,
		  { ADTLS_ALERT_BAD_CERTIFICATE,
		    ADTLS_REASON_CERTIFICATE_NAME } },
		{ ADTLS_PROBLEM_CRL_INVALID,
		  { ADTLS_ALERT_CERTIFICATE_UNKNOWN,
		    ADTLS_REASON_CRL_INVALID } },
		{ ADTLS_PROBLEM_CRL_EXPIRED,
		  { ADTLS_ALERT_CERTIFICATE_UNKNOWN,
		    ADTLS_REASON_CRL_EXPIRED } },
		{ ADTLS_PROBLEM_CRL_MISSING,
		  { ADTLS_ALERT_CERTIFICATE_UNKNOWN,
		    ADTLS_REASON_CRL_MISSING } },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if ((problems & table[i].problems) != 0)
			return table[i].refusal;
	}
	return accepted;
}

/* Alone, and in its own name: a device without an authority. */
static bool is_self_signed(const struct presentation *presented)
{
	return presented->imported == 1 &&
	       gnutls_x509_crt_check_issuer(presented->certificates[0],
					    presented->certificates[0]) != 0;
}

/* What of GnuTLS's status a problem of its own stands for. */
#define NAMED_STATUS                                                   \
	(GNUTLS_CERT_INVALID | GNUTLS_CERT_REVOKED |                   \
	 GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA |    \
	 GNUTLS_CERT_PURPOSE_MISMATCH | GNUTLS_CERT_INSECURE_ALGORITHM | \
	 GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS)

/* What GnuTLS says is wrong. */
static unsigned problems_of(const struct presentation *presented,
			    unsigned status)
{
	unsigned problems = 0;

	if ((status & GNUTLS_CERT_REVOKED) != 0)
		problems |= ADTLS_PROBLEM_REVOKED;
	if ((status &
	     (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA)) != 0)
		problems |= is_self_signed(presented)
				    ? ADTLS_PROBLEM_SELF_SIGNED
				    : ADTLS_PROBLEM_UNTRUSTED;
	if ((status & GNUTLS_CERT_PURPOSE_MISMATCH) != 0)
		problems |= ADTLS_PROBLEM_PURPOSE;
	if ((status & GNUTLS_CERT_INSECURE_ALGORITHM) != 0)
		problems |= ADTLS_PROBLEM_WEAK;
	if ((status & GNUTLS_CERT_UNKNOWN_CRIT_EXTENSIONS) != 0)
		problems |= ADTLS_PROBLEM_EXTENSION;
	/* Something that has no name of its own here, such as a signature that
	 * does not verify: it must not hide behind what may be tolerated. */
	if ((status & ~(unsigned)NAMED_STATUS) != 0 ||
	    (status != 0 && problems == 0))
		problems |= ADTLS_PROBLEM_PATH;
	return problems;
}

static unsigned check_path(const struct presentation *presented)
{
	const struct credentials_rules *rules = &presented->credentials->rules;
	const char *purpose = presented->role == ADTLS_SERVER
				      ? GNUTLS_KP_TLS_WWW_SERVER
				      : GNUTLS_KP_TLS_WWW_CLIENT;
	gnutls_typed_vdata_st data = { 0 };
	unsigned status;

	if (rules->purpose[0] != '\0')
		purpose = rules->purpose;
	data.type = GNUTLS_DT_KEY_PURPOSE_OID;
	data.data = (unsigned char *)purpose;

	if (gnutls_x509_trust_list_verify_crt2(
		    presented->credentials->trust,
		    (gnutls_x509_crt_t *)presented->certificates,
		    presented->imported, &data, 1,
		    VERIFY_FLAGS | GNUTLS_PROFILE_TO_VFLAGS(rules->profile),
		    &status, NULL) < 0)
		return ADTLS_PROBLEM_PATH;
	return problems_of(presented, status);
}

static unsigned check_limit(const struct presentation *presented)
{
	return presented->imported > presented->credentials->rules.chain_limit
		       ? ADTLS_PROBLEM_CHAIN_LIMIT
		       : 0;
}

static unsigned check_time(gnutls_x509_crt_t certificate, int64_t utc_s)
{
	time_t from = gnutls_x509_crt_get_activation_time(certificate);
	time_t until = gnutls_x509_crt_get_expiration_time(certificate);

	if (from == (time_t)-1 || until == (time_t)-1)
		return ADTLS_PROBLEM_PATH;
	if (utc_s < from)
		return ADTLS_PROBLEM_NOT_YET_VALID;
	/* RFC 5280 §4.1.2.5: 99991231235959Z is no expiry at all. */
	if (utc_s > until && until != GNUTLS_X509_NO_WELL_DEFINED_EXPIRATION)
		return ADTLS_PROBLEM_EXPIRED;
	return 0;
}

/* Every certificate shown, whichever GnuTLS made the path of. */
static unsigned check_times(const struct presentation *presented)
{
	unsigned problems = 0;

	if (presented->utc_s == ADTLS_UTC_UNKNOWN)
		return ADTLS_PROBLEM_NO_UTC;
	for (unsigned i = 0; i < presented->imported; i++)
		problems |= check_time(presented->certificates[i],
				       presented->utc_s);
	return problems;
}

/* RFC 8446 §4.4.2.2: digitalSignature, where key usage is stated. */
static unsigned check_usage(const struct presentation *presented)
{
	unsigned usage;
	int result = gnutls_x509_crt_get_key_usage(presented->certificates[0],
						   &usage, NULL);

	if (result == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
		return 0;
	if (result < 0)
		return ADTLS_PROBLEM_PATH;
	return (usage & GNUTLS_KEY_DIGITAL_SIGNATURE) == 0
		       ? ADTLS_PROBLEM_PURPOSE
		       : 0;
}

static unsigned check_name(const struct presentation *presented)
{
	if (presented->name == NULL ||
	    gnutls_x509_crt_check_hostname2(presented->certificates[0],
					    presented->name, 0) != 0)
		return 0;
	return ADTLS_PROBLEM_NAME;
}

static unsigned check_revocation(const struct presentation *presented)
{
	return revocation_check(presented->credentials, presented->certificates,
				presented->imported, presented->utc_s);
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
	if (out->key != NULL && crypto_public_key_scheme(out->key) != NULL &&
	    buffer_set(&out->spki, spki.data, spki.len))
		return accepted;
	crypto_public_key_free(out->key);
	out->key = NULL;
	return refuse(ADTLS_ALERT_UNSUPPORTED_CERTIFICATE,
		      ADTLS_REASON_CERTIFICATE_KEY);
}

static struct refusal validate(struct presentation *presented,
			       struct certificate_verdict *out)
{
	static unsigned (*const checks[])(const struct presentation *) = {
		check_path, check_limit, check_times,
		check_usage, check_name, check_revocation,
	};
	struct refusal refusal = check_count(presented);
	struct refusal unusable;

	if (refusal.alert == ADTLS_ALERT_NONE)
		refusal = import(presented);
	if (refusal.alert != ADTLS_ALERT_NONE)
		return refusal;
	describe_subject(presented->certificates[0], out->subject);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		out->problems |= checks[i](presented);
	unusable = take_key(presented, out);
	refusal = refusal_of(out->problems &
			     ~presented->credentials->rules.tolerated);
	return refusal.alert != ADTLS_ALERT_NONE ? refusal : unusable;
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
	for (unsigned i = 0; i < presented.imported; i++)
		gnutls_x509_crt_deinit(presented.certificates[i]);
}

void certificate_verdict_clear(struct certificate_verdict *verdict)
{
	buffer_clear(&verdict->spki);
	crypto_public_key_free(verdict->key);
	*verdict = (struct certificate_verdict){ 0 };
}
