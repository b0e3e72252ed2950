# SPDX-License-Identifier: LGPL-2.1-or-later
"""Peers that lie: the hooks of the handshake, and the table of all lies.

A lie is a small class in lies/. It overrides a hook of Misbehaviour, which the
honest handshake calls at every place where something can go wrong. What it sends
is otherwise consistent: the transcript holds what was really sent, unless
on_wire() plays the man in the middle.
"""

import re
from typing import Union

from .messages import HandshakeMessage

COMPLETES = "completes"  # the peer must not be disturbed
SILENCE = "silence"  # the peer cannot tell: the handshake times out


class Misbehaviour:
    """The honest peer: every hook returns what it was given."""

    name = "none"
    role = "both"
    expected: Union[tuple, str] = COMPLETES
    minds_reflection = True  # refuses a peer that presents our own key
    record_padding = 0  # zeroes in each protected record
    has_minimal_headers = False  # no length, 8 bits of sequence number

    def __init__(self, replayed_evidence: bytes = b"") -> None:
        self.replayed_evidence = replayed_evidence

    def client_hello(self, connection, hello) -> None:
        """May edit the ClientHello; connection.retried tells the second."""

    def pre_shared_key(self, connection, hello) -> None:
        """May edit the ClientHello, now that its binders are there."""

    def server_hello(self, connection, hello) -> None:
        """May edit the ServerHello or HelloRetryRequest."""

    def encrypted_extensions(self, connection, answer) -> None:
        """May edit the EncryptedExtensions."""

    def certificate_request(self, connection, request) -> None:
        """May edit the CertificateRequest."""

    def server_flight(self, connection, steps: list) -> list:
        """The messages after ServerHello, by the names of their send_ methods."""
        return steps

    def final_flight(self, connection, steps: list) -> list:
        """The client's Certificate to Finished, likewise."""
        return steps

    def claims(self, connection, claims: dict) -> dict:
        return claims

    def evidence(self, connection, token: bytes) -> bytes:
        return token

    def cmw(self, connection, payload: bytes) -> bytes:
        return payload

    def messages(self, connection, message: HandshakeMessage) -> list:
        """What is sent, and enters the transcript, for a message."""
        return [message]

    def on_wire(self, connection, message: HandshakeMessage) -> HandshakeMessage:
        """What travels, while the transcript keeps the original."""
        return message

    def fragments(self, connection, fragments: list) -> list:
        return fragments

    def acks(self, connection, content: bytes) -> list:
        return [content]

    def path_answer(self, connection, content: bytes) -> bytes:
        """What answers a path_challenge; nothing if empty."""
        return content

    def datagrams(self, connection, datagrams: list) -> list:
        return datagrams

    def connected(self, connection) -> None:
        """Called once when the handshake is complete."""


TABLE: dict[str, type] = {}


def misbehaviour(role: str, *expected):
    """Enters a class in the table, with the answers that an honest peer may give."""
    def enter(cls):
        cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()
        cls.role = role
        cls.expected = (expected[0] if isinstance(expected[0], str)
                        else tuple(expected))
        TABLE[cls.name] = cls
        return cls
    return enter


def describe(cls: type) -> str:
    return " ".join((cls.__doc__ or "").split())


def expected_names(cls: type) -> str:
    if isinstance(cls.expected, str):
        return cls.expected
    return " or ".join(alert.name.lower() for alert in cls.expected)


def set_extension(extensions: list, kind: int, data: bytes) -> None:
    """Replaces an extension where it stands, or appends it."""
    for index, (known, _) in enumerate(extensions):
        if known == kind:
            extensions[index] = (kind, data)
            return
    extensions.append((kind, data))


def drop_extension(extensions: list, kind: int) -> None:
    extensions[:] = [(known, data) for known, data in extensions if known != kind]


def flip_last_byte(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def create(name: str, replayed_evidence: bytes = b"") -> Misbehaviour:
    return TABLE[name](replayed_evidence) if name else Misbehaviour()
