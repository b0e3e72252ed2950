# SPDX-License-Identifier: LGPL-2.1-or-later
"""The presentation language of RFC 8446 §3: integers and vectors on the wire."""

from .codepoints import Alert, ProtocolError


class Reader:
    """Takes a byte string apart; anything that does not fit is a decode_error."""

    def __init__(self, data: bytes):
        self.data = data
        self.position = 0

    def remaining(self) -> int:
        return len(self.data) - self.position

    def bytes(self, count: int) -> bytes:
        if count > self.remaining():
            raise ProtocolError(Alert.DECODE_ERROR, "a message ends too early")
        start, self.position = self.position, self.position + count
        return self.data[start:self.position]

    def uint(self, size: int) -> int:
        return int.from_bytes(self.bytes(size), "big")

    def vector(self, length_size: int, minimum: int = 0) -> bytes:
        """An opaque<minimum..> whose length takes length_size bytes."""
        length = self.uint(length_size)
        if length < minimum:
            raise ProtocolError(Alert.DECODE_ERROR, "a vector is too short")
        return self.bytes(length)

    def finish(self) -> None:
        if self.remaining():
            raise ProtocolError(Alert.DECODE_ERROR, "a message has trailing bytes")


def uint(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")


def vector(data: bytes, length_size: int) -> bytes:
    return uint(len(data), length_size) + data
