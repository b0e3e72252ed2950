# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records that come when the handshake is complete."""

from .. import ack, after, attestation, messages, record, wire
from ..codepoints import Alert, ContentType, HandshakeType
from ..messages import Fragment
from ..misbehave import Misbehaviour, misbehaviour


class AfterHandshake(Misbehaviour):
    """Sends one record of its own when the handshake is complete."""

    epoch = 3
    content_type: int = ContentType.HANDSHAKE

    def content(self, connection) -> bytes:
        raise NotImplementedError

    def connected(self, connection):
        writer = connection.write_epochs[self.epoch]
        connection.outgoing.append(
            writer.seal(self.content_type, self.content(connection))[1])

    @staticmethod
    def next_message(connection, kind: int, body: bytes) -> bytes:
        fragment = Fragment(kind, len(body), connection.next_message_seq, 0, body)
        connection.next_message_seq += 1
        return fragment.encode()


@misbehaviour("both", Alert.UNEXPECTED_MESSAGE)
class MessageUnknown(AfterHandshake):
    """Sends a handshake message of an unknown type."""

    def content(self, connection):
        return self.next_message(connection, 99, b"unknown")


@misbehaviour("server", Alert.UNEXPECTED_MESSAGE)
class CertificateRequestAfterHandshake(AfterHandshake):
    """Asks for authentication after the handshake, which nobody offered."""

    def content(self, connection):
        request = messages.CertificateRequest(b"context").encode()
        return self.next_message(connection, request.kind, request.body)


@misbehaviour("server", Alert.UNEXPECTED_MESSAGE)
class ServerAttestationAfterHandshake(AfterHandshake):
    """Sends an Attestation when the handshake is complete."""

    def content(self, connection):
        return self.next_message(connection, HandshakeType.ATTESTATION,
                                 attestation.encode_attestation(b"\x80"))


@misbehaviour("both", Alert.UNEXPECTED_MESSAGE)
class NewConnectionIdUnnegotiated(AfterHandshake):
    """Gives connection IDs to a peer that has not agreed to write any."""

    def content(self, connection):
        return self.next_message(connection, HandshakeType.NEW_CONNECTION_ID,
                                 after.encode_cids([b"unasked"]))


@misbehaviour("both", Alert.UNEXPECTED_MESSAGE)
class RequestConnectionIdUnnegotiated(AfterHandshake):
    """Asks for connection IDs that nobody has agreed to receive."""

    def content(self, connection):
        return self.next_message(connection, HandshakeType.REQUEST_CONNECTION_ID,
                                 wire.uint(2, 1))


@misbehaviour("both", Alert.UNEXPECTED_MESSAGE)
class PathChallengeUnnegotiated(AfterHandshake):
    """Checks the path of a peer that has not agreed to that."""

    content_type = ContentType.RETURN_ROUTABILITY_CHECK

    def content(self, connection):
        return bytes([after.CHALLENGE]) + bytes(after.COOKIE)


@misbehaviour("both", Alert.ILLEGAL_PARAMETER)
class AckOfLaterEpoch(AfterHandshake):
    """Acknowledges a record of an epoch later than the ACK's."""

    content_type = ContentType.ACK

    def content(self, connection):
        return ack.encode([record.RecordNumber(9, 0)])


@misbehaviour("both", Alert.DECODE_ERROR)
class AckTruncated(AfterHandshake):
    """Sends an ACK with half a record number."""

    content_type = ContentType.ACK

    def content(self, connection):
        return wire.vector(bytes(8), 2)


@misbehaviour("both", Alert.UNEXPECTED_MESSAGE)
class ContentTypeUnknown(AfterHandshake):
    """Sends a record of an unknown content type."""

    content_type = 99

    def content(self, connection):
        return b"unknown"
