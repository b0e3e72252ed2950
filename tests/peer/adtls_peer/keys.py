# SPDX-License-Identifier: LGPL-2.1-or-later
"""The key schedule of RFC 8446 §7.1 with the label prefix of RFC 9147 §5.9."""

import hashlib
import hmac
from dataclasses import dataclass

from . import wire
from .codepoints import HandshakeType

HASH_LENGTH = 32
DTLS_PREFIX = b"dtls13"
TLS_PREFIX = b"tls13 "


def digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def hkdf_extract(salt: bytes, input_key: bytes) -> bytes:
    """RFC 5869 §2.2."""
    return hmac.new(salt, input_key, hashlib.sha256).digest()


def hkdf_expand(secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 §2.3."""
    output, block, counter = b"", b"", 1
    while len(output) < length:
        block = hmac.new(secret, block + info + bytes([counter]),
                         hashlib.sha256).digest()
        output += block
        counter += 1
    return output[:length]


def hkdf_label(label: bytes, context: bytes, length: int,
               prefix: bytes = DTLS_PREFIX) -> bytes:
    """The HkdfLabel structure of RFC 8446 §7.1."""
    return (wire.uint(length, 2) + wire.vector(prefix + label, 1)
            + wire.vector(context, 1))


def hkdf_expand_label(secret: bytes, label: bytes, context: bytes, length: int,
                      prefix: bytes = DTLS_PREFIX) -> bytes:
    return hkdf_expand(secret, hkdf_label(label, context, length, prefix), length)


def derive_secret(secret: bytes, label: bytes, transcript_hash: bytes,
                  prefix: bytes = DTLS_PREFIX) -> bytes:
    """Derive-Secret, with the transcript already hashed."""
    return hkdf_expand_label(secret, label, transcript_hash, HASH_LENGTH, prefix)


def finished_key(traffic_secret: bytes, prefix: bytes = DTLS_PREFIX) -> bytes:
    """RFC 8446 §4.4.4."""
    return hkdf_expand_label(traffic_secret, b"finished", b"", HASH_LENGTH, prefix)


def finished_verify_data(traffic_secret: bytes, transcript_hash: bytes,
                         prefix: bytes = DTLS_PREFIX) -> bytes:
    """RFC 8446 §4.4.4."""
    return hmac.new(finished_key(traffic_secret, prefix), transcript_hash,
                    hashlib.sha256).digest()


def export(exporter_secret: bytes, label: bytes, context: bytes, length: int,
           prefix: bytes = DTLS_PREFIX) -> bytes:
    """The exporter of RFC 8446 §7.5."""
    secret = derive_secret(exporter_secret, label, digest(b""), prefix)
    return hkdf_expand_label(secret, b"exporter", digest(context), length, prefix)


@dataclass(frozen=True)
class TrafficKeys:
    """What protects one direction of one epoch (RFC 8446 §7.3, RFC 9147 §4.2.3)."""

    key: bytes
    iv: bytes
    record_number_key: bytes

    @classmethod
    def derive(cls, secret: bytes, prefix: bytes = DTLS_PREFIX) -> "TrafficKeys":
        return cls(hkdf_expand_label(secret, b"key", b"", 16, prefix),
                   hkdf_expand_label(secret, b"iv", b"", 12, prefix),
                   hkdf_expand_label(secret, b"sn", b"", 16, prefix))


class Transcript:
    """The running hash over handshake messages in TLS form (RFC 8446 §4.4.1).

    TLS form is type, length and body: RFC 9147 §5.2 leaves message_seq and the
    fragment fields out.
    """

    def __init__(self) -> None:
        self.messages = b""

    def add(self, message: bytes) -> None:
        self.messages += message

    def replace_by_message_hash(self) -> None:
        """What a HelloRetryRequest does to the first ClientHello."""
        self.messages = message_hash(self.messages)

    def hash(self) -> bytes:
        return digest(self.messages)


def message_hash(client_hello: bytes) -> bytes:
    """The synthetic message_hash of RFC 8446 §4.4.1."""
    return (bytes([HandshakeType.MESSAGE_HASH]) + wire.uint(HASH_LENGTH, 3)
            + digest(client_hello))


class KeySchedule:
    """The secrets of one connection without PSK, as far as they are known."""

    def __init__(self, prefix: bytes = DTLS_PREFIX) -> None:
        self.prefix = prefix
        self.early_secret = hkdf_extract(bytes(HASH_LENGTH), bytes(HASH_LENGTH))

    def _derive(self, secret: bytes, label: bytes, transcript_hash: bytes) -> bytes:
        return derive_secret(secret, label, transcript_hash, self.prefix)

    def enter_handshake(self, shared_secret: bytes, hello_hash: bytes) -> None:
        """With Transcript-Hash(ClientHello...ServerHello)."""
        salt = self._derive(self.early_secret, b"derived", digest(b""))
        self.handshake_secret = hkdf_extract(salt, shared_secret)
        self.client_handshake_traffic_secret = self._derive(
            self.handshake_secret, b"c hs traffic", hello_hash)
        self.server_handshake_traffic_secret = self._derive(
            self.handshake_secret, b"s hs traffic", hello_hash)
        salt = self._derive(self.handshake_secret, b"derived", digest(b""))
        self.main_secret = hkdf_extract(salt, bytes(HASH_LENGTH))
        # protocol §4.1: beside the standard schedule, on the same transcript.
        self.client_attestation_main_secret = self._derive(
            self.main_secret, b"c attestation main", hello_hash)
        self.server_attestation_main_secret = self._derive(
            self.main_secret, b"s attestation main", hello_hash)

    def enter_application(self, server_finished_hash: bytes) -> None:
        """With Transcript-Hash(ClientHello...server Finished)."""
        self.client_application_traffic_secret = self._derive(
            self.main_secret, b"c ap traffic", server_finished_hash)
        self.server_application_traffic_secret = self._derive(
            self.main_secret, b"s ap traffic", server_finished_hash)
        self.exporter_secret = self._derive(
            self.main_secret, b"exp master", server_finished_hash)

    def complete(self, client_finished_hash: bytes) -> None:
        """With Transcript-Hash(ClientHello...client Finished)."""
        self.resumption_secret = self._derive(
            self.main_secret, b"res master", client_finished_hash)
