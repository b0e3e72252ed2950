# SPDX-License-Identifier: LGPL-2.1-or-later
"""What follows the handshake: new keys, connection IDs, return routability.

RFC 9147 §8 and §9, RFC 9146 §3, draft-ietf-tls-dtls-rrc.
"""

from . import keys, wire
from .codepoints import Alert, ContentType, HandshakeType, ProtocolError
from .messages import HandshakeMessage

IMMEDIATE, SPARE = 0, 1  # ConnectionIdUsage
CHALLENGE, RESPONSE, DROP = 0, 1, 2  # rrc_msg_type
COOKIE = 8


def encode_cids(cids: list, usage: int = SPARE) -> bytes:
    """A NewConnectionId."""
    return (wire.vector(b"".join(wire.vector(cid, 1) for cid in cids), 2)
            + wire.uint(usage, 1))


def decode_cids(body: bytes) -> tuple:
    outer = wire.Reader(body)
    inner = wire.Reader(outer.vector(2))
    usage = outer.uint(1)
    outer.finish()
    cids = []
    while inner.remaining():
        cids.append(inner.vector(1))
    return cids, usage


class After:
    """One side's state beyond the handshake; messages wait for one another."""

    def __init__(self, connection) -> None:
        self.connection = connection
        config = connection.config
        self.own = ([config.random_bytes(config.connection_id)]
                    if config.connection_id else [])  # that we receive
        self.peers: list = []  # that we write; the first is in use
        self.is_negotiated = False
        self.checks_paths = False
        self.waiting: list[HandshakeMessage] = []
        self.updates_keys = False  # a KeyUpdate of ours is on its way
        self.paths: list[tuple] = []  # messages received: type, cookie

    # Negotiation.

    def offer(self) -> bytes:
        """The extension's body: the CID that we want to receive, or none."""
        return wire.vector(self.own[0] if self.own else b"", 1)

    def agree(self, body: bytes) -> None:
        reader = wire.Reader(body)
        cid = reader.vector(1)
        reader.finish()
        self.is_negotiated = True
        self.peers = [cid] if cid else []
        self.write_cid()

    def write_cid(self) -> None:
        for epoch in self.connection.write_epochs.values():
            epoch.cid = self.peers[0] if self.peers else b""

    def accepts(self, cid) -> bool:
        """Is a record with this CID, or None, one of ours?"""
        if self.own and self.is_negotiated:
            return cid in self.own
        return cid is None

    # Messages.

    def send(self, kind: int, body: bytes) -> None:
        self.waiting.append(HandshakeMessage(kind, body))
        self.flush()

    def flush(self) -> None:
        """One at a time is enough for a peer of tests."""
        connection = self.connection
        if connection.state != "connected" or connection.flight or not self.waiting:
            return
        message = self.waiting.pop(0)
        self.updates_keys = message.kind == HandshakeType.KEY_UPDATE
        connection.send_post_handshake(message)

    def delivered(self) -> None:
        """All that we had sent is acknowledged."""
        if self.updates_keys:
            self.updates_keys = False
            self._next_epoch(self.connection.write_epochs, "write")
        self.flush()

    def take(self, message: HandshakeMessage) -> None:
        handlers = {HandshakeType.KEY_UPDATE: self._take_key_update,
                    HandshakeType.NEW_CONNECTION_ID: self._take_new_cids,
                    HandshakeType.REQUEST_CONNECTION_ID: self._take_request}
        if message.kind not in handlers:
            raise ProtocolError(Alert.UNEXPECTED_MESSAGE,
                                f"{message.name()} after the handshake")
        handlers[message.kind](message.body)
        self.connection.acknowledgements.is_due = True

    # KeyUpdate, RFC 9147 §8 and RFC 8446 §4.6.3, §7.2.

    def update_keys(self, request: bool = False) -> None:
        self.send(HandshakeType.KEY_UPDATE, wire.uint(request, 1))

    def _take_key_update(self, body: bytes) -> None:
        if len(body) != 1:
            raise ProtocolError(Alert.DECODE_ERROR, "KeyUpdate")
        if body[0] > 1:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER, "KeyUpdate")
        self._next_epoch(self.connection.read_epochs, "read")
        self.connection.receive_epoch += 1
        if body[0] and not any(each.kind == HandshakeType.KEY_UPDATE
                               for each in self.waiting):
            self.update_keys()

    def _next_epoch(self, epochs: dict, direction: str) -> None:
        connection = self.connection
        newest = epochs[max(epochs)]
        secret = keys.hkdf_expand_label(newest.secret, b"traffic upd", b"",
                                        len(newest.secret))
        is_client = connection.is_server == (direction == "read")
        connection.install_epoch(newest.epoch + 1, secret if is_client else b"",
                                 b"" if is_client else secret,
                                 read=direction == "read",
                                 write=direction == "write")
        connection.events.append(("keys", direction, newest.epoch + 1))

    # Connection IDs, RFC 9147 §9.

    def give_cids(self, count: int, usage: int = SPARE) -> None:
        config = self.connection.config
        new = [config.random_bytes(config.connection_id) for _ in range(count)]
        self.own += new
        self.send(HandshakeType.NEW_CONNECTION_ID, encode_cids(new, usage))

    def request_cids(self, count: int) -> None:
        self.send(HandshakeType.REQUEST_CONNECTION_ID, wire.uint(count, 1))

    def use_next_cid(self) -> None:
        self.peers.pop(0)
        self.write_cid()

    def _take_new_cids(self, body: bytes) -> None:
        if not self.peers:
            raise ProtocolError(Alert.UNEXPECTED_MESSAGE,
                                "NewConnectionId, but we write none")
        cids, usage = decode_cids(body)
        if usage > SPARE or usage == IMMEDIATE and not cids:
            raise ProtocolError(Alert.ILLEGAL_PARAMETER, "NewConnectionId")
        self.peers = cids if usage == IMMEDIATE else self.peers + cids
        self.write_cid()
        self.connection.events.append(("cids", len(cids), usage))

    def _take_request(self, body: bytes) -> None:
        if not self.own or not self.is_negotiated:
            raise ProtocolError(Alert.UNEXPECTED_MESSAGE,
                                "RequestConnectionId, but we receive none")
        reader = wire.Reader(body)
        count = reader.uint(1)
        reader.finish()
        self.give_cids(count)

    # Return routability.

    def take_path_message(self, content: bytes) -> None:
        if not self.checks_paths:
            raise ProtocolError(Alert.UNEXPECTED_MESSAGE,
                                "a return routability check")
        if not content:
            raise ProtocolError(Alert.DECODE_ERROR, "an empty check")
        kind, cookie = content[0], content[1:]
        if kind > DROP:
            return
        if len(cookie) != COOKIE:
            raise ProtocolError(Alert.DECODE_ERROR, "a cookie of a wrong length")
        self.paths.append((kind, cookie))
        if kind == CHALLENGE:
            answer = self.connection.misbehaviour.path_answer(
                self.connection, bytes([RESPONSE]) + cookie)
            if answer:
                self.send_path_message(answer)

    def send_path_message(self, content: bytes) -> None:
        self.connection.send_record(ContentType.RETURN_ROUTABILITY_CHECK, content)
