# SPDX-License-Identifier: LGPL-2.1-or-later
"""What must not disturb anyone: noise, repetition, reordering, strangers."""

from .. import ack, record
from ..codepoints import Alert, ContentType, HandshakeType
from ..messages import Fragment
from ..misbehave import COMPLETES, Misbehaviour, flip_last_byte, misbehaviour


@misbehaviour("both", COMPLETES)
class GarbageDatagrams(Misbehaviour):
    """Sends random bytes before each datagram."""

    def datagrams(self, connection, datagrams):
        return [each for datagram in datagrams
                for each in (connection.config.random_bytes(len(datagram)), datagram)]


@misbehaviour("both", COMPLETES)
class DatagramsRepeated(Misbehaviour):
    """Sends each datagram twice."""

    def datagrams(self, connection, datagrams):
        return [each for datagram in datagrams for each in (datagram, datagram)]


@misbehaviour("both", COMPLETES)
class DatagramsReversed(Misbehaviour):
    """Sends the datagrams of each transmission in reverse order."""

    def datagrams(self, connection, datagrams):
        return datagrams[::-1]


@misbehaviour("both", COMPLETES)
class RecordsDamaged(Misbehaviour):
    """Sends a damaged copy before each protected datagram."""

    def datagrams(self, connection, datagrams):
        return [each for datagram in datagrams
                for each in ([flip_last_byte(datagram)] if datagram[0] >> 5 == 1
                             else []) + [datagram]]


@misbehaviour("both", COMPLETES)
class PlaintextAlerts(Misbehaviour):
    """A stranger injects fatal alerts in epoch 0 once there are keys."""

    def datagrams(self, connection, datagrams):
        if connection.receive_epoch == 0:
            return datagrams
        alert = record.plaintext_record(
            ContentType.ALERT, 2**40 + connection.next_message_seq,
            bytes([2, Alert.HANDSHAKE_FAILURE]))
        return [each for datagram in datagrams for each in (datagram, alert)]


@misbehaviour("both", COMPLETES)
class PlaintextHandshake(Misbehaviour):
    """A stranger injects a Finished in epoch 0 once there are keys."""

    def datagrams(self, connection, datagrams):
        if connection.receive_epoch == 0:
            return datagrams
        fragment = Fragment(HandshakeType.FINISHED, 32,
                            connection.next_message_seq, 0, bytes(32))
        forged = record.plaintext_record(ContentType.HANDSHAKE, 2**41,
                                         fragment.encode())
        return [each for datagram in datagrams for each in (forged, datagram)]


@misbehaviour("both", COMPLETES)
class FragmentsReversed(Misbehaviour):
    """Sends the fragments of each message last first."""

    def fragments(self, connection, fragments):
        return fragments[::-1]


@misbehaviour("both", COMPLETES)
class FragmentsOverlapping(Misbehaviour):
    """Lets each fragment repeat some bytes of the one before."""

    def fragments(self, connection, fragments):
        whole = b"".join(fragment.data for fragment in fragments)
        pieces = []
        for fragment in fragments:
            half = len(fragment.data) // 2
            for start, end in ((0, half + half // 2), (half, len(fragment.data))):
                pieces.append(Fragment(
                    fragment.kind, fragment.length, fragment.message_seq,
                    fragment.offset + start,
                    whole[fragment.offset + start:fragment.offset + end]))
        return pieces


@misbehaviour("both", COMPLETES)
class AcksEmpty(Misbehaviour):
    """Sends an empty ACK before each real one."""

    def acks(self, connection, content):
        return [ack.encode([]), content]


@misbehaviour("both", COMPLETES)
class AcksUnknownRecords(Misbehaviour):
    """Acknowledges records that were never sent, besides the real ones."""

    def acks(self, connection, content):
        return [ack.encode([record.RecordNumber(0, 2**40)]), content]
