# SPDX-License-Identifier: LGPL-2.1-or-later
"""Application protocols (RFC 7301), certificate types (RFC 7250) and server names
(RFC 6066 §3): what a client offers and a server answers."""

from typing import Optional

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from . import messages, signing, wire
from .codepoints import Alert, CertificateType, ExtensionType, ProtocolError

# What a side can show and take, in its order of preference.
_TYPES = (CertificateType.RAW_PUBLIC_KEY, CertificateType.X509)


def encode_protocols(names: list) -> bytes:
    return wire.vector(b"".join(wire.vector(name, 1) for name in names), 2)


def decode_protocols(body: bytes) -> list:
    reader = wire.Reader(body)
    inner = wire.Reader(reader.vector(2))
    reader.finish()
    names = []
    while inner.remaining():
        names.append(inner.vector(1))
    if not names or not all(names):
        raise ProtocolError(Alert.DECODE_ERROR, "an empty list or name of protocols")
    return names


def spki_of_key(public_key) -> bytes:
    return public_key.public_bytes(serialization.Encoding.DER,
                                   serialization.PublicFormat.SubjectPublicKeyInfo)


def own_types(config) -> list:
    """What we can show: our key alone, or its certificate."""
    can = {CertificateType.RAW_PUBLIC_KEY: config.shows_raw_key and config.key,
           CertificateType.X509: config.chain}
    return [kind for kind in _TYPES if can[kind]]


def accepted_types(config) -> list:
    can = {CertificateType.RAW_PUBLIC_KEY: config.pins,
           CertificateType.X509: config.anchors}
    return [kind for kind in _TYPES if can[kind]]


# The client.

def offers(config) -> list:
    """Extensions of a ClientHello. X.509 alone is not said (RFC 7250 §4.1)."""
    found = []
    if config.protocols:
        found.append((ExtensionType.ALPN, encode_protocols(config.protocols)))
    for extension, kinds in (
            (ExtensionType.CLIENT_CERTIFICATE_TYPE, own_types(config)),
            (ExtensionType.SERVER_CERTIFICATE_TYPE, accepted_types(config))):
        if CertificateType.RAW_PUBLIC_KEY in kinds:
            found.append((extension, wire.vector(bytes(kinds), 1)))
    return found


def take_answers(connection, answered: dict) -> None:
    """EncryptedExtensions, of extensions that were offered."""
    config = connection.config
    if ExtensionType.ALPN in answered:
        names = decode_protocols(answered[ExtensionType.ALPN])
        if len(names) != 1 or names[0] not in config.protocols:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER, "application protocol")
        connection.protocol = names[0]
    if answered.get(ExtensionType.SERVER_NAME):
        raise ProtocolError(Alert.DECODE_ERROR, "server_name is not empty")
    connection.name_was_used = ExtensionType.SERVER_NAME in answered
    own, peer = (answered.get(ExtensionType.CLIENT_CERTIFICATE_TYPE),
                 answered.get(ExtensionType.SERVER_CERTIFICATE_TYPE))
    for body, offered in ((own, own_types(config)), (peer, accepted_types(config))):
        if body is not None and (len(body) != 1 or body[0] not in offered):
            raise ProtocolError(Alert.ILLEGAL_PARAMETER, "certificate type")
    if own is not None:
        connection.own_type = CertificateType(own[0])
    if peer is not None:
        connection.peer_type = CertificateType(peer[0])


# The server.

def select(connection, hello, requests_certificate: bool) -> list:
    """Extensions of EncryptedExtensions; refuses where nothing is in common."""
    config, offered = connection.config, dict(hello.extensions)
    answers = []
    if config.protocols and ExtensionType.ALPN in offered:
        names = decode_protocols(offered[ExtensionType.ALPN])
        common = [name for name in config.protocols if name in names]
        if not common:
            raise ProtocolError(Alert.NO_APPLICATION_PROTOCOL, "none in common")
        connection.protocol = common[0]
        answers.append((ExtensionType.ALPN, encode_protocols(common[:1])))
    if ExtensionType.SERVER_NAME in offered:
        connection.called = messages.decode_server_name(
            offered[ExtensionType.SERVER_NAME])
    connection.own_type = _select_type(
        offered.get(ExtensionType.SERVER_CERTIFICATE_TYPE), own_types(config))
    if ExtensionType.SERVER_CERTIFICATE_TYPE in offered:
        answers.append((ExtensionType.SERVER_CERTIFICATE_TYPE,
                        bytes([connection.own_type])))
    if requests_certificate:
        connection.peer_type = _select_type(
            offered.get(ExtensionType.CLIENT_CERTIFICATE_TYPE), accepted_types(config))
        if ExtensionType.CLIENT_CERTIFICATE_TYPE in offered:
            answers.append((ExtensionType.CLIENT_CERTIFICATE_TYPE,
                            bytes([connection.peer_type])))
    return answers


def _select_type(offer: Optional[bytes], ours: list) -> CertificateType:
    kinds = [CertificateType.X509]
    if offer is not None:
        reader = wire.Reader(offer)
        kinds = list(reader.vector(1))
        reader.finish()
    for kind in ours:
        if kind in kinds:
            return kind
    raise ProtocolError(Alert.UNSUPPORTED_CERTIFICATE, "no common certificate type")


# Certificate.

def take_raw_key(connection, chain: list) -> None:
    """RFC 8446 §4.4.2: one entry, a SubjectPublicKeyInfo, and it is pinned."""
    if len(chain) != 1:
        raise ProtocolError(Alert.ILLEGAL_PARAMETER, "more than one raw public key")
    try:
        key = serialization.load_der_public_key(chain[0])
    except (ValueError, UnsupportedAlgorithm) as error:
        raise ProtocolError(Alert.BAD_CERTIFICATE, str(error)) from error
    if not signing.schemes_of(key):
        raise ProtocolError(Alert.UNSUPPORTED_CERTIFICATE, "not a key that we verify")
    if chain[0] not in connection.config.pins:
        raise ProtocolError(Alert.CERTIFICATE_UNKNOWN, "the key is not pinned")
    connection.peer_key = key
    connection.peer_spki = chain[0]
