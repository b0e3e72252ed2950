# SPDX-License-Identifier: LGPL-2.1-or-later
"""Certificate, CertificateVerify, Attestation, Finished: the same for both sides."""

import hmac

from . import (attestation, certificates, evidence, keys, messages, negotiation,
               signing)
from .codepoints import Alert, CertificateType, ProtocolError
from .messages import (Certificate, CertificateVerify, HandshakeMessage,
                       HandshakeType)


def own_spki(connection) -> bytes:
    """As it stands in our certificate, or as we show it raw; empty without one."""
    if connection.own_type == CertificateType.RAW_PUBLIC_KEY:
        return negotiation.spki_of_key(connection.config.key.public_key())
    chain = connection.config.chain
    return certificates.spki_of(chain[0]) if chain else b""


def take_certificate(connection, message: HandshakeMessage,
                     name_is_checked: bool = True) -> None:
    """The peer's chain; an empty one is the caller's business."""
    config = connection.config
    chain = Certificate.decode(message.body).chain
    connection.transcript.add(message.encode())
    if not chain:
        raise ProtocolError(Alert.DECODE_ERROR if not connection.is_server
                            else Alert.CERTIFICATE_REQUIRED, "no certificate")
    connection.peer_chain = chain
    if connection.peer_type == CertificateType.RAW_PUBLIC_KEY:
        negotiation.take_raw_key(connection, chain)
    else:
        connection.peer_key = certificates.load(chain[0]).public_key()
        certificates.verify(chain, config.anchors, config.utc(),
                            config.server_name if name_is_checked else None)
        connection.peer_spki = certificates.spki_of(chain[0])
    is_reflected = connection.peer_spki == own_spki(connection)
    if connection.selected and is_reflected and (
            connection.misbehaviour.minds_reflection):
        raise ProtocolError(Alert.ILLEGAL_PARAMETER,  # protocol §3, last point
                            "the peer presents our own key")


def take_certificate_verify(connection, message: HandshakeMessage) -> None:
    verify = CertificateVerify.decode(message.body)
    if verify.scheme not in connection.config.schemes or (
            verify.scheme not in signing.schemes_of(connection.peer_key)):
        raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                            "signature scheme not offered, or not of this key")
    content = messages.certificate_verify_content(not connection.is_server,
                                                  connection.transcript.hash())
    connection.scheme = verify.scheme
    if not signing.verify(verify.scheme, connection.peer_key, verify.signature,
                          content):
        raise ProtocolError(Alert.DECRYPT_ERROR, "CertificateVerify does not verify")
    connection.transcript.add(message.encode())


def take_finished(connection, message: HandshakeMessage,
                  traffic_secret: bytes) -> None:
    expected = keys.finished_verify_data(traffic_secret,
                                         connection.transcript.hash())
    if len(message.body) != len(expected):
        raise ProtocolError(Alert.DECODE_ERROR, "Finished has a wrong length")
    if not hmac.compare_digest(expected, message.body):
        raise ProtocolError(Alert.DECRYPT_ERROR, "Finished does not verify")
    connection.transcript.add(message.encode())


def send_certificate(connection) -> None:
    chain = connection.config.chain
    if connection.own_type == CertificateType.RAW_PUBLIC_KEY:
        chain = [own_spki(connection)]
    connection.send_message(Certificate(chain).encode(), 2)


def send_certificate_verify(connection) -> None:
    content = messages.certificate_verify_content(connection.is_server,
                                                  connection.transcript.hash())
    key = connection.config.key
    scheme = signing.select_scheme(key, connection.peer_schemes)
    if scheme is None:
        raise ProtocolError(Alert.HANDSHAKE_FAILURE, "no common signature scheme")
    signature = signing.sign(scheme, key, content)
    connection.send_message(CertificateVerify(signature, scheme).encode(), 2)


def send_attestation(connection, main_secret: bytes, epoch: int) -> None:
    """Asks the attester for Evidence on the binder, and wraps it in a CMW."""
    config, misbehaviour = connection.config, connection.misbehaviour
    connection.binder = attestation.binder(main_secret, own_spki(connection))
    claims = config.attester.device.claims(
        connection.binder, config.key.public_key(), int(config.utc()))
    token = evidence.sign(misbehaviour.claims(connection, claims),
                          config.attester.key)
    token = misbehaviour.evidence(connection, token)
    connection.evidence_sent = token
    cmw = misbehaviour.cmw(connection, attestation.encode_cmw_record(
        attestation.EAT_CWT, token))
    connection.send_message(HandshakeMessage(
        HandshakeType.ATTESTATION, attestation.encode_attestation(cmw)), epoch)


def send_finished(connection, traffic_secret: bytes) -> None:
    verify_data = keys.finished_verify_data(traffic_secret,
                                            connection.transcript.hash())
    connection.send_message(HandshakeMessage(HandshakeType.FINISHED, verify_data), 2)
