# SPDX-License-Identifier: LGPL-2.1-or-later
"""The numbers of the protocol, under the names that the RFCs give them."""

from enum import IntEnum

DTLS_1_2 = 0xFEFD
DTLS_1_3 = 0xFEFC


class CipherSuite(IntEnum):
    """RFC 8446 §B.4."""

    TLS_AES_128_GCM_SHA256 = 0x1301
    TLS_AES_256_GCM_SHA384 = 0x1302
    TLS_CHACHA20_POLY1305_SHA256 = 0x1303
    TLS_AES_128_CCM_SHA256 = 0x1304
    TLS_AES_128_CCM_8_SHA256 = 0x1305


class ContentType(IntEnum):
    """RFC 9147 §5.1 and RFC 8446 §5.1."""

    ALERT = 21
    HANDSHAKE = 22
    APPLICATION_DATA = 23
    ACK = 26
    RETURN_ROUTABILITY_CHECK = 27  # draft-ietf-tls-dtls-rrc


class HandshakeType(IntEnum):
    """RFC 9147 §5.2; attestation as the protocol page assigns it."""

    CLIENT_HELLO = 1
    SERVER_HELLO = 2
    NEW_SESSION_TICKET = 4
    ENCRYPTED_EXTENSIONS = 8
    REQUEST_CONNECTION_ID = 9
    NEW_CONNECTION_ID = 10
    CERTIFICATE = 11
    CERTIFICATE_REQUEST = 13
    CERTIFICATE_VERIFY = 15
    FINISHED = 20
    KEY_UPDATE = 24
    ATTESTATION = 224
    EXTENDED_KEY_UPDATE = 225
    MESSAGE_HASH = 254


class ExtensionType(IntEnum):
    """RFC 8446 §4.2; the four of attestation as the protocol page assigns them."""

    SERVER_NAME = 0
    SUPPORTED_GROUPS = 10
    SIGNATURE_ALGORITHMS = 13
    ALPN = 16
    CLIENT_CERTIFICATE_TYPE = 19
    SERVER_CERTIFICATE_TYPE = 20
    RECORD_SIZE_LIMIT = 28  # RFC 8449
    PRE_SHARED_KEY = 41
    EARLY_DATA = 42
    SUPPORTED_VERSIONS = 43
    COOKIE = 44
    PSK_KEY_EXCHANGE_MODES = 45
    CERTIFICATE_AUTHORITIES = 47
    SIGNATURE_ALGORITHMS_CERT = 50
    KEY_SHARE = 51
    CONNECTION_ID = 54  # RFC 9146 §3
    RRC = 61  # draft-ietf-tls-dtls-rrc
    EVIDENCE_REQUEST = 0xFF60
    EVIDENCE_PROPOSAL = 0xFF61
    RESULTS_REQUEST = 0xFF62
    RESULTS_PROPOSAL = 0xFF63


class CertificateType(IntEnum):
    """RFC 8446 §4.4.2, RFC 7250 §7."""

    X509 = 0
    RAW_PUBLIC_KEY = 2


class NamedGroup(IntEnum):
    """RFC 8446 §4.2.7."""

    SECP256R1 = 0x0017
    SECP384R1 = 0x0018
    X25519 = 0x001D
    X448 = 0x001E


class SignatureScheme(IntEnum):
    """RFC 8446 §4.2.3."""

    ECDSA_SECP256R1_SHA256 = 0x0403
    ECDSA_SECP384R1_SHA384 = 0x0503
    RSA_PSS_RSAE_SHA256 = 0x0804
    RSA_PSS_RSAE_SHA384 = 0x0805
    RSA_PSS_RSAE_SHA512 = 0x0806
    ED25519 = 0x0807


class Alert(IntEnum):
    """RFC 8446 §6 and the protocol page §2."""

    CLOSE_NOTIFY = 0
    UNEXPECTED_MESSAGE = 10
    BAD_RECORD_MAC = 20
    RECORD_OVERFLOW = 22
    HANDSHAKE_FAILURE = 40
    BAD_CERTIFICATE = 42
    UNSUPPORTED_CERTIFICATE = 43
    CERTIFICATE_REVOKED = 44
    CERTIFICATE_EXPIRED = 45
    CERTIFICATE_UNKNOWN = 46
    ILLEGAL_PARAMETER = 47
    UNKNOWN_CA = 48
    ACCESS_DENIED = 49
    DECODE_ERROR = 50
    DECRYPT_ERROR = 51
    TOO_MANY_CIDS_REQUESTED = 52
    PROTOCOL_VERSION = 70
    INSUFFICIENT_SECURITY = 71
    INTERNAL_ERROR = 80
    INAPPROPRIATE_FALLBACK = 86
    USER_CANCELED = 90
    MISSING_EXTENSION = 109
    UNSUPPORTED_EXTENSION = 110
    UNRECOGNIZED_NAME = 112
    UNKNOWN_PSK_IDENTITY = 115
    CERTIFICATE_REQUIRED = 116
    NO_APPLICATION_PROTOCOL = 120
    UNSUPPORTED_EVIDENCE = 224
    UNSUPPORTED_VERIFIERS = 225
    ATTESTATION_FAILED = 226
    ATTESTATION_REQUIRED = 227
    EVIDENCE_STALE = 228
    VERIFIER_UNAVAILABLE = 229
    MEASUREMENT_REJECTED = 230


class ProtocolError(Exception):
    """A reason to end the connection, and the alert that tells the peer so."""

    def __init__(self, alert: Alert, reason: str):
        super().__init__(f"{alert.name.lower()}: {reason}")
        self.alert = alert
        self.reason = reason


def name_of(enumeration, value: int) -> str:
    """The RFC's lower-case name of a number, or the number itself."""
    try:
        return enumeration(value).name.lower()
    except ValueError:
        return f"unknown({value})"
