# SPDX-License-Identifier: LGPL-2.1-or-later
"""UDP datagrams in capture files: pcap and pcapng read, pcap written."""

import ipaddress
import struct
from dataclasses import dataclass
from typing import Iterator, Optional, Union

Address = tuple[str, int]
IPV4, IPV6, UDP = 0x0800, 0x86DD, 17
VLAN_TAGS = (0x8100, 0x88A8)

LINK_NULL, LINK_ETHERNET, LINK_RAW_BSD, LINK_RAW = 0, 1, 12, 101
LINK_LOOP, LINK_SLL, LINK_IPV4, LINK_IPV6, LINK_SLL2 = 108, 113, 228, 229, 276


class CaptureError(Exception):
    """A capture file that cannot be read."""


@dataclass
class Datagram:
    time: float  # seconds
    source: Address
    destination: Address
    payload: bytes


def read(data: bytes) -> Iterator[Datagram]:
    """Every UDP datagram of a capture, in its order; other packets are skipped."""
    frames = _read_pcapng(data) if data[:4] == b"\x0a\x0d\x0d\x0a" else _read_pcap(data)
    for time, link_type, frame in frames:
        packet = _packet(link_type, frame)
        datagram = _datagram(time, packet) if packet else None
        if datagram:
            yield datagram


def _read_pcap(data: bytes):
    magics = {b"\xd4\xc3\xb2\xa1": ("<", 1e-6), b"\xa1\xb2\xc3\xd4": (">", 1e-6),
              b"\x4d\x3c\xb2\xa1": ("<", 1e-9), b"\xa1\xb2\x3c\x4d": (">", 1e-9)}
    if data[:4] not in magics or len(data) < 24:
        raise CaptureError("neither a pcap nor a pcapng file")
    order, unit = magics[data[:4]]
    link_type = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    position = 24
    while position + 16 <= len(data):
        seconds, fraction, length, _ = struct.unpack_from(order + "4I", data, position)
        position += 16
        if position + length > len(data):
            return  # cut off while it was being written
        yield seconds + fraction * unit, link_type, data[position:position + length]
        position += length


def _read_pcapng(data: bytes):
    """Section headers, interface descriptions and enhanced or simple packets."""
    position, order, interfaces = 0, "<", []
    while position + 12 <= len(data):
        if data[position:position + 4] == b"\x0a\x0d\x0d\x0a":
            big = data[position + 8:position + 12] == b"\x1a\x2b\x3c\x4d"
            order, interfaces = ">" if big else "<", []
        kind, length = struct.unpack_from(order + "2I", data, position)
        if length < 12 or length % 4 or position + length > len(data):
            return
        body = data[position + 8:position + length - 4]
        if kind == 1 and len(body) >= 8:
            interfaces.append((struct.unpack_from(order + "H", body)[0],
                               _resolution(order, body[8:])))
        elif kind == 6 and len(body) >= 20:
            number, high, low, size = struct.unpack_from(order + "4I", body)
            if number < len(interfaces):
                link_type, unit = interfaces[number]
                yield (high << 32 | low) * unit, link_type, body[20:20 + size]
        elif kind == 3 and len(body) >= 4 and interfaces:
            size = struct.unpack_from(order + "I", body)[0]
            yield 0.0, interfaces[0][0], body[4:4 + size]
        position += length


def _resolution(order: str, options: bytes) -> float:
    """The if_tsresol option, in seconds; microseconds without it."""
    while len(options) >= 4:
        code, length = struct.unpack_from(order + "2H", options)
        if code == 9 and length == 1:
            value = options[4]
            return 2.0 ** -(value & 0x7F) if value & 0x80 else 10.0 ** -value
        if code == 0:
            break
        options = options[4 + (length + 3) // 4 * 4:]
    return 1e-6


def _packet(link_type: int, frame: bytes) -> Optional[bytes]:
    """The IP packet in a frame, if there is one."""
    if link_type in (LINK_NULL, LINK_LOOP):
        return frame[4:]
    if link_type in (LINK_RAW, LINK_RAW_BSD, LINK_IPV4, LINK_IPV6):
        return frame
    if link_type == LINK_ETHERNET:
        kind, start = frame[12:14], 14
        while int.from_bytes(kind, "big") in VLAN_TAGS:
            kind, start = frame[start + 2:start + 4], start + 4
    elif link_type == LINK_SLL:
        kind, start = frame[14:16], 16
    elif link_type == LINK_SLL2:
        kind, start = frame[0:2], 20
    else:
        raise CaptureError(f"link type {link_type} is not supported")
    return frame[start:] if int.from_bytes(kind, "big") in (IPV4, IPV6) else None


def _datagram(time: float, packet: bytes) -> Optional[Datagram]:
    if len(packet) < 20:
        return None
    if packet[0] >> 4 == 4:
        header = 4 * (packet[0] & 0x0F)
        is_fragment = int.from_bytes(packet[6:8], "big") & 0x3FFF
        protocol, addresses, size = packet[9], packet[12:20], 4
        end = int.from_bytes(packet[2:4], "big")
        if is_fragment or header < 20:
            return None
    elif packet[0] >> 4 == 6 and len(packet) >= 40:
        header, protocol, addresses, size = 40, packet[6], packet[8:40], 16
        end = 40 + int.from_bytes(packet[4:6], "big")
    else:
        return None
    udp = packet[header:end or None]
    if protocol != UDP or len(udp) < 8:
        return None
    source_port, destination_port, length = struct.unpack_from(">3H", udp)
    source, destination = (str(ipaddress.ip_address(each)) for each in (
        addresses[:size], addresses[size:]))
    return Datagram(time, (source, source_port), (destination, destination_port),
                    udp[8:length])


class Writer:
    """A pcap file of raw IP packets; checksums are left zero."""

    def __init__(self, file) -> None:
        self.file = file
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, LINK_RAW))

    def write(self, datagram: Datagram) -> None:
        packet = _encode(datagram)
        seconds = int(datagram.time)
        self.file.write(struct.pack("<4I", seconds,
                                    int((datagram.time - seconds) * 1e6),
                                    len(packet), len(packet)) + packet)
        self.file.flush()


def _encode(datagram: Datagram) -> bytes:
    source: Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
    source = ipaddress.ip_address(datagram.source[0])
    destination = ipaddress.ip_address(datagram.destination[0])
    udp = struct.pack(">4H", datagram.source[1], datagram.destination[1],
                      8 + len(datagram.payload), 0) + datagram.payload
    if source.version == 4:
        header = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, UDP, 0)
    else:
        header = struct.pack(">IHBB", 6 << 28, len(udp), UDP, 64)
    return header + source.packed + destination.packed + udp
