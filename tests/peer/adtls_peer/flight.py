# SPDX-License-Identifier: LGPL-2.1-or-later
"""A flight on its way out: fragments, acknowledgements, retransmission.

RFC 9147 §5.7 and §7. The unit is the fragment: it travels in a record of its
own, is acknowledged with any of the records that carried it, and keeps its
epoch for good.
"""

from dataclasses import dataclass, field

from .messages import Fragment, HandshakeMessage
from .record import RecordNumber

SMALLEST_PIECE = 32  # bytes, below which fragments are not halved
WINDOW = 10  # records in one transmission, RFC 9147 §5.8.3


@dataclass
class Unit:
    epoch: int
    fragment: Fragment
    numbers: list[RecordNumber] = field(default_factory=list)
    is_acknowledged: bool = False
    in_flight: bool = False


def split(message: HandshakeMessage, message_seq: int, size: int) -> list[Fragment]:
    """At least one fragment, none with more than size bytes of the message."""
    body = message.body
    return [Fragment(message.kind, len(body), message_seq, offset,
                     body[offset:offset + size])
            for offset in range(0, max(len(body), 1), size)]


class Flight:
    """The fragments that wait for the peer's answer or ACK."""

    def __init__(self, is_retransmitted: bool = True) -> None:
        self.is_retransmitted = is_retransmitted  # by timer; never a retry request
        self.units: list[Unit] = []

    def add(self, epoch: int, fragments: list[Fragment]) -> None:
        self.units += [Unit(epoch, fragment) for fragment in fragments]

    def pending(self) -> list[Unit]:
        return [unit for unit in self.units if not unit.is_acknowledged]

    def is_untouched(self) -> bool:
        """Nothing was acknowledged so far."""
        return len(self.pending()) == len(self.units)

    def next_units(self) -> list[Unit]:
        """What the window allows to be sent now."""
        pending = self.pending()
        room = WINDOW - sum(unit.in_flight for unit in pending)
        return [unit for unit in pending if not unit.in_flight][:max(room, 0)]

    def assume_lost(self) -> None:
        """After a timeout everything unacknowledged is sent again."""
        for unit in self.pending():
            unit.in_flight = False

    def acknowledge(self, numbers: set[RecordNumber]) -> bool:
        """Whether that was news."""
        news = [unit for unit in self.pending() if numbers & set(unit.numbers)]
        for unit in news:
            unit.is_acknowledged = True
            unit.in_flight = False
        return bool(news)

    def assume_lost_before(self, numbers: set[RecordNumber]) -> None:
        """What was sent before an acknowledged record and is still missing."""
        newest = max(numbers, default=None)
        for unit in self.pending():
            if newest is None or unit.numbers and unit.numbers[-1] < newest:
                unit.in_flight = False

    def halve_fragments(self) -> None:
        """Changes the boundaries of what is unacknowledged (RFC 9147 §5.5)."""
        units = []
        for unit in self.units:
            data, fragment = unit.fragment.data, unit.fragment
            middle = len(data) // 2
            if unit.is_acknowledged or len(data) < 2 * SMALLEST_PIECE:
                units.append(unit)
                continue
            for start, piece in ((0, data[:middle]), (middle, data[middle:])):
                units.append(Unit(unit.epoch, Fragment(
                    fragment.kind, fragment.length, fragment.message_seq,
                    fragment.offset + start, piece)))
        self.units = units
