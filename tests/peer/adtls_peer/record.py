# SPDX-License-Identifier: LGPL-2.1-or-later
"""The record layer of RFC 9147 §4: headers, protection, numbers, replay."""

from dataclasses import dataclass
from typing import Iterator, NamedTuple, Optional, Union

from cryptography.exceptions import InvalidTag

from . import wire
from .codepoints import DTLS_1_2, Alert, ContentType, ProtocolError
from .keys import TrafficKeys
from .suites import DEFAULT, Suite

PLAINTEXT_HEADER = 13
CIPHERTEXT_HEADER = 5  # first byte, 16-bit sequence number, length
SAMPLE = 16  # of the ciphertext, for the mask (RFC 9147 §4.2.3)
MAXIMUM_SEQUENCE = 2**48 - 1
SHORT_SEQUENCES = 128  # whatever is lost before, 8 bits name these alone
PLAINTEXT_TYPES = (ContentType.ALERT, ContentType.HANDSHAKE, ContentType.ACK)


class RecordNumber(NamedTuple):
    """RFC 9147 §4: what an ACK lists."""

    epoch: int
    sequence: int


@dataclass
class PlaintextRecord:
    """A DTLSPlaintext as it arrived."""

    content_type: int
    number: RecordNumber
    fragment: bytes


@dataclass
class CiphertextRecord:
    """A DTLSCiphertext as it arrived, its number still encrypted."""

    epoch_bits: int
    header: bytes
    sequence_offset: int
    sequence_length: int
    body: bytes
    cid: Optional[bytes] = None


@dataclass
class OpenedRecord:
    """The content of a record, however it was protected."""

    content_type: int
    number: RecordNumber
    content: bytes


def plaintext_record(content_type: int, sequence: int, fragment: bytes) -> bytes:
    return (bytes([content_type]) + wire.uint(DTLS_1_2, 2) + wire.uint(0, 2)
            + wire.uint(sequence, 6) + wire.vector(fragment, 2))


def split_datagram(datagram: bytes, cid_length: int = 0) -> Iterator[
        Union[PlaintextRecord, CiphertextRecord]]:
    """The records of a datagram (RFC 9147 §4.1); stops at the first misfit.

    cid_length is that of the connection IDs that we receive.
    """
    while datagram:
        if datagram[0] in PLAINTEXT_TYPES:
            record, length = _split_plaintext(datagram)
        elif datagram[0] >> 5 == 0b001:
            record, length = _split_ciphertext(datagram, cid_length)
        else:
            return
        if record is None:
            return
        yield record
        datagram = datagram[length:]


def _split_plaintext(data: bytes):
    if len(data) < PLAINTEXT_HEADER:
        return None, 0
    end = PLAINTEXT_HEADER + int.from_bytes(data[11:13], "big")
    if end > len(data):
        return None, 0
    number = RecordNumber(int.from_bytes(data[3:5], "big"),
                          int.from_bytes(data[5:11], "big"))
    return PlaintextRecord(data[0], number, data[PLAINTEXT_HEADER:end]), end


def _split_ciphertext(data: bytes, cid_length: int):
    first = data[0]
    if first & 0x10 and not cid_length:
        return None, 0  # no connection ID was negotiated
    start = 1 + (cid_length if first & 0x10 else 0)
    sequence_length = 2 if first & 0x08 else 1
    body = start + sequence_length
    end = len(data)
    if first & 0x04:
        body += 2
        end = body + int.from_bytes(data[body - 2:body], "big")
    if body > len(data) or end > len(data):
        return None, 0
    return CiphertextRecord(first & 0x03, data[:body], start, sequence_length,
                            data[body:end],
                            data[1:start] if first & 0x10 else None), end


def xor(left: bytes, right: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(left, right))


def nonce(iv: bytes, sequence: int) -> bytes:
    """RFC 8446 §5.3; in DTLS the epoch is not part of it."""
    return xor(iv, wire.uint(sequence, 12))


def seal(keys: TrafficKeys, number: RecordNumber, content_type: int, content: bytes,
         padding: int = 0, short_sequence: bool = False,
         with_length: bool = True, cid: bytes = b"") -> bytes:
    """Protects one record, record number encryption included (RFC 9147 §4)."""
    tag_length = keys.suite.tag_length
    inner = content + bytes([content_type]) + bytes(padding)
    inner += bytes(max(0, SAMPLE - tag_length - len(inner)))
    first = 0x20 | number.epoch & 0x03
    first |= 0 if short_sequence else 0x08
    first |= 0x04 if with_length else 0
    first |= 0x10 if cid else 0
    sequence_length = 1 if short_sequence else 2
    sequence = wire.uint(number.sequence % 256**sequence_length, sequence_length)
    length = wire.uint(len(inner) + tag_length, 2) if with_length else b""
    header = bytes([first]) + cid + sequence + length
    body = keys.suite.aead(keys.key).encrypt(nonce(keys.iv, number.sequence), inner,
                                             header)
    masked = xor(sequence, keys.suite.mask(keys.record_number_key, body))
    return bytes([first]) + cid + masked + length + body


def open_record(keys: TrafficKeys, epoch: int, next_sequence: int,
                record: CiphertextRecord) -> Optional[OpenedRecord]:
    """Removes the protection; None if it is not authentic (RFC 9147 §4.5.2).

    next_sequence is one past the highest sequence number seen in the epoch.
    """
    if len(record.body) < SAMPLE:
        return None
    start, size = record.sequence_offset, record.sequence_length
    mask = keys.suite.mask(keys.record_number_key, record.body)
    low = xor(record.header[start:start + size], mask)
    header = record.header[:start] + low + record.header[start + size:]
    sequence = reconstruct_sequence(int.from_bytes(low, "big"), 8 * size,
                                    next_sequence)
    if sequence > MAXIMUM_SEQUENCE:
        return None
    try:
        inner = keys.suite.aead(keys.key).decrypt(nonce(keys.iv, sequence),
                                                  record.body, header)
    except InvalidTag:
        return None
    content = inner.rstrip(b"\0")
    if not content:  # RFC 8446 §5.4
        raise ProtocolError(Alert.UNEXPECTED_MESSAGE, "a record without content type")
    return OpenedRecord(content[-1], RecordNumber(epoch, sequence), content[:-1])


def reconstruct_sequence(low: int, bits: int, expected: int) -> int:
    """The full number numerically closest to the expected one (RFC 9147 §4.2.2)."""
    size = 1 << bits
    base = expected & ~(size - 1) | low
    candidates = [c for c in (base - size, base, base + size) if c >= 0]
    return min(candidates, key=lambda candidate: abs(candidate - expected))


class ReplayWindow:
    """The sliding window of RFC 9147 §4.5.1; checked before, updated after."""

    SIZE = 64

    def __init__(self) -> None:
        self.next = 0
        self.seen = 0  # bit n stands for sequence number next - 1 - n

    def is_fresh(self, sequence: int) -> bool:
        age = self.next - 1 - sequence
        return age < 0 or age < self.SIZE and not self.seen >> age & 1

    def update(self, sequence: int) -> None:
        if sequence >= self.next:
            self.seen <<= sequence + 1 - self.next
            self.next = sequence + 1
        self.seen |= 1 << (self.next - 1 - sequence)
        self.seen &= (1 << self.SIZE) - 1


class ReadEpoch:
    """One direction of one epoch, for receiving."""

    def __init__(self, epoch: int, secret: bytes, suite: Suite = DEFAULT) -> None:
        self.epoch = epoch
        self.secret = secret
        self.keys = TrafficKeys.derive(secret, suite=suite)
        self.window = ReplayWindow()
        self.inner_limit: Optional[int] = None  # our record_size_limit

    def open(self, record: CiphertextRecord) -> Optional[OpenedRecord]:
        opened = open_record(self.keys, self.epoch, self.window.next, record)
        if opened is None or not self.window.is_fresh(opened.number.sequence):
            return None
        self.window.update(opened.number.sequence)
        inner = len(record.body) - self.keys.suite.tag_length
        if self.inner_limit is not None and inner > self.inner_limit:
            raise ProtocolError(Alert.RECORD_OVERFLOW, f"a record of {inner} bytes")
        return opened


class WriteEpoch:
    """One direction of one epoch, for sending; epoch 0 has no keys."""

    def __init__(self, epoch: int, secret: Optional[bytes] = None,
                 suite: Suite = DEFAULT) -> None:
        self.epoch = epoch
        self.secret = secret
        self.cid = b""  # that the peer wants to receive
        self.keys = TrafficKeys.derive(secret, suite=suite) if secret else None
        self.next_sequence = 0
        self.inner_limit: Optional[int] = None  # the peer's record_size_limit
        self.padding = 0  # zeroes added to each record
        self.has_minimal_headers = False  # each record alone in its datagram

    def room(self, mtu: int) -> int:
        """Bytes of content in a record of at most mtu bytes."""
        room = mtu - self.overhead()
        if self.keys is not None and self.inner_limit is not None:
            room = min(room, self.inner_limit - 1)
        return room

    def overhead(self) -> int:
        if self.keys is None:
            return PLAINTEXT_HEADER
        return (CIPHERTEXT_HEADER + len(self.cid) + 1 + self.padding
                + self.keys.suite.tag_length)

    def seal(self, content_type: int, content: bytes) -> tuple[RecordNumber, bytes]:
        number = RecordNumber(self.epoch, self.next_sequence)
        if number.sequence > MAXIMUM_SEQUENCE:
            raise OverflowError("record sequence number exhausted")
        self.next_sequence += 1
        if self.keys is None:
            return number, plaintext_record(content_type, number.sequence, content)
        padding = self.padding
        if self.inner_limit is not None:
            padding = min(padding, self.inner_limit - 1 - len(content))
        return number, seal(
            self.keys, number, content_type, content, padding,
            self.has_minimal_headers and number.sequence < SHORT_SEQUENCES,
            not self.has_minimal_headers, self.cid)
