# SPDX-License-Identifier: LGPL-2.1-or-later
"""The key schedule of RFC 8446 §7.1 with the label prefix of RFC 9147 §5.9."""

import hashlib
import hmac
from dataclasses import dataclass

from . import wire
from .codepoints import HandshakeType
from .suites import DEFAULT, Suite

DTLS_PREFIX = b"dtls13"
TLS_PREFIX = b"tls13 "


# A hash is given by its name; a secret of the schedule is as long as its hash, and
# tells which one it is.
HASH_NAMES = {32: "sha256", 48: "sha384"}


def hash_of(secret: bytes) -> str:
    return HASH_NAMES[len(secret)]


def digest(data: bytes, hash_name: str = "sha256") -> bytes:
    return hashlib.new(hash_name, data).digest()


def hkdf_extract(salt: bytes, input_key: bytes, hash_name: str = "sha256") -> bytes:
    """RFC 5869 §2.2."""
    return hmac.new(salt, input_key, hash_name).digest()


def hkdf_expand(secret: bytes, info: bytes, length: int) -> bytes:
    """RFC 5869 §2.3, with a secret as long as its hash."""
    output, block, counter = b"", b"", 1
    while len(output) < length:
        block = hmac.new(secret, block + info + bytes([counter]),
                         hash_of(secret)).digest()
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
    return hkdf_expand_label(secret, label, transcript_hash, len(secret), prefix)


def finished_key(traffic_secret: bytes, prefix: bytes = DTLS_PREFIX) -> bytes:
    """RFC 8446 §4.4.4."""
    return hkdf_expand_label(traffic_secret, b"finished", b"",
                             len(traffic_secret), prefix)


def finished_verify_data(traffic_secret: bytes, transcript_hash: bytes,
                         prefix: bytes = DTLS_PREFIX) -> bytes:
    """RFC 8446 §4.4.4."""
    return hmac.new(finished_key(traffic_secret, prefix), transcript_hash,
                    hash_of(traffic_secret)).digest()


def export(exporter_secret: bytes, label: bytes, context: bytes, length: int,
           prefix: bytes = DTLS_PREFIX) -> bytes:
    """The exporter of RFC 8446 §7.5."""
    hash_name = hash_of(exporter_secret)
    secret = derive_secret(exporter_secret, label, digest(b"", hash_name), prefix)
    return hkdf_expand_label(secret, b"exporter", digest(context, hash_name), length,
                             prefix)


@dataclass(frozen=True)
class TrafficKeys:
    """What protects one direction of one epoch (RFC 8446 §7.3, RFC 9147 §4.2.3)."""

    key: bytes
    iv: bytes
    record_number_key: bytes
    suite: Suite = DEFAULT

    @classmethod
    def derive(cls, secret: bytes, prefix: bytes = DTLS_PREFIX,
               suite: Suite = DEFAULT) -> "TrafficKeys":
        length = suite.key_length
        return cls(hkdf_expand_label(secret, b"key", b"", length, prefix),
                   hkdf_expand_label(secret, b"iv", b"", 12, prefix),
                   hkdf_expand_label(secret, b"sn", b"", length, prefix), suite)


class Transcript:
    """The running hash over handshake messages in TLS form (RFC 8446 §4.4.1).

    TLS form is type, length and body: RFC 9147 §5.2 leaves message_seq and the
    fragment fields out.
    """

    def __init__(self, hash_name: str = "sha256") -> None:
        self.messages = b""
        self.hash_name = hash_name  # changes when a suite is selected

    def add(self, message: bytes) -> None:
        self.messages += message

    def replace_by_message_hash(self) -> None:
        """What a HelloRetryRequest does to the first ClientHello."""
        self.messages = message_hash(self.hash())

    def hash(self) -> bytes:
        return digest(self.messages, self.hash_name)


def message_hash(client_hello_hash: bytes) -> bytes:
    """The synthetic message_hash of RFC 8446 §4.4.1."""
    return bytes([HandshakeType.MESSAGE_HASH]) + wire.vector(client_hello_hash, 3)


class KeySchedule:
    """The secrets of one connection, as far as they are known."""

    def __init__(self, prefix: bytes = DTLS_PREFIX, hash_name: str = "sha256",
                 psk: bytes = b"") -> None:
        self.prefix = prefix
        self._hash_name = hash_name
        self._zero = bytes(hashlib.new(hash_name).digest_size)
        self.early_secret = hkdf_extract(self._zero, psk or self._zero, hash_name)

    def _extract(self, secret: bytes, input_key: bytes) -> bytes:
        """The next stage, from the one before."""
        salt = self._derive(secret, b"derived", digest(b"", self._hash_name))
        return hkdf_extract(salt, input_key, self._hash_name)

    def _derive(self, secret: bytes, label: bytes, transcript_hash: bytes) -> bytes:
        return derive_secret(secret, label, transcript_hash, self.prefix)

    def enter_handshake(self, shared_secret: bytes, hello_hash: bytes) -> None:
        """With Transcript-Hash(ClientHello...ServerHello)."""
        self.handshake_secret = self._extract(self.early_secret, shared_secret)
        self.client_handshake_traffic_secret = self._derive(
            self.handshake_secret, b"c hs traffic", hello_hash)
        self.server_handshake_traffic_secret = self._derive(
            self.handshake_secret, b"s hs traffic", hello_hash)
        self.main_secret = self._extract(self.handshake_secret, self._zero)
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
