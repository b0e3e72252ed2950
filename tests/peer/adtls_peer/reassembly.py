# SPDX-License-Identifier: LGPL-2.1-or-later
"""From fragments to whole handshake messages in order (RFC 9147 §5.5)."""

from enum import Enum
from typing import Optional

from .codepoints import Alert, HandshakeType, ProtocolError
from .messages import Fragment, HandshakeMessage

MESSAGES_AHEAD = 8
BUDGET = 96 * 1024


class Arrival(Enum):
    """What became of a fragment, which decides whether it is acknowledged."""

    OLD = "its message was processed before"
    DROPPED = "there is no room for it"
    IN_ORDER = "it is the next piece"
    OUT_OF_ORDER = "it leaves a gap"


class Assembly:
    """One message on its way in."""

    def __init__(self, fragment: Fragment, epoch: int) -> None:
        self.kind = fragment.kind
        self.epoch = epoch
        self.data = bytearray(fragment.length)
        self.present = bytearray(fragment.length)  # one flag for each byte
        self.is_complete = False

    def add(self, fragment: Fragment, epoch: int) -> bool:
        """Whether the fragment continues what is here without a gap."""
        if (fragment.kind, fragment.length) != (self.kind, len(self.data)):
            raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                "fragments of one message differ in type or length")
        if epoch != self.epoch:
            raise ProtocolError(Alert.UNEXPECTED_MESSAGE,
                                "fragments of one message come in two epochs")
        start, end = fragment.offset, fragment.offset + len(fragment.data)
        for index, byte in enumerate(fragment.data, start):
            if self.present[index] and self.data[index] != byte:
                raise ProtocolError(Alert.ILLEGAL_PARAMETER,
                                    "a retransmitted byte has changed")
        in_order = all(self.present[:start])
        self.data[start:end] = fragment.data
        self.present[start:end] = b"\1" * len(fragment.data)
        self.is_complete = all(self.present)
        return in_order


class Reassembly:
    """The messages of one peer, from its message_seq 0 on."""

    def __init__(self, attestation_limit: int) -> None:
        self.next_seq = 0
        self.attestation_limit = attestation_limit
        self.assemblies: dict[int, Assembly] = {}

    def add(self, fragment: Fragment, epoch: int) -> Arrival:
        if fragment.message_seq < self.next_seq:
            return Arrival.OLD
        if fragment.message_seq >= self.next_seq + MESSAGES_AHEAD:
            return Arrival.DROPPED
        assembly = self.assemblies.get(fragment.message_seq)
        if assembly is None:
            # protocol §4: the limit comes before the memory; body = 3 + payload.
            if (fragment.kind == HandshakeType.ATTESTATION
                    and fragment.length > 3 + self.attestation_limit):
                raise ProtocolError(Alert.HANDSHAKE_FAILURE,
                                    "the Attestation exceeds the limit")
            held = sum(len(other.data) for other in self.assemblies.values())
            if held + fragment.length > BUDGET:
                return Arrival.DROPPED
            assembly = Assembly(fragment, epoch)
            self.assemblies[fragment.message_seq] = assembly
        in_order = assembly.add(fragment, epoch)
        if in_order and fragment.message_seq == self.next_seq:
            return Arrival.IN_ORDER
        return Arrival.OUT_OF_ORDER

    def pop(self) -> Optional[tuple[int, HandshakeMessage]]:
        """The next message if it is complete, with the epoch that it came in."""
        assembly = self.assemblies.get(self.next_seq)
        if assembly is None or not assembly.is_complete:
            return None
        del self.assemblies[self.next_seq]
        self.next_seq += 1
        return assembly.epoch, HandshakeMessage(assembly.kind, bytes(assembly.data))

    def forget_unprotected(self) -> None:
        """Drops what anyone may have written, once there are keys."""
        self.assemblies = {seq: assembly for seq, assembly in self.assemblies.items()
                           if assembly.epoch > 0}
