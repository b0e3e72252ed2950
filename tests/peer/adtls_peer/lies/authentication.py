# SPDX-License-Identifier: LGPL-2.1-or-later
"""Certificate, CertificateVerify and Finished that do not hold."""

from .. import messages, signing
from ..codepoints import Alert, HandshakeType
from ..messages import HandshakeMessage
from ..misbehave import Misbehaviour, flip_last_byte, misbehaviour


@misbehaviour("client", Alert.CERTIFICATE_REQUIRED)
class CertificateEmpty(Misbehaviour):
    """Sends no certificate where one is required."""

    def messages(self, connection, message):
        if message.kind == HandshakeType.CERTIFICATE:
            return [messages.Certificate([]).encode()]
        return [message]

    def final_flight(self, connection, steps):
        return [step for step in steps if step != "certificate_verify"]


@misbehaviour("client", Alert.ILLEGAL_PARAMETER, Alert.DECRYPT_ERROR)
class CertificateReflected(Misbehaviour):
    """Presents the server's own certificate to it, without having its key."""

    def messages(self, connection, message):
        if message.kind == HandshakeType.CERTIFICATE:
            return [messages.Certificate(connection.peer_chain).encode()]
        return [message]


@misbehaviour("both", Alert.DECRYPT_ERROR)
class CertificateVerifyOtherKey(Misbehaviour):
    """Signs CertificateVerify with a key that is not the certificate's."""

    def messages(self, connection, message):
        if message.kind != HandshakeType.CERTIFICATE_VERIFY:
            return [message]
        key = signing.generate_private_key(connection.config.random_bytes)
        content = messages.certificate_verify_content(connection.is_server,
                                                      connection.transcript.hash())
        return [messages.CertificateVerify(signing.sign_der(key, content)).encode()]


@misbehaviour("both", Alert.DECRYPT_ERROR)
class CertificateVerifyOtherSide(Misbehaviour):
    """Signs CertificateVerify with the context string of the other side."""

    def messages(self, connection, message):
        if message.kind != HandshakeType.CERTIFICATE_VERIFY:
            return [message]
        content = messages.certificate_verify_content(not connection.is_server,
                                                      connection.transcript.hash())
        return [messages.CertificateVerify(
            signing.sign_der(connection.config.key, content)).encode()]


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class CertificateVerifyMissing(Misbehaviour):
    """Leaves CertificateVerify out."""

    def final_flight(self, connection, steps):
        return [step for step in steps if step != "certificate_verify"]


@misbehaviour("both", Alert.DECRYPT_ERROR)
class FinishedDamaged(Misbehaviour):
    """Damages Finished."""

    def messages(self, connection, message):
        if message.kind != HandshakeType.FINISHED:
            return [message]
        return [HandshakeMessage(message.kind, flip_last_byte(message.body))]


@misbehaviour("both", Alert.DECODE_ERROR, Alert.DECRYPT_ERROR)
class FinishedShort(Misbehaviour):
    """Sends half a Finished."""

    def messages(self, connection, message):
        if message.kind != HandshakeType.FINISHED:
            return [message]
        return [HandshakeMessage(message.kind, message.body[:16])]
