/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Error codes, alerts and reasons: three answers to "what went wrong".
 *
 * An error is what a call returns, an alert is what the wire carries, and a
 * reason is the stable, precise cause that stays with the local side. */
#ifndef ADTLS_ERROR_H
#define ADTLS_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

/** Results of calls; negative, as in GnuTLS. */
typedef enum adtls_error {
	ADTLS_OK = 0,
	ADTLS_E_MEMORY = -1,		/* out of memory */
	ADTLS_E_INVALID = -2,		/* an argument or call order is wrong */
	ADTLS_E_AGAIN = -3,		/* would block: call again later */
	ADTLS_E_TOO_LARGE = -4,		/* over a limit or a buffer's size */
	ADTLS_E_DECODE = -5,	/* bytes are not what they claim to be */
	ADTLS_E_CRYPTO = -6,		/* a cryptographic operation failed */
	ADTLS_E_RANDOM = -7,		/* the random source failed */
	ADTLS_E_UNSUPPORTED = -8,	/* known but not supported here */
	ADTLS_E_PRIORITY = -9,	/* priority string: syntax or empty category */
	ADTLS_E_CREDENTIALS = -10,	/* key, certificate or trust list */
	ADTLS_E_FILE = -11,		/* a file cannot be read */
	ADTLS_E_POLICY = -12,	/* the attestation policy is missing or bad */
	ADTLS_E_HANDSHAKE = -13,	/* it failed: see the reason */
	ADTLS_E_TIMEOUT = -14,		/* a deadline passed */
	ADTLS_E_CLOSED = -15,		/* the connection is closed */
	ADTLS_E_PENDING = -16,		/* the peer is not (yet) authorized */
	ADTLS_E_DENIED = -17,		/* the peer's attestation was refused */
	ADTLS_E_ATTESTER = -18,		/* Evidence could not be produced */
	ADTLS_E_IO = -19,		/* the socket failed: see errno */
	ADTLS_E_INTERNAL = -20		/* should not happen */
} adtls_error_t;

/** TLS alert descriptions (RFC 8446 §6, protocol codepoints for 224 on). */
typedef enum adtls_alert {
	ADTLS_ALERT_CLOSE_NOTIFY = 0,
	ADTLS_ALERT_UNEXPECTED_MESSAGE = 10,
	ADTLS_ALERT_BAD_RECORD_MAC = 20,
	ADTLS_ALERT_RECORD_OVERFLOW = 22,
	ADTLS_ALERT_HANDSHAKE_FAILURE = 40,
	ADTLS_ALERT_BAD_CERTIFICATE = 42,
	ADTLS_ALERT_UNSUPPORTED_CERTIFICATE = 43,
	ADTLS_ALERT_CERTIFICATE_REVOKED = 44,
	ADTLS_ALERT_CERTIFICATE_EXPIRED = 45,
	ADTLS_ALERT_CERTIFICATE_UNKNOWN = 46,
	ADTLS_ALERT_ILLEGAL_PARAMETER = 47,
	ADTLS_ALERT_UNKNOWN_CA = 48,
	ADTLS_ALERT_ACCESS_DENIED = 49,
	ADTLS_ALERT_DECODE_ERROR = 50,
	ADTLS_ALERT_DECRYPT_ERROR = 51,
	ADTLS_ALERT_TOO_MANY_CIDS_REQUESTED = 52,
	ADTLS_ALERT_PROTOCOL_VERSION = 70,
	ADTLS_ALERT_INSUFFICIENT_SECURITY = 71,
	ADTLS_ALERT_INTERNAL_ERROR = 80,
	ADTLS_ALERT_USER_CANCELED = 90,
	ADTLS_ALERT_MISSING_EXTENSION = 109,
	ADTLS_ALERT_UNSUPPORTED_EXTENSION = 110,
	ADTLS_ALERT_UNRECOGNIZED_NAME = 112,
	ADTLS_ALERT_UNKNOWN_PSK_IDENTITY = 115,
	ADTLS_ALERT_CERTIFICATE_REQUIRED = 116,
	ADTLS_ALERT_NO_APPLICATION_PROTOCOL = 120,
	ADTLS_ALERT_UNSUPPORTED_EVIDENCE = 224,
	ADTLS_ALERT_UNSUPPORTED_VERIFIERS = 225,
	ADTLS_ALERT_ATTESTATION_FAILED = 226,
	ADTLS_ALERT_ATTESTATION_REQUIRED = 227,
	ADTLS_ALERT_EVIDENCE_STALE = 228,
	ADTLS_ALERT_VERIFIER_UNAVAILABLE = 229,
	ADTLS_ALERT_MEASUREMENT_REJECTED = 230,
	ADTLS_ALERT_NONE = 255		/* no alert: never on the wire */
} adtls_alert_t;

/**
 * Why a connection ended or a peer was refused.
 *
 * The numbers and the names of adtls_reason_name() are stable: scripts and
 * dashboards may match on them.
 */
typedef enum adtls_reason {
	ADTLS_REASON_NONE = 0,

	/* the connection, RFC 9147 and RFC 8446 */
	ADTLS_REASON_CLOSED_LOCALLY = 100,
	ADTLS_REASON_CLOSED_BY_PEER = 101,
	ADTLS_REASON_ALERT_RECEIVED = 102,
	ADTLS_REASON_HANDSHAKE_TIMEOUT = 103,
	ADTLS_REASON_INTERNAL = 104,
	ADTLS_REASON_UNEXPECTED_MESSAGE = 105,
	ADTLS_REASON_MALFORMED_MESSAGE = 106,
	ADTLS_REASON_MESSAGE_TOO_LARGE = 107,
	ADTLS_REASON_VERSION = 108,
	ADTLS_REASON_NO_COMMON_SUITE = 109,
	ADTLS_REASON_NO_COMMON_GROUP = 110,
	ADTLS_REASON_NO_COMMON_SIGNATURE = 111,
	ADTLS_REASON_BAD_KEY_SHARE = 112,
	ADTLS_REASON_ILLEGAL_EXTENSION = 113,
	ADTLS_REASON_MISSING_EXTENSION = 114,
	ADTLS_REASON_HELLO_CHANGED = 115,
	ADTLS_REASON_BAD_COOKIE = 116,
	ADTLS_REASON_BAD_SIGNATURE = 117,
	ADTLS_REASON_BAD_FINISHED = 118,
	ADTLS_REASON_ILLEGAL_PARAMETER = 119,
	ADTLS_REASON_KEY_LIMIT = 120,
	ADTLS_REASON_SIGNING_FAILED = 121,
	ADTLS_REASON_RETRANSMISSION_LIMIT = 122,
	ADTLS_REASON_RECORD_TOO_LARGE = 123,
	ADTLS_REASON_IDLE = 130,
	ADTLS_REASON_NO_APPLICATION_PROTOCOL = 140,
	ADTLS_REASON_SERVER_NAME_INVALID = 141,
	ADTLS_REASON_SERVER_NAME_UNKNOWN = 142,
	ADTLS_REASON_TOO_MANY_CIDS_REQUESTED = 160,

	/* the peer's certificate */
	ADTLS_REASON_CERTIFICATE_MISSING = 200,
	ADTLS_REASON_CERTIFICATE_MALFORMED = 201,
	ADTLS_REASON_CERTIFICATE_UNTRUSTED = 202,
	ADTLS_REASON_CERTIFICATE_EXPIRED = 203,
	ADTLS_REASON_CERTIFICATE_NOT_YET_VALID = 204,
	ADTLS_REASON_CERTIFICATE_NAME = 205,
	ADTLS_REASON_CERTIFICATE_KEY = 206,
	ADTLS_REASON_CERTIFICATE_PURPOSE = 207,
	ADTLS_REASON_CERTIFICATE_REVOKED = 208,
	ADTLS_REASON_NO_UTC = 209,
	ADTLS_REASON_CERTIFICATE_CHAIN_LIMIT = 210,
	ADTLS_REASON_CRL_MISSING = 211,
	ADTLS_REASON_CRL_EXPIRED = 212,
	ADTLS_REASON_CRL_INVALID = 213,
	ADTLS_REASON_CERTIFICATE_TYPE = 214,
	ADTLS_REASON_KEY_NOT_PINNED = 215,
	ADTLS_REASON_CERTIFICATE_REFUSED = 216,

	/* pre-shared keys and tickets */
	ADTLS_REASON_PSK_MISSING = 250,
	ADTLS_REASON_PSK_UNKNOWN = 251,
	ADTLS_REASON_PSK_WRONG_HASH = 252,
	ADTLS_REASON_PSK_UNAVAILABLE = 253,
	ADTLS_REASON_BAD_BINDER = 254,

	/* attestation: negotiation */
	ADTLS_REASON_ATTESTATION_NOT_OFFERED = 300,
	ADTLS_REASON_EVIDENCE_TYPE_UNSUPPORTED = 301,
	ADTLS_REASON_ATTESTATION_NOT_NEGOTIATED = 302,
	ADTLS_REASON_REFLECTED_KEY = 303,
	ADTLS_REASON_EVIDENCE_UNAVAILABLE = 304,
	ADTLS_REASON_ATTESTATION_TOO_LARGE = 305,
	ADTLS_REASON_GRANT_WITHDRAWN = 306,

	/* attestation: appraisal */
	ADTLS_REASON_POLICY_MISSING = 400,
	ADTLS_REASON_CMW_MALFORMED = 401,
	ADTLS_REASON_CMW_TYPE = 402,
	ADTLS_REASON_CMW_INDICATOR = 403,
	ADTLS_REASON_EVIDENCE_MALFORMED = 404,
	ADTLS_REASON_EVIDENCE_SIGNATURE = 405,
	ADTLS_REASON_EVIDENCE_UNTRUSTED_KEY = 406,
	ADTLS_REASON_BINDER_MISSING = 407,
	ADTLS_REASON_BINDER_MISMATCH = 408,
	ADTLS_REASON_TIK_MISSING = 409,
	ADTLS_REASON_TIK_MISMATCH = 410,
	ADTLS_REASON_KEY_BINDING_TOO_WEAK = 411,
	ADTLS_REASON_MEASUREMENT_MISMATCH = 412,
	ADTLS_REASON_SOFTWARE_UNKNOWN = 413,
	ADTLS_REASON_EVIDENCE_STALE = 414,
	ADTLS_REASON_EVIDENCE_FROM_FUTURE = 415,
	ADTLS_REASON_DEVICE_UNKNOWN = 416,
	ADTLS_REASON_IDENTITY_MISMATCH = 417,
	ADTLS_REASON_VERIFIER_UNAVAILABLE = 418,
	ADTLS_REASON_APPRAISAL_TIMEOUT = 419,
	ADTLS_REASON_CLAIM_MISSING = 420,
	ADTLS_REASON_GRANT_EXPIRED = 421
} adtls_reason_t;

/** adtls_strerror: Returns: a sentence for @error, a static string. */
const char *adtls_strerror(int error);

/** adtls_strerror_name: Returns: the name of @error, such as "ADTLS_E_MEMORY",
 * or "unknown". */
const char *adtls_strerror_name(int error);

/** adtls_alert_name: Returns: the RFC's name of @alert, or "unknown". */
const char *adtls_alert_name(unsigned alert);

/** adtls_alert_describe: Returns: a sentence on what its sender means by it. */
const char *adtls_alert_describe(unsigned alert);

/** adtls_reason_name: Returns: the stable name of @reason, such as
 * "measurement-mismatch", or "unknown". */
const char *adtls_reason_name(adtls_reason_t reason);

/** adtls_reason_describe: Returns: a sentence for a field engineer. */
const char *adtls_reason_describe(adtls_reason_t reason);

#ifdef __cplusplus
}
#endif

#endif
