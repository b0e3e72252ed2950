# SPDX-License-Identifier: LGPL-2.1-or-later
"""The handshake messages of RFC 8446 §4 as RFC 9147 §5 changes them.

A message is encoded and decoded side by side. Extensions stay a list of
(type, data) pairs, so that a test can send what no sane peer would.
"""

from dataclasses import dataclass, field
from typing import Optional

from . import wire
from .codepoints import (DTLS_1_2, DTLS_1_3, Alert, CipherSuite,
                         ExtensionType, HandshakeType, ProtocolError,
                         SignatureScheme, name_of)

# RFC 8446 §4.1.3: the random that makes a ServerHello a HelloRetryRequest.
RETRY_RANDOM = bytes.fromhex(
    "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")


@dataclass(frozen=True)
class HandshakeMessage:
    """A whole message without the fields of DTLS."""

    kind: int
    body: bytes

    def encode(self) -> bytes:
        """The TLS form, which the transcript is made of (RFC 9147 §5.2)."""
        return wire.uint(self.kind, 1) + wire.vector(self.body, 3)

    def name(self) -> str:
        """The RFC's name; a HelloRetryRequest is told apart by its random."""
        if self.kind == HandshakeType.SERVER_HELLO and self.body[2:34] == RETRY_RANDOM:
            return "hello_retry_request"
        return name_of(HandshakeType, self.kind)


@dataclass(frozen=True)
class Fragment:
    """One DTLSHandshake structure (RFC 9147 §5.2)."""

    kind: int
    length: int
    message_seq: int
    offset: int
    data: bytes

    HEADER = 12

    def encode(self) -> bytes:
        return (wire.uint(self.kind, 1) + wire.uint(self.length, 3)
                + wire.uint(self.message_seq, 2) + wire.uint(self.offset, 3)
                + wire.vector(self.data, 3))


def read_fragments(content: bytes) -> list[Fragment]:
    """The fragments in one record's content."""
    reader = wire.Reader(content)
    fragments = []
    while reader.remaining() or not fragments:
        kind, length, message_seq = reader.uint(1), reader.uint(3), reader.uint(2)
        offset, data = reader.uint(3), reader.vector(3)
        if offset + len(data) > length:
            raise ProtocolError(Alert.DECODE_ERROR, "a fragment exceeds its message")
        fragments.append(Fragment(kind, length, message_seq, offset, data))
    return fragments


Extensions = list[tuple[int, bytes]]


def encode_extensions(extensions: Extensions) -> bytes:
    return wire.vector(b"".join(wire.uint(kind, 2) + wire.vector(data, 2)
                                for kind, data in extensions), 2)


def read_extensions(reader: wire.Reader) -> Extensions:
    inner = wire.Reader(reader.vector(2))
    extensions: Extensions = []
    while inner.remaining():
        kind, data = inner.uint(2), inner.vector(2)
        if any(kind == known for known, _ in extensions):
            raise ProtocolError(Alert.ILLEGAL_PARAMETER, "an extension comes twice")
        extensions.append((kind, data))
    return extensions


@dataclass
class ClientHello:
    random: bytes
    cipher_suites: list[int] = field(
        default_factory=lambda: [CipherSuite.TLS_AES_128_GCM_SHA256])
    extensions: Extensions = field(default_factory=list)
    session_id: bytes = b""
    cookie: bytes = b""  # legacy_cookie, always empty in DTLS 1.3

    def encode(self) -> HandshakeMessage:
        suites = b"".join(wire.uint(suite, 2) for suite in self.cipher_suites)
        return HandshakeMessage(
            HandshakeType.CLIENT_HELLO,
            wire.uint(DTLS_1_2, 2) + self.random + wire.vector(self.session_id, 1)
            + wire.vector(self.cookie, 1) + wire.vector(suites, 2)
            + wire.vector(b"\0", 1) + encode_extensions(self.extensions))

    @classmethod
    def decode(cls, body: bytes) -> "ClientHello":
        reader = wire.Reader(body)
        version, random = reader.uint(2), reader.bytes(32)
        session_id, cookie = reader.vector(1), reader.vector(1)
        suites = wire.Reader(reader.vector(2, minimum=2))
        compression = reader.vector(1, minimum=1)
        extensions = read_extensions(reader) if reader.remaining() else []
        reader.finish()
        cipher_suites = []
        while suites.remaining():
            cipher_suites.append(suites.uint(2))
        if version != DTLS_1_2:
            raise ProtocolError(Alert.PROTOCOL_VERSION, "legacy_version")
        if compression != b"\0" or cookie or len(session_id) > 32:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                "a legacy field of ClientHello is in use")
        return cls(random, cipher_suites, extensions, session_id)


@dataclass
class ServerHello:
    """Also HelloRetryRequest, which differs by its random alone."""

    random: bytes
    cipher_suite: int = CipherSuite.TLS_AES_128_GCM_SHA256
    extensions: Extensions = field(default_factory=list)
    session_id: bytes = b""

    @property
    def is_retry(self) -> bool:
        return self.random == RETRY_RANDOM

    def encode(self) -> HandshakeMessage:
        return HandshakeMessage(
            HandshakeType.SERVER_HELLO,
            wire.uint(DTLS_1_2, 2) + self.random + wire.vector(self.session_id, 1)
            + wire.uint(self.cipher_suite, 2) + b"\0"
            + encode_extensions(self.extensions))

    @classmethod
    def decode(cls, body: bytes) -> "ServerHello":
        reader = wire.Reader(body)
        version, random = reader.uint(2), reader.bytes(32)
        session_id = reader.vector(1)
        cipher_suite, compression = reader.uint(2), reader.uint(1)
        extensions = read_extensions(reader)
        reader.finish()
        if version != DTLS_1_2 or compression:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                "a legacy field of ServerHello is in use")
        return cls(random, cipher_suite, extensions, session_id)


@dataclass
class EncryptedExtensions:
    extensions: Extensions = field(default_factory=list)

    def encode(self) -> HandshakeMessage:
        return HandshakeMessage(HandshakeType.ENCRYPTED_EXTENSIONS,
                                encode_extensions(self.extensions))

    @classmethod
    def decode(cls, body: bytes) -> "EncryptedExtensions":
        reader = wire.Reader(body)
        extensions = read_extensions(reader)
        reader.finish()
        return cls(extensions)


@dataclass
class CertificateRequest:
    context: bytes = b""
    extensions: Extensions = field(default_factory=lambda: [
        (ExtensionType.SIGNATURE_ALGORITHMS, encode_signature_algorithms())])

    def encode(self) -> HandshakeMessage:
        return HandshakeMessage(
            HandshakeType.CERTIFICATE_REQUEST,
            wire.vector(self.context, 1) + encode_extensions(self.extensions))

    @classmethod
    def decode(cls, body: bytes) -> "CertificateRequest":
        reader = wire.Reader(body)
        context = reader.vector(1)
        extensions = read_extensions(reader)
        reader.finish()
        if context:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                "certificate_request_context in the handshake")
        if ExtensionType.SIGNATURE_ALGORITHMS not in dict(extensions):
            raise ProtocolError(Alert.MISSING_EXTENSION, "signature_algorithms")
        return cls(context, extensions)


@dataclass
class Certificate:
    """The chain in DER, end entity first."""

    chain: list[bytes]
    context: bytes = b""

    def encode(self) -> HandshakeMessage:
        entries = b"".join(wire.vector(der, 3) + encode_extensions([])
                           for der in self.chain)
        return HandshakeMessage(HandshakeType.CERTIFICATE,
                                wire.vector(self.context, 1) + wire.vector(entries, 3))

    @classmethod
    def decode(cls, body: bytes) -> "Certificate":
        reader = wire.Reader(body)
        context = reader.vector(1)
        entries = wire.Reader(reader.vector(3))
        reader.finish()
        chain = []
        while entries.remaining():
            chain.append(entries.vector(3, minimum=1))
            if read_extensions(entries):
                raise ProtocolError(Alert.UNSUPPORTED_EXTENSION,
                                    "an extension in a CertificateEntry")
        if context:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                "certificate_request_context in the handshake")
        return cls(chain, context)


@dataclass
class CertificateVerify:
    signature: bytes
    scheme: int = SignatureScheme.ECDSA_SECP256R1_SHA256

    def encode(self) -> HandshakeMessage:
        return HandshakeMessage(HandshakeType.CERTIFICATE_VERIFY,
                                wire.uint(self.scheme, 2)
                                + wire.vector(self.signature, 2))

    @classmethod
    def decode(cls, body: bytes) -> "CertificateVerify":
        reader = wire.Reader(body)
        scheme, signature = reader.uint(2), reader.vector(2)
        reader.finish()
        return cls(signature, scheme)


def certificate_verify_content(is_server: bool, transcript_hash: bytes) -> bytes:
    """What CertificateVerify signs (RFC 8446 §4.4.3)."""
    side = b"server" if is_server else b"client"
    return (b" " * 64 + b"TLS 1.3, " + side + b" CertificateVerify\0"
            + transcript_hash)


# The bodies of the extensions that a DTLS 1.3 handshake needs.


def encode_supported_versions(versions: list[int]) -> bytes:
    return wire.vector(b"".join(wire.uint(v, 2) for v in versions), 1)


def decode_supported_versions(data: bytes) -> list[int]:
    return _read_numbers(data, 1)


def encode_selected_version(version: int = DTLS_1_3) -> bytes:
    return wire.uint(version, 2)


def encode_groups(groups: list[int]) -> bytes:
    return wire.vector(b"".join(wire.uint(g, 2) for g in groups), 2)


def encode_signature_algorithms(
        schemes=(SignatureScheme.ECDSA_SECP256R1_SHA256,)) -> bytes:
    return wire.vector(b"".join(wire.uint(s, 2) for s in schemes), 2)


def decode_numbers(data: bytes) -> list[int]:
    """A vector of 16-bit numbers: groups, signature algorithms."""
    return _read_numbers(data, 2)


def _read_numbers(data: bytes, length_size: int) -> list[int]:
    outer = wire.Reader(data)
    inner = wire.Reader(outer.vector(length_size, minimum=2))
    outer.finish()
    numbers = []
    while inner.remaining():
        numbers.append(inner.uint(2))
    return numbers


def encode_share(group: int, key_exchange: bytes) -> bytes:
    """A KeyShareEntry: all of key_share in ServerHello."""
    return wire.uint(group, 2) + wire.vector(key_exchange, 2)


def decode_share(data: bytes) -> tuple[int, bytes]:
    reader = wire.Reader(data)
    group, key_exchange = reader.uint(2), reader.vector(2, minimum=1)
    reader.finish()
    return group, key_exchange


def encode_client_shares(shares: list[tuple[int, bytes]]) -> bytes:
    return wire.vector(b"".join(encode_share(*share) for share in shares), 2)


def decode_client_shares(data: bytes) -> dict[int, bytes]:
    outer = wire.Reader(data)
    inner = wire.Reader(outer.vector(2))
    outer.finish()
    shares: dict[int, bytes] = {}
    while inner.remaining():
        group, key_exchange = inner.uint(2), inner.vector(2, minimum=1)
        if group in shares:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER, "two shares of one group")
        shares[group] = key_exchange
    return shares


def encode_server_name(name: str) -> bytes:
    """RFC 6066 §3."""
    return wire.vector(b"\0" + wire.vector(name.encode("ascii"), 2), 2)


def decode_server_name(data: bytes) -> Optional[str]:
    if not data:
        return None
    outer = wire.Reader(data)
    inner = wire.Reader(outer.vector(2, minimum=1))
    outer.finish()
    if inner.uint(1):
        raise ProtocolError(Alert.DECODE_ERROR, "server_name is not a host name")
    return inner.vector(2, minimum=1).decode("ascii", "replace")


def decode_cookie(data: bytes) -> bytes:
    reader = wire.Reader(data)
    cookie = reader.vector(2, minimum=1)
    reader.finish()
    return cookie
