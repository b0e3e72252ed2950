# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ACK message of RFC 9147 §7, and the record numbers that await one."""

from typing import Optional

from . import wire
from .record import RecordNumber

ENTRY = 16
RECORDS_BEFORE_ACK = 10  # so that a paced flight goes on


def encode(numbers: list[RecordNumber]) -> bytes:
    return wire.vector(b"".join(wire.uint(number.epoch, 8)
                                + wire.uint(number.sequence, 8)
                                for number in sorted(numbers)), 2)


def decode(content: bytes) -> list[RecordNumber]:
    outer = wire.Reader(content)
    inner = wire.Reader(outer.vector(2))
    outer.finish()
    numbers = []
    while inner.remaining():
        numbers.append(RecordNumber(inner.uint(8), inner.uint(8)))
    return numbers


class Acknowledgements:
    """The records of the peer's current flight, and when to acknowledge them."""

    def __init__(self) -> None:
        self.numbers: list[RecordNumber] = []
        self.deadline: Optional[float] = None
        self.unacknowledged = 0
        self.is_due = False

    def add(self, number: RecordNumber, deadline: float) -> None:
        if number not in self.numbers:
            self.numbers.append(number)
        self.unacknowledged += 1
        if self.deadline is None:
            self.deadline = deadline
        if self.unacknowledged >= RECORDS_BEFORE_ACK:
            self.is_due = True

    def clear(self) -> None:
        """Our next flight acknowledges everything implicitly."""
        self.__init__()

    def take(self, limit: int) -> list[RecordNumber]:
        """The newest that fit; the list itself stays until the flight is over."""
        self.deadline, self.unacknowledged, self.is_due = None, 0, False
        return self.numbers[-limit:]
