/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names and sentences of errors, alerts and reasons. A sentence says what
 * happened and, where that is not plain, what to look at. */
#include <adtls/error.h>

#include <stddef.h>

struct meaning {
	int code;
	const char *name;
	const char *sentence;
};

/* clang-format off */
#define ERROR(code, sentence) { code, #code, sentence }

static const struct meaning errors[] = {
	ERROR(ADTLS_OK, "Success."),
	ERROR(ADTLS_E_MEMORY, "Out of memory."),
	ERROR(ADTLS_E_INVALID,
	      "An argument is not allowed, or the call is not allowed now."),
	ERROR(ADTLS_E_AGAIN, "Nothing can be done yet: call again later."),
	ERROR(ADTLS_E_TOO_LARGE,
	      "The data is larger than a limit or than the buffer given."),
	ERROR(ADTLS_E_DECODE,
	      "The data is not in the format that it should be in."),
	ERROR(ADTLS_E_CRYPTO, "A cryptographic operation failed."),
	ERROR(ADTLS_E_RANDOM, "The random number generator failed."),
	ERROR(ADTLS_E_UNSUPPORTED,
	      "This is known to adtls but not supported by this build."),
	ERROR(ADTLS_E_PRIORITY,
	      "The priority string has a mistake, or leaves nothing to use in "
	      "one of its categories."),
	ERROR(ADTLS_E_CREDENTIALS,
	      "A key, certificate or trust list cannot be used, or a key does "
	      "not belong to its certificate."),
	ERROR(ADTLS_E_FILE, "A file cannot be read."),
	ERROR(ADTLS_E_POLICY,
	      "The attestation policy is missing or has a mistake, so every "
	      "peer is refused."),
	ERROR(ADTLS_E_HANDSHAKE,
	      "The handshake failed: the reason says why."),
	ERROR(ADTLS_E_TIMEOUT, "The peer did not answer in time."),
	ERROR(ADTLS_E_CLOSED, "The connection is closed."),
	ERROR(ADTLS_E_PENDING,
	      "The peer is not authorized yet: its attestation is still being "
	      "appraised."),
	ERROR(ADTLS_E_DENIED,
	      "The peer's attestation was refused: the verdict says why."),
	ERROR(ADTLS_E_ATTESTER,
	      "This device could not produce Evidence of its own state."),
	ERROR(ADTLS_E_IO, "The socket failed: see errno."),
	ERROR(ADTLS_E_INTERNAL,
	      "adtls found itself in a state that should not exist: please "
	      "report this."),
};

static const struct meaning alerts[] = {
	{ ADTLS_ALERT_CLOSE_NOTIFY, "close_notify",
	  "The sender closed the connection and will send nothing more." },
	{ ADTLS_ALERT_UNEXPECTED_MESSAGE, "unexpected_message",
	  "The sender received a message that is not allowed at this point." },
	{ ADTLS_ALERT_BAD_RECORD_MAC, "bad_record_mac",
	  "The sender received records that do not decrypt." },
	{ ADTLS_ALERT_RECORD_OVERFLOW, "record_overflow",
	  "The sender received a record that is too long." },
	{ ADTLS_ALERT_HANDSHAKE_FAILURE, "handshake_failure",
	  "The sender found nothing in common to negotiate, or a message over "
	  "its limits." },
	{ ADTLS_ALERT_BAD_CERTIFICATE, "bad_certificate",
	  "The sender could not read or verify the certificate that it was "
	  "shown." },
	{ ADTLS_ALERT_UNSUPPORTED_CERTIFICATE, "unsupported_certificate",
	  "The sender does not support this kind of certificate or key." },
	{ ADTLS_ALERT_CERTIFICATE_REVOKED, "certificate_revoked",
	  "The certificate that the sender was shown has been revoked." },
	{ ADTLS_ALERT_CERTIFICATE_EXPIRED, "certificate_expired",
	  "The certificate that the sender was shown is not valid at this "
	  "time: check the clocks too." },
	{ ADTLS_ALERT_CERTIFICATE_UNKNOWN, "certificate_unknown",
	  "The sender cannot accept the certificate for another reason." },
	{ ADTLS_ALERT_ILLEGAL_PARAMETER, "illegal_parameter",
	  "The sender received a value that is not allowed or contradicts "
	  "another." },
	{ ADTLS_ALERT_UNKNOWN_CA, "unknown_ca",
	  "The sender does not trust the issuer of the certificate." },
	{ ADTLS_ALERT_ACCESS_DENIED, "access_denied",
	  "The certificate is valid, but the sender grants it no access." },
	{ ADTLS_ALERT_DECODE_ERROR, "decode_error",
	  "The sender received a message that it cannot take apart." },
	{ ADTLS_ALERT_DECRYPT_ERROR, "decrypt_error",
	  "A signature or a Finished message did not verify at the sender." },
	{ ADTLS_ALERT_TOO_MANY_CIDS_REQUESTED, "too_many_cids_requested",
	  "The sender was asked for connection IDs too often." },
	{ ADTLS_ALERT_PROTOCOL_VERSION, "protocol_version",
	  "The sender does not speak the protocol version that was offered." },
	{ ADTLS_ALERT_INSUFFICIENT_SECURITY, "insufficient_security",
	  "What was offered is too weak for the sender." },
	{ ADTLS_ALERT_INTERNAL_ERROR, "internal_error",
	  "The sender failed for a reason of its own." },
	{ ADTLS_ALERT_USER_CANCELED, "user_canceled",
	  "The sender gave up the handshake on its user's wish." },
	{ ADTLS_ALERT_MISSING_EXTENSION, "missing_extension",
	  "The sender misses an extension that it needs." },
	{ ADTLS_ALERT_UNSUPPORTED_EXTENSION, "unsupported_extension",
	  "The sender received the answer to an extension that it had not "
	  "offered." },
	{ ADTLS_ALERT_UNRECOGNIZED_NAME, "unrecognized_name",
	  "The server that sent this does not go by the name it was called." },
	{ ADTLS_ALERT_UNKNOWN_PSK_IDENTITY, "unknown_psk_identity",
	  "The sender does not know the identity of the pre-shared key, and "
	  "has no certificate to fall back on." },
	{ ADTLS_ALERT_CERTIFICATE_REQUIRED, "certificate_required",
	  "The sender requires a client certificate." },
	{ ADTLS_ALERT_NO_APPLICATION_PROTOCOL, "no_application_protocol",
	  "The sender supports none of the application protocols offered." },
	{ ADTLS_ALERT_UNSUPPORTED_EVIDENCE, "unsupported_evidence",
	  "The sender can appraise none of the Evidence types offered." },
	{ ADTLS_ALERT_UNSUPPORTED_VERIFIERS, "unsupported_verifiers",
	  "The sender trusts none of the Verifiers offered." },
	{ ADTLS_ALERT_ATTESTATION_FAILED, "attestation_failed",
	  "The sender appraised the attestation and refused it: its log says "
	  "why." },
	{ ADTLS_ALERT_ATTESTATION_REQUIRED, "attestation_required",
	  "The sender requires an attestation that was not offered." },
	{ ADTLS_ALERT_EVIDENCE_STALE, "evidence_stale",
	  "The Evidence is older than the sender accepts." },
	{ ADTLS_ALERT_VERIFIER_UNAVAILABLE, "verifier_unavailable",
	  "The sender could not reach the Verifier that it relies on: try "
	  "again later." },
	{ ADTLS_ALERT_MEASUREMENT_REJECTED, "measurement_rejected",
	  "The sender does not accept the software that was measured." },
	{ ADTLS_ALERT_NONE, "none", "There was no alert." },
};

static const struct meaning reasons[] = {
	{ ADTLS_REASON_NONE, "none", "Nothing went wrong." },

	{ ADTLS_REASON_CLOSED_LOCALLY, "closed-locally",
	  "The application on this side closed the connection." },
	{ ADTLS_REASON_CLOSED_BY_PEER, "closed-by-peer",
	  "The peer closed the connection." },
	{ ADTLS_REASON_ALERT_RECEIVED, "alert-received",
	  "The peer ended the connection with an alert, which says why." },
	{ ADTLS_REASON_HANDSHAKE_TIMEOUT, "handshake-timeout",
	  "The handshake did not complete in the time allowed: the peer is "
	  "not there, does not answer us, or the network loses too much." },
	{ ADTLS_REASON_INTERNAL, "internal",
	  "adtls failed on this side: out of memory, or a defect to report." },
	{ ADTLS_REASON_UNEXPECTED_MESSAGE, "unexpected-message",
	  "The peer sent a message that is not allowed at this point." },
	{ ADTLS_REASON_MALFORMED_MESSAGE, "malformed-message",
	  "The peer sent a message that cannot be taken apart." },
	{ ADTLS_REASON_MESSAGE_TOO_LARGE, "message-too-large",
	  "The peer sent a handshake message over the size limit." },
	{ ADTLS_REASON_VERSION, "version",
	  "The peer does not speak DTLS 1.3." },
	{ ADTLS_REASON_NO_COMMON_SUITE, "no-common-suite",
	  "The peers have no cipher suite in common: compare their priority "
	  "strings." },
	{ ADTLS_REASON_NO_COMMON_GROUP, "no-common-group",
	  "The peers have no key exchange group in common: compare their "
	  "priority strings." },
	{ ADTLS_REASON_NO_COMMON_SIGNATURE, "no-common-signature",
	  "No signature algorithm suits both the key of one peer and the "
	  "priority string of the other." },
	{ ADTLS_REASON_BAD_KEY_SHARE, "bad-key-share",
	  "The peer's key share is not a valid public key of its group." },
	{ ADTLS_REASON_ILLEGAL_EXTENSION, "illegal-extension",
	  "The peer sent an extension that is not allowed there, was not "
	  "offered, or came twice." },
	{ ADTLS_REASON_MISSING_EXTENSION, "missing-extension",
	  "The peer left out an extension that DTLS 1.3 requires." },
	{ ADTLS_REASON_HELLO_CHANGED, "hello-changed",
	  "The peer's second hello differs from its first where it must not: "
	  "a defect of the peer, or someone changes messages on the way." },
	{ ADTLS_REASON_BAD_COOKIE, "bad-cookie",
	  "The cookie that the peer brought back is not ours, is too old, or "
	  "was made for another address." },
	{ ADTLS_REASON_BAD_SIGNATURE, "bad-signature",
	  "The peer did not prove that it holds the key of its certificate." },
	{ ADTLS_REASON_BAD_FINISHED, "bad-finished",
	  "The peers saw different handshakes: someone changed messages on "
	  "the way, or one of the two has a defect." },
	{ ADTLS_REASON_ILLEGAL_PARAMETER, "illegal-parameter",
	  "The peer sent a value that is not allowed or contradicts another." },
	{ ADTLS_REASON_KEY_LIMIT, "key-limit",
	  "The keys were used as much as is safe, and could not be renewed." },
	{ ADTLS_REASON_SIGNING_FAILED, "signing-failed",
	  "Our private key could not sign: check the key, the token or the "
	  "TPM that holds it." },
	{ ADTLS_REASON_RETRANSMISSION_LIMIT, "retransmission-limit",
	  "The peer acknowledged nothing however often it was sent: the peer "
	  "is gone, or the network loses too much." },
	{ ADTLS_REASON_RECORD_TOO_LARGE, "record-too-large",
	  "The peer agreed to a record size limit and sent a larger record: it "
	  "has a defect." },
	{ ADTLS_REASON_IDLE, "idle",
	  "Nothing came from the peer for as long as a connection may be "
	  "idle." },
	{ ADTLS_REASON_NO_APPLICATION_PROTOCOL, "no-application-protocol",
	  "The peers have no application protocol (ALPN) in common, or one of "
	  "them insists on it and the other does not use it." },
	{ ADTLS_REASON_SERVER_NAME_INVALID, "server-name-invalid",
	  "The name that the client called cannot be a DNS name." },
	{ ADTLS_REASON_SERVER_NAME_UNKNOWN, "server-name-unknown",
	  "The client called this server by a name that it does not have, and "
	  "such clients are refused." },
	{ ADTLS_REASON_TOO_MANY_CIDS_REQUESTED, "too-many-cids-requested",
	  "The peer asked for connection IDs again and again while it had as "
	  "many as this side gives." },

	{ ADTLS_REASON_CERTIFICATE_MISSING, "certificate-missing",
	  "The peer showed no certificate, and one is required." },
	{ ADTLS_REASON_CERTIFICATE_MALFORMED, "certificate-malformed",
	  "The peer's certificate cannot be read." },
	{ ADTLS_REASON_CERTIFICATE_UNTRUSTED, "certificate-untrusted",
	  "The peer's certificate was not issued by anyone in the trust "
	  "list." },
	{ ADTLS_REASON_CERTIFICATE_EXPIRED, "certificate-expired",
	  "A certificate of the peer has expired: renew it, or check the "
	  "clock of this side." },
	{ ADTLS_REASON_CERTIFICATE_NOT_YET_VALID, "certificate-not-yet-valid",
	  "A certificate of the peer is not valid yet: check the clock of "
	  "this side." },
	{ ADTLS_REASON_CERTIFICATE_NAME, "certificate-name",
	  "The peer's certificate is for another name than the one that was "
	  "called." },
	{ ADTLS_REASON_CERTIFICATE_KEY, "certificate-key",
	  "The key in the peer's certificate is of a kind or size that is not "
	  "accepted." },
	{ ADTLS_REASON_CERTIFICATE_PURPOSE, "certificate-purpose",
	  "The peer's certificate was not issued for this purpose." },
	{ ADTLS_REASON_CERTIFICATE_REVOKED, "certificate-revoked",
	  "A certificate of the peer has been revoked." },
	{ ADTLS_REASON_NO_UTC, "no-utc",
	  "This side does not know the time, so that nothing with a date can "
	  "be checked: set the clock, or allow it by policy." },
	{ ADTLS_REASON_CERTIFICATE_CHAIN_LIMIT, "certificate-chain-limit",
	  "The peer's certificate came with more certificates than are "
	  "allowed." },
	{ ADTLS_REASON_CRL_MISSING, "crl-missing",
	  "There is no revocation list here of the authority that issued the "
	  "peer's certificate, and one is required." },
	{ ADTLS_REASON_CRL_EXPIRED, "crl-expired",
	  "The revocation list for the peer's certificate is out of date: "
	  "fetch a new one, or check the clock of this side." },
	{ ADTLS_REASON_CRL_INVALID, "crl-invalid",
	  "The revocation list for the peer's certificate was not signed by "
	  "the authority that issued the certificate." },
	{ ADTLS_REASON_CERTIFICATE_TYPE, "certificate-type",
	  "The peers have no kind of certificate in common: one has only raw "
	  "public keys, the other only X.509." },
	{ ADTLS_REASON_KEY_NOT_PINNED, "key-not-pinned",
	  "The peer's raw public key is not among the pinned ones: pin it if "
	  "this is the right device." },
	{ ADTLS_REASON_CERTIFICATE_REFUSED, "certificate-refused",
	  "The application on this side refused the peer's certificate or "
	  "key." },

	{ ADTLS_REASON_PSK_MISSING, "psk-missing",
	  "The client offered no pre-shared key, and the server has nothing "
	  "else: no certificate." },
	{ ADTLS_REASON_PSK_UNKNOWN, "psk-unknown",
	  "The server does not know the identity of the pre-shared key, or "
	  "has it for another hash than the suite's." },
	{ ADTLS_REASON_PSK_WRONG_HASH, "psk-wrong-hash",
	  "The server chose a pre-shared key together with a suite that it "
	  "cannot be used with." },
	{ ADTLS_REASON_PSK_UNAVAILABLE, "psk-unavailable",
	  "The application's function for pre-shared keys failed." },
	{ ADTLS_REASON_BAD_BINDER, "bad-binder",
	  "The two sides do not have the same pre-shared key for this "
	  "identity." },

	{ ADTLS_REASON_ATTESTATION_NOT_OFFERED, "attestation-not-offered",
	  "Attestation is required, and the peer did not offer it." },
	{ ADTLS_REASON_EVIDENCE_TYPE_UNSUPPORTED, "evidence-type-unsupported",
	  "None of the Evidence types that the peer offers can be appraised "
	  "here." },
	{ ADTLS_REASON_ATTESTATION_NOT_NEGOTIATED,
	  "attestation-not-negotiated",
	  "Attestation is required, and the server's answer left it out." },
	{ ADTLS_REASON_REFLECTED_KEY, "reflected-key",
	  "The peer showed our own key: someone sends our messages back to "
	  "us, or two devices share one key." },
	{ ADTLS_REASON_EVIDENCE_UNAVAILABLE, "evidence-unavailable",
	  "This device could not produce the Evidence that it had promised." },
	{ ADTLS_REASON_ATTESTATION_TOO_LARGE, "attestation-too-large",
	  "The peer's Attestation is over the size limit." },
	{ ADTLS_REASON_GRANT_WITHDRAWN, "grant-withdrawn",
	  "The device resumed a connection on a grant that was withdrawn, as a "
	  "later appraisal of it was denied: it has to prove itself anew." },

	{ ADTLS_REASON_POLICY_MISSING, "policy-missing",
	  "There is no readable attestation policy here, so every peer is "
	  "refused." },
	{ ADTLS_REASON_CMW_MALFORMED, "cmw-malformed",
	  "What the peer sent as Attestation is not a conceptual message "
	  "wrapper (CMW)." },
	{ ADTLS_REASON_CMW_TYPE, "cmw-type",
	  "The Attestation holds another type than the one negotiated." },
	{ ADTLS_REASON_CMW_INDICATOR, "cmw-indicator",
	  "The Attestation says that it is not Evidence." },
	{ ADTLS_REASON_EVIDENCE_MALFORMED, "evidence-malformed",
	  "The Evidence cannot be taken apart." },
	{ ADTLS_REASON_EVIDENCE_SIGNATURE, "evidence-signature",
	  "The signature of the Evidence does not verify." },
	{ ADTLS_REASON_EVIDENCE_UNTRUSTED_KEY, "evidence-untrusted-key",
	  "The Evidence is signed by a key that no trust anchor of the policy "
	  "vouches for." },
	{ ADTLS_REASON_BINDER_MISSING, "binder-missing",
	  "The Evidence has no nonce, or more than one, so nothing ties it to "
	  "this connection." },
	{ ADTLS_REASON_BINDER_MISMATCH, "binder-mismatch",
	  "The Evidence was made for another connection: it was replayed or "
	  "relayed." },
	{ ADTLS_REASON_TIK_MISSING, "tik-missing",
	  "The Evidence does not name the TLS key of the peer." },
	{ ADTLS_REASON_TIK_MISMATCH, "tik-mismatch",
	  "The Evidence names another TLS key than the one the peer uses." },
	{ ADTLS_REASON_KEY_BINDING_TOO_WEAK, "key-binding-too-weak",
	  "The Evidence only repeats a key that the host handed in, and the "
	  "policy asks for more." },
	{ ADTLS_REASON_MEASUREMENT_MISMATCH, "measurement-mismatch",
	  "The software on the device is not what the reference values say: "
	  "it was changed, or the reference values are out of date." },
	{ ADTLS_REASON_SOFTWARE_UNKNOWN, "software-unknown",
	  "The reference values do not know the software on the device." },
	{ ADTLS_REASON_EVIDENCE_STALE, "evidence-stale",
	  "The Evidence is older than the policy allows." },
	{ ADTLS_REASON_EVIDENCE_FROM_FUTURE, "evidence-from-future",
	  "The Evidence is dated in the future: compare the clocks of the "
	  "device and of this side." },
	{ ADTLS_REASON_DEVICE_UNKNOWN, "device-unknown",
	  "The policy does not know this device." },
	{ ADTLS_REASON_IDENTITY_MISMATCH, "identity-mismatch",
	  "The Evidence comes from another device than the certificate "
	  "names." },
	{ ADTLS_REASON_VERIFIER_UNAVAILABLE, "verifier-unavailable",
	  "The Verifier could not be asked: nothing is known against the "
	  "device." },
	{ ADTLS_REASON_APPRAISAL_TIMEOUT, "appraisal-timeout",
	  "The appraisal did not end in the time allowed: nothing is known "
	  "against the device." },
	{ ADTLS_REASON_CLAIM_MISSING, "claim-missing",
	  "The Evidence lacks a claim that the policy asks for." },
	{ ADTLS_REASON_GRANT_EXPIRED, "grant-expired",
	  "The peer was authorized, but that has expired and was not "
	  "renewed." },
};
/* clang-format on */

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct meaning *find(const struct meaning *table, size_t count,
				  int code)
{
	static const struct meaning unknown = {
		.name = "unknown",
		.sentence = "This version of adtls does not know this code.",
	};

	for (size_t i = 0; i < count; i++) {
		if (table[i].code == code)
			return &table[i];
	}
	return &unknown;
}

/* Numbers that are no byte are no alert either. */
static const struct meaning *find_alert(unsigned alert)
{
	return find(alerts, COUNT(alerts), alert <= 255 ? (int)alert : -1);
}

/**
 * adtls_strerror:
 * @error: what a function of adtls returned
 *
 * Returns: a sentence in English that says what went wrong, for people; a
 * static string, never %NULL, also for unknown codes.
 **/
const char *adtls_strerror(int error)
{
	return find(errors, COUNT(errors), error)->sentence;
}

/**
 * adtls_strerror_name:
 * @error: what a function of adtls returned
 *
 * Returns: the name of the code as in the header, such as "ADTLS_E_MEMORY", or
 * "unknown"; a static string.
 **/
const char *adtls_strerror_name(int error)
{
	return find(errors, COUNT(errors), error)->name;
}

/**
 * adtls_alert_name:
 * @alert: an alert description, as on the wire
 *
 * Returns: its name as in RFC 8446 §6 or, from 224 on, as in the attestation
 * drafts, such as "handshake_failure", or "unknown"; a static string.
 **/
const char *adtls_alert_name(unsigned alert)
{
	return find_alert(alert)->name;
}

/**
 * adtls_alert_describe:
 * @alert: an alert description, as on the wire
 *
 * Returns: a sentence in English on what the sender of the alert means by it;
 * a static string, never %NULL, also for unknown alerts.
 **/
const char *adtls_alert_describe(unsigned alert)
{
	return find_alert(alert)->sentence;
}

/**
 * adtls_reason_name:
 * @reason: why a connection ended or a peer was refused
 *
 * Returns: the stable name of the reason, such as "measurement-mismatch", for
 * scripts and dashboards, or "unknown"; a static string.
 **/
const char *adtls_reason_name(adtls_reason_t reason)
{
	return find(reasons, COUNT(reasons), (int)reason)->name;
}

/**
 * adtls_reason_describe:
 * @reason: why a connection ended or a peer was refused
 *
 * Returns: a sentence in English that a field engineer understands; a static
 * string, never %NULL, also for unknown reasons.
 **/
const char *adtls_reason_describe(adtls_reason_t reason)
{
	return find(reasons, COUNT(reasons), (int)reason)->sentence;
}
