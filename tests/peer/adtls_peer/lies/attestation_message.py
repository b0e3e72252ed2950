# SPDX-License-Identifier: LGPL-2.1-or-later
"""The Attestation message at the wrong place or with the wrong shape."""

from .. import attestation
from ..codepoints import Alert, ExtensionType, HandshakeType
from ..messages import HandshakeMessage
from ..misbehave import Misbehaviour, drop_extension, misbehaviour


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationStripped(Misbehaviour):
    """Leaves the negotiated Attestation out."""

    def final_flight(self, connection, steps):
        return [step for step in steps if step != "attestation"]


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationRepeated(Misbehaviour):
    """Sends the Attestation twice."""

    def final_flight(self, connection, steps):
        index = steps.index("attestation")
        return steps[:index] + ["attestation"] + steps[index:]


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationBeforeCertificateVerify(Misbehaviour):
    """Sends the Attestation before CertificateVerify."""

    def final_flight(self, connection, steps):
        return ["certificate", "attestation", "certificate_verify", "finished"]


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationBeforeCertificate(Misbehaviour):
    """Sends the Attestation before Certificate."""

    def final_flight(self, connection, steps):
        return ["attestation", "certificate", "certificate_verify", "finished"]


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationAfterFinished(Misbehaviour):
    """Sends the Attestation after Finished instead of before it."""

    def final_flight(self, connection, steps):
        return ["certificate", "certificate_verify", "finished", "attestation"]


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationRepeatedAfterFinished(Misbehaviour):
    """Sends a second Attestation after Finished, under handshake keys."""

    def final_flight(self, connection, steps):
        return steps + ["attestation"]


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationAfterHandshake(Misbehaviour):
    """Sends a second Attestation under application keys."""

    def connected(self, connection):
        connection.flight = connection.flight or type(connection.flight)()
        connection.send_attestation(epoch=3)


@misbehaviour("client", Alert.UNEXPECTED_MESSAGE)
class AttestationUnnegotiated(Misbehaviour):
    """Sends an Attestation that the server did not select, or that was never
    offered (for a server that does not require one)."""

    def client_hello(self, connection, hello):
        drop_extension(hello.extensions, ExtensionType.EVIDENCE_PROPOSAL)

    def final_flight(self, connection, steps):
        return steps[:-1] + ["attestation", "finished"]


class AttestationBody(Misbehaviour):
    """Replaces the body of the Attestation."""

    def body(self, body: bytes) -> bytes:
        raise NotImplementedError

    def messages(self, connection, message):
        if message.kind != HandshakeType.ATTESTATION:
            return [message]
        return [HandshakeMessage(message.kind, self.body(message.body))]


@misbehaviour("client", Alert.DECODE_ERROR)
class AttestationEmpty(AttestationBody):
    """Sends an Attestation with an empty cmw_payload."""

    def body(self, body):
        return bytes(3)


@misbehaviour("client", Alert.DECODE_ERROR)
class AttestationWithoutBody(AttestationBody):
    """Sends an Attestation of no bytes at all."""

    def body(self, body):
        return b""


@misbehaviour("client", Alert.DECODE_ERROR)
class AttestationTruncated(AttestationBody):
    """Announces a longer cmw_payload than it sends."""

    def body(self, body):
        return body[:-1]


@misbehaviour("client", Alert.DECODE_ERROR)
class AttestationTrailingByte(AttestationBody):
    """Sends a byte after the cmw_payload."""

    def body(self, body):
        return body + b"\0"


@misbehaviour("client", Alert.HANDSHAKE_FAILURE)
class AttestationTooLong(AttestationBody):
    """Sends a cmw_payload one byte over the default limit of 64 KiB."""

    def body(self, body):
        return attestation.encode_attestation(
            bytes(attestation.DEFAULT_MESSAGE_LIMIT + 1))
